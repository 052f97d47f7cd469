// Which version is put into force, over which one, and why? Publishing, and putting an earlier one back.
import { get, post } from "../api.js";
import { html, useState } from "../html.js";
import { t } from "../lang/scripts.js";
import { Dialog, Field, Nothing, tried, words } from "../ui.js";
import { inWords } from "./lines.js";
import { moment } from "../times.js";

/** doing(why) asks for it; onDone(told), or onMoved() when another version is in force by now; text() gives what is asked for. */
export function WithReason({ label, name, text, doing, onClose, onDone, onMoved }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setError(null);
    setBusy(true);
    try {
      onDone(await doing(new FormData(event.target).get("why").trim()));
    } catch (refused) {
      setError(refused.code === "bad_script" ? { ...refused, message: t("notRight"), problems: await problemsOf(name, text, refused) } : refused);
      setBusy(false);
    }
  };
  const moved = error?.code === "version_moved";
  return html`<${Dialog} title=${label} onClose=${onClose}>
    <form onSubmit=${submit}>
      <${Field} label=${t("why")} hint=${t("whyHint")} name="why" required minlength="3" maxlength="500" autofocus />
      ${error ? html`<div class="problem" role="alert"><p>${moved ? t("movedOnPublish") : words(error)}</p>${error.problems?.length ? html`<ul>${error.problems.map((one, place) => html`<li key=${place}>${one}</li>`)}</ul>` : null}</div>` : null}
      ${moved ? html`<button type="button" class="primary" onClick=${onMoved}>${t("seeIt")}</button>` : html`<button class="primary" disabled=${busy}>${label}</button>`}
    </form>
  <//>`;
}

/** What keeps a text from being put into force, a line each, in the page's language: a refusal says it in English. */
async function problemsOf(name, text, refused) {
  try {
    const { problems } = await post("scripts/check", { name, text: await text() });
    return problems.map((one) => `${t("line", { line: one.line })}: ${one.field ? `${one.field}: ` : ""}${inWords(one)}`);
  } catch {
    return refused.problems;
  }
}

/** All that were followed or published; wanted: the one that is shown at first. */
export function Versions({ name, history, inForce, wanted, onClose, onLoad, onDone, onMoved }) {
  const [shown, setShown] = useState(wanted ?? null);
  const [back, setBack] = useState(null);
  const read = async (version) => setShown((await tried(() => get(`scripts/${name}/versions/${version}`))) ?? null);
  if (back) return html`<${WithReason} label=${t("putBackNow", { version: back })} name=${name} text=${async () => (await get(`scripts/${name}/versions/${back}`)).text} onClose=${onClose} onDone=${onDone} onMoved=${onMoved} doing=${(why) => post(`scripts/${name}/rollback`, { version: back, why, over: inForce?.version ?? null })} />`;
  return html`<${Dialog} title=${t("versions")} onClose=${onClose} wide>
    ${history.length ? html`<div class="scroll" tabindex="0"><table>
      <thead><tr><th>${t("version")}</th><th>${t("at")}</th><th>${t("by")}</th><th>${t("why")}</th><th><span class="visually-hidden">${t("view")}</span></th></tr></thead>
      <tbody>${history.map((one) => html`<tr key=${one.id}>
        <td><code>${one.version}</code> ${one.in_force ? html`<span class="badge good">${t("inForce")}</span>` : null}</td>
        <td>${moment(one.at)}</td><td>${one.source === "file" ? t("file") : one.by}</td><td>${one.source === "file" ? t("first") : one.why}</td>
        <td class="row"><button type="button" class="small" aria-label=${t("viewOf", { version: one.version })} onClick=${() => read(one.version)}>${t("view")}</button>${one.in_force ? null : html`<button type="button" class="small" aria-label=${t("putBackOf", { version: one.version })} onClick=${() => setBack(one.version)}>${t("putBack")}</button>`}</td>
      </tr>`)}</tbody>
    </table></div>` : html`<${Nothing}>${t("noVersions")}<//>`}
    ${shown ? html`<div><h3><code>${shown.version}</code></h3><pre class="script-old" tabindex="0">${shown.text}</pre><button type="button" onClick=${() => onLoad(shown.text)}>${t("load")}</button></div>` : null}
  <//>`;
}
