// What does each operator do, since when, and is that as it should be? A row is drawn again only when its own operator changes.
import { html, useComputed } from "../html.js";
import { duration, number } from "../lang.js";
import { now, since } from "../live.js";
import { may } from "../session.js";
import { actsOn } from "./acts.js";
import { Icon } from "./icons.js";
import { Menu } from "./menu.js";
import { callRow, nameOf, operatorCounts, operatorHands, operatorRow, pauseName, pick, picked, queueTitle, shownOperators, stateName, STATES, t, teamName, teamOf, withPicked } from "./model.js";
import { supervise } from "./supervision.js";
import { levelsOf, tooLongAfter } from "./watch.js";
import { clock } from "../times.js";

const COLOURS = { ready: "good", talking: "info", on_hold: "info", ringing: "info", reserved: "info", own_call: "info", wrap_up: "warn", paused: "plain", logged_out: "plain" };

export function Operators() {
  const codes = shownOperators.value;
  return html`<section class="operators" aria-labelledby="wall-operators">
    <div class="head"><h2 id="wall-operators">${t("operators")}</h2><${States} /></div>
    ${codes.length ? html`<table class="board" role="table"><thead role="rowgroup"><tr role="row">
      <${Sorted} by="name" label=${t("operator")} /><${Sorted} by="state" label=${t("state")} /><${Sorted} by="since" label=${t("since")} number />
      <th role="columnheader" scope="col">${t("doing")}</th><${Sorted} by="queue" label=${t("serves")} />
      <th role="columnheader" scope="col"><span class="visually-hidden">${t("actions")}</span></th></tr></thead>
      <tbody role="rowgroup" ...${operatorHands}>${codes.map((code) => html`<${OperatorRow} key=${code} code=${code} />`)}</tbody></table>`
      : html`<p class="muted nothing">${t("noOperators")}</p>`}
  </section>`;
}

function Sorted({ by, label, number: right }) {
  const on = (picked.value.sort || "state") === by;
  return html`<th role="columnheader" scope="col" class=${right ? "number" : ""} aria-sort=${on ? "ascending" : undefined}>
    <button type="button" class="quiet sort" onClick=${() => pick({ sort: by === "state" ? "" : by })}>${label}${on ? html`<span aria-hidden="true"> ▾</span>` : null}</button></th>`;
}

/** How many are in each state; each narrows the list to these. */
function States() {
  const counts = operatorCounts.value;
  const chip = (state, label, count, tone) => html`<button key=${state || "working"} type="button" class=${`chip ${tone}`} data-state=${state || "working"} aria-pressed=${picked.value.state === state} onClick=${() => pick({ state: picked.value.state === state ? "" : state })}>
    ${label} <strong class="number">${number(count)}</strong></button>`;
  return html`<div class="row chips" role="group" aria-label=${t("state")}>
    ${chip("", t("working"), counts.working, "")}
    ${STATES.filter((state) => counts[state]).map((state) => chip(state, stateName(state), counts[state], COLOURS[state]))}
    ${counts.unreachable ? chip("unreachable", t("unreachable"), counts.unreachable, "bad") : null}
  </div>`;
}

/** The state; one who is ready with a phone that is gone is not. */
export function StateBadge({ one: { state, phone } }) {
  const away = phone === "unreachable" && state === "ready";
  return html`<span class=${`badge ${away ? "bad" : COLOURS[state]}`} data-operator-state=${state}>${away ? t("notReachable") : stateName(state)}</span>`;
}

/** How long somebody has been in a state; marked once that is too long. */
export function InState({ one }) {
  const text = useComputed(() => duration(since(one.since)));
  const late = isLate(one);
  return html`<span class=${late ? "number late" : "number"} title=${late ? t("tooLong") : undefined}>${text.value}${late ? html`<span class="visually-hidden"> ${t("tooLong")}</span>` : null}</span>`;
}

function isLate(one) {
  const limit = tooLongAfter(one);
  return limit !== null && since(one.since) > limit;
}

function OperatorRow({ code }) {
  const one = operatorRow(code).value;
  if (!one) return null;
  const level = levelsOf("operator", code);
  const talks = one.state === "talking" || one.state === "on_hold";
  return html`<tr role="row" data-operator=${code} data-row="operator" class=${`${one.state} ${Object.values(level).some((each) => each === "alarm") ? "alarm-row" : ""}`}>
    <th role="rowheader" scope="row"><a class="name" href=${withPicked({ panel: `operator:${code}` })}>${one.name}</a> <small class="muted">${code}${teamOf(code) ? html`<span class="team"> · ${teamName(teamOf(code))}</span>` : null}</small></th>
    <td role="cell"><${StateBadge} one=${one} /></td>
    <td role="cell" class="number"><${InState} one=${one} /></td>
    <td role="cell" class="doing"><${Doing} one=${one} /></td>
    <td role="cell" class="serves small muted">${one.serves.map(queueTitle).join(", ")}</td>
    <td role="cell" class="acts">
      ${may("supervise") && talks ? html`<button type="button" class="quiet icon" aria-label=${`${t("listen")}: ${one.name}`} title=${`${t("listen")} (L)`} onClick=${() => supervise({ operator: code }, "listen")}><${Icon} name="ear" /></button>` : null}
      <${Menu} label=${t("actionsFor", { who: one.name })} items=${() => actsOn(operatorRow(code).peek())} /></td>
  </tr>`;
}

/** What an operator does, in words: with whom, why, until when, and what comes then. */
export function Doing({ one }) {
  const call = one.call ? callRow(one.call).value : null;
  const said = [];
  if (one.phone === "unreachable" && one.state !== "logged_out") said.push(html`<span key="phone" class="badge bad" title=${t("phoneUnreachable")}>${phoneReason(one)}</span>`);
  if (one.state === "paused") said.push(html`<span key="reason">${pauseName(one.reason) || ""}${one.productive === false ? html` <small class="muted">${t("notProductive")}</small>` : null}</span>`);
  if (one.forced_by) said.push(html`<small key="by" class="muted">${t("forcedBy", { who: nameOf(one.forced_by) })}</small>`);
  if (one.call) said.push(html`<a key="call" href=${`/calls/${one.call}`}>${queueTitle(one.queue)}${call ? ` · ${call.caller}` : ""}</a>`);
  if (call?.control && !["talking", "held"].includes(call.control)) said.push(html`<small key="control" class="muted">${controlWords(call)}</small>`);
  if (one.until) said.push(html`<${EndsIn} key="until" at=${one.until} />`);
  if (one.wish) said.push(html`<small key="wish" class="muted">${t("then", { state: stateName(one.wish) })}</small>`);
  return html`<span class="row tight">${said}</span>`;
}

/** How long until a state is over by itself. */
const EndsIn = ({ at }) => html`<small class="muted number" title=${t("until", { at: clock(at) })}>${t("endsIn", { time: duration(Math.max(0, (Date.parse(at) - now.value) / 1000)) })}</small>`;

export function phoneReason(one) {
  const key = `phone_${one.phone_reason}`;
  const known = t(key);
  return known === key ? t("unreachable") : known;
}

export function controlWords(call) {
  const words = {
    held: t("held"), held_by_phone: t("held"), ringing_other: t("consulting", { who: whom(call) }), consulting: t("consulting", { who: whom(call) }), swapped: t("consulting", { who: whom(call) }),
    conference: t("conference"), barged: t("barged"), taken_over: t("taken_over"), outside: t("outside"),
  };
  return words[call.control] ?? "";
}
const whom = (call) => (call.consulting ? nameOf(call.consulting) : "");
