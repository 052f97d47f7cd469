// What do other parts add to the supervisor's pages? Components by place, each {id, component, title: {es, en}}; a part adds its own when
// it is loaded: slots.full.push({id: "day-curve", component: DayCurve}).
export const slots = {
  /** In a queue's row, beside its operators; given {queue}. */
  queue: [],
  /** Below the tables of the wallboard; given {queue} ("" for all). */
  below: [],
  /** Beside the tiles of a full-screen wall; given nothing. */
  full: [],
  /** On a call's page, below its story; given {id, call, recordings}; call is null for one that is no longer shown. */
  call: [],
  /** In the panel of an operator or a queue; given {operator} or {queue, what}. */
  panel: [],
};
