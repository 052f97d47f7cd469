// Tickets: the lists, or one of them?
import { html } from "../html.js";
import { styleSheet } from "../sheet.js";
import { Card } from "../tickets/card.js";
import { List } from "../tickets/list.js";

export { TicketPanel } from "../tickets/panel.js";

styleSheet("/css/tickets.css");

export default function Tickets({ id, query }) {
  return id ? html`<${Card} key=${id} id=${id} query=${query} />` : html`<${List} query=${query} />`;
}
