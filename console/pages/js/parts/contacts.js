// Contacts: which of their pages does the address mean?
import { html } from "../html.js";
import { styleSheet } from "../sheet.js";
import { Card } from "./contacts/card.js";
import { Import, Imports } from "./contacts/importing.js";
import { MergePage } from "./contacts/merge.js";
import { Search } from "./contacts/search.js";

styleSheet("/css/contacts.css");

export default function Contacts({ what, more, query }) {
  if (!what) return html`<${Search} />`;
  if (what === "imports") return more ? html`<${Import} key=${more} id=${more} />` : html`<${Imports} />`;
  if (what === "new") return html`<${Card} key="new" call=${query.get("call")} />`;
  if (more === "merge") return html`<${MergePage} key=${what} id=${what} other=${query.get("with")} />`;
  return html`<${Card} key=${what} id=${what} />`;
}
