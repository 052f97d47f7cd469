// When is that in a time zone, by its own clock? With 24 hours in every language, and through both nights in which a clock is put on or back.
const kept = new Map();

/** Formats are dear to make: one for each language, zone and choice of fields. ``zone`` undefined: the reader's own. */
export function inZone(at, language, zone, options) {
  const key = JSON.stringify([language, zone, options]);
  let format = kept.get(key);
  if (!format) kept.set(key, (format = new Intl.DateTimeFormat(language, { ...options, hourCycle: "h23", timeZone: zone })));
  return format.format(at);
}

/** By how many milliseconds the zone's clock is before UTC at that time. */
export function offsetMs(at, zone) {
  const [date, time] = inZone(at, "sv-SE", zone, { dateStyle: "short", timeStyle: "medium" }).split(" ");
  return Date.parse(`${date}T${time}Z`) - Math.floor(at / 1000) * 1000;
}

/** The milliseconds of what the zone's clock shows ("2026-03-29T02:30", "2026-03-29"). What it shows twice is the first time; what it
 *  never shows is as long after the last hour that it did. */
export function atOf(shown, zone) {
  const as = Date.parse(shown.length === 10 ? `${shown}T00:00Z` : `${shown}Z`);
  const [earlier, later] = [offsetMs(as - 86_400_000, zone), offsetMs(as + 86_400_000, zone)];
  const first = as - earlier;
  return offsetMs(first, zone) === earlier || offsetMs(as - later, zone) !== later ? first : as - later;
}

/** What the zone's clock shows, as an <input type="datetime-local"> takes it. */
export const shownAt = (at, zone) => new Date(at + offsetMs(at, zone)).toISOString().slice(0, 16);
/** The date there, YYYY-MM-DD. */
export const dateAt = (at, zone) => shownAt(at, zone).slice(0, 10);
/** The date so many days later. */
export const plusDays = (date, days) => new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
