// Who is there, and in which teams? Asked for by the first page that wants to know, and again when the controller leads with other files.
import { get } from "./api.js";
import { computed, effect, signal } from "./html.js";
import { files } from "./session.js";

/** Everybody with an account: {code, name, role, queues, team}; and the centre's teams: {id, names, operators, leaders}. Empty until told. */
export const people = signal([]);
export const teams = signal([]);
const byCode = computed(() => new Map(people.value.map((one) => [one.code, one])));
export const person = (code) => byCode.value.get(code);

let asking = null;

/** Ends when there is an answer; without one, whoever wants to know next asks again. */
export function learnPeople() {
  asking ??= Promise.all([told("people", people), told("teams", teams)]).then((all) => {
    if (!all.every(Boolean)) asking = null;
  });
  return asking;
}

/** Whether that is known now. What may not be seen is known to be nothing. */
async function told(what, into) {
  try {
    into.value = (await get(what)).items;
    return true;
  } catch (error) {
    return error.status === 403;
  }
}

effect(() => {
  if (!files.value || !asking) return;
  asking = null;
  learnPeople();
});
