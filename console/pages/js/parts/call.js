// One call: its story in words, its timeline, and how it sounds. Other parts add what they know of it in `slots`.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { duration, language, said, texts } from "../lang.js";
import { callEn, callEs } from "../lang/call.js";
import { calls, ended, now, since } from "../live.js";
import { may } from "../session.js";
import { Loading, Problem } from "../ui.js";
import "../figures/slots.js";
import "../scripts/slots.js";
import "../past/slots.js";
import { actsOnCall } from "../wall/acts.js";
import { StageBadge } from "../wall/calls.js";
import { styleSheet } from "../sheet.js";
import { Asked } from "../wall/dialogs.js";
import { nameOf, queueTitle } from "../wall/model.js";
import { controlWords } from "../wall/operators.js";
import { Player } from "../wall/player.js";
import { slots as all } from "../wall/slots.js";
import { Bar } from "../wall/supervision.js";
import { stretchesOf } from "../wall/timeline.js";
import { clock, day } from "../times.js";
import { learnPeople } from "../people.js";

/** Below the story of a call: {id, component, title: {es, en}}; the component is given {id, call, recordings}. */
export const slots = all.call;
const t = texts({ es: callEs, en: callEn });
const LOOKS_AGAIN_MS = 3000;
const TRIES = 20;
await styleSheet("/css/wall.css");

/** The call's status: as it is now, as it ended, or as the server remembers it; null: known no more; undefined: not asked yet. */
function useCall(id) {
  const shown = calls.value.get(id) ?? ended.value.find((one) => one.id === id);
  const [asked, setAsked] = useState(undefined);
  useEffect(() => {
    if (!shown) get(`calls/${encodeURIComponent(id)}`).then(setAsked, () => setAsked(null));
  }, [id, Boolean(shown)]);
  return shown ?? asked;
}

/** What the server tells at ``path``, asked again when ``key`` changes: {said, error}. */
function useAsked(path, key) {
  const [it, set] = useState({});
  useEffect(() => {
    let over = false;
    get(path).then((answer) => !over && set({ said: answer }), (error) => !over && set((before) => ({ ...before, error })));
    return () => (over = true);
  }, [path, key]);
  return it;
}

export default function CallPage({ id }) {
  const call = useCall(id);
  useEffect(() => void learnPeople(), []);
  const { said: story, error } = useAsked(`calls/${encodeURIComponent(id)}/why?lang=${language.value}`, call && `${call.stage} ${call.since} ${call.operator} ${call.control}`);
  const { recordings, look } = useRecordings(id, call);
  const { said: past, error: noPast } = useAsked(`history/calls/${encodeURIComponent(id)}`, call === null);
  const nothing = error && noPast && call === null && recordings?.length === 0;
  const who = call?.caller ?? recordings?.[0]?.caller ?? past?.caller_shown ?? id;
  return html`<div class="call-page">
    <header class="row"><h1 class="number">${t("of", { who })}</h1>${call ? html`<${StageBadge} call=${call} />` : null}<span class="grow"></span>
      ${call && call.stage !== "ended" ? actsOnCall(call).filter((act) => act && act.id !== "open").map((act) => html`<button key=${act.id} type="button" class=${`small ${act.danger ? "danger" : ""}`} title=${act.hint} onClick=${act.run}>${act.label}</button>`) : null}</header>
    ${nothing ? html`<${Problem} error=${{ message: t("notFound") }} />` : null}
    ${call ? html`<${Facts} call=${call} />` : null}
    ${story ? html`<${Timeline} story=${story} call=${call} />` : null}
    <div class="call-columns">
      <section class="card"><h2>${t("story")}</h2>${story ? html`<${Story} story=${story} />` : error ? html`<p class="muted">${t("noStory")}</p>` : html`<${Loading} />`}</section>
      <section class="card"><h2>${t("recordings")}</h2><${Recordings} recordings=${recordings} call=${call} onChange=${look} /></section>
    </div>
    ${slots.map(({ id: slot, component: Slot, title }) => html`<section key=${slot} class="card">${title ? html`<h2>${said(title)}</h2>` : null}<${Slot} id=${id} call=${call ?? null} recordings=${recordings ?? []} /></section>`)}
    <${Bar} /><${Asked} />
  </div>`;
}

function Facts({ call }) {
  const over = call.stage === "ended";
  const end = t(`end_${call.end_reason}`);
  const rows = [
    ["started", `${day(call.started)} ${clock(call.started)}`],
    [over ? "lasted" : "lasts", duration(over ? (Date.parse(call.since) - Date.parse(call.started)) / 1000 : since(call.started))],
    ["number", call.number], ["direction", t(call.direction)], ["queue", call.queue && queueTitle(call.queue)], ["operator", call.operator && `${nameOf(call.operator)} (${call.operator})`],
    ["priority", call.priority || null], ["disposition", call.disposition], ["ticket", call.ticket], ["endReason", call.end_reason && (end === `end_${call.end_reason}` ? call.end_reason : end)],
    ["shown", Object.entries(call.shown ?? {}).map(([name, value]) => `${name}: ${value}`).join(" · ")],
  ];
  return html`<dl class="facts">${rows.filter(([, value]) => value).map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd class="number">${value}</dd></div>`)}
    ${call.control && call.control !== "talking" ? html`<div key="control"><dt>${t("live")}</dt><dd>${controlWords(call)}</dd></div>` : null}</dl>`;
}

function Story({ story }) {
  const first = Date.parse(story.steps[0]?.at);
  return html`<ol class="story">${story.steps.map((step, at) => html`<li key=${at} data-step=${step.kind}><time class="number muted" dateTime=${step.at} title=${`+${duration((Date.parse(step.at) - first) / 1000)}`}>${clock(step.at)}</time> <span>${withNames(step.text, step.fact)}</span></li>`)}</ol>
    ${story.left_out ? html`<p class="muted">${t("leftOut", { n: story.left_out })}</p>` : null}`;
}

/** The words, with the operator's name beside the code. */
function withNames(text, fact) {
  const name = fact.operator && nameOf(fact.operator);
  return name && name !== fact.operator ? text.replace(fact.operator, `${name} (${fact.operator})`) : text;
}

function Timeline({ story, call }) {
  if (!story.steps.length) return null;
  const started = Date.parse(call?.started ?? story.steps[0].at);
  const until = !call ? Date.parse(story.steps.at(-1).at) : call.stage === "ended" ? Date.parse(call.since) : now.value;
  const stretches = stretchesOf(story.steps, started, until);
  const length = Math.max(1, until - started);
  const style = ({ from, to }) => ({ left: `${((from - started) / length) * 100}%`, width: `${((to - from) / length) * 100}%` });
  const words = (one) => `${t(`stage_${one.kind}`)}${one.who ? ` · ${/^\d+$/.test(one.who) ? nameOf(one.who) : queueTitle(one.who)}` : ""} (${duration((one.to - one.from) / 1000)})`;
  return html`<section class="timeline" aria-label=${t("timeline")}><ul>${stretches.map((one, at) => html`<li key=${at} class=${one.kind} style=${style(one)} title=${words(one)}><span>${words(one)}</span></li>`)}</ul>
    <p class="row muted small number"><span class="grow">${clock(new Date(started).toISOString())}</span><span>${clock(new Date(until).toISOString())}</span></p></section>`;
}

/** The recordings of a call with all that is known of each; looked for until they are stored. */
function useRecordings(id, call) {
  const [recordings, set] = useState(null);
  const look = async () => {
    if (!may("hear_recordings")) return set([]);
    const found = await get(`recordings?call=${encodeURIComponent(id)}`).catch(() => ({ items: [] }));
    set(await Promise.all(found.items.map((one) => get(`recordings/${one.id}`))));
  };
  const expected = [call?.recording, call?.voicemail].filter(Boolean).length;
  const over = !call || call.stage === "ended";
  useEffect(() => {
    look();
  }, [id, over]);
  const missing = over && recordings && recordings.length < expected;
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!missing || tries >= TRIES) return;
    const timer = setTimeout(() => look().finally(() => setTries(tries + 1)), LOOKS_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [missing, tries]);
  return { recordings, look };
}

function Recordings({ recordings, call, onChange }) {
  if (!recordings) return html`<${Loading} />`;
  const expected = [call?.recording, call?.voicemail].filter(Boolean).length;
  return html`${recordings.map((one) => html`<div key=${one.id}>${one.kind === "voicemail" ? html`<h3>${t("voicemail")}</h3>` : null}<${Player} recording=${one} onChange=${onChange} /></div>`)}
    ${recordings.length < expected ? html`<p class="muted" role="status">${t(call.stage === "ended" ? "notYet" : "beingRecorded")}</p>` : recordings.length ? null : html`<p class="muted">${t("noRecording")}</p>`}`;
}
