// What does the operator say and ask now? The script of the call's queue, followed while it goes on and in its wrap-up: answers are
// saved as they are typed, and whoever opens the call again, or takes it over, stands at the same step.
import { get } from "../api.js";
import { contact, lookedUp } from "../desk/known.js";
import { consultedIn, phase, self } from "../desk/now.js";
import { suggest } from "../desk/outcomes.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { LANGUAGES, language } from "../lang.js";
import { t } from "../lang/scripts.js";
import { me } from "../session.js";
import { styleSheet } from "../sheet.js";
import { Loading, Problem, toast, words } from "../ui.js";
import { saverOf } from "./saver.js";
import { Screen, SoFar } from "./screen.js";
import { Spoken, plain, valuesOf } from "./text.js";

const styled = styleSheet("/css/scripts.css");
const path = (call) => `calls/${encodeURIComponent(call)}/scripts`;
const versionOf = (one) => get(`scripts/${one.script}?version=${one.version}`);

/** follow: the call is this operator's, or was; consulted: another's, who asks; else it still rings. */
function standing(call) {
  if (consultedIn.value?.id === call.id && !self.value?.call) return "consulted";
  if (phase.value === "wrap_up") return "follow";
  const mine = call.operator === me.value?.code || call.supervised?.[me.value?.code] === "take_over";
  return phase.value === "talking" && mine ? "follow" : "ringing";
}

/** call: a CallStatus. */
export function ScriptRunner({ call }) {
  const how = standing(call);
  const queue = self.value?.queue ?? call.queue;
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const [round, again] = useState(0);
  useEffect(() => {
    let here = true;
    setError(null);
    Promise.all([load(call.id, queue, how), styled]).then(([it]) => here && setFound({ ...it, how }), (refused) => here && setError(refused));
    return () => (here = false);
  }, [call.id, queue, how, round]);
  if (error) return html`<section class="card script"><h2>${t("script")}</h2><p class="muted away" role="status">${t(error.code === "database_away" || !error.status ? "away" : "failed")} <button type="button" class="quiet small" onClick=${() => again((n) => n + 1)}>${t("again")}</button></p></section>`;
  if (!found || found.how !== how) return html`<section class="card script"><${Loading} /></section>`;
  if (how === "consulted") return html`<section class="card script"><h2>${t("script")}</h2>${found.before.length ? html`<${Before} before=${found.before} open />` : html`<p class="muted">${t("noAnswers")}</p>`}</section>`;
  if (!found.script) return html`<section class="card script"><h2>${t("script")}</h2><p class="muted">${t("none")}</p><${Before} before=${found.before} open /></section>`;
  if (how === "ringing") return html`<${Opening} script=${found.script} call=${call} />`;
  return html`<${Begun} key=${`${found.script.name} ${queue}`} call=${call} ...${found} />`;
}

/** What was begun for this queue goes on, on its version; else the queue's script is begun. before: what was followed elsewhere. */
async function load(call, queue, how) {
  const items = how === "ringing" ? [] : (await get(path(call)).catch(noneOfMine)).items;
  const whole = async (state) => ({ state, script: await versionOf(state) });
  if (how === "consulted") return { before: await Promise.all(items.map(whole)) };
  const ofQueue = items.findLast((one) => one.queue === queue);
  const script = ofQueue || !queue ? null : await get(`queues/${encodeURIComponent(queue)}/script`).catch(noScript);
  const kept = ofQueue ?? (script ? null : items.at(-1)) ?? null;
  const before = await Promise.all(items.filter((one) => one !== kept).map(whole));
  return { script: kept ? await versionOf(kept) : script, kept, before };
}

const noneOfMine = (error) => {
  if (error.status === 403 || error.status === 404) return { items: [] };
  throw error;
};
const noScript = (error) => {
  if (error.status === 404) return null;
  throw error;
};
const chosen = (script, call, kept) =>
  kept?.language ?? [call.shown?.language, contact.value?.language, language.value].find((one) => script.languages.includes(one)) ?? script.languages[0];

/** While it rings: what will be said first, where that depends on nothing. */
function Opening({ script, call }) {
  const spoken = chosen(script, call, null);
  const first = script.steps[script.start];
  const values = valuesOf({ call, contact: contact.value, me: me.value, company: script.company });
  return html`<section class="card script" aria-label=${t("script")}>
    <h2 lang=${spoken}>${plain(script.title, spoken, {})}</h2>
    ${first ? html`<${Spoken} more="script-say" text=${first.text} languages=${[spoken]} values=${values} />` : null}
    <p class="muted">${t("beginsWhen")}</p>
  </section>`;
}

/** Once it is known who calls, since the first words depend on that; in a wrap-up only if one wants to. */
function Begun(given) {
  const [wanted, want] = useState(Boolean(given.kept) || phase.value !== "wrap_up");
  if (!wanted) return html`<section class="card script"><h2>${t("script")}</h2><p class="muted">${t("notBegun")}</p><button type="button" onClick=${() => want(true)}>${t("begin")}</button></section>`;
  if (!given.kept && !lookedUp.value) return html`<section class="card script"><${Loading} /></section>`;
  return html`<${Followed} ...${given} />`;
}

function Followed({ call, script, kept, before }) {
  const [spoken, setSpoken] = useState(() => chosen(script, call, kept));
  const [moved, setMoved] = useState(false);
  const facts = useRef();
  facts.current = { language: spoken, known: kept?.known || Boolean(contact.value) };
  const saver = useMemo(() => saverOf(call.id, script.name, script.version, kept, () => facts.current), []);
  const state = saver.state.value;
  useEffect(() => {
    if (!saver.state.peek() && !saver.jobs.length) saver.move("stay");
    const hide = () => document.visibilityState === "hidden" && saver.flush();
    const leave = (event) => {
      saver.flush(); // which is still sent
      if (saver.status.peek() === "unsaved") event.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    addEventListener("beforeunload", leave);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("beforeunload", leave);
      saver.flush();
    };
  }, []);
  useEffect(() => suggest(call.id, state?.disposition ?? null), [state?.disposition]);
  useEffect(() => { if (saver.newer.value) toast(t("newer")); }, [saver.newer.value]);
  const refused = saver.refused.value;
  if (!state) return html`<section class="card script"><h2>${t("script")}</h2>${refused ? html`<${Problem} error=${refused} />` : html`<${Loading} />`}<${Saved} saver=${saver} /></section>`;
  const values = valuesOf({ call, contact: contact.value, me: me.value, company: script.company, answers: state.shown ?? {} });
  const speak = (one) => {
    setSpoken(one);
    facts.current = { ...facts.current, language: one };
    saver.move("stay");
  };
  const shown = (state.objection ? script.objections[state.objection] : script.steps[state.at]).text;
  return html`<section class="card script" aria-label=${plain(script.title, spoken, {})}>
    <header class="script-head">
      <h2 lang=${spoken}>${plain(script.title, spoken, {})}</h2>
      ${script.languages.length > 1 ? html`<div class="row" role="group" aria-label=${t("language")}>
        ${script.languages.map((one) => html`<button key=${one} type="button" class="quiet small" aria-pressed=${String(spoken === one)} lang=${one} onClick=${() => speak(one)}>${LANGUAGES[one] ?? one}</button>`)}
      </div>` : null}
      <${Saved} saver=${saver} />
    </header>
    <div class="visually-hidden" role="status" aria-live="polite">${moved ? plain(shown, spoken, values) : ""}</div>
    ${refused ? html`<p class="problem" role="alert">${refused.status === 403 ? t("notYours") : words(refused)}</p>` : null}
    <${Before} before=${before} />
    <${Screen} key=${`${state.at} ${state.objection ?? ""} ${state.path.length}`} script=${script} follower=${saver} languages=${[spoken]} values=${values} arrived=${moved} onMove=${() => setMoved(true)} />
    <p class="small muted script-keys">${t("keys")}</p>
  </section>`;
}

/** Whether all of it is kept. While it is not, that is no reason to stop: it is tried until it is. Only that is said aloud, not each word that is saved. */
function Saved({ saver }) {
  const status = saver.status.value;
  return html`<span class="visually-hidden" role="status">${status === "unsaved" ? t(status) : ""}</span><span class="script-saved"><span class=${`badge ${{ unsaved: "warn", saved: "good" }[status] ?? "plain"}`}>${t(status)}</span>
    ${status === "unsaved" ? html` <button type="button" class="quiet small" onClick=${() => saver.flush()}>${t("again")}</button>` : null}</span>`;
}

/** What was answered before the call came here. */
function Before({ before, open = false }) {
  return before.map(({ state, script }) => {
    const spoken = script.languages.includes(language.value) ? language.value : script.languages[0];
    return html`<details key=${script.name} class="script-before" open=${open}><summary>${plain(script.title, spoken, {})} · <span class="number">${state.operator}</span></summary>
      <${SoFar} script=${script} state=${state} language=${spoken} values=${valuesOf({ answers: state.shown ?? {} })} /></details>`;
  });
}
