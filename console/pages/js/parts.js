// Which pages are there, and for whom? Each is loaded when it is first opened.
//
// One entry: {id, path, match, roles, title: {es, en}, icon, load}. path: where the menu leads; match: a pattern whose named groups the
// page is given as properties; roles: who sees it in the menu (shows: if that holds); load: its module, whose default export is the page.
import { phoneKind } from "./phone/kind.js";

const EVERYBODY = ["operator", "team_leader", "supervisor", "coordinator"];
const WATCH = ["team_leader", "supervisor", "coordinator"];

export const parts = [
  { id: "desk", path: "/desk", match: /^\/desk$/, roles: ["operator"], title: { es: "Puesto", en: "Desk" }, icon: "☎", load: () => import("./parts/desk.js") },
  { id: "wall", path: "/wall", match: /^\/wall$/, roles: WATCH, title: { es: "Supervisión", en: "Wallboard" }, icon: "▦", load: () => import("./parts/wall.js") },
  { id: "recordings", path: "/recordings", match: /^\/recordings$/, roles: WATCH, title: { es: "Grabaciones", en: "Recordings" }, icon: "◉", load: () => import("./parts/recordings.js") },
  { id: "figures", path: "/figures", match: /^\/figures$/, roles: EVERYBODY, title: { es: "Datos", en: "Figures" }, icon: "▤", load: () => import("./parts/figures.js") },
  { id: "call", path: "/calls", match: /^\/calls\/(?<id>[^/]+)$/, roles: WATCH, title: { es: "Llamada", en: "Call" }, menu: false, load: () => import("./parts/call.js") },
  { id: "contacts", path: "/contacts", match: /^\/contacts(?:\/(?<what>[\w-]+)(?:\/(?<more>[\w-]+))?)?\/?$/, roles: EVERYBODY, title: { es: "Contactos", en: "Contacts" }, icon: "☺", load: () => import("./parts/contacts.js") },
  { id: "phone", path: "/phone", match: /^\/phone$/, roles: EVERYBODY, title: { es: "Teléfono", en: "Phone" }, icon: "☏", shows: () => phoneKind.value === "browser", load: () => import("./parts/phone.js") },
  { id: "tickets", path: "/tickets", match: /^\/tickets(?:\/(?<id>[\w-]+))?\/?$/, roles: EVERYBODY, title: { es: "Solicitudes", en: "Tickets" }, icon: "✎", load: () => import("./parts/tickets.js") },
  { id: "scripts", path: "/scripts", match: /^\/scripts(?:\/(?<name>[a-z][a-z0-9_]{0,39})(?:\/(?<what>edit))?)?\/?$/, roles: [...WATCH, "administrator"], title: { es: "Guiones", en: "Scripts" }, icon: "❝", load: () => import("./parts/scripts.js") },
  { id: "webhooks", path: "/webhooks", match: /^\/webhooks(?:\/(?<id>\w+))?\/?$/, roles: ["coordinator", "administrator"], title: { es: "Webhooks", en: "Webhooks" }, icon: "⇢", load: () => import("./parts/webhooks.js") },
];

/** The part that a path belongs to, with what the path says: {part, params}; null for none. */
export function find(path) {
  for (const part of parts) {
    const found = part.match.exec(path);
    if (found) return { part, params: found.groups ?? {} };
  }
  return null;
}
