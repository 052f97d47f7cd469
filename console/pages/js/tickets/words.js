// How is a ticket said in a few words? States, priorities, people and times, the same on every page.
import { html } from "../html.js";
import { t } from "../lang/tickets.js";
import { personTitle } from "../desk/names.js";
import { toast, words } from "../ui.js";
import { day } from "../times.js";

const TONES = { open: "warn", passed: "warn", reopened: "warn", in_progress: "info", waiting: "plain", resolved: "good", closed: "plain" };
export const State = ({ state }) => html`<span class=${`badge ${TONES[state]}`}>${t(`state_${state}`)}</span>`;
export const Priority = ({ value }) => html`<span class=${`badge ${{ 1: "bad", 2: "warn" }[value] ?? "plain"}`}>${t(`priority_${value}`)}</span>`;
export const who = (code) => (code === "system" ? t("systemName") : code ? personTitle(code) : t("nobody"));
export const Due = ({ one }) => (one.due ? html`<span class="number">${day(one.due)}</span>${one.overdue ? html` <span class="badge bad">${t("overdue")}</span>` : null}` : html`<span class="muted">–</span>`);

/** Do it, and say in this part's words what went wrong. Gives the result, or undefined. */
export async function attempted(doing) {
  try {
    return await doing();
  } catch (error) {
    const own = t(error.code ?? "");
    toast(own !== (error.code ?? "") ? own : words(error), "bad");
    return undefined;
  }
}

