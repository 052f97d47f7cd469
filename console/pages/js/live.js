// What happens in the centre now? One stream a tab, kept in signals; what comes together is shown together.
import { batch, computed, signal } from "@preact/signals";
import { request, token } from "./api.js";

export const queues = signal(new Map());
export const operators = signal(new Map());
export const calls = signal(new Map());
/** Calls that have ended while this page was open, the newest first. */
export const ended = signal([]);
/** connecting, live, or lost: since when no stream has come. */
export const stream = signal("connecting");
/** Who keeps the state true: {here, since, wrong}. */
export const controller = signal({ here: true, since: null, wrong: null });
/** True when what is shown may be old. */
export const stale = computed(() => stream.value !== "live" || !controller.value.here);
/** Events between the server and the screen, for whoever measures: {at, seen} in milliseconds. */
export const delays = [];

const ENDED_KEPT = 50;
const SILENT_MS = 40_000;
const AGAIN_MS = [300, 700, 1500, 3000, 5000];
let offsetMs = 0;
let stop = null;
/** When the stream said something last, and how it is given up. A timer would not do: while the machine sleeps its time stands still. */
let heard = null;
const listeners = new Set();

/** The server's time in milliseconds. */
export const serverNow = () => Date.now() + offsetMs;
/** Ticks once a second: read it where a duration is shown. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = serverNow();
  if (heard && Date.now() - heard.at > SILENT_MS) heard.giveUp();
}, 1000);
/** Seconds since an ISO time, as of the last tick. */
export const since = (iso) => (iso ? Math.max(0, (now.value - Date.parse(iso)) / 1000) : null);

/** Be told of every change: ({type, body, at}) => void. Returns how to stop it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function begin() {
  if (stop) return;
  stop = new AbortController();
  follow(stop.signal);
}

export function end() {
  stop?.abort();
  stop = null;
  batch(() => {
    queues.value = new Map();
    operators.value = new Map();
    calls.value = new Map();
    ended.value = [];
    stream.value = "connecting";
  });
}

async function follow(stopped) {
  for (let failures = 0; !stopped.aborted && token.value; ) {
    const quiet = new AbortController();
    const both = AbortSignal.any([stopped, quiet.signal]);
    try {
      const response = await request("/api/v1/events?newest=1", { signal: both });
      if (!response.ok) throw new Error(String(response.status));
      failures = 0;
      await read(response.body.getReader(), quiet);
    } catch {
      // tried again below
    }
    if (stopped.aborted) return;
    stream.value = "lost";
    const pause = AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)];
    await new Promise((done) => setTimeout(done, pause * (0.7 + 0.6 * Math.random())));
  }
}

async function read(reader, quiet) {
  const decoder = new TextDecoder();
  let text = "";
  heard = { at: Date.now(), giveUp: () => quiet.abort() };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard.at = Date.now();
      text += decoder.decode(value, { stream: true });
      const pieces = text.split("\n\n");
      text = pieces.pop();
      take(pieces.map(parse).filter(Boolean));
    }
  } finally {
    heard = null;
  }
}

function parse(piece) {
  const found = { event: "message", data: "" };
  for (const line of piece.split("\n")) {
    if (line.startsWith("event: ")) found.event = line.slice(7);
    else if (line.startsWith("data: ")) found.data += line.slice(6);
  }
  return found.data ? { event: found.event, data: JSON.parse(found.data) } : null;
}

function take(events) {
  if (!events.length) return;
  batch(() => {
    const changed = { queue: null, operator: null, call: null };
    const of = { queue: queues, operator: operators, call: calls };
    for (const { event, data } of events) {
      if (event === "snapshot") snapshot(data);
      else if (event === "controller.changed") controller.value = data;
      else if (event.endsWith(".changed")) {
        const kind = event.slice(0, -8);
        changed[kind] ??= new Map(of[kind].value);
        put(kind, changed[kind], data.body);
        note(data);
      }
    }
    for (const kind of Object.keys(of)) if (changed[kind]) of[kind].value = changed[kind];
    stream.value = "live";
  });
  for (const { event, data } of events) if (event.endsWith(".changed")) for (const listener of listeners) listener(data);
}

function snapshot(data) {
  if (data.at) offsetMs = Date.parse(data.at) - Date.now();
  now.value = serverNow();
  queues.value = new Map(data.queues.map((one) => [one.name, one]));
  operators.value = new Map(data.operators.map((one) => [one.code, one]));
  calls.value = new Map(data.calls.map((one) => [one.id, one]));
  if (data.controller) controller.value = data.controller;
}

function put(kind, map, body) {
  if (kind === "call" && body.stage === "ended") {
    map.delete(body.id);
    ended.value = [body, ...ended.value.filter((one) => one.id !== body.id)].slice(0, ENDED_KEPT);
  } else map.set(kind === "queue" ? body.name : kind === "operator" ? body.code : body.id, body);
}

function note(data) {
  if (!data.at) return;
  requestAnimationFrame(() => {
    delays.push({ at: Date.parse(data.at), seen: Date.now() });
    if (delays.length > 2000) delays.splice(0, 1000);
  });
}
