// What is added to a call's page? Imported by it for its effect.
import { lazy } from "../figures/lazy.js";
import { slots } from "../wall/slots.js";

slots.call.unshift({ id: "notes", title: { es: "Notas de los operadores", en: "Operators' notes" }, component: lazy(() => import("./note.js"), "CallNotes") });
