// Before the console's own scripts: in place of a microphone a tone, and what a call sends is heard by the test.
//
// The test has given the page two functions: toldPhone(json) hears of each change of the phone, toldSound(base64) of each piece heard.
"use strict";

(() => {
  const RATE_HZ = 8000;
  const TONE_LEVEL = 10 ** (-12 / 20); // -12 dBFS, as sip_agents
  const told = window.toldMouth; // {toneHz, allowed, listening}: the last is the script of the ears, which the page's policy must let in
  let context = null;
  const tones = [];

  const around = () => (context ??= new AudioContext({ sampleRate: RATE_HZ }));

  function mouth() {
    const oscillator = new OscillatorNode(around(), { frequency: told.toneHz });
    const gain = new GainNode(around(), { gain: TONE_LEVEL });
    const out = new MediaStreamAudioDestinationNode(around(), { channelCount: 1 });
    oscillator.connect(gain).connect(out);
    oscillator.start();
    tones.push(gain);
    return out.stream;
  }

  const streams = [];
  navigator.mediaDevices.getUserMedia = async () => {
    if (!told.allowed) throw new DOMException("not allowed", "NotAllowedError");
    const stream = mouth();
    streams.push(stream);
    return stream;
  };

  /** Pull the microphone out: its track ends. */
  window.pullMicrophone = () => streams.at(-1).getTracks()[0].stop();
  /** From now on the microphone says nothing but zeros, or its tone again. */
  window.switchMicrophone = (on) => tones.forEach((gain) => (gain.gain.value = on ? TONE_LEVEL : 0));
  window.allowMicrophone = (allowed) => (told.allowed = allowed);

  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      if (told.listening) this.addEventListener("track", ({ track }) => hear(new MediaStream([track])));
    }
  };

  let ear = null; // a promise: one for all calls
  function ears() {
    ear ??= around()
      .audioWorklet.addModule(URL.createObjectURL(new Blob([told.listening], { type: "text/javascript" })))
      .then(() => {
        const node = new AudioWorkletNode(around(), "listening", { channelCount: 1, channelCountMode: "explicit" });
        node.port.onmessage = ({ data }) => window.toldSound(btoa(String.fromCharCode(...new Uint8Array(data.buffer))));
        return node;
      });
    return ear;
  }

  let source = null;
  async function hear(stream) {
    const node = await ears();
    source?.disconnect();
    source = new MediaStreamAudioSourceNode(around(), { mediaStream: stream });
    source.connect(node);
  }

  window.watchPhone = async () => {
    const phone = await import("/js/phone/phone.js");
    const { effect } = await import("@preact/signals");
    effect(() => {
      const { line, call, problems, shown } = phone;
      window.toldPhone(JSON.stringify({ line: line.value, call: call.value, problems: problems.value, shown: shown.value }));
    });
  };
})();
