// Which tab is the phone? One: it holds a lock that the browser gives to one tab at a time, and takes away when the tab is gone.
// The others wait for it, and may take it, unless a call goes on there.

const LOCK = "centralita.phone";
const CHANNEL = "centralita.phone";

export class OneTab {
  /** lost(): another tab has taken the phone. busy(): whether a call goes on in this one. */
  constructor({ lost, busy }) {
    this._lost = lost;
    this._busy = busy;
    this._release = null;
    this._stop = null;
    this._channel = new BroadcastChannel(CHANNEL);
    this._channel.onmessage = ({ data }) => {
      if (data.ask === "who" && this._release) this._channel.postMessage({ here: data.id, busy: this._busy() });
    };
  }

  /** Wait until this tab may be the phone; with take: now, from whichever has it. Resolves true, or false once left() was called. */
  acquire({ take = false } = {}) {
    this.leave();
    const stop = (this._stop = new AbortController());
    return new Promise((resolve) => {
      const options = take ? { steal: true } : { signal: stop.signal };
      navigator.locks
        .request(LOCK, options, () => {
          if (stop.signal.aborted) return undefined;
          resolve(true);
          return new Promise((release) => (this._release = release));
        })
        .catch(() => {
          resolve(false);
          if (this._stop !== stop || stop.signal.aborted) return;
          this._release = null;
          this._lost();
        });
    });
  }

  leave() {
    this._stop?.abort();
    this._release?.();
    this._stop = this._release = null;
  }

  /** Whether some other tab is the phone, and whether a call goes on there: {there, busy}. */
  async other() {
    const { held } = await navigator.locks.query();
    if (!held.some((one) => one.name === LOCK) || this._release) return { there: false, busy: false };
    const id = crypto.randomUUID();
    const channel = new BroadcastChannel(CHANNEL);
    const answered = new Promise((resolve) => {
      channel.onmessage = ({ data }) => data.here === id && resolve(data.busy);
      setTimeout(resolve, 300, false);
    });
    channel.postMessage({ ask: "who", id });
    const busy = await answered;
    channel.close();
    return { there: true, busy };
  }
}
