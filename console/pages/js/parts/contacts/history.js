// Who changed what of a contact, and what stood there before? Read only when somebody opens it: each look is noted.
import { get } from "../../api.js";
import { html, useState } from "../../html.js";
import { tried } from "../../ui.js";
import { t } from "./words.js";
import { moment } from "../../times.js";

const label = (field) => (field.startsWith("fields.") ? field.slice(7) : field === "external_id" ? t("code") : t(field));

export function History({ contact }) {
  const [said, setSaid] = useState(null);
  const load = async (before) => {
    const more = await tried(() => get(`contacts/${contact.id}/history${before ? `?before=${before}` : ""}`));
    if (more) setSaid((now) => (before ? { ...now, items: [...now.items, ...more.items], next: more.next } : more));
  };
  return html`<details class="card" onToggle=${(event) => event.target.open && !said && load()}>
    <summary><h2>${t("history")}</h2></summary>
    ${said ? html`
      ${said.merges.map((one) => html`<p key=${one.gone} class="small"><span class="badge info">${t("act_merged")}</span> ${t("wasMerged", { by: one.by, gone: one.gone, at: moment(one.at) })}</p>`)}
      <ol class="contact-history">${said.items.map((one) => html`<li key=${one.id}>
        <span class="muted small">${moment(one.at)} · ${one.by}</span> <span class="badge plain">${t(`act_${one.act}`)}</span>
        ${one.field ? html`<div><strong>${label(one.field)}</strong>: ${one.new || t("empty")} <span class="muted">(${t("was", { old: one.old || t("empty") })})</span></div>` : html`<div>${t("began", { new: one.new })}</div>`}
      </li>`)}</ol>
      ${said.next ? html`<button type="button" class="small" onClick=${() => load(said.next)}>${t("moreHistory")}</button>` : null}` : null}
  </details>`;
}
