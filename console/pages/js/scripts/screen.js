// What stands on the screen at one step of a script: what to say, what to ask, where to go. For operators in a call, and on trial.
import { html, useEffect, useId, useRef, useState } from "../html.js";
import { language } from "../lang.js";
import { t } from "../lang/scripts.js";
import { outcomeTitle } from "../desk/names.js";
import { Links, Spoken, plain } from "./text.js";
import { dateAgo } from "../times.js";

const FEW = 8;
const SEARCHED_ABOVE = 6;

/** follower: state (a signal: as the server tells it), typed, moving, type(name, value), move(move, objection); languages: one, or
 * several beside each other; arrived: whether the operator has just come here, so that the keyboard goes along; onEnd(state). */
export function Screen({ script, follower, languages, values, arrived, onMove, onEnd }) {
  const state = follower.state.value;
  const step = script.steps[state.at];
  const objection = state.objection ? script.objections[state.objection] : null;
  const [left, setLeft] = useState({});
  const [tried, setTried] = useState(false);
  const root = useRef();
  const id = useId();
  useEffect(() => {
    if (arrived) (root.current.querySelector("[data-first]") ?? root.current.querySelector("[data-on]"))?.focus();
  }, []);
  const last = !objection && step.kind === "end";
  const questions = objection ? [] : (step.questions ?? []);
  const go = (move, name) => {
    onMove?.();
    return follower.move(move, name);
  };
  const on = async () => {
    if (follower.moving.peek()) return;
    setTried(true);
    const after = await go(last ? "end" : "on");
    if (!after) return;
    if (after.stays) root.current?.querySelector("input[aria-invalid=true], select[aria-invalid=true], textarea[aria-invalid=true], [aria-invalid=true] input")?.focus();
    else if (last) onEnd?.(after);
  };
  const back = () => follower.moving.peek() || go(objection ? "close" : "back");
  const keys = (event) => {
    const control = event.ctrlKey || event.metaKey;
    const field = event.target.matches?.("input:not([type=search])");
    if (event.key === "Escape" && objection) back();
    else if (event.key === "Enter" && (control || field) && !event.repeat && !event.isComposing) on();
    else if (control && event.key === "ArrowUp") back();
    else return;
    event.preventDefault();
  };
  const wrong = (question) => {
    const bad = state.wrong?.[question.name];
    if (bad && (left[question.name] || tried)) return reproach(bad.code, question);
    return tried && state.missing?.includes(question.name) ? t("wrong_required") : null;
  };
  return html`<div class="script-body" ref=${root} onKeyDown=${keys}>
    <article class=${objection ? "script-card script-objection" : "script-card"} role="group" aria-labelledby=${id}>
      <p class="script-where small muted">${objection ? html`<strong>${t("objection")}:</strong> ${languages.map((one) => plain(objection.title, one, values)).join(" · ")}` : t("step", { n: state.path.length + 1 })}</p>
      <${Spoken} id=${id} more="script-say" text=${(objection ?? step).text} languages=${languages} values=${values} />
      ${!objection && step.note ? html`<div class="script-note"><strong class="visually-hidden">${t("note")}: </strong><${Spoken} text=${step.note} languages=${languages} values=${values} /></div>` : null}
      <${Links} links=${(objection ?? step).links} language=${languages[0]} values=${values} />
      ${questions.map((question, place) => html`<${Asked} key=${question.name} question=${question} first=${place === 0} languages=${languages} values=${values}
        value=${follower.typed.value[question.name] ?? state.answers[question.name]?.value} error=${wrong(question)}
        onType=${(value) => follower.type(question.name, value)} onLeave=${() => setLeft((before) => ({ ...before, [question.name]: true }))} />`)}
      ${last && state.disposition ? html`<p><span class="badge info script-suggested">${t("suggested", { code: outcomeTitle(state.disposition) })}</span></p>` : null}
      <div class="row script-ways">
        ${last && state.ended ? html`<span class="badge good" role="status">${t("finished")}</span>` : html`<button type="button" class="primary" data-on aria-disabled=${follower.moving.value ? "true" : undefined} onClick=${on}>${last ? t("finish") : objection ? t(objection.goes_on ? "goOnFrom" : "goBackTo") : t("on")}</button>`}
        ${state.path.length || objection ? html`<button type="button" class="quiet" onClick=${back}>${t("back")}</button>` : null}
      </div>
    </article>
    <${Objections} objections=${script.objections} open=${state.objection} languages=${languages} values=${values} onOpen=${(name) => follower.moving.peek() || go("objection", name)} />
    <${SoFar} script=${script} state=${state} language=${languages[0]} values=${values} />
  </div>`;
}

function reproach(code, question) {
  if (code !== "out_of_range") return t(`wrong_${code}`, question);
  const [least, most] = [question.least ?? question.lowest, question.most ?? question.highest];
  const given = (bound) => bound !== null && bound !== undefined;
  return t(!given(most) ? "wrong_too_low" : !given(least) ? "wrong_too_high" : "wrong_out_of_range", { least, most });
}

// -- questions --------------------------------------------------------------------------------------------------------------

/** One question with the control that fits its type. */
function Asked({ question, first, languages, values, value, error, onType, onLeave }) {
  const id = useId();
  const spoken = languages[0];
  const said = (text) => languages.map((one) => plain(text, one, values)).join(" · ");
  const label = html`${said(question.text)}${question.required ? html`<span class="required" aria-hidden="true"> *</span>` : html` <small class="muted">(${t("optional")})</small>`}`;
  const more = { "aria-invalid": error ? "true" : undefined, "aria-describedby": error ? `${id}-error` : undefined, onBlur: onLeave };
  const say = error ? html`<small id=${`${id}-error`} class="error" role="alert">${error}</small>` : null;
  const marked = first ? { "data-first": true } : {};
  const options = optionsOf(question, said);
  if (options) {
    return html`<fieldset role="radiogroup" aria-required=${String(question.required)} class=${question.type === "scale" ? "script-choices scale" : "script-choices"} lang=${spoken} ...${more}>
      <legend>${label}</legend>
      ${question.type === "scale" && question.low ? html`<span class="small muted">${said(question.low)}</span>` : null}
      ${options.map((one, place) => html`<label key=${one.value}><input type="radio" name=${id} checked=${value === one.value} ...${place === 0 ? marked : {}}
        onChange=${() => onType(one.value)} /> <span>${one.label}</span></label>`)}
      ${question.type === "scale" && question.high ? html`<span class="small muted">${said(question.high)}</span>` : null}
      ${!question.required && value !== undefined && value !== null ? html`<button type="button" class="quiet small" aria-label=${`${t("takeBack")}: ${said(question.text)}`} onClick=${() => onType(null)}>✕</button>` : null}
      ${say}
    </fieldset>`;
  }
  const shared = { id, value: value ?? "", required: question.required, ...more, ...marked, onInput: (event) => onType(event.target.value) };
  return html`<div class="field" lang=${spoken}>
    <label for=${id}>${label}</label>
    ${controlOf(question, shared, said)}
    ${say}
  </div>`;
}

function optionsOf(question, said) {
  if (question.type === "choice" && question.choices.length <= FEW) return question.choices.map((one) => ({ value: one.name, label: said(one.text) }));
  if (question.type === "yes_no") return [{ value: true, label: t("yes") }, { value: false, label: t("no") }];
  if (question.type === "scale") return Array.from({ length: question.highest - question.lowest + 1 }, (_, place) => ({ value: question.lowest + place, label: String(question.lowest + place) }));
  return null;
}

const dayOf = (bound) => (bound === "today" ? dateAgo(0) : (bound ?? undefined));
const asWritten = (value) => (typeof value === "number" && language.value === "es" ? String(value).replace(".", ",") : value);

function controlOf(question, shared, said) {
  switch (question.type) {
    case "choice":
      return html`<select ...${shared} onChange=${shared.onInput}><option value="">${t("choose")}</option>${question.choices.map((one) => html`<option key=${one.name} value=${one.name}>${said(one.text)}</option>`)}</select>`;
    case "text":
      return question.lines ? html`<textarea rows="4" maxlength=${question.longest} ...${shared}></textarea>` : html`<input type="text" maxlength=${question.longest} autocomplete="off" ...${shared} />`;
    case "number":
      return html`<span class="row script-number"><input type="text" inputmode="decimal" autocomplete="off" ...${shared} value=${asWritten(shared.value)} />${question.unit ? html`<span class="muted">${question.unit}</span>` : null}</span>`;
    case "date":
      return html`<input type="date" min=${dayOf(question.earliest)} max=${dayOf(question.latest)} ...${shared} />`;
    case "phone":
      return html`<input type="tel" autocomplete="off" ...${shared} />`;
    default:
      return html`<input type="email" autocomplete="off" ...${shared} />`;
  }
}

// -- beside it --------------------------------------------------------------------------------------------------------------

function Objections({ objections, open, languages, values, onOpen }) {
  const [wanted, setWanted] = useState("");
  const names = Object.keys(objections);
  if (!names.length) return null;
  const title = (name) => languages.map((one) => plain(objections[name].title, one, values)).join(" · ");
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const found = names.filter((name) => fold(title(name)).includes(fold(wanted)));
  return html`<section class="script-beside" aria-label=${t("objections")}>
    <h3>${t("objections")}</h3>
    ${names.length > SEARCHED_ABOVE ? html`<input type="search" aria-label=${t("searchObjection")} placeholder=${t("searchObjection")} value=${wanted} onInput=${(event) => setWanted(event.target.value)}
      onKeyDown=${(event) => event.key === "Enter" && found[0] && (event.stopPropagation(), event.preventDefault(), onOpen(found[0]))} />` : null}
    <ul class="script-objections">
      ${found.map((name) => html`<li key=${name}><button type="button" lang=${languages[0]} aria-pressed=${String(open === name)} onClick=${() => onOpen(name)}>${title(name)}</button></li>`)}
    </ul>
  </section>`;
}

/** What was answered so far, on the way that counts. */
export function SoFar({ script, state, language: spoken, values }) {
  const asked = Object.fromEntries(Object.values(script.steps).flatMap((step) => step.questions ?? []).map((one) => [one.name, one]));
  const given = state.counted.filter((name) => asked[name] && state.shown?.[name] !== undefined);
  if (!given.length) return null;
  return html`<section class="script-beside" aria-label=${t("soFar")}>
    <h3>${t("soFar")}</h3>
    <dl class="script-so-far">${given.map((name) => html`<div key=${name}><dt lang=${spoken}>${plain(asked[name].text, spoken, values)}</dt><dd>${state.shown[name]}</dd></div>`)}</dl>
  </section>`;
}
