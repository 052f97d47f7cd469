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
    if (before === null || now.trim() === before) return;
    try {
      const { items } = await put(address(id, "note"), { text: now });
      sessionStorage.removeItem(draftKey(id));
      keep(mineAmong(items));
      onKept?.(items);
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  useEffect(() => () => void save(), [id]); // a wrap-up that is over keeps what was written until then
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
