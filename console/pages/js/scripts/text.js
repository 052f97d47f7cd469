// How is a script's text shown? The server has cut it at its placeholders; here the values come in, as text and never as markup.
import { html } from "../html.js";
import { t } from "../lang/scripts.js";
export const BLANK = "______";

/** The values of a script's placeholders by their names. call: a CallStatus; contact: one of the contacts, or null; me, centre: who is
 * signed in, and what the centre is called; shown: the answers so far, as people read them. */
export function valuesOf({ call, contact, me, company, answers = {} }) {
  const values = {
    "call.queue": call?.queue, "call.number": call?.number, "call.caller": call?.caller, "call.ticket": call?.ticket,
    "operator.name": me?.name, "operator.code": me?.code, "centre.company": company,
    "customer.name": contact?.name, "customer.reference": contact?.external_id, "customer.email": contact?.email,
    "customer.language": contact?.language, "customer.phone": contact?.numbers?.[0]?.number ?? contact?.numbers?.[0],
  };
  for (const [name, value] of Object.entries(contact?.fields ?? {})) values[`customer.field.${name}`] = value;
  for (const [name, value] of Object.entries(call?.shown ?? {})) values[`shown.${name}`] = value;
  for (const [name, value] of Object.entries(answers)) values[`answer.${name}`] = value;
  return values;
}

const given = (values, name) => (values[name] === undefined || values[name] === null || values[name] === "" ? null : String(values[name]));

/** Pieces in a language; a missing value is a blank that a screen reader names. */
export function Said({ text, language, values }) {
  const pieces = text[language] ?? Object.values(text)[0] ?? [];
  return pieces.map((piece, place) => {
    if (typeof piece === "string") return piece;
    const value = given(values, piece.value);
    return value === null
      ? html`<span key=${place} class="script-blank" role="img" aria-label=${t("blank")} title=${`{${piece.value}}`}>${BLANK}</span>`
      : html`<span key=${place} class="script-value">${value}</span>`;
  });
}

/** A text in one language, or in several beside each other. as: the element; more: its class. */
export const Spoken = ({ text, languages, values, as = "p", more = "", id }) => languages.length === 1
  ? html`<${as} id=${id} class=${more} lang=${languages[0]}><${Said} text=${text} language=${languages[0]} values=${values} /><//>`
  : html`<div id=${id} class="script-sides">${languages.map((one) => html`<${as} key=${one} class=${more} lang=${one}><${Said} text=${text} language=${one} values=${values} /><//>`)}</div>`;

/** The same as plain text. */
export const plain = (text, language, values) =>
  (text[language] ?? Object.values(text)[0] ?? []).map((piece) => (typeof piece === "string" ? piece : (given(values, piece.value) ?? BLANK))).join("");

/** A link's address, each value encoded; a missing one is left out. Nothing but https. */
export function address(pieces, values) {
  const url = pieces.map((piece) => (typeof piece === "string" ? piece : encodeURIComponent(given(values, piece.value) ?? ""))).join("");
  return url.startsWith("https://") ? url : "about:blank";
}

export const Links = ({ links, language, values }) => links.length
  ? html`<ul class="script-links" aria-label=${t("links")}>
      ${links.map((link, place) => html`<li key=${place}><a lang=${language} href=${address(link.url, values)} target="_blank" rel="noopener noreferrer"><${Said} text=${link.title} language=${language} values=${values} /> <span aria-hidden="true">↗</span></a></li>`)}
    </ul>`
  : null;
