// What number calls? The whole one while the call is this operator's, asked for once a call; masked where it may not be known.
import { computed, effect, signal } from "../html.js";
import { get } from "../api.js";
import { t } from "../lang/desk.js";
import { may } from "../session.js";
import { shownCall } from "./now.js";

/** Numbers by call; null: it cannot be known. Never kept beyond this page. */
const numbers = signal(new Map());
const AGAIN_MS = 2000;
const shownId = computed(() => shownCall.value?.id ?? null);

async function ask(id) {
  const put = (number) => (numbers.value = new Map([...numbers.peek()].slice(-20)).set(id, number));
  for (put(undefined); shownId.peek() === id; await new Promise((done) => setTimeout(done, AGAIN_MS))) {
    try {
      return put((await get(`calls/${encodeURIComponent(id)}/caller`)).number);
    } catch (error) {
      if ([403, 404].includes(error.status)) return put(null);
    }
  }
  return put(null);
}
effect(() => {
  const id = shownId.value;
  if (id && may("see_numbers") && !numbers.peek().has(id)) ask(id);
});

/** The whole number of a call; null when it is not known, undefined while it is being asked for. */
export const numberOf = (call) => numbers.value.get(call?.id);

const grouped = (number) => (/^\d{9}$/.test(number) ? number.replace(/(\d{3})(?=\d)/g, "$1 ") : number);
/** As people read it. */
export const callerOf = (call) => {
  const number = numberOf(call) ?? call.caller;
  return number ? grouped(number) : t("hiddenNumber");
};
