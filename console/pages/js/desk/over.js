// Which dialog stands over the desk? It stays, with what is written in it, whatever becomes of the call for which it was opened.
import { html, signal, useEffect } from "../html.js";

/** A function that gives the dialog; null: there is none. */
export const over = signal(null);
export const closeOver = () => (over.value = null);

export function Over() {
  useEffect(() => closeOver, []);
  return html`${over.value?.()}`;
}
