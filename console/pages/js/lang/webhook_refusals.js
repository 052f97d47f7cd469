// Why nothing is sent to a webhook, in Spanish: the server says it in English (console/webhooks/guard.py, deliveries.py, sender.py, routes.py).
import { language } from "../lang.js";

const PATTERNS = [
  [/^stopped by (\S+)/, "lo paró {1}"],
  [/^the receiver answered 410/, "el receptor contestó 410: no quiere más mensajes"],
  [/^its secret cannot be opened/, "su secreto no se puede abrir con la clave de esta instalación: cámbielo"],
  [/^no answer in time/, "no contestó a tiempo"],
  [/^it has no address/, "su nombre no tiene dirección"],
  [/^this is no URL/, "Esto no es una dirección."],
  [/^give a URL of at most 2,000/, "La dirección lleva 2.000 caracteres corrientes como mucho."],
  [/^give a URL such as (\S+?)\.?$/, "Ponga una dirección como {1}"],
  [/^no user name, password or fragment/, "La dirección no lleva usuario, clave ni «#»: las peticiones ya van firmadas."],
  [/^use https: plain http/, "Use https: http sin cifrar solo vale para direcciones de CENTRALITA_WEBHOOKS_ALLOW."],
  [/^(\S+) is not out in the world/, "{1} no está en Internet; si es así como debe ser, ponga su red en CENTRALITA_WEBHOOKS_ALLOW"],
];

/** The words for a person; what is not among them is said as it is. */
export function why(message) {
  if (language.value !== "es") return message;
  for (const [pattern, text] of PATTERNS) {
    const found = pattern.exec(message ?? "");
    if (found) return text.replace(/\{(\d)\}/g, (whole, number) => found[number] ?? "");
  }
  return message;
}
