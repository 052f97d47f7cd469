// Who is signed in, and what is the centre called? One place for both; me.value is null for nobody.
import { signal, computed, effect } from "@preact/signals";
import { get, keepToken, post, token } from "./api.js";
import { begin, controller, end } from "./live.js";

export const me = signal(null);
export const centre = signal(null);
export const unknown = signal(false);
/** Which of the centre's files its controller leads with; null until that is told. With another one, ask anew for what was read of them. */
export const files = signal(null);
effect(() => {
  if (controller.value.centre) files.value = controller.value.centre;
});

export const ROLES = ["operator", "team_leader", "supervisor", "coordinator", "administrator"];
export const role = computed(() => me.value?.role ?? null);
/** Whether who is signed in may do something that /api/v1/me lists. */
export const may = (permission) => me.value?.permissions?.includes(permission) ?? false;

export async function signIn(code, secret) {
  const said = await post("login", { code, secret });
  keepToken(said.token);
}

export async function signOut() {
  try {
    await post("logout");
  } finally {
    keepToken(null);
  }
}

async function recognise() {
  unknown.value = false;
  for (let pause = 500; token.value; pause = Math.min(pause * 2, 5000)) {
    try {
      const whose = token.value;
      const self = await get("me");
      if (token.value !== whose) return; // who signed out meanwhile, and whoever came then, is not that person
      me.value = self;
      begin();
      return;
    } catch (error) {
      if (error.status === 401) return;
      unknown.value = true; // nobody answers: try on
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

let asked = 0;
/** What the centre is and, with other files than before, who is signed in there: asked until it is told. */
async function learnCentre(others) {
  const mine = asked;
  for (let pause = 500; token.value; pause = Math.min(pause * 2, 5000)) {
    try {
      const [found, self] = await Promise.all([get("centre").catch(refused), others ? get("me") : null]);
      if (mine !== asked) return;
      if (!centre.peek() || found?.version !== centre.peek().version) centre.value = found;
      if (others && JSON.stringify(self) !== JSON.stringify(me.peek())) me.value = self;
      return;
    } catch {
      await new Promise((done) => setTimeout(done, pause));
      if (mine !== asked) return;
    }
  }
}

function refused(error) {
  if (error.status === 403) return null;
  throw error;
}

const signedIn = computed(() => me.value !== null);
let before = null;
effect(() => {
  asked++; // what was asked for somebody who has signed out is not taken for whoever comes next
  if (signedIn.value) learnCentre(before !== null && files.value !== before);
  before = files.value;
});

effect(() => {
  if (token.value) recognise();
  else {
    me.value = null;
    end();
  }
});
