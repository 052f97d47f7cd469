// Beside the call: this customer's tickets, a new one, and passing on with the caller. For the operator's desk.
import { html, signal, useEffect, useState } from "../html.js";
import { get, post } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { closeOver, over } from "../desk/over.js";
import { styleSheet } from "../sheet.js";
import { Problem } from "../ui.js";
import { t } from "../lang/tickets.js";
import { NewTicket } from "./opening.js";
import { PassDialog } from "./passing.js";
import { attempted, Priority, State } from "./words.js";

styleSheet("/css/tickets.css");

/** How often something was changed here. */
const round = signal(0);
const next = () => (round.value += 1);

export function TicketPanel({ call }) {
  const [found, show] = useState(null);
  const [error, fail] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    get(`calls/${encodeURIComponent(call.id)}/tickets`, { signal: stop.signal }).then((answer) => { show(answer); fail(null); }, (refused) => refused.name !== "AbortError" && fail(refused));
    return () => stop.abort();
  }, [call.id, call.operator, call.ticket, call.control, round.value]);
  if (error?.status === 404) return null;
  const link = (ref) => attempted(() => post(`tickets/${ref}/calls`, { call: call.id })).then(next);
  const open = () => (over.value = { call: call.id, dialog: () => html`<${NewTicket} call=${call} onClose=${closeOver} onDone=${next} />` });
  const choose = (ref) => attempted(async () => {
    const ticket = await get(`tickets/${ref}?call=${encodeURIComponent(call.id)}`);
    over.value = { call: call.id, dialog: () => html`<${PassDialog} ticket=${ticket} call=${call} onClose=${closeOver} onDone=${next} />` };
  });
  const linked = found?.linked ?? [];
  const others = found?.customers ?? [];
  const line = (one, mine) => html`<li key=${one.ref}><p class="row"><a class="grow" href=${`/tickets/${one.ref}?call=${encodeURIComponent(call.id)}`}>${one.subject || one.ref}</a><${State} state=${one.state} /></p>
    <p class="row"><small class="muted grow">${one.ref} · ${queueTitle(one.queue)}${mine ? ` · ${t("linked")}` : ""}</small>${one.priority < 3 ? html`<${Priority} value=${one.priority} />` : null}${one.overdue ? html`<span class="badge bad">${t("overdue")}</span>` : null}
      ${mine ? html`<button type="button" class="small" disabled=${!!one.moving} onClick=${() => choose(one.ref)}>${t("pass")}</button>` : html`<button type="button" class="small" onClick=${() => link(one.ref)}>${t("link")}</button>`}</p></li>`;
  return html`<section class="card ticket-panel"><div class="row"><h2 class="grow">${t("ofCall")}</h2><button type="button" class="small" onClick=${open}>${t("new")}</button></div>
    ${error ? html`<${Problem} error=${error} />` : linked.length + others.length ? html`<ul>${linked.map((one) => line(one, true))}${others.map((one) => line(one, false))}</ul>` : html`<p class="muted">${found ? t("noOpen") : "…"}</p>`}
  </section>`;
}
