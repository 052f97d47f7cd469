// What do we know of who calls? The contacts with this number; asked for as soon as the phone rings.
import { computed, effect, html, signal } from "../html.js";
import { post } from "../api.js";
import { parts } from "../parts.js";
import { may } from "../session.js";
import { t } from "../lang/desk.js";
import { Away } from "./customer.js";
import { shownCall } from "./now.js";

const nothing = { call: null, answer: null, error: null };
const found = signal(nothing);
const shownId = computed(() => shownCall.value?.id ?? null);
const now = computed(() => (found.value.call === shownId.value ? found.value : nothing));

function lookUp(call) {
  const put = (more) => call === shownId.peek() && (found.value = { ...nothing, call, ...more });
  post("contacts/look-up", { call }).then((answer) => put({ answer }), (error) => put({ error }));
}
effect(() => {
  if (shownId.value) lookUp(shownId.value);
});

/** On another page a contact may have been written down or corrected meanwhile: look again, if that was done already. */
export const lookAgain = () => found.peek().call && found.peek().call === shownId.peek() && lookUp(shownId.peek());

/** Whether it has been asked who calls, whatever came of it. */
export const lookedUp = computed(() => Boolean(now.value.call));
/** The contact who calls; null for none, and where several have the number. */
export const contact = computed(() => (now.value.answer?.items.length === 1 ? now.value.answer.items[0] : null));
/** The numbers of the contacts found for the call that is shown: {number, kind, shown}. */
export const contactNumbers = computed(() => (now.value.answer?.items ?? []).flatMap((one) => one.numbers));

export function Contacts({ call }) {
  const { answer, error } = now.value;
  const again = () => lookUp(call.id);
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
