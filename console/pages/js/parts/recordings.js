// Which recordings fit? A search by everything that is known of them; each leads to its call.
import { html, useEffect, useState } from "../html.js";
import { post } from "../api.js";
import { duration, number, percent, texts } from "../lang.js";
import { callEn, callEs } from "../lang/call.js";
import { go, place } from "../router.js";
import { Field, Loading, Nothing, Problem } from "../ui.js";
import { styleSheet } from "../sheet.js";
import { nameOf, operatorCodes, queueNames, queueTitle } from "../wall/model.js";
import { inWords } from "../wall/refusals.js";
import { clock, day, dayBegins } from "../times.js";
import { learnPeople } from "../people.js";

const t = texts({ es: callEs, en: callEn });
await styleSheet("/css/wall.css");

const TEXTS = ["queue", "operator", "number", "disposition", "kind", "text", "call"];
const NUMBERS = ["min_length_s", "max_length_s"];
const SHARES = ["min_over_talk", "min_silence"];
const LIMIT = 50;

/** What is asked of the server, by the fields of the form or the address. A day is the whole day in the centre. */
function filtersOf(fields) {
  const found = { limit: LIMIT };
  for (const name of TEXTS) if (fields[name]) found[name] = fields[name];
  for (const name of NUMBERS) if (fields[name]) found[name] = Number(fields[name]);
  for (const name of SHARES) if (fields[name]) found[name] = Number(fields[name]) / 100;
  if (fields.from) found.from = dayBegins(fields.from);
  if (fields.to) found.to = dayBegins(fields.to, 1);
  if (fields.caller) found.caller = fields.caller.replace(/[\s-]/g, "");
  return found;
}

export default function RecordingsPage({ query }) {
  const asked = Object.fromEntries(query);
  const [caller, setCaller] = useState(""); // stands in no address
  const [page, setPage] = useState({ items: null, total: 0, next: null });
  const [error, setError] = useState(null);
  const key = `${query} ${caller}`;
  const search = (after) => post("recordings/search", { ...filtersOf({ ...asked, caller }), ...(after ? { after } : {}) });
  useEffect(() => void learnPeople(), []);
  useEffect(() => {
    let over = false;
    setError(null);
    search().then((found) => !over && setPage(found), (refused) => !over && setError(refused));
    return () => (over = true);
  }, [key]);
  const submit = (event) => {
    event.preventDefault();
    const { caller: whole, ...fields } = Object.fromEntries(new FormData(event.target));
    const wanted = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));
    setCaller(whole);
    go(`${place.value.path}?${wanted}`);
  };
  const more = () => search(page.next).then((found) => setPage({ ...found, items: [...page.items, ...found.items] }), setError);
  return html`<div class="wall recordings-page"><h1>${t("searchTitle")}</h1>
    <form key=${String(query)} class="card filters" onSubmit=${submit} role="search">
      <${Field} label=${t("from")} name="from" type="date" defaultValue=${asked.from} /><${Field} label=${t("to")} name="to" type="date" defaultValue=${asked.to} />
      <${Choice} label=${t("queue")} name="queue" none=${t("allQueues")} value=${asked.queue} options=${queueNames.value.map((name) => [name, queueTitle(name)])} />
      <${Choice} label=${t("operator")} name="operator" none=${t("allOperators")} value=${asked.operator} options=${operatorCodes.value.map((code) => [code, `${nameOf(code)} (${code})`])} />
      <${Field} label=${t("callerNumber")} hint=${t("callerHint")} name="caller" inputmode="tel" autocomplete="off" defaultValue=${caller} />
      <${Field} label=${t("text")} name="text" defaultValue=${asked.text} />
      <details class="more-filters" open=${["min_length_s", "max_length_s", "min_over_talk", "min_silence", "kind", "number", "disposition"].some((name) => asked[name])}><summary>${t("moreFilters")}</summary><div class="filters">
        <${Field} label=${t("minLength")} name="min_length_s" type="number" min="0" defaultValue=${asked.min_length_s} /><${Field} label=${t("maxLength")} name="max_length_s" type="number" min="0" defaultValue=${asked.max_length_s} />
        <${Field} label=${t("minOverTalk")} name="min_over_talk" type="number" min="0" max="100" defaultValue=${asked.min_over_talk} /><${Field} label=${t("minSilence")} name="min_silence" type="number" min="0" max="100" defaultValue=${asked.min_silence} />
        <${Choice} label=${t("kind")} name="kind" none=${t("anyKind")} value=${asked.kind} options=${["call", "voicemail"].map((kind) => [kind, t(`kind_${kind}`)])} />
        <${Field} label=${t("dialled")} name="number" inputmode="tel" defaultValue=${asked.number} /><${Field} label=${t("disposition")} name="disposition" defaultValue=${asked.disposition} /></div></details>
      <div class="row"><button class="primary">${t("search")}</button><button type="button" onClick=${() => { setCaller(""); go(place.value.path); }}>${t("clear")}</button></div>
    </form>
    ${error ? html`<${Problem} error=${{ message: inWords(error) }} />` : page.items === null ? html`<${Loading} />` : html`<${Found} page=${page} onMore=${more} />`}
  </div>`;
}

const Choice = ({ label, name, none, value, options }) => html`<${Field} label=${label} name=${name} as="select" value=${value ?? ""}>
  <option value="">${none}</option>${options.map(([id, text]) => html`<option key=${id} value=${id}>${text}</option>`)}<//>`;

function Found({ page, onMore }) {
  if (!page.items.length) return html`<${Nothing}>${t("none")}<//>`;
  return html`<p role="status" class="muted" data-total=${page.total}>${t("found", { n: number(page.total) })}</p>
    <div class="scroll"><table class="board found"><thead><tr>${["when", "length", "caller", "queue", "operator", "disposition", "over_talk", "marks"].map((name) => html`<th key=${name} scope="col" class=${["length", "over_talk", "marks"].includes(name) ? "number" : ""}>${t(name)}</th>`)}</tr></thead>
    <tbody>${page.items.map((one) => html`<tr key=${one.id}><th scope="row"><a class="name number" href=${`/calls/${one.call}`}>${day(one.started)} ${clock(one.started)}</a>${one.kind === "voicemail" ? html` <span class="badge plain">${t("kind_voicemail")}</span>` : null}</th>
      <td class="number">${duration(one.length_s)}</td><td class="number-text number">${one.caller}</td><td>${one.queues.map(queueTitle).join(", ")}</td><td>${one.operators.map(nameOf).join(", ")}</td><td>${one.disposition ?? ""}</td>
      <td class="number">${one.facts ? percent(one.facts.over_talk) : "–"}</td><td class="number">${one.marks || ""}</td></tr>`)}</tbody></table></div>
    ${page.next ? html`<p><button type="button" onClick=${onMore}>${t("more")}</button></p>` : null}`;
}
