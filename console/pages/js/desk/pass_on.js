// To whom does the call go? One field that finds queues, colleagues and numbers; the keyboard is enough.
import { html, useEffect, useId, useMemo, useRef, useState } from "../html.js";
import { operators, queues } from "../live.js";
import { centre, me } from "../session.js";
import { Dialog, Field, toast } from "../ui.js";
import { t } from "../lang/desk.js";
import { asking, passOn } from "./commands.js";
import { picking } from "./controls.js";
import { queueTitle } from "./names.js";
import { call } from "./now.js";
import { learnPeople, people } from "../people.js";

const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const DIGITS = /^\+?[0-9]{3,15}$/;
const ORDER = { ready: 0, wrap_up: 1 };
const SUPERVISES = new Set(["supervisor", "coordinator"]);
const SHOWN = 60;

/** What fits what was typed: [{id, kind, label, hint, tone, to}]. Colleagues who are free first, where this account sees it. */
export function targets(typed, how, contactNumbers = []) {
  const wanted = bare(typed.trim()).split(/\s+/).filter(Boolean);
  const fits = (...texts) => wanted.every((word) => texts.some((text) => bare(String(text ?? "")).includes(word)));
  const found = [];
  if (how !== "consult")
    for (const { name } of centre.value?.queues ?? []) {
      const queue = queues.value.get(name);
      if (fits(name, queueTitle(name)))
        found.push({ id: `queue:${name}`, kind: "queues", label: queueTitle(name), to: { queue: name }, tone: queue?.ready ? "good" : "plain",
          hint: queue ? (queue.closed ? t("closed") : `${t("freeNow", { n: queue.ready })} · ${t("waitingNow", { n: queue.waiting })}`) : "" });
    }
  const others = people.value.filter((one) => one.code !== me.value.code && one.role !== "administrator" && fits(one.code, one.name, ...(one.queues ?? []).map(queueTitle)));
  const rank = (one) => ORDER[operators.value.get(one.code)?.state] ?? (operators.value.has(one.code) ? 3 : 2);
  for (const one of others.sort((a, b) => rank(a) - rank(b) || Number(SUPERVISES.has(a.role)) - Number(SUPERVISES.has(b.role)) || a.code.localeCompare(b.code))) {
    const state = operators.value.get(one.code)?.state;
    const does = SUPERVISES.has(one.role) ? t("supervisor") : (one.queues ?? []).map(queueTitle).join(", ");
    found.push({ id: `operator:${one.code}`, kind: "colleagues", label: one.name, to: { operator: one.code }, tone: state === "ready" ? "good" : "plain",
      hint: [one.code, state ? t(`state_${state}`) : null, does].filter(Boolean).join(" · ") });
  }
  for (const one of contactNumbers) if (fits(one.number, one.kind)) found.push({ id: `number:${one.number}`, kind: "contactNumbers", label: one.shown ?? one.number, to: { number: one.number }, hint: one.kind });
  const digits = typed.replace(/[\s.-]/g, "");
  if (DIGITS.test(digits) && !found.some((one) => one.to.operator === digits)) found.push({ id: `number:${digits}`, kind: "number", label: t("dial", { number: digits }), to: { number: digits }, hint: "" });
  return found.slice(0, SHOWN);
}

export function PassOn({ contactNumbers }) {
  const how = picking.value;
  const shown = call.value;
  if (!how || !shown) return null;
  return html`<${Picker} key=${`${how} ${shown.id}`} how=${how} shown=${shown} contactNumbers=${contactNumbers} />`;
}

function Picker({ how, shown, contactNumbers }) {
  const [typed, type] = useState("");
  const [at, point] = useState(0);
  const [keepPlace, setKeepPlace] = useState(true);
  const [ticket, setTicket] = useState(shown.ticket ?? "");
  const list = useRef();
  const id = useId();
  useEffect(() => void learnPeople(), []);
  const found = useMemo(() => targets(typed, how, contactNumbers), [typed, how, contactNumbers, people.value, operators.value, queues.value, centre.value]);
  const chosen = found[Math.min(at, found.length - 1)];
  const close = () => (picking.value = null);
  const go = async (target = chosen, way = how) => {
    if (!target) return;
    const more = ticket.trim() ? { ticket: ticket.trim() } : {};
    if (target.to.queue && !keepPlace) more.keep_place = false;
    if (await passOn(shown.id, way, target.to, more)) {
      toast(t(`asked_${way}`, { who: target.label }));
      close();
    }
  };
  const key = (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && found.length) {
      point((Math.min(at, found.length - 1) + move + found.length) % found.length);
      event.preventDefault();
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      go();
    }
  };
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at, typed]);
  const queue = chosen?.to.queue;
  return html`<${Dialog} title=${t(how === "consult" ? "consult" : "transfer")} onClose=${close}>
    <div class="picker">
      <label for=${`${id}-q`} class="visually-hidden">${t("who")}</label>
      <input id=${`${id}-q`} type="search" autofocus autocomplete="off" spellcheck=${false} placeholder=${t("whoHint")} role="combobox" aria-expanded="true" aria-controls=${`${id}-list`}
        aria-activedescendant=${chosen ? `${id}-${chosen.id}` : undefined} value=${typed} onInput=${(event) => { type(event.target.value); point(0); }} onKeyDown=${key} />
      <div class="found" ref=${list} id=${`${id}-list`} role="listbox" aria-label=${t("who")} tabindex="-1">
        ${groups(found).map(([kind, some]) => html`<div key=${kind} role="group" aria-label=${t(kind)}>
          <p class="found-kind" aria-hidden="true">${t(kind)}</p>
          ${some.map((one) => html`<div key=${one.id} id=${`${id}-${one.id}`} role="option" aria-selected=${one === chosen ? "true" : "false"} class="found-one"
            onClick=${() => point(found.indexOf(one))} onDblClick=${() => go(one)}>
            <span class=${`dot ${one.tone ?? "plain"}`} aria-hidden="true"></span><span class="grow">${one.label}<small class="muted">${one.hint}</small></span></div>`)}
        </div>`)}
      </div>
      ${found.length ? null : html`<p class="muted nothing" role="status">${t("nothingFound")}</p>`}
      ${queue ? html`<label class="choice"><input type="checkbox" checked=${keepPlace} onChange=${(event) => setKeepPlace(event.target.checked)} /> ${t("keepPlace")}</label>` : null}
      <${Field} label=${t("reference")} hint=${t("referenceHint")} maxlength="64" value=${ticket} onInput=${(event) => setTicket(event.target.value)} />
      <div class="row picker-end">
        <span class="grow"></span>
        ${how === "consult" ? html`<button type="button" disabled=${!chosen || asking.value !== null} onClick=${() => go(chosen, "transfer")}>${t("transferNow")}</button>`
          : html`<button type="button" disabled=${!chosen || queue || asking.value !== null} onClick=${() => go(chosen, "consult")}>${t("consultFirst")}</button>`}
        <button type="button" class="primary" disabled=${!chosen || asking.value !== null} onClick=${() => go()}>${t(how)}</button>
      </div>
    </div>
  <//>`;
}

function groups(found) {
  const by = new Map();
  for (const one of found) by.set(one.kind, [...(by.get(one.kind) ?? []), one]);
  return [...by];
}
