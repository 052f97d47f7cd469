// What does the phone say, hear and ring with? Microphone, earphone and bell, each on the device that was chosen for it.

const KEPT = "centralita.phone.devices";
const RING_EVERY_MS = 2400;
const kept = () => JSON.parse(localStorage.getItem(KEPT) ?? "{}");
/** The chosen devices: {input, output, ringer}; undefined is the system's own choice. */
export const chosen = { ...kept() };

export function choose(kind, id) {
  chosen[kind] = id || undefined;
  localStorage.setItem(KEPT, JSON.stringify(chosen));
}

let context = null;
/** One for the page. A browser lets it run only after somebody has clicked, or while the microphone is on. */
export function audioContext() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** How loud a stream is, 0 to 1, and whether it is nothing but zeros. */
export class Meter {
  constructor(stream) {
    this._source = audioContext().createMediaStreamSource(stream);
    this._analyser = new AnalyserNode(audioContext(), { fftSize: 2048 });
    this._samples = new Float32Array(2048);
    this._source.connect(this._analyser);
  }

  read() {
    this._analyser.getFloatTimeDomainData(this._samples);
    let peak = 0;
    for (const sample of this._samples) peak = Math.max(peak, Math.abs(sample));
    // From -60 dB, which is next to nothing, to 0.
    return { level: peak > 0 ? Math.max(0, 1 + Math.log10(peak) / 3) : 0, zeros: peak === 0 };
  }

  close() {
    this._source.disconnect();
  }
}

/** The microphone, open while the phone is on: only so is it known to be lost before a call needs it. */
export class Mouth {
  constructor(changed) {
    this._changed = changed;
    this._meter = null;
    this._opening = 0;
    this.track = null;
    this.seen = { permission: "prompt", ended: false, muted: false, zerosSince: null };
    this.level = 0;
  }

  /** Open the chosen microphone; afterwards `seen` says how that went. */
  async open() {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    if (chosen.input) audio.deviceId = { exact: chosen.input };
    const mine = ++this._opening;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      if (mine !== this._opening) return;
      if (error.name === "OverconstrainedError" && chosen.input) {
        this._see({ ended: true, permission: "granted" }); // the chosen one is not plugged in
      } else this._see({ permission: error.name === "NotAllowedError" ? "denied" : "granted", ended: error.name !== "NotAllowedError" });
      return;
    }
    if (mine !== this._opening) return stream.getTracks().forEach((track) => track.stop()); // the phone was switched off, or another chosen
    this.close();
    this.track = stream.getAudioTracks()[0];
    for (const event of ["ended", "mute", "unmute"]) this.track.addEventListener(event, () => this.look(Date.now()));
    this._meter = new Meter(stream);
    this._see({ permission: "granted", ended: false, muted: this.track.muted, zerosSince: null });
  }

  close() {
    this._opening++;
    this._meter?.close();
    this.track?.stop();
    this._meter = this.track = null;
    this.level = 0;
  }

  /** See how it is now; to be called often. */
  look(now) {
    if (!this.track) return;
    const { level, zeros } = this._meter.read();
    this.level = level;
    // A context that a browser holds up hears nothing: that says nothing of the microphone.
    const silent = zeros && audioContext().state === "running" && !this.track.muted;
    this._see({
      ended: this.track.readyState === "ended",
      muted: this.track.muted,
      zerosSince: silent ? (this.seen.zerosSince ?? now) : null,
    });
  }

  /** The label of what is used, for a person. */
  get label() {
    return this.track?.label ?? "";
  }

  _see(change) {
    const before = JSON.stringify(this.seen);
    this.seen = { ...this.seen, ...change };
    if (JSON.stringify(this.seen) !== before) this._changed();
  }
}

/** A track of silence: a call whose microphone is lost goes on sending, or it would be taken for one whose page has died. */
export function silence() {
  return new MediaStreamAudioDestinationNode(audioContext(), { channelCount: 1 }).stream.getAudioTracks()[0];
}

/** Only where it differs: even the same device again interrupts what plays. */
const onDevice = async (element, id = "") => {
  if (element.setSinkId && element.sinkId !== id) await element.setSinkId(id).catch(() => element.setSinkId(""));
};

/** What is heard of a call. */
export class Ear {
  constructor() {
    this._element = new Audio();
    this._element.autoplay = true;
    this._meter = null;
    this.level = 0;
  }

  listen(stream) {
    this.close();
    this._element.srcObject = stream;
    this._element.play().catch(() => {});
    this._meter = new Meter(stream);
    this.use();
  }

  use() {
    onDevice(this._element, chosen.output);
  }

  look() {
    this.level = this._meter ? this._meter.read().level : 0;
  }

  close() {
    this._meter?.close();
    this._meter = null;
    this._element.srcObject = null;
    this.level = 0;
  }
}

/** The bell: two tones, in the pattern of a telephone, on the ringer's device; and a short beep before a call is answered by itself. */
export class Bell {
  constructor() {
    this._element = new Audio();
    this._out = null;
    this._rangAt = null;
  }

  /** Ring, if it is time for it; to be called again and again while something rings. */
  ring(now) {
    if (this._rangAt !== null && now - this._rangAt < RING_EVERY_MS) return;
    this._rangAt = now;
    for (const at of [0, 0.45]) this._tone([440, 554], at, 0.35, 0.25);
  }

  stop() {
    this._rangAt = null;
  }

  beep() {
    this._tone([880], 0, 0.12, 0.15);
  }

  use() {
    onDevice(this._element, chosen.ringer ?? chosen.output);
  }

  _tone(hertz, at, length, volume) {
    const context = audioContext();
    if (!this._out) {
      this._out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
      this._element.srcObject = this._out.stream;
      this._element.play().catch(() => {});
      this.use();
    }
    const gain = new GainNode(context, { gain: 0 });
    const from = context.currentTime + at;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(volume, from + 0.02);
    gain.gain.setValueAtTime(volume, from + length - 0.05);
    gain.gain.linearRampToValueAtTime(0, from + length);
    gain.connect(this._out);
    for (const one of hertz) {
      const tone = new OscillatorNode(context, { frequency: one });
      tone.connect(gain);
      tone.start(from);
      tone.stop(from + length);
    }
  }
}

/** What there is: {inputs, outputs}, each [{id, label}]. Labels are there once the microphone was allowed. */
export async function devices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind) => all.filter((one) => one.kind === kind && one.deviceId).map((one) => ({ id: one.deviceId, label: one.label || one.deviceId }));
  return { inputs: of("audioinput"), outputs: of("audiooutput") };
}
