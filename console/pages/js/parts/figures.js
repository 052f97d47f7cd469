// The figures of any days: by whom, by what, with the calls behind each number; as a table, drawn, on paper and as a file.
import { html, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { said } from "../lang.js";
import { go } from "../router.js";
import { centre, me } from "../session.js";
import { Dialog, Field, Loading, Nothing, Problem } from "../ui.js";
import { CallList } from "../figures/calls.js";
import { DayCurve } from "../figures/curve.js";
import { Definition } from "../figures/defined.js";
import { download } from "../figures/download.js";
import { OwnFigures } from "../figures/own.js";
import { columnsOf, FigureTable } from "../figures/table.js";
import { shown, t } from "../figures/words.js";
import { styleSheet } from "../sheet.js";
import { queueNames, queueTitle, teamName } from "../wall/model.js";
import { dateAgo, minute } from "../times.js";
import { learnPeople, teams } from "../people.js";

const DIMENSIONS = ["queue", "operator", "team", "hour", "hour_of_day", "day"];
const AGAIN_MS = 60_000;
await styleSheet("/css/figures.css");

/** What the address asks for: {by, from, to, queue, team, all, counted}. */
function askedIn(query) {
  const from = query.get("from") || dateAgo(0);
  return { by: query.get("by") || "queue", from, to: query.get("to") || from, queue: query.get("queue") || "", team: query.get("team") || "", all: query.get("all") === "1" };
}

export default function FiguresPage({ query }) {
  useEffect(() => void learnPeople(), []);
  return me.value.role === "operator" ? html`<${Mine} />` : html`<${Figures} query=${query} />`;
}

function Mine() {
  const asked = { by: "hour", from: dateAgo(0), to: dateAgo(0), queue: "", team: "", all: false };
  return html`<div class="figures-page"><h1>${t("mine")}</h1><${OwnFigures} /><h2>${t("perHour")}</h2><${Answer} asked=${asked} /></div>`;
}

function Figures({ query }) {
  const asked = askedIn(query);
  const pick = (changes) => {
    const wanted = { ...asked, ...changes, all: (changes.all ?? asked.all) ? "1" : "" };
    go(`/figures?${new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ""))}`, { replace: true });
  };
  return html`<div class="figures-page"><h1>${t("title")}</h1>
    <p class="print-only">${[said(centre.value?.name), asked.from === asked.to ? asked.from : `${asked.from} – ${asked.to}`, asked.queue && queueTitle(asked.queue), asked.team && teamName(asked.team)].filter(Boolean).join(" · ")}</p><${Tools} asked=${asked} pick=${pick} />
    ${asked.from === asked.to && !asked.team ? html`<section class="card curve-card"><h2>${t("curve")}</h2><${DayCurve} queue=${asked.queue} day=${asked.from} /></section>` : null}
    <${Answer} asked=${asked} pick=${pick} />
    <${Calls} asked=${asked} /></div>`;
}

function Tools({ asked, pick }) {
  const [first, second = ""] = asked.by.split(",");
  const by = (a, b) => pick({ by: [a, b].filter((one, at, all) => one && all.indexOf(one) === at).join(",") });
  const ranges = [["today", 0, 0], ["yesterday", 1, 1], ["week", 6, 0], ["month", 29, 0]];
  return html`<div class="tools no-print" role="search" aria-label=${t("title")}>
    <${Field} label=${t("by")} as="select" value=${first} onChange=${(event) => by(event.target.value, second)}>${DIMENSIONS.map((one) => html`<option key=${one} value=${one}>${t(one)}</option>`)}<//>
    <${Field} label=${t("and")} as="select" value=${second} onChange=${(event) => by(first, event.target.value)}><option value="">${t("nothingElse")}</option>${DIMENSIONS.filter((one) => one !== first).map((one) => html`<option key=${one} value=${one}>${t(one)}</option>`)}<//>
    <${Field} label=${t("from")} type="date" value=${asked.from} max=${asked.to} onChange=${(event) => event.target.value && pick({ from: event.target.value })} />
    <${Field} label=${t("to")} type="date" value=${asked.to} min=${asked.from} onChange=${(event) => event.target.value && pick({ to: event.target.value })} />
    <${Field} label=${t("queue")} as="select" value=${asked.queue} onChange=${(event) => pick({ queue: event.target.value })}><option value="">${t("allQueues")}</option>${queueNames.value.map((name) => html`<option key=${name} value=${name}>${queueTitle(name)}</option>`)}<//>
    ${teams.value.length && me.value.role !== "team_leader" ? html`<${Field} label=${t("team")} as="select" value=${asked.team} onChange=${(event) => pick({ team: event.target.value })}><option value="">${t("allTeams")}</option>${teams.value.map(({ id }) => html`<option key=${id} value=${id}>${teamName(id)}</option>`)}<//>` : null}
    <div class="row">${ranges.map(([name, from, to]) => html`<button key=${name} type="button" class="small" aria-pressed=${asked.from === dateAgo(from) && asked.to === dateAgo(to)} onClick=${() => pick({ from: dateAgo(from), to: dateAgo(to) })}>${t(name)}</button>`)}</div>
  </div>`;
}

const addressOf = ({ by, from, to, queue, team }) => new URLSearchParams([["by", by], ["from", from], ["to", to], ...(queue ? [["queue", queue]] : []), ...(team ? [["team", team]] : [])]);

/** The table of what is asked, asked again every minute. */
function Answer({ asked, pick }) {
  const address = String(addressOf(asked));
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [behind, setBehind] = useState(null);
  useEffect(() => {
    let over = false;
    const look = () => get(`figures/by?${address}`).then((found) => { if (!over) { setAnswer(found); setError(null); } }, (refused) => !over && setError(refused));
    setError(null);
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => { over = true; clearInterval(timer); };
  }, [address]);
  if (error && !answer) return html`<${Problem} error=${error} />`;
  if (!answer) return html`<${Loading} />`;
  const open = (row, definition, group) => setBehind({ query: `${row.calls}&counted=${definition.counted}`, title: t("behindOf", { name: `${said(definition.name)}: ${shown(definition, row.figures[definition.id])}`, group }) });
  return html`<section class="answer">
    ${error ? html`<${Problem} error=${error} />` : null}
    <div class="row"><p class="muted small grow">${answer.until ? `${t("until", { when: `${answer.to} ${minute(answer.until)}` })} ` : ""}${t("zone", { zone: answer.time_zone })}</p>
      <span class="row no-print">${pick ? html`<button type="button" class="small" aria-pressed=${asked.all} onClick=${() => pick({ all: !asked.all })}>${t(asked.all ? "less" : "more")}</button>` : null}
        <button type="button" class="small" onClick=${() => download(`figures/by.csv?${address}&lang=${document.documentElement.lang}`, "figures.csv")}>${t("csv")}</button>
        <button type="button" class="small" onClick=${() => print()}>${t("print")}</button></span></div>
    ${answer.items.length ? html`<${FigureTable} answer=${answer} all=${asked.all} onCalls=${open} /><${Definitions} definitions=${columnsOf(answer, asked.all)} />` : html`<${Nothing}>${t("none")}<//>`}
    <${Definition} />
    ${behind ? html`<${Dialog} wide title=${behind.title} onClose=${() => setBehind(null)}><${CallList} query=${behind.query} /><//>` : null}</section>`;
}

/** On paper nothing has the pointer: what each column is stands below. */
function Definitions({ definitions }) {
  const ref = useRef();
  useEffect(() => {
    const open = () => (ref.current.open = true);
    addEventListener("beforeprint", open);
    return () => removeEventListener("beforeprint", open);
  }, []);
  return html`<details ref=${ref} class="definitions"><summary>${t("definitions")}</summary><dl>${definitions.map((one) => html`<div key=${one.id}><dt>${said(one.name)}</dt><dd>${said(one.definition)}</dd></div>`)}</dl></details>`;
}

/** All calls of the days, for whoever looks for one. */
function Calls({ asked }) {
  const [open, setOpen] = useState(false);
  const query = new URLSearchParams([["from", asked.from], ["to", asked.to], ...(asked.queue ? [["queue", asked.queue]] : []), ...(asked.team ? [["team", asked.team]] : [])]);
  return html`<details class="card no-print all-calls" onToggle=${(event) => setOpen(event.currentTarget.open)}><summary><h2>${t("callsTitle")}</h2></summary>${open ? html`<${CallList} query=${String(query)} />` : null}</details>`;
}
