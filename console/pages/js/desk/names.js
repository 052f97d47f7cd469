// What are queues, pauses, outcomes and people called? As the centre says; a code is shown where it says nothing.
import { said } from "../lang.js";
import { operators } from "../live.js";
import { person } from "../people.js";
import { centre } from "../session.js";
import { t } from "../lang/desk.js";

const plain = (code) => {
  const text = String(code ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const queueRules = (name) => centre.value?.queues?.find((one) => one.name === name) ?? null;
export const queueTitle = (name) => (name ? said(queueRules(name)?.titles) || plain(name) : "");
export const outcomeTitle = plain;

export const pauses = () => centre.value?.pauses ?? [];
const ENGINES = new Set(["missed", "rejected", "busy"]);
export const pauseTitle = (code) => {
  if (!code) return "";
  if (ENGINES.has(code)) return t(`reason_${code}`);
  return said(pauses().find((one) => one.code === code)?.names) || plain(code);
};

/** "1010 Rubén Aguilar Peña", or the code or number alone. */
export const personTitle = (code) => {
  const name = person(code)?.name ?? operators.value.get(code)?.name;
  return name ? `${name} (${code})` : String(code ?? "");
};
