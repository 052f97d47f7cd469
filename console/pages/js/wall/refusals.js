// What does a refusal of the exchange mean, in the language of the page? The exchange says it in English.
import { language } from "../lang.js";
import { toast, words } from "../ui.js";

const SPANISH = [
  [/^Your phone \((\w+)\) is not registered/i, "Su teléfono ({1}) no está registrado: conéctelo y vuelva a intentarlo."],
  [/^Nobody talks with this caller now/i, "Ahora nadie habla con este cliente."],
  [/^(\w+) talks with nobody now; listen/i, "{1} no habla con nadie ahora; escuche, y oirá la próxima llamada."],
  [/^Nobody can barge in while the conversation is (\w+)/i, "No se puede intervenir mientras la conversación está así ({1}); escuche o tome la llamada."],
  [/^The call cannot be taken over while it is (\w+)/i, "No se puede tomar la llamada mientras está así ({1})."],
  [/^You talk with this caller yourself/i, "Usted mismo habla con este cliente; páselo como haría un operador."],
  [/^(\w+) supervises nobody now/i, "Ya no hay ninguna supervisión en curso."],
  [/^This call is in none of your queues/i, "Esta llamada no es de ninguna de sus colas."],
  [/^Operator (\w+) serves none of your queues/i, "El operador {1} no atiende ninguna de sus colas."],
  [/^(?:This )?operator (\w+) is not in your team/i, "El operador {1} no es de su equipo."],
  [/^Only supervisors and coordinators may listen/i, "Solo pueden escuchar quienes supervisan."],
  [/^The queue (\S+) is closed now/i, "La cola {1} está cerrada ahora."],
  [/^The queue (\S+) is full/i, "La cola {1} está llena."],
  [/^The queue (\S+) is not among yours/i, "La cola {1} no es de las suyas."],
  [/^Nobody is at work in the queue (\S+?)\.?$/i, "Nadie trabaja ahora en la cola {1}."],
  [/^This call is not waiting in a queue: it is (\w+)/i, "Esta llamada ya no espera en una cola ({1})."],
  [/^There is no queue '?([^';]+)/i, "No existe la cola {1}."],
  [/^A pause needs a reason; choose one of (.+)$/i, "La pausa necesita un motivo: {1}"],
  [/^There is no reason/i, "No existe ese motivo de pausa."],
  [/^There is no wrap-up to extend/i, "No hay ningún poscall que alargar."],
  [/^Note the outcome of the call first/i, "Primero hay que anotar el resultado de la llamada."],
  [/^There is no such call|^This call has ended|has ended/i, "Esa llamada ya no existe."],
  [/^There is no such operator/i, "No existe ese operador."],
];

/** The refusal's words for a person. */
export function inWords(error) {
  const known = words(error);
  if (known !== error.message || language.value !== "es") return known;
  for (const [pattern, text] of SPANISH) {
    const found = pattern.exec(error.message);
    if (found) return text.replace(/\{(\d)\}/g, (whole, number) => found[number] ?? "");
  }
  return `La centralita no lo permite: ${error.message}`;
}

/** Do it; a refusal is said in words. Gives the answer, or undefined. */
export async function said(doing) {
  try {
    return (await doing()) ?? null;
  } catch (error) {
    toast(inWords(error), "bad");
    return undefined;
  }
}
