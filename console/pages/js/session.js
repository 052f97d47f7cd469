// Who is signed in, and what is the centre called? One place for both; me.value is null for nobody.
import { signal, computed, effect } from "@preact/signals";
import { get, keepToken, post, token } from "./api.js";
import { begin, end } from "./live.js";

export const me = signal(null);
export const centre = signal(null);
export const unknown = signal(false);

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
      me.value = await get("me");
      begin();
      centre.value = await get("centre").catch(() => null);
      return;
    } catch (error) {
      if (error.status === 401) return;
      unknown.value = true; // nobody answers: try on
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

effect(() => {
  if (token.value) recognise();
  else {
    me.value = null;
    end();
  }
});
