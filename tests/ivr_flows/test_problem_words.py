"""Is what is wrong with a script told in Spanish, too, and in English as it always was?"""

from __future__ import annotations

import copy
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari_app.centre_scripts import LONGEST, script_files, understood
from ivr_flows.problem_texts import TEXTS
from ivr_flows.problem_words import Words, in_language
from ivr_flows.problems import Problem, told_in
from ivr_flows.scripts.script_checks import ScriptSurroundings
from tests.ivr_flows import test_script_checks
from tests.ivr_flows.hostile_yaml import hostile
from tests.ivr_flows.test_script_checks import AROUND, GOOD

SOURCES = [path for folder in ("ivr_flows", "ari_app", "console") for path in Path(folder).rglob("*.py")]
_EACH: Any = test_script_checks.test_each_mistake_is_told_with_its_line_and_a_remedy
MISTAKES = [(old, new) for old, new, _ in _EACH.pytestmark[0].args[1]]


def spanish(old: str, new: str, around: ScriptSurroundings = AROUND) -> list[str]:
    assert old in GOOD
    return [
        "; ".join(told_in(one, "es")) for one in understood("ventas", GOOD.replace(old, new, 1), "s", around).problems
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("start: hola", "start: ola", "no hay ningún paso 'ola'; ¿quería decir 'hola'?"),
        ("goes_on: adios", "goes_on: nada", "no hay ningún paso 'nada'; elija entre adios, fin, hola, quiere, rama"),
        (
            "next: fin}]",
            "next: adios}]",
            "ningún operador puede llegar aquí; haga que algún paso u objeción lleve aquí, o quítelo",
        ),
        (
            '{customer.name}", en',
            '{customer.nam}", en',
            "no hay ningún hueco {customer.nam}; ¿quería decir 'customer.name'?",
        ),
        ('que == "luz"', 'que == "lux"', "'lux' no es ninguna opción de 'que'; ¿quería decir 'luz'?"),
        (
            'language == "en"',
            "1 == 1",
            "es siempre cierta: no nombra ninguna variable; compare una variable, o quítela",
        ),
        (
            "{es: Luz, en: Power}",
            "{es: Luz}",
            "falta el texto en 'en'; añádalo: los operadores leen los guiones en todos los idiomas del centro",
        ),
        ("kind: say", "kind: ask", "falta; añádalo"),
        ("type: yes_no", "type: yesno", "no hay ninguna clase 'yesno'; ¿quería decir 'yes_no'?"),
        (
            "type: yes_no",
            "type: number, least: {}",
            "un grupo de partes con nombre no es un número; escríbalo en cifras, sin comillas",
        ),
        ("type: yes_no", "type: scale, highest: 99", "99 se sale de lo permitido; ponga un número de 10 o menos"),
        ("type: yes_no", "type: number, least: 5, most: 1", "least 5.0 es mayor que most 1.0; intercámbielos"),
        ("start: hola", "start: Hola", "'Hola' no es un nombre; use de 1 a 40 de a-z, 0-9 y _, empezando por letra"),
        (
            "start: hola",
            "start: hola: hola",
            "sobran dos puntos, o la línea no está bien sangrada; "
            "ponga entre comillas el texto que lleve dos puntos, y revise el sangrado",
        ),
        (
            "start: hola",
            "\tstart: hola",
            "un carácter que no puede empezar nada; "
            "sangre con espacios, y ponga entre comillas el texto que empiece por un carácter así",
        ),
        ("start: hola", "start: hola\nstart: fin", "ya está, en la línea 3; deje uno de los dos"),
        (
            "start: hola",
            "start\nhola: x",
            "faltan los dos puntos detrás de un nombre; revise el sangrado y las comillas",
        ),
        ("start: hola", "stat: hola", "aquí no hay ningún campo así; ¿quería decir 'start'?"),
    ],
)
def test_each_mistake_is_told_in_spanish(old: str, new: str, told: str) -> None:
    assert told in spanish(old, new)


def unsaid(problems: Iterator[Problem]) -> set[str]:
    """What can be told in English only."""
    return {text for one in problems for text in (one.what, one.remedy) if not isinstance(text, Words)}


def test_nothing_that_is_wrong_with_a_script_is_told_in_english_alone(tmp_path: Path) -> None:
    texts = [GOOD.replace(old, new, 1) for old, new in MISTAKES]
    texts += [hostile(str(seed), (GOOD,)) for seed in range(150)]
    texts += ["x" * (LONGEST + 1), "a: !x 1", "\x07", ""]
    found = [one for text in texts for one in understood("ventas", text, "s", AROUND).problems]
    found += understood("No name", GOOD, "s", AROUND).problems
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "rota.yaml").write_bytes(b"\xff")
    (tmp_path / "scripts" / "otra.yaml").mkdir()
    found += [one for file in script_files(tmp_path, AROUND) for one in file.problems]
    assert len(found) > 100
    assert unsaid(iter(found)) == set()


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_says_the_same_in_both_languages_and_is_used() -> None:
    for code, (english, spanish_text) in TEXTS.items():
        assert _fields(spanish_text) <= _fields(english), code
        assert _fields(english) - _fields(spanish_text) <= {"said"}, code
        assert english != spanish_text, code
    written = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "problem_texts.py")
    assert {code for code in TEXTS if not re.search(f'"{code}"', written)} == set()


def test_words_are_text_in_english_and_say_what_is_among_them_in_the_same_language() -> None:
    told = Words("is_not", given=Words("nothing"), needed=Words("a_number"))
    assert told == "nothing is not a number"
    assert (told.in_language("es"), told.in_language("en")) == ("nada no es un número", "nothing is not a number")
    assert in_language("there is no number", "es") == "there is no number", "what has no code yet"
    assert copy.deepcopy(told).in_language("es") == "nada no es un número"
    with pytest.raises(KeyError):
        Words("no_such_code")


def test_what_is_taken_from_the_file_is_said_as_it_stands() -> None:
    assert Words("no_step", step="{step}").in_language("es") == "no hay ningún paso '{step}'"
