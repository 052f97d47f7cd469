// What is there to note of a call? One's own few words, kept as one leaves the field; and what others have noted.
import { html, useEffect, useRef, useState } from "../html.js";
import { get, put } from "../api.js";
import { personTitle } from "../desk/names.js";
import { t } from "../lang/past.js";
import { may, me } from "../session.js";
import { styleSheet } from "../sheet.js";
import { Field, toast, words } from "../ui.js";
import { learnPeople } from "../people.js";

styleSheet("/css/past.css");
const LONGEST = 1000;
const address = (id, what) => `calls/${encodeURIComponent(id)}/${what}`;
const draftKey = (id) => `centralita.note.${id}`;
const mineAmong = (items) => items.find((one) => one.by === me.value?.code)?.text ?? "";

const AGAIN_MS = [1000, 2000, 4000, 8000];
const TRY_ON = (error) => error.status === 0 || error.status === 429 || error.status >= 500;
const keeping = new Map();

/** Have this noted of the call id: one request after the other, the newest words last, tried until they are kept. Gives all notes of it. */
function keepNote(id, text) {
  const now = keeping.get(id);
  if (now) now.text = text;
  else {
    const one = { text };
    keeping.set(id, one);
    one.done = kept(id, one).finally(() => keeping.delete(id));
  }
  return keeping.get(id).done;
}

async function kept(id, one) {
  for (let failures = 0; ; ) {
    const { text } = one;
    try {
      const { items } = await put(address(id, "note"), { text }, { keepalive: true });
      failures = 0;
      if (one.text !== text) continue;
      if (sessionStorage.getItem(draftKey(id)) === text) sessionStorage.removeItem(draftKey(id));
      return items;
    } catch (error) {
      if (!TRY_ON(error)) throw error;
      if (!failures) toast(t("notYet"), "bad");
      await new Promise((done) => setTimeout(done, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]));
    }
  }
}

/** One's own note of the call id; onKept is given all notes of it. What is written and not kept yet outlives the page. */
export function OwnNote({ id, onKept }) {
  const [text, write] = useState(() => sessionStorage.getItem(draftKey(id)) ?? "");
  const [kept, keep] = useState(null);
  const newest = useRef({});
  newest.current = { text, kept };
  useEffect(() => {
    get(address(id, "notes")).then(({ items }) => {
      keep(mineAmong(items));
      if (sessionStorage.getItem(draftKey(id)) === null) write(mineAmong(items));
    }, () => keep(""));
  }, [id]);
  const save = async () => {
    const { text: now, kept: before } = newest.current;
    if (before === null ? sessionStorage.getItem(draftKey(id)) === null : now.trim() === before) return;
    try {
      const items = await keepNote(id, now);
      keep(mineAmong(items));
      onKept?.(items);
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  useEffect(() => {
    const hide = () => document.visibilityState === "hidden" && save();
    document.addEventListener("visibilitychange", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      save(); // a wrap-up that is over keeps what was written until then
    };
  }, [id]);
  const typed = (event) => {
    write(event.target.value);
    sessionStorage.setItem(draftKey(id), event.target.value);
  };
  const isKept = kept !== null && text.trim() === kept;
  return html`<form class="own-note" onSubmit=${(event) => { event.preventDefault(); save(); }}>
    <${Field} as="textarea" label=${t("note")} hint=${t("noteHint")} rows="2" maxlength=${LONGEST} value=${text} onInput=${typed} onBlur=${save} />
    <p class="row"><button class="small" disabled=${isKept || kept === null}>${t("save")}</button><span class="muted small" role="status">${isKept && text ? t("saved") : ""}</span></p></form>`;
}

/** On a call's page: what was noted of it, and, while it is still shown, a note of one's own. */
export function CallNotes({ id, call }) {
  const [items, show] = useState(null);
  useEffect(() => void learnPeople(), []);
  useEffect(() => {
    get(address(id, "notes")).then((found) => show(found.items), () => show([]));
  }, [id, call?.stage]);
  if (!items) return html`<p class="muted" aria-busy="true">…</p>`;
  const writes = call && may("note_outcomes");
  return html`<div class="past">${items.length ? items.map((one) => html`<blockquote key=${one.by}><p>${one.text}</p><footer class="muted small">${personTitle(one.by)}</footer></blockquote>`) : html`<p class="muted">${t("noNotes")}</p>`}
    ${writes ? html`<${OwnNote} key=${id} id=${id} onKept=${show} />` : null}</div>`;
}
