// How does a coordinator have a person forgotten? By writing the name once more; what is left is a certificate.
import { post } from "../../api.js";
import { html, useState } from "../../html.js";
import { go } from "../../router.js";
import { Dialog, Field, Problem, words } from "../../ui.js";
import { forgetFound } from "./search.js";
import { download, named, t } from "./words.js";

export function Erase({ contact, onClose }) {
  const [typed, setTyped] = useState("");
  const [calls, setCalls] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [notes, setNotes] = useState([]);
  const [done, setDone] = useState(null);
  const name = contact.name || contact.numbers[0].number;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

  const erase = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (calls) setNotes(await eraseCalls(contact.numbers));
      setDone(await post(`contacts/${contact.id}/erase`, { confirm: typed }));
      forgetFound();
    } catch (refused) {
      setError(refused);
    }
    setBusy(false);
  };
  if (done) {
    return html`<${Dialog} title=${t("eraseTitle")} onClose=${() => go("/contacts", { replace: true })}>
      <p role="status">${done.state === "done" ? t("erased") : t("erasing", { places: done.waiting_for.join(", ") })}</p>
      ${done.certificate ? html`<p>${t("removed", { count: JSON.parse(done.certificate).removed })}</p>` : null}
      ${notes.map((text) => html`<p key=${text} class="problem">${text}</p>`)}
      <div class="row">
        ${done.certificate ? html`<button type="button" onClick=${() => download(new Response(JSON.stringify(done, null, 1)), `erasure-${done.id}.json`)}>${t("certificate")}</button>` : null}
        <button type="button" class="primary" onClick=${() => go("/contacts", { replace: true })}>${t("toSearch")}</button>
      </div>
    <//>`;
  }
  return html`<${Dialog} title=${t("eraseTitle")} onClose=${onClose}>
    <form onSubmit=${erase}>
      <p>${t("eraseHelp")}</p>
      ${contact.numbers.length ? html`<p><label class="contact-check"><input type="checkbox" checked=${calls} onChange=${(event) => setCalls(event.target.checked)} /> ${t("eraseCalls")}</label></p>` : null}
      <${Field} label=${t("confirm", { name })} value=${typed} onInput=${(event) => setTyped(event.target.value)} autocomplete="off" required autofocus />
      ${error ? html`<${Problem} error=${error} />` : null}
      <div class="row"><button class="danger" disabled=${busy || plain(typed) !== plain(name)}>${t("doErase")}</button><button type="button" onClick=${onClose}>${t("cancel")}</button></div>
    </form>
  <//>`;
}

/** As what carriers may have sent a number, under each of which the engine would know it as another one's. */
function spellings({ number, shown }) {
  const digits = number.replace(/^\+/, "");
  const national = shown.slice(shown.indexOf(" ")).replace(/\D/g, "");
  return [...new Set([number, digits, `00${digits}`, national])];
}

/** What the engine has of these numbers; what could not be asked of it, in words. */
async function eraseCalls(numbers) {
  const failed = [];
  for (const one of numbers) {
    try {
      for (const number of spellings(one)) await post("erasures", { number });
    } catch (refused) {
      failed.push(t("callsFailed", { number: one.shown, why: words(refused) }));
    }
  }
  return failed;
}
