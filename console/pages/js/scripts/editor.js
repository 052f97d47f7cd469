// How does a supervisor write a script? The text with its lines, what is wrong at which, how operators will meet it, and its versions.
import { get, post } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { t } from "../lang/scripts.js";
import { Dialog, Loading, Nothing, Problem, toast, tried } from "../ui.js";
import { Draft } from "./draft.js";
import { Lines, Problems, goTo } from "./lines.js";
import { origin } from "./list.js";
import { Drawing, TrialRun } from "./trial.js";
import { Versions, WithReason } from "./versions.js";

const CHECK_MS = 400;
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

export function Editor({ name }) {
  const [begun, setBegun] = useState(null);
  const [error, setError] = useState(null);
  const read = (show = null) => {
    setError(null);
    start(name).then((found) => setBegun({ ...found, show }), setError);
  };
  useEffect(() => read(), [name]);
  if (error) return html`<p><a href="/scripts">← ${t("back_to_list")}</a></p><${Problem} error=${error} /><button type="button" onClick=${() => read()}>${t("again")}</button>`;
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

/** [the answer to the last check, the last one without problems as {text, script, drawing}, why there is no answer] */
function useCheck(name, text) {
  const [checked, setChecked] = useState(null);
  const [right, setRight] = useState(null);
  const [failed, setFailed] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await post("scripts/check", { name, text }, { signal: stop.signal });
        setChecked({ ...found, text });
        setFailed(null);
        if (found.script) setRight({ text, script: found.script, drawing: found.drawing });
      } catch (error) {
        if (error.name !== "AbortError") setFailed(error);
      }
    }, checked ? CHECK_MS : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return [checked, right, failed];
}

function Writing({ name, begun, onAgain }) {
  const { inForce } = begun;
  const [text, setText] = useState(begun.written);
  const [checked, right, failed] = useCheck(name, text);
  const [dialog, setDialog] = useState(begun.show);
  const draft = useMemo(() => new Draft(name, begun.over, begun.draft), []);
  const area = useRef();
  useEffect(() => {
    const hide = () => document.visibilityState === "hidden" && draft.flush();
    const leave = (event) => {
      draft.flush(); // which is still sent
      if (draft.status.peek() === "unsaved") event.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    addEventListener("beforeunload", leave);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("beforeunload", leave);
      draft.flush();
    };
  }, []);
  const write = (now) => {
    setText(now);
    draft.write(now);
  };
  const close = () => setDialog(null);
  const publish = async (why) => {
    await draft.stop();
    try {
      return await post(`scripts/${name}/versions`, { text, why, over: draft.over.peek() });
    } catch (error) {
      draft.write(text);
      throw error;
    }
  };
  const published = (now) => {
    toast(t("published", { version: now.version }), "good");
    onAgain();
  };
  const moved = async () => {
    await draft.flush();
    onAgain("inForce");
  };
  const discard = async () => {
    await tried(() => draft.discard());
    onAgain();
  };
  const problems = checked?.problems ?? [];
  const same = inForce && checked?.version === inForce.version;
  const ready = checked && checked.text === text && !problems.length && !same;
  const status = draft.status.value;
  return html`<div class="stack script-editor">
    <p><a href="/scripts">← ${t("back_to_list")}</a></p>
    <header class="row">
      <h1 class="grow"><code>${name}</code></h1>
      <span class=${`badge ${{ unsaved: "warn", saved: "good" }[status] ?? "plain"}`} role="status">${t({ none: "noDraft", saving: "draftSaving", saved: "draftSaved", unsaved: "draftUnsaved" }[status])}</span>
      <button type="button" onClick=${() => setDialog("versions")}>${t("versions")}</button>
      ${status === "none" ? null : html`<button type="button" class="danger" onClick=${() => setDialog("discard")}>${t("discard")}</button>`}
      <button type="button" class="primary" disabled=${!ready} title=${same ? t("unchanged") : problems.length ? t("fixFirst") : undefined} onClick=${() => setDialog("publish")}>${t("publish")}</button>
    </header>
    <${Origin} inForce=${inForce} over=${draft.over.value} onSee=${() => setDialog("inForce")} onOver=${() => draft.rebase(inForce?.version ?? null, text)} />
    <div class="script-editor-panes">
      <section class="script-editor-left" aria-label=${t("text")}>
        <${Lines} text=${text} problems=${problems} area=${area} onWrite=${write} />
        <${Problems} checked=${checked} failed=${failed} onGo=${(line) => goTo(area.current, line)} />
      </section>
      <${Shown} name=${name} right=${right} outdated=${problems.length > 0} />
    </div>
    ${dialog === "publish" ? html`<${WithReason} label=${t("publishNow")} name=${name} text=${() => text} doing=${publish} onClose=${close} onDone=${published} onMoved=${moved} />` : null}
    ${dialog === "versions" || dialog === "inForce" ? html`<${Versions} name=${name} history=${begun.history} inForce=${inForce} wanted=${dialog === "inForce" && inForce ? { version: inForce.version, text: begun.text } : null}
      onClose=${close} onLoad=${(old) => { write(old); close(); }} onDone=${published} onMoved=${moved} />` : null}
    ${dialog === "discard" ? html`<${Dialog} title=${t("discard")} onClose=${close}><p>${t("discardSure")}</p><button type="button" class="danger" onClick=${discard}>${t("discard")}</button><//>` : null}
  </div>`;
}

function Origin({ inForce, over, onSee, onOver }) {
  const moved = over !== (inForce?.version ?? null);
  return html`<div>
    ${inForce ? html`<p class="small muted">${t("version")} <code>${inForce.version}</code> · ${origin(inForce)}</p>` : null}
    ${inForce?.overruled ? html`<p class="script-warn">${t("overruled", { version: inForce.overruled })}</p>` : null}
    ${moved ? html`<div class="script-warn" role="alert"><p>${t("moved", { version: inForce?.version ?? "–" })}</p>
      <p class="row">${inForce ? html`<button type="button" class="small" onClick=${onSee}>${t("seeIt")}</button>` : null}<button type="button" class="small" onClick=${onOver}>${t("overIt")}</button></p></div>` : null}
  </div>`;
}

/** How operators will meet it, and its drawing; with problems in the text: as it was before. */
function Shown({ name, right, outdated }) {
  const [tab, setTab] = useState("preview");
  const tabs = ["preview", "drawing"];
  const move = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const to = tabs[1 - tabs.indexOf(tab)];
    setTab(to);
    event.currentTarget.querySelector(`#script-tab-${to}`).focus();
  };
  return html`<section class="card script-editor-right">
    <div class="tabs" role="tablist" aria-label=${t("tablist")} onKeyDown=${move}>
      ${tabs.map((one) => html`<button key=${one} id=${`script-tab-${one}`} type="button" role="tab" aria-selected=${String(tab === one)} aria-controls="script-shown" tabindex=${tab === one ? 0 : -1} class="quiet" onClick=${() => setTab(one)}>${t(one)}</button>`)}
    </div>
    <div id="script-shown" role="tabpanel" aria-labelledby=${`script-tab-${tab}`}>
      ${outdated ? html`<p class="script-warn small">${t(right ? "older" : "showsWhenRight")}</p>` : null}
      ${!right ? (outdated ? null : html`<${Nothing}>${t("checking")}<//>`) : tab === "preview" ? html`<${TrialRun} name=${name} text=${right.text} script=${right.script} />` : html`<${Drawing} name=${name} svg=${right.drawing} />`}
    </div>
  </section>`;
}
