// Who waits to hear from us? Messages that callers left, and customers to be called back, of the queues that this account sees.
import { computed, html, useEffect, useState } from "../html.js";
import { del, get, post } from "../api.js";
import { duration } from "../lang.js";
import { queues, stream } from "../live.js";
import { may } from "../session.js";
import { toast } from "../ui.js";
import { t } from "../lang/desk.js";
import { Away } from "./customer.js";
import { asking, doing } from "./commands.js";
import { queueTitle } from "./names.js";
import { own } from "./now.js";
import { clock } from "../times.js";

const count = (field) => computed(() => own.value.map((name) => queues.value.get(name)?.[field] ?? 0).join());
const messages = count("voicemails");
const standing = count("callbacks");
export const waitingForUs = computed(() => own.value.reduce((sum, name) => sum + (queues.value.get(name)?.voicemails ?? 0), 0));

export function ToDo() {
  return html`<${Voicemails} />${may("callbacks") ? html`<${Callbacks} />` : null}`;
}

/** [items, error, load again], read again whenever the queues' counts change. */
function useList(path, changed) {
  const [items, put] = useState(null);
  const [error, fail] = useState(null);
  const load = () => {
    const stop = new AbortController();
    get(path, { signal: stop.signal }).then((found) => { put(found.items); fail(null); }, (refused) => refused.name !== "AbortError" && fail(refused));
    return () => stop.abort();
  };
  useEffect(load, [changed.value, stream.value]);
  return [items, error, load];
}

function Voicemails() {
  const [items, error, load] = useList("voicemails", messages);
  const [sure, ask] = useState(null);
  const path = (one, rest = "") => `voicemails/${encodeURIComponent(one.id)}${rest}`;
  const callBack = async (one) => (await doing("callBack", () => post(path(one, "/callback")).then(() => null))) && (toast(t("callbackAsked"), "good"), load());
  const done = async (one) => {
    ask(null);
    if (await doing("done", () => del(path(one)).then(() => null))) {
      toast(t("doneSaid"), "good");
      load();
    }
  };
  return html`<section class="card"><h2>${t("voicemails")} ${items?.length ? html`<span class="badge warn">${items.length}</span>` : null}</h2>
    ${error && !items ? html`<${Away} again=${load} />` : items?.length ? html`<ul class="plain-list">${items.map((one) => html`<li key=${one.id}>
      <span class="grow"><strong>${one.caller || t("hiddenNumber")}</strong> <small class="muted">${queueTitle(one.queue)} · ${clock(one.left)} · ${t("lasts", { time: duration(one.lasts_s) })}</small></span>
      <span class="row">${one.callable ? html`<button type="button" class="small primary" disabled=${asking.value !== null} onClick=${() => callBack(one)}>${t("callBack")}</button>` : html`<small class="muted">${t("notCallable")}</small>`}
        ${sure === one.id ? html`<button type="button" class="small danger" onClick=${() => done(one)}>${t("reallyDone")}</button>` : html`<button type="button" class="small" disabled=${asking.value !== null} onClick=${() => ask(one.id)}>${t("done")}</button>`}</span></li>`)}</ul>`
      : html`<p class="muted">${items ? t("noVoicemails") : ""}</p>`}
  </section>`;
}

function Callbacks() {
  const [items, error, load] = useList("callbacks", standing);
  const cancel = async (one) => (await doing("cancelCallback", () => del(`callbacks/${encodeURIComponent(one.id)}`).then(() => null))) && load();
  return html`<section class="card"><h2>${t("callbacks")} ${items?.length ? html`<span class="badge info">${items.length}</span>` : null}</h2>
    ${error && !items ? html`<${Away} again=${load} />` : items?.length ? html`<ul class="plain-list">${items.map((one) => html`<li key=${one.id}>
      <span class="grow"><strong>${one.caller}</strong> <small class="muted">${queueTitle(one.queue)} · ${t("agreedAt", { time: clock(one.agreed) })} · ${t("attempts", { n: one.attempts })}${one.next_attempt ? ` · ${t("nextAttempt", { time: clock(one.next_attempt) })}` : ""}</small></span>
      <button type="button" class="small" disabled=${asking.value !== null} onClick=${() => cancel(one)}>${t("cancelCallback")}</button></li>`)}</ul>`
      : html`<p class="muted">${items ? t("noCallbacks") : ""}</p>`}
  </section>`;
}
