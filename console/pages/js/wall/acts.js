// What can be done with an operator, or with a call? One list for menus, panels and keys.
import { post } from "../api.js";
import { go } from "../router.js";
import { may } from "../session.js";
import { ask } from "./dialogs.js";
import { BUSY, pick, t } from "./model.js";
import { said } from "./refusals.js";
import { supervise } from "./supervision.js";

const KEYS = { listen: "L", whisper: "W", barge: "B", take_over: "T" };
const IN_A_CALL = new Set(["talking", "on_hold"]);
const TALKS = new Set(["talking", "elsewhere"]);

const ways = (target, talking) => Object.entries(KEYS)
  .filter(([mode]) => talking || mode === "listen" || (mode === "whisper" && target.operator))
  .map(([mode, key]) => ({ id: mode, label: t(mode), key, hint: t(`${mode === "take_over" ? "takeOver" : mode}Hint`), run: () => supervise(target, mode) }));

/** [{id, label, key, hint, run, danger}] for an operator's status; null for a line between groups. */
export function actsOn(operator) {
  const one = operator;
  const here = one.state !== "logged_out";
  const groups = [
    may("supervise") && here ? ways({ operator: one.code }, IN_A_CALL.has(one.state)) : [],
    may("set_states") ? [
      one.state !== "ready" && { id: "ready", label: t("makeReady"), key: "R", run: () => said(() => post(`operators/${one.code}/state`, { state: "ready" })) },
      here && { id: "pause", label: t("pause"), key: "P", run: () => ask("pause", { operator: one }) },
    ] : [],
    [
      may("move_operators") && here && { id: "move", label: t("move"), key: "M", run: () => ask("move", { operator: one }) },
      may("release_operators") && BUSY.has(one.state) && { id: "release", label: t("release"), run: () => ask("release", { operator: one }) },
      may("set_states") && here && { id: "log_out", label: t("logOut"), danger: true, run: () => ask("logOut", { operator: one }) },
    ],
    [{ id: "open", label: t("open"), key: "↵", run: () => pick({ panel: `operator:${one.code}` }, false) }],
  ];
  return joined(groups);
}

/** The same for a call's status. */
export function actsOnCall(call) {
  const waits = call.stage === "waiting" || call.stage === "ringing";
  const groups = [
    may("supervise") && TALKS.has(call.stage) && call.operator ? ways({ call: call.id }, true) : [],
    [
      may("move_calls") && waits && { id: "move", label: t("moveCall"), key: "M", run: () => ask("moveCall", { call }) },
      may("note_recordings") && call.recording && { id: "note", label: t("noteNow"), key: "N", run: () => ask("note", { call }) },
      may("control_calls") && call.stage !== "ended" && { id: "hang_up", label: t("hangUp"), key: "X", danger: true, run: () => ask("hangUp", { call }) },
    ],
    [{ id: "open", label: t("openCall"), key: "↵", run: () => go(`/calls/${call.id}`) }],
  ];
  return joined(groups);
}

function joined(groups) {
  const full = groups.map((group) => group.filter(Boolean)).filter((group) => group.length);
  return full.flatMap((group, at) => (at ? [null, ...group] : group));
}
