// What the pages of scripts say.
import { texts } from "../lang.js";

const es = {
  // following
  script: "Guion", none: "No hay guion para esta cola.", beginsWhen: "El guion empieza cuando conteste.", notBegun: "En esta llamada no se siguió el guion.", begin: "Empezar",
  on: "Siguiente", back: "Atrás", finish: "Terminar guion", finished: "Guion terminado", objection: "Objeción", objections: "Objeciones", note: "Nota para usted", links: "Abrir", goBackTo: "Volver al guion", goOnFrom: "Continuar",
  searchObjection: "Buscar objeción", saved: "Guardado", saving: "Guardando…", unsaved: "Sin guardar: se sigue intentando", again: "Intentar ahora", optional: "opcional", yes: "Sí", no: "No", takeBack: "Borrar",
  choose: "Elija…", blank: "dato que falta", step: "Paso {n}", soFar: "Respuestas", suggested: "Tipificación sugerida: {code}", language: "Idioma del guion",
  keys: "Intro: siguiente · Ctrl+Intro desde cualquier campo · Ctrl+↑ atrás · Esc cierra la objeción",
  notYours: "Esta llamada la atiende ahora otra persona: aquí ya no se guarda.", newer: "Se ha guardado algo más reciente desde otra ventana; se ha cargado.", noAnswers: "En esta llamada no se ha seguido ningún guion.",
  begunBy: "Lo empezó {who} el {at}.", endedBy: "Lo terminó {who} el {at}.", leftBy: "Quedó sin terminar; lo último lo guardó {who} el {at}.", nothingAnswered: "No se contestó a nada.", noneYours: "No hay respuestas que usted pueda ver.", answersAway: "Las respuestas no se pueden leer ahora.",
  away: "El guion no se puede leer ahora; la llamada sigue.", failed: "El guion no se ha podido leer.",
  wrong_required: "Falta esta respuesta.", wrong_not_a_choice: "Elija una de las opciones.", wrong_not_yes_or_no: "Conteste sí o no.", wrong_not_a_text: "Escriba un texto.",
  wrong_too_long: "Como mucho {longest} caracteres.", wrong_not_a_number: "Escriba un número.", wrong_not_whole: "Escriba un número entero.", wrong_out_of_range: "Debe estar entre {least} y {most}.",
  wrong_too_low: "Debe ser {least} o más.", wrong_too_high: "Debe ser {most} o menos.", wrong_not_a_date: "Escriba una fecha.", wrong_too_early: "Esa fecha es demasiado temprana.", wrong_too_late: "Esa fecha es demasiado tardía.",
  wrong_not_a_phone: "Escriba un teléfono en cifras, con + si es de otro país.", wrong_not_an_email: "Escriba un correo como ana@ejemplo.es.",
  // the list and the reader
  scripts: "Guiones", newScript: "Nuevo guion", name: "Nombre", nameHint: "De 1 a 40 letras minúsculas sin tilde, cifras o _; empieza por letra.", nameBad: "Ese nombre no vale.", open: "Abrir", edit: "Editar",
  version: "Versión", file: "fichero", console: "consola", publishedBy: "publicado por {by} el {at}", overruled: "El fichero del centro ha cambiado y manda otra vez; estaba publicada la versión {version}.",
  broken: "Ficheros que no se pueden usar", drafts: "Sus borradores", draft: "borrador", answers: "Respuestas (CSV)", answersOf: "Respuestas de {name} (CSV)", noScripts: "Todavía no hay guiones.", forNobody: "para ninguna cola",
  startsHere: "empieza aquí", kind_say: "decir", kind_ask: "preguntar", kind_end: "final", back_to_list: "Todos los guiones", gone: "No hay ningún guion con ese nombre.",
  type_choice: "una de varias", type_yes_no: "sí o no", type_text: "texto", type_number: "número", type_scale: "escala", type_date: "fecha", type_phone: "teléfono", type_email: "correo",
  // the editor
  text: "Texto del guion (YAML)", problems: "Problemas", noProblems: "Sin problemas", checking: "Comprobando…", uncheckable: "No se puede comprobar ahora: {why}", line: "Línea {line}", draftSaved: "Borrador guardado", draftSaving: "Guardando borrador…", draftUnsaved: "Borrador sin guardar: se sigue intentando", noDraft: "Sin cambios",
  publish: "Publicar…", discard: "Descartar borrador", versions: "Versiones", preview: "Vista previa", drawing: "Dibujo", tooBig: "Demasiado grande para dibujarlo aquí: use «centralita scripts draw».", drawingOf: "Dibujo del guion {name}: sus pasos y a dónde lleva cada uno",
  why: "Por qué", whyHint: "Quedará anotado con su código y la hora.", publishNow: "Publicar", published: "Publicado: versión {version}", putBack: "Volver a esta…", putBackOf: "Volver a la versión {version}", putBackNow: "Volver a la versión {version}",
  inForce: "en vigor", first: "primera vez usada", view: "Ver", viewOf: "Ver la versión {version}", load: "Cargar en el editor", at: "Cuándo", by: "Quién", noVersions: "Todavía no se ha usado ni publicado ninguna versión.",
  moved: "Mientras tanto ha entrado en vigor otra versión ({version}). Lo que usted ha escrito sigue aquí.", movedOnPublish: "Mientras tanto ha entrado en vigor otra versión. Véala antes de publicar encima.", seeIt: "Ver la que está en vigor", overIt: "Publicar sobre ella", unchanged: "El texto es el que está en vigor.", discardSure: "Se perderá lo que ha escrito en este guion.",
  fixFirst: "Corrija antes los problemas.", notRight: "Este guion no puede entrar en vigor así; nada ha cambiado.", showsWhenRight: "Se verá en cuanto no haya problemas.", older: "Así era antes del último error.", tryTitle: "Pruebe el guion: nada de lo que conteste se guarda.", fromTheStart: "Desde el principio", condLanguage: "Idioma de la llamada", knownCustomer: "Cliente conocido", tablist: "Vista previa o dibujo",
};

const en = {
  script: "Script", none: "There is no script for this queue.", beginsWhen: "The script begins when you answer.", notBegun: "The script was not followed in this call.", begin: "Begin",
  on: "Next", back: "Back", finish: "Finish script", finished: "Script finished", objection: "Objection", objections: "Objections", note: "A note for you", links: "Open", goBackTo: "Back to the script", goOnFrom: "Go on",
  searchObjection: "Find an objection", saved: "Saved", saving: "Saving…", unsaved: "Not saved: still trying", again: "Try now", optional: "optional", yes: "Yes", no: "No", takeBack: "Take back",
  choose: "Choose…", blank: "missing", step: "Step {n}", soFar: "Answers", suggested: "Suggested outcome: {code}", language: "Language of the script",
  keys: "Enter: next · Ctrl+Enter from any field · Ctrl+↑ back · Esc closes the objection",
  notYours: "Somebody else has this call now: nothing more is saved here.", newer: "Something newer was saved from another window; it has been loaded.", noAnswers: "No script was followed in this call.",
  begunBy: "Begun by {who} on {at}.", endedBy: "Finished by {who} on {at}.", leftBy: "Not finished; saved last by {who} on {at}.", nothingAnswered: "Nothing was answered.", noneYours: "There are no answers that you may see.", answersAway: "The answers cannot be read now.",
  away: "The script cannot be read now; the call goes on.", failed: "The script could not be read.",
  wrong_required: "This answer is missing.", wrong_not_a_choice: "Choose one of these.", wrong_not_yes_or_no: "Answer yes or no.", wrong_not_a_text: "Write a text.",
  wrong_too_long: "At most {longest} characters.", wrong_not_a_number: "Write a number.", wrong_not_whole: "Write a whole number.", wrong_out_of_range: "It must be between {least} and {most}.",
  wrong_too_low: "It must be {least} or more.", wrong_too_high: "It must be {most} or less.", wrong_not_a_date: "Write a date.", wrong_too_early: "That day is too early.", wrong_too_late: "That day is too late.",
  wrong_not_a_phone: "Write a telephone number in digits, with + for another country's.", wrong_not_an_email: "Write an address such as ana@example.org.",
  scripts: "Scripts", newScript: "New script", name: "Name", nameHint: "1 to 40 of a-z, 0-9 and _, a letter first.", nameBad: "That is no name for a script.", open: "Open", edit: "Edit",
  version: "Version", file: "file", console: "console", publishedBy: "published by {by} on {at}", overruled: "The centre's file has changed and is in force again; version {version} was published.",
  broken: "Files that cannot be used", drafts: "Your drafts", draft: "draft", answers: "Answers (CSV)", answersOf: "Answers of {name} (CSV)", noScripts: "There are no scripts yet.", forNobody: "for no queue",
  startsHere: "begins here", kind_say: "say", kind_ask: "ask", kind_end: "end", back_to_list: "All scripts", gone: "There is no script of that name.",
  type_choice: "one of some", type_yes_no: "yes or no", type_text: "text", type_number: "number", type_scale: "scale", type_date: "date", type_phone: "telephone", type_email: "e-mail",
  text: "The script's text (YAML)", problems: "Problems", noProblems: "No problems", checking: "Checking…", uncheckable: "It cannot be checked now: {why}", line: "Line {line}", draftSaved: "Draft saved", draftSaving: "Saving the draft…", draftUnsaved: "Draft not saved: still trying", noDraft: "No changes",
  publish: "Publish…", discard: "Discard draft", versions: "Versions", preview: "Preview", drawing: "Drawing", tooBig: "Too large to be drawn here: use “centralita scripts draw”.", drawingOf: "Drawing of the script {name}: its steps, and where each leads",
  why: "Why", whyHint: "It is noted with your code and the time.", publishNow: "Publish", published: "Published: version {version}", putBack: "Put this back…", putBackOf: "Put version {version} back", putBackNow: "Put version {version} back",
  inForce: "in force", first: "first followed", view: "View", viewOf: "View version {version}", load: "Load into the editor", at: "When", by: "Who", noVersions: "No version has been followed or published yet.",
  moved: "Another version ({version}) has come into force meanwhile. What you have written is still here.", movedOnPublish: "Another version has come into force meanwhile. Look at it before you publish over it.", seeIt: "See the one in force", overIt: "Publish over it", unchanged: "The text is what is in force.", discardSure: "What you have written in this script will be lost.",
  fixFirst: "Mend the problems first.", notRight: "This script cannot come into force as it is; nothing was changed.", showsWhenRight: "It is shown as soon as there are no problems.", older: "This is how it was before the last error.", tryTitle: "Try the script: nothing that you answer is kept.", fromTheStart: "From the beginning", condLanguage: "Language of the call", knownCustomer: "Known customer", tablist: "Preview or drawing",
};

const dictionary = { es, en };
export default dictionary;
export const t = texts(dictionary);
