// The phone: registered while it is on, in one tab, with its microphone open; one call at a time. What it is like stands in signals, and
// is told to the centre by a worker (heart.js). What may happen when is decided in state.js and health.js.
//
// The phone itself answers, mutes, dials, presses keys and hangs up. To hold, transfer, consult and confer, the page asks the centre
// (parts/phone.js), which moves channels about; this phone does not notice.
import JsSIP from "jssip";
import { batch, effect, signal } from "@preact/signals";
import { keepToken, token } from "../api.js";
import { serverNow } from "../live.js";
import { Bell, Ear, Mouth, choose as chooseDevice, chosen, devices, silence } from "./audio.js";
import { Flow, microphone, network, signs } from "./health.js";
import { OneTab } from "./one_tab.js";
import { TicketSocket } from "./socket.js";
import { CALL, LINE, asksToAnswer, may, next } from "./state.js";

const WANTED = "centralita.phone.on";
const ANSWERS = "centralita.phone.answers";
const REGISTERED_FOR_S = 300;
const STATS_MS = 1000;
const REGISTER_AGAIN_MS = 6000;
/** Without sound for so long, Asterisk is asked whether the call is still there, and for another way for its sound. */
const ASK_MS = 8000;

/** "off", "waiting", ... (state.js) */
export const line = signal("off");
/** null, or {stage, peer, name, direction, since, muted}: stage of state.js, since in milliseconds of the server's clock. */
export const call = signal(null);
/** [{code, level}], the worst first (health.js). */
export const problems = signal([]);
/** {inputs, outputs, input, output, ringer}: what there is, and what was chosen. */
export const equipment = signal({ inputs: [], outputs: [], ...chosen });
/** Whether a call that was not asked to be answered by itself is answered all the same. */
export const answersAll = signal(localStorage.getItem(ANSWERS) === "1");
/** What the centre says: {reachable, reason}; null while it was not asked. */
export const shown = signal(null);
/** The label of the microphone in use. */
export const microphoneLabel = signal("");
/** Why the centre refused a line, for a person; null: it has not. */
export const refusal = signal(null);

export const wasOn = () => localStorage.getItem(WANTED) === "1";

class Phone {
  constructor() {
    this._ua = null;
    this._socket = null;
    this._session = null;
    this._sent = null; // the track that the call sends: a copy of the microphone's, or silence
    this._sendsSilence = false;
    this._moved = false; // the connection broke during this call
    this._askedAt = 0;
    this._registerAt = 0;
    this._flow = null;
    this._socketUp = false;
    this._registered = false;
    this._heardAt = Date.now();
    this._answeredAt = Date.now();
    this._statsAt = 0;
    this._instance = null;
    this._heart = null;
    this._mouth = new Mouth(() => this._microphoneChanged());
    this._ear = new Ear();
    this._bell = new Bell();
    this._tab = new OneTab({ lost: () => this._taken(), busy: () => this._session !== null });
    this._note = null;
    addEventListener("online", () => this._socket?.renew());
    addEventListener("offline", () => this._look());
    addEventListener("pagehide", () => this._sayGoodbye());
    addEventListener("beforeunload", (event) => this._session && event.preventDefault());
    navigator.mediaDevices?.addEventListener("devicechange", () => this._devicesChanged());
    effect(() => {
      if (token.value) this._heart?.postMessage({ token: token.value });
      else if (line.peek() !== "off") this._loggedOut();
    });
  }

  // -- on and off -----------------------------------------------------------------------------------------------------------

  /** Switch the phone on; take: even if another tab has it. */
  async start({ take = false } = {}) {
    if (!may(LINE, line.value, "start")) return;
    localStorage.setItem(WANTED, "1");
    refusal.value = null;
    this._line_("start");
    if (!(await this._tab.acquire({ take })) || line.value !== "waiting") return;
    const instance = (this._instance = crypto.randomUUID());
    this._heardAt = this._answeredAt = Date.now();
    this._line_("granted");
    this._beginHeart();
    await this._mouth.open();
    await this._devicesChanged();
    if (line.value !== "connecting" || this._instance !== instance) return;
    this._connect();
    this._look();
  }

  /** Take the phone from whichever tab has it; false: a call goes on there. */
  async take() {
    if ((await this._tab.other()).busy) return false;
    if (line.value === "waiting") this._line_("stop");
    await this.start({ take: true });
    return true;
  }

  other() {
    return this._tab.other();
  }

  /** Switch the phone off. */
  stop() {
    localStorage.removeItem(WANTED);
    this._sayGoodbye();
    this._end("stop");
    this._tab.leave();
  }

  _taken() {
    this._end("taken");
    this._tab.leave();
  }

  /** The log-in is over; the phone is on again with the next one. */
  _loggedOut() {
    this._end("stop");
    this._tab.leave();
  }

  _end(event) {
    this._line_(event);
    this._over();
    this._heart?.terminate();
    this._heart = null;
    this._ua?.stop();
    this._ua = this._socket = null;
    this._socketUp = this._registered = false;
    this._mouth.close();
    batch(() => {
      problems.value = [];
      shown.value = null;
    });
  }

  _line_(event) {
    line.value = next(LINE, line.value, event);
  }

  // -- the line -------------------------------------------------------------------------------------------------------------

  _connect() {
    this._socket = new TicketSocket((error) => this._noLine(error));
    const user = shownUser();
    const uri = `sip:${user}@phones.invalid`;
    const ua = (this._ua = new JsSIP.UA({
      sockets: [this._socket],
      uri,
      contact_uri: `sip:${user}@${this._instance.slice(0, 8)}.invalid;transport=ws`,
      password: "any: the console proves who we are",
      register: true,
      register_expires: REGISTERED_FOR_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "Centralita console",
    }));
    ua.on("connected", () => this._up(true));
    ua.on("disconnected", () => this._up(false));
    ua.on("registered", () => this._registeredIs(true, "registered"));
    ua.on("unregistered", () => this._registeredIs(false, "unregistered"));
    ua.on("registrationFailed", ({ response }) => this._registeredIs(false, response ? "refused" : "unregistered"));
    ua.on("newRTCSession", ({ session, originator, request }) => this._newSession(session, originator, request));
    ua.start();
  }

  _noLine(error) {
    if (error.status === 401) keepToken(null);
    else if (error.status === 409 || error.code === "phones_elsewhere") {
      refusal.value = error;
      this._line_("refused");
    }
    this._look();
  }

  _up(up) {
    this._socketUp = up;
    this._line_(up ? "up" : "down");
    this._registerAt = Date.now();
    if (!up) {
      this._registered = false;
      this._moved = this._session !== null;
    }
    this._look();
  }

  _registeredIs(registered, event) {
    this._registered = registered;
    this._line_(event);
    if (registered && this._moved) this._askForTheCall();
    this._look();
  }

  /** Tell Asterisk where the call's phone is now, and find a way for its sound; if there is no such call any more, this ends it. */
  _askForTheCall() {
    this._moved = false;
    this._askedAt = Date.now();
    if (this._session?.isEstablished()) this._session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  // -- calls ----------------------------------------------------------------------------------------------------------------

  _newSession(session, originator, request) {
    if (originator === "remote" && this._session !== null) {
      session.terminate({ status_code: 486 });
      return;
    }
    this._session = session;
    const peer = session.remote_identity;
    const stage = next(CALL, "none", originator === "remote" ? "offered" : "dialled");
    call.value = { stage, peer: peer.uri.user, name: peer.display_name ?? "", direction: session.direction, since: serverNow(), muted: false };
    session.on("confirmed", () => this._call_("confirmed"));
    session.on("ended", () => session === this._session && this._over());
    session.on("failed", () => session === this._session && this._over());
    session.on("peerconnection", ({ peerconnection }) => this._hears(peerconnection));
    if (session.connection) this._hears(session.connection);
    if (originator !== "remote") return;
    const byItself = asksToAnswer((name) => request.getHeader(name));
    if (byItself || answersAll.value) {
      this._bell.beep();
      this.answer();
    } else {
      this._bell.ring(Date.now());
      this._announce();
    }
  }

  _call_(event) {
    if (!call.value || !may(CALL, call.value.stage, event)) return;
    const since = event === "confirmed" ? serverNow() : call.value.since;
    call.value = { ...call.value, stage: next(CALL, call.value.stage, event), since };
    if (event === "confirmed") this._flow = new Flow(Date.now());
    this._look();
  }

  _hears(connection) {
    connection.addEventListener("track", ({ track }) => this._ear.listen(new MediaStream([track])));
  }

  /** Answer what rings. */
  answer() {
    if (!call.value || !may(CALL, call.value.stage, "answered")) return;
    this._quiet();
    this._call_("answered");
    this._session.answer({ mediaStream: this._toSend(), pcConfig: { iceServers: [] } });
  }

  /** Refuse what rings, end what is up. */
  hangUp() {
    this._quiet();
    if (this._session && !this._session.isEnded()) this._session.terminate(this._session.direction === "incoming" && !this._session.isEstablished() ? { status_code: 480 } : {});
  }

  /** Call somebody of the centre, a queue, or a feature code such as *11. */
  dial(number) {
    const target = number.replace(/[^0-9A-Za-z*#+_.-]/g, "");
    if (!target || this._session || line.value !== "ready") return;
    this._ua.call(`sip:${target.replaceAll("#", "%23")}@phones.invalid`, { mediaStream: this._toSend(), pcConfig: { iceServers: [] } });
  }

  mute(muted) {
    if (!this._session || !this._sent) return;
    this._sent.enabled = !muted;
    call.value = { ...call.value, muted };
  }

  /** Press a key (0-9, *, #): an event in the sound (RFC 4733). */
  press(key) {
    if (call.value?.stage === "up") this._session.sendDTMF(key, { transportType: "RFC2833", duration: 120, interToneGap: 80 });
  }

  _over() {
    const session = this._session;
    this._session = null;
    this._quiet();
    if (session && !session.isEnded()) {
      try {
        session.terminate();
      } catch {
        // it ends by itself
      }
    }
    this._ear.close();
    this._sent?.stop();
    this._sent = this._flow = null;
    call.value = null;
    this._look();
  }

  _quiet() {
    this._bell.stop();
    this._note?.close();
    this._note = null;
  }

  _announce() {
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    this._note = new Notification(call.value.name || call.value.peer, { tag: "centralita-call", requireInteraction: true, icon: "/icon.svg" });
    this._note.onclick = () => window.focus();
  }

  // -- microphone and devices -----------------------------------------------------------------------------------------------

  _toSend() {
    this._sendsSilence = this._mouth.track?.readyState !== "live";
    this._sent = this._sendsSilence ? silence() : this._mouth.track.clone();
    return new MediaStream([this._sent]);
  }

  /** The call sends what there is now. */
  async _sendAgain() {
    const sender = this._session?.connection?.getSenders().find((one) => one.track?.kind === "audio" || one.track === null);
    if (!sender) return;
    const before = this._sent;
    const muted = call.value?.muted ?? false;
    this._toSend();
    this._sent.enabled = !muted;
    await sender.replaceTrack(this._sent).catch(() => {});
    before?.stop();
  }

  _microphoneChanged() {
    microphoneLabel.value = this._mouth.label;
    if (this._sent && !this._sendsSilence && this._mouth.seen.ended) this._sendAgain();
    this._look();
  }

  async _devicesChanged() {
    const { inputs, outputs } = await devices();
    if (!["off", "waiting", "elsewhere"].includes(line.value) && this._mouth.seen.ended && this._isBack(inputs)) await this.reopen();
    equipment.value = { inputs, outputs, ...chosen };
  }

  /** Whether the microphone that was in use is among these again; where none was chosen it goes by the name of what the system gave. Not by
   * itself another one: who wears a headset does not want the room to be heard. */
  _isBack(inputs) {
    return chosen.input || !this._mouth.label || inputs.some((one) => one.label === this._mouth.label);
  }

  /** Try the chosen microphone again. */
  async reopen() {
    const wanted = chosen.input;
    const { inputs } = await devices();
    if (wanted && !inputs.some((one) => one.id === wanted)) return;
    await this._mouth.open();
    await this._sendAgain();
    this._look();
  }

  async choose(kind, id) {
    chooseDevice(kind, id);
    equipment.value = { ...equipment.value, [kind]: id || undefined };
    if (kind === "input") {
      await this._mouth.open();
      await this._sendAgain();
      this._look();
    }
    this._ear.use();
    this._bell.use();
    if (kind === "ringer") this._bell.beep();
  }

  answerAll(yes) {
    answersAll.value = yes;
    localStorage.setItem(ANSWERS, yes ? "1" : "0");
  }

  // -- the heart ------------------------------------------------------------------------------------------------------------

  _beginHeart() {
    this._heart?.terminate();
    this._heart = new Worker(new URL("./heart.js", import.meta.url), { type: "module" });
    this._heart.onmessage = ({ data }) => (data.beat ? this._beat() : this._heard(data));
    this._heart.postMessage({ token: token.value, instance: this._instance, status: this.status() });
  }

  /** How the phone is, as the centre is told. */
  status(now = Date.now()) {
    return {
      registered: this._registered,
      microphone: microphone(this._mouth.seen, now),
      network: network({ socketUp: this._socketUp, flow: call.value?.stage === "up" ? this._flow : null }, now),
    };
  }

  _beat() {
    const now = Date.now();
    this._mouth.look(now);
    this._ear.look();
    if (call.value?.stage === "ringing") this._bell.ring(now);
    if (now - this._statsAt >= STATS_MS) this._readStats(now);
    const transport = this._ua?.transport; // JsSIP's own timer sleeps while the page is in the background
    if (transport && document.hidden && !transport.isConnected() && !transport.isConnecting()) transport.connect();
    if (this._socketUp && !this._registered && now - this._registerAt >= REGISTER_AGAIN_MS) {
      this._registerAt = now;
      this._ua.register();
    }
    this._look();
  }

  /** {input, output}, 0 to 1: for meters, as often as they are drawn. */
  readLevels() {
    this._mouth.look(Date.now());
    this._ear.look();
    return { input: this._mouth.level, output: this._ear.level };
  }

  _heard({ status, said }) {
    const now = Date.now();
    if (status) {
      // The network was away: the websocket may be dead, and would not say so for minutes. Not so where the console has answered all the
      // time that it finds no controller: phones do not pass there, and hundreds need not register anew because one leads after another.
      if (now - this._answeredAt > 4000) this._socket?.renew();
      this._answeredAt = now;
    }
    if (status === 401) keepToken(null);
    else if (said) {
      this._heardAt = now;
      if (said.older && !this._session) this._taken(); // a call is talked to its end here
      else shown.value = { reachable: said.reachable, reason: said.reason };
    }
    this._look();
  }

  async _readStats(now) {
    this._statsAt = now;
    const flow = this._flow;
    if (!flow || call.value?.stage !== "up" || !this._session?.connection) return;
    for (const report of (await this._session.connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "audio") flow.take({ received: report.packetsReceived, lost: Math.max(0, report.packetsLost) }, Date.now());
    }
    if (flow.stalledFor(now) >= ASK_MS && this._registered && now - this._askedAt >= ASK_MS) this._askForTheCall();
  }

  /** See what is wrong now, and let the centre know. */
  _look() {
    const now = Date.now();
    const status = this.status(now);
    this._heart?.postMessage({ status });
    const found = signs(
      {
        line: line.value,
        microphone: status.microphone,
        online: navigator.onLine,
        heardAt: this._heardAt,
        inCall: call.value?.stage === "up",
        flow: this._flow,
        reason: shown.value?.reason ?? null,
      },
      now,
    );
    if (JSON.stringify(found) !== JSON.stringify(problems.value)) problems.value = found;
  }

  _sayGoodbye() {
    if (!this._heart || !token.value) return;
    fetch("/api/v1/me/phone/health", {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token.value}` },
      body: JSON.stringify({ instance: this._instance, registered: false, closing: true }),
    }).catch(() => {});
  }
}

let user = null;
const shownUser = () => user;

/** Whose phone it is: the code. Once, before it is switched on. */
export function belongsTo(code) {
  if (user !== null && user !== code) phone.stop();
  user = code;
}

export const phone = new Phone();
