// Which tickets are there? Mine, those to take, or all that I may see; found by reference, subject or note.
import { html, useEffect, useState } from "../html.js";
import { get, post } from "../api.js";
import { queueTitle } from "../desk/names.js";
import { centre, may, role } from "../session.js";
import { go } from "../router.js";
import { Field, Loading, Nothing, Problem, toast } from "../ui.js";
import { t } from "../lang/tickets.js";
import { NewTicket } from "./opening.js";
import { attempted, Due, Priority, State, who } from "./words.js";
import { moment } from "../times.js";
import { learnPeople } from "../people.js";

const VIEWS = ["mine", "work", "all"];
const AGAIN_MS = 10_000;
const UNFINISHED = ["open", "passed", "reopened", "in_progress", "waiting"];
const STATES = [...UNFINISHED, "resolved", "closed"];

export function asked(query, fallback) {
  const view = VIEWS.includes(query.get("view")) ? query.get("view") : fallback;
  return { view, text: query.get("text") ?? "", queue: query.get("queue") ?? "", state: query.get("state") ?? "", overdue: query.get("overdue") === "1" };
}

function address(wanted, after) {
  const query = new URLSearchParams({ view: wanted.view, order: wanted.view === "all" ? "newest" : "urgent" });
  if (wanted.text) query.set("text", wanted.text);
  if (wanted.queue) query.set("queue", wanted.queue);
  if (wanted.overdue) query.set("overdue", "true");
  for (const state of wanted.state === "unfinished" ? UNFINISHED : wanted.state ? [wanted.state] : []) query.append("state", state);
  if (after) query.set("after", after);
  return `tickets?${query}`;
}

export function List({ query }) {
  const wanted = asked(query, role.value === "operator" ? "mine" : "all");
  const [page, show] = useState(null);
  const [error, fail] = useState(null);
  const [opening, open] = useState(false);
  const [round, again] = useState(0);
  useEffect(() => void learnPeople(), []);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || again((n) => n + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const key = address(wanted);
  useEffect(() => show(null), [key]);
  useEffect(() => {
    const stop = new AbortController();
    get(key, { signal: stop.signal }).then((found) => { show((now) => (now?.extended ? now : found)); fail(null); }, (refused) => refused.name !== "AbortError" && fail(refused));
    return () => stop.abort();
  }, [key, round]);
  const more = () => attempted(async () => {
    const next = await get(address(wanted, page.next));
    show({ ...next, items: [...page.items, ...next.items], extended: true });
  });
  const take = (ref) => attempted(async () => {
    await post(`tickets/${ref}/take`, {});
    toast(t("done_take"), "good");
    go(`/tickets/${ref}`);
  }).then(() => again((n) => n + 1));
  return html`<div class="stack">
    <div class="row"><h1 class="grow">${t("title")}</h1>
      ${may("webhooks") ? html`<a class="button" href="/webhooks">${t("webhooks")}</a>` : null}
      <button type="button" class="primary" onClick=${() => open(true)}>${t("new")}</button></div>
    <${Filters} wanted=${wanted} />
    <section class="card" aria-label=${t("found")} aria-busy=${page ? undefined : "true"}>
      ${error && !page ? html`<${Problem} error=${error} />` : !page ? html`<${Loading} />` : page.items.length ? html`
        <p class="muted small" role="status">${t("count", { n: page.total })}</p>
        <${Table} items=${page.items} take=${wanted.view === "work" ? take : null} />
        ${page.next ? html`<p><button type="button" onClick=${more}>${t("more")}</button></p>` : null}`
        : html`<${Nothing}>${t(wanted.view === "mine" ? "noneMine" : wanted.view === "work" ? "noneWork" : "none")}<//>`}
    </section>
    ${opening ? html`<${NewTicket} onClose=${() => open(false)} onDone=${(ref) => go(`/tickets/${ref}`)} />` : null}
  </div>`;
}

function Filters({ wanted }) {
  const to = (change) => {
    const next = { ...wanted, ...change };
    const query = new URLSearchParams({ view: next.view });
    for (const name of ["text", "queue", "state"]) if (next[name]) query.set(name, next[name]);
    if (next.overdue) query.set("overdue", "1");
    go(`/tickets?${query}`, { replace: true });
  };
  const [text, type] = useState(wanted.text);
  return html`<section class="card">
    <div class="row ticket-views" role="group" aria-label=${t("view")}>
      ${VIEWS.map((view) => html`<button key=${view} type="button" aria-pressed=${String(view === wanted.view)} onClick=${() => to({ view, state: "" })}>${t(view)}</button>`)}
    </div>
    <form class="ticket-filters" onSubmit=${(event) => { event.preventDefault(); to({ text: text.trim() }); }}>
      <${Field} label=${t("search")} hint=${t("searchHint")} type="search" maxlength="200" value=${text} onInput=${(event) => type(event.target.value)} onSearch=${(event) => to({ text: event.target.value.trim() })} />
      <${Field} label=${t("queue")} as="select" value=${wanted.queue} onChange=${(event) => to({ queue: event.target.value })}>
        <option value="">${t("anyQueue")}</option>${(centre.value?.queues ?? []).map((one) => html`<option key=${one.name} value=${one.name}>${queueTitle(one.name)}</option>`)}<//>
      ${wanted.view === "work" ? null : html`<${Field} label=${t("state")} as="select" value=${wanted.state} onChange=${(event) => to({ state: event.target.value })}>
        <option value="">${t("anyState")}</option><option value="unfinished">${t("unfinished")}</option>${STATES.map((one) => html`<option key=${one} value=${one}>${t(`state_${one}`)}</option>`)}<//>`}
      <label class="ticket-check"><input type="checkbox" checked=${wanted.overdue} onChange=${(event) => to({ overdue: event.target.checked })} /> ${t("overdueOnly")}</label>
    </form>
  </section>`;
}

function Table({ items, take }) {
  return html`<table class="ticket-list"><thead><tr><th>${t("ref")}</th><th>${t("subject")}</th><th>${t("state")}</th><th>${t("priority")}</th><th>${t("queue")}</th><th>${t("owner")}</th><th>${t("due")}</th><th>${t("changed")}</th>${take ? html`<th><span class="visually-hidden">${t("acts")}</span></th>` : null}</tr></thead>
    <tbody>${items.map((one) => html`<tr key=${one.ref}>
      <td class="number"><a href=${`/tickets/${one.ref}`}>${one.ref}</a></td><td class="ticket-subject">${one.subject || "–"}</td>
      <td><${State} state=${one.state} /></td><td><${Priority} value=${one.priority} /></td><td>${queueTitle(one.queue)}</td>
      <td class=${one.owner ? "" : "muted"}>${who(one.owner)}</td><td><${Due} one=${one} /></td><td class="number">${moment(one.changed)}</td>
      ${take ? html`<td><button type="button" class="small" onClick=${() => take(one.ref)} aria-label=${`${t("take")} ${one.ref}`}>${t("take")}</button></td>` : null}</tr>`)}</tbody></table>`;
}
