"""Traffic files: what they mean, and that every mistake in them is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ari_app.centre import Centre, load_centre
from ari_app.traffic_files import Plan, TrafficFile, load_traffic
from ivr_flows.located_yaml import read
from ivr_flows.problems import BadFile
from queues.traffic import Duration, Rate, Shift

DEMO = Path(__file__).resolve().parents[2] / "centres" / "valdeluna"
SUPPORT = """\
queues:
  soporte:
    calls_per_hour: 60
    handling: {mean_s: 180}
"""


@pytest.fixture(scope="module")
def centre() -> Centre:
    return load_centre(DEMO)


@pytest.fixture
def load(tmp_path: Path, centre: Centre) -> Any:
    def from_text(text: str) -> Plan:
        path = tmp_path / "traffic.yaml"
        path.write_text(text, encoding="utf-8")
        return load_traffic(path, centre)

    return from_text


def problems(load: Any, text: str) -> list[str]:
    """``line: field: what`` of each."""
    with pytest.raises(BadFile) as bad:
        load(text)
    return [f"{one.line}: {one.field}: {one.what}" for one in bad.value.problems]


@pytest.mark.parametrize("name", ["traffic.yaml", "traffic_textbook.yaml"])
def test_demo_traffic_is_in_order_and_fits_its_schema(centre: Centre, name: str) -> None:
    plan = load_traffic(DEMO / name, centre)
    assert plan.traffic.queues
    text = (DEMO / name).read_text(encoding="utf-8")
    jsonschema.validate(read(text, name)[0], TrafficFile.model_json_schema())


def test_rate_holds_until_the_next_time_and_the_last_until_midnight(load: Any) -> None:
    text = SUPPORT.replace("60", "{08:00: 30, 21:00: 0, 14:30: 12.5}")
    assert load(text).traffic.queues[0].rates == (
        Rate(28_800, 52_200, 30),
        Rate(52_200, 75_600, 12.5),
        Rate(75_600, 86_400, 0),
    )


def test_number_alone_is_the_rate_of_the_whole_day(load: Any) -> None:
    plan = load(SUPPORT)
    assert plan.traffic.queues[0].rates == (Rate(0, 86_400, 60),)
    assert plan.traffic.queues[0].handling == Duration(180)
    assert plan.traffic.queues[0].patience_s is None


def test_without_shifts_every_operator_with_a_queue_is_at_work_all_the_time(load: Any, centre: Centre) -> None:
    serving = {person.code for person in centre.operators if person.queues}
    plan = load(SUPPORT)
    assert set(plan.traffic.shifts) == {Shift(code) for code in serving}
    assert {profile.code for profile in plan.operators} == serving


def test_only_who_has_a_shift_is_there(load: Any) -> None:
    plan = load(SUPPORT + "shifts: {1009: 08:00-15:00, 1012: [10:00-14:00, 16:00-24:00]}\n")
    assert plan.traffic.shifts == (
        Shift("1009", 28_800, 54_000),
        Shift("1012", 36_000, 50_400),
        Shift("1012", 57_600, 86_400),
    )
    assert [profile.code for profile in plan.operators] == ["1009", "1012"]
    assert plan.operators[1].skills == {"english": 1}
    assert plan.serving("soporte") == {"1009", "1012"}
    assert plan.serving("reclamaciones") == {"1012"}


def test_make_believe_staff_stands_in_for_the_centres_operators(load: Any) -> None:
    staff = "    staff: [{operators: 2}, {operators: 1, shift: 08:00-10:00}]\n    wrap_up_s: 0\n"
    plan = load(SUPPORT + staff)
    assert [profile.code for profile in plan.operators] == ["soporte-1", "soporte-2", "soporte-3"]
    assert plan.traffic.shifts[2] == Shift("soporte-3", 28_800, 36_000)
    assert next(rules for rules in plan.queues if rules.name == "soporte").wrap_up_s == 0
    assert next(rules for rules in plan.queues if rules.name == "ventas").wrap_up_s == 5
    both = load(SUPPORT + staff + "shifts: {1009: 08:00-15:00}\n")
    assert len(both.operators) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SUPPORT.replace("soporte", "suporte"), "2: queues.suporte: there is no queue 'suporte'"),
        (SUPPORT.replace("60", "many"), "3: queues.soporte.calls_per_hour: 'many' is not a mapping"),
        (SUPPORT.replace("60", "-1"), "3: queues.soporte.calls_per_hour.00:00: -1 is out of range"),
        (
            SUPPORT.replace("60", "{8:00: 30}"),
            "3: queues.soporte.calls_per_hour.8:00: '8:00' is not a time of day",
        ),
        (SUPPORT.replace("180", "soon"), "4: queues.soporte.handling.mean_s: 'soon' is not a number"),
        (
            SUPPORT.replace("180", "180, kind: gauss"),
            "4: queues.soporte.handling.kind: 'gauss' is not possible",
        ),
        (SUPPORT.replace("180", "180, cv: 2"), "4: queues.soporte.handling: exponential has no cv to choose"),
        (SUPPORT + "    patience_s: 0\n", "5: queues.soporte.patience_s: 0 is out of range"),
        (
            SUPPORT + "    wants: [{share: 0.1, skills: [englsh]}]\n",
            "5: queues.soporte.wants.0.skills.englsh: nobody has the skill 'englsh'",
        ),
        (
            SUPPORT + "    wants: [{share: 0.1, skills: {english: 3}}]\n",
            "5: queues.soporte.wants.0.skills.english: nobody has english at level 3",
        ),
        (
            SUPPORT + "    wants: [{share: 0.6, skills: [english]}, {share: 0.6, skills: []}]\n",
            "2: queues.soporte: the shares of wants are more than 1 together",
        ),
        (SUPPORT + "    staff: [{operators: 0}]\n", "5: queues.soporte.staff.0.operators: 0 is out of range"),
        (SUPPORT + "shifts:\n  1021: 08:00-15:00\n", "6: shifts.1021: there is no operator 1021"),
        (SUPPORT + "shifts:\n  1019: 08:00-15:00\n", "6: shifts.1019: 1019 serves no queue"),
        (SUPPORT + "shifts: {1009: 15:00-08:00}\n", "5: shifts.1009.0: 15:00-08:00 ends before it begins"),
        (SUPPORT + "shifts: {1009: mornings}\n", "5: shifts.1009.0: 'mornings' is not a shift"),
        (SUPPORT + "answering: {refused: 1}\n", "5: answering.refused: 1 is out of range"),
        (SUPPORT + "start: 25:00\n", "5: start: '25:00' is not a time of day"),
        (SUPPORT + "hours: 0\n", "5: hours: 0 is out of range"),
        (SUPPORT + "colour: red\n", "5: colour: there is no such field here"),
        ("hours: 3\n", "1: queues: is missing"),
    ],
)
def test_mistake_is_told_with_its_line(load: Any, text: str, expected: str) -> None:
    assert problems(load, text) == [expected]


def test_warm_up_as_long_as_the_whole_is_refused(load: Any) -> None:
    assert problems(load, SUPPORT + "hours: 1\nwarm_up_s: 3600\n") == ["1: : warm_up_s is as long as the whole"]


def test_missing_file_is_told(tmp_path: Path, centre: Centre) -> None:
    with pytest.raises(BadFile, match=r"none\.yaml:1: the file is missing"):
        load_traffic(tmp_path / "none.yaml", centre)


def test_all_mistakes_come_at_once_each_with_the_file_and_a_remedy(load: Any, tmp_path: Path) -> None:
    with pytest.raises(BadFile) as bad:
        load(SUPPORT.replace("soporte", "suporte") + "shifts: {1021: 08:00-15:00}\n")
    assert str(bad.value).splitlines() == [
        f"{tmp_path / 'traffic.yaml'}:2: queues.suporte: there is no queue 'suporte'; did you mean 'soporte'?",
        f"{tmp_path / 'traffic.yaml'}:5: shifts.1021: there is no operator 1021; did you mean '1018'?",
    ]
