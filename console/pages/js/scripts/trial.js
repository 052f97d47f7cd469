// How will operators meet this script? Followed on trial in all its languages at once, with answers that nobody keeps.
import { computed, signal } from "@preact/signals";
import { post } from "../api.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { LANGUAGES } from "../lang.js";
import { t } from "../lang/scripts.js";
import { me } from "../session.js";
import { Loading, Problem } from "../ui.js";
import { Screen } from "./screen.js";
import { valuesOf } from "./text.js";

const PAUSE_MS = 300;

/** What a Screen follows, as Saver is for a call; each answer of the server is the whole of where we stand. */
class Trial {
  constructor(name, text, facts) {
    Object.assign(this, { name, text, facts, timer: null, asked: 0 });
    this.state = signal(null);
    this.typed = signal({});
    this.error = signal(null);
    this.waits = signal(0);
    this.moving = computed(() => this.waits.value > 0);
  }

  type(name, value) {
    this.typed.value = { ...this.typed.peek(), [name]: value };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask("stay"), PAUSE_MS);
  }

  async move(move, to = null) {
    this.waits.value += 1;
    try {
      return await this.ask(move, to);
    } finally {
      this.waits.value -= 1;
    }
  }

  /** With another text or other facts: from where we stand, if that is still there. */
  again(text, facts) {
    Object.assign(this, { text, facts });
    this.ask("stay");
  }

  restart() {
    this.typed.value = {};
    this.state.value = null;
    this.ask("stay");
  }

  async ask(move, to = null) {
    clearTimeout(this.timer);
    const mine = ++this.asked;
    const { at = null, path = [], objection = null } = this.state.peek() ?? {};
    try {
      const state = await post("scripts/try", { name: this.name, text: this.text, ...this.facts, at, path, objection, answers: this.typed.peek(), move, to });
      if (mine !== this.asked) return undefined;
      this.error.value = null;
      return (this.state.value = state);
    } catch (error) {
      if (mine === this.asked) this.error.value = error;
      return undefined;
    }
  }
}

/** text: one without problems, and script: what that is. */
export function TrialRun({ name, text, script }) {
  const [facts, setFacts] = useState({ language: script.languages[0], queue: script.queues[0] ?? "", known: false });
  const trial = useMemo(() => new Trial(name, text, facts), []);
  const [moved, setMoved] = useState(false);
  useEffect(() => trial.again(text, facts), [text, facts]);
  const state = trial.state.value;
  const choose = (more) => {
    setFacts({ ...facts, ...more });
    setMoved(false);
  };
  const values = valuesOf({ me: me.value, company: script.company, call: { queue: facts.queue }, answers: state?.shown ?? {} });
  const stands = state && script.steps[state.at] && (!state.objection || script.objections[state.objection]);
  return html`<div class="script">
    <p class="small muted">${t("tryTitle")}</p>
    <div class="row script-trial-facts">
      ${script.languages.length > 1 ? html`<label class="small">${t("condLanguage")} <select value=${facts.language} onChange=${(event) => choose({ language: event.target.value })}>${script.languages.map((one) => html`<option key=${one} value=${one}>${LANGUAGES[one] ?? one}</option>`)}</select></label>` : null}
      <label class="small row"><input type="checkbox" checked=${facts.known} onChange=${(event) => { choose({ known: event.target.checked }); trial.state.value = null; }} /> ${t("knownCustomer")}</label>
      <button type="button" class="small" onClick=${() => { setMoved(false); trial.restart(); }}>${t("fromTheStart")}</button>
    </div>
    ${trial.error.value ? html`<${Problem} error=${trial.error.value} />` : null}
    ${stands ? html`<${Screen} key=${`${state.at} ${state.objection ?? ""} ${state.path.length}`} script=${script} follower=${trial} languages=${script.languages} values=${values} arrived=${moved} onMove=${() => setMoved(true)} />` : html`<${Loading} />`}
  </div>`;
}

/** The drawing as an image: nothing of it can be markup of this page. */
export function Drawing({ name, svg }) {
  const address = useMemo(() => svg && `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, [svg]);
  return svg ? html`<div class="scroll script-drawing" tabindex="0" role="region" aria-label=${t("drawing")}><img src=${address} alt=${t("drawingOf", { name })} /></div>` : html`<p class="muted nothing">${t("tooBig")}</p>`;
}
