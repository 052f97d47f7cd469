// Which kind of phone has whoever is signed in? Small, for every page needs it; the phone itself is loaded only where it is in the browser.
import { effect, signal } from "@preact/signals";
import { get } from "../api.js";
import { me } from "../session.js";

const AGAIN_MS = 5000;
/** "browser", "sip", or null: not known yet, or no phone at all. */
export const phoneKind = signal(null);

async function learn(code) {
  while (me.peek()?.code === code) {
    try {
      phoneKind.value = (await get("me/phone")).kind;
      return;
    } catch (error) {
      if (error.status >= 400 && error.status < 500) return; // an administrator's account has none
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

effect(() => {
  const code = me.value?.code;
  phoneKind.value = null;
  if (code) learn(code);
});
