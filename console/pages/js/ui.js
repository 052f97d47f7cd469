// The small things of every page: messages, dialogs, fields, durations.
import { signal } from "@preact/signals";
import { html, useEffect, useId, useRef } from "./html.js";
import { texts, duration } from "./lang.js";
import { since } from "./live.js";

const t = texts({
  es: {
    close: "Cerrar", cancel: "Cancelar", ok: "Aceptar", required: "obligatorio",
    unreachable: "No hay conexión con el servidor.", too_many_requests: "Demasiadas peticiones; espere un momento.",
    database_away: "La base de datos no responde en este momento; no ha cambiado nada. Inténtelo de nuevo.",
    no_controller: "La centralita no responde en este momento; inténtelo de nuevo.", forbidden: "Su perfil no permite hacer esto.",
    too_many_groups: "Son demasiadas líneas para una tabla; elija menos días o agrupe menos.",
    loading: "Cargando…", nothing: "Nada que mostrar",
  },
  en: {
    close: "Close", cancel: "Cancel", ok: "OK", required: "required",
    unreachable: "The server cannot be reached.", too_many_requests: "Too many requests; wait a moment.",
    database_away: "The database cannot be reached at the moment; nothing was changed. Try again.",
    no_controller: "The telephone system does not answer at the moment; try again.", forbidden: "Your role may not do this.",
    too_many_groups: "These are too many lines for one table; choose fewer days, or group by less.",
    loading: "Loading…", nothing: "Nothing to show",
  },
});

// -- messages that pass ---------------------------------------------------------------------------------------------------

const shown = signal([]);
let count = 0;

/** Say something in a corner; kind: "info", "good" or "bad". A bad one stays longer. */
export function toast(text, kind = "info") {
  const one = { id: ++count, text, kind };
  shown.value = [...shown.value.slice(-3), one];
  setTimeout(() => (shown.value = shown.value.filter((other) => other !== one)), kind === "bad" ? 9000 : 4500);
}

const sayings = [];
/** Let a part say what it may be refused: own(error) gives the words, or nothing. */
export const saying = (own) => void sayings.push(own);

/** What a refusal means, for a person. */
export const words = (error) => {
  const known = t(error.code ?? "");
  return sayings.reduce((said, own) => said ?? own(error), undefined) ?? (known !== (error.code ?? "") ? known : error.message);
};

/** Do it, and say what went wrong. Gives the result, or undefined. */
export async function tried(doing) {
  try {
    return await doing();
  } catch (error) {
    toast(words(error), "bad");
    return undefined;
  }
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.value.map((one) => html`<div key=${one.id} class=${`toast ${one.kind}`}>${one.text}</div>`)}
  </div>`;
}

// -- dialogs ----------------------------------------------------------------------------------------------------------------

/** A modal dialog that is open while it is rendered. onClose: Escape, the cross, or a click beside it. */
export function Dialog({ title, onClose, children, wide = false }) {
  const ref = useRef();
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog ref=${ref} class=${wide ? "dialog wide" : "dialog"} aria-labelledby=${id}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}
    onClick=${(event) => event.target === ref.current && onClose()}>
    <header><h2 id=${id}>${title}</h2><button type="button" class="quiet icon" aria-label=${t("close")} onClick=${onClose}>✕</button></header>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}

// -- fields -----------------------------------------------------------------------------------------------------------------

/** A labelled input. error: said below it and to screen readers. as: "input", "select" or "textarea". */
export function Field({ label, hint, error, as = "input", children, required, ...rest }) {
  const id = useId();
  const describe = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const properties = { id, required, "aria-invalid": error ? "true" : undefined, "aria-describedby": describe || undefined, ...rest };
  const control = as === "select" ? html`<select ...${properties}>${children}</select>`
    : as === "textarea" ? html`<textarea ...${properties}></textarea>` : html`<input ...${properties} />`;
  return html`<div class="field">
    <label for=${id}>${label}${required ? html`<span class="required" title=${t("required")}> *</span>` : null}</label>
    ${control}
    ${hint ? html`<small id=${`${id}-hint`}>${hint}</small>` : null}
    ${error ? html`<small id=${`${id}-error`} class="error">${error}</small>` : null}
  </div>`;
}

// -- what is shown everywhere -----------------------------------------------------------------------------------------------

/** How long since an ISO time, ticking. */
export const Elapsed = ({ since: from }) => html`<span class="number">${duration(since(from))}</span>`;

export const Loading = () => html`<p class="muted" aria-busy="true">${t("loading")}</p>`;
export const Nothing = ({ children }) => html`<p class="muted nothing">${children ?? t("nothing")}</p>`;
export const Problem = ({ error }) => html`<p class="problem" role="alert">${words(error)}</p>`;
