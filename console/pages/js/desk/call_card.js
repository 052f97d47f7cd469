// Who is on the line with whom? The call that rings or goes on, in one card that keeps its place.
import { html } from "../html.js";
import { duration } from "../lang.js";
import { since, stale } from "../live.js";
import { t } from "../lang/desk.js";
import { Controls } from "./controls.js";
import { Icon } from "./icons.js";
import { callerOf } from "./caller.js";
import { personTitle, queueTitle } from "./names.js";
import { call, consultedIn, phase, self } from "./now.js";

export function CallCard({ controls }) {
  if (consultedIn.value && !call.value) return html`<${Consulted} shown=${consultedIn.value} />`;
  const shown = call.value;
  if (!shown || !["ringing", "talking"].includes(phase.value)) return null;
  return phase.value === "ringing" ? html`<${Ringing} shown=${shown} />` : html`<${Talking} shown=${shown} controls=${controls} />`;
}

function Head({ shown, title, tone, children }) {
  return html`<header class=${`call-head ${tone}`}>
    <p class="call-kind"><${Icon} name="phone" /> ${title}</p>
    <p class="call-who">${callerOf(shown)}</p>
    <p class="call-queue">${queueTitle(shown.queue)}${shown.priority ? html` <span class="badge warn">${t("priority", { n: shown.priority })}</span>` : null}
      ${shown.shown?.name ? html` · ${shown.shown.name}` : null}</p>
    ${children}
  </header>`;
}

function Ringing({ shown }) {
  return html`<section class="card call ringing" aria-label=${t("incoming")}>
    <${Head} shown=${shown} tone="rings" title=${t(shown.direction === "outbound" ? "outgoing" : "incoming")} />
    <dl class="facts">
      <div><dt>${t("ringingFor")}</dt><dd class="number">${duration(since(self.value.since))}</dd></div>
      <div><dt>${t("sinceCalled")}</dt><dd class="number">${duration(since(shown.started))}</dd></div>
      ${shown.shown?.language ? html`<div><dt>${t("language")}</dt><dd>${t(`lang_${shown.shown.language}`)}</dd></div>` : null}
    </dl>
    <p class="hint"><strong>${t("answerOnPhone")}</strong></p>
  </section>`;
}

const AWAITS = new Set(["held", "held_by_phone"]);
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function Talking({ shown, controls }) {
  const held = shown.held;
  return html`<section class=${`card call ${held ? "held" : "talks"}`} aria-label=${t("call")}>
    <${Head} shown=${shown} tone=${AWAITS.has(shown.control) ? "holds" : "talks"} title=${upper(t(`control_${shown.control ?? "talking"}`))}>
      <p class="call-time number">${duration(since(shown.since))}</p>
    <//>
    <${Line} shown=${shown} />
    <${Supervised} shown=${shown} />
    <${RecordingSign} shown=${shown} />
    ${shown.control === "held_by_phone" ? html`<p class="hint">${t("heldByPhone")}</p>` : null}
    ${shown.control === "taken_over" ? html`<p class="hint">${t("takenOver")}</p>` : null}
    ${stale.value ? html`<p class="hint bad">${t("offline")}</p>` : null}
    ${controls ? html`<${Controls} />` : null}
  </section>`;
}

/** Everybody on the line, and who hears what. */
function Line({ shown }) {
  const { control } = shown;
  const caller = control === "conference" ? "allTogether" : shown.held ? "hearsMusic" : "onLine";
  const other = { ringing_other: "rings", consulting: "onLine", swapped: "hearsMusic", conference: "allTogether" }[control];
  return html`<ul class="line" aria-label=${t("call")}>
    <li class=${caller}><span class="grow">${t("customer")}</span>
      <span class="state">${t(caller)}${shown.held && self.value?.state === "on_hold" ? html` <span class="number">${duration(since(self.value.since))}</span>` : null}</span></li>
    ${shown.consulting ? html`<li class=${other ?? ""}><span class="grow">${personTitle(shown.consulting)}</span><span class="state">${t(other ?? "rings")}</span></li>` : null}
  </ul>`;
}

const SUPERVISES = { listen: "listens", whisper: "whispers", barge: "bargesIn", take_over: "takes" };
function Supervised({ shown }) {
  const who = Object.entries(shown.supervised ?? {});
  if (!who.length) return null;
  return html`<ul class="supervised">${who.map(([code, mode]) => html`<li key=${code}>${t(SUPERVISES[mode] ?? "listens", { who: personTitle(code) })}</li>`)}</ul>`;
}

function RecordingSign({ shown }) {
  if (!shown.recording_state) return null;
  const paused = shown.recording_state === "paused";
  return html`<p class=${`recording-sign ${paused ? "paused" : "on"}`} role="status"><span class="dot" aria-hidden="true"></span>
    ${paused ? html`<strong>${t("recordingPaused")}.</strong> ${t("pausedWarning")}` : t("recordingOn")}</p>`;
}

function Consulted({ shown }) {
  return html`<section class="card call talks" aria-label=${t("consultedTitle")}>
    <${Head} shown=${shown} tone="talks" title=${t("consultedTitle")}><p>${t("consultedBy", { who: personTitle(shown.operator) })}</p><//>
    ${shown.ticket ? html`<dl class="facts"><div><dt>${t("ticketRef")}</dt><dd>${shown.ticket}</dd></div></dl>` : null}
  </section>`;
}
