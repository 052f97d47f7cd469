// Which dialog stands over the desk? It is of the call for which it was opened, whatever becomes of that one, and what is written in it is
// not lost: when another call comes it is put aside, so that nothing hides the caller, and gone on with when there is time.
import { html, signal, useEffect, useRef, useState } from "../html.js";
import { t } from "../lang/desk.js";
import { callId } from "./now.js";

/** {call, dialog}: the id of the call, and a function that gives the dialog; null: there is none. */
export const over = signal(null);
export const closeOver = () => (over.value = null);

export function Over() {
  const root = useRef();
  const [aside, put] = useState(false);
  const one = over.value;
  useEffect(() => closeOver, []);
  useEffect(() => put(Boolean(one && callId.value && callId.value !== one.call)), [one, callId.value]);
  useEffect(() => {
    const dialog = root.current?.querySelector("dialog");
    if (aside) dialog?.close();
    else if (dialog && !dialog.open) dialog.showModal();
  }, [aside]);
  if (!one) return null;
  return html`${aside ? html`<div class="card row aside"><span class="grow">${t("aside")}</span><button type="button" onClick=${() => put(false)}>${t("goOnWriting")}</button></div>` : null}
    <div ref=${root}>${one.dialog()}</div>`;
}
