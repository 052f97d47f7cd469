// What is behind a number, or an operator? Beside the board: who it is, what can be done, and the calls.
import { html, signal, useEffect, useRef } from "../html.js";
import { get } from "../api.js";
import { duration, number, percent } from "../lang.js";
import { calls, ended, since } from "../live.js";
import { may } from "../session.js";
import { Elapsed, Problem } from "../ui.js";
import { actsOn } from "./acts.js";
import { StageBadge } from "./calls.js";
import { abandonment, goalOf, nameOf, operatorRow, pick, picked, queueRow, queueTitle, t, teamName, teamOf } from "./model.js";
import { Doing, InState, StateBadge } from "./operators.js";
import { slots } from "./slots.js";
import { clock } from "../times.js";

const past = signal({ items: [], error: null });

const HOUR_S = 3600;
const together = (heard, items) => {
  const ids = new Set(heard.map((one) => one.id));
  return [...heard, ...items.filter((one) => !ids.has(one.id))];
};

/** The calls that have ended within the last hour: what the server remembers, which may be older, and whatever ends from then on, of
 * which the stream tells: to ask anew for hundreds of calls at the end of each would be dear. */
function usePast(key) {
  useEffect(() => {
    let over = false;
    get("calls?ended=true").then(
      ({ items }) => !over && (past.value = { items: together(ended.peek(), items.filter((one) => one.stage === "ended")), error: null }),
      (error) => !over && (past.value = { ...past.peek(), error }),
    );
    return () => (over = true);
  }, [key]);
  const heard = ended.value;
  useEffect(() => {
    past.value = { ...past.peek(), items: together(heard, past.peek().items).filter((one) => since(one.since) < HOUR_S) };
  }, [heard]);
  return { ...past.value, items: past.value.items.filter((one) => since(one.since) < HOUR_S) };
}

export function Panel() {
  const [kind, ...rest] = picked.value.panel.split(":");
  if (kind === "operator") return html`<${Side} key=${picked.value.panel}><${OfOperator} code=${rest.join(":")} /><//>`;
  if (kind === "queue") return html`<${Side} key=${picked.value.panel}><${OfQueue} name=${rest.slice(0, -1).join(":")} what=${rest.at(-1)} /><//>`;
  return null;
}

function Side({ children }) {
  const ref = useRef();
  useEffect(() => {
    const before = document.activeElement;
    ref.current.focus();
    return () => before?.isConnected && before.focus();
  }, []);
  return html`<aside class="panel card" ref=${ref} tabindex="-1" aria-label=${t("details")}>
    <button type="button" class="quiet icon close" aria-label=${t("panelClose")} onClick=${() => pick({ panel: "" }, false)}>✕</button>
    ${children}
  </aside>`;
}

function OfOperator({ code }) {
  const one = operatorRow(code).value;
  const before = usePast(code);
  if (!one) return html`<p>${t("noSuch")}</p>`;
  const acts = actsOn(one).filter((act) => act && act.id !== "open");
  const ofThis = (call) => call.operator === code;
  return html`<h2>${one.name} <small class="muted">${code}</small></h2>
    <p class="row"><${StateBadge} one=${one} /> <${InState} one=${one} /> <${Doing} one=${one} /></p>
    <p class="muted small">${[teamOf(code) && `${t("team")}: ${teamName(teamOf(code))}`, one.serves.length && `${t("serves")}: ${one.serves.map(queueTitle).join(", ")}`].filter(Boolean).join(" · ")}</p>
    <div class="acts-list">${acts.map((act) => html`<button key=${act.id} type="button" class=${`small ${act.danger ? "danger" : ""}`} title=${act.hint} onClick=${act.run}>${act.label} ${act.key ? html`<kbd>${act.key}</kbd>` : null}</button>`)}</div>
    <${Lists} now=${ofThis} before=${before} fits=${ofThis} tells=${(call) => queueTitle(call.queue)} />
    ${may("hear_recordings") ? html`<p><a href=${`/recordings?operator=${code}`}>${t("recordings")}: ${one.name}</a></p>` : null}
    ${slots.panel.map(({ id, component: Slot }) => html`<${Slot} key=${id} operator=${code} />`)}`;
}

const isAbandoned = (call) => !call.operator && call.end_reason === "caller_hung_up";
/** For whom no phone rings yet: as the number counts them. */
const isWaiting = (call) => call.stage === "waiting";
const BEHIND = {
  waiting: { label: "waiting", now: isWaiting },
  longest: { label: "longest", now: isWaiting },
  answered: { label: "answered", now: (call) => call.stage === "talking", before: (call) => Boolean(call.operator) },
  abandoned: { label: "abandoned", before: isAbandoned },
  sl: { label: "sl", now: (call) => call.stage === "talking", before: (call) => Boolean(call.operator) || isAbandoned(call) },
  callbacks: { label: "callbacks", now: (call) => call.stage === "callback" || call.stage === "calling" },
};

function OfQueue({ name, what }) {
  const one = queueRow(name).value;
  const before = usePast(name);
  const behind = BEHIND[what] ?? BEHIND.waiting;
  if (!one) return html`<p>${t("noSuch")}</p>`;
  const { goal } = goalOf(name);
  const figures = [["offered", number(one.offered)], ["answered", number(one.answered)], ["abandoned", `${number(one.abandoned)} (${percent(abandonment(one), 1)})`], ["sl", `${percent(one.sl2)} / ${percent(goal)}`], ["callbacks", number(one.callbacks + one.calling)]];
  return html`<h2>${queueTitle(name)} <small class="muted">${t(behind.label)}</small></h2>
    <dl class="facts">${figures.map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd class="number">${value}</dd></div>`)}</dl>
    <${Lists} now=${behind.now && ((call) => call.queue === name && behind.now(call))} before=${behind.before && before} fits=${(call) => call.queue === name && behind.before(call)} />
    ${may("hear_recordings") ? html`<p><a href=${`/recordings?queue=${encodeURIComponent(name)}`}>${t("recordings")}: ${queueTitle(name)}</a></p>` : null}
    ${slots.panel.map(({ id, component: Slot }) => html`<${Slot} key=${id} queue=${name} what=${what} />`)}`;
}

/** tells: what is said of a call that has ended, beside its caller. */
function Lists({ now: fitsNow, before, fits, tells = (call) => (call.operator ? nameOf(call.operator) : t("abandonedOne")) }) {
  const going = fitsNow ? [...calls.value.values()].filter(fitsNow) : null;
  return html`${going ? html`<h3>${t("inProgress")}</h3>${going.length ? html`<ul class="plain-list">${going.map((call) => html`<${Going} key=${call.id} call=${call} />`)}</ul>` : html`<p class="muted">${t("none")}</p>`}` : null}
    ${before ? html`<h3>${t("lastHour")}</h3>${before.error ? html`<${Problem} error=${before.error} />` : html`<${Ended} items=${before.items.filter(fits)} tells=${tells} />`}` : null}`;
}

const Going = ({ call }) => html`<li class="row"><${StageBadge} call=${call} /> <a class="grow number" href=${`/calls/${call.id}`}>${call.caller}</a> <${Elapsed} since=${call.since} /></li>`;

function Ended({ items, tells }) {
  const sorted = [...items].sort((a, b) => b.since.localeCompare(a.since)).slice(0, 100);
  if (!sorted.length) return html`<p class="muted">${t("none")}</p>`;
  return html`<ul class="plain-list">${sorted.map((call) => html`<li key=${call.id} class="row"><span class="number muted">${clock(call.since)}</span>
    <a class="grow number" href=${`/calls/${call.id}`}>${call.caller}</a> <span class="small muted">${tells(call)}</span>
    <span class="number muted">${duration((Date.parse(call.since) - Date.parse(call.started)) / 1000)}</span></li>`)}</ul>`;
}
