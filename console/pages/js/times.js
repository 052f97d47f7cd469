// When is that? By the centre's clock, wherever the reader is: what one page says, no other page and no figure must contradict.
import { language } from "./lang.js";
import { serverNow } from "./live.js";
import { centre } from "./session.js";
import { atOf, dateAt, inZone, offsetMs, plusDays, shownAt } from "./zone.js";

/** The centre's time zone; undefined, which is the reader's own, until the centre has said it. */
export const zone = () => centre.value?.time_zone;

const said = (iso, options) => (iso ? inZone(typeof iso === "number" ? iso : Date.parse(iso), language.value, zone(), options) : "–");
const TIME = { hour: "2-digit", minute: "2-digit" };

/** Each of an ISO time or of milliseconds; "–" of none. 14:02:31; 14:02; a date; a date and 14:02. */
export const clock = (iso) => said(iso, { ...TIME, second: "2-digit" });
export const minute = (iso) => said(iso, TIME);
export const day = (iso, options = { dateStyle: "medium" }) => said(iso, options);
export const moment = (iso, dateStyle = "medium") => said(iso, { dateStyle, timeStyle: "short" });

/** The centre's date so many days ago, YYYY-MM-DD. */
export const dateAgo = (days) => plusDays(dateAt(serverNow(), zone()), -days);
/** ISO time at which a date (YYYY-MM-DD) begins in the centre, or the one so many days later. */
export const dayBegins = (date, later = 0) => new Date(atOf(plusDays(date, later), zone())).toISOString();

/** Of an ISO time, what an <input type="datetime-local"> takes; and back. */
export const asLocal = (iso) => (iso ? shownAt(Date.parse(iso), zone()) : "");
export const fromLocal = (text) => (text ? new Date(atOf(text, zone())).toISOString() : null);

/** Whether the reader's own clock shows another time than the centre's now. */
export const elsewhere = () => zone() !== undefined && offsetMs(serverNow(), zone()) !== offsetMs(serverNow(), undefined);
