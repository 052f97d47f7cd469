// A call as the history has it: who, when, how it ended, and of what stretches it consisted, in words and drawn.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { duration } from "../lang.js";
import { Loading, Problem } from "../ui.js";
import { styleSheet } from "../sheet.js";
import { nameOf, queueTitle } from "../wall/model.js";
import { endOf, outcome, t } from "./words.js";
import { clock, day } from "../times.js";

await styleSheet("/css/figures.css");

/** id: the call's; call: its status while it is still shown, whose end makes us look again. */
export function PastCall({ id, call }) {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let over = false;
    const look = () => get(`history/calls/${encodeURIComponent(id)}`).then((said) => { if (!over) { setFound(said); setError(null); } }, (refused) => !over && setError(refused));
    look();
    const timer = setTimeout(look, 3000); // what has just happened is there a moment later
    return () => { over = true; clearTimeout(timer); };
  }, [id, call?.stage, call?.disposition]);
  if (!found) return error ? (error.status === 404 ? html`<p class="muted">${t("noPast")}</p>` : html`<${Problem} error=${error} />`) : html`<${Loading} />`;
  return html`<div class="past-call" data-segments=${found.segments.length}>${call ? null : html`<${Facts} call=${found} />`}<${Stretches} call=${found} /></div>`;
}

function Facts({ call }) {
  const rows = [
    ["started", call.started && `${day(call.started)} ${clock(call.started)}`], ["ended", call.ended && clock(call.ended)], ["number", call.number], ["caller", call.caller_shown],
    ["queuesOf", call.queues.map(queueTitle).join(", ")], ["operatorsOf", call.operators.map((code) => `${nameOf(code)} (${code})`).join(", ")],
    ["wait", call.wait_s ? duration(call.wait_s) : ""], ["talk", call.talk_s ? duration(call.talk_s) : ""], ["hold", call.hold_s ? duration(call.hold_s) : ""], ["wrapUp", call.wrap_up_s ? duration(call.wrap_up_s) : ""],
    ["disposition", call.disposition], ["ticket", call.ticket], ["flow", call.flow && `${call.flow} (${call.flow_version})`], ["end", endOf(call.end_reason)],
  ];
  return html`<dl class="facts">${rows.filter(([, value]) => value).map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd class="number">${value}</dd></div>`)}</dl>`;
}

const LANES = ["menu", "elsewhere", "waiting", "callback", "talking", "outside", "wrap_up"];
const laneOf = (kind) => (LANES.includes(kind) ? 0 : kind === "ringing" || kind === "calling" || kind === "held" ? 1 : 2);
const words = (one) => {
  const end = outcome(one.outcome);
  return `${t(`seg_${one.kind}`, { who: one.who ? nameOf(one.who) : "", queue: queueTitle(one.queue) })}${end ? `: ${end}` : ""}`;
};

function Stretches({ call }) {
  const parts = call.segments;
  if (!parts.length) return null;
  const ends = parts.map((one) => Date.parse(one.end ?? call.ended ?? one.begin));
  const first = Math.min(...parts.map((one) => Date.parse(one.begin)), call.started ? Date.parse(call.started) : Infinity);
  const length = Math.max(1, Math.max(...ends) - first);
  const style = (one, at) => ({ left: `${((Date.parse(one.begin) - first) / length) * 100}%`, width: `max(3px, ${((ends[at] - Date.parse(one.begin)) / length) * 100}%)`, top: `${laneOf(one.kind) * 18}px` });
  return html`<h3>${t("segments")}</h3>
    <div class="stretches" aria-hidden="true">${parts.map((one, at) => html`<span key=${at} class=${`seg-${one.kind}`} style=${style(one, at)} title=${words(one)}></span>`)}</div>
    <ol class="stretch-list">${parts.map((one, at) => html`<li key=${at} data-kind=${one.kind}><span class=${`mark seg-${one.kind}`} aria-hidden="true"></span><time class="number muted" dateTime=${one.begin}>${clock(one.begin)}</time> <span class="grow">${words(one)}</span> <span class="number">${one.end ? duration((ends[at] - Date.parse(one.begin)) / 1000) : t("still")}</span></li>`)}</ol>`;
}
