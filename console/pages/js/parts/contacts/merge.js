// Are these two one person? Side by side, line by line; the left one stays.
import { get, post } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { go } from "../../router.js";
import { Loading, Problem, toast } from "../../ui.js";
import { Search, forgetFound } from "./search.js";
import { Numbers, named, t } from "./words.js";
import { moment } from "../../times.js";

const LINES = ["name", "email", "language", "note", "source"];

export function MergePage({ id, other }) {
  const [pair, setPair] = useState(null);
  const [error, setError] = useState(null);
  const read = () => {
    setError(null);
    Promise.all([id, other].filter(Boolean).map((one) => get(`contacts/${one}`))).then(setPair, setError);
  };
  useEffect(read, [id, other]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!pair) return html`<${Loading} />`;
  const [kept, gone] = pair;
  return html`<div class="stack">
    <p><a href=${`/contacts/${id}`}>← ${named(kept)}</a></p>
    <h1>${t("mergeTitle")}</h1>
    ${gone ? html`<${SideBySide} key=${`${kept.id}${kept.version}${gone.id}${gone.version}`} kept=${kept} gone=${gone} again=${read} />`
      : html`<h2>${t("chooseOther")} ${named(kept)}</h2><${Search} except=${id} onChoose=${(one) => go(`/contacts/${id}/merge?with=${one.id}`)} />`}
  </div>`;
}

function SideBySide({ kept, gone, again }) {
  const [take, setTake] = useState(() => LINES.filter((name) => !kept[name] && gone[name]));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const fields = [...new Set([...Object.keys(kept.fields), ...Object.keys(gone.fields)])];
  const clash = fields.filter((name) => kept.fields[name] && gone.fields[name] && kept.fields[name] !== gone.fields[name]);
  const choose = (name, theirs) => setTake((now) => (theirs ? [...now, name] : now.filter((one) => one !== name)));
  const merge = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = { gone: gone.id, gone_version: gone.version, take: [...new Set(take)] };
      const merged = await post(`contacts/${kept.id}/merge`, body, { headers: { "If-Match": `"${kept.version}"` } });
      toast(t("merged"), "good");
      forgetFound();
      go(`/contacts/${merged.id}`, { replace: true });
    } catch (refused) {
      setError(refused);
      setBusy(false);
      if (refused.code === "changed") again();
    }
  };
  const cell = (name, contact, theirs, show) => html`<td class=${(take.includes(name) === theirs) ? "contact-taken" : ""}>
    <label class="contact-check"><input type="radio" name=${`take-${name}`} checked=${take.includes(name) === theirs} onChange=${() => choose(name, theirs)} /> <span>${show}</span></label>
  </td>`;
  const line = (name) => !kept[name] && !gone[name] ? null : html`<tr key=${name}><th scope="row">${t(name)}</th>
    ${kept[name] && gone[name] && kept[name] !== gone[name]
      ? html`${cell(name, kept, false, kept[name])}${cell(name, gone, true, gone[name])}`
      : html`<td class=${kept[name] ? "contact-taken" : ""}>${kept[name]}</td><td class=${!kept[name] ? "contact-taken" : ""}>${gone[name]}</td>`}</tr>`;
  return html`<div class="card">
    <p>${t("mergeHelp")}</p>
    <div class="scroll"><table class="contact-merge">
      <thead><tr><td></td><th scope="col"><span class="badge good">${t("kept")}</span> ${named(kept)}</th><th scope="col"><span class="badge plain">${t("goes")}</span> ${named(gone)}</th></tr></thead>
      <tbody>
        ${LINES.map(line)}
        <tr><th scope="row">${t("numbers")}</th><td class="contact-taken"><${Numbers} numbers=${kept.numbers} /></td><td class="contact-taken"><${Numbers} numbers=${gone.numbers} /></td></tr>
        ${clash.length ? html`<tr><th scope="row">${t("fields")}</th>${cell("fields", kept, false, said(kept.fields))}${cell("fields", gone, true, said(gone.fields))}</tr>`
          : fields.length ? html`<tr><th scope="row">${t("fields")}</th><td class="contact-taken">${said(kept.fields)}</td><td class="contact-taken">${said(gone.fields)}</td></tr>` : null}
        ${kept.external_id || gone.external_id ? html`<tr><th scope="row">${t("code")}</th><td class="contact-taken">${kept.external_id}</td><td>${gone.external_id} ${gone.external_id ? html`<small class="muted">(${t("keptCode")})</small>` : null}</td></tr>` : null}
        <tr><th scope="row">${t("when")}</th><td>${moment(kept.updated_at)}</td><td>${moment(gone.updated_at)}</td></tr>
      </tbody>
    </table></div>
    ${error ? html`<${Problem} error=${error} />` : null}
    <div class="row contact-actions">
      <button type="button" class="primary" disabled=${busy} onClick=${merge}>${t("doMerge")}</button>
      <button type="button" onClick=${() => go(`/contacts/${gone.id}/merge?with=${kept.id}`, { replace: true })}>⇄ ${t("swap")}</button>
      <a class="button" href=${`/contacts/${kept.id}`}>${t("cancel")}</a>
    </div>
  </div>`;
}

const said = (fields) => html`<ul class="contact-numbers">${Object.entries(fields).map(([name, value]) => html`<li key=${name}><span class="muted">${name}</span> ${value}</li>`)}</ul>`;
