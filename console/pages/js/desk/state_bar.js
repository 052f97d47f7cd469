// What is my state, since when, and what comes after the call? Always in sight, always in the same place.
import { html, signal } from "../html.js";
import { duration } from "../lang.js";
import { now, since } from "../live.js";
import { centre, me } from "../session.js";
import { t } from "../lang/desk.js";
import { Icon } from "./icons.js";
import { asking, setState } from "./commands.js";
import { Menu } from "./menu.js";
import { pauseTitle, pauses, personTitle, queueTitle } from "./names.js";
import { mustChoose } from "./outcomes.js";
import { busy, call, phase, self } from "./now.js";

export const pausing = signal(false);
const TONES = { ready: "good", paused: "warn", wrap_up: "info", talking: "accent", on_hold: "warn", ringing: "accent", reserved: "accent", own_call: "accent", logged_out: "plain" };
export const NO_REASON = "";

const CONSULTS = new Set(["ringing_other", "consulting"]);
/** While another is consulted the caller is on hold, but the operator is not. */
export const stateName = (mine) => t(mine.state === "on_hold" && CONSULTS.has(call.value?.control) ? "state_consulting" : `state_${mine.state}`);

export function StateBar() {
  const mine = self.value;
  if (!mine) return null;
  return html`<section class=${`state-bar ${TONES[mine.state] ?? "plain"}`} aria-label=${t("yourState")}>
    <div class="state-now">
      <span class="state-name">${stateName(mine)}</span>
      <span class="state-time number" role="timer" aria-label=${t("now")}>${duration(since(mine.since))}</span>
      <${Because} mine=${mine} />
    </div>
    ${phase.value === "out" ? null : html`<${Choices} mine=${mine} />`}
    <${PhoneSign} mine=${mine} />
  </section>`;
}

/** Why it is so: the pause's reason, by whom, and when it ends by itself. */
function Because({ mine }) {
  const parts = [];
  if (mine.state === "paused") {
    if (mine.reason) parts.push(pauseTitle(mine.reason));
    if (mine.forced_by) parts.push(t("forcedBy", { who: personTitle(mine.forced_by) }));
    if (mine.until) parts.push(t("backAt", { time: duration((Date.parse(mine.until) - now.value) / 1000) }));
  } else if (mine.state !== "logged_out") {
    parts.push(mine.serves.length ? mine.serves.map(queueTitle).join(" · ") : t("noQueues"));
  }
  const why = parts.join(" · ");
  return html`<span class="state-why" title=${why}>${why}</span>`;
}

function Choices({ mine }) {
  const later = busy.value;
  const wish = later ? (mine.wish ?? "ready") : mine.state;
  const is = (state) => (wish === state ? "true" : "false");
  const waits = asking.value !== null;
  const first = mustChoose();
  return html`<div class="state-choices" role="group" aria-label=${later ? t("after") : t("yourState")}>
    ${later ? html`<span class="state-after">${t("after")}</span>` : null}
    <button type="button" class="to-ready" aria-pressed=${is("ready")} aria-keyshortcuts="r" disabled=${waits || first} title=${first ? t("finishHint") : undefined} onClick=${() => setState("ready")}>${t("ready")}</button>
    <${Menu} open=${pausing} label=${later && wish === "paused" && mine.reason ? pauseTitle(mine.reason) : t("pause")} title=${t("whyPause")} class="to-pause"
      aria-pressed=${is("paused")} aria-keyshortcuts="p" disabled=${waits || first} entries=${reasons(wish === "paused" ? mine.reason : undefined)} onChoose=${pause} />
    <button type="button" class="to-out" aria-pressed=${is("logged_out")} disabled=${waits} onClick=${() => setState("logged_out")}>${t("logOut")}</button>
  </div>`;
}

/** The centre's reasons, and none where it asks for none. */
export function reasons(current) {
  const listed = pauses().map((one) => ({ id: one.code, label: pauseTitle(one.code), hint: one.productive ? t("productive") : null, current: current === one.code }));
  if (!centre.value?.pause_reason_required) listed.push({ id: NO_REASON, label: t("noReason"), current: current === null });
  return listed;
}
export const pause = (reason) => setState("paused", reason === NO_REASON ? {} : { reason });

function PhoneSign({ mine }) {
  const good = mine.phone === "reachable";
  return html`<span class=${`phone-sign ${good ? "good" : "bad"}`}><${Icon} name="phone" />${good ? t("phoneGood") : t("phoneBad")}</span>`;
}

/** What to do about a phone that is not there; nothing while it is. */
export function Remedy() {
  const mine = self.value;
  if (!mine || mine.phone === "reachable") return null;
  const known = t(`remedy_${mine.phone_reason}`, { code: me.value.code });
  return html`<div class="remedy" role="alert"><strong>${t("phoneBad")}.</strong> ${phase.value === "out" ? "" : `${t("phoneNoCalls")} `}
    ${known === `remedy_${mine.phone_reason}` ? t("remedy_default", { code: me.value.code }) : known}</div>`;
}
