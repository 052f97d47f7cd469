// The wallboard on a wall: figures that are read from six metres, and nothing to press. Escape leaves.
import { html, useEffect } from "../html.js";
import { duration, number, percent, said } from "../lang.js";
import { now, operators, since, stale } from "../live.js";
import { go } from "../router.js";
import { centre } from "../session.js";
import { bare } from "../shell.js";
import { inWords } from "./bell.js";
import { Icon } from "./icons.js";
import { abandonment, goalOf, operatorRow, pauseName, queueNames, queueRow, queueTitle, STATES, stateName, t } from "./model.js";
import { listOf } from "./rows.js";
import { slots } from "./slots.js";
import { alarms, levelsOf, tooLongAfter } from "./watch.js";
import { minute } from "../times.js";

const TURNS_EVERY_S = 12;
const A_PAGE = 12;
const TILES = 6;

const working = listOf(() => [...operators.value.values()].filter((one) => one.state !== "logged_out")
  .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.since.localeCompare(b.since)).map((one) => one.code));

/** Which part of a list is shown now, and of how many. */
function turning(list, size) {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const at = Math.floor(now.value / 1000 / TURNS_EVERY_S) % pages;
  return { shown: list.slice(at * size, (at + 1) * size), at, pages };
}

export function FullWall() {
  useEffect(() => {
    bare.value = true;
    const lock = keepAwake();
    const leave = () => {
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
      go("/wall");
    };
    const key = (event) => event.key === "Escape" && leave();
    const left = () => !document.fullscreenElement && go("/wall");
    document.addEventListener("keydown", key);
    document.addEventListener("fullscreenchange", left);
    return () => {
      bare.value = false;
      lock();
      document.removeEventListener("keydown", key);
      document.removeEventListener("fullscreenchange", left);
    };
  }, []);
  const tiles = turning(queueNames.value, TILES);
  return html`<div class=${stale.value ? "full-wall stale" : "full-wall"} data-stale=${stale.value}>
    <header><h1>${said(centre.value?.name) || "Centralita"}</h1><${Clock} /></header>
    <${Shouted} />
    <section class=${`tiles of-${tiles.shown.length}`} aria-label=${t("queues")}>${tiles.shown.map((name) => html`<${Tile} key=${name} name=${name} />`)}</section>
    <${People} />
    ${slots.full.length ? html`<section class="beside">${slots.full.map(({ id, component: Slot }) => html`<${Slot} key=${id} />`)}</section>` : null}
  </div>`;
}

const Clock = () => html`<time class="number">${minute(now.value)}</time>`;

function Shouted() {
  const list = alarms.value.slice(0, 3);
  return html`<p class=${list.length ? "shouted" : "shouted calm"} role="status">${list.map((one) => html`<span key=${one.id}><${Icon} name="alarm" /> ${inWords(one)}</span>`)}</p>`;
}

function Tile({ name }) {
  const one = queueRow(name).value;
  if (!one) return null;
  const level = levelsOf("queue", name);
  const { goal } = goalOf(name);
  const bad = Object.values(level).length > 0;
  return html`<article class=${`tile ${bad ? "alarm" : ""} ${one.closed ? "closed" : ""}`} data-queue=${name}>
    <h2>${queueTitle(name)} ${one.closed ? html`<span class="badge plain">${t("closed")}</span>` : null}</h2>
    <div class="big"><p class=${level.waiting || level.nobody_ready ? "alarm" : one.waiting ? "" : "zero"}><strong class="number" data-figure="waiting">${number(one.waiting)}</strong><span>${t("waiting")}</span></p>
      <p class=${level.longest_wait ? "alarm" : one.waiting ? "" : "zero"}><strong class="number">${one.waiting ? duration(one.longest_wait_s) : "–"}</strong><span>${t("longest")}</span></p>
      <p class=${one.sl2 !== null && one.sl2 < goal ? "below" : ""}><strong class="number">${percent(one.sl2)}</strong><span>SL2 · ${t("goal", { goal: percent(goal) })}</span></p></div>
    <p class="less number">${t("answered")} <b>${number(one.answered)}</b> · ${t("abandonment")} <b class=${level.abandonment ? "alarm" : ""}>${percent(abandonment(one), 1)}</b> · ${t("ready")} <b>${number(one.ready)}</b></p>
  </article>`;
}

function People() {
  const list = working.value;
  const { shown, at, pages } = turning(list, A_PAGE);
  return html`<section class="people" aria-label=${t("operators")}>
    ${list.length ? shown.map((code) => html`<${Person} key=${code} code=${code} />`) : html`<p class="muted">${t("nobodyWorking")}</p>`}
    ${pages > 1 ? html`<p class="pages muted number">${t("page", { n: at + 1, of: pages })}</p>` : null}
  </section>`;
}

function Person({ code }) {
  const one = operatorRow(code).value;
  if (!one) return null;
  const limit = tooLongAfter(one);
  const late = limit !== null && since(one.since) > limit;
  const away = one.phone === "unreachable";
  return html`<div class=${`person ${one.state} ${late ? "late" : ""} ${away ? "away" : ""}`}>
    <span class="who">${one.name}</span><span class="what">${away ? t("unreachable") : one.state === "paused" ? pauseName(one.reason) || stateName(one.state) : stateName(one.state)}</span>
    <span class="number time">${duration(since(one.since))}</span></div>`;
}

/** Ask the screen to stay on while this is shown; a browser may refuse, and lets go when the page is hidden. */
function keepAwake() {
  let over = false;
  let held = null;
  const take = async () => {
    if (over || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    try {
      held = await navigator.wakeLock.request("screen");
      if (over) held.release();
    } catch {
      held = null; // the machine saves power, or the page is hidden: asked again when it is seen
    }
  };
  take();
  document.addEventListener("visibilitychange", take);
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", take);
    held?.release();
  };
}
