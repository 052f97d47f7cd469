// Who is it? By name, number or the company's code; what was found stays while somebody looks at one of them.
import { post } from "../../api.js";
import { computed, effect, html, signal, useEffect, useRef, useState } from "../../html.js";
import { may, me } from "../../session.js";
import { Field, Nothing, Problem } from "../../ui.js";
import { Numbers, named, t } from "./words.js";

const NOTHING = { text: "", code: "" };
const asked = signal(NOTHING);
const found = signal(null);
/** What one has found is not the next one's to see, who signs in at the same desk. */
const whoever = computed(() => me.value?.code);
effect(() => {
  if (whoever.value === undefined) [asked.value, found.value] = [NOTHING, null];
});

/** What is typed means a number if it has three digits and nothing that is not written in numbers. */
const wanted = ({ text, code }) => {
  const isNumber = /^[\d\s+().\-/]*$/.test(text) && text.replace(/\D/g, "").length >= 3;
  return { [isNumber ? "number" : "name"]: text.trim(), external_id: code.trim() };
};

async function search(after = null) {
  const said = await post("contacts/search", { ...wanted(asked.value), limit: 50, ...(after ? { after } : {}) });
  found.value = { items: after ? [...found.value.items, ...said.items] : said.items, next: said.next };
}

/** A search that gives what was chosen to onChoose instead of leading to it. */
export function Search({ onChoose, except }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [marked, setMarked] = useState([]);
  const first = useRef();
  useEffect(() => first.current?.querySelector("input")?.focus(), []);
  const go = async (after) => {
    setBusy(true);
    setError(null);
    try {
      await search(after);
    } catch (refused) {
      setError(refused);
    }
    setBusy(false);
  };
  const submit = (event) => {
    event.preventDefault();
    setMarked([]);
    go();
  };
  const type = (name) => (event) => (asked.value = { ...asked.value, [name]: event.target.value });
  const items = (found.value?.items ?? []).filter((one) => one.id !== except);
  const marks = !onChoose && may("merge_contacts");
  const mark = (id) => setMarked((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-2)));
  return html`<div class="stack">
    ${onChoose ? null : html`<div class="row"><h1>${t("title")}</h1><span class="grow"></span>
      ${may("edit_contacts") ? html`<a class="button" href="/contacts/new">${t("new")}</a>` : null}
      ${may("import_contacts") ? html`<a class="button" href="/contacts/imports">${t("imports")}</a>` : null}
    </div>`}
    <form class="card contact-search" role="search" onSubmit=${submit} ref=${first}>
      <${Field} label=${t("by")} hint=${t("byHint")} name="text" value=${asked.value.text} onInput=${type("text")} autocomplete="off" maxlength="200" />
      <${Field} label=${t("code")} name="code" value=${asked.value.code} onInput=${type("code")} autocomplete="off" maxlength="100" />
      <button class="primary" disabled=${busy}>${t("search")}</button>
    </form>
    <div role="status" aria-live="polite" class="visually-hidden">${found.value ? `${t("found")}: ${items.length}` : ""}</div>
    ${error ? html`<${Problem} error=${error} />` : null}
    ${!found.value ? html`<${Nothing}>${t("ask")}<//>` : !items.length ? html`<${Nothing}>${t("none")}<//>` : html`<div class="card">
      ${marked.length === 2 ? html`<p><a class="button" href=${`/contacts/${marked[0]}/merge?with=${marked[1]}`}>${t("mergeChosen")}</a></p>` : null}
      <table class="contact-list" aria-label=${t("found")} aria-busy=${busy}>
        <thead><tr>${marks ? html`<th></th>` : null}<th scope="col">${t("name")}</th><th scope="col">${t("numbers")}</th><th scope="col">${t("email")}</th><th scope="col">${t("code")}</th></tr></thead>
        <tbody>${items.map((one) => html`<tr key=${one.id}>
          ${marks ? html`<td><input type="checkbox" aria-label=${t("choose", { name: named(one) })} checked=${marked.includes(one.id)} onChange=${() => mark(one.id)} /></td>` : null}
          <td class="contact-name">${onChoose ? html`<button type="button" class="small" onClick=${() => onChoose(one)}>${named(one)}</button>` : html`<a href=${`/contacts/${one.id}`}>${named(one)}</a>`}</td>
          <td><${Numbers} numbers=${one.numbers} /></td><td>${one.email}</td><td>${one.external_id}</td>
        </tr>`)}</tbody>
      </table>
      ${found.value.next ? html`<p><button type="button" disabled=${busy} onClick=${() => go(found.value.next)}>${t("more")}</button></p>` : null}
    </div>`}
  </div>`;
}

/** What stands in the list may be old now. */
export const forgetFound = () => (found.value = null);
