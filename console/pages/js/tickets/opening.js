// A new ticket, by itself or from a call. The same dialog asked twice opens one: its key goes along.
import { html, useMemo, useState } from "../html.js";
import { post } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { centre, me } from "../session.js";
import { Dialog, Field, toast } from "../ui.js";
import { t } from "../lang/tickets.js";
import { attempted } from "./words.js";
import { fromLocal } from "../times.js";

const PRIORITIES = [1, 2, 3, 4];

export function NewTicket({ call, onClose, onDone }) {
  const key = useMemo(() => crypto.randomUUID?.() ?? String(Math.random()).slice(2), []);
  const [busy, work] = useState(false);
  const first = call?.queue ?? me.value?.queues?.[0] ?? centre.value?.queues?.[0]?.name;
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const body = { subject: form.get("subject"), queue: form.get("queue"), note: form.get("note"), priority: Number(form.get("priority")), mine: form.get("mine") === "me" };
    if (form.get("due")) body.due = fromLocal(form.get("due"));
    if (call) body.call = call.id;
    work(true);
    const made = await attempted(() => post("tickets", body, { headers: { "Idempotency-Key": key } }));
    work(false);
    if (!made) return;
    toast(t("done_open", { ref: made.ref }), "good");
    onClose();
    onDone(made.ref);
  };
  return html`<${Dialog} title=${t("newTitle")} onClose=${onClose}><form onSubmit=${submit}>
    <${Field} label=${t("subject")} name="subject" required maxlength="200" autocomplete="off" autofocus />
    <${Field} label=${t("note")} hint=${t("noteHint")} name="note" as="textarea" maxlength="4000" />
    <div class="ticket-two">
      <${Field} label=${t("queue")} name="queue" as="select">${(centre.value?.queues ?? []).map((one) => html`<option key=${one.name} value=${one.name} selected=${one.name === first}>${queueTitle(one.name)}</option>`)}<//>
      <${Field} label=${t("priority")} name="priority" as="select">${PRIORITIES.map((one) => html`<option key=${one} value=${one} selected=${one === 3}>${t(`priority_${one}`)}</option>`)}<//>
    </div>
    <${Field} label=${t("due")} hint=${t("dueHint")} name="due" type="datetime-local" />
    <fieldset><legend>${t("owner")}</legend>
      <label class="ticket-check"><input type="radio" name="mine" value="me" checked /> ${t("forMe")}</label>
      <label class="ticket-check"><input type="radio" name="mine" value="list" /> ${t("forList")}</label></fieldset>
    <p class="row"><span class="grow"></span><button type="button" onClick=${onClose}>${t("cancel")}</button><button class="primary" disabled=${busy}>${t("open")}</button></p>
  </form><//>`;
}
