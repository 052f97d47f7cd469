// A phone for tests: it registers, answers by itself, says a tone in place of a microphone, and tells what it hears.
//
// The test has given the page two functions: toldState(json) hears of each change, toldSound(base64) of each 40 ms heard.
"use strict";

const RATE_HZ = 8000;
const TONE_LEVEL = 10 ** (-12 / 20); // -12 dBFS, as sip_agents
const HEARD_LEVEL = 0.01 * 32767; // -40 dBFS

class Mouth {
  constructor(context) {
    this.oscillator = new OscillatorNode(context);
    this.gain = new GainNode(context, { gain: 0 });
    this.out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    this.oscillator.connect(this.gain).connect(this.out);
    this.oscillator.start();
  }

  say(hz) {
    this.gain.gain.value = hz === null ? 0 : TONE_LEVEL;
    if (hz !== null) this.oscillator.frequency.value = hz;
  }

  get stream() {
    return this.out.stream;
  }
}

class Ear {
  constructor(context, onPiece) {
    this.context = context;
    this.node = new AudioWorkletNode(context, "listening", { channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = (event) => onPiece(event.data);
    this.source = null;
    // Chromium decodes what comes from afar only while an element plays it.
    this.element = new Audio();
    this.element.muted = true;
  }

  listen(stream) {
    this.source?.disconnect();
    this.element.srcObject = stream;
    this.element.play();
    this.source = new MediaStreamAudioSourceNode(this.context, { mediaStream: stream });
    this.source.connect(this.node);
  }
}

const now = () => performance.timeOrigin + performance.now();

class Phone {
  async start({ ws, code, host, secret, toneHz, codecs, answers }) {
    // As a person does: a page that may use the microphone is told the machine's addresses, others see made-up names.
    (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks().forEach((track) => track.stop());
    this.codecs = codecs;
    this.answers = answers;
    this.registered = null;
    this.connected = false;
    this.call = null;
    this.context = new AudioContext({ sampleRate: RATE_HZ });
    await this.context.audioWorklet.addModule("listening.js");
    this.mouth = new Mouth(this.context);
    this.mouth.say(toneHz);
    this.ear = new Ear(this.context, (piece) => this.heard(piece));
    this.ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(ws)],
      uri: `sip:${code}@${host}`,
      password: secret,
      register: false,
      register_expires: 60,
      session_timers: false,
    });
    this.ua.on("connected", () => this.tell({ connected: true }));
    this.ua.on("disconnected", () => this.tell({ connected: false, registered: null }));
    this.ua.on("registered", () => this.tell({ registered: "yes" }));
    this.ua.on("unregistered", () => this.tell({ registered: null }));
    this.ua.on("registrationFailed", (event) => this.tell({ registered: `refused: ${event.cause}` }));
    this.ua.on("newRTCSession", ({ session, originator }) => this.take(session, originator));
    this.ua.start();
  }

  register() {
    this.ua.register();
  }

  unregister() {
    this.ua.unregister();
  }

  take(session, originator) {
    if (originator === "remote" && this.call !== null && this.call.end === null) {
      session.terminate({ status_code: 486 });
      return;
    }
    const call = { number: (this.call?.number ?? 0) + 1, from: session.remote_identity.uri.user, end: null };
    Object.assign(call, { stage: "new", failure: null, times: { invite: now() } });
    this.session = session;
    this.tell({ call });
    const reach = (stage) => {
      call.times[stage] ??= now();
      this.tell({ call: Object.assign(call, { stage }) });
    };
    session.on("peerconnection", ({ peerconnection }) => this.watchMedia(peerconnection));
    session.on("sdp", (event) => this.narrow(event));
    session.on("accepted", () => reach("answered"));
    session.on("confirmed", () => reach("confirmed"));
    for (const over of ["ended", "failed"]) {
      session.on(over, (event) => {
        call.end = { by: event.originator, cause: event.cause };
        reach("ended");
      });
    }
    if (session.connection) this.watchMedia(session.connection);
    if (originator === "remote" && this.answers) this.answer();
  }

  answer() {
    this.session.answer({ mediaStream: this.mouth.stream, pcConfig: { iceServers: [] } });
  }

  dial(target) {
    this.ua.call(target, { mediaStream: this.mouth.stream, pcConfig: { iceServers: [] } });
  }

  watchMedia(connection) {
    this.connection = connection;
    connection.addEventListener("track", (event) => this.ear.listen(new MediaStream([event.track])));
  }

  // Only these codecs, in this order, are taken from (or put into) an offer; the test says which.
  narrow(event) {
    if (event.type !== "offer" || this.codecs === null) return;
    const names = new Map([["0", "PCMU"], ["8", "PCMA"]]);
    for (const [, type, name] of event.sdp.matchAll(/^a=rtpmap:(\d+) ([^/\r]+)/gm)) names.set(type, name);
    const rank = (type) => this.codecs.findIndex((wanted) => wanted.toLowerCase() === names.get(type)?.toLowerCase());
    const keys = (type) => names.get(type) === "telephone-event";
    event.sdp = event.sdp.replace(/^(m=audio \d+ \S+ )(.*)$/gm, (_line, begin, types) => {
      const all = types.trim().split(" ");
      const kept = all.filter((type) => rank(type) >= 0).sort((one, other) => rank(one) - rank(other));
      return begin + [...kept, ...all.filter(keys)].join(" ");
    });
  }

  heard(piece) {
    if (this.call !== null && this.call.end === null && this.call.times.sound === undefined) {
      if (piece.some((sample) => Math.abs(sample) > HEARD_LEVEL)) {
        this.call.times.sound = now();
        this.tell({});
      }
    }
    window.toldSound(btoa(String.fromCharCode(...new Uint8Array(piece.buffer))));
  }

  tell(change) {
    Object.assign(this, change);
    window.toldState(this.state());
  }

  state() {
    return JSON.stringify({ connected: this.connected, registered: this.registered, call: this.call });
  }

  say(hz) {
    this.mouth.say(hz);
  }

  sendKey(key) {
    this.session.sendDTMF(key, { transportType: "RFC2833", duration: 100, interToneGap: 70 });
  }

  mute() {
    this.session.mute({ audio: true });
  }

  hangUp() {
    if (!this.session.isEnded()) this.session.terminate();
  }

  // What the browser itself counts of the sound: codec, packets in and out, packets lost.
  async media() {
    const found = { codec: null, packetsReceived: 0, packetsLost: 0, packetsSent: 0 };
    const reports = await this.connection.getStats();
    for (const report of reports.values()) {
      if (report.type === "inbound-rtp") {
        found.packetsReceived = report.packetsReceived;
        found.packetsLost = report.packetsLost;
        found.codec = reports.get(report.codecId)?.mimeType ?? null;
      }
      if (report.type === "outbound-rtp") {
        found.packetsSent = report.packetsSent;
        found.codecOut = reports.get(report.codecId)?.mimeType ?? null;
      }
    }
    return found;
  }

  stop() {
    this.ua.stop();
  }
}

window.phone = new Phone();
