// Which calls are up, at what stage, for how long, and why do those who wait still wait?
import { html, signal, useComputed, useEffect } from "../html.js";
import { get } from "../api.js";
import { duration, language, number } from "../lang.js";
import { since, stale } from "../live.js";
import { may, me } from "../session.js";
import { actsOnCall } from "./acts.js";
import { Icon } from "./icons.js";
import { Menu } from "./menu.js";
import { callHands, callRow, nameOf, queueTitle, shownCalls, stageName, t, waitingQueues, withPicked } from "./model.js";
import { controlWords } from "./operators.js";
import { supervise } from "./supervision.js";

const COLOURS = { waiting: "warn", ringing: "info", talking: "good", callback: "plain", calling: "info", menu: "plain", new: "plain", elsewhere: "plain", ended: "plain" };
const ASKS_EVERY_MS = 4000;

export function Calls() {
  const ids = shownCalls.value;
  return html`<section class="calls" aria-labelledby="wall-calls">
    <div class="head"><h2 id="wall-calls">${t("calls")} <span class="badge plain number" data-count="calls">${number(ids.length)}</span></h2></div>
    ${may("why_waiting") ? html`<${Why} />` : null}
    ${ids.length ? html`<table class="board" role="table"><thead role="rowgroup"><tr role="row">
      ${["stage", "wait", "caller", "queue", "operator"].map((key) => html`<th key=${key} role="columnheader" scope="col" class=${key === "wait" ? "number" : ""}>${t(key)}</th>`)}
      <th role="columnheader" scope="col"><span class="visually-hidden">${t("actions")}</span></th></tr></thead>
      <tbody role="rowgroup" ...${callHands}>${ids.map((id) => html`<${CallRow} key=${id} id=${id} />`)}</tbody></table>`
      : html`<p class="muted nothing">${t("noCalls")}</p>`}
  </section>`;
}

export const StageBadge = ({ call }) => html`<span class=${`badge ${COLOURS[call.stage]}`} data-stage=${call.stage}>${stageName(call.stage)}${call.position && call.stage === "waiting" ? ` ${call.position}` : ""}</span>`;

function Since({ iso }) {
  const text = useComputed(() => duration(since(iso)));
  return html`<span class="number">${text.value}</span>`;
}

function CallRow({ id }) {
  const call = callRow(id).value;
  if (!call) return null;
  const listens = Object.entries(call.supervised ?? {});
  return html`<tr role="row" data-call=${id} data-row="call" class=${call.stage}>
    <td role="cell"><${StageBadge} call=${call} /></td>
    <td role="cell" class="number"><${Since} iso=${call.since} /></td>
    <th role="rowheader" scope="row"><a class="name number" href=${`/calls/${id}`}>${call.caller || t("withheld")}</a>${call.priority ? html` <small class="muted">${t("priorityOf", { n: call.priority })}</small>` : null}
      ${call.ticket ? html` <small class="muted">${call.ticket}</small>` : null}</th>
    <td role="cell">${call.queue ? queueTitle(call.queue) : html`<span class="muted number">${call.number}</span>`}</td>
    <td role="cell">${call.operator ? html`<a href=${withPicked({ panel: `operator:${call.operator}` })}>${nameOf(call.operator)}</a>` : null}
      ${call.control && call.control !== "talking" ? html` <small class="muted">${controlWords(call)}</small>` : null}
      ${listens.map(([who, mode]) => html` <span key=${who} class="badge info" title=${t("supervisedBy", { who: nameOf(who), mode: t(mode) })}><${Icon} name="ear" /> ${who === me.value.code ? t(mode) : who}</span>`)}</td>
    <td role="cell" class="acts">
      ${may("supervise") && call.stage === "talking" ? html`<button type="button" class="quiet icon" aria-label=${`${t("listen")}: ${call.caller}`} title=${`${t("listen")} (L)`} onClick=${() => supervise({ call: id }, "listen")}><${Icon} name="ear" /></button>` : null}
      <${Menu} label=${t("actionsFor", { who: call.caller })} items=${() => actsOnCall(callRow(id).peek() ?? call)} /></td>
  </tr>`;
}

// -- why they wait ----------------------------------------------------------------------------------------------------------

const reasons = signal(new Map());

/** The words, with the caller's shown number for the call's id. */
const withCaller = ({ text, why }) => text.replaceAll(why.call, callRow(why.call).peek()?.caller ?? why.call);

/** Of each queue with somebody waiting: why its first caller still does, as the exchange says it. */
function Why() {
  const names = waitingQueues.value;
  const asked = `${names.join()} ${language.value}`;
  useEffect(() => {
    if (!names.length) return;
    let over = false;
    const look = async () => {
      if (stale.peek()) return;
      const said = await Promise.all(names.map((name) => get(`queues/${encodeURIComponent(name)}/why-waiting?lang=${language.value}`).catch(() => null)));
      if (!over) reasons.value = new Map(names.map((name, at) => [name, said[at]]));
    };
    look();
    const timer = setInterval(look, ASKS_EVERY_MS);
    return () => { over = true; clearInterval(timer); };
  }, [asked]);
  const told = names.filter((name) => reasons.value.get(name));
  if (!told.length) return null;
  return html`<details class="why" open><summary>${t("why")}</summary><ul>
    ${told.map((name) => html`<li key=${name} data-why=${name}><strong>${queueTitle(name)}</strong>: ${withCaller(reasons.value.get(name))}</li>`)}</ul></details>`;
}
