// How is the phone? What is seen of microphone, network and sound, in; what the centre is told and what a person is warned of, out.
// No browser and no clock in here: times are arguments, in milliseconds.

/** For so long a microphone may say nothing but zeros: a real one always hears a little. */
export const ZEROS_MS = 3000;
/** For so long no sound may come in a call: the far end sends all the time, music on hold included. */
export const SILENCE_MS = 3000;
/** For so long the centre may not hear from us before we say so ourselves. */
export const UNHEARD_MS = 3000;
/** More of the sound lost than that is heard by people. */
export const POOR_LOSS = 0.05;
const WINDOW_MS = 5000;

/** seen: {permission: "granted" | "denied" | "prompt", ended, muted, zerosSince}. As the centre names it. */
export function microphone(seen, now) {
  if (seen.permission === "denied") return "denied";
  if (seen.ended) return "lost";
  if (seen.muted) return "muted_by_system";
  return seen.zerosSince !== null && now - seen.zerosSince >= ZEROS_MS ? "silent" : "ok";
}

/** seen: {socketUp, flow}; flow is that of the call that is up, or null. */
export function network(seen, now) {
  if (!seen.socketUp) return "down";
  return seen.flow && (seen.flow.stalledFor(now) >= SILENCE_MS || seen.flow.lossShare() > POOR_LOSS) ? "poor" : "ok";
}

/** The sound that comes in during one call, from what getStats counts once a second. */
export class Flow {
  constructor(now) {
    this.movedAt = now;
    this.counts = [];
  }

  take({ received, lost }, now) {
    const before = this.counts.at(-1);
    if (!before || received > before.received) this.movedAt = now;
    this.counts = [...this.counts.filter((one) => now - one.at <= WINDOW_MS), { received, lost, at: now }];
  }

  /** For how long nothing has come (ms). */
  stalledFor(now) {
    return now - this.movedAt;
  }

  /** How much of the last seconds' sound was lost, 0 to 1. */
  lossShare() {
    const [first, last] = [this.counts[0], this.counts.at(-1)];
    if (!first || first === last) return 0;
    const lost = Math.max(0, last.lost - first.lost);
    const all = lost + last.received - first.received;
    return all > 0 ? lost / all : 0;
  }
}

/** What a person is to see, the worst first: [{code, level: "bad" | "warn"}].
 * seen: {line, microphone, online, heardAt, inCall, flow, reason}; reason is what the centre says of the phone, online what the
 * browser believes of the network, which counts only beside a phone that is not connected: browsers are wrong about it. */
export function signs(seen, now) {
  if (["off", "waiting", "elsewhere"].includes(seen.line)) return [];
  const found = [];
  const bad = (code) => found.push({ code, level: "bad" });
  if (seen.line !== "ready") bad(!seen.online ? "offline" : seen.line === "refused" ? "refused" : "not_connected");
  else if (now - seen.heardAt >= UNHEARD_MS) bad("unheard");
  const wrong = { lost: "microphone_lost", denied: "microphone_denied", muted_by_system: "microphone_muted" }[seen.microphone];
  if (wrong) bad(wrong);
  if (seen.inCall && seen.flow) {
    if (seen.flow.stalledFor(now) >= SILENCE_MS) bad("no_sound");
    else if (seen.flow.lossShare() > POOR_LOSS) found.push({ code: "poor", level: "warn" });
  }
  if (seen.microphone === "silent") found.push({ code: "microphone_silent", level: "warn" });
  if (!found.length && seen.reason && seen.reason !== "not_registered") bad("not_offered");
  return found;
}
