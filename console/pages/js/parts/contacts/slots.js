// What do other parts show on a contact's card, such as its tickets and calls? One entry: {id, title: {es, en}, roles, load}: load gives a
// module whose default export is shown with the property contact. Each part adds its own line.
import { html, useEffect, useState } from "../../html.js";
import { said } from "../../lang.js";
import { role } from "../../session.js";
import { Loading } from "../../ui.js";

const EVERYBODY = ["operator", "team_leader", "supervisor", "coordinator"];
export const slots = [
  { id: "tickets", title: { es: "Solicitudes", en: "Tickets" }, roles: EVERYBODY, load: () => import("../../tickets/of_contact.js") },
  { id: "past", title: { es: "Llamadas", en: "Calls" }, roles: EVERYBODY, load: () => import("../../past/card.js") },
];

export const Slots = ({ contact }) => slots.filter((one) => one.roles.includes(role.value)).map((slot) => html`<${Slot} key=${slot.id} slot=${slot} contact=${contact} />`);

function Slot({ slot, contact }) {
  const [module, setModule] = useState(null);
  useEffect(() => {
    slot.load().then(setModule);
  }, [slot.id]);
  return html`<section class="card" aria-label=${said(slot.title)}>
    <h2>${said(slot.title)}</h2>
    ${module ? html`<${module.default} contact=${contact} />` : html`<${Loading} />`}
  </section>`;
}
