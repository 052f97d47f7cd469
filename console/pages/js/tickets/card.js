// Everything about one ticket: how it stands, what may be done, who did what, the notes, the calls.
import { html, useEffect, useState } from "../html.js";
import { ask, get, post } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { language } from "../lang.js";
import { parts } from "../parts.js";
import { me, role } from "../session.js";
import { Dialog, Field, Loading, Nothing, Problem, toast } from "../ui.js";
import { t } from "../lang/tickets.js";
import { callOf, PassDialog } from "./passing.js";
import { attempted, Due, Priority, State, who } from "./words.js";
import { asLocal, fromLocal, moment } from "../times.js";
import { learnPeople, people } from "../people.js";

const PLAIN = ["take", "resume", "wait", "resolve", "put_back", "close", "reopen"];
const AGAIN_MS = 5_000;

export function Card({ id, query }) {
  const [card, show] = useState(null);
  const [error, fail] = useState(null);
  const [dialog, open] = useState(null);
  const call = query.get("call");
  const load = (signal) => get(`tickets/${encodeURIComponent(id)}${call ? `?call=${encodeURIComponent(call)}` : ""}`, { signal }).then((found) => { show(found); fail(null); }, (refused) => refused.name !== "AbortError" && fail(refused));
  useEffect(() => void learnPeople(), []);
  useEffect(() => {
    const stop = new AbortController();
    load(stop.signal);
    const timer = setInterval(() => document.hidden || load(stop.signal), AGAIN_MS);
    return () => { stop.abort(); clearInterval(timer); };
  }, [id, call]);
  if (!card) return error ? html`<p><a href="/tickets">${t("toList")}</a></p>${[403, 404].includes(error.status) ? html`<${Nothing}>${t("gone")}<//>` : html`<${Problem} error=${error} />`}` : html`<${Loading} />`;
  const act = (name) => attempted(async () => {
    show(await post(`tickets/${card.ref}/${name.replace("_", "-")}`, {}));
    toast(t(`done_${name}`), "good");
  });
  const close = () => open(null);
  return html`<div class="stack ticket">
    <p><a href="/tickets">${t("toList")}</a></p>
    <header class="card">
      <p class="row"><span class="ticket-ref number grow">${card.ref}</span><${State} state=${card.state} /><${Priority} value=${card.priority} /></p>
      <h1>${card.subject || card.ref}</h1>
      <dl class="ticket-facts">
        <div><dt>${t("queue")}</dt><dd>${queueTitle(card.queue)} · ${t("level", { n: card.level })}</dd></div>
        <div><dt>${t("owner")}</dt><dd>${who(card.owner)}</dd></div>
        <div><dt>${t("due")}</dt><dd><${Due} one=${card} /></dd></div>
        <div><dt>${t("customer")}</dt><dd>${card.contact && parts.some((one) => one.id === "contacts") ? html`<a href=${`/contacts/${encodeURIComponent(card.contact)}`}>${card.customer_shown || t("contact")}</a>` : card.customer_shown || "–"}</dd></div>
        ${card.number ? html`<div><dt>${t("dialled")}</dt><dd class="number">${card.number}</dd></div>` : null}
      </dl>
      <p class="muted small">${t("openedBy", { who: who(card.opened_by), at: moment(card.opened) })}</p>
      ${card.moving ? html`<p class="badge info" role="status">${t("moving", { who: card.moving.to.operator ? who(card.moving.to.operator) : queueTitle(card.moving.to.queue) })}</p>` : null}
      <div class="row" role="group" aria-label=${t("acts")}>
        ${card.may.includes("pass") ? html`<button type="button" class="primary" onClick=${() => open("pass")}>${t("pass")}</button>` : null}
        ${PLAIN.filter((name) => card.may.includes(name)).map((name) => html`<button key=${name} type="button" class=${name === "take" && !card.owner ? "primary" : ""} onClick=${() => act(name)}>${t(name)}</button>`)}
        ${card.may.includes("give") ? html`<button type="button" onClick=${() => open("give")}>${t("give")}</button>` : null}
        ${card.may.includes("edit") ? html`<button type="button" onClick=${() => open("edit")}>${t("edit")}</button>` : null}
      </div>
    </header>
    <div class="ticket-columns">
      <section class="card"><h2>${t("timeline")}</h2><${Note} card=${card} onDone=${show} /><${Timeline} card=${card} /></section>
      <div class="stack">
        ${Object.keys(card.shown).length ? html`<section class="card"><h2>${t("shown")}</h2><dl class="ticket-facts">${Object.entries(card.shown).map(([name, text]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd>${text}</dd></div>`)}</dl></section>` : null}
        <section class="card"><h2>${t("calls")}</h2>${card.calls.length ? card.calls.map((one) => html`<${Call} key=${one.call} one=${one} />`) : html`<${Nothing}>${t("noCalls")}<//>`}</section>
      </div>
    </div>
    ${dialog === "pass" ? html`<${PassDialog} ticket=${card} call=${callOf(card)} onClose=${close} onDone=${show} />` : null}
    ${dialog === "give" ? html`<${Give} card=${card} onClose=${close} onDone=${show} />` : null}
    ${dialog === "edit" ? html`<${Edit} card=${card} onClose=${close} onDone=${show} />` : null}
  </div>`;
}

/** What is written and not added yet outlives the page: a call may come in between. */
export function Note({ card, onDone }) {
  const key = `centralita.ticket.note.${me.value?.code}.${card.ref}`;
  const [text, write] = useState(() => sessionStorage.getItem(key) ?? "");
  const type = (now) => {
    write(now);
    if (now) sessionStorage.setItem(key, now);
    else sessionStorage.removeItem(key);
  };
  const submit = async (event) => {
    event.preventDefault();
    const done = await attempted(() => post(`tickets/${card.ref}/notes`, { text: text.trim() }));
    if (!done) return;
    type("");
    toast(t("done_note"), "good");
    onDone(done);
  };
  return html`<form onSubmit=${submit}><${Field} label=${t("note")} hint=${t("noteHint")} as="textarea" maxlength="4000" value=${text} onInput=${(event) => type(event.target.value)} />
    <p><button disabled=${!text.trim()}>${t("addNote")}</button></p></form>`;
}

function Timeline({ card }) {
  return html`<ol class="ticket-timeline" reversed>${[...card.timeline].reverse().map((one, nth) => html`<li key=${`${one.at}${one.kind}${nth}`} class=${one.kind}>
    <p class="muted small"><time datetime=${one.at}>${moment(one.at)}</time> · ${who(one.who)}</p>
    ${one.kind === "note" ? html`<p class="ticket-note">${one.text || "–"}</p>` : html`<p>${t(`event_${one.what}`)} ${change(one)}</p>`}</li>`)}</ol>`;
}

/** What else there is to say of a change: to whom, or why not. */
function change({ what, before, now, detail }) {
  if (what === "pass_refused") return t("because", { why: detail.why });
  if (what === "given") return t("toWhom", { who: who(detail.to) });
  if (what === "pass_asked") return t("toWhom", { who: detail.operator ? who(detail.operator) : queueTitle(detail.queue) });
  if (what === "passed") return t("toWhom", { who: now.owner ? who(now.owner) : queueTitle(now.queue) });
  if (what === "edited" || before.state === now.state) return "";
  return html`<${State} state=${now.state} />`;
}

const WATCH = ["team_leader", "supervisor", "coordinator"];
function Call({ one }) {
  const steps = one.story[language.value] ?? one.story.es ?? Object.values(one.story)[0] ?? [];
  return html`<article class="ticket-call"><p class="row"><span class="number grow">${one.call}</span>${WATCH.includes(role.value) ? html`<a href=${`/calls/${encodeURIComponent(one.call)}`}>${t("recording")}</a>` : null}</p>
    <p class="muted small">${moment(one.linked)} · ${who(one.by)}</p>
    ${one.answers.map((script) => html`<div key=${script.script}><h3>${t("answers")}: ${script.script}</h3><dl class="ticket-facts">${Object.entries(script.answers).map(([name, text]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd>${String(text)}</dd></div>`)}</dl></div>`)}
    ${steps.length ? html`<details><summary>${t("story")}</summary><ol class="ticket-story">${steps.map((step, nth) => html`<li key=${nth}><time class="number muted" datetime=${step.at}>${moment(step.at)}</time> ${step.text}</li>`)}</ol></details>` : null}</article>`;
}

function Give({ card, onClose, onDone }) {
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const done = await attempted(() => post(`tickets/${card.ref}/give`, { to: form.get("to"), note: form.get("note") }));
    if (!done) return;
    toast(t("done_give"), "good");
    onDone(done);
    onClose();
  };
  return html`<${Dialog} title=${t("give")} onClose=${onClose}><form onSubmit=${submit}>
    <${Field} label=${t("to")} name="to" as="select" required>${people.value.filter((one) => one.role !== "administrator").map((one) => html`<option key=${one.code} value=${one.code}>${one.name} (${one.code}) · ${(one.queues ?? []).map(queueTitle).join(", ")}</option>`)}<//>
    <${Field} label=${t("note")} name="note" as="textarea" maxlength="4000" />
    <p class="row"><span class="grow"></span><button type="button" onClick=${onClose}>${t("cancel")}</button><button class="primary">${t("give")}</button></p></form><//>`;
}

function Edit({ card, onClose, onDone }) {
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const body = { subject: form.get("subject"), priority: Number(form.get("priority")), due: fromLocal(form.get("due")) };
    const done = await attempted(() => ask("PATCH", `tickets/${card.ref}`, body));
    if (!done) return;
    toast(t("done_edit"), "good");
    onDone(done);
    onClose();
  };
  return html`<${Dialog} title=${t("edit")} onClose=${onClose}><form onSubmit=${submit}>
    <${Field} label=${t("subject")} name="subject" required maxlength="200" defaultValue=${card.subject} />
    <${Field} label=${t("priority")} name="priority" as="select">${[1, 2, 3, 4].map((one) => html`<option key=${one} value=${one} selected=${one === card.priority}>${t(`priority_${one}`)}</option>`)}<//>
    <${Field} label=${t("due")} hint=${t("dueHint")} name="due" type="datetime-local" defaultValue=${asLocal(card.due)} />
    <p class="row"><span class="grow"></span><button type="button" onClick=${onClose}>${t("cancel")}</button><button class="primary">${t("save")}</button></p></form><//>`;
}
