// What is asked before something is done: a reason, queues, a confirmation. One dialog at a time.
import { html, signal, useState } from "../html.js";
import { post, put } from "../api.js";
import { Dialog, Field, toast } from "../ui.js";
import { nameOf, pauseName, pauses, queueNames, queueTitle, t } from "./model.js";
import { inWords } from "./refusals.js";

const open = signal(null);
/** Ask with one of DIALOGS; about: what it is given ({operator} or {call}, statuses). */
export const ask = (kind, about) => (open.value = { kind, about });
const close = () => (open.value = null);

/** The dialog that is open, if any; to be shown once on a page. */
export function Asked() {
  const it = open.value;
  return it ? html`<${DIALOGS[it.kind]} key=${it.kind} ...${it.about} />` : null;
}

/** A dialog with a form: what it asks for is done, and the dialog closed; a refusal is said in it. */
function Form({ title, apply, danger, onApply, children }) {
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    try {
      await onApply(new FormData(event.target));
      close();
      toast(t("done"), "good");
    } catch (error) {
      setRefused(inWords(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${close}><form onSubmit=${submit}>${children}
    ${refused ? html`<p class="problem" role="alert">${refused}</p>` : null}
    <div class="row end"><button type="button" onClick=${close}>${t("cancel")}</button>
      <button class=${danger ? "danger" : "primary"} disabled=${busy}>${apply ?? t("apply")}</button></div>
  </form><//>`;
}

function Pause({ operator }) {
  const [other, setOther] = useState(pauses.value.length === 0);
  const apply = (form) => {
    const reason = form.get("reason") === "" || form.get("reason") === null ? form.get("other")?.trim() : form.get("reason");
    return post(`operators/${operator.code}/state`, { state: "paused", ...(reason ? { reason } : {}) });
  };
  return html`<${Form} title=${t("pauseTitle", { who: operator.name })} onApply=${apply}>
    ${pauses.value.length ? html`<fieldset class="choices"><legend>${t("reason")}</legend>
      ${pauses.value.map((one, at) => html`<label key=${one.code}><input type="radio" name="reason" value=${one.code} defaultChecked=${at === 0} onChange=${() => setOther(false)} /> ${pauseName(one.code)}</label>`)}
      <label><input type="radio" name="reason" value="" onChange=${() => setOther(true)} /> ${t("otherReason")}</label></fieldset>` : null}
    ${other ? html`<${Field} label=${t("reason")} name="other" maxlength="64" />` : null}
    <p class="muted small">${t("during")}</p>
  <//>`;
}

function Move({ operator }) {
  const [on, setOn] = useState(new Set(operator.serves));
  const toggle = (name) => setOn((before) => {
    const next = new Set(before);
    next.has(name) ? next.delete(name) : next.add(name);
    return next;
  });
  const apply = (form) => put(`operators/${operator.code}/queues`, {
    queues: Object.fromEntries([...on].map((name) => [name, Number(form.get(`penalty-${name}`)) || 0])),
  });
  return html`<${Form} title=${t("moveTitle", { who: operator.name })} onApply=${apply}>
    <fieldset class="choices"><legend>${t("queues")}</legend>
      ${queueNames.value.map((name) => html`<div key=${name} class="row"><label class="grow"><input type="checkbox" checked=${on.has(name)} onChange=${() => toggle(name)} /> ${queueTitle(name)}</label>
        ${on.has(name) ? html`<input class="penalty" type="number" min="0" max="1000" name=${`penalty-${name}`} defaultValue="0" aria-label=${t("penalty", { queue: queueTitle(name) })} />` : null}</div>`)}
    </fieldset>
    <p class="muted small">${t("moveHint")}</p>
  <//>`;
}

const Confirm = ({ title, text, yes, doing }) => html`<${Form} title=${title} apply=${yes} danger onApply=${doing}><p>${text}</p><//>`;

const LogOut = ({ operator }) => html`<${Confirm} title=${t("logOutTitle", { who: operator.name })} text=${t("logOutText")} yes=${t("yesLogOut")}
  doing=${() => post(`operators/${operator.code}/state`, { state: "logged_out" })} />`;
const Release = ({ operator }) => html`<${Confirm} title=${t("releaseTitle", { who: operator.name })} text=${t("releaseText")} yes=${t("yesRelease")}
  doing=${() => post(`operators/${operator.code}/release`)} />`;
const HangUp = ({ call }) => html`<${Confirm} title=${t("hangUpTitle", { who: call.caller })} text=${t("hangUpText")} yes=${t("hangUpDo")}
  doing=${() => post(`calls/${call.id}/hangup`)} />`;

const QueueChoice = ({ label, name, none }) => html`<${Field} label=${label} name=${name} as="select">
  ${none ? html`<option value="">${none}</option>` : null}
  ${queueNames.value.map((one) => html`<option key=${one} value=${one}>${queueTitle(one)}</option>`)}<//>`;

function MoveCall({ call }) {
  const apply = (form) => {
    const [queue, priority] = [form.get("queue"), form.get("priority")];
    return post(`calls/${call.id}/move`, { ...(queue ? { queue } : {}), ...(priority !== "" ? { priority: Number(priority) } : {}) });
  };
  return html`<${Form} title=${t("moveCallTitle", { who: call.caller })} onApply=${apply}>
    <${QueueChoice} label=${t("toQueue")} name="queue" none=${`${t("keep")} (${queueTitle(call.queue)})`} />
    <${Field} label=${t("newPriority")} name="priority" type="number" defaultValue=${call.priority} />
  <//>`;
}

const PassOn = ({ call }) => html`<${Form} title=${t("passOnTitle")} apply=${t("pass")} onApply=${(form) => post(`calls/${call.id}/transfer`, { to: { queue: form.get("queue") } })}>
  <${QueueChoice} label=${t("toQueue")} name="queue" /><//>`;

const NoteNow = ({ call }) => html`<${Form} title=${t("noteTitle")} apply=${t("save")} onApply=${(form) => post(`calls/${call.id}/marks`, { text: form.get("text").trim() })}>
  <p class="muted">${call.caller} · ${queueTitle(call.queue)}${call.operator ? ` · ${nameOf(call.operator)}` : ""}</p>
  <${Field} label=${t("note")} name="text" as="textarea" maxlength="1000" required /><//>`;

const DIALOGS = { pause: Pause, move: Move, logOut: LogOut, release: Release, hangUp: HangUp, moveCall: MoveCall, passOn: PassOn, note: NoteNow };
