// How is a contact written down or corrected? What was not touched is not sent, so that two people correct different things.
import { ask, post } from "../../api.js";
import { html, useState } from "../../html.js";
import { LANGUAGES } from "../../lang.js";
import { Field, words } from "../../ui.js";
import { KINDS, t } from "./words.js";

const NEW = { name: "", numbers: [], email: "", language: "", note: "", fields: {}, external_id: null, source: "" };
const PLAIN = ["name", "email", "language", "note", "external_id", "source"];
const draftOf = (contact) => ({
  ...Object.fromEntries(PLAIN.map((name) => [name, contact[name] ?? ""])),
  numbers: contact.numbers.map((one) => ({ number: one.number, kind: one.kind })),
  fields: Object.entries(contact.fields),
});
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Only what differs from base, as the server takes it. */
function changes(base, draft) {
  const before = draftOf(base);
  const sent = Object.fromEntries(PLAIN.filter((name) => draft[name] !== before[name]).map((name) => [name, draft[name]]));
  const numbers = draft.numbers.filter((one) => one.number.trim());
  if (!same(numbers, before.numbers)) sent.numbers = numbers;
  const fields = Object.fromEntries(draft.fields.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), value]));
  const left = Object.fromEntries(Object.keys(base.fields).filter((name) => !(name in fields)).map((name) => [name, ""]));
  if (!same(fields, base.fields)) sent.fields = { ...left, ...fields };
  return sent;
}

/** What somebody has typed, on top of what another has saved meanwhile. */
function onto(newest, base, draft) {
  const before = draftOf(base);
  const now = draftOf(newest);
  return Object.fromEntries(Object.keys(now).map((name) => [name, same(draft[name], before[name]) ? now[name] : draft[name]]));
}

export function Form({ contact, number, onSaved, onCancel }) {
  const [base, setBase] = useState(contact ?? NEW);
  const [draft, setDraft] = useState(() => ({ ...draftOf(base), ...(number ? { numbers: [{ number, kind: "other" }] } : {}) }));
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const put = (name, value) => setDraft((now) => ({ ...now, [name]: value }));
  const type = (name) => (event) => put(name, event.target.value);
  const at = (name, index, value) => put(name, draft[name].map((one, nth) => (nth === index ? value : one)));
  const without = (name, index) => put(name, draft[name].filter((_, nth) => nth !== index));
  const wrong = (name) => (error?.field === name ? words(error) : null);

  const save = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const sent = changes(base, draft);
      onSaved(contact ? await ask("PATCH", `contacts/${contact.id}`, sent, { headers: { "If-Match": `"${base.version}"` } }) : await post("contacts", sent));
    } catch (refused) {
      if (refused.code === "changed") {
        const newest = await ask("GET", `contacts/${contact.id}`).catch(() => base);
        setDraft(onto(newest, base, draft));
        setBase(newest);
        setError({ message: t("changed", { by: newest.updated_by }) });
      } else setError(refused);
      setBusy(false);
    }
  };
  const known = ["name", "numbers", "email", "language", "note", "external_id", "source"].includes(error?.field);
  return html`<form class="card contact-form" onSubmit=${save}>
    <div class="contact-columns">
      <${Field} label=${t("name")} value=${draft.name} onInput=${type("name")} error=${wrong("name")} maxlength="200" autocomplete="off" autofocus />
      <${Field} label=${t("email")} type="email" value=${draft.email} onInput=${type("email")} error=${wrong("email")} maxlength="254" autocomplete="off" />
      <${Field} label=${t("code")} value=${draft.external_id} onInput=${type("external_id")} error=${wrong("external_id")} maxlength="100" autocomplete="off" />
      <${Field} label=${t("language")} as="select" value=${draft.language} onChange=${type("language")} error=${wrong("language")}>
        <option value="">–</option>
        ${[...new Set([...Object.keys(LANGUAGES), draft.language])].filter(Boolean).map((one) => html`<option key=${one} value=${one}>${LANGUAGES[one] ?? one}</option>`)}
      <//>
    </div>
    <fieldset><legend>${t("numbers")}</legend>
      ${draft.numbers.map((one, index) => html`<div key=${index} class="contact-line">
        <input aria-label=${t("number")} type="tel" value=${one.number} maxlength="60" autocomplete="off" aria-invalid=${wrong("numbers") ? "true" : undefined}
          onInput=${(event) => at("numbers", index, { ...one, number: event.target.value })} />
        <select aria-label=${t("kind")} value=${one.kind} onChange=${(event) => at("numbers", index, { ...one, kind: event.target.value })}>
          ${KINDS.map((kind) => html`<option key=${kind} value=${kind}>${t(kind)}</option>`)}
        </select>
        <button type="button" class="quiet icon" aria-label=${t("remove", { what: one.number })} onClick=${() => without("numbers", index)}>✕</button>
      </div>`)}
      ${wrong("numbers") ? html`<p class="error small" role="alert">${wrong("numbers")}</p>` : null}
      <button type="button" class="small" onClick=${() => put("numbers", [...draft.numbers, { number: "", kind: "mobile" }])}>${t("add")}</button>
    </fieldset>
    <${Field} label=${t("note")} as="textarea" value=${draft.note} onInput=${type("note")} error=${wrong("note")} maxlength="4000" />
    <fieldset><legend>${t("fields")}</legend>
      ${draft.fields.map(([name, value], index) => html`<div key=${index} class="contact-line">
        <input aria-label=${t("fieldName")} title=${t("fieldHint")} pattern="[a-z][a-z0-9_]*" value=${name} maxlength="40" autocomplete="off" onInput=${(event) => at("fields", index, [event.target.value, value])} />
        <input aria-label=${t("fieldValue")} value=${value} maxlength="1000" autocomplete="off" onInput=${(event) => at("fields", index, [name, event.target.value])} />
        <button type="button" class="quiet icon" aria-label=${t("remove", { what: name })} onClick=${() => without("fields", index)}>✕</button>
      </div>`)}
      <button type="button" class="small" onClick=${() => put("fields", [...draft.fields, ["", ""]])}>${t("addField")}</button>
    </fieldset>
    ${error && !known ? html`<p class="problem" role="alert">${words(error)}</p>` : null}
    <div class="row"><button class="primary" disabled=${busy}>${t("save")}</button><button type="button" onClick=${onCancel}>${t("cancel")}</button></div>
  </form>`;
}
