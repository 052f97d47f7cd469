// How is a figure said? Its value by its unit; names of groups; how something ended.
import { duration, language, number, percent, texts } from "../lang.js";
import { callEn, callEs } from "../lang/call.js";
import { figuresEn, figuresEs } from "../lang/figures.js";
import { inZone } from "../zone.js";

export const t = texts({ es: figuresEs, en: figuresEn });

/** A value of a figure: calls as they are, seconds as a duration, shares in percent with one digit. */
export const shown = (definition, value) =>
  value === null || value === undefined ? "–" : definition.unit === "share" ? percent(value, 1) : definition.unit === "seconds" ? duration(value) : number(value);

const DATES = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
const dateOf = (date) => inZone(Date.parse(`${date}T12:00Z`), language.value, "UTC", DATES);

/** What a group is called: its name in the language; days and hours as people say them. */
export function groupName(dimension, value, name, oneDay = false) {
  if (dimension === "day") return dateOf(value);
  if (dimension === "hour") return oneDay ? value.slice(11, 16) : `${dateOf(value.slice(0, 10))}, ${value.slice(11, 16)}`;
  return dimension === "hour_of_day" ? `${value}:00–${value}:59` : name;
}

const ofCalls = texts({ es: callEs, en: callEn });
/** Why a call ended, in words. */
export const endOf = (reason) => {
  const said = reason ? ofCalls(`end_${reason}`) : "";
  return said === `end_${reason}` ? reason : said;
};

/** How it ended, in words; what has none is said as it is. */
export const outcome = (word) => {
  if (!word) return "";
  const said = t(`out_${word}`);
  return said === `out_${word}` ? word : said;
};
