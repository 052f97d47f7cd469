// How is nothing lost that an operator types? One request after the other, each with the next revision, tried until it is kept.
import { signal } from "@preact/signals";
import { get, put } from "../api.js";

const PAUSE_MS = 300;
const AGAIN_MS = [500, 1000, 2000, 4000];
const TRY_ON = (error) => error.status === 0 || error.status === 429 || error.status >= 500;

export class Saver {
  /** kept: what the server has of it, or null; facts: () => ({language, known}) of now. */
  constructor(call, script, version, kept, facts) {
    this.path = `calls/${encodeURIComponent(call)}/scripts/${script}`;
    this.version = version;
    this.facts = facts;
    this.state = signal(kept);
    /** saved, saving, unsaved. */
    this.status = signal("saved");
    /** A refusal that trying again does not help. */
    this.refused = signal(null);
    this.newer = signal(0);
    this.jobs = [];
    this.timer = null;
    this.running = null;
    this.closed = false;
  }

  /** Something was typed: saved after a pause in typing. */
  type(name, value) {
    const last = this.jobs.at(-1);
    if (last && !last.sent && last.move === "stay") last.answers[name] = value;
    else this.jobs.push({ answers: { [name]: value }, move: "stay" });
    this.status.value = "saving";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Go somewhere, with all that was typed. Gives the state then; undefined when it was refused. */
  move(move, objection = null) {
    const last = this.jobs.at(-1);
    const answers = last && !last.sent && last.move === "stay" ? this.jobs.pop().answers : {};
    const job = { answers, move, objection };
    const done = new Promise((resolve) => (job.done = resolve));
    this.jobs.push(job);
    this.flush();
    return done;
  }

  /** Save what waits, now. */
  flush() {
    clearTimeout(this.timer);
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  close() {
    const done = this.flush();
    this.closed = true;
    return done;
  }

  async run() {
    for (let failures = 0; this.jobs.length; ) {
      const job = this.jobs[0];
      job.sent = true;
      job.revision ??= (this.state.value?.revision ?? 0) + 1;
      this.status.value = failures ? "unsaved" : "saving";
      try {
        this.state.value = await put(this.path, {
          ...this.facts(), revision: job.revision, answers: job.answers, move: job.move, objection: job.objection ?? null, version: this.version,
        });
      } catch (error) {
        if (error.code === "stale") {
          await this.readNewer(job);
          continue;
        }
        if (TRY_ON(error) && !(this.closed && failures > 3)) {
          this.status.value = "unsaved";
          await new Promise((done) => setTimeout(done, error.retryAfter ? 1000 * error.retryAfter : AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]));
          continue;
        }
        this.refused.value = error;
        this.jobs.shift();
        job.done?.(undefined);
        continue;
      }
      failures = 0;
      this.jobs.shift();
      job.done?.(this.state.value);
    }
    this.status.value = this.refused.value ? "unsaved" : "saved";
  }

  /** Somebody else, or another window, has saved: go on from there, keeping what was typed here, but moving nowhere. */
  async readNewer(job) {
    try {
      this.state.value = await get(this.path);
      this.newer.value += 1;
      job.revision = undefined;
      job.move = "stay";
    } catch (error) {
      if (!TRY_ON(error)) {
        this.refused.value = error;
        this.jobs.shift();
        job.done?.(undefined);
      } else await new Promise((done) => setTimeout(done, AGAIN_MS[1]));
    }
  }
}
