// A caller's earlier calls and the notes of calls, in Spanish and in English.
import { texts } from "../lang.js";

const es = {
  title: "Contactos anteriores", none: "No consta ninguna llamada anterior.", noneYours: "No consta ninguna llamada que pueda ver.", unknown: "Oculta su número: no se sabe si llamó antes.", more: "Hay más, anteriores a estas.", away: "No se puede consultar ahora.", again: "Reintentar",
  served: "Atendió {who}", notServed: "No atendida: esperó {time}", talked: "{time} de conversación", noOutcome: "Sin tipificar", ticket: "Solicitud {ref}", outbound: "Saliente", whole: "Ver la llamada", callOf: "Ver la llamada del {at}",
  listen: "Escuchar", listenTo: "Escuchar la llamada del {at}", noSound: "La grabación ya no está.",
  note: "Nota", notes: "Notas de los operadores", noteHint: "Qué se hizo, para quien atienda la próxima llamada.", save: "Guardar la nota", saved: "Nota guardada", notYet: "La nota no se ha podido guardar todavía; se sigue intentando.", noNotes: "Nadie ha anotado nada.",
};
const en = {
  title: "Earlier contacts", none: "No earlier call is known.", noneYours: "No call that you may see is known.", unknown: "The number is withheld: whether this caller has called before is not known.", more: "There are more, older than these.", away: "This cannot be looked up now.", again: "Try again",
  served: "Served by {who}", notServed: "Not served: waited {time}", talked: "{time} of talk", noOutcome: "No outcome", ticket: "Ticket {ref}", outbound: "Outbound", whole: "See the call", callOf: "See the call of {at}",
  listen: "Listen", listenTo: "Listen to the call of {at}", noSound: "The recording is gone.",
  note: "Note", notes: "Operators' notes", noteHint: "What was done, for whoever takes the next call.", save: "Save the note", saved: "Note saved", notYet: "The note could not be saved yet; it is still tried.", noNotes: "Nobody has noted anything.",
};
export const t = texts({ es, en });
