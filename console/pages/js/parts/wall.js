// The supervisor's wallboard: what happens in the centre now, and what can be done about it.
import { html, useEffect, useState } from "../html.js";
import { stale } from "../live.js";
import { go } from "../router.js";
import { Alarms, Bell, Strip } from "../wall/bell.js";
import { Calls } from "../wall/calls.js";
import "../figures/slots.js";
import { styleSheet } from "../sheet.js";
import { Asked } from "../wall/dialogs.js";
import { FullWall } from "../wall/full.js";
import { Icon } from "../wall/icons.js";
import { keysOn, Keys, onKey } from "../wall/keys.js";
import { pick, picked, queueNames, queueTitle, t, teamName } from "../wall/model.js";
import { Operators } from "../wall/operators.js";
import { Panel } from "../wall/panel.js";
import { Queues } from "../wall/queues.js";
import { slots } from "../wall/slots.js";
import { Bar } from "../wall/supervision.js";
import { learnPeople, teams } from "../people.js";

export { slots };
await styleSheet("/css/wall.css");

export default function Wall({ query }) {
  useEffect(() => void learnPeople(), []);
  return query.get("full") ? html`<${FullWall} />` : html`<${Board} />`;
}

function Board() {
  const [open, setOpen] = useState(null);
  useEffect(() => {
    const take = (event) => onKey(event, setOpen);
    document.addEventListener("keydown", take);
    return () => document.removeEventListener("keydown", take);
  }, []);
  const close = () => setOpen(null);
  return html`<div class=${`wall ${stale.value ? "stale" : ""} ${picked.value.panel ? "with-panel" : ""}`} data-stale=${stale.value}>
    <h1 class="visually-hidden">${t("title")}</h1>
    <${Tools} onOpen=${setOpen} />
    <${Strip} />
    <div class="parts">
      <${Queues} />
      <div class="lists"><${Operators} /><${Calls} /></div>
      ${slots.below.map(({ id, component: Slot }) => html`<${Slot} key=${id} queue=${picked.value.queue} />`)}
    </div>
    <${Panel} />
    <${Bar} />
    <${Asked} />
    ${open === "keys" ? html`<${Keys} onClose=${close} />` : null}
    ${open === "alarms" ? html`<${Alarms} onClose=${close} />` : null}
  </div>`;
}

function Tools({ onOpen }) {
  const { queue, team, text, state } = picked.value;
  const full = () => {
    document.documentElement.requestFullscreen?.().catch(() => {}); // a page may do without
    go("/wall?full=1");
  };
  return html`<div class="tools" role="search" aria-label=${t("filters")}>
    <input type="search" aria-label=${t("search")} placeholder=${t("searchHint")} value=${text} onInput=${(event) => pick({ text: event.target.value })} />
    <select aria-label=${t("queue")} value=${queue} onChange=${(event) => pick({ queue: event.target.value })}>
      <option value="">${t("allQueues")}</option>${queueNames.value.map((name) => html`<option key=${name} value=${name}>${queueTitle(name)}</option>`)}</select>
    ${teams.value.length ? html`<select aria-label=${t("team")} value=${team} onChange=${(event) => pick({ team: event.target.value })}>
      <option value="">${t("allTeams")}</option>${teams.value.map(({ id }) => html`<option key=${id} value=${id}>${teamName(id)}</option>`)}</select>` : null}
    ${queue || team || text || state ? html`<button type="button" class="quiet small" onClick=${() => pick({ queue: "", team: "", text: "", state: "" })}>${t("clear")}</button>` : null}
    <span class="grow"></span>
    <${Bell} onOpen=${() => onOpen("alarms")} />
    <button type="button" onClick=${full} title=${keysOn.value ? `${t("full")} (F)` : t("full")}><${Icon} name="full" /> <span class="wide-only">${t("full")}</span></button>
    <button type="button" class="icon" aria-label=${t("shortcuts")} title=${`${t("shortcuts")} (?)`} onClick=${() => onOpen("keys")}>?</button>
  </div>`;
}
