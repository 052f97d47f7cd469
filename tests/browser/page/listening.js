// What comes in, in pieces of 40 ms (at 8 kHz), as 16-bit samples.
"use strict";

const PIECE = 320;

registerProcessor("listening", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(PIECE);
    this.filled = 0;
  }

  process([[sound]]) {
    const samples = sound ?? new Float32Array(128); // no input: silence
    for (const sample of samples) {
      this.piece[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.filled === PIECE) {
        this.port.postMessage(this.piece);
        this.piece = new Int16Array(PIECE);
        this.filled = 0;
      }
    }
    return true;
  }
});
