// What language is the page in, and how is a text said in it? Each part brings its own texts: const t = texts({es: {...}, en: {...}}).
import { signal, effect } from "@preact/signals";

export const LANGUAGES = { es: "Español", en: "English" };
const KEY = "centralita.language";

function first() {
  const kept = localStorage.getItem(KEY);
  if (kept in LANGUAGES) return kept;
  return (navigator.language || "es").startsWith("en") ? "en" : "es";
}

export const language = signal(first());

effect(() => {
  document.documentElement.lang = language.value;
  localStorage.setItem(KEY, language.value);
});

/** A function (key, values) => text; {name} in a text is replaced. A text may be a function of the values. */
export function texts(dictionary) {
  return (key, values = {}) => {
    const found = dictionary[language.value]?.[key] ?? dictionary.es[key];
    if (found === undefined) return key;
    if (typeof found === "function") return found(values);
    return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
}

/** One of {es, en} (or a plain text) that came from the centre. */
export function said(text) {
  if (text === null || text === undefined) return "";
  return typeof text === "object" ? (text[language.value] ?? text.es ?? Object.values(text)[0] ?? "") : String(text);
}

export const number = (value, digits = 0) =>
  value === null || value === undefined
    ? "–"
    : value.toLocaleString(language.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share, digits = 0) =>
  share === null || share === undefined ? "–" : `${number(share * 100, digits)} %`;

/** Seconds as 0:07, 12:34 or 1:02:03. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
