// What did this customer want before? The earlier calls that the server tells at a path, the newest first.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { outcomeTitle, personTitle, queueTitle } from "../desk/names.js";
import { endOf } from "../figures/words.js";
import { duration } from "../lang.js";
import { t } from "../lang/past.js";
import { parts } from "../parts.js";
import { role } from "../session.js";
import { styleSheet } from "../sheet.js";
import { tried } from "../ui.js";
import { moment } from "../times.js";
import { learnPeople } from "../people.js";

styleSheet("/css/past.css");
const seesCalls = () => parts.find((one) => one.id === "call").roles.includes(role.value);

const OURS = /^S-\d{4}-\d+$/; // other references are another system's

/** path: where they are told; changed: asked anew when it is another; none: what is said where there are none; call: whose caller it is,
 * whose tickets may be seen. */
export function PastCalls({ path, changed, none, call = null }) {
  const [told, tell] = useState({});
  const load = () => {
    const stop = new AbortController();
    get(path, { signal: stop.signal }).then((found) => tell({ path, found }), (error) => error.name !== "AbortError" && tell((before) => (before.path === path && before.found ? before : { path, error })));
    return () => stop.abort();
  };
  useEffect(load, [path, changed]);
  useEffect(() => void learnPeople(), []);
  const { found, error } = told.path === path ? told : {};
  if (error) return html`<p class="muted away">${t("away")} <button type="button" class="quiet small" onClick=${load}>${t("again")}</button></p>`;
  if (!found) return html`<p class="muted" aria-busy="true">…</p>`;
  if (!found.items.length) return html`<p class="muted">${found.known ? none : t("unknown")}</p>`;
  return html`<ol class="past-calls">${found.items.map((one) => html`<${Call} key=${one.call} one=${one} now=${call} />`)}</ol>
    ${found.more ? html`<p class="muted small">${t("more")}</p>` : null}`;
}

function Call({ one, now }) {
  const at = moment(one.started);
  const how = one.answered ? t("served", { who: one.operators.map(personTitle).join(", ") }) : t("notServed", { time: duration(one.wait_s) });
  const more = [one.answered ? t("talked", { time: duration(one.talk_s) }) : null, one.direction === "outbound" ? t("outbound") : null, endOf(one.end_reason)].filter(Boolean);
  return html`<li><p class="row"><time class="grow" datetime=${one.started}>${at}</time>${one.disposition ? html`<span class="badge plain">${outcomeTitle(one.disposition)}</span>` : one.answered ? html`<small class="muted">${t("noOutcome")}</small>` : null}</p>
    <p class=${one.answered ? "" : "not-served"}>${[one.queues.map(queueTitle).join(", "), how].filter(Boolean).join(" · ")}</p>
    ${more.length ? html`<p class="muted small">${more.join(" · ")}</p>` : null}
    ${one.notes.map((note) => html`<blockquote key=${note.by}><p>${note.text}</p><footer class="muted small">${personTitle(note.by)}</footer></blockquote>`)}
    <p class="row">${one.ticket ? OURS.test(one.ticket) ? html`<a href=${`/tickets/${one.ticket}${now ? `?call=${encodeURIComponent(now)}` : ""}`}>${t("ticket", { ref: one.ticket })}</a>` : html`<span>${t("ticket", { ref: one.ticket })}</span>` : null}
      ${seesCalls() ? html`<a href=${`/calls/${encodeURIComponent(one.call)}`} aria-label=${t("callOf", { at })}>${t("whole")}</a>` : null}
      ${one.recording ? html`<${Sound} call=${one.call} at=${at} />` : null}</p></li>`;
}

/** Its recording, fetched when somebody wants to hear it. */
function Sound({ call, at }) {
  const [sources, play] = useState(null);
  const [asking, ask] = useState(false);
  useEffect(() => () => sources?.forEach((source) => source.startsWith("blob:") && URL.revokeObjectURL(source)), [sources]);
  const fetchIt = async () => {
    ask(true);
    await tried(async () => {
      const [{ sourceOf }, found] = await Promise.all([import("../wall/player.js"), get(`recordings?call=${encodeURIComponent(call)}`)]);
      play(await Promise.all(found.items.map(async ({ id }) => sourceOf(await get(`recordings/${id}`)))));
    });
    ask(false);
  };
  if (!sources) return html`<button type="button" class="small" disabled=${asking} aria-label=${t("listenTo", { at })} onClick=${fetchIt}>${t("listen")}</button>`;
  return sources.length ? sources.map((source, number) => html`<audio key=${source} controls autoplay=${number === 0} src=${source} aria-label=${t("listenTo", { at })}></audio>`) : html`<small class="muted">${t("noSound")}</small>`;
}
