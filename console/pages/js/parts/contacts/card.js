// Who is this? All that is known of a contact, and what other parts know of them.
import { get } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { LANGUAGES } from "../../lang.js";
import { go } from "../../router.js";
import { may, role } from "../../session.js";
import { Loading, Problem, toast } from "../../ui.js";
import { Erase } from "./erase.js";
import { Form } from "./form.js";
import { History } from "./history.js";
import { forgetFound } from "./search.js";
import { Slots } from "./slots.js";
import { Numbers, named, t } from "./words.js";
import { moment } from "../../times.js";

const mayEdit = () => may("edit_contacts");

/** Without an id it is a new one; call: of whoever calls there, whose number is known to who has the call. */
export function Card({ id, call }) {
  const [contact, setContact] = useState(null);
  const [error, setError] = useState(null);
  const [editing, setEditing] = useState(!id);
  const [erasing, setErasing] = useState(false);
  const [number, setNumber] = useState(call ? null : "");
  useEffect(() => {
    if (call) get(`calls/${encodeURIComponent(call)}/caller`).then((told) => setNumber(told.number), () => setNumber(""));
  }, [call]);
  useEffect(() => {
    if (!id) return;
    get(`contacts/${id}`).then((found) => {
      if (found.id !== id) {
        toast(t("became"));
        go(`/contacts/${found.id}`, { replace: true });
      } else setContact(found);
    }, setError);
  }, [id]);
  if (error) return html`<${Problem} error=${error.status === 404 ? { message: t("gone") } : error} /><p><a href="/contacts">${t("toSearch")}</a></p>`;
  if ((id && !contact) || number === null) return html`<${Loading} />`;
  const saved = (newest) => {
    toast(t("saved"), "good");
    forgetFound();
    if (!id) return go(`/contacts/${newest.id}`, { replace: true });
    setContact(newest);
    setEditing(false);
  };
  return html`<div class="stack">
    <p><a href="/contacts">← ${t("toSearch")}</a></p>
    <div class="row"><h1>${contact ? named(contact) : t("new")}</h1><span class="grow"></span>
      ${contact && !editing ? html`
        ${mayEdit() ? html`<button type="button" onClick=${() => setEditing(true)}>${t("edit")}</button>` : null}
        ${may("merge_contacts") ? html`<a class="button" href=${`/contacts/${contact.id}/merge`}>${t("merge")}</a>` : null}
        ${may("erase_customers") ? html`<button type="button" class="danger" onClick=${() => setErasing(true)}>${t("erase")}</button>` : null}` : null}
    </div>
    ${editing ? html`<${Form} contact=${contact} number=${number} onSaved=${saved} onCancel=${() => (id ? setEditing(false) : go("/contacts"))} />`
      : html`<${Details} contact=${contact} />`}
    ${contact && !editing ? html`<${Slots} contact=${contact} /><${History} key=${contact.version} contact=${contact} />` : null}
    ${erasing ? html`<${Erase} contact=${contact} onClose=${() => setErasing(false)} />` : null}
  </div>`;
}

/** What is written down, to be read. */
export const Details = ({ contact }) => html`<section class="card" aria-label=${named(contact)}>
  <dl class="contact-details">
    ${contact.numbers.length ? html`<dt>${t("numbers")}</dt><dd><${Numbers} numbers=${contact.numbers} /></dd>` : null}
    ${contact.email ? html`<dt>${t("email")}</dt><dd>${contact.email}</dd>` : null}
    ${contact.external_id ? html`<dt>${t("code")}</dt><dd class="tabular">${contact.external_id}</dd>` : null}
    ${contact.language ? html`<dt>${t("language")}</dt><dd>${LANGUAGES[contact.language] ?? contact.language}</dd>` : null}
    ${Object.entries(contact.fields).map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}
    ${contact.note ? html`<dt>${t("note")}</dt><dd class="contact-note">${contact.note}</dd>` : null}
    ${contact.source && role.value !== "operator" ? html`<dt>${t("source")}</dt><dd>${contact.source}</dd>` : null}
  </dl>
  <p class="muted small">${t("updated", { by: contact.updated_by, at: moment(contact.updated_at) })} · ${t("created", { by: contact.created_by, at: moment(contact.created_at) })}</p>
</section>`;
