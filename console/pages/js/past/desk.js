// Beside the call: what its caller wanted before. For the operator's desk.
import { html } from "../html.js";
import { t } from "../lang/past.js";
import { PastCalls } from "./list.js";

export const DeskPast = ({ call }) => html`<section class="card past"><h2>${t("title")}</h2><${PastCalls} path=${`calls/${encodeURIComponent(call.id)}/past`} changed=${call.operator} none=${t("none")} call=${call.id} /></section>`;
