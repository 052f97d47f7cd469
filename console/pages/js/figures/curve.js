// A day by quarters of an hour: offered, answered, abandoned, and who waited. Drawn by uPlot, and as a table for whoever cannot see it.
import uPlot from "uplot";
import { html, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { language } from "../lang.js";
import { Loading, Nothing, Problem } from "../ui.js";
import { styleSheet } from "../sheet.js";
import { t } from "./words.js";
import { minute } from "../times.js";

const AGAIN_MS = 60_000;
const SERIES = [["offered", "--info"], ["answered", "--good"], ["abandoned", "--bad"], ["waiting", "--warn"]];
await Promise.all([styleSheet("/vendor/uplot.css"), styleSheet("/css/figures.css")]);

/** queue: "" for all; day: ISO date, today without one; height in pixels. */
export function DayCurve({ queue = "", day = "", height = 220 }) {
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let over = false;
    const asked = new URLSearchParams([...(queue ? [["queue", queue]] : []), ...(day ? [["day", day]] : [])]);
    const look = () => get(`figures/day-curve?${asked}`).then((found) => { if (!over) { setAnswer(found); setError(null); } }, (refused) => !over && setError(refused));
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => { over = true; clearInterval(timer); };
  }, [queue, day]);
  if (error && !answer) return html`<${Problem} error=${error} />`;
  if (!answer) return html`<${Loading} />`;
  if (!answer.items.some((one) => one.offered || one.answered || one.abandoned)) return html`<${Nothing}>${t("none")}<//>`;
  return html`<figure class="curve" data-quarters=${answer.items.length}><figcaption class="visually-hidden">${t("curve")}</figcaption>
    <${Plot} answer=${answer} height=${height} />
    <details class="no-print"><summary>${t("asTable")}</summary><${AsTable} answer=${answer} /></details></figure>`;
}

/** On the wallboard, below its tables and on the full screen. */
export const WallCurve = ({ queue = "" }) => html`<section class="card curve-card"><h2>${t("curve")}</h2><${DayCurve} queue=${queue} height=${180} /></section>`;

function Plot({ answer, height }) {
  const ref = useRef();
  const said = language.value;
  useEffect(() => {
    const box = ref.current;
    const colours = getComputedStyle(document.documentElement);
    const colour = (name) => colours.getPropertyValue(name).trim();
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "12px system-ui, sans-serif" };
    const first = answer.items.findIndex((one) => one.offered || one.answered || one.abandoned);
    const items = answer.items.slice(Math.max(0, first - 1));
    const data = [items.map((one) => Date.parse(one.at) / 1000), ...SERIES.map(([name]) => items.map((one) => one[name]))];
    const drawn = new uPlot({
      width: box.clientWidth, height, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), answer.time_zone),
      cursor: { drag: { x: false, y: false } }, legend: { live: true },
      scales: { y: { range: (_, low, high) => [0, Math.max(4, high)] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((at) => minute(at * 1000)) }, { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100] }],
      series: [{ label: t("at"), value: (_, at) => (at === null ? "–" : minute(at * 1000)) },
        ...SERIES.map(([name, tint]) => ({ label: t(name), stroke: colour(tint), width: 2, points: { size: 5, show: items.length < 60 }, dash: name === "waiting" ? [5, 4] : undefined }))],
    }, data, box);
    const watch = new ResizeObserver(() => box.clientWidth && drawn.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => { watch.disconnect(); drawn.destroy(); };
  }, [answer, height, said]);
  return html`<div ref=${ref} class="plot" aria-hidden="true"></div>`;
}

const AsTable = ({ answer }) => html`<div class="scroll"><table class="figures"><thead><tr><th scope="col">${t("at")}</th>${SERIES.map(([name]) => html`<th key=${name} scope="col" class="number">${t(name)}</th>`)}</tr></thead>
  <tbody>${answer.items.filter((one) => SERIES.some(([name]) => one[name])).map((one) => html`<tr key=${one.at}><th scope="row">${minute(one.at)}</th>${SERIES.map(([name]) => html`<td key=${name} class="number">${one[name]}</td>`)}</tr>`)}</tbody></table></div>`;
