// The words of contacts, and small things that several of their pages show.
import { html } from "../../html.js";
import { language, texts } from "../../lang.js";
import { inSpanish } from "../../lang/contact_refusals.js";
import dictionary from "../../lang/contacts.js";
import { saying } from "../../ui.js";

export const t = texts(dictionary);
/** What the server says in English, in the reader's language. */
export const told = (message) => (language.value === "es" ? inSpanish(message) : undefined);
saying((error) => told(error.message));
export const KINDS = ["mobile", "home", "work", "other"];

export const named = (contact) => contact.name || contact.numbers[0]?.shown || t("unnamed");

export const Numbers = ({ numbers }) => html`<ul class="contact-numbers">
  ${numbers.map((one) => html`<li key=${one.number}><span class="tabular">${one.shown}</span> <span class="badge plain">${t(one.kind)}</span></li>`)}
</ul>`;

/** Save what the server sends: with the token, so no plain link would do. */
export async function download(response, name) {
  const address = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
