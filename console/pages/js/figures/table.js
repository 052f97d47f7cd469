// Groups and their figures as a table: each number has its definition beside it, and its calls behind it.
import { html } from "../html.js";
import { language } from "../lang.js";
import { Name, defining } from "./defined.js";
import { groupName, shown, t } from "./words.js";

const OF_QUEUES = ["offered", "answered", "abandoned", "short_abandoned", "sl2", "asa_s", "abandonment", "handled", "aht_s"];
const OF_OPERATORS = ["rung", "answered", "missed", "rejected", "handled", "aht_s", "talk_s", "hold_s", "wrap_up_s", "occupancy", "ready_s", "paused_s", "logged_in_s"];

/** The columns that are shown: what can be told of such groups, and of it the main ones unless all are wanted. */
export function columnsOf(answer, all) {
  const of = answer.by.some((one) => one === "operator" || one === "team") || answer.total.figures.offered === null ? OF_OPERATORS : OF_QUEUES;
  const told = (id) => [answer.total, ...answer.items].some((row) => row.figures[id] !== null);
  return answer.definitions.filter(({ id }) => told(id) && (all || of.includes(id)))
    .sort((a, b) => (all ? 0 : of.indexOf(a.id) - of.indexOf(b.id)));
}

/** answer: what /figures/by said; onCalls(row, definition, title): a number was pressed. */
export function FigureTable({ answer, all, onCalls }) {
  const columns = columnsOf(answer, all);
  const named = (one, row) => groupName(one, row.key[one], row.names[language.value]?.[one] ?? row.key[one], answer.from === answer.to);
  const hours = new Set(answer.by.includes("hour") ? answer.items.map((row) => row.key.hour) : []);
  const twice = (hour) => [...hours].some((other) => other !== hour && other.slice(0, 16) === hour.slice(0, 16)); // clocks went back
  const nameOf = (row) => answer.by.map((one) => (one === "hour" && twice(row.key.hour) ? `${named(one, row)} (${row.key.hour.slice(16)})` : named(one, row)));
  return html`<div class="scroll"><table class="figures" data-by=${answer.by.join(",")}>
    <thead><tr>${answer.by.map((one) => html`<th key=${one} scope="col">${t(one)}</th>`)}${columns.map((one) => html`<th key=${one.id} scope="col" class="number"><${Name} definition=${one} /></th>`)}</tr></thead>
    <tbody>${answer.items.map((row) => html`<tr key=${JSON.stringify(row.key)}>
      ${nameOf(row).map((name, at) => (at ? html`<td key=${at}>${name}</td>` : html`<th key=${at} scope="row">${name}</th>`))}
      ${columns.map((one) => html`<${Cell} key=${one.id} row=${row} definition=${one} group=${nameOf(row).join(" · ")} onCalls=${onCalls} />`)}</tr>`)}</tbody>
    <tfoot><tr><th scope="row" colspan=${answer.by.length}>${t("total")}</th>${columns.map((one) => html`<${Cell} key=${one.id} row=${answer.total} definition=${one} group=${t("total")} onCalls=${onCalls} />`)}</tr></tfoot>
  </table></div>`;
}

function Cell({ row, definition, group, onCalls }) {
  const value = row.figures[definition.id];
  const text = shown(definition, value);
  const opens = definition.counted && onCalls && value !== null && value !== 0;
  return html`<td class="number" data-figure=${definition.id} data-value=${value}>
    ${opens ? html`<button type="button" class="quiet figure" ...${defining(definition)} onClick=${() => onCalls(row, definition, group)}>${text}</button>` : html`<span class="figure" ...${defining(definition)}>${text}</span>`}</td>`;
}
