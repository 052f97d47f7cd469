// What must be drawn again? One signal a subject: a row that reads its own is drawn when that one changes, and no other row is.
import { computed, effect, signal } from "../html.js";
import { calmOrder, HELD_MS, TURN_MS } from "./order.js";

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

const round = signal(0);
setInterval(() => round.value++, TURN_MS);

/** A computed list of keys that change places once a round (see order.js). keyOf: what is sorted by and filtered. Beside it handlers for
 * whatever shows the list: while somebody is at it with a hand, no row moves. */
export function calmList(make, keyOf) {
  const [wanted, next] = [listOf(make), calmOrder()];
  let heldUntil = 0;
  const hold = () => void (heldUntil = performance.now() + HELD_MS);
  const list = listOf(() => next(wanted.value, keyOf(), round.value, performance.now() < heldUntil));
  return { list, hands: { onPointerMove: hold, onPointerDown: hold, onKeyDown: hold, onPointerLeave: () => void (heldUntil = 0) } };
}
