// The calls behind a number, page by page, or any calls of some days.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { duration, language, number } from "../lang.js";
import { me } from "../session.js";
import { Loading, Nothing, Problem } from "../ui.js";
import { nameOf, queueTitle } from "../wall/model.js";
import { download } from "./download.js";
import { endOf, outcome, t } from "./words.js";
import { clock, day } from "../times.js";

const LIMIT = 25;

/** query: what to ask of /history/calls, counted among it or not. */
export function CallList({ query }) {
  const [offset, setOffset] = useState(0);
  const [page, setPage] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => setOffset(0), [query]);
  useEffect(() => {
    let over = false;
    setError(null);
    get(`history/calls?${query}&limit=${LIMIT}&offset=${offset}`).then((found) => !over && setPage(found), (refused) => !over && setError(refused));
    return () => (over = true);
  }, [query, offset]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!page) return html`<${Loading} />`;
  if (!page.total) return html`<${Nothing}>${t("noCalls")}<//>`;
  const last = Math.min(page.offset + LIMIT, page.total);
  return html`<div class="call-list" data-total=${page.total}>
    <p class="row"><span role="status" class="muted grow">${t("page", { first: number(page.offset + 1), last: number(last), total: number(page.total) })}</span>
      <button type="button" class="small" disabled=${!page.offset} onClick=${() => setOffset(Math.max(0, offset - LIMIT))}>${t("previous")}</button>
      <button type="button" class="small" disabled=${last >= page.total} onClick=${() => setOffset(offset + LIMIT)}>${t("next")}</button>
      <button type="button" class="small" onClick=${() => download(`history/calls.csv?${query}&lang=${language.value}`, "calls.csv")}>${t("csv")}</button></p>
    <div class="scroll">${page.counted ? html`<${Counted} items=${page.items} />` : html`<${Calls} items=${page.items} />`}</div></div>`;
}

/** The call's page is for whoever supervises; an operator reads the list. */
const Call = ({ id, children }) => (me.value.role === "operator" ? html`<span class="number">${children}</span>` : html`<a class="number" href=${`/calls/${encodeURIComponent(id)}`}>${children}</a>`);
const when = (iso) => `${day(iso, { day: "numeric", month: "short" })} ${clock(iso)}`;

const Counted = ({ items }) => html`<table class="figures"><thead><tr>${["when", "queue", "operator", "caller", "seconds", "cause", "disposition"].map((one) => html`<th key=${one} scope="col" class=${one === "seconds" ? "number" : ""}>${t(one)}</th>`)}</tr></thead>
  <tbody>${items.map((one, at) => html`<tr key=${at} data-call=${one.call}><th scope="row">${one.call ? html`<${Call} id=${one.call}>${when(one.at)}<//>` : when(one.at)}</th><td>${queueTitle(one.queue)}</td><td>${one.operator ? nameOf(one.operator) : ""}</td>
    <td class="number-text">${one.about?.caller_shown ?? ""}</td><td class="number">${one.seconds ? duration(one.seconds) : "–"}</td><td>${outcome(one.cause)}</td><td>${one.about?.disposition ?? ""}</td></tr>`)}</tbody></table>`;

const Calls = ({ items }) => html`<table class="figures"><thead><tr>${["when", "caller", "number", "queue", "operator", "wait", "talk", "hold", "wrapUp", "disposition", "end"].map((one) => html`<th key=${one} scope="col" class=${["wait", "talk", "hold", "wrapUp"].includes(one) ? "number" : ""}>${t(one)}</th>`)}</tr></thead>
  <tbody>${items.map((one) => html`<tr key=${one.id} data-call=${one.id}><th scope="row"><${Call} id=${one.id}>${when(one.started)}<//></th><td class="number-text">${one.caller_shown}</td><td class="number-text">${one.number}</td><td>${one.queues.map(queueTitle).join(", ")}</td><td>${one.operators.map(nameOf).join(", ")}</td>
    <td class="number">${duration(one.wait_s)}</td><td class="number">${duration(one.talk_s)}</td><td class="number">${duration(one.hold_s)}</td><td class="number">${duration(one.wrap_up_s)}</td><td>${one.disposition ?? ""}</td><td>${one.ended ? endOf(one.end_reason) : t("still")}</td></tr>`)}</tbody></table>`;
