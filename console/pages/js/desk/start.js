// Where does the working day begin? The queues are chosen, and the operator is ready; the last choice is remembered.
import { html, useState } from "../html.js";
import { me } from "../session.js";
import { t } from "../lang/desk.js";
import { asking, setState } from "./commands.js";
import { QueueFacts } from "./queues.js";
import { queueTitle } from "./names.js";
import { own } from "./now.js";

const key = () => `centralita.desk.queues.${me.value.code}`;
function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? "null");
    const there = Array.isArray(kept) ? own.value.filter((name) => kept.includes(name)) : [];
    return there.length ? there : own.value;
  } catch {
    return own.value;
  }
}

export function Start() {
  const [chosen, choose] = useState(remembered);
  const [missing, miss] = useState(false);
  const all = own.value;
  const toggle = (name, on) => {
    choose(all.filter((one) => (one === name ? on : chosen.includes(one))));
    miss(false);
  };
  const begin = (event) => {
    event.preventDefault();
    if (all.length && !chosen.length) return miss(true);
    if (chosen.length) localStorage.setItem(key(), JSON.stringify(chosen));
    return setState("ready", chosen.length && chosen.length < all.length ? { queues: chosen } : {});
  };
  return html`<form class="card start" onSubmit=${begin}>
    <h1>${t("startTitle")}</h1>
    ${all.length ? html`<fieldset aria-describedby=${missing ? "start-missing" : undefined}>
      <legend>${t("startText")}</legend>
      ${all.map((name) => html`<label key=${name} class="choice"><input type="checkbox" checked=${chosen.includes(name)} onChange=${(event) => toggle(name, event.target.checked)} />
        <span class="grow">${queueTitle(name)}</span><${QueueFacts} name=${name} /></label>`)}
    </fieldset>` : html`<p>${t("startNoQueues")}</p>`}
    ${missing ? html`<p id="start-missing" class="problem" role="alert">${t("startNone")}</p>` : null}
    <button class="primary big" disabled=${asking.value !== null}>${t("start")}</button>
  </form>`;
}
