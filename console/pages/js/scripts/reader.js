// What does a script say, step by step, in all languages beside each other?
import { get } from "../api.js";
import { queueTitle, outcomeTitle } from "../desk/names.js";
import { html, useEffect, useState } from "../html.js";
import { LANGUAGES, language } from "../lang.js";
import { t } from "../lang/scripts.js";
import { may } from "../session.js";
import { Loading, Nothing, Problem } from "../ui.js";
import { Links, Spoken, plain } from "./text.js";

export function Reader({ name, version = null }) {
  const [script, setScript] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => { get(version ? `scripts/${name}?version=${encodeURIComponent(version)}` : `scripts/${name}`).then(setScript, setError); }, [name, version]);
  const edits = may("write_scripts") ? html`<a class="button primary" href=${`/scripts/${name}/edit`}>${t("edit")}</a>` : null;
  const list = html`<p><a href="/scripts">← ${t("back_to_list")}</a></p>`;
  if (error) return html`${list}${error.status === 404 ? html`<${Nothing}>${t("gone")} ${edits}<//>` : html`<${Problem} error=${error} />`}`;
  if (!script) return html`<${Loading} />`;
  const spoken = script.languages.includes(language.value) ? language.value : script.languages[0];
  return html`<div class="stack">${list}
    <header class="row"><h1 class="grow" lang=${spoken}>${plain(script.title, spoken, {})}</h1>${edits}</header>
    <p class="muted">${script.queues.map(queueTitle).join(", ") || t("forNobody")} · ${t("version")} <code>${script.version}</code></p>
    <${Whole} script=${script} />
  </div>`;
}

/** What is filled in later, by its name. */
const NAMED = new Proxy({}, { get: (_, name) => `{${String(name)}}` });

/** All steps and objections. */
export function Whole({ script }) {
  const { languages } = script;
  const speak = (text, more = "") => html`<${Spoken} text=${text} languages=${languages} values=${NAMED} as="p" more=${more} />`;
  return html`<div class="script-whole">
    <div class="script-sides small muted" aria-hidden="true">${languages.map((one) => html`<strong key=${one}>${LANGUAGES[one] ?? one}</strong>`)}</div>
    ${Object.entries(script.steps).map(([name, step]) => html`<section key=${name} class="card">
      <h2><code>${name}</code> <span class="badge plain">${t(`kind_${step.kind}`)}</span>${name === script.start ? html` <span class="badge info">${t("startsHere")}</span>` : null}${step.disposition ? html` <span class="badge info">${outcomeTitle(step.disposition)}</span>` : null}</h2>
      ${speak(step.text, "script-read")}
      ${step.note ? html`<div class="script-note">${speak(step.note)}</div>` : null}
      ${(step.questions ?? []).map((one) => html`<div key=${one.name} class="script-question"><p class="small muted"><code>${one.name}</code> · ${t(`type_${one.type}`)}${one.required ? "" : ` · ${t("optional")}`}</p>
        ${speak(one.text)}
        ${one.choices ? html`<ul class="small">${one.choices.map((choice) => html`<li key=${choice.name}><code>${choice.name}</code> ${languages.map((spoken) => plain(choice.text, spoken, NAMED)).join(" · ")}</li>`)}</ul>` : null}
      </div>`)}
      <${Links} links=${step.links} language=${languages[0]} values=${NAMED} />
    </section>`)}
    ${Object.keys(script.objections).length ? html`<h2>${t("objections")}</h2>` : null}
    ${Object.entries(script.objections).map(([name, one]) => html`<section key=${name} class="card"><h3><code>${name}</code></h3>${speak(one.title, "script-title")}${speak(one.text)}<${Links} links=${one.links} language=${languages[0]} values=${NAMED} /></section>`)}
  </div>`;
}
