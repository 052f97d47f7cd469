// What does the operator say and ask now? <${ScriptRunner} call=${call} contact=${contact} onEnd=${(outcome) => ...} /> follows the script
// of the call's queue: answers are saved as they are typed, and whoever opens the call again stands at the same step.
import { get } from "../api.js";
import { html, useEffect, useId, useMemo, useRef, useState } from "../html.js";
import { LANGUAGES, language, said, texts } from "../lang.js";
import dictionary from "../lang/script.js";
import { me } from "../session.js";
import { sheet } from "../sheet.js";
import { Loading, Nothing, Problem, toast } from "../ui.js";
import { Links, Said, plain, valuesOf } from "./script_text.js";
import { Saver } from "./script_saver.js";

const t = texts(dictionary);
sheet("/css/script.css");

/** call: a CallStatus; contact: the customer, or null; onEnd({disposition, state}): the operator is through; onState(state): each time
 * that something is saved, for whoever fills in the outcome beside it. */
export function ScriptRunner({ call, contact = null, onEnd, onState }) {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let here = true;
    setFound(null);
    setError(null);
    load(call).then((it) => here && setFound(it), (refused) => here && setError(refused));
    return () => (here = false);
  }, [call.id, call.queue]);
  if (error?.code === "no_script") return html`<${Nothing}>${t("none")}<//>`;
  if (error) return html`<${Problem} error=${error} />`;
  if (!found) return html`<${Loading} />`;
  return html`<${Followed} key=${`${call.id} ${found.script.name}`} call=${call} contact=${contact} ...${found} onEnd=${onEnd} onState=${onState} />`;
}

/** What was begun in this call goes on, on its version; else the queue's script is begun. */
async function load(call) {
  const path = `calls/${encodeURIComponent(call.id)}/scripts`;
  const begun = (await get(path)).items.at(-1);
  if (begun) return { script: await get(`scripts/${begun.script}?version=${begun.version}`), kept: begun };
  if (!call.queue) throw { code: "no_script" };
  return { script: await get(`queues/${encodeURIComponent(call.queue)}/script`), kept: null };
}

function Followed({ call, contact, script, kept, onEnd, onState }) {
  const first = kept?.language ?? [contact?.language, language.value].find((one) => script.languages.includes(one)) ?? script.languages[0];
  const facts = useRef({ language: first, known: Boolean(contact) });
  const [spoken, setSpoken] = useState(first);
  facts.current = { language: spoken, known: kept?.known || Boolean(contact) };
  const saver = useMemo(() => new Saver(call.id, script.name, script.version, kept, () => facts.current), []);
  const state = saver.state.value;
  useEffect(() => {
    if (!kept) saver.move("stay");
    const hide = () => document.visibilityState === "hidden" && saver.flush();
    document.addEventListener("visibilitychange", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      saver.close();
    };
  }, []);
  useEffect(() => { if (state) onState?.(state); }, [state]);
  useEffect(() => { if (saver.newer.value) toast(t("newer")); }, [saver.newer.value]);
  if (!state) return saver.refused.value ? html`<${Problem} error=${saver.refused.value} />` : html`<${Loading} />`;
  const values = valuesOf({ call, contact, me: me.value, company: script.company, answers: state.shown ?? {} });
  const speak = (one) => {
    setSpoken(one);
    facts.current = { ...facts.current, language: one };
    saver.move("stay");
  };
  return html`<section class="script" aria-label=${said(flat(script.title))}>
    <header class="script-head">
      <h2>${plain(script.title, spoken, {})}</h2>
      <div class="row" role="group" aria-label=${t("language")}>
        ${script.languages.map((one) => html`<button key=${one} type="button" class="quiet small" aria-pressed=${spoken === one} lang=${one} onClick=${() => speak(one)}>${LANGUAGES[one] ?? one}</button>`)}
      </div>
      <span class=${`badge ${saver.status.value === "unsaved" ? "bad" : saver.status.value === "saved" ? "good" : "plain"}`} role="status">${t(saver.status.value)}</span>
    </header>
    ${saver.refused.value ? html`<${Problem} error=${saver.refused.value} />` : null}
    <${Screen} key=${`${state.at} ${state.objection ?? ""} ${state.path.length}`} script=${script} state=${state} saver=${saver} language=${spoken} values=${values} onEnd=${onEnd} />
  </section>`;
}

const flat = (pieces) => Object.fromEntries(Object.entries(pieces).map(([name, parts]) => [name, parts.map((one) => (typeof one === "string" ? one : "…")).join("")]));

function Screen({ script, state, saver, language: spoken, values, onEnd }) {
  const step = script.steps[state.at];
  const objection = state.objection ? script.objections[state.objection] : null;
  const [typed, setTyped] = useState({});
  const [left, setLeft] = useState({});
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(Boolean(state.ended));
  const root = useRef();
  const search = useRef();
  const id = useId();
  useEffect(() => {
    if (state.path.length || state.objection || root.current.contains(document.activeElement)) (root.current.querySelector("[data-first]") ?? root.current.querySelector("[data-on]"))?.focus({ preventScroll: false });
  }, []);
  const questions = objection ? [] : (step.questions ?? []);
  const type = (name, value) => {
    setTyped((before) => ({ ...before, [name]: value }));
    saver.type(name, value);
  };
  const on = async () => {
    setTried(true);
    if (!objection && step.kind === "end") {
      const ended = await saver.move("end");
      if (ended && !ended.stays) {
        setDone(true);
        onEnd?.({ disposition: ended.disposition, state: ended });
      }
      return;
    }
    const after = await saver.move("on");
    if (after?.stays) root.current?.querySelector("[aria-invalid=true]")?.focus();
  };
  const back = () => saver.move(objection ? "close" : "back");
  const open = (name) => saver.move("objection", name);
  const keys = (event) => {
    const control = event.ctrlKey || event.metaKey;
    const inText = event.target.matches?.("textarea");
    const plainField = event.target.matches?.("input:not([type=search])");
    if (event.key === "Escape" && objection) back();
    else if (event.key === "Enter" && (control || (plainField && !inText))) on();
    else if (control && event.key === "ArrowUp") back();
    else if (control && event.key.toLowerCase() === "o") search.current?.focus();
    else return;
    event.preventDefault();
  };
  const wrong = (question) => {
    const name = question.name;
    const bad = state.wrong?.[name];
    if (bad && (left[name] || tried)) return t(`wrong_${bad.code}`, { ...question, least: question.least ?? question.lowest ?? "−∞", most: question.most ?? question.highest ?? "∞" });
    return tried && state.missing?.includes(name) ? t("wrong_required") : null;
  };
  const last = !objection && step.kind === "end";
  return html`<div class="script-body" ref=${root} onKeyDown=${keys}>
    <div class="script-main">
      <article class=${objection ? "script-card script-objection" : "script-card"} role="group" aria-labelledby=${id}>
        <p class="script-where small muted">${objection ? plain(objection.title, spoken, values) : t("step", { n: state.path.length + 1 })}</p>
        <p class="script-say" id=${id} lang=${spoken}><${Said} text=${(objection ?? step).text} language=${spoken} values=${values} /></p>
        ${!objection && step.note ? html`<p class="script-note" lang=${spoken}><strong class="visually-hidden">${t("note")}: </strong><span aria-hidden="true">✎ </span><${Said} text=${step.note} language=${spoken} values=${values} /></p>` : null}
        <${Links} links=${(objection ?? step).links} language=${spoken} values=${values} />
        ${questions.map((question, place) => html`<${Asked} key=${question.name} question=${question} first=${place === 0} language=${spoken} values=${values}
          value=${typed[question.name] ?? state.answers[question.name]?.value} error=${wrong(question)}
          onType=${(value) => type(question.name, value)} onLeave=${() => setLeft((before) => ({ ...before, [question.name]: true }))} />`)}
        ${last && state.disposition ? html`<p><span class="badge info">${t("suggested", { code: state.disposition })}</span></p>` : null}
        <div class="row script-ways">
          ${last && done ? html`<span class="badge good" role="status">${t("finished")}</span>` : html`<button type="button" class="primary" data-on onClick=${on}>${last ? t("finish") : objection ? t(objection.goes_on ? "goOnFrom" : "goBackTo") : t("on")}</button>`}
          ${state.path.length || objection ? html`<button type="button" class="quiet" onClick=${back}>${t("back")}</button>` : null}
        </div>
      </article>
      <p class="small muted script-keys">${t("keys")}</p>
    </div>
    <aside class="script-side">
      <${Objections} objections=${script.objections} open=${state.objection} language=${spoken} values=${values} onOpen=${open} search=${search} />
      <${SoFar} script=${script} state=${state} language=${spoken} values=${values} />
    </aside>
  </div>`;
}

/** One question with the control that fits its type. */
function Asked({ question, first, language: spoken, values, value, error, onType, onLeave }) {
  const id = useId();
  const label = html`<${Said} text=${question.text} language=${spoken} values=${values} />${question.required ? html`<span class="required" aria-hidden="true"> *</span>` : html` <small class="muted">(${t("optional")})</small>`}`;
  const more = { "aria-invalid": error ? "true" : undefined, "aria-describedby": error ? `${id}-error` : undefined, onBlur: onLeave };
  const say = error ? html`<small id=${`${id}-error`} class="error" role="alert">${error}</small>` : null;
  const marked = first ? { "data-first": true } : {};
  const radios = optionsOf(question, spoken, values);
  if (radios) {
    return html`<fieldset class=${question.type === "scale" ? "script-choices scale" : "script-choices"} lang=${spoken} ...${more} aria-required=${question.required}>
      <legend>${label}</legend>
      ${question.type === "scale" && question.low ? html`<span class="small muted">${plain(question.low, spoken, values)}</span>` : null}
      ${radios.map((one, place) => html`<label key=${one.value}><input type="radio" name=${id} checked=${value === one.value} ...${place === 0 ? marked : {}}
        onChange=${() => onType(one.value)} /> <span>${one.label}</span></label>`)}
      ${question.type === "scale" && question.high ? html`<span class="small muted">${plain(question.high, spoken, values)}</span>` : null}
      ${!question.required && value !== undefined && value !== null ? html`<button type="button" class="quiet small" onClick=${() => onType(null)}>✕</button>` : null}
      ${say}
    </fieldset>`;
  }
  const shared = { id, value: value ?? "", required: question.required, ...more, ...marked, onInput: (event) => onType(event.target.value) };
  return html`<div class="field" lang=${spoken}>
    <label for=${id}>${label}</label>
    ${controlOf(question, shared)}
    ${say}
  </div>`;
}

function optionsOf(question, spoken, values) {
  if (question.type === "choice" && question.choices.length <= 8) return question.choices.map((one) => ({ value: one.name, label: plain(one.text, spoken, values) }));
  if (question.type === "yes_no") return [{ value: true, label: t("yes") }, { value: false, label: t("no") }];
  if (question.type === "scale") return Array.from({ length: question.highest - question.lowest + 1 }, (_, place) => ({ value: question.lowest + place, label: String(question.lowest + place) }));
  return null;
}

const today = () => new Date().toLocaleDateString("sv");
const dayOf = (bound) => (bound === "today" ? today() : (bound ?? undefined));

function controlOf(question, shared) {
  switch (question.type) {
    case "choice":
      return html`<select ...${shared} onChange=${shared.onInput}><option value="">${t("choose")}</option>${question.choices.map((one) => html`<option key=${one.name} value=${one.name}>${plain(one.text, language.value, {})}</option>`)}</select>`;
    case "text":
      return question.lines ? html`<textarea rows="4" maxlength=${question.longest} ...${shared}></textarea>` : html`<input type="text" maxlength=${question.longest} autocomplete="off" ...${shared} />`;
    case "number":
      return html`<span class="row script-number"><input type="text" inputmode="decimal" autocomplete="off" ...${shared} />${question.unit ? html`<span class="muted">${question.unit}</span>` : null}</span>`;
    case "date":
      return html`<input type="date" min=${dayOf(question.earliest)} max=${dayOf(question.latest)} ...${shared} />`;
    case "phone":
      return html`<input type="tel" autocomplete="off" ...${shared} />`;
    default:
      return html`<input type="email" autocomplete="off" ...${shared} />`;
  }
}

function Objections({ objections, open, language: spoken, values, onOpen, search }) {
  const [wanted, setWanted] = useState("");
  const names = Object.keys(objections);
  if (!names.length) return null;
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const found = names.filter((name) => fold(plain(objections[name].title, spoken, values)).includes(fold(wanted)));
  return html`<section class="card" aria-label=${t("objections")}>
    <h3>${t("objections")}</h3>
    ${names.length > 2 ? html`<input ref=${search} type="search" aria-label=${t("searchObjection")} placeholder=${t("searchObjection")} value=${wanted} onInput=${(event) => setWanted(event.target.value)}
      onKeyDown=${(event) => event.key === "Enter" && found[0] && (event.stopPropagation(), event.preventDefault(), onOpen(found[0]))} />` : null}
    <ul class="script-objections">
      ${found.map((name) => html`<li key=${name}><button type="button" class="quiet" lang=${spoken} aria-pressed=${open === name} onClick=${() => onOpen(name)}>${plain(objections[name].title, spoken, values)}</button></li>`)}
    </ul>
  </section>`;
}

function SoFar({ script, state, language: spoken, values }) {
  const asked = Object.fromEntries(Object.values(script.steps).flatMap((step) => step.questions ?? []).map((one) => [one.name, one]));
  const given = state.counted.filter((name) => asked[name] && state.shown?.[name] !== undefined);
  if (!given.length) return null;
  return html`<section class="card" aria-label=${t("soFar")}>
    <h3>${t("soFar")}</h3>
    <dl class="script-so-far">${given.map((name) => html`<div key=${name}><dt>${plain(asked[name].text, spoken, values)}</dt><dd>${state.shown[name]}</dd></div>`)}</dl>
  </section>`;
}

/** What was answered in a call, for whoever looks at it afterwards. */
export function ScriptAnswers({ call }) {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let here = true;
    const load = async () => {
      const items = (await get(`calls/${encodeURIComponent(call)}/scripts`)).items;
      return Promise.all(items.map(async (state) => ({ state, script: await get(`scripts/${state.script}?version=${state.version}`) })));
    };
    load().then((items) => here && setFound(items), (refused) => here && setError(refused));
    return () => (here = false);
  }, [call]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!found) return html`<${Loading} />`;
  if (!found.length) return html`<${Nothing}>${t("noAnswers")}<//>`;
  return found.map(({ state, script }) => html`<section key=${script.name}>
    <p class="small muted">${plain(script.title, language.value, {})} · ${t("by")} ${state.operator}${state.disposition ? ` · ${state.disposition}` : ""}</p>
    <${SoFar} script=${script} state=${state} language=${script.languages.includes(language.value) ? language.value : script.languages[0]} values=${valuesOf({ answers: state.shown ?? {} })} />
  </section>`);
}
