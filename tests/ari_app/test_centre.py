"""Is the demo centre what the product says it is?"""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import jsonschema
import pytest

from ari_app.centre import UnknownNumber, UnknownPrompt, load_centre
from ari_app.centre_calendars import CalendarsFile
from ari_app.centre_checks import ENGINE_PROMPTS
from ari_app.centre_files import CentreFile, OperatorsFile, PromptsFile
from ari_app.centre_queues import QueuesFile
from ari_app.centre_services import ServicesFile
from ivr_flows.located_yaml import read
from ivr_flows.messages import HangUp, JoinQueue
from ivr_flows.rehearsal import Rehearsal
from ivr_flows.session import Session
from tests.ari_app.fake_centre import without_customers_line

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


# --- the demo centre --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo centre, without audio, to change."""
    shutil.copytree(DEMO, tmp_path / "valdeluna", ignore=shutil.ignore_patterns("*.wav"))
    return without_customers_line(tmp_path / "valdeluna")


def codes(first: int, last: int) -> set[str]:
    return {str(code) for code in range(first, last + 1)}


def test_the_demo_has_its_people_each_with_their_queues_and_skills() -> None:
    centre = load_centre(DEMO)

    def serving(queue: str) -> set[str]:
        return {operator.code for operator in centre.operators if queue in operator.queues}

    assert {operator.code for operator in centre.operators} == codes(1001, 1020)
    assert [queue.name for queue in centre.queues] == ["ventas", "soporte", "soporte_n2", "reclamaciones"]
    assert serving("ventas") == codes(1001, 1008)
    assert serving("soporte") == codes(1005, 1014)
    assert serving("soporte_n2") == codes(1015, 1016)
    assert serving("reclamaciones") == codes(1010, 1018)
    assert {o.code for o in centre.operators if "english" in o.skills} == {"1004", "1008", "1012", "1016", "1020"}
    assert {person.code for person in centre.supervisors} == codes(2001, 2004)
    assert {person.code for person in centre.coordinators} == {"3001"}
    assert [person.code for person in centre.administrators] == ["4001"]
    assert len({person.name for person in centre.people}) == len(centre.people) == 27


def test_the_demo_has_two_teams_each_under_a_leader_of_whichever_queues_its_operators_serve() -> None:
    centre = load_centre(DEMO)
    teams = {team.id: {one.code for one in centre.operators if one.team == team.id} for team in centre.teams}
    assert teams == {"norte": codes(1001, 1010), "sur": codes(1011, 1020)}
    assert [(leader.code, leader.team, leader.queues) for leader in centre.team_leaders] == [
        ("2101", "norte", ("ventas", "soporte", "reclamaciones")),
        ("2102", "sur", ("soporte", "soporte_n2", "reclamaciones")),
    ]


def test_team_leaders_have_a_phone_and_administrators_none(folder: Path) -> None:
    centre = load_centre(folder)
    assert {"2101", "2102"} < set(centre.dialled_inside)
    assert "4001" not in centre.dialled_inside
    assert centre.person("4001") is None


def test_everybody_has_a_sip_phone_who_is_not_said_to_have_one_in_a_browser(folder: Path) -> None:
    assert load_centre(folder).browsers == ()
    people = folder / "operators.yaml"
    text = people.read_text(encoding="utf-8")
    for name in ("Nuria Campos Vega", "Ana Belén Cortés Luna", "Isabel Quintana Robles"):
        text = text.replace(name, f"{name}, phone: browser")
    people.write_text(text, encoding="utf-8")
    assert [person.code for person in load_centre(folder).browsers] == ["1009", "2001", "3001"]


def test_the_demo_has_its_numbers_carrier_and_rules() -> None:
    centre = load_centre(DEMO)
    assert (centre.company, centre.default_language, centre.languages) == ("Valdeluna Energía", "es", ("es", "en"))
    assert [(c.name, c.addresses) for c in centre.carriers] == [("demo", ("127.0.0.2",))]
    ways = {n.number: (n.flow, n.entry, n.queue, n.fallback_queue) for n in centre.numbers}
    assert ways == {
        "900100200": ("bienvenida", "default", None, "soporte"),
        "900100201": (None, "default", "soporte", "soporte"),
        "900100202": ("bienvenida", "out_of_hours", None, "soporte"),
        "900100210": ("cliente", "default", None, "soporte"),
        "900100211": ("cliente", "abierto", None, "soporte"),
        "900100212": ("averias", "default", None, "soporte"),
    }
    assert centre.mask_callers
    for queue in centre.queues:
        rules = queue.rules
        assert (rules.wrap_up_s, rules.ring_timeout_s, rules.service_level_s, queue.entry.record) == (
            5.0,
            15.0,
            20.0,
            "all",
        )


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ("1", JoinQueue("ventas", (), 0, "es")),
        ("2", JoinQueue("soporte", (), 0, "es")),
        ("3", JoinQueue("reclamaciones", (), 0, "es")),
        ("0", JoinQueue("soporte", (), 0, "es")),
        ("", JoinQueue("soporte", (), 0, "es")),
        ("91", JoinQueue("ventas", (("english", 1),), 0, "en")),
        ("92", JoinQueue("soporte", (("english", 1),), 0, "en")),
        ("93", JoinQueue("reclamaciones", (("english", 1),), 0, "en")),
        ("990", JoinQueue("soporte", (("english", 1),), 0, "en")),
        ("9", JoinQueue("soporte", (("english", 1),), 0, "en")),
        ("5", JoinQueue("soporte", (), 0, "es")),
    ],
)
@pytest.mark.parametrize("ahead", [True, False], ids=["typed_ahead", "in_the_menu"])
def test_the_demo_menu_leads_where_it_says(keys: str, outcome: JoinQueue, ahead: bool) -> None:
    heard, end = guided("900100200", keys, ahead=ahead)
    assert end == outcome
    assert heard[:2] == [("greeting", "es"), ("recording_notice", "es")]
    assert (("recording_notice", "en") in heard) == (outcome.language == "en")
    assert (("no_choice", outcome.language) in heard) == (keys in ("", "9"))
    assert (("invalid_choice", "es") in heard) == (keys == "5")


def test_the_demo_out_of_hours_number_says_so_and_hangs_up() -> None:
    assert guided("900100202", "") == ([("out_of_hours", "es"), ("goodbye", "es")], HangUp("out_of_hours"))


def guided(number: str, keys: str, ahead: bool = False) -> tuple[list[tuple[str, str]], JoinQueue | HangUp]:
    """What a caller hears who presses ``keys`` at the very start or one in each menu, and then nothing more."""
    centre = load_centre(DEMO)
    route = centre.route(number)
    assert route.flow is not None
    talk = Rehearsal(Session.begin(centre.flows, route.flow, route.entry, centre.default_language))
    for key in keys:
        if not ahead:
            talk.listens()
        talk.presses(key)
    while talk.ending is None:
        talk.waits()
    heard = []
    for said in talk.said:
        assert isinstance(said.what, str)
        assert centre.prompt_media(said.what, said.language)
        heard.append((said.what, said.language))
    return heard, talk.ending


def test_the_recording_notice_cannot_be_interrupted_in_any_language() -> None:
    for step in load_centre(DEMO).flows["bienvenida"].steps.values():
        if step.kind == "say" and "recording_notice" in [item.prompt for item in step.prompts]:
            assert not step.interruptible


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("centre", CentreFile),
        ("queues", QueuesFile),
        ("operators", OperatorsFile),
        ("prompts", PromptsFile),
        ("calendars", CalendarsFile),
        ("services", ServicesFile),
    ],
)
def test_the_demo_files_fit_the_json_schemas(name: str, model: type[CentreFile]) -> None:
    schema = model.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data, _ = read((DEMO / f"{name}.yaml").read_text(encoding="utf-8"), name)
    jsonschema.Draft202012Validator(schema).validate(data)


def test_supervisors_see_the_queues_named_or_all_and_coordinators_all(folder: Path) -> None:
    people = folder / "operators.yaml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("Cortés Luna}", "Cortés Luna, queues: [ventas]}"), encoding="utf-8")
    centre = load_centre(folder)
    everything = tuple(queue.name for queue in centre.queues)
    sight = {person.code: person.queues for person in (*centre.supervisors, *centre.coordinators)}
    assert sight == {"2001": ("ventas",), **dict.fromkeys(["2002", "2003", "2004", "3001"], everything)}


# --- prompts ----------------------------------------------------------------------------------------------------------


def test_made_audio_is_named_by_absolute_path_and_recorded_sounds_by_name() -> None:
    centre = load_centre(DEMO)
    prompts = DEMO.resolve() / "prompts"
    assert centre.prompt_media("greeting", "en") == (f"sound:{prompts}/en/greeting",)
    assert centre.prompt_media("for_english", "es") == (f"sound:{prompts}/en/for_english",)
    assert centre.prompt_media("goodbye", "es") == ("sound:vm-goodbye",)
    for prompt, language in [("nothing", "es"), ("greeting", "fr")]:
        with pytest.raises(UnknownPrompt, match=r"add it to prompts\.yaml"):
            centre.prompt_media(prompt, language)


def test_what_the_engine_says_is_there_in_every_language() -> None:
    centre = load_centre(DEMO)
    assert all(centre.prompt_media(prompt, language) for prompt in ENGINE_PROMPTS for language in centre.languages)


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(UnknownNumber):
        load_centre(DEMO).route("900100299")


# --- audio ------------------------------------------------------------------------------------------------------------


def make_audio(folder: Path, rate_hz: int = 8000, frames: int = 80) -> None:
    text_prompts = [line.split(": ")[0] for line in missing(folder)]
    for prompt, language in (name.rsplit(".", 1) for name in text_prompts):
        path = folder / "prompts" / language / f"{prompt}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(b"\0\0" * frames)


def missing(folder: Path) -> list[str]:
    return [str(problem).split(": ", 1)[1] for problem in load_centre(folder).missing_audio]


def test_texts_without_audio_are_a_warning_with_their_line(folder: Path) -> None:
    first = load_centre(folder).missing_audio[0]
    wanted = folder / "prompts" / "es" / "greeting.wav"
    assert (first.field, first.what) == ("greeting.es", f"{wanted} is missing")
    assert "Gracias por llamar" in (folder / "prompts.yaml").read_text(encoding="utf-8").splitlines()[first.line - 1]


def test_with_the_audio_made_nothing_is_missing(folder: Path) -> None:
    assert missing(folder)
    make_audio(folder)
    assert missing(folder) == []


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"rate_hz": 16000}, "is not 8 kHz, 16 bit, mono but 16000 Hz, 16 bit, 1 channels"),
        ({"frames": 0}, "is empty"),
    ],
)
def test_audio_that_would_not_be_heard_counts_as_missing(folder: Path, spoilt: dict[str, int], why: str) -> None:
    count = len(missing(folder))
    make_audio(folder, **spoilt)
    assert [why in problem for problem in missing(folder)] == [True] * count


def test_half_a_file_counts_as_missing(folder: Path) -> None:
    make_audio(folder)
    (folder / "prompts" / "es" / "greeting.wav").write_bytes(b"RIFF")
    assert "cannot be read" in missing(folder)[0]
