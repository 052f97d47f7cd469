"""What do problems say, in English and in Spanish? By their codes; what stands in braces are their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # -- which of those that there are
    "did_you_mean": ("did you mean {near!r}?", "¿quería decir {near!r}?"),
    "choose_one": ("choose one of {known}", "elija entre {known}"),
    # -- files
    "file_missing": ("the file is missing", "falta el fichero"),
    "copy_the_demos": ("copy the demo centre's and change it", "copie el del centro de ejemplo y cámbielo"),
    "not_utf8": ("is not UTF-8", "no está en UTF-8"),
    "save_as_utf8": ("save the file as UTF-8", "guarde el fichero como UTF-8"),
    "not_read": ("cannot be read ({why})", "no se puede leer ({why})"),
    "let_it_be_read": ("let the engine's user read it", "permita leerlo al usuario de la centralita"),
    # -- YAML
    "no_character": ("a \\u or \\U names no character", "una \\u o \\U no nombra ningún carácter"),
    "write_character": (
        "write the character itself, or two backslashes for one",
        "escriba el propio carácter, o dos barras invertidas para una",
    ),
    "no_name_here": (
        "a list or mapping stands where a name is needed",
        "hay una lista o un grupo donde hace falta un nombre",
    ),
    "give_name": ("give it a name", "póngale un nombre"),
    "there_already": ("is there already, on line {line}", "ya está, en la línea {line}"),
    "keep_one": ("keep one of the two", "deje uno de los dos"),
    "tag": ("the tag {tag} is not read here", "la etiqueta {tag} no se lee aquí"),
    "tags": (
        "tags (words that begin with !) are not read here",
        "las etiquetas (palabras que empiezan por !) no se leen aquí",
    ),
    "remove_or_quote": ("remove it, or put the text in quotes", "quítelo, o ponga el texto entre comillas"),
    "directives": ("lines that begin with % are not read here", "las líneas que empiezan por % no se leen aquí"),
    "yaml_character": ("{said}", "un carácter que no puede empezar nada"),
    "indent_or_quote": (
        "indent with spaces, and put text that begins with such a character in quotes",
        "sangre con espacios, y ponga entre comillas el texto que empiece por un carácter así",
    ),
    "yaml_colon": ("{said}", "sobran dos puntos, o la línea no está bien sangrada"),
    "quote_colon": (
        "put text that holds a colon in quotes, and check the indentation",
        "ponga entre comillas el texto que lleve dos puntos, y revise el sangrado",
    ),
    "yaml_anchor": ("{said}", "hay & o * delante de un nombre"),
    "quote_star": (
        'put it in quotes if it is meant as text ("*"); names for parts of the file are not read here',
        'póngalo entre comillas si es texto ("*"); los nombres para partes del fichero no se leen aquí',
    ),
    "other_document": ("another document begins here", "aquí empieza otro documento"),
    "one_document": (
        "keep one document a file: remove the line ---",
        "deje un documento por fichero: quite la línea ---",
    ),
    "yaml_stream_end": ("{said}", "el texto se acaba antes de tiempo"),
    "close_before": (
        "close the quotation mark or bracket opened before",
        "cierre las comillas o el corchete que se abrieron antes",
    ),
    "bracket_open": ("a bracket opened before is not closed", "un corchete abierto antes no está cerrado"),
    "close_bracket": (
        "close the bracket, put a comma between its parts, and texts with ? or brackets in quotes",
        "cierre el corchete, ponga una coma entre sus partes, y entre comillas los textos con ? o corchetes",
    ),
    "yaml_alphabetic": ("{said}", "falta un nombre detrás de & o *"),
    "quote_it": ('put it in quotes: "*"', 'póngalo entre comillas: "*"'),
    "block_scalar": ("this cannot stand after | or >", "esto no puede ir detrás de | o >"),
    "text_on_next_line": (
        "begin the text on the next line, indented, or put it in quotes",
        "empiece el texto en la línea siguiente, sangrado, o póngalo entre comillas",
    ),
    "backslash": (
        "what follows the backslash names no character",
        "lo que sigue a la barra invertida no nombra ningún carácter",
    ),
    "two_backslashes": (
        "write two backslashes for one, or use single quotes",
        "escriba dos barras invertidas para una, o use comillas simples",
    ),
    "too_deep": ("{said}", "hay demasiadas partes dentro de otras"),
    "close_or_indent": (
        "close the brackets opened before, or check the indentation",
        "cierre los corchetes abiertos antes, o revise el sangrado",
    ),
    "does_not_fit": ("this does not fit what stands above", "esto no encaja con lo que hay encima"),
    "indentation_quotes_above": (
        "check the indentation, and the quotes above",
        "revise el sangrado, y las comillas de encima",
    ),
    "ended_above": ("the content has ended above", "el contenido ha terminado más arriba"),
    "indentation_document": (
        "check the indentation, and remove the line ---",
        "revise el sangrado, y quite la línea ---",
    ),
    "name_or_value_missing": ("a name or value is missing here", "aquí falta un nombre o un valor"),
    "quote_beginning": (
        "put text that begins with such a character in quotes",
        "ponga entre comillas el texto que empiece por un carácter así",
    ),
    "yaml_no_colon": ("{said}", "faltan los dos puntos detrás de un nombre"),
    "yaml_no_list": ("{said}", "aquí no puede ir un elemento de una lista"),
    "yaml_no_key": ("{said}", "aquí no puede ir un nombre con signo de interrogación"),
    "no_yaml": ("{said}", "esto no es YAML ({said})"),
    "bad_character": (
        "the character #x{number:04x} cannot stand in a file",
        "el carácter #x{number:04x} no puede estar en un fichero",
    ),
    "indentation_quotes": ("check the indentation and the quotes", "revise el sangrado y las comillas"),
    # -- shapes
    "is_missing": ("is missing", "falta"),
    "add_it": ("add it", "añádalo"),
    "no_field": ("there is no such field here", "aquí no hay ningún campo así"),
    "remove_it": ("remove it", "quítelo"),
    "not_possible": ("{given} is not possible", "{given} no es posible"),
    "write_expected": ("write {expected}", "escriba {expected}"),
    "no_kind": ("there is no kind {kind!r}", "no hay ninguna clase {kind!r}"),
    "kind_missing": ("{field} is missing", "falta {field}"),
    "say_which": ("say which kind it is", "diga de qué clase es"),
    "is_empty": ("is empty", "está vacío"),
    "give_at_least": ("give at least {least}", "ponga {least} como mínimo"),
    "too_many_parts": ("has too many parts", "tiene demasiadas partes"),
    "give_at_most": ("give at most {most}", "ponga {most} como máximo"),
    "too_long": ("is too long", "es demasiado largo"),
    "characters_at_most": ("write at most {most} characters", "escriba {most} caracteres como máximo"),
    "as_said": ("{said}", "no vale así ({said})"),
    "compare_demo": (
        "compare it with the same file of the demo centre",
        "compárelo con el mismo fichero del centro de ejemplo",
    ),
    "is_not": ("{given} is not {needed}", "{given} no es {needed}"),
    "a_text_type": ("text", "texto"),
    "in_quotes": ("write it in quotes", "escríbalo entre comillas"),
    "a_whole_number": ("a whole number", "un número entero"),
    "digits_no_point": (
        "write it in digits, without quotes or point",
        "escríbalo en cifras, sin comillas ni punto",
    ),
    "a_number": ("a number", "un número"),
    "digits_no_quotes": ("write it in digits, without quotes", "escríbalo en cifras, sin comillas"),
    "true_or_false": ("true or false", "true o false"),
    "one_of_two": ("write one of the two, without quotes", "escriba uno de los dos, sin comillas"),
    "a_list": ("a list", "una lista"),
    "write_list": ("write it as [first, second]", "escríbalo como [primero, segundo]"),
    "a_mapping": ("a mapping", "un grupo de partes con nombre"),
    "write_mapping": (
        "write its parts as name: value, indented below",
        "escriba sus partes como nombre: valor, sangradas debajo",
    ),
    "nothing": ("nothing", "nada"),
    "out_of_range": ("{given} is out of range", "{given} se sale de lo permitido"),
    "give_above": ("give a number above {bound:g}", "ponga un número mayor que {bound:g}"),
    "give_from": ("give a number at least {bound:g}", "ponga un número de {bound:g} o más"),
    "give_below": ("give a number below {bound:g}", "ponga un número menor que {bound:g}"),
    "give_to": ("give a number at most {bound:g}", "ponga un número de {bound:g} o menos"),
    # -- small words
    "does_not_match": ("{given!r} is not {needed}", "{given!r} no es {needed}"),
    "a_name": ("a name", "un nombre"),
    "use_name": (
        "use 1 to 40 of a-z, 0-9 and _, a letter first",
        "use de 1 a 40 de a-z, 0-9 y _, empezando por letra",
    ),
    "a_language": ("a language", "un idioma"),
    "use_language": (
        "write its code of two or three letters, such as es",
        "escriba su código de dos o tres letras, como es",
    ),
    "a_text": ("a text", "un texto"),
    "say_text": ("write what is to be said", "escriba lo que hay que decir"),
    "twice": ("{name!r} stands there twice", "{name!r} está dos veces"),
    "remove_one": ("remove one of the two", "quite uno de los dos"),
    # -- conditions
    "no_expression": ("{expression!r} is not an expression", "{expression!r} no es una condición"),
    "not_in_expression": ("{part!r} cannot stand in an expression", "{part!r} no puede estar en una condición"),
    "how_to_compare": (
        'compare names, numbers and "texts" with == != < > <= >= in, and join such with and, or, not',
        'compare nombres, números y "textos" con == != < > <= >= in, y únalos con and, or, not',
    ),
    "text_or_number": ("write a text or a number", "escriba un texto o un número"),
    "no_function": ("there is no function {function!r}", "no hay ninguna función {function!r}"),
    "same_condition": (
        "is the same condition as that of ways.{place}: nobody comes this way",
        "es la misma condición que la de ways.{place}: nadie viene por aquí",
    ),
    "remove_or_change": ("remove one of the two, or change it", "quite una de las dos, o cámbiela"),
    "always_true": ("is always true: it names no variable", "es siempre cierta: no nombra ninguna variable"),
    "never_true": ("is never true: it names no variable", "no es nunca cierta: no nombra ninguna variable"),
    "compare_variable": ("compare a variable, or remove it", "compare una variable, o quítela"),
    # -- scripts: texts and questions
    "brace_alone": ("a {brace} stands alone", "hay una {brace} suelta"),
    "close_brace": (
        "close the placeholder, or write the brace twice to show it",
        "cierre el hueco, o escriba la llave dos veces para que se vea",
    ),
    "no_placeholder": ("there is no placeholder {{{name}}}", "no hay ningún hueco {{{name}}}"),
    "no_address": ("{url!r} is not the address of a page", "{url!r} no es la dirección de una página"),
    "write_address": (
        "write it as https://host/path; placeholders may stand after the host alone",
        "escríbala como https://host/ruta; los huecos solo pueden ir detrás del host",
    ),
    "no_choice_between": (
        "there is no choice from {lowest} to {highest}",
        "no hay nada que elegir de {lowest} a {highest}",
    ),
    "highest_above": ("give a highest above the lowest", "ponga un highest mayor que lowest"),
    "no_day": ("{text!r} is not a day", "{text!r} no es un día"),
    "write_day": ("write it as 2026-12-31, or today", "escríbalo como 2026-12-31, o today"),
    "bounds_swapped": ("{low} {least} is above {high} {most}", "{low} {least} es mayor que {high} {most}"),
    "swap": ("swap the two", "intercámbielos"),
    # -- scripts: the way through
    "no_step": ("there is no step {step!r}", "no hay ningún paso {step!r}"),
    "unreachable": ("no operator can come here", "ningún operador puede llegar aquí"),
    "lead_here": (
        "lead some step or objection here, or remove it",
        "haga que algún paso u objeción lleve aquí, o quítelo",
    ),
    "round": ("goes round without a question ({way})", "da vueltas sin preguntar nada ({way})"),
    "ask_on_the_way": (
        "ask something on the way, or lead one of these steps elsewhere",
        "pregunte algo por el camino, o lleve uno de estos pasos a otro sitio",
    ),
    "no_end": ("no way leads to an end from {steps}", "ningún camino lleva a un final desde {steps}"),
    "lead_to_end": (
        "lead one of them to a step of kind: end",
        "lleve uno de ellos a un paso con kind: end",
    ),
    # -- scripts: answers
    "cannot_be_asked": (
        "{answer!r} cannot be asked: every script has it",
        "{answer!r} no se puede preguntar: todo guion lo tiene ya",
    ),
    "another_name": ("take another name", "use otro nombre"),
    "asked_twice": ("{answer!r} is asked in {step!r}, too", "{answer!r} se pregunta también en {step!r}"),
    "one_step_asks": (
        "take another name, or lead both to one step that asks it",
        "use otro nombre, o lleve los dos a un mismo paso que lo pregunte",
    ),
    "asked_later": (
        "{answer!r} is asked in {step!r}, and no way leads from there to here",
        "{answer!r} se pregunta en {step!r}, y ningún camino lleva de allí hasta aquí",
    ),
    "ask_before": ("ask it before", "pregúntelo antes"),
    "not_asked": ("no question has the answer {answer!r}", "ninguna pregunta tiene la respuesta {answer!r}"),
    "ask_in_step_before": ("ask it in a step before", "pregúntelo en un paso anterior"),
    "not_a_choice": ("{value!r} is no choice of {answer!r}", "{value!r} no es ninguna opción de {answer!r}"),
    "yes_or_no": ("{answer!r} is yes or no, never {value!r}", "{answer!r} es sí o no, nunca {value!r}"),
    "write_yes_or_no": ("write {answer}, or not {answer}", "escriba {answer}, o not {answer}"),
    # -- scripts: the centre's names
    "text_missing": ("the text is missing in {language!r}", "falta el texto en {language!r}"),
    "all_languages": (
        "add it: operators read scripts in all of the centre's languages",
        "añádalo: los operadores leen los guiones en todos los idiomas del centro",
    ),
    "no_language": ("the centre has no language {language!r}", "el centro no tiene el idioma {language!r}"),
    "no_queue": ("there is no queue {queue!r}", "no hay ninguna cola {queue!r}"),
    "add_queue": ("there is no queue at all yet: add it", "todavía no hay ninguna cola: añádala"),
    "no_outcome": (
        "calls of {queue!r} have no outcome {outcome!r}",
        "las llamadas de {queue!r} no tienen la tipificación {outcome!r}",
    ),
    "script_too_long": ("has {length} characters", "tiene {length} caracteres"),
    "two_scripts": ("{most} at most; make two scripts of it", "{most} como máximo; haga dos guiones"),
    "no_script_name": ("{name!r} is no name for a script", "{name!r} no es un nombre de guion"),
    "use_script_name": ("use a-z, 0-9 and _, a letter first", "use a-z, 0-9 y _, empezando por letra"),
    "queue_taken": (
        "the script {script!r} is for the queue {name!r}, too",
        "el guion {script!r} es también para la cola {name!r}",
    ),
    "campaign_taken": (
        "the script {script!r} is for the campaign {name!r}, too",
        "el guion {script!r} es también para la campaña {name!r}",
    ),
    "name_taken": ("the script {script!r} is for {name!r}, too", "el guion {script!r} es también para {name!r}"),
    "take_out_of_one": ("take it out of one of the two", "quítelo de uno de los dos"),
}
"""An English text that is only ``{said}`` is the words of PyYAML or pydantic themselves."""
