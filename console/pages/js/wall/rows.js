// What must be drawn again? One signal a subject: a row that reads its own is drawn when that one changes, and no other row is.
import { computed, effect, signal } from "../html.js";

/** A function key => signal of the newest value in ``source`` (a signal of a Map), undefined for what is not there. */
export function rowsOf(source) {
  const rows = new Map();
  const row = (key) => {
    if (!rows.has(key)) rows.set(key, signal(source.peek().get(key)));
    return rows.get(key);
  };
  effect(() => {
    const now = source.value;
    for (const [key, value] of now) row(key).value = value;
    for (const [key, one] of rows) {
      if (!now.has(key)) {
        one.value = undefined;
        rows.delete(key);
      }
    }
  });
  return row;
}

/** A computed list that stays the same array while it has the same items: who shows it is not drawn again for nothing. */
export function listOf(make) {
  let last = [];
  return computed(() => {
    const next = make();
    if (next.length !== last.length || next.some((item, at) => item !== last[at])) last = next;
    return last;
  });
}
