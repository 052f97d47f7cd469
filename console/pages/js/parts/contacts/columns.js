// What is each column of a file? The server proposes, a person decides, beside the first rows.
import { get } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { Loading, Problem } from "../../ui.js";
import { KINDS, t } from "./words.js";

const PLAIN = ["email", "external_id", "language", "note", "source"];

/** The name of a column as the name of a field: small letters, digits and _. */
const fieldOf = (header, index) => {
  const name = header.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 38);
  return `field:${/^[a-z]/.test(name) ? name : `f_${name || index + 1}`}`;
};

export function Columns({ one, onCheck }) {
  const [shown, setShown] = useState(null);
  const [mapping, setMapping] = useState(one.mapping);
  const [existing, setExisting] = useState(one.existing);
  const [error, setError] = useState(null);
  useEffect(() => {
    get(`contact-imports/${one.id}/preview`).then(setShown, (refused) => setError(refused.status === 404 ? { message: t("fileGone") } : refused));
  }, [one.id]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!shown) return html`<${Loading} />`;
  const put = (index, target) => setMapping((now) => now.map((before, nth) => (nth === index ? target : before)));
  const submit = (event) => {
    event.preventDefault();
    onCheck({ mapping, existing });
  };
  return html`<form class="card stack" onSubmit=${submit}>
    <p>${t("mapHelp")}</p>
    <div class="scroll"><table class="contact-columns-table">
      <thead>
        <tr>${shown.headers.map((header, index) => html`<th key=${index} scope="col">${header || `(${index + 1})`}</th>`)}</tr>
        <tr>${shown.headers.map((header, index) => html`<td key=${index}><${Target} header=${header} index=${index} target=${mapping[index]} proposed=${shown.proposed[index]} onChange=${(target) => put(index, target)} /></td>`)}</tr>
      </thead>
      <tbody>${shown.rows.map((cells, nth) => html`<tr key=${nth}>${shown.headers.map((_, index) => html`<td key=${index} class=${mapping[index] ? "" : "muted"}>${cells[index]}</td>`)}</tr>`)}</tbody>
    </table></div>
    <fieldset><legend>${t("existing")}</legend>
      ${["update", "leave"].map((one) => html`<label key=${one} class="contact-check"><input type="radio" name="existing" checked=${existing === one} onChange=${() => setExisting(one)} /> ${t(`existing_${one}`)}</label>`)}
    </fieldset>
    <div class="row"><button class="primary">${t("check")}</button></div>
  </form>`;
}

function Target({ header, index, target, proposed, onChange }) {
  const own = [...new Set([fieldOf(header, index), ...[proposed, target].filter((one) => one.startsWith("field:"))])];
  return html`<select aria-label=${t("column", { name: header })} value=${target} onChange=${(event) => onChange(event.target.value)}>
    <option value="">${t("leaveOut")}</option>
    ${["name", ...KINDS, ...PLAIN].map((one) => html`<option key=${one} value=${one}>${t(one)}</option>`)}
    ${own.map((one) => html`<option key=${one} value=${one}>${t("asField", { name: one.slice(6) })}</option>`)}
  </select>`;
}
