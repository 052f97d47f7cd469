// Which other parts have a place on the desk? Each brings one component and is loaded when its place is first shown.
//
// One entry: {id, load, shows?}. load gives the component, which gets {call, number}; shows(call): whether there is anything for it.
import { html, useEffect, useState } from "../html.js";
import { t } from "../lang/desk.js";
import { phoneKind } from "../phone/kind.js";
import { isScripted } from "./scripted.js";

/** Beside the call: who calls, what he or she wanted before. */
export const customerSlots = [
  { id: "contacts", load: () => import("./known.js").then((module) => module.Contacts) },
  { id: "tickets", load: () => import("../parts/tickets.js").then((module) => module.TicketPanel) },
  { id: "past", load: () => import("../past/desk.js").then((module) => module.DeskPast) },
];
/** What to say: one, in the middle. */
export const scriptSlots = [{ id: "script", load: () => import("../scripts/runner.js").then((module) => module.ScriptRunner), shows: isScripted }];
/** The phone in the browser, below the call: only for who has it there. */
export const phoneSlots = [{ id: "phone", load: () => import("../parts/phone.js").then((module) => module.DeskPhone), shows: () => phoneKind.value === "browser" }];
/** While no call is there: the own day. */
export const daySlots = [{ id: "own-figures", load: () => import("../figures/own.js").then((module) => module.DayFigures) }];

export function Slot({ slot, ...given }) {
  const [Part, put] = useState(null);
  const [failed, fail] = useState(false);
  const load = () => {
    fail(false);
    slot.load().then((component) => put(() => component), () => fail(true));
  };
  useEffect(load, [slot.id]);
  if (failed) return html`<section class="card"><p class="muted away">${t("away")} <button type="button" class="quiet small" onClick=${load}>${t("again")}</button></p></section>`;
  return Part ? html`<${Part} ...${given} />` : null;
}
