// How does each queue stand, and all of them together? A table that becomes cards where there is little room.
import { html } from "../html.js";
import { duration, number, percent } from "../lang.js";
import { abandonment, goalOf, pick, picked, queueRow, queueTitle, shownQueues, t, totals, withPicked } from "./model.js";
import { levelsOf } from "./watch.js";
import { slots } from "./slots.js";

export function Queues() {
  const names = shownQueues.value;
  return html`<section class="queues" aria-labelledby="wall-queues">
    <h2 id="wall-queues" class="visually-hidden">${t("queues")}</h2>
    <table class="board" role="table"><thead role="rowgroup"><tr role="row">
      ${["queue", "waiting", "longest", "sl", "abandonment", "answered", "callbacks", "staff"].map((key) => html`<th key=${key} role="columnheader" scope="col" class=${key === "queue" || key === "staff" ? "" : "number"}>${t(key)}</th>`)}
    </tr></thead><tbody role="rowgroup">
      ${names.map((name) => html`<${QueueRow} key=${name} name=${name} />`)}
      ${names.length > 1 ? html`<${TotalRow} />` : null}
    </tbody></table>
  </section>`;
}

/** A number that leads to its calls. */
function Figure({ name, what, label, level, title, children }) {
  return html`<td role="cell" class=${`number ${level ?? ""}`} data-label=${label} data-figure=${what}>
    <a class="figure" href=${withPicked({ panel: `queue:${name}:${what}` })} title=${title} aria-label=${`${queueTitle(name)}, ${label}`} aria-describedby=${`fig-${name}-${what}`}><span id=${`fig-${name}-${what}`}>${children}</span></a></td>`;
}

function QueueRow({ name }) {
  const one = queueRow(name).value;
  if (!one) return null;
  const { goal, own } = goalOf(name);
  const level = levelsOf("queue", name);
  const chosen = picked.value.queue === name;
  const below = one.sl2 !== null && one.sl2 < goal;
  return html`<tr role="row" class=${one.closed ? "closed" : ""} data-queue=${name} data-row="queue">
    <th role="rowheader" scope="row"><button type="button" class="quiet name" aria-pressed=${chosen} onClick=${() => pick({ queue: chosen ? "" : name })}>${queueTitle(name)}</button>
      ${one.closed ? html` <span class="badge plain" title=${t("closedHint")}>${t("closed")}</span>` : null}</th>
    <${Figure} name=${name} what="waiting" label=${t("waiting")} title=${t("waitingDefinition")} level=${level.waiting ?? level.nobody_ready ?? (one.waiting ? "some" : "zero")}>${number(one.waiting)}<//>
    <${Figure} name=${name} what="longest" label=${t("longest")} title=${t("longestDefinition")} level=${level.longest_wait ?? (one.waiting ? "" : "zero")}>${one.waiting ? duration(one.longest_wait_s) : "–"}<//>
    <${Figure} name=${name} what="sl" label=${t("sl")} level=${level.service_level ?? (below ? "below" : "")}
      title=${t("slDefinition", { t: number(one.service_level_s), goal: percent(goal), from: t(own ? "goalOwn" : "goalDefault") })}>${percent(one.sl2)} <small class="muted">/ ${percent(goal)}</small>
      ${below ? html`<span class="visually-hidden"> ${t("belowGoal")}</span>` : null}<//>
    <${Figure} name=${name} what="abandoned" label=${t("abandonment")} level=${level.abandonment} title=${t("abandonmentDefinition", { abandoned: one.abandoned, offered: one.offered })}>${percent(abandonment(one), 1)} <small class="muted">${number(one.abandoned)}</small><//>
    <${Figure} name=${name} what="answered" label=${t("answered")} title=${t("answeredDefinition", { day: one.day })}>${number(one.answered)}<//>
    <${Figure} name=${name} what="callbacks" label=${t("callbacks")} level=${one.callbacks ? "" : "zero"} title=${t("callbacksDefinition", { agreed: one.callbacks_agreed, done: one.called_back })}>${number(one.callbacks + one.calling)}<//>
    <td role="cell" data-label=${t("staff")}><${Staff} one=${one} />${slots.queue.map(({ id, component: Slot }) => html`<${Slot} key=${id} queue=${name} />`)}</td>
  </tr>`;
}

/** Who is at work for a queue, as a bar of parts; the words are in its title and for screen readers. */
export function Staff({ one }) {
  const busy = one.ringing + one.talking + one.wrap_up;
  const parts = [["ready", one.ready], ["talking", one.ringing + one.talking], ["wrap_up", one.wrap_up], ["paused", one.paused]];
  const text = t("staffDefinition", { ready: one.ready, busy, paused: one.paused, all: one.logged_in });
  return html`<span class="staff" title=${text}><span class="visually-hidden">${text}</span>
    ${parts.map(([state, count]) => html`<span key=${state} aria-hidden="true" class=${`pip ${state}${count ? "" : " zero"}`}>${count}</span>`)}
  </span>`;
}

function TotalRow() {
  const all = totals.value;
  return html`<tr role="row" class="total"><th role="rowheader" scope="row">${t("allTogether")}</th>
    <td role="cell" class="number" data-label=${t("waiting")} data-total="waiting">${number(all.waiting)}</td>
    <td role="cell" class="number" data-label=${t("longest")}>${all.waiting ? duration(all.longest_wait_s) : "–"}</td>
    <td role="cell" class="number" data-label=${t("sl")} title=${t("slDefinitionAll")}>${percent(all.sl2)}</td>
    <td role="cell" class="number" data-label=${t("abandonment")} title=${t("abandonmentDefinition", all)}>${percent(abandonment(all), 1)} <small class="muted">${number(all.abandoned)}</small></td>
    <td role="cell" class="number" data-label=${t("answered")} data-total="answered">${number(all.answered)}</td>
    <td role="cell" class="number" data-label=${t("callbacks")} data-total="callbacks">${number(all.callbacks + all.calling)}</td>
    <td role="cell" class="legend" aria-hidden="true"><span class="staff"><span class="pip ready">${t("ready")}</span><span class="pip talking">${t("talking")}</span><span class="pip wrap_up">${t("wrap_up")}</span><span class="pip paused">${t("paused")}</span></span></td>
  </tr>`;
}
