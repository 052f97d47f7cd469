// How does a supervisor write a script? The text with its lines, what is wrong at which, how operators will read it, and its versions.
import { ask, del, get, post, put } from "../api.js";
import { html, useEffect, useId, useRef, useState } from "../html.js";
import { LANGUAGES, clock, day, texts } from "../lang.js";
import dictionary from "../lang/script.js";
import { Dialog, Field, Loading, Nothing, Problem, toast, tried, words } from "../ui.js";
import { Links, Said, plain } from "./script_text.js";

const t = texts(dictionary);
const CHECK_MS = 400;
const DRAFT_MS = 1200;
const NEW = `# yaml-language-server: $schema=../../../docs/script.schema.json
title: {es: "", en: ""}
queues: []
start: saludo

steps:
  saludo:
    kind: say
    text: {es: "Buenos días, {customer.name}. Le atiende {operator.name}.", en: "Good morning, {customer.name}. My name is {operator.name}."}
    next: pregunta
  pregunta:
    kind: ask
    text: {es: "¿En qué puedo ayudarle?", en: "How can I help you?"}
    questions:
      motivo:
        type: text
        text: {es: Motivo, en: Matter}
    next: despedida
  despedida:
    kind: end
    text: {es: "Gracias por llamar.", en: "Thank you for calling."}
`;
const when = (iso) => `${day(iso)} ${clock(iso)}`;

export function Editor({ name }) {
  const [begun, setBegun] = useState(null);
  const [error, setError] = useState(null);
  const read = () => {
    setBegun(null);
    start(name).then(setBegun, setError);
  };
  useEffect(read, [name]);
  if (error) return html`<${Problem} error=${error} />`;
  return begun ? html`<${Writing} key=${begun.key} name=${name} begun=${begun} onAgain=${read} />` : html`<${Loading} />`;
}

const orNone = (error) => {
  if (error.status === 404) return null;
  throw error;
};
let opened = 0;

async function start(name) {
  const [draft, history] = await Promise.all([get(`scripts/${name}/draft`).catch(orNone), get(`scripts/${name}/versions`).catch(orNone)]);
  const inForce = history?.in_force ?? null;
  const text = inForce ? (await get(`scripts/${name}/versions/${inForce.version}`)).text : "";
  return { key: ++opened, draft, history: history?.versions ?? [], inForce, text, written: draft?.text ?? (text || NEW), over: draft ? draft.over : (inForce?.version ?? null) };
}

function Writing({ name, begun, onAgain }) {
  const [text, setText] = useState(begun.written);
  const [checked, setChecked] = useState(null);
  const [draft, setDraft] = useState(begun.draft ? "saved" : "none");
  const [dialog, setDialog] = useState(null);
  const [tab, setTab] = useState("preview");
  const area = useRef();
  const saving = useRef(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setChecked(await ask("POST", "scripts/check", { name, text }, { signal: stop.signal }));
      } catch (error) {
        if (error.name !== "AbortError") setChecked((before) => ({ ...(before ?? {}), problems: error.problems?.length ? error.problems : [{ line: 1, field: "", what: words(error), remedy: "" }], version: null }));
      }
    }, checked ? CHECK_MS : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const save = async (now) => {
    clearTimeout(saving.current);
    try {
      await put(`scripts/${name}/draft`, { text: now, over: begun.over });
      setDraft("saved");
    } catch {
      setDraft("unsaved");
      saving.current = setTimeout(() => save(now), 3000);
    }
  };
  const write = (now) => {
    setText(now);
    setDraft("unsaved");
    clearTimeout(saving.current);
    saving.current = setTimeout(() => save(now), DRAFT_MS);
  };
  useEffect(() => () => clearTimeout(saving.current), []);
  const problems = checked?.problems ?? [];
  const goTo = (line) => {
    const start = text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.current.focus();
    area.current.setSelectionRange(start, start + (text.split("\n")[line - 1]?.length ?? 0));
    area.current.scrollTop = Math.max(0, (line - 6) * LINE_PX);
  };
  const published = (now) => {
    clearTimeout(saving.current);
    toast(t("published", { version: now.version }), "good");
    setDialog(null);
    onAgain();
  };
  const discard = async () => {
    clearTimeout(saving.current);
    await tried(() => del(`scripts/${name}/draft`));
    setDialog(null);
    onAgain();
  };
  const same = begun.inForce && checked?.version === begun.inForce.version;
  const ready = checked && !problems.length && !same;
  return html`<div class="stack script-editor">
    <p><a href="/scripts">← ${t("back_to_list")}</a></p>
    <header class="row">
      <h1 class="grow">${name}</h1>
      <span class=${`badge ${draft === "unsaved" ? "warn" : draft === "saved" ? "good" : "plain"}`} role="status">${draft === "none" ? t("inForce") : t(draft === "saved" ? "draftSaved" : "draftUnsaved")}</span>
      <button type="button" onClick=${() => setDialog("versions")}>${t("versions")}</button>
      ${draft === "none" ? null : html`<button type="button" class="danger" onClick=${() => setDialog("discard")}>${t("discard")}</button>`}
      <button type="button" class="primary" disabled=${!ready} title=${same ? t("unchanged") : problems.length ? t("fixFirst") : ""} onClick=${() => setDialog("publish")}>${t("publish")}</button>
    </header>
    <${Origin} inForce=${begun.inForce} over=${begun.over} />
    <div class="script-editor-panes">
      <section class="script-editor-left">
        <${Lines} text=${text} problems=${problems} area=${area} onWrite=${write} />
        <${Problems} checked=${checked} problems=${problems} onGo=${goTo} />
      </section>
      <section class="script-editor-right">
        <div class="row" role="tablist">
          ${["preview", "drawing"].map((one) => html`<button key=${one} type="button" role="tab" aria-selected=${tab === one} aria-pressed=${tab === one} class="quiet" onClick=${() => setTab(one)}>${t(one)}</button>`)}
        </div>
        ${!checked ? html`<${Loading} />` : !checked.script ? html`<${Nothing}>${t("fixFirst")}<//>`
          : tab === "preview" ? html`<${Preview} script=${checked.script} />` : html`<${Drawing} svg=${checked.drawing} />`}
      </section>
    </div>
    ${dialog === "publish" ? html`<${Publish} onClose=${() => setDialog(null)} doing=${(why) => post(`scripts/${name}/versions`, { text, why, over: begun.over })} label=${t("publishNow")} onDone=${published} onAgain=${onAgain} />` : null}
    ${dialog === "versions" ? html`<${Versions} name=${name} begun=${begun} onClose=${() => setDialog(null)} onLoad=${(old) => { write(old); setDialog(null); }} onDone=${published} onAgain=${onAgain} />` : null}
    ${dialog === "discard" ? html`<${Dialog} title=${t("discard")} onClose=${() => setDialog(null)}><p>${t("discardSure")}</p><button type="button" class="danger" onClick=${discard}>${t("discard")}</button><//>` : null}
  </div>`;
}

function Origin({ inForce, over }) {
  if (!inForce) return null;
  return html`<div>
    <p class="small muted">${t("version")} <code>${inForce.version}</code> · ${t("from")}: ${t(inForce.source)}${inForce.by ? ` · ${t("publishedBy", { by: inForce.by, at: when(inForce.published) })} · “${inForce.why}”` : ""}</p>
    ${inForce.overruled ? html`<p class="problem script-warn">${t("overruled", { version: inForce.overruled })}</p>` : null}
    ${over !== inForce.version ? html`<p class="problem script-warn" role="alert">${t("moved", { version: inForce.version })}</p>` : null}
  </div>`;
}

// -- the text ---------------------------------------------------------------------------------------------------------------

const LINE_PX = 20;

/** A text area beside the numbers of its lines; those with a problem are marked. Enter keeps the indentation. */
function Lines({ text, problems, area, onWrite }) {
  const gutter = useRef();
  const id = useId();
  const bad = new Map(problems.map((one) => [one.line, `${one.what}; ${one.remedy}`]));
  const count = text.split("\n").length;
  const keys = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const box = event.target;
    const begins = text.lastIndexOf("\n", box.selectionStart - 1) + 1;
    const indent = /^ */.exec(text.slice(begins, box.selectionStart))[0];
    const more = /:\s*$/.test(text.slice(begins, box.selectionStart)) ? "  " : "";
    event.preventDefault();
    box.setRangeText(`\n${indent}${more}`, box.selectionStart, box.selectionEnd, "end");
    onWrite(box.value);
  };
  return html`<div class="script-lines">
    <label class="visually-hidden" for=${id}>${t("text")}</label>
    <div class="script-gutter" aria-hidden="true" ref=${gutter}>
      ${Array.from({ length: count }, (_, place) => html`<div key=${place} class=${bad.has(place + 1) ? "bad" : ""} title=${bad.get(place + 1) ?? ""}>${place + 1}</div>`)}
    </div>
    <textarea id=${id} ref=${area} value=${text} spellcheck="false" wrap="off" autocapitalize="off" maxlength="40000" aria-invalid=${problems.length ? "true" : undefined}
      onKeyDown=${keys} onInput=${(event) => onWrite(event.target.value)} onScroll=${(event) => (gutter.current.scrollTop = event.target.scrollTop)}></textarea>
  </div>`;
}

function Problems({ checked, problems, onGo }) {
  return html`<section aria-label=${t("problems")} aria-live="polite" class="script-problems">
    ${!checked ? html`<p class="muted small">${t("checking")}</p>` : !problems.length ? html`<p class="small"><span class="badge good">${t("noProblems")}</span> <code>${checked.version}</code></p>`
      : html`<ul>${problems.map((one, place) => html`<li key=${place}><button type="button" class="quiet small" onClick=${() => onGo(one.line)}><strong>${t("line", { line: one.line })}</strong> ${one.field ? html`<code>${one.field}</code> ` : null}${one.what}<span class="muted">; ${one.remedy}</span></button></li>`)}</ul>`}
  </section>`;
}

// -- how it will be read ----------------------------------------------------------------------------------------------------

function Preview({ script }) {
  const speak = (text, more = "p") => script.languages.map((one) => html`<div key=${one} lang=${one} class=${more}><${Said} text=${text} language=${one} values=${{}} /></div>`);
  return html`<div class="script-preview">
    <div class="script-sides small muted">${script.languages.map((one) => html`<strong key=${one}>${LANGUAGES[one] ?? one}</strong>`)}</div>
    ${Object.entries(script.steps).map(([name, step]) => html`<section key=${name} class="card" id=${`step-${name}`}>
      <h3>${name} <span class="badge plain">${step.kind}</span>${name === script.start ? html` <span class="badge info">start</span>` : null}${step.disposition ? html` <span class="badge info">${step.disposition}</span>` : null}</h3>
      <div class="script-sides">${speak(step.text)}</div>
      ${step.note ? html`<div class="script-sides script-note">${speak(step.note)}</div>` : null}
      ${(step.questions ?? []).map((one) => html`<div key=${one.name} class="script-question"><p class="small muted"><code>${one.name}</code> ${one.type}${one.required ? "" : ` (${t("optional")})`}</p>
        <div class="script-sides">${speak(one.text)}</div>
        ${one.choices ? html`<ul class="small">${one.choices.map((choice) => html`<li key=${choice.name}><code>${choice.name}</code> ${script.languages.map((language) => plain(choice.text, language, {})).join(" · ")}</li>`)}</ul>` : null}
      </div>`)}
      <${Links} links=${step.links} language=${script.languages[0]} values=${{}} />
    </section>`)}
    ${Object.keys(script.objections).length ? html`<h2>${t("objections")}</h2>` : null}
    ${Object.entries(script.objections).map(([name, one]) => html`<section key=${name} class="card"><h3>${name}</h3><div class="script-sides">${speak(one.title)}</div><div class="script-sides">${speak(one.text)}</div></section>`)}
  </div>`;
}

/** Our own SVG, taken in as a document: nothing of it can be markup of this page. */
function Drawing({ svg }) {
  const place = useRef();
  useEffect(() => {
    if (!svg) return;
    const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (root.nodeName === "svg") place.current.replaceChildren(document.importNode(root, true));
  }, [svg]);
  return svg ? html`<div class="scroll script-drawing" ref=${place} tabindex="0" role="img" aria-label=${t("drawing")}></div>` : html`<${Nothing}>${t("tooBig")}<//>`;
}

// -- versions ---------------------------------------------------------------------------------------------------------------

function Publish({ label, doing, onClose, onDone, onAgain }) {
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      onDone(await doing(new FormData(event.target).get("why").trim()));
    } catch (refused) {
      setError(refused);
    }
  };
  return html`<${Dialog} title=${label} onClose=${onClose}>
    <form onSubmit=${submit}>
      <${Field} label=${t("why")} hint=${t("whyHint")} name="why" required minlength="3" maxlength="500" autofocus />
      ${error ? html`<div><p class="problem" role="alert">${error.code === "version_moved" ? t("moved", { version: "" }) : words(error)}${error.problems?.length ? html`<br />${error.problems.join(" · ")}` : null}</p>
        ${error.code === "version_moved" ? html`<button type="button" onClick=${() => { onClose(); onAgain(); }}>${t("reload")}</button>` : null}</div>` : null}
      <button class="primary">${label}</button>
    </form>
  <//>`;
}

function Versions({ name, begun, onClose, onLoad, onDone, onAgain }) {
  const [shown, setShown] = useState(null);
  const [back, setBack] = useState(null);
  const read = async (version) => setShown((await tried(() => get(`scripts/${name}/versions/${version}`))) ?? null);
  if (back) return html`<${Publish} label=${t("putBackNow", { version: back })} onClose=${onClose} onDone=${onDone} onAgain=${onAgain} doing=${(why) => post(`scripts/${name}/rollback`, { version: back, why, over: begun.inForce?.version ?? null })} />`;
  return html`<${Dialog} title=${t("versions")} onClose=${onClose} wide>
    <div class="scroll"><table><tbody>
      ${begun.history.map((one) => html`<tr key=${one.id}>
        <td><code>${one.version}</code> ${one.in_force ? html`<span class="badge good">${t("inForce")}</span>` : null}</td>
        <td>${when(one.at)}</td><td>${one.source === "file" ? t("file") : one.by}</td><td>${one.source === "file" ? t("first") : one.why}</td>
        <td class="row"><button type="button" class="small" onClick=${() => read(one.version)}>${t("view")}</button>${one.in_force ? null : html`<button type="button" class="small" onClick=${() => setBack(one.version)}>${t("putBack")}</button>`}</td>
      </tr>`)}
    </tbody></table></div>
    ${begun.history.length ? null : html`<${Nothing} />`}
    ${shown ? html`<div><h3><code>${shown.version}</code></h3><pre class="script-old" tabindex="0">${shown.text}</pre><button type="button" onClick=${() => onLoad(shown.text)}>${t("load")}</button></div>` : null}
  <//>`;
}
