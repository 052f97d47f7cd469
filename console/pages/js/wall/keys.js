// What does each key do on the wallboard? Single keys work on the row that has the focus; they can be turned off.
import { html, signal } from "../html.js";
import { Dialog } from "../ui.js";
import { go } from "../router.js";
import { actsOn, actsOnCall } from "./acts.js";
import { callRow, operatorRow, pick, picked, t } from "./model.js";
import { own, stop } from "./supervision.js";
import { seen } from "./watch.js";

const KEPT = "centralita.keys";
export const keysOn = signal(localStorage.getItem(KEPT) !== "off");
const turn = (on) => {
  keysOn.value = on;
  localStorage.setItem(KEPT, on ? "on" : "off");
};

const OF_ACT = { l: "listen", w: "whisper", b: "barge", t: "take_over", p: "pause", r: "ready", m: "move", x: "hang_up", n: "note" };
const SECTIONS = { 1: ".queues", 2: ".operators", 3: ".calls" };
const ROW = "[data-row]";

/** Take a key; shows(what): open "keys" or "alarms". */
export function onKey(event, shows) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog, [role=menu]")) return;
  if (event.key === "Escape" && picked.value.panel) return pick({ panel: "" }, false);
  if (["ArrowDown", "ArrowUp"].includes(event.key)) return walk(event);
  if (!keysOn.value) return;
  const doing = onPage(event.key, shows) ?? onRow(event.key.toLowerCase());
  if (!doing) return;
  event.preventDefault();
  doing();
}

function onPage(key, shows) {
  if (key in SECTIONS) return () => document.querySelector(`${SECTIONS[key]} ${ROW} :is(a, button)`)?.focus();
  return {
    "?": () => shows("keys"), "/": () => document.querySelector(".wall input[type=search]")?.focus(),
    a: () => shows("alarms"), A: () => seen(), f: () => go("/wall?full=1"), e: own.value ? stop : undefined,
  }[key];
}

function onRow(key) {
  const row = document.activeElement?.closest(ROW);
  if (key === "." && row) return () => row.querySelector(".more")?.click();
  const { operator, call } = row?.dataset ?? {};
  const acts = operator ? actsOn(operatorRow(operator).peek()) : call ? actsOnCall(callRow(call).peek()) : [];
  return acts.find((act) => act && act.id === OF_ACT[key])?.run;
}

function walk(event) {
  const row = document.activeElement?.closest(ROW);
  if (!row) return;
  const rows = [...row.parentElement.querySelectorAll(ROW)];
  const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.querySelector(":is(a, button)").focus();
}

const PAGE = [["1 2 3", "sections"], ["↑ ↓", "move"], ["/", "search"], ["A", "alarms"], ["⇧A", "ack"], ["F", "full"], ["E", "end"], ["Esc", "esc"], ["?", "help"]];
const ON_ROW = [["↵", "open"], [".", "menu"], ["L", "listen"], ["W", "whisper"], ["B", "barge"], ["T", "take"], ["R", "ready"], ["P", "pause"], ["M", "moveq"], ["N", "note"], ["X", "hang"]];

export function Keys({ onClose }) {
  const list = (keys) => html`<dl class="keys">${keys.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(`key_${what}`)}</dd></div>`)}</dl>`;
  return html`<${Dialog} title=${t("keysTitle")} onClose=${onClose}>
    <label><input type="checkbox" checked=${keysOn.value} onChange=${(event) => turn(event.target.checked)} /> ${t("keysOn")}</label>
    <h3>${t("keysRow")}</h3>${list(ON_ROW)}<h3>${t("keysPage")}</h3>${list(PAGE)}
  <//>`;
}
