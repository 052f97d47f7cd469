// What the phone says, in Spanish and in English.
import { texts } from "../lang.js";

export const t = texts({
  es: {
    phone: "Teléfono", turnOn: "Encender el teléfono", turnOff: "Apagar", another: "Su teléfono no está en el navegador. Se llama a su aparato.",
    line_off: "apagado", line_waiting: "está en otra pestaña", line_connecting: "conectando…", line_registering: "conectando…", line_ready: "listo", line_refused: "rechazado", line_elsewhere: "en otro sitio",
    waiting: "Otra pestaña de este navegador tiene el teléfono. Cuando se cierre, pasará a esta.", elsewhere: "Otra pestaña u otro equipo ha tomado el teléfono.",
    take: "Usarlo aquí", busyThere: "Allí hay una llamada en curso.", offHint: "Mientras esté apagado no se le pasan llamadas.",
    answer: "Contestar", reject: "Rechazar", hangUp: "Colgar", mute: "Silenciar", unmute: "Activar micrófono", muted: "Micrófono silenciado: no se le oye.", keypad: "Teclado", dial: "Llamar", number: "Extensión, cola o código", closeKeypad: "Cerrar el teclado",
    ringing: "Llamada entrante", answering: "Contestando…", up: "En llamada", dialling: "Llamando…", from: "de {who}",
    hold: "Retener", resume: "Recuperar", transfer: "Transferir", consult: "Consultar", complete: "Completar", cancel: "Volver", swap: "Alternar", conference: "Conferencia",
    to: "A quién: nombre, código, cola o número", nobodyThere: "No hay nadie ni ninguna cola con ese nombre.", send: "Transferir", ask: "Consultar antes",
    control_held: "en espera", control_consulting: "consultando", control_swapped: "con el cliente; el consultado espera", control_conference: "conferencia", control_ringing_other: "llamando al consultado", control_talking: "en conversación",
    levels: "Niveles", microphone: "Micrófono", earphone: "Auricular", ringer: "Timbre", system: "El del sistema", settings: "Sonido y ajustes", answersAll: "Contestar siempre sola (auriculares)", notify: "Avisar con la página en segundo plano", tryRinger: "Probar el timbre", reopen: "Probar el micrófono otra vez",
    sign_offline: "Sin red. No le llegan llamadas; se sigue intentando.", sign_not_connected: "Sin conexión con la centralita. No le llegan llamadas; se sigue intentando.", sign_refused: "La centralita no admite este teléfono. {why}",
    sign_unheard: "La centralita no tiene noticias de este teléfono. No le llegan llamadas; se sigue intentando.", sign_microphone_lost: "El micrófono no está. Conéctelo de nuevo o elija otro: mientras tanto no le llegan llamadas.",
    sign_microphone_denied: "El navegador no tiene permiso para el micrófono. Concédalo junto a la dirección de la página: mientras tanto no le llegan llamadas.", sign_microphone_muted: "El sistema ha silenciado el micrófono. Actívelo: mientras tanto no le llegan llamadas.",
    sign_microphone_silent: "Del micrófono no llega nada. ¿Está silenciado en el auricular?", sign_no_sound: "No llega sonido de la llamada. Si no vuelve, la llamada pasa a la cola.", sign_poor: "Se pierde parte del sonido: la red va mal.", sign_not_offered: "No se le pasan llamadas: el teléfono no está localizable.",
    now_ready: "Teléfono listo.", now_ringing: "Suena el teléfono: {who}.", now_up: "En llamada con {who}.", now_over: "Llamada terminada.", keys: "Teclas: Alt+Mayús+A contestar, E colgar, M silenciar, K teclado.",
  },
  en: {
    phone: "Phone", turnOn: "Switch the phone on", turnOff: "Switch off", another: "Your phone is not in the browser. Your own set is called.",
    line_off: "off", line_waiting: "in another tab", line_connecting: "connecting…", line_registering: "connecting…", line_ready: "ready", line_refused: "refused", line_elsewhere: "elsewhere",
    waiting: "Another tab of this browser has the phone. When it is closed, this one takes over.", elsewhere: "Another tab or machine has taken the phone.",
    take: "Use it here", busyThere: "A call goes on there.", offHint: "While it is off you are offered no calls.",
    answer: "Answer", reject: "Reject", hangUp: "Hang up", mute: "Mute", unmute: "Unmute", muted: "Microphone muted: nobody hears you.", keypad: "Keypad", dial: "Call", number: "Extension, queue or code", closeKeypad: "Close the keypad",
    ringing: "Incoming call", answering: "Answering…", up: "In a call", dialling: "Calling…", from: "from {who}",
    hold: "Hold", resume: "Resume", transfer: "Transfer", consult: "Consult", complete: "Complete", cancel: "Back", swap: "Swap", conference: "Conference",
    to: "To whom: name, code, queue or number", nobodyThere: "There is nobody and no queue of that name.", send: "Transfer", ask: "Consult first",
    control_held: "on hold", control_consulting: "consulting", control_swapped: "with the caller; the consulted waits", control_conference: "conference", control_ringing_other: "ringing the consulted", control_talking: "talking",
    levels: "Levels", microphone: "Microphone", earphone: "Earphone", ringer: "Ringer", system: "The system's", settings: "Sound and settings", answersAll: "Always answer by itself (headset)", notify: "Notify while the page is in the background", tryRinger: "Try the ringer", reopen: "Try the microphone again",
    sign_offline: "No network. You get no calls; still trying.", sign_not_connected: "No connection to the telephone system. You get no calls; still trying.", sign_refused: "The telephone system does not take this phone. {why}",
    sign_unheard: "The telephone system hears nothing of this phone. You get no calls; still trying.", sign_microphone_lost: "The microphone is gone. Plug it in again or choose another: you get no calls meanwhile.",
    sign_microphone_denied: "The browser may not use the microphone. Allow it beside the page's address: you get no calls meanwhile.", sign_microphone_muted: "The system has muted the microphone. Switch it on: you get no calls meanwhile.",
    sign_microphone_silent: "Nothing comes from the microphone. Is it muted at the headset?", sign_no_sound: "No sound comes from the call. If it does not come back, the call goes to the queue.", sign_poor: "Some of the sound is lost: the network is bad.", sign_not_offered: "You are offered no calls: the phone cannot be reached.",
    now_ready: "Phone ready.", now_ringing: "The phone rings: {who}.", now_up: "In a call with {who}.", now_over: "The call is over.", keys: "Keys: Alt+Shift+A answer, E hang up, M mute, K keypad.",
  },
});
