// To whom does the ticket go, with the caller or without? The same dialog on the desk and on the card.
import { html, useEffect, useState } from "../html.js";
import { post } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { calls } from "../live.js";
import { centre, me } from "../session.js";
import { Dialog, Field, toast } from "../ui.js";
import { t } from "../lang/tickets.js";
import { attempted } from "./words.js";
import { learnPeople, people } from "../people.js";

/** The call with this id, if its caller is with this person now. */
function withMe(id) {
  const one = calls.value.get(id);
  return one && one.stage !== "ended" && one.operator === me.value?.code ? one : null;
}
/** The call of this ticket whose caller is. */
export const callOf = (ticket) => ticket.calls?.map((one) => withMe(one.call)).find(Boolean) ?? null;

/** call: with whose caller the ticket may go; while the dialog is open that one may hang up. */
export function PassDialog({ ticket, call: given, onClose, onDone }) {
  const call = given && withMe(given.id);
  const [wanted, choose] = useState("warm");
  const how = call ? wanted : "later";
  const [kind, pick] = useState("queue");
  const [busy, work] = useState(false);
  useEffect(() => void learnPeople(), []);
  const queues = centre.value?.queues ?? [];
  const others = people.value.filter((one) => one.code !== me.value?.code && one.role !== "administrator" && one.role !== "coordinator");
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const to = kind === "queue" ? { queue: form.get("queue") } : { operator: form.get("operator") };
    const body = { how, to, note: form.get("note") };
    if (call && how !== "later") body.call = call.id;
    work(true);
    const card = await attempted(() => post(`tickets/${ticket.ref}/pass`, body));
    work(false);
    if (!card) return;
    toast(t(`passed_${how}`), "good");
    onClose();
    onDone(card);
  };
  const next = ticket.next_level ?? queues.find((one) => one.name !== ticket.queue)?.name;
  return html`<${Dialog} title=${t("passTitle")} onClose=${onClose}><form onSubmit=${submit}>
    <p><strong>${ticket.ref}</strong> ${ticket.subject}</p>
    <fieldset><legend>${t("how")}</legend>${["warm", "cold", "later"].map((one) => html`<label key=${one} class="ticket-check">
      <input type="radio" name="how" value=${one} checked=${how === one} disabled=${!call && one !== "later"} onChange=${() => choose(one)} /> ${t(`how_${one}`)}</label>`)}
      ${call ? null : html`<p class="muted small">${t("noCall")}</p>`}</fieldset>
    <fieldset><legend>${t("to")}</legend>
      <label class="ticket-check"><input type="radio" name="kind" checked=${kind === "queue"} onChange=${() => pick("queue")} /> ${t("toQueue")}</label>
      <label class="ticket-check"><input type="radio" name="kind" checked=${kind === "operator"} onChange=${() => pick("operator")} /> ${t("toOperator")}</label>
      ${kind === "queue" ? html`<${Field} label=${t("chooseQueue")} name="queue" as="select">${queues.map((one) => html`<option key=${one.name} value=${one.name} selected=${one.name === next}>${one.name === ticket.next_level ? t("nextLevel", { queue: queueTitle(one.name) }) : queueTitle(one.name)}</option>`)}<//>`
        : html`<${Field} label=${t("chooseOperator")} name="operator" as="select">${others.map((one) => html`<option key=${one.code} value=${one.code}>${one.name} (${one.code}) · ${(one.queues ?? []).map(queueTitle).join(", ")}</option>`)}<//>`}
    </fieldset>
    <${Field} label=${t("passNote")} name="note" as="textarea" maxlength="4000" autofocus />
    <p class="row"><span class="grow"></span><button type="button" onClick=${onClose}>${t("cancel")}</button><button class="primary" disabled=${busy}>${t("doPass")}</button></p>
  </form><//>`;
}
