// How is nothing lost that an operator types? One request after the other, each with the next revision, tried until it is kept.
//
// What is not kept yet, or was refused as an answer, stands in the tab's storage too: the page may be loaded again while the
// database is away.
import { signal } from "@preact/signals";
import { get, put } from "../api.js";
import { me } from "../session.js";

const PAUSE_MS = 300;
const AGAIN_MS = [500, 1000, 2000, 4000];
const TRY_ON = (error) => error.status === 0 || error.status === 429 || error.status >= 500;

const open = new Map();
/** The saver of a script in a call; the same as before while that one has something to save. Arguments as Saver's. */
export function saverOf(call, script, version, kept, facts) {
  const path = `calls/${encodeURIComponent(call)}/scripts/${script}`;
  const before = open.get(path);
  if (before?.jobs.length) {
    before.facts = facts;
    return before;
  }
  const made = new Saver(path, version, kept, facts);
  open.set(path, made);
  return made;
}

export class Saver {
  /** kept: what the server has of it, or null; facts: () => ({language, known}) of now. */
  constructor(path, version, kept, facts) {
    Object.assign(this, { path, version, facts, jobs: [], timer: null, running: null, wake: null });
    this.key = `centralita.script.${me.peek()?.code}.${path}`;
    this.state = signal(kept);
    /** What was typed here, by question, as it was typed. */
    this.typed = signal({});
    /** saved, saving, or unsaved: it is still tried. */
    this.status = signal("saved");
    /** Whether a move waits for its answer. */
    this.moving = signal(false);
    /** A refusal that trying again does not help. */
    this.refused = signal(null);
    /** How often something newer than ours was found. */
    this.newer = signal(0);
    for (const [name, value] of Object.entries(this.left())) this.type(name, value);
  }

  /** Something was typed: saved after a pause in typing. */
  type(name, value) {
    this.typed.value = { ...this.typed.peek(), [name]: value };
    const last = this.jobs.at(-1);
    if (last && !last.sent && last.move === "stay") last.answers[name] = value;
    else this.jobs.push({ answers: { [name]: value }, move: "stay" });
    if (this.status.peek() === "saved") this.status.value = "saving";
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Go somewhere, with all that was typed. Gives the state then; undefined when it was refused. */
  async move(move, objection = null) {
    const last = this.jobs.at(-1);
    const answers = last && !last.sent && last.move === "stay" ? this.jobs.pop().answers : {};
    const job = { answers, move, objection };
    const done = new Promise((resolve) => (job.done = resolve));
    this.jobs.push(job);
    this.moving.value = true;
    this.flush();
    try {
      return await done;
    } finally {
      this.moving.value = false;
    }
  }

  /** Save what waits, now. */
  flush() {
    clearTimeout(this.timer);
    this.wake?.();
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  async run() {
    for (let failures = 0; this.jobs.length; ) {
      const job = this.jobs[0];
      job.sent = true;
      job.revision ??= (this.state.peek()?.revision ?? 0) + 1;
      this.status.value = failures ? "unsaved" : "saving";
      try {
        const { answers, move, objection = null, revision } = job;
        this.state.value = await put(this.path, { ...this.facts(), revision, answers, move, objection, version: this.version }, { keepalive: true });
        this.refused.value = null;
        failures = 0;
      } catch (error) {
        if (error.code === "stale" && (await this.readNewer(job))) continue;
        if (error.code === "stale" || TRY_ON(error)) {
          this.status.value = "unsaved";
          await this.pause(error.retryAfter ? 1000 * error.retryAfter : AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
          failures ||= 1;
          continue;
        }
        this.refused.value = error;
        this.finish(undefined);
        continue;
      }
      this.finish(this.state.peek());
    }
    this.status.value = "saved";
  }

  finish(state) {
    this.jobs.shift().done?.(state);
    this.keep();
  }

  /** Until then, or until somebody asks for it at once. */
  async pause(ms) {
    await new Promise((done) => {
      this.wake = done;
      setTimeout(done, ms);
    });
    this.wake = null;
  }

  /** Somebody else, or another window, has saved: go on from there, with what waits here, but move nowhere. False: it cannot be read now. */
  async readNewer(job) {
    try {
      this.state.value = await get(this.path);
    } catch {
      return false;
    }
    this.newer.value += 1;
    this.typed.value = this.waiting();
    Object.assign(job, { revision: undefined, move: "stay", objection: null });
    if (!Object.keys(job.answers).length) this.finish(undefined);
    return true;
  }

  // -- in the tab's storage -------------------------------------------------------------------------------------------------

  waiting() {
    return Object.assign({}, ...this.jobs.map((job) => job.answers));
  }

  keep() {
    const wrong = Object.keys(this.state.peek()?.wrong ?? {}).filter((name) => name in this.typed.peek());
    const kept = { ...Object.fromEntries(wrong.map((name) => [name, this.typed.peek()[name]])), ...this.waiting() };
    if (Object.keys(kept).length) sessionStorage.setItem(this.key, JSON.stringify(kept));
    else sessionStorage.removeItem(this.key);
  }

  left() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }
}
