// How is what a supervisor writes kept while it is written? After each pause in writing, one request after the other.
import { signal } from "@preact/signals";
import { del, put } from "../api.js";

const PAUSE_MS = 1000;
const AGAIN_MS = 3000;

export class Draft {
  /** over: the version in force when it was begun; null for a new script. */
  constructor(name, over, there) {
    Object.assign(this, { path: `scripts/${name}/draft`, waiting: null, timer: null, running: null });
    this.over = signal(over);
    /** none, saving, saved, or unsaved: it is still tried. */
    this.status = signal(there ? "saved" : "none");
  }

  write(text) {
    this.waiting = text;
    if (this.status.peek() !== "unsaved") this.status.value = "saving";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Over another version from now on. */
  rebase(over, text) {
    this.over.value = over;
    this.write(text);
  }

  /** Save what waits, now; ends when that has been tried. */
  async flush() {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.waiting === null) return;
    this.running = this.save(this.waiting);
    await this.running;
  }

  async save(text) {
    try {
      await put(this.path, { text, over: this.over.peek() }, { keepalive: true });
      if (this.waiting === text) this.waiting = null;
      this.status.value = this.waiting === null ? "saved" : "saving";
    } catch {
      this.status.value = "unsaved";
      this.timer = setTimeout(() => this.flush(), AGAIN_MS);
    } finally {
      this.running = null;
    }
  }

  /** Nothing of it is saved any more. */
  async stop() {
    clearTimeout(this.timer);
    this.waiting = null;
    while (this.running) await this.running;
    clearTimeout(this.timer);
  }

  async discard() {
    await this.stop();
    await del(this.path);
  }
}
