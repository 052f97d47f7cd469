// On a contact's card: its calls, as far as one may see them.
import { html } from "../html.js";
import { t } from "../lang/past.js";
import { PastCalls } from "./list.js";

export default ({ contact }) => html`<div class="past"><${PastCalls} path=${`contacts/${contact.id}/past`} changed=${contact.version} none=${t("noneYours")} /></div>`;
