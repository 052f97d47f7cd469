// What do we know of who calls? The contacts with this number, and what the customer has open; asked for as soon as the phone rings.
import { computed, html, signal, useEffect, useState } from "../html.js";
import { get, post } from "../api.js";
import { day } from "../lang.js";
import { parts } from "../parts.js";
import { may } from "../session.js";
import { t } from "../lang/desk.js";
import { Away } from "./customer.js";
import { queueTitle } from "./names.js";
import { shownCall } from "./now.js";

const found = signal({ call: null, contacts: [] });
/** The numbers of the contacts found for the call that is shown: {number, kind, shown}. */
export const contactNumbers = computed(() => (found.value.call === shownCall.value?.id ? found.value.contacts.flatMap((one) => one.numbers) : []));

/** [answer, error, ask again]; asked anew for another call. */
function useAnswer(id, ask) {
  const [state, put] = useState({ id: null, answer: null, error: null });
  const load = () => {
    let wanted = true;
    ask(id).then((answer) => wanted && put({ id, answer, error: null }), (error) => wanted && put({ id, answer: null, error }));
    return () => (wanted = false);
  };
  useEffect(load, [id]);
  return state.id === id ? [state.answer, state.error, load] : [null, null, load];
}

const lookUp = (id) => post("contacts/look-up", { call: id });
export function Contacts({ call }) {
  const [answer, error, again] = useAnswer(call.id, lookUp);
  useEffect(() => {
    if (answer) found.value = { call: call.id, contacts: answer.items };
  }, [answer]);
  const items = answer?.items ?? [];
  return html`<section class="card"><h2>${t("contact")}</h2>
    ${error && error.status !== 404 ? html`<${Away} again=${again} />` : items.length ? html`
      ${items.length > 1 ? html`<p class="muted small">${t("severalContacts")}</p>` : null}
      ${items.slice(0, 3).map((one) => html`<${Contact} key=${one.id} one=${one} />`)}`
      : html`<p class="muted away">${answer || error ? t("noContact") : "…"}</p>`}
    ${answer?.crm === "away" ? html`<p class="muted small" role="status">${t("crmAway")}</p>` : null}
    ${answer && !items.length && may("edit_contacts") ? html`<p><a class="button small" href=${`/contacts/new?call=${encodeURIComponent(call.id)}`}>${t("writeContact")}</a></p>` : null}
  </section>`;
}

const pageOf = (id) => parts.some((one) => one.id === "contacts") && `/contacts/${encodeURIComponent(id)}`;
function Contact({ one }) {
  const fields = Object.entries(one.fields ?? {});
  const link = pageOf(one.id);
  return html`<article class="contact"><p class="row"><strong class="grow contact-name">${one.name || one.numbers[0]?.shown}</strong>${link ? html`<a href=${link}>${t("openContact")}</a>` : null}</p>
    ${one.email || fields.length ? html`<dl class="facts two">${one.email ? html`<div><dt>E-mail</dt><dd>${one.email}</dd></div>` : null}
      ${fields.slice(0, 6).map(([name, text]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd>${text}</dd></div>`)}</dl>` : null}
    ${one.note ? html`<p class="contact-note"><span class="visually-hidden">${t("note")}: </span>${one.note}</p>` : null}
  </article>`;
}

const ofCall = (id) => get(`calls/${encodeURIComponent(id)}/tickets`);
export function Tickets({ call }) {
  const [answer, error, again] = useAnswer(call.id, ofCall);
  if (error?.status === 404) return null;
  const items = [...(answer?.linked ?? []), ...(answer?.customers ?? [])];
  return html`<section class="card"><h2>${t("tickets")} ${items.length ? html`<span class="badge info">${items.length}</span>` : null}</h2>
    ${error ? html`<${Away} again=${again} />` : items.length ? html`<ul class="plain-list">${items.slice(0, 8).map((one) => html`<li key=${one.ref}><span class="grow"><strong>${one.subject}</strong>
      <small class="muted">${one.ref} · ${queueTitle(one.queue)} · ${day(one.opened)}</small></span>${one.overdue ? html`<span class="badge bad">${t("overdue")}</span>` : null}</li>`)}</ul>`
      : html`<p class="muted away">${answer ? t("noTickets") : "…"}</p>`}
  </section>`;
}
