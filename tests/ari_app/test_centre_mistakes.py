"""Is a centre with mistakes told all of them, each with its file, line and remedy, and never half-loaded?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ari_app.centre import load_centre
from ivr_flows.problems import BadFile
from tests.ari_app.fake_centre import without_customers_line

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"

# The file, what is replaced in it (the first time it stands there), and by what; below, how the problem begins.
MISTAKES = """
centre.yaml | {queue: soporte, | {queue: sopote,
    numbers.900100201.queue: there is no queue 'sopote'; did you mean 'soporte'?
centre.yaml | recording_notice: recording_notice | recording_notice: recording_notise
    recording_notice: there is no prompt 'recording_notise'; did you mean 'recording_notice'?
centre.yaml | {queue: reclamaciones, days: 1095} | {queue: reclamacions, days: 1095}
    recordings.keep.0.queue: there is no queue 'reclamacions'; did you mean 'reclamaciones'?
centre.yaml | {queue: reclamaciones, days: 1095} | {queue: reclamaciones, days: 0}
    recordings.keep.0.days
centre.yaml | fallback_queue: soporte | fallback_queue: x1
    fallback_queue: there is no queue 'x1'; choose one of reclamaciones, soporte, soporte_n2, ventas
centre.yaml | entry: out_of_hours | entry: closed
    numbers.900100202.entry: the flow 'bienvenida' has no entry 'closed'; choose one of default, out_of_hours
centre.yaml | {flow: bienvenida} | {flow: benvenida}
    numbers.900100200.flow: there is no flow 'benvenida'; did you mean 'bienvenida'?
centre.yaml | {flow: bienvenida} | {}
    numbers.900100200: a number leads into a flow or into a queue; give one of flow and queue
centre.yaml | {queue: soporte, | {queue: soporte, entry: default,
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
centre.yaml | descanso: {es: | missed: {es:
    pauses.missed: 'missed' is the engine's own, for calls that were not taken; choose another name
centre.yaml | {es: Descanso, en: | {es: Descanso, fr:
    pauses.descanso.fr: the centre does not speak 'fr'; choose one of en, es, productive
centre.yaml | {es: Descanso, | {es: 7,
    pauses.descanso.es: 7 is not text; write it in quotes
queues.yaml | wrap_up_s: 5 | dispositions: [Vendido]
    ventas.dispositions.0: 'Vendido' is not a name; use 1 to 40 of a-z, 0-9 and _, a letter first
centre.yaml | outbound: 127.0.0.2:5060 | outbound: carrier.example:5060
    carriers.0.outbound: 'carrier.example:5060' is not an address with a port; write one such as 192.0.2.10:5060
centre.yaml | [6XXXXXXXX, | ["6x",
    allowed_numbers.0: '6x' is not a pattern of numbers; write digits, and X for any digit, such as 6XXXXXXXX
queues.yaml | wrap_up_s: 5 | {exits: [{when: waited, over: 5, to: {number: "500111222"}}]}
    ventas.exits.0.to.number: '500111222' may not be called; add it to allowed_numbers in centre.yaml
operators.yaml | 1001: {name: Lucía Ortega Ruiz, | 1001: {name: Lucía Ortega Ruiz, phone: webrtc,
    operators.1001.phone: 'webrtc' is not possible; write 'sip' or 'browser'
operators.yaml | 2001: {name: Ana Belén Cortés Luna | 2001: {name: Ana Belén Cortés Luna, phone: browsr
    supervisors.2001.phone: 'browsr' is not possible; write 'sip' or 'browser'
queues.yaml | soporte_n2: | ventas:
    ventas: is there already, on line
queues.yaml | ventas: | general:
    general: a queue cannot be called 'general'; choose another name
queues.yaml | wrap_up_s: 5 | wrap_up: 5
    ventas.wrap_up: there is no such field here; did you mean 'wrap_up_s'?
queues.yaml | wrap_up_s: 5 | ring_timeout_s: 0
    ventas.ring_timeout_s: 0 is out of range; give a number above 0
queues.yaml | record: all | record: notice
    ventas.record: 'notice' is not possible; write 'never', 'on_demand', 'all' or 'forced'
queues.yaml | wrap_up_s: 5 | strategy: leastrecent
    ventas.strategy: 'leastrecent' is not possible; write 'longest_idle',
queues.yaml | wrap_up_s: 5 | join_empty: [asleep]
    ventas.join_empty.0: 'asleep' is not possible; write 'paused', 'unreachable', 'ringing', 'talking', 'wrap_up' or 'own_call'
queues.yaml | wrap_up_s: 5 | exits: [{when: waited, over: 60, to: {queue: sopote}}]
    ventas.exits.0.to.queue: there is no queue 'sopote'; did you mean 'soporte'?
queues.yaml | wrap_up_s: 5 | exits: [{when: waited, over: 60, to: {flow: benvenida}}]
    ventas.exits.0.to.flow: there is no flow 'benvenida'; did you mean 'bienvenida'?
queues.yaml | wrap_up_s: 5 | keys: {"5": {flow: bienvenida, entry: closed}}
    ventas.keys.5.entry: the flow 'bienvenida' has no entry 'closed'; choose one of default, out_of_hours
queues.yaml | wrap_up_s: 5 | exits: [{when: waited, over: 60, to: {number: 90x}}]
    ventas.exits.0.to.number: '90x' is not a phone number; write its digits, without spaces
queues.yaml | wrap_up_s: 5 | keys: {"5": {queue: ventas}}
    ventas.keys.5.queue: the key leads into the queue where the caller is; name another queue
queues.yaml | wrap_up_s: 5 | exits: [{when: waited, over: 60, to: {queue: ventas}}]
    ventas.exits.0.to: callers would be handed on in a circle (ventas -> ventas); let one of these queues' exits lead elsewhere
queues.yaml | wrap_up_s: 5 | exits: [{when: busy, to: {queue: soporte}}]
    ventas.exits.0.when: 'busy' is not possible; write
queues.yaml | wrap_up_s: 5 | exits: [{when: full, to: {queue: soporte}}]
    ventas.exits.0.when: the queue is never full; give it a capacity
queues.yaml | wrap_up_s: 5 | exits: [{when: empty, to: {queue: soporte}}]
    ventas.exits.0.when: callers may join an empty queue; say in join_empty who counts as away
queues.yaml | wrap_up_s: 5 | exits: [{when: emptied, to: {queue: soporte}}]
    ventas.exits.0.when: callers may wait in an empty queue; say in leave_when_empty who counts as away
queues.yaml | wrap_up_s: 5 | exits: [{when: closing, to: {queue: soporte}}]
    ventas.exits.0.when: the queue never closes; give it hours or closed_on
queues.yaml | wrap_up_s: 5 | {capacity: 20, exits: [{when: length, over: 50, to: {queue: soporte}}]}
    ventas.exits.0.over: never more than 19 callers find room before the next one; the queue is full at 20: lower this
queues.yaml | wrap_up_s: 5 | exits: [{when: load, over: 0, to: {queue: soporte}}]
    ventas.exits.0.over: turns every caller away; give a number above 0
queues.yaml | wrap_up_s: 5 | {max_wait_s: 60, exits: [{when: waited, over: 90, to: {queue: soporte}}]}
    ventas.exits.0.over: nobody waits that long: max_wait_s is 60; lower this, or raise max_wait_s
queues.yaml | wrap_up_s: 5 | {exits: [{when: waited, over: 6, to: {queue: soporte}}, {when: waited, over: 9, to: {hang_up: late}}]}
    ventas.exits.1.when: is never taken: exit 0 is for 'waited', too; keep one of the two
queues.yaml | wrap_up_s: 5 | {max_wait_s: 60, relax: [{after_s: 90, anyone: true}]}
    ventas.relax.0.after_s: nobody waits that long: max_wait_s is 60; lower this, or raise max_wait_s
queues.yaml | wrap_up_s: 5 | relax: [{after_s: 9, drop: [englsh]}]
    ventas.relax.0.drop: no operator has the skill 'englsh'; did you mean 'english'?
queues.yaml | wrap_up_s: 5 | {relax: [{after_s: 9, anyone: true}, {after_s: 9, lower: 1}]}
    ventas: the steps of relax are not in order; give each a later after_s than the one before
queues.yaml | wrap_up_s: 5 | {min_penalty: 3, max_penalty: 2}
    ventas: max_penalty is below min_penalty; nobody could be rung: raise it
queues.yaml | wrap_up_s: 5 | {max_penalty: 5, relax: [{after_s: 9, min_penalty: 6}]}
    ventas.relax.0: max_penalty is below min_penalty from here on; nobody could be rung: raise it
queues.yaml | wrap_up_s: 5 | min_penalty: 1
    ventas.min_penalty: leaves out every operator of the queue: their penalties are 0; change one or the other
queues.yaml | wrap_up_s: 5 | {max_wait_s: 60, callback: {offer_after_s: 60}}
    ventas.callback.offer_after_s: nobody waits that long: max_wait_s is 60; lower this, or raise max_wait_s
queues.yaml | wrap_up_s: 5 | {capacity: 5, callback: {offer_when_waiting: 5}}
    ventas.callback.offer_when_waiting: so many callers are never there before one who joins: capacity is 5; lower this
queues.yaml | wrap_up_s: 5 | {callback: {offer_after_s: 60}, keys: {"1": {queue: soporte}}}
    ventas.callback.key: '1' is among the queue's keys already, on line
queues.yaml | wrap_up_s: 5 | announce: {periodic: [pleas_wait]}
    ventas.announce.periodic.0: there is no prompt 'pleas_wait'; did you mean 'please_wait'?
queues.yaml | wrap_up_s: 5 | announce: {thanks: tanks}
    ventas.announce.thanks: there is no prompt 'tanks'; choose one of
queues.yaml | wrap_up_s: 5 | hours: [{days: [mon], start: "20:00", end: "08:00"}]
    ventas.hours.0: the hours end before they begin; give an end later than start, on the same day
queues.yaml | wrap_up_s: 5 | {tell_operator: true, announce: {thanks: queue_vents}}
    ventas.announce.thanks: there is no prompt 'queue_vents'; did you mean 'queue_ventas'?
operators.yaml | queues: [ventas], team: norte} | queues: [ventas], team: norte, language: fr}
    operators.1001.language: the centre does not speak 'fr'; choose one of en, es
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
operators.yaml | Lucía Ortega Ruiz, queues: [ventas], team: norte | Lucía Ortega Ruiz, queues: [ventas], team: nort
    operators.1001.team: there is no team 'nort'; did you mean 'norte'?
operators.yaml | Raquel Peralta Simón, team: norte | Raquel Peralta Simón, team: este
    team_leaders.2101.team: there is no team 'este'; choose one of norte, sur
operators.yaml | Raquel Peralta Simón, team: norte | Raquel Peralta Simón
    team_leaders.2101.team: is missing
operators.yaml | en: North team | fr: Nord
    teams.norte.name: has no name in 'en'; give it one in each of the centre's languages
operators.yaml | en: South team | en: South team, fr: Sud
    teams.sur.name.fr: the centre does not speak 'fr'; choose one of en, es
operators.yaml | 4001: | 3001:
    administrators.3001: the code is taken: it is among the coordinators on line
operators.yaml | Gonzalo Ibarra Muñoz | Gonzalo Ibarra Muñoz, phone: sip
    administrators.4001.phone
queues.yaml | en: Sales | fr: Ventes
    ventas.title.fr: the centre does not speak 'fr'; choose one of en, es
queues.yaml | record: all | service_level_goal: 80
    ventas.service_level_goal
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
flows/bienvenida.yaml | queue: ventas | queue: ventas, operator: "1099"
    steps.ventas.operator: there is no operator '1099'; did you mean
flows/bienvenida.yaml | [greeting] | [greting]
    steps.saludo.prompts.0: there is no prompt 'greting'; did you mean 'greeting'?
flows/bienvenida.yaml | [english] | [french]
    steps.en_ingles.skills: no operator has the skill 'french'; choose one of english
flows/bienvenida.yaml | [english] | {english: 3}
    steps.en_ingles.skills: nobody has 'english' at level 3, the highest is 1; ask for less, or raise somebody's level
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo centre, without audio, to spoil."""
    shutil.copytree(DEMO, tmp_path / "valdeluna", ignore=shutil.ignore_patterns("*.wav"))
    return without_customers_line(tmp_path / "valdeluna")


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
    if new.startswith("{") and name == "queues.yaml":  # several fields at once
        title = "title: {es: Ventas, en: Sales}"
        old, new = f"ventas:          # sales\n  {old}\n  record: all\n  {title}", f"ventas: {new}"
    line = spoil(folder, name, old, new)
    if "state_paused" in problem:
        line -= 2  # told where the prompt begins
    expected = f"{name}:{line}: {problem.format(line=line, before=line - 1)}"
    assert any(told_of.startswith(expected) for told_of in told(folder)), told(folder)


def test_a_prompt_without_a_language_in_which_it_is_heard_is_told_where_it_is_used(folder: Path) -> None:
    spoil(folder, "prompts.yaml", '  en: {text: "We record calls to serve you better."}\n', "")
    [problem] = told(folder)
    assert "steps.aviso_en_ingles.prompts.0: the prompt 'recording_notice' has no 'en'" in problem


def test_levels_of_support_that_are_not_there_or_lead_back_are_told_once(folder: Path) -> None:
    line = spoil(folder, "queues.yaml", "  next_level: soporte_n2", "  next_level: soporte_n3")
    [problem] = told(folder)
    assert problem.startswith(f"queues.yaml:{line}: soporte.next_level: there is no queue 'soporte_n3'")
    spoil(folder, "queues.yaml", "  next_level: soporte_n3", "  next_level: soporte_n2")
    spoil(folder, "queues.yaml", "  title: {es: Reclamaciones", "  next_level: ventas\n  title: {es: Reclamaciones")
    assert load_centre(folder).queue("reclamaciones").entry.next_level == "ventas"
    spoil(folder, "queues.yaml", "  title: {es: Ventas", "  next_level: reclamaciones\n  title: {es: Ventas")
    [problem] = told(folder)
    assert "tickets would be passed on in a circle (reclamaciones -> ventas -> reclamaciones)" in problem


def test_queues_that_hand_callers_on_in_a_circle_are_told_once(folder: Path) -> None:
    line = spoil(
        folder, "queues.yaml", "ventas: ", "ventas: {exits: [{when: waited, over: 60, to: {queue: soporte}}]} "
    )
    (folder / "queues.yaml").write_text(
        (folder / "queues.yaml")
        .read_text(encoding="utf-8")
        .replace("  wrap_up_s: 5\n  record: all\n  title:", "# title:")
        .replace("  next_level:", "# next_level:"),
        "utf-8",
    )
    spoil(folder, "queues.yaml", "soporte: ", "soporte: {exits: [{when: waited, over: 9, to: {queue: soporte_n2}}]} ")
    spoil(folder, "queues.yaml", "soporte_n2: ", "soporte_n2: {exits: [{when: waited, over: 9, to: {queue: ventas}}]} ")
    spoil(folder, "queues.yaml", "reclamaciones: ", "reclamaciones: {} ")
    [problem] = told(folder)
    assert problem.startswith(f"queues.yaml:{line}: ventas.exits.0.to: callers would be handed on in a circle")
    assert "(ventas -> soporte -> soporte_n2 -> ventas)" in problem


def test_a_full_queue_whose_flow_leads_a_silent_caller_back_into_it_is_told(folder: Path) -> None:
    full = "{capacity: 5, exits: [{when: full, to: {flow: bienvenida}}]}"
    old = "soporte:         # support, first level\n  wrap_up_s: 5\n  record: all\n  title: {es: Soporte, en: Support}"
    old += "\n  next_level: soporte_n2"
    line = spoil(folder, "queues.yaml", old, f"soporte: {full}")
    [problem] = told(folder)
    assert problem.startswith(
        f"queues.yaml:{line}: soporte.exits.0.to: callers would be handed on in a circle (soporte"
    )


def test_a_flow_that_takes_waiting_callers_back_is_no_circle(folder: Path) -> None:
    old = "soporte:         # support, first level\n  wrap_up_s: 5\n  record: all\n  title: {es: Soporte, en: Support}"
    old += "\n  next_level: soporte_n2"
    spoil(folder, "queues.yaml", old, "soporte: {exits: [{when: waited, over: 60, to: {flow: bienvenida}}]}")
    assert load_centre(folder).queue("soporte").rules.exits


def test_a_queue_that_tells_operators_needs_its_prompts_in_every_language(folder: Path) -> None:
    line = spoil(folder, "queues.yaml", "ventas:          # sales\n", "ventas:\n  tell_operator: true\n") + 1
    spoil(folder, "prompts.yaml", "told_waiting:\n", "told_something:\n")
    spoil(folder, "prompts.yaml", '  en: {text: "Sales."}\n', "")
    where = f"queues.yaml:{line}: ventas.tell_operator:"
    assert told(folder) == [
        f"{where} the prompt 'queue_ventas' has no 'en', and it may be heard in it; add that language to it in prompts.yaml",
        f"{where} there is no prompt 'told_waiting'; did you mean 'told_something'?",
    ]


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


@pytest.mark.parametrize(
    ("rules", "prompt", "where"),
    [
        ("announce: {position: true}", "position_after", "ventas.announce.position"),
        ("announce: {wait: true}", "wait_and", "ventas.announce.wait"),
        ("callback: {offer_after_s: 20}", "callback_agreed", "ventas.callback"),
        ('keys: {"5": {callback: true}}', "callback_refused", "ventas.keys.5.callback"),
        ("exits: [{when: waited, over: 9, to: {voicemail: box}}]", "voicemail", "ventas.exits.0.to.voicemail"),
    ],
)
def test_what_the_engine_would_say_to_waiting_callers_must_be_there(
    folder: Path, rules: str, prompt: str, where: str
) -> None:
    spoil(folder, "queues.yaml", "ventas:          # sales", f"ventas:\n  {rules}")
    load_centre(folder)
    spoil(folder, "prompts.yaml", f"\n{prompt}:", f"\n{prompt}_gone:")
    assert [problem.split(": ", 1)[1].split(";")[0] for problem in told(folder)] == [
        f"{where}: callers would hear the prompt {prompt!r}, which is missing in {language!r}"
        for language in ("en", "es")
    ]
