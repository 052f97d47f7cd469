// The picture of a recording: the caller's side above, what the caller hears below, and how far it has been heard.
const GAP = 6;
/** What is less loud than this is not drawn as if it were loud. */
const QUIETEST = 16;

/** Draw ``peaks`` ({left, right}: [least, greatest] of each step, -127..127) into a canvas; played: 0..1. Colours come from the page. */
export function drawWave(canvas, { left, right }, played) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  const half = (height - GAP * ratio) / 2;
  const loudest = Math.max(QUIETEST, ...[...left, ...right].map(([low, high]) => Math.max(-low, high)));
  pen.clearRect(0, 0, width, height);
  const side = (steps, top, ink) => {
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [Math.floor((x / width) * steps.length), Math.max(Math.floor(((x + 1) / width) * steps.length), Math.floor((x / width) * steps.length) + 1)];
      let [low, high] = [0, 0];
      for (let at = from; at < to && at < steps.length; at += 1) [low, high] = [Math.min(low, steps[at][0]), Math.max(high, steps[at][1])];
      pen.fillStyle = x / width <= played ? colour("--accent") : ink;
      const y = top + half / 2 - (high / loudest) * (half / 2);
      pen.fillRect(x, y, 1, Math.max(ratio, ((high - low) / loudest) * (half / 2)));
    }
  };
  side(left, 0, colour("--info"));
  side(right, half + GAP * ratio, colour("--line-strong"));
  pen.fillStyle = colour("--text");
  pen.fillRect(Math.min(width - 2 * ratio, played * width), 0, 2 * ratio, height);
}
