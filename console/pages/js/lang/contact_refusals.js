// What the server refuses of contacts and files, in Spanish: it says it in English (console/contacts/desk.py, csv_file.py, mapping.py).
const PATTERNS = [
  [/^This is no telephone number/, "Esto no es un número de teléfono."],
  [/^There is no such number in its country/, "No existe ese número en su país; compruebe cuántas cifras tiene."],
  [/^An extension cannot be dialled/, "Una extensión no se puede marcar; escríbala en la nota."],
  [/^This is too long/, "Es demasiado largo."],
  [/^This holds letters that cannot be shown/, "Contiene caracteres que no se pueden mostrar."],
  [/^This is no e-mail address/, "Esto no es una dirección de correo."],
  [/^A language is two letters/, "Un idioma son dos letras, por ejemplo es."],
  [/^A field's name has small letters, digits and _ only, a letter first/, "El nombre de un dato solo lleva minúsculas, cifras y _, y empieza por una letra."],
  [/^These are too many/, "Son demasiados."],
  [/^Give a name or a number/, "Ponga un nombre o un teléfono."],
  [/^An external id has/, "El código de cliente no lleva saltos de línea ni espacios dobles, y tiene 100 letras como mucho."],
  [/^This external id is that of/, "Ese código de cliente es de otro contacto."],
  [/^These are the same contact/, "Es el mismo contacto."],
  [/^Write the contact's name as it stands there/, "Escriba el nombre del contacto tal como está ahí, o su primer teléfono."],
  [/^There is no such (contact|import)/, "Ya no existe."],
  [/ has changed this contact meanwhile/, "Otra persona ha modificado este contacto mientras tanto; vuelva a leerlo."],
  [/^The import is \w+ now/, "La importación está en otro estado y ahora no se puede hacer esto."],
  [/^The file is larger than (\d+) MiB/, "El fichero pasa de {1} MiB; divídalo."],
  [/^The file did not come to its end/, "El fichero no llegó entero; envíelo otra vez."],
  [/^The file cannot be kept now/, "Ahora no se puede guardar el fichero; puede que el disco esté lleno."],
  [/^The file is empty/, "El fichero está vacío; su primera línea debe llevar los nombres de las columnas."],
  [/^Below the columns' names the file has no lines/, "Debajo de los nombres de las columnas no hay ninguna línea."],
  [/^The file has (\d+) columns; leave those out/, "El fichero tiene {1} columnas; quite las que no hagan falta (200 como mucho)."],
  [/^The file has (\d+) columns; give a target/, "El fichero tiene {1} columnas; diga qué es cada una."],
  [/^Line (\d+) is longer than/, "La línea {1} es demasiado larga; ¿es un fichero CSV?"],
  [/^The file's letters are neither|^The file begins as/, "Las letras del fichero no se entienden; guárdelo como CSV UTF-8 en su hoja de cálculo."],
  [/^The file is not text/, "El fichero no es texto (¿es el formato propio de una hoja de cálculo?); guárdelo como CSV UTF-8."],
  [/^The file is not on this machine any more/, "El fichero ya no está aquí; súbalo otra vez: quien ya está no se repite."],
  [/^It broke off/, "Se interrumpió; el registro del servidor dice más."],
  [/^Two columns cannot both be/, "Dos columnas no pueden ser lo mismo; deje una sin importar."],
  [/^A field's name has small letters, digits and _ only, such as/, "El nombre de un dato solo lleva minúsculas, cifras y _."],
  [/^Two columns cannot be the same field/, "Dos columnas no pueden ser el mismo dato; dé otro nombre a una."],
  [/^Say which column is the name or the telephone number/, "Diga qué columna es el nombre o el teléfono."],
];

/** The Spanish of one of those messages; nothing for any other. */
export function inSpanish(message) {
  for (const [pattern, text] of PATTERNS) {
    const found = pattern.exec(message ?? "");
    if (found) return text.replace(/\{(\d)\}/g, (whole, number) => found[number] ?? "");
  }
  return undefined;
}
