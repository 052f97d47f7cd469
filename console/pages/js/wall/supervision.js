// Whom do I supervise now, and how? Kept as the server says; asked again whenever it may have changed.
import { computed, effect, html, signal } from "../html.js";
import { del, get, post } from "../api.js";
import { calls, now, onChange } from "../live.js";
import { may, me } from "../session.js";
import { Elapsed } from "../ui.js";
import { ask } from "./dialogs.js";
import { nameOf, queueTitle, t } from "./model.js";
import { said } from "./refusals.js";

export const MODES = ["listen", "whisper", "barge", "take_over"];
/** The own supervision as the API shows it, or null. */
export const own = signal(null);
/** The call whose operator's place I have taken, or null. */
export const taken = computed(() => [...calls.value.values()].find((one) => one.supervised?.[me.value?.code] === "take_over") ?? null);

const LOOKS_AGAIN_S = 2;
let asking = null;

/** Ask the server how it stands; those who ask meanwhile get the same answer. */
export function look() {
  asking ??= get("supervisions")
    .then(({ items }) => show(items.find((one) => one.supervisor === me.peek()?.code) ?? null), () => {})
    .finally(() => (asking = null));
  return asking;
}

function show(it) {
  if (JSON.stringify(it) !== JSON.stringify(own.peek())) own.value = it;
}

/** Begin, or change the mode or whom it is about. target: {operator: code} or {call: id}. */
export async function supervise(target, mode) {
  const path = target.operator ? `operators/${target.operator}/supervise` : `calls/${target.call}/supervise`;
  const done = await said(() => post(path, { mode }));
  if (done) own.value = done;
  setTimeout(look, 400);
}

export const stop = () => said(() => del(`supervisions/${me.value.code}`)).then(look);

const concerns = (body) => body.id === own.peek()?.call || body.code === own.peek()?.operator;
onChange(({ type, body }) => own.peek() && type !== "queue.changed" && concerns(body) && look());
effect(() => {
  if (me.value && may("supervise")) look();
});
effect(() => {
  if (Math.floor(now.value / 1000) % LOOKS_AGAIN_S === 0 && own.peek()) look();
});

/** At the foot of the page while a supervision goes on: whom, how, and the other modes. */
export function Bar() {
  if (taken.value) return html`<${Taken} call=${taken.value} />`;
  const it = own.value;
  if (!it) return null;
  const target = it.on === "operator" ? { operator: it.operator } : { call: it.call };
  const call = calls.value.get(it.call);
  const whom = [it.operator && `${nameOf(it.operator)} (${it.operator})`, call && `${queueTitle(call.queue)} · ${call.caller}`].filter(Boolean).join(" · ");
  const text = it.state === "ringing" ? t("supRinging", { code: it.supervisor, who: whom })
    : it.state === "waiting" ? t("supWaiting", { who: whom }) : t("supListening", { mode: t(it.mode), who: whom });
  return html`<section class=${`supervision ${it.state}`} aria-label=${t("supBar")} data-supervision=${it.state}>
    <p role="status"><span class="pulse" aria-hidden="true"></span> <strong>${text}</strong>
      <span class="muted small"> ${it.on === "operator" ? t("supFollow") : t("supCall")} · <${Elapsed} since=${it.since} /></span></p>
    <div class="row" role="group" aria-label=${t("supMode")}>
      ${MODES.map((mode) => html`<button key=${mode} type="button" class="small" title=${t(`${mode === "take_over" ? "takeOver" : mode}Hint`)}
        aria-pressed=${it.mode === mode} disabled=${it.state === "waiting" && mode !== "listen" && mode !== "whisper"} onClick=${() => supervise(target, mode)}>${t(mode)}</button>`)}
      <button type="button" class="small danger" onClick=${stop}>${t("supEnd")}</button>
    </div>
  </section>`;
}

function Taken({ call }) {
  return html`<section class="supervision listening taken" aria-label=${t("supBar")} data-supervision="taken">
    <p role="status"><span class="pulse" aria-hidden="true"></span> <strong>${t("supWith", { who: call.caller })}</strong> <span class="muted small">${queueTitle(call.queue)} · <${Elapsed} since=${call.since} /></span></p>
    <div class="row">
      <button type="button" class="small" onClick=${() => ask("passOn", { call })}>${t("passOn")}</button>
      <button type="button" class="small danger" onClick=${() => ask("hangUp", { call })}>${t("hangUp")}</button>
    </div>
  </section>`;
}
