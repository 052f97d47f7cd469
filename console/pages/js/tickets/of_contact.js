// On a contact's card: its tickets, what was changed last first, as far as one may see them.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { styleSheet } from "../sheet.js";
import { Loading, Problem } from "../ui.js";
import { t } from "../lang/tickets.js";
import { attempted, Priority, State } from "./words.js";
import { moment } from "../times.js";

styleSheet("/css/tickets.css");
const AT_ONCE = 10;

export default function TicketsOfContact({ contact }) {
  const [page, show] = useState(null);
  const [error, fail] = useState(null);
  const address = `tickets?contact=${encodeURIComponent(contact.id)}&limit=${AT_ONCE}`;
  useEffect(() => {
    const stop = new AbortController();
    get(address, { signal: stop.signal }).then(show, (refused) => refused.name !== "AbortError" && fail(refused));
    return () => stop.abort();
  }, [contact.id]);
  if (!page) return error ? html`<${Problem} error=${error} />` : html`<${Loading} />`;
  if (!page.items.length) return html`<p class="muted">${t("noneOfContact")}</p>`;
  const more = () => attempted(async () => {
    const next = await get(`${address}&after=${encodeURIComponent(page.next)}`);
    show({ ...next, items: [...page.items, ...next.items] });
  });
  return html`<div class="ticket-panel"><ul>${page.items.map((one) => html`<li key=${one.ref}>
      <p class="row"><a class="grow" href=${`/tickets/${one.ref}`}>${one.subject || one.ref}</a><${State} state=${one.state} /></p>
      <p class="row"><small class="muted grow">${one.ref} · ${queueTitle(one.queue)} · ${moment(one.changed)}</small>${one.priority < 3 ? html`<${Priority} value=${one.priority} />` : null}${one.overdue ? html`<span class="badge bad">${t("overdue")}</span>` : null}</p></li>`)}</ul>
    ${page.next ? html`<p><button type="button" class="small" onClick=${more}>${t("more")}</button></p>` : null}</div>`;
}
