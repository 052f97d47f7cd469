// Which scripts are there, and which version of each is followed? The page /scripts, and below it one script's editor.
import { get, request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { clock, day, said, texts } from "../lang.js";
import dictionary from "../lang/script.js";
import { go } from "../router.js";
import { may } from "../session.js";
import { sheet } from "../sheet.js";
import { Dialog, Field, Loading, Nothing, Problem, toast, tried } from "../ui.js";
import { Editor } from "./script_editor.js";

const t = texts(dictionary);
sheet("/css/script.css");

export default function Scripts({ name }) {
  return name ? html`<${Editor} name=${name} />` : html`<${List} />`;
}

function List() {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const [making, setMaking] = useState(false);
  useEffect(() => { get("scripts").then(setFound, setError); }, []);
  if (error) return html`<${Problem} error=${error} />`;
  if (!found) return html`<${Loading} />`;
  const drafts = found.drafts ?? [];
  const broken = Object.entries(found.broken ?? {});
  return html`<div class="stack">
    <header class="row"><h1 class="grow">${t("scripts")}</h1>${may("write_scripts") ? html`<button type="button" class="primary" onClick=${() => setMaking(true)}>${t("newScript")}</button>` : null}</header>
    ${found.scripts.length ? html`<div class="card scroll"><table>
      <thead><tr><th>${t("script")}</th><th>${t("queues")}</th><th>${t("version")}</th><th>${t("from")}</th><th></th></tr></thead>
      <tbody>${found.scripts.map((one) => html`<tr key=${one.name}>
        <td><a href=${`/scripts/${one.name}`}><strong>${said(one.title)}</strong></a><br /><code class="small">${one.name}</code></td>
        <td>${one.queues.join(", ") || t("forNobody")}</td>
        <td><code>${one.version}</code></td>
        <td>${t(one.source)}${one.by ? html`<br /><span class="small muted">${t("publishedBy", { by: one.by, at: `${day(one.published)} ${clock(one.published)}` })} · ${one.why}</span>` : null}
          ${one.overruled ? html`<br /><span class="badge warn">${t("overruled", { version: one.overruled })}</span>` : null}</td>
        <td class="row">${may("see_answers") ? html`<button type="button" class="small" onClick=${() => download(one.name)}>${t("answers")}</button>` : null}</td>
      </tr>`)}</tbody>
    </table></div>` : html`<${Nothing}>${t("noScripts")}<//>`}
    ${broken.length ? html`<section class="card"><h2>${t("broken")}</h2><ul>${broken.map(([name, problems]) => problems.map((one, place) => html`<li key=${`${name} ${place}`} class="small">${one.told}</li>`))}</ul></section>` : null}
    ${drafts.length ? html`<section class="card"><h2>${t("drafts")}</h2><ul>${drafts.map((name) => html`<li key=${name}><a href=${`/scripts/${name}`}>${name}</a></li>`)}</ul></section>` : null}
    ${making ? html`<${NewScript} onClose=${() => setMaking(false)} />` : null}
  </div>`;
}

function NewScript({ onClose }) {
  const [error, setError] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name").trim();
    if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) go(`/scripts/${name}`);
    else setError(t("nameBad"));
  };
  return html`<${Dialog} title=${t("newScript")} onClose=${onClose}>
    <form onSubmit=${submit}><${Field} label=${t("name")} hint=${t("nameHint")} error=${error} name="name" required autofocus /><button class="primary">${t("open")}</button></form>
  <//>`;
}

/** The table comes with the token in a header, so it is fetched and then handed to the browser as a file. */
async function download(name) {
  await tried(async () => {
    const response = await request(`/api/v1/scripts/${name}/answers.csv`);
    if (!response.ok) throw (await response.json()).error;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    toast(t("downloaded"), "good");
  });
}
