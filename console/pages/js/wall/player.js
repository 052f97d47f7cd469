// How does a recording sound? Both sides drawn above each other, what they are doing, and what coaches have noted; all by key, too.
import { html, useEffect, useRef, useState } from "../html.js";
import { del, get, post, request } from "../api.js";
import { duration, number, percent, texts } from "../lang.js";
import { callEn, callEs } from "../lang/call.js";
import { may, me } from "../session.js";
import { Field, Problem } from "../ui.js";
import { drawWave } from "./wave.js";
import { Icon } from "./icons.js";
import { nameOf, queueTitle } from "./model.js";
import { inWords, said } from "./refusals.js";
import { day } from "../times.js";

const t = texts({ es: callEs, en: callEn });
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const WHOLE_BELOW = 4 * 1024 * 1024;
const LINK_MINUTES = 60;

/** Where the sound of a recording is: small ones are fetched whole, so that any moment is there at once; long ones are played from a link
 * of our own, which lets the player ask for the piece that it needs. */
export async function sourceOf({ id, audio_bytes }) {
  const format = document.createElement("audio").canPlayType('audio/ogg; codecs="opus"') ? "opus" : "mp3";
  if (audio_bytes > WHOLE_BELOW && may("link_recordings")) {
    const { url } = await post(`recordings/${id}/links`, { minutes: LINK_MINUTES });
    return `${url}?format=${format}`;
  }
  const response = await request(`/api/v1/recordings/${id}/audio?format=${format}`);
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.message ?? response.statusText);
  return URL.createObjectURL(await response.blob());
}

/** recording: everything about it (GET /recordings/{id}); onChange: ask for it anew. */
export function Player({ recording, onChange }) {
  const { id, length_s: length } = recording;
  const audio = useRef();
  const [peaks, setPeaks] = useState(null);
  const [problem, setProblem] = useState(null);
  const [state, setState] = useState({ loading: false, playing: false, at: 0, speed: 1 });
  const note = useRef();
  const set = (changes) => setState((before) => ({ ...before, ...changes }));
  useEffect(() => {
    get(`recordings/${id}/peaks`).then(setPeaks, setProblem);
    const element = audio.current;
    return () => {
      element.pause();
      if (element.src.startsWith("blob:")) URL.revokeObjectURL(element.src);
    };
  }, [id]);
  useFrames(state.playing, () => set({ at: audio.current?.currentTime ?? 0 }));

  const ready = async () => {
    if (audio.current.src) return true;
    set({ loading: true });
    setProblem(null);
    try {
      audio.current.src = await sourceOf(recording);
      audio.current.currentTime = state.at;
      audio.current.playbackRate = state.speed;
      return true;
    } catch (error) {
      setProblem({ message: t("audioFailed", { why: inWords(error) }) });
      return false;
    } finally {
      set({ loading: false });
    }
  };
  /** What cannot be played (a link is over after an hour, the line was cut) is fetched anew the next time, and goes on where it stood. */
  const failed = () => {
    const element = audio.current;
    if (!element.src) return;
    setProblem({ message: t("audioFailed", { why: element.error?.message ?? "" }) });
    if (element.src.startsWith("blob:")) URL.revokeObjectURL(element.src);
    element.removeAttribute("src");
    set({ playing: false });
  };
  const toggle = async () => {
    if (state.playing) return audio.current.pause();
    if (await ready()) audio.current.play().catch((error) => error.name !== "AbortError" && setProblem({ message: t("audioFailed", { why: error.message }) }));
  };
  const seek = (to) => {
    const at = Math.max(0, Math.min(length, to));
    if (audio.current.src) audio.current.currentTime = at;
    set({ at });
  };
  const hasten = (by) => {
    const speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(state.speed) + by))];
    audio.current.playbackRate = speed;
    set({ speed });
  };
  const onKey = (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 1 : 5;
    const doing = {
      " ": event.target.matches("button") ? undefined : toggle, ArrowLeft: () => seek(state.at - step), ArrowRight: () => seek(state.at + step), Home: () => seek(0), End: () => seek(length),
      "<": () => hasten(-1), ">": () => hasten(1), n: () => note.current?.querySelector("textarea")?.focus(),
    }[event.key];
    if (!doing) return;
    event.preventDefault();
    event.stopPropagation();
    doing();
  };
  return html`<div class="player" onKeyDown=${onKey} data-recording=${id} data-playing=${state.playing}>
    <audio ref=${audio} preload="auto" onPlay=${() => set({ playing: true })} onPause=${() => set({ playing: false, at: audio.current.currentTime })}
      onEnded=${() => set({ playing: false })} onError=${failed}></audio>
    ${problem ? html`<${Problem} error=${problem} />` : null}
    <${Segments} recording=${recording} onSeek=${seek} />
    <${Wave} peaks=${peaks} recording=${recording} at=${state.at} onSeek=${seek} />
    <div class="row">
      <button type="button" class="primary" onClick=${toggle} disabled=${state.loading}><${Icon} name=${state.playing ? "stop" : "play"} /> ${t(state.loading ? "loadingAudio" : state.playing ? "pause" : "play")}</button>
      <button type="button" onClick=${() => seek(state.at - 5)} aria-label=${t("back5")}>−5</button><button type="button" onClick=${() => seek(state.at + 5)} aria-label=${t("forward5")}>+5</button>
      <span class="number" data-at=${state.at.toFixed(1)}>${duration(state.at)} / ${duration(length)}</span>
      <label class="row tight">${t("speed")} <select value=${state.speed} onChange=${(event) => { audio.current.playbackRate = Number(event.target.value); set({ speed: Number(event.target.value) }); }}>
        ${SPEEDS.map((speed) => html`<option key=${speed} value=${speed}>${number(speed, speed % 1 ? 2 : 0)}×</option>`)}</select></label>
      <span class="grow"></span><span class="muted small">${t("keysHint")}</span>
    </div>
    <div class="player-below"><${Speech} facts=${recording.facts} /><div ref=${note}><${Notes} recording=${recording} at=${state.at} onSeek=${seek} onChange=${onChange} /></div></div>
    <p class="muted small">${recording.expires ? t("expires", { when: day(recording.expires) }) : t("kept")}${recording.held ? ` · ${t("held")}` : ""}${recording.faults.length ? ` · ${t("faults", { what: recording.faults.join("; ") })}` : ""}</p>
  </div>`;
}

/** Call ``frame`` for each picture while ``on``. */
function useFrames(on, frame) {
  useEffect(() => {
    if (!on) return;
    let handle = requestAnimationFrame(function next() {
      frame();
      handle = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(handle);
  }, [on]);
}

function Wave({ peaks, recording, at, onSeek }) {
  const canvas = useRef();
  const { length_s: length } = recording;
  const [, resized] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(() => resized((n) => n + 1));
    watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (peaks) drawWave(canvas.current, peaks, length ? at / length : 0);
  });
  const point = (event) => {
    const box = canvas.current.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * length);
  };
  return html`<div class="wave"><span class="side muted small" aria-hidden="true">${t("left")}</span><span class="side muted small" aria-hidden="true">${t("right")}</span>
    <div class="wave-box"><canvas ref=${canvas} role="slider" tabindex="0" aria-label=${t("position")} aria-valuemin="0" aria-valuemax=${Math.round(length)} aria-valuenow=${Math.round(at)} aria-valuetext=${t("at", { at: duration(at), of: duration(length) })}
      onPointerDown=${(event) => { canvas.current.setPointerCapture(event.pointerId); point(event); }} onPointerMove=${(event) => event.buttons & 1 && point(event)}></canvas>
      ${recording.notes.map((note) => html`<button key=${note.id} type="button" class="pin" style=${{ left: `${(note.at_s / length) * 100}%` }} aria-label=${`${t("jump", { at: duration(note.at_s) })}: ${note.text}`} title=${note.text} onClick=${() => onSeek(note.at_s)}></button>`)}</div></div>`;
}

function Segments({ recording, onSeek }) {
  const { segments, muted, length_s: length } = recording;
  const parts = [...segments.map((one) => ({ ...one, words: segmentWords(one) })), ...muted.map(([from_s, to_s]) => ({ stage: "muted", from_s, to_s, words: t("seg_muted") }))];
  return html`<div class="segments" role="group" aria-label=${t("segments")}>${parts.map((one, at) => html`<button key=${at} type="button" class=${`segment ${one.stage}`}
    style=${{ left: `${(one.from_s / length) * 100}%`, width: `${((one.to_s - one.from_s) / length) * 100}%` }} title=${`${one.words} (${duration(one.from_s)}–${duration(one.to_s)})`} onClick=${() => onSeek(one.from_s)}>${one.words}</button>`)}</div>`;
}
const segmentWords = (one) => [t(`seg_${one.stage}`) === `seg_${one.stage}` ? one.stage : t(`seg_${one.stage}`), one.operator && nameOf(one.operator), one.other && nameOf(one.other), one.queue && queueTitle(one.queue)].filter(Boolean).join(" · ");

const SHARES = ["caller_talk", "operator_talk", "over_talk", "silence", "hold"];
function Speech({ facts }) {
  return html`<section><h3>${t("speech")}</h3>${facts ? html`<dl class="shares">${SHARES.map((key) => html`<div key=${key}><dt>${t(key)}</dt>
    <dd><meter min="0" max="1" value=${facts[key]} aria-label=${t(key)}></meter> <span class="number">${percent(facts[key])}</span></dd></div>`)}</dl>
    <p class="muted small">${t("interruptions", { caller: facts.interruptions_by_caller, operator: facts.interruptions_by_operator, longest: duration(facts.longest_silence_s) })}</p>` : html`<p class="muted">${t("notMeasured")}</p>`}</section>`;
}

function Notes({ recording, at, onSeek, onChange }) {
  const notes = [...recording.notes].sort((a, b) => a.at_s - b.at_s);
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    const done = await said(() => post(`recordings/${recording.id}/marks`, { at_s: Math.round(at * 1000) / 1000, text: new FormData(form).get("text").trim() }));
    if (done === undefined) return;
    form.reset();
    onChange();
  };
  const remove = async (note) => (await said(() => del(`marks/${note.id}`))) !== undefined && onChange();
  const removes = (note) => may("remove_notes") && (note.by === me.value.code || me.value.reach?.remove_notes === "all");
  return html`<section><h3>${t("notes")}</h3>
    ${notes.length ? html`<ul class="plain-list" data-notes=${notes.length}>${notes.map((note) => html`<li key=${note.id} class="row"><button type="button" class="small number" aria-label=${t("jump", { at: duration(note.at_s) })} onClick=${() => onSeek(note.at_s)}>${duration(note.at_s)}</button>
      <span class="grow note-text">${note.text}<br /><small class="muted">${nameOf(note.by)}</small></span>
      ${removes(note) ? html`<button type="button" class="quiet icon" aria-label=${t("removeNote", { at: duration(note.at_s) })} title=${t("remove")} onClick=${() => remove(note)}>✕</button>` : null}</li>`)}</ul>` : html`<p class="muted">${t("noNotes")}</p>`}
    ${may("note_recordings") ? html`<form onSubmit=${add}><${Field} label=${t("addNote", { at: duration(at) })} name="text" as="textarea" rows="2" maxlength="1000" required /><button class="small">${t("save")}</button></form>` : null}
  </section>`;
}
