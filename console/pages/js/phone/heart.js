// A worker: tells the centre how the phone is, and beats the phone's time. Its timers go on where those of a page in the background
// are slowed to one a minute; and it is still there to tell when the page itself hangs.
const BEAT_MS = 500;
const TELL_MS = 1500;
const FROZEN_MS = 3000;
const PATIENCE_MS = 2500;

let token = null;
let instance = null;
let status = null;
let heardPageAt = 0;
let toldAt = 0;
let telling = false;
let timer = null;

onmessage = ({ data }) => {
  heardPageAt = Date.now();
  if (data.token !== undefined) token = data.token;
  if (data.instance !== undefined) instance = data.instance;
  const changed = data.status && JSON.stringify(data.status) !== JSON.stringify(status);
  if (data.status) status = data.status;
  timer ??= setInterval(beat, BEAT_MS);
  if (changed) tell();
};

function beat() {
  postMessage({ beat: true });
  if (Date.now() - toldAt >= TELL_MS - BEAT_MS / 2) tell();
}

async function tell() {
  if (telling || !status || !token) return;
  telling = true;
  toldAt = Date.now();
  const told = status;
  const frozen = Date.now() - heardPageAt > FROZEN_MS;
  try {
    const response = await fetch("/api/v1/me/phone/health", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ instance, ...told, frozen }),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    postMessage({ status: response.status, said: response.ok ? await response.json() : null });
  } catch {
    postMessage({ status: 0, said: null });
  }
  telling = false;
  if (status !== told) tell();
}
