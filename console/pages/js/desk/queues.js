// How do my queues stand? Nothing but what helps to decide whether there is time for a coffee.
import { html } from "../html.js";
import { duration, number } from "../lang.js";
import { queues } from "../live.js";
import { t } from "../lang/desk.js";
import { queueTitle } from "./names.js";
import { served } from "./now.js";

/** "3 waiting · 1 free" */
export function QueueFacts({ name }) {
  const queue = queues.value.get(name);
  if (!queue) return null;
  if (queue.closed) return html`<span class="badge plain">${t("closed")}</span>`;
  return html`<span class="muted small tabular">${t("waitingNow", { n: queue.waiting })} · ${t("freeNow", { n: queue.ready })}</span>`;
}

export function YourQueues() {
  if (!served.value.length) return null;
  return html`<section class="card">
    <h2>${t("yourQueues")}</h2>
    <table class="plain-table">
      <thead><tr><th scope="col">${t("queue")}</th><th scope="col" class="number">${t("callers")}</th><th scope="col" class="number">${t("longestWait")}</th><th scope="col" class="number">${t("free")}</th></tr></thead>
      <tbody>${served.value.map((queue) => html`<tr key=${queue.name} class=${queue.waiting ? "waits" : ""}>
        <th scope="row">${queueTitle(queue.name)} ${queue.closed ? html`<span class="badge plain">${t("closed")}</span>` : null}</th>
        <td class="number">${queue.waiting ? number(queue.waiting) : html`<span class="muted">${t("nobodyWaits")}</span>`}</td>
        <td class="number">${queue.waiting ? duration(queue.longest_wait_s) : "–"}</td><td class="number">${number(queue.ready)}</td></tr>`)}</tbody>
    </table>
  </section>`;
}
