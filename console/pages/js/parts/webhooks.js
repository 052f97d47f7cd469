// Webhooks: where the company's own systems are told, and what became of each message. For coordinators and administrators.
import { html, useEffect, useState } from "../html.js";
import { del, get, post } from "../api.js";
import { styleSheet } from "../sheet.js";
import { Dialog, Field, Loading, Nothing, Problem, toast, words } from "../ui.js";
import { t } from "../lang/tickets.js";
import { why } from "../lang/webhook_refusals.js";
import { attempted } from "../tickets/words.js";
import { moment } from "../times.js";

styleSheet("/css/tickets.css");
const AGAIN_MS = 5_000;

function useAsked(path) {
  const [answer, show] = useState(null);
  const [error, fail] = useState(null);
  const load = () => get(path).then((found) => { show(found); fail(null); }, fail);
  useEffect(() => {
    load();
    const timer = setInterval(() => document.hidden || load(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [path]);
  return [answer, error, load];
}

export default function Webhooks({ id }) {
  const [answer, error, load] = useAsked("webhooks");
  const [making, make] = useState(false);
  const [secret, tell] = useState(null);
  if (id) return html`<${Messages} key=${id} id=${id} webhook=${answer?.items.find((one) => one.id === id)} />`;
  return html`<div class="stack">
    <div class="row"><h1 class="grow">${t("hooksTitle")}</h1><button type="button" class="primary" onClick=${() => make(true)}>${t("newHook")}</button></div>
    <p class="muted">${t("hooksHelp")}</p>
    ${error && !answer ? html`<${Problem} error=${error} />` : !answer ? html`<${Loading} />` : answer.items.length ? answer.items.map((one) => html`<${Webhook} key=${one.id} one=${one} changed=${load} tell=${tell} />`) : html`<${Nothing}>${t("noHooks")}<//>`}
    ${making ? html`<${Make} events=${answer?.events ?? []} onClose=${() => make(false)} onDone=${(made) => { tell(made.secret); load(); }} />` : null}
    ${secret ? html`<${Secret} secret=${secret} onClose=${() => tell(null)} />` : null}
  </div>`;
}

function Webhook({ one, changed, tell }) {
  const act = (name) => attempted(() => post(`webhooks/${one.id}/${name}`)).then(changed);
  const renew = () => confirm(t("reallySecret")) && attempted(async () => tell((await post(`webhooks/${one.id}/secret`)).secret));
  const remove = () => confirm(t("removeSure")) && attempted(() => del(`webhooks/${one.id}`)).then(changed);
  return html`<section class="card hook" aria-label=${one.url}>
    <p class="row"><strong class="grow hook-url">${one.url}</strong>${one.stopped_why ? html`<span class="badge bad">${t("stopped", { why: why(one.stopped_why) })}</span>` : html`<span class="badge good">${t("goes")}</span>`}</p>
    ${one.about ? html`<p>${one.about}</p>` : null}
    <p class="row">${one.events.map((event) => html`<span key=${event} class="badge plain">${t(`e_${event}`)}</span>`)}</p>
    <dl class="ticket-facts">
      <div><dt>${t("pending")}</dt><dd class="number">${one.pending}</dd></div>
      <div><dt>${t("dead")}</dt><dd class="number">${one.dead ? html`<span class="badge bad">${one.dead}</span>` : 0}</dd></div>
      <div><dt>${t("last")}</dt><dd>${one.last ? html`${moment(one.last.at)} · ${one.last.status ?? why(one.last.wrong)}` : t("never")}</dd></div>
    </dl>
    <div class="row" role="group" aria-label=${t("acts")}><a class="button" href=${`/webhooks/${one.id}`}>${t("messages")}</a>
      <button type="button" onClick=${() => act("test")}>${t("test")}</button>
      ${one.stopped_why ? html`<button type="button" onClick=${() => act("resume")}>${t("resumeHook")}</button>` : html`<button type="button" onClick=${() => act("stop")}>${t("stop")}</button>`}
      <button type="button" onClick=${renew}>${t("newSecret")}</button><button type="button" class="danger" onClick=${remove}>${t("remove")}</button></div>
  </section>`;
}

function Make({ events, onClose, onDone }) {
  const [wrong, say] = useState({});
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    try {
      onDone(await post("webhooks", { url: form.get("url"), events: form.getAll("event"), about: form.get("about") }));
      onClose();
    } catch (error) {
      say({ [error.field ?? "url"]: why(words(error)) });
    }
  };
  return html`<${Dialog} title=${t("newHook")} onClose=${onClose}><form onSubmit=${submit}>
    <${Field} label=${t("url")} name="url" type="url" required maxlength="2000" placeholder="https://crm.example.com/hooks" error=${wrong.url} autofocus />
    <${Field} label=${t("about")} name="about" maxlength="200" />
    <fieldset><legend>${t("events")}</legend>${events.map((one) => html`<label key=${one} class="ticket-check"><input type="checkbox" name="event" value=${one} /> ${t(`e_${one}`)} <code>${one}</code></label>`)}
      ${wrong.events ? html`<small class="error" role="alert">${wrong.events}</small>` : null}</fieldset>
    <p class="row"><span class="grow"></span><button type="button" onClick=${onClose}>${t("cancel")}</button><button class="primary">${t("make")}</button></p></form><//>`;
}

function Secret({ secret, onClose }) {
  const copy = () => navigator.clipboard?.writeText(secret).then(() => toast(t("copied"), "good"), () => {});
  return html`<${Dialog} title=${t("secretTitle")} onClose=${onClose}><p>${t("secretHelp")}</p><p><code class="hook-secret">${secret}</code></p>
    <p class="row"><span class="grow"></span><button type="button" onClick=${copy}>${t("copy")}</button><button type="button" class="primary" onClick=${onClose}>${t("understood")}</button></p><//>`;
}

const TONES = { pending: "info", delivered: "good", dead: "bad", dropped: "plain" };
function Messages({ id, webhook }) {
  const [page, error, load] = useAsked(`webhooks/${encodeURIComponent(id)}/messages`);
  const [older, add] = useState([]);
  const [open, show] = useState(null);
  const [next, follow] = useState(undefined);
  const items = [...(page?.items ?? []), ...older.filter((one) => !page?.items.some((other) => other.id === one.id))];
  const before = next === undefined ? page?.next : next;
  const more = () => attempted(async () => {
    const found = await get(`webhooks/${encodeURIComponent(id)}/messages?before=${before}`);
    add([...older, ...found.items]);
    follow(found.next);
  });
  const act = (message, name) => attempted(() => post(`webhook-messages/${message}/${name}`)).then(load);
  const look = (message) => attempted(async () => show(await get(`webhook-messages/${message}`)));
  return html`<div class="stack"><p><a href="/webhooks">${t("hooksTitle")}</a></p><h1 class="hook-url">${t("seeMessages", { url: webhook?.url ?? id })}</h1>
    <section class="card">${error && !page ? html`<${Problem} error=${error} />` : !page ? html`<${Loading} />` : items.length ? html`
      <table class="ticket-list"><thead><tr><th>${t("made")}</th><th>${t("type")}</th><th>${t("ref")}</th><th>${t("state")}</th><th>${t("attempts")}</th><th>${t("nextTry")}</th><th><span class="visually-hidden">${t("acts")}</span></th></tr></thead>
        <tbody>${items.map((one) => html`<tr key=${one.id}><td class="number"><button type="button" class="quiet small" onClick=${() => look(one.id)}>${moment(one.made)}</button></td><td>${t(`e_${one.type}`)}</td><td class="number">${one.about}</td>
          <td><span class=${`badge ${TONES[one.state]}`}>${t(`m_${one.state}`)}</span></td><td class="number">${one.attempts}</td><td class="number">${one.next ? moment(one.next) : "–"}</td>
          <td class="row"><button type="button" class="small" onClick=${() => act(one.id, "replay")}>${t("replay")}</button>${["pending", "dead"].includes(one.state) ? html`<button type="button" class="small" onClick=${() => act(one.id, "drop")}>${t("drop")}</button>` : null}</td></tr>`)}</tbody></table>
      ${before ? html`<p><button type="button" onClick=${more}>${t("moreMessages")}</button></p>` : null}` : html`<${Nothing}>${t("noMessages")}<//>`}</section>
    ${open ? html`<${Dialog} wide title=${open.id} onClose=${() => show(null)}><h3>${t("tries")}</h3>
      <ol>${open.tries.map((one, nth) => html`<li key=${nth}><span class="number">${moment(one.at)}</span> · ${t("answer")}: ${one.status ?? why(one.wrong)} · ${t("took")}: ${one.took_ms} ms</li>`)}</ol>
      <h3>${t("body")}</h3><pre class="hook-body" tabindex="0">${JSON.stringify(open.body, null, 2)}</pre><//>` : null}
  </div>`;
}
