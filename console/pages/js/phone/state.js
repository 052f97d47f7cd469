// How does the phone stand, and what may happen to it next? Two literal tables, and nothing else: no browser, no SIP, no time.
//
// The line is the phone's way to Asterisk, the call what goes on with it. An event that a state does not know changes nothing: it came
// late (the far end hung up while one answered), and whoever sent it need not know.

/** state -> event -> state. waiting: another tab has the phone; elsewhere: another tab or machine has taken it; refused: Asterisk does
 * not want it, which trying again does not change. */
export const LINE = {
  off: { start: "waiting" },
  waiting: { granted: "connecting", stop: "off" },
  connecting: { up: "registering", stop: "off", taken: "elsewhere", refused: "refused" },
  registering: { registered: "ready", down: "connecting", refused: "refused", stop: "off", taken: "elsewhere" },
  ready: { down: "connecting", unregistered: "registering", refused: "refused", stop: "off", taken: "elsewhere" },
  refused: { start: "waiting", up: "registering", registered: "ready", stop: "off", taken: "elsewhere" },
  elsewhere: { start: "waiting", stop: "off" },
};

/** answering: until the far end has acknowledged; dialling: until the far end answers. */
export const CALL = {
  none: { offered: "ringing", dialled: "dialling" },
  ringing: { answered: "answering", over: "none" },
  answering: { confirmed: "up", over: "none" },
  dialling: { confirmed: "up", over: "none" },
  up: { over: "none" },
};

/** The state after an event; the same one if the event means nothing to it. */
export const next = (table, state, event) => table[state][event] ?? state;

/** Whether the event means something now. */
export const may = (table, state, event) => event in table[state];

/** What may be asked of the centre about a conversation, by its `control` (docs/http-api.md): {button: may it be pressed}. */
export function controls(control, own) {
  const held = control === "held";
  const consults = control === "consulting" || control === "swapped";
  const talks = control === "talking";
  return {
    hold: talks && own,
    resume: held && own,
    transfer: (talks || held || control === "barged" || control === "taken_over") && own,
    consult: (talks || held) && own,
    complete: (consults || control === "conference") && own,
    cancel: (consults || control === "ringing_other" || control === "conference") && own,
    swap: consults && own,
    conference: consults && own,
  };
}

/** Whether the INVITE asks to be answered by itself; every make of phone knows another of the two headers. */
export function asksToAnswer(header) {
  return /answer-after=0/i.test(header("Call-Info") ?? "") || /info=alert-autoanswer/i.test(header("Alert-Info") ?? "");
}
