// What do we know of who calls? The contacts with this number; asked for as soon as the phone rings.
import { computed, html, signal, useEffect, useState } from "../html.js";
import { get, post } from "../api.js";
import { parts } from "../parts.js";
import { may } from "../session.js";
import { t } from "../lang/desk.js";
import { Away } from "./customer.js";
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
