// Of what stretches did a call consist? Pure: a fold over the steps of its story, as GET /calls/{id}/why tells them.
const OVER = new Set(["CallerAbandoned", "CallerExited", "CallbackAgreed", "CallConnected"]);

/** [{kind, from, to, who}], in milliseconds: menu, waiting and talking one after the other; ringing and hold lie on top of them.
 * started: when the call began; until: its end, or now. */
export function stretchesOf(steps, started, until) {
  const found = [];
  const open = {};
  const begin = (kind, from, who = null) => (open[kind] ??= { kind, from, who });
  const finish = (kind, to) => {
    if (open[kind] && to > open[kind].from) found.push({ ...open[kind], to });
    delete open[kind];
  };
  begin("menu", started);
  for (const { kind, at, fact } of steps) {
    const when = Date.parse(at);
    if (kind === "CallerEntered" || kind === "PlaceKept") {
      for (const earlier of ["menu", "callback"]) finish(earlier, when);
      begin("waiting", when, fact.queue);
    } else if (kind === "OfferMade") begin("ringing", when, fact.operator);
    else if (kind === "OfferOver") finish("ringing", when);
    if (OVER.has(kind)) for (const earlier of ["ringing", "waiting", "callback"]) finish(earlier, when);
    if (kind === "CallConnected") begin("talking", when, fact.operator);
    else if (kind === "CallbackAgreed") begin("callback", when, fact.queue);
    else if (kind === "CallWasHeld") fact.held ? begin("hold", when, fact.operator) : finish("hold", when);
    else if (kind === "CallHandedOver") {
      for (const earlier of ["hold", "talking"]) finish(earlier, when);
      begin("talking", when, fact.operator);
    } else if (kind === "ConversationOver") for (const earlier of ["hold", "talking"]) finish(earlier, when);
  }
  for (const kind of Object.keys(open)) if (kind !== "menu" || !steps.length) finish(kind, until);
  return found.sort((a, b) => a.from - b.from);
}
