// The operator's desk: the own state, the call, who calls, what to say, and what is left to do. On a phone's width: sections, with the
// call's controls at the thumb.
import { html, signal, useEffect } from "../html.js";
import { t } from "../lang/desk.js";
import { Loading } from "../ui.js";
import { Announcer, watchRinging } from "../desk/attention.js";
import { CallCard } from "../desk/call_card.js";
import { Controls } from "../desk/controls.js";
import { Customer } from "../desk/customer.js";
import { Help, helping, useKeys } from "../desk/keys.js";
import { contactNumbers, lookAgain } from "../desk/known.js";
import { consultedIn, phase, self, shownCall } from "../desk/now.js";
import { Over } from "../desk/over.js";
import { PassOn } from "../desk/pass_on.js";
import { YourQueues } from "../desk/queues.js";
import { daySlots, phoneSlots, scriptSlots, Slot } from "../desk/slots.js";
import { Start } from "../desk/start.js";
import { Remedy, StateBar } from "../desk/state_bar.js";
import { ToDo, waitingForUs } from "../desk/to_do.js";
import { Untyped, WrapUp } from "../desk/wrap_up.js";
import { operators, stream } from "../live.js";
import { styleSheet } from "../sheet.js";
import { learnPeople } from "../people.js";

const narrow = signal(false);
const width = matchMedia("(max-width: 760px)");
narrow.value = width.matches;
width.addEventListener("change", () => (narrow.value = width.matches));

const STYLE = "/css/desk.css";
const styled = signal(false);
function useStyle() {
  useEffect(() => {
    styleSheet(STYLE).then(() => (styled.value = true));
  }, []);
}

export default function Desk() {
  useStyle();
  useKeys();
  useEffect(watchRinging, []);
  useEffect(() => {
    learnPeople();
    lookAgain();
  }, []);
  if (!styled.value || (stream.value === "connecting" && !operators.value.size)) return html`<${Loading} />`;
  if (!self.value) return html`<div class="desk"><p class="card">${t("idleUnknown")}</p></div>`;
  return html`<div class=${`desk ${phase.value}`}>
    <h1 class="visually-hidden">${t("desk")}</h1>
    <${Announcer} />
    <div class="desk-top"><${StateBar} /><button type="button" class="quiet icon help" aria-label=${t("help")} title=${t("help")} aria-keyshortcuts="?" onClick=${() => (helping.value = true)}>?</button></div>
    <${Remedy} /><${Over} />
    ${narrow.value ? html`<${Narrow} />` : html`<${Wide} />`}
    <${PassOn} contactNumbers=${contactNumbers.value} /><${Help} />
  </div>`;
}

const atWork = () => phase.value === "talking" || phase.value === "ringing" || phase.value === "wrap_up" || consultedIn.value;
const scripts = () => (shownCall.value ? scriptSlots.filter((slot) => slot.shows?.(shownCall.value) ?? true) : []);

function Wide() {
  if (phase.value === "out") return html`<div class="columns out"><div class="stack"><${Start} /><${Phone} /></div><div class="stack"><${Untyped} /><${ToDo} /></div></div>`;
  if (!atWork()) return html`<div class="columns idle">
    <div class="stack"><${Idle} /><${Phone} /><${YourQueues} /></div>
    <div class="stack"><${Untyped} /><${ToDo} /></div>
    ${daySlots.length ? html`<div class="stack"><${Day} /></div>` : null}
  </div>`;
  const script = scripts();
  return html`<div class=${`columns work ${script.length ? "with-script" : ""}`}>
    <div class="stack first"><${CallCard} controls=${true} /><${WrapUp} /><${Phone} />${phase.value === "wrap_up" ? html`<${Untyped} />` : null}</div>
    ${script.length ? html`<div class="stack"><${Script} slots=${script} /></div>` : null}
    <div class="stack"><${Customer} /></div>
  </div>`;
}

const Phone = () => phoneSlots.filter((slot) => slot.shows()).map((slot) => html`<${Slot} key=${slot.id} slot=${slot} call=${shownCall.value} />`);
const Day = () => daySlots.map((slot) => html`<${Slot} key=${slot.id} slot=${slot} call=${null} />`);
const Script = ({ slots }) => slots.map((slot) => html`<${Slot} key=${`${slot.id} ${shownCall.value.id}`} slot=${slot} call=${shownCall.value} />`);

function Idle() {
  const state = phase.value;
  const [title, text] = { ready: ["idleReady", "idleReadyText"], paused: ["idlePaused", null], reserved: ["idleReserved", "idleReservedText"], own_call: ["idleOwn", "idleOwnText"] }[state] ?? ["idleReady", null];
  return html`<section class=${`card idle-card ${state}`}><h2>${t(title)}</h2>${text ? html`<p class="muted">${t(text)}</p>` : null}</section>`;
}

// -- on a phone's width -----------------------------------------------------------------------------------------------------

const tab = signal("call");
function Narrow() {
  const state = phase.value;
  useEffect(() => {
    if (state === "ringing" || state === "wrap_up") tab.value = "call";
  }, [state]);
  if (state === "out") return html`<div class="stack"><${Start} /><${Phone} /><${Untyped} /><${ToDo} /></div>`;
  const script = scripts();
  const tabs = ["call", ...(script.length ? ["script"] : []), "customer", "todo"];
  const here = tabs.includes(tab.value) ? tab.value : "call";
  const move = (event) => {
    const to = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!to) return;
    tab.value = tabs[(tabs.indexOf(here) + to + tabs.length) % tabs.length];
    event.currentTarget.querySelectorAll("[role=tab]")[tabs.indexOf(tab.value)].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${t("sections")} onKeyDown=${move}>
      ${tabs.map((one) => html`<button key=${one} type="button" role="tab" id=${`tab-${one}`} aria-selected=${String(here === one)} aria-controls="desk-panel" tabindex=${here === one ? 0 : -1} onClick=${() => (tab.value = one)}>
        ${t(`tab_${one}`)}${one === "todo" && waitingForUs.value ? html` <span class="badge warn">${waitingForUs.value}</span>` : null}</button>`)}
    </div>
    <div id="desk-panel" class="stack" role="tabpanel" aria-labelledby=${`tab-${here}`}>
      ${here === "call" ? html`${atWork() ? html`<${CallCard} /><${WrapUp} />` : html`<${Idle} /><${YourQueues} />`}<${Phone} />`
        : here === "script" ? html`<${Script} slots=${script} />`
        : here === "customer" ? html`<${Customer} />` : html`<${Untyped} /><${ToDo} /><${Day} />`}
    </div>
    ${state === "talking" ? html`<div class="dock"><${Controls} /></div>` : null}`;
}
