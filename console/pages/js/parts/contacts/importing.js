// How do the customers of a file become contacts? Bring it, say what each column is, have every line checked, import, follow it.
import { del, get, post, request, Refused } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { language, number } from "../../lang.js";
import { go } from "../../router.js";
import { Field, Loading, Nothing, Problem, tried } from "../../ui.js";
import { Columns } from "./columns.js";
import { forgetFound } from "./search.js";
import { download, t, told } from "./words.js";
import { moment } from "../../times.js";

const EVERY_MS = 700;
const RUNNING = ["checking", "importing"];

/** Bring a file, or look at an earlier one. */
export function Imports() {
  const [file, setFile] = useState(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [earlier, setEarlier] = useState(null);
  useEffect(() => {
    get("contact-imports").then(setEarlier, setError);
  }, []);
  const bring = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      go(`/contacts/imports/${(await sent(file)).id}`);
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return html`<div class="stack">
    <p><a href="/contacts">← ${t("toSearch")}</a></p>
    <h1>${t("importTitle")}</h1>
    <form class="card" onSubmit=${bring}>
      <${Field} label=${t("file")} hint=${t("importHelp")} type="file" accept=".csv,.txt,text/csv" required onChange=${(event) => setFile(event.target.files[0] ?? null)} />
      <div class="row"><button class="primary" disabled=${busy || !file}>${busy ? t("bringing") : t("bring")}</button></div>
      ${error ? html`<${Problem} error=${error} />` : null}
    </form>
    <h2>${t("earlier")}</h2>
    ${!earlier ? (error ? null : html`<${Loading} />`) : !earlier.length ? html`<${Nothing}>${t("noImports")}<//>` : html`<div class="card scroll"><table>
      <thead><tr><th scope="col">${t("file")}</th><th scope="col">${t("state")}</th><th scope="col" class="number">${t("rows")}</th><th scope="col" class="number">${t("bad")}</th><th scope="col">${t("by_")}</th><th scope="col">${t("when")}</th></tr></thead>
      <tbody>${earlier.map((one) => html`<tr key=${one.id}>
        <td><a href=${`/contacts/imports/${one.id}`}>${one.name}</a></td><td><${State} state=${one.state} /></td>
        <td class="number">${number(one.rows_total)}</td><td class="number">${number(one.bad + one.duplicates)}</td><td>${one.by}</td><td>${moment(one.at)}</td>
      </tr>`)}</tbody>
    </table></div>`}
  </div>`;
}

async function sent(file) {
  const response = await request(`/api/v1/contact-imports?name=${encodeURIComponent(file.name.slice(-120))}`, { method: "POST", body: file, headers: { "Content-Type": "text/csv" } });
  const said = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, said?.error?.code ?? "refused", said?.error?.message ?? response.statusText);
  return said;
}

const KIND = { done: "good", failed: "bad", cancelled: "warn", checking: "info", importing: "info" };
const State = ({ state }) => html`<span class=${`badge ${KIND[state] ?? "plain"}`}>${t(`state_${state}`)}</span>`;

/** One import, at whichever step it stands. */
export function Import({ id }) {
  const [one, setOne] = useState(null);
  const [columns, setColumns] = useState(false);
  const [error, setError] = useState(null);
  const running = RUNNING.includes(one?.state);
  const read = () => get(`contact-imports/${id}`).then((now) => {
    setOne(now);
    setError(null);
  }, setError);
  useEffect(() => {
    read();
  }, [id]);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(read, EVERY_MS);
    return () => {
      clearInterval(timer);
      forgetFound();
    };
  }, [id, running]);
  const act = (what, body) => tried(async () => {
    setOne(await post(`contact-imports/${id}/${what}`, body));
    setColumns(false);
  });
  if (!one) return error ? html`<${Problem} error=${error} />` : html`<${Loading} />`;
  const step = columns || one.state === "uploaded" ? 2 : ["checking", "checked"].includes(one.state) ? 3 : 4;
  return html`<div class="stack">
    <p><a href="/contacts/imports">← ${t("importTitle")}</a></p>
    <div class="row"><h1>${one.name}</h1><${State} state=${one.state} /></div>
    <ol class="contact-steps" aria-label=${t("steps")}>${[1, 2, 3, 4].map((nth) => html`<li key=${nth} aria-current=${nth === step ? "step" : undefined}>${t(`step_${nth}`)}</li>`)}</ol>
    <p class="muted small">${t("fileIs", { name: one.name, rows: number(one.rows_total), encoding: one.encoding, delimiter: one.delimiter === "\t" ? t("tab") : one.delimiter })}</p>
    ${error ? html`<${Problem} error=${error} />` : null}
    ${step === 2 ? html`<${Columns} one=${one} onCheck=${(body) => act("check", body)} />` : html`<${Progress} one=${one} act=${act} change=${() => setColumns(true)} />`}
  </div>`;
}

function Progress({ one, act, change }) {
  const running = RUNNING.includes(one.state);
  const good = one.created + one.updated + one.unchanged;
  const lacking = one.bad + one.duplicates;
  const report = () => tried(async () => {
    const response = await request(`/api/v1/contact-imports/${one.id}/report.csv?lang=${language.value}`);
    if (!response.ok) throw new Refused(response.status, "refused", response.statusText);
    await download(response, one.name.replace(/(\.\w+)?$/, "-errores.csv"));
  });
  const remove = () => tried(async () => {
    await del(`contact-imports/${one.id}`);
    go("/contacts/imports", { replace: true });
  });
  return html`<section class="card stack" aria-label=${t(`state_${one.state}`)}>
    <div>
      <label class="small" for="import-progress">${t("progress", { done: number(one.rows_done), total: number(one.rows_total) })}</label>
      <progress id="import-progress" max=${one.rows_total} value=${one.rows_done}></progress>
    </div>
    <ul class="contact-counts" aria-live=${running ? "off" : "polite"}>
      ${[["created", "good", "good"], ["updated", "updatedCount", "info"], ["unchanged", "unchanged", "plain"], ["duplicates", "duplicates", "warn"], ["bad", "bad", "bad"]].map(([name, text, kind]) =>
        html`<li key=${name}><span class=${`badge ${one[name] ? kind : "plain"}`}>${number(one[name])}</span> ${t(text)}</li>`)}
    </ul>
    <div role="status" aria-live="polite">
      ${one.state === "checked" ? html`<p>${t("nothingWritten")}</p>` : one.state === "done" ? html`<p><strong>${t("doneText")}</strong></p>`
        : one.state === "cancelled" ? html`<p>${t("cancelledText")}</p>` : one.state === "failed" ? html`<p class="problem">${t("failedText", { why: told(one.why) ?? one.why })}</p>` : null}
    </div>
    <div class="row">
      ${one.state === "checked" ? html`<button type="button" class="primary" disabled=${!good} onClick=${() => act("start")}>${good ? t("start", { count: number(good) }) : t("startNone")}</button>
        <button type="button" onClick=${change}>${t("again")}</button>` : null}
      ${one.state === "cancelled" ? html`<button type="button" class="primary" onClick=${() => act("start")}>${t("goOn")}</button>` : null}
      ${running ? html`<button type="button" onClick=${() => act("cancel")}>${t("stop")}</button>` : null}
      ${!running && lacking ? html`<button type="button" onClick=${report}>${t("report")}</button>` : null}
      ${running ? null : html`<button type="button" class="danger" title=${t("deleteHelp")} onClick=${remove}>${t("delete")}</button>`}
    </div>
    ${!running && lacking ? html`<p class="muted small">${t("reportHelp")}</p>` : null}
    ${running ? null : html`<${Problems} key=${one.state + one.rows_done} id=${one.id} some=${lacking > 0} />`}
  </section>`;
}

function Problems({ id, some }) {
  const [said, setSaid] = useState(null);
  const load = async (after) => {
    const more = await tried(() => get(`contact-imports/${id}/problems?lang=${language.value}&after=${after}`));
    if (more) setSaid((now) => ({ items: [...(after ? now.items : []), ...more.items], next: more.next }));
  };
  useEffect(() => {
    if (some) load(0);
  }, [id, language.value]);
  if (!some) return html`<p>${t("noProblems")}</p>`;
  if (!said) return html`<${Loading} />`;
  return html`<div>
    <h2>${t("problems")}</h2>
    <div class="scroll"><table class="contact-problems"><thead><tr><th scope="col" class="number">${t("line")}</th><th scope="col">${t("what")}</th></tr></thead>
      <tbody>${said.items.map((one) => html`<tr key=${one.line}><td class="number">${one.line}</td><td>${one.problems.map((problem) => problem.told).join("; ")}</td></tr>`)}</tbody>
    </table></div>
    ${said.next ? html`<p><button type="button" onClick=${() => load(said.next)}>${t("moreProblems")}</button></p>` : null}
  </div>`;
}
