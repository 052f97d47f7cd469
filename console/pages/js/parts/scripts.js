// Which scripts are there, and what do they say? The list, one to be read, and its editor for whoever writes scripts.
import { html, useEffect, useState } from "../html.js";
import { Editor } from "../scripts/editor.js";
import { List } from "../scripts/list.js";
import { Reader } from "../scripts/reader.js";
import { may } from "../session.js";
import { styleSheet } from "../sheet.js";
import { Loading } from "../ui.js";

export default function Scripts({ name, what, query }) {
  const [styled, show] = useState(false);
  useEffect(() => void styleSheet("/css/scripts.css").then(() => show(true)), []);
  if (!styled) return html`<${Loading} />`;
  if (!name) return html`<${List} />`;
  return what === "edit" && may("write_scripts") ? html`<${Editor} key=${name} name=${name} />` : html`<${Reader} key=${name} name=${name} version=${query.get("version")} />`;
}
