// On a call's page: what was asked in it by scripts, and what was answered; by whom, when, and by which version of the script.
import { get } from "../api.js";
import { outcomeTitle, personTitle } from "../desk/names.js";
import { html, useEffect, useState } from "../html.js";
import { language } from "../lang.js";
import { t } from "../lang/scripts.js";
import { styleSheet } from "../sheet.js";
import { plain, valuesOf } from "./text.js";
import { moment } from "../times.js";
import { learnPeople, people } from "../people.js";

styleSheet("/css/scripts.css");
const LOOKS_AGAIN_MS = 10_000;
const read = new Map();
/** A script's very version, asked for once; null where it is not kept any more. */
function versionOf({ script, version }) {
  const path = `scripts/${script}?version=${version}`;
  if (!read.has(path)) {
    read.set(path, get(path).catch((error) => {
      if (error.status === 404) return null;
      read.delete(path);
      throw error;
    }));
  }
  return read.get(path);
}

export function CallAnswers({ id, call }) {
  const [found, show] = useState(null);
  const [error, fail] = useState(null);
  useEffect(() => void learnPeople(), []);
  const goesOn = Boolean(call); // as long as it is shown somebody may still write it up
  useEffect(() => {
    let over = false;
    const look = async () => {
      try {
        const { items } = await get(`calls/${encodeURIComponent(id)}/scripts`);
        const whole = await Promise.all(items.map(async (state) => ({ state, script: await versionOf(state) })));
        if (!over) [show(whole), fail(null)];
      } catch (refused) {
        if (!over) fail(refused);
      }
    };
    look();
    const again = goesOn ? setInterval(look, LOOKS_AGAIN_MS) : null;
    return () => {
      over = true;
      clearInterval(again);
    };
  }, [id, goesOn, call?.stage, call?.operator]);
  const lost = error && ![403, 404].includes(error.status);
  if (lost && !found) return html`<p class="muted away" role="status">${t("answersAway")}</p>`;
  if (!found && !error) return html`<p class="muted" aria-busy="true">…</p>`;
  if (!found?.length) return html`<p class="muted">${t(error ? "noneYours" : "noAnswers")}</p>`;
  return found.map((one) => html`<${Answered} key=${one.state.script} ...${one} />`);
}

/** script: null where that version is not kept. */
function Answered({ state, script }) {
  const spoken = script?.languages.includes(language.value) ? language.value : (script?.languages[0] ?? "");
  const asked = Object.fromEntries(Object.values(script?.steps ?? {}).flatMap((step) => step.questions ?? []).map((one) => [one.name, one]));
  const values = valuesOf({ answers: state.shown ?? {} });
  const question = (name) => (asked[name] ? plain(asked[name].text, state.language, values) : name);
  const told = (name) => state.shown?.[name] ?? String(state.answers[name]?.value ?? "");
  const given = state.counted.filter((name) => told(name) !== "");
  const who = people.value && [["begunBy", state.begun_by, state.started], [state.ended ? "endedBy" : "leftBy", state.operator, state.ended ?? state.saved]];
  return html`<article class="script-answered" data-script=${state.script} data-version=${state.version}>
    <h3 lang=${spoken || undefined}>${script ? plain(script.title, spoken, {}) : state.script}</h3>
    <p class="muted small">${who.map(([what, code, at]) => t(what, { who: personTitle(code), at: moment(at) })).join(" ")} ${t("version")} <a href=${`/scripts/${state.script}?version=${state.version}`}><code>${state.version}</code></a>.</p>
    ${given.length ? html`<dl class="script-so-far">${given.map((name) => html`<div key=${name} data-answer=${name}><dt lang=${state.language}>${question(name)}</dt><dd>${told(name)}</dd></div>`)}</dl>` : html`<p class="muted">${t("nothingAnswered")}</p>`}
    ${state.objections.length ? html`<p class="small">${t("objections")}: ${state.objections.map((name) => (script?.objections[name] ? plain(script.objections[name].title, state.language, values) : name)).join(" · ")}</p>` : null}
    ${state.disposition ? html`<p><span class="badge info">${t("suggested", { code: outcomeTitle(state.disposition) })}</span></p>` : null}
  </article>`;
}
