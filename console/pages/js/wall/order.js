// In which order do rows stand that change all the time? Pure. One looks for a row where it was, and a hand is quicker than a glance.

/** How long (ms) an order holds at least, and how long after the last touch nothing changes its place. */
export const TURN_MS = 2000;
export const HELD_MS = 5000;

/** The order until the next turn: what is left of the ``last``, and at the end what is new, as it is ``wanted``. */
export function kept(last, wanted) {
  const [now, before] = [new Set(wanted), new Set(last)];
  return [...last.filter((one) => now.has(one)), ...wanted.filter((one) => !before.has(one))];
}

/** Decides again and again: ``next(wanted, key, round, held)`` is the order now. Another key (other filters, another sort) counts at
 * once; another round only while nobody holds the list. */
export function calmOrder() {
  let [order, key, round] = [[], null, null];
  return (wanted, nextKey, nextRound, held) => {
    const sorts = nextKey !== key || (nextRound !== round && !held);
    order = sorts ? wanted : kept(order, wanted);
    if (sorts) [key, round] = [nextKey, nextRound];
    return order;
  };
}
