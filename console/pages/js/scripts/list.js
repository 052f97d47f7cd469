// Which scripts are in force, where does each come from, and which files cannot be used?
import { get } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { download } from "../figures/download.js";
import { html, useEffect, useState } from "../html.js";
import { said } from "../lang.js";
import { t } from "../lang/scripts.js";
import { go } from "../router.js";
import { inWords } from "./lines.js";
import { may, role } from "../session.js";
import { Dialog, Field, Loading, Nothing, Problem } from "../ui.js";
import { moment } from "../times.js";

/** Where a version comes from, in a line. */
export const origin = (one) => `${t(one.source)}${one.by ? ` · ${t("publishedBy", { by: one.by, at: moment(one.published) })} · “${one.why}”` : ""}`;

export function List() {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const [making, setMaking] = useState(false);
  useEffect(() => { get("scripts").then(setFound, setError); }, []);
  if (error) return html`<${Problem} error=${error} />`;
  if (!found) return html`<${Loading} />`;
  const broken = Object.entries(found.broken ?? {});
  const others = (found.drafts ?? []).filter((name) => !found.scripts.some((one) => one.name === name));
  return html`<div class="stack">
    <header class="row"><h1 class="grow">${t("scripts")}</h1>${may("write_scripts") ? html`<button type="button" class="primary" onClick=${() => setMaking(true)}>${t("newScript")}</button>` : null}</header>
    ${broken.length ? html`<section class="card script-broken"><h2>${t("broken")}</h2><ul>${broken.flatMap(([name, problems]) => problems.map((one, place) => html`<li key=${`${name} ${place}`}><a href=${`/scripts/${name}/edit`}>${name}</a> <span class="small">${t("line", { line: one.line })}: ${one.field ? html`<code>${one.field}</code> ` : null}${inWords(one)}</span></li>`))}</ul></section>` : null}
    ${found.scripts.length ? html`<ul class="script-list">${found.scripts.map((one) => html`<${One} key=${one.name} one=${one} drafted=${found.drafts?.includes(one.name)} />`)}</ul>` : html`<${Nothing}>${t("noScripts")}<//>`}
    ${others.length ? html`<section class="card"><h2>${t("drafts")}</h2><ul>${others.map((name) => html`<li key=${name}><a href=${`/scripts/${name}/edit`}>${name}</a></li>`)}</ul></section>` : null}
    ${making ? html`<${NewScript} onClose=${() => setMaking(false)} />` : null}
  </div>`;
}

function One({ one, drafted }) {
  return html`<li class="card script-one">
    <div class="script-one-what"><h2><a href=${`/scripts/${one.name}`}>${said(one.title)}</a></h2>
      <p>${one.queues.map(queueTitle).join(", ") || t("forNobody")}</p>
      <p class="small muted"><code>${one.name}</code> · ${t("version")} <code>${one.version}</code> · ${origin(one)}</p>
      ${one.overruled ? html`<p class="script-warn small">${t("overruled", { version: one.overruled })}</p>` : null}</div>
    <p class="row">${drafted ? html`<span class="badge info">${t("draft")}</span>` : null}
      ${may("write_scripts") ? html`<a class="button" href=${`/scripts/${one.name}/edit`} aria-label=${`${t("edit")}: ${said(one.title)}`}>${t("edit")}</a>` : null}
      ${may("see_answers") && role.value !== "operator" ? html`<button type="button" aria-label=${t("answersOf", { name: said(one.title) })} onClick=${() => download(`scripts/${one.name}/answers.csv`, `${one.name}.csv`)}>${t("answers")}</button>` : null}</p>
  </li>`;
}

function NewScript({ onClose }) {
  const [error, setError] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name").trim();
    if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) go(`/scripts/${name}/edit`);
    else setError(t("nameBad"));
  };
  return html`<${Dialog} title=${t("newScript")} onClose=${onClose}>
    <form onSubmit=${submit}><${Field} label=${t("name")} hint=${t("nameHint")} error=${error} name="name" required autofocus /><button class="primary">${t("open")}</button></form>
  <//>`;
}
