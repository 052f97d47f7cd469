"""Is a centre with mistakes told all of them, each with its file, line and remedy, and never half-loaded?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ari_app.centre import load_centre
from ivr_flows.problems import BadFile

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"

# The file, what is replaced in it (the first time it stands there), and by what; below, how the problem begins.
MISTAKES = """
centre.yaml | {queue: soporte} | {queue: sopote}
    numbers.900100201.queue: there is no queue 'sopote'; did you mean 'soporte'?
centre.yaml | fallback_queue: soporte | fallback_queue: x1
    fallback_queue: there is no queue 'x1'; choose one of reclamaciones, soporte, soporte_n2, ventas
centre.yaml | entry: out_of_hours | entry: closed
    numbers.900100202.entry: the flow 'bienvenida' has no entry 'closed'; choose one of default, out_of_hours
centre.yaml | {flow: bienvenida} | {flow: benvenida}
    numbers.900100200.flow: there is no flow 'benvenida'; did you mean 'bienvenida'?
centre.yaml | {flow: bienvenida} | {}
    numbers.900100200: a number leads into a flow or into a queue; give one of flow and queue
centre.yaml | {queue: soporte} | {queue: soporte, entry: default}
    numbers.900100201: entry belongs to a flow; remove it, or give flow in place of queue
centre.yaml | 900100202 | 900100201
    numbers.900100201: is there already, on line {before}; keep one of the two
centre.yaml | 900100202 | 900 100 202
    numbers.900 100 202: '900 100 202' is not a phone number; write its digits, without spaces
centre.yaml | Europe/Madrid | Europe/Madird
    time_zone: 'Europe/Madird' is not a time zone; did you mean 'Europe/Madrid'?
centre.yaml | Europe/Madrid | ../etc/passwd
    time_zone: '../etc/passwd' is not a time zone; write one such as Europe/Madrid
centre.yaml | 127.0.0.2 | 127.0.0
    carriers.0.addresses.0: '127.0.0' is not an IP address; write one such as 192.0.2.10, or a network as 192.0.2.0/28
centre.yaml | [127.0.0.2] | [127.0.0.2, 127.0.0.2]
    carriers.0.addresses: '127.0.0.2' stands on line {line} already; a carrier is known by its name and addresses: give each
centre.yaml | default_language: es | default_language: fr
    default_language: 'fr' is not among the languages; choose one of en, es
centre.yaml | mask_callers: true | mask_callers: yes
    mask_callers: 'yes' is not true or false; write one of the two, without quotes
queues.yaml | soporte_n2: | ventas:
    ventas: is there already, on line
queues.yaml | ventas: | general:
    general: a queue cannot be called 'general'; choose another name
queues.yaml | wrap_up_s: 5 | wrap_up: 5
    ventas.wrap_up: there is no such field here; did you mean 'wrap_up_s'?
queues.yaml | wrap_up_s: 5 | ring_timeout_s: 0
    ventas.ring_timeout_s: 0 is out of range; give a number above 0
queues.yaml | record: all | record: notice
    ventas.record: 'notice' is not possible; write 'all' or 'never'
operators.yaml | 1002: | 1001:
    operators.1001: is there already, on line {before}; keep one of the two
operators.yaml | 2001: | 1001:
    supervisors.1001: the code is taken: it is among the operators on line
operators.yaml | 3001: | 2002:
    coordinators.2002: the code is taken: it is among the supervisors on line
operators.yaml | queues: [ventas] | queues: [venta]
    operators.1001.queues: there is no queue 'venta'; did you mean 'ventas'?
operators.yaml | queues: [ventas] | queues: [ventas, ventas]
    operators.1001.queues: 'ventas' stands there twice; remove one of the two
operators.yaml | 1001: | ana:
    operators.ana: 'ana' is not a code; use 3 to 8 digits: phones dial and register with it
operators.yaml | Lucía Ortega Ruiz | Lucía; Ortega
    operators.1001.name: 'Lucía; Ortega' is not a name; use 1 to 80 characters on one line, without ;
prompts.yaml | es: {sound: vm-sorry} | es: {}
    invalid_choice.es: has neither text nor sound; give the text to be said, or the name of a recorded sound
prompts.yaml | es: {sound: vm-sorry} | es: {sound: []}
    invalid_choice.es.sound: is empty; give at least 1
prompts.yaml | es: {sound: vm-sorry} | es: {sound: ../../etc/x}
    invalid_choice.es.sound.0: '../../etc/x' is not a sound's name; write it without folder and ending
prompts.yaml | es: {sound: vm-sorry} | es: {sound: vm-sorry, text: x}
    invalid_choice.es: has both text and sound; keep one of the two
prompts.yaml | es: {same_as: en} | es: {same_as: fr}
    for_english.es.same_as: there is no text in 'fr' to be the same as; name a language in which this prompt has a text
prompts.yaml | en: {sound: vm-sorry} | fr: {sound: vm-sorry}
    invalid_choice.fr: the centre does not speak 'fr'; choose one of en, es
prompts.yaml | en: {text: "You are paused."} | # gone
    state_paused: is missing in 'en'; the engine says it to an operator after *12; add it, the demo centre's prompts.yaml has
flows/bienvenida.yaml | queue: ventas | queue: vetas
    steps.ventas.queue: there is no queue 'vetas'; did you mean 'ventas'?
flows/bienvenida.yaml | [greeting] | [greting]
    steps.saludo.prompts.0: there is no prompt 'greting'; did you mean 'greeting'?
flows/bienvenida.yaml | [english] | [french]
    steps.en_ingles.skills: no operator has the skill 'french'; choose one of english
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo centre, without audio, to spoil."""
    shutil.copytree(DEMO, tmp_path / "valdeluna", ignore=shutil.ignore_patterns("*.wav"))
    return tmp_path / "valdeluna"


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace ``old``, which stands in the file, and return its line."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def told(folder: Path) -> list[str]:
    with pytest.raises(BadFile) as bad:
        load_centre(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in bad.value.problems]


def mistakes() -> list[tuple[str, str, str, str]]:
    lines = MISTAKES.strip().splitlines()
    return [
        (*(part.strip() for part in spoilt.split(" | ")), problem.strip())  # type: ignore[misc]
        for spoilt, problem in zip(lines[::2], lines[1::2], strict=True)
    ]


@pytest.mark.parametrize(("name", "old", "new", "problem"), mistakes())
def test_each_mistake_is_told_with_its_file_line_and_remedy(
    folder: Path, name: str, old: str, new: str, problem: str
) -> None:
    line = spoil(folder, name, old, new)
    if "state_paused" in problem:
        line -= 2  # told where the prompt begins
    expected = f"{name}:{line}: {problem.format(line=line, before=line - 1)}"
    assert any(told_of.startswith(expected) for told_of in told(folder)), told(folder)


def test_a_prompt_without_a_language_in_which_it_is_heard_is_told_where_it_is_used(folder: Path) -> None:
    spoil(folder, "prompts.yaml", '  en: {text: "We record calls to serve you better."}\n', "")
    [problem] = told(folder)
    assert "steps.aviso_en_ingles.prompts.0: the prompt 'recording_notice' has no 'en'" in problem


def test_two_carriers_at_one_address_are_told(folder: Path) -> None:
    line = spoil(folder, "centre.yaml", "# The numbers", "  - {name: other, addresses: [127.0.0.2]}\n# The numbers")
    assert told(folder)[0].startswith(f"centre.yaml:{line}: carriers.1.addresses: '127.0.0.2' stands on line")


def test_the_problems_of_all_files_come_together(folder: Path) -> None:
    spoil(folder, "centre.yaml", "mask_callers", "mask")
    spoil(folder, "queues.yaml", "record: all", "recrd: all")
    spoil(folder, "operators.yaml", "2001:", "1001:")
    spoil(folder, "prompts.yaml", "{sound: vm-sorry}", "{}")
    spoil(folder, "flows/bienvenida.yaml", "next: aviso", "next: aviso_x")
    files = [problem.split(":")[0] for problem in told(folder)]
    assert set(files) == {"centre.yaml", "queues.yaml", "operators.yaml", "prompts.yaml", "flows/bienvenida.yaml"}


def test_a_file_that_cannot_be_read_brings_no_false_alarms_about_what_it_would_have_held(folder: Path) -> None:
    for name in ("queues.yaml", "prompts.yaml"):
        (folder / name).write_text("a: 'b\n", encoding="utf-8")
    assert [problem.split(" ")[0] for problem in told(folder)] == ["prompts.yaml:2:", "queues.yaml:2:"]


def test_a_flow_that_cannot_be_read_is_not_told_as_missing(folder: Path) -> None:
    (folder / "flows" / "bienvenida.yaml").write_text("entries: {default: a}\n", encoding="utf-8")
    assert told(folder) == ["flows/bienvenida.yaml:1: steps: is missing; add it"]


def test_missing_files_are_told_all_of_them(tmp_path: Path) -> None:
    files = [problem.split(":")[0] for problem in told(tmp_path / "nowhere")]
    assert files == ["centre.yaml", "operators.yaml", "prompts.yaml", "queues.yaml"]


def test_a_file_in_another_encoding_is_told_with_its_line(folder: Path) -> None:
    (folder / "queues.yaml").write_bytes(b"ventas: {}\n# atenci\xf3n\n")
    assert "queues.yaml:2: is not UTF-8; save the file as UTF-8" in told(folder)
