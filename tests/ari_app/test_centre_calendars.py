"""Are calendars.yaml and the queues' hours read as they are meant, and is each mistake told with its line and remedy?"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from ari_app.centre import Centre, load_centre
from ari_app.centre_calendars import CalendarsFile
from ivr_flows.calendars import Calendar, state_at
from ivr_flows.located_yaml import read
from ivr_flows.problems import BadFile
from tests.ari_app.fake_centre import DEMO, FakeCentre, changed_demo, in_virtual_time, without_customers_line

CALENDARS = """\
oficina:
  hours: [{days: [mon, tue], start: "08:00", end: "20:00"}]
  holidays: {country: ES, region: MD, also: [2026-11-09]}
  exceptions:
    2026-12-24: [{start: "08:00", end: "14:00"}]
    "2026-12-31": closed
noche:
  time_zone: Atlantic/Canary
  hours: [{days: [mon], start: "22:00", end: "24:00"}]
"""


def centre_with(folder: Path, calendars: str | None, queue: str = "wrap_up_s: 5") -> Centre:
    """The demo centre with these calendars (None: without the file), and this in the queue ventas, on line 24."""
    centre = without_customers_line(changed_demo(folder, queues=("  wrap_up_s: 5", f"  {queue}")))
    (centre / "calendars.yaml").unlink()
    if calendars is not None:
        (centre / "calendars.yaml").write_text(calendars, encoding="utf-8")
    return load_centre(centre)


def told(folder: Path, calendars: str | None, queue: str = "wrap_up_s: 5") -> list[str]:
    with pytest.raises(BadFile) as bad:
        centre_with(folder, calendars, queue)
    return [str(problem).partition("/centre-0/")[2] for problem in bad.value.problems]


def state(calendar: Calendar, at: str, zone: str = "Europe/Madrid") -> str:
    return state_at(calendar, datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_a_calendar_says_what_its_file_says(tmp_path: Path) -> None:
    centre = centre_with(tmp_path, CALENDARS)
    office, night = centre.calendars["oficina"], centre.calendars["noche"]
    assert (office.time_zone, night.time_zone) == ("Europe/Madrid", "Atlantic/Canary")
    expected = {
        "2026-11-30T10:00": "open",  # a Monday
        "2026-12-02T10:00": "closed",  # a Wednesday
        "2026-12-07T10:00": "holiday",  # Madrid's Monday after the Día de la Constitución
        "2026-11-09T10:00": "holiday",  # la Almudena, a Monday
        "2026-12-24T13:00": "open",
        "2026-12-24T15:00": "closed",
        "2026-12-31T10:00": "closed",
    }
    assert {at: state(office, at) for at in expected} == expected
    assert state(night, "2026-11-30T23:59:59.9", "Atlantic/Canary") == "open"


def test_the_json_schema_takes_what_a_calendar_may_say() -> None:
    schema = CalendarsFile.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data, _ = read(CALENDARS, "calendars.yaml")
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_demo_office_is_open_on_weekdays_and_not_on_madrids_holidays() -> None:
    office = load_centre(DEMO).calendars["oficina"]
    assert state(office, "2026-11-27T19:59") == "open"
    assert state(office, "2026-11-28T10:00") == "closed"
    assert state(office, "2027-04-30T10:00") == "open"
    assert state(office, "2025-05-02T10:00") == "holiday"
    assert [state(office, f"2026-12-24T{hour}:00") for hour in (13, 14)] == ["open", "closed"]


def test_a_centre_without_calendars_has_none(tmp_path: Path) -> None:
    assert centre_with(tmp_path, None).calendars == {}


def test_a_queue_has_the_hours_of_its_calendar_or_its_own_or_is_always_open(tmp_path: Path) -> None:
    named = centre_with(tmp_path, CALENDARS, "calendar: oficina")
    assert named.queue("ventas").calendar is named.calendars["oficina"]
    assert state(named.queue("soporte").calendar, "2026-12-25T03:00") == "open"
    (tmp_path / "centre-0").rename(tmp_path / "other")
    own = centre_with(tmp_path, None, 'hours: [{days: [sun], start: "08:00", end: "24:00"}]\n  closed_on: [2026-12-27]')
    ventas = own.queue("ventas").calendar
    assert [state(ventas, f"2026-12-{at}") for at in ("20T23:59", "21T00:00", "27T10:00")] == [
        "open",
        "closed",
        "holiday",
    ]


@in_virtual_time
async def test_a_calendar_that_a_reload_changes_closes_and_opens_its_queue(centre: FakeCentre) -> None:
    other = centre.folder / "other"
    other.mkdir()
    always = "oficina: {holidays: {also: [1999-01-01]}}\n"
    never = 'oficina: {hours: [{days: [mon], start: "00:00", end: "00:01"}]}\n'
    assert centre.reload(centre_with(other, always, "calendar: oficina")).changed
    assert not centre.board.queues["ventas"].closed
    shutil.rmtree(other / "centre-0")
    plan = centre.reload(centre_with(other, never, "calendar: oficina"))
    assert centre.board.queues["ventas"].closed
    assert {"calendar oficina: changed", "queue ventas: changed"} <= set(plan.changed)


# The calendars; below, how the problem begins.
MISTAKES = """
a: {holidays: {country: es}}
    a.holidays.country: the holidays of the country 'es' are not known; did you mean 'ES'?
a: {holidays: {country: ESP}}
    a.holidays.country: the holidays of the country 'ESP' are not known; did you mean 'ES'?
a: {holidays: {country: Narnia}}
    a.holidays.country: the holidays of the country 'Narnia' are not known; write its code
a: {holidays: {country: ES, region: MAD}}
    a.holidays.region: ES has no region 'MAD'; did you mean 'MD'?
a: {holidays: {country: ES, region: Madrid}}
    a.holidays.region: ES has no region 'Madrid'; did you mean 'MD'?
a: {holidays: {country: ES, region: XX}}
    a.holidays.region: ES has no region 'XX'; choose one of AN, AR
a: {holidays: {country: AD, region: "99"}}
    a.holidays.region: AD has no region '99'; choose one of
a: {holidays: {region: MD}}
    a.holidays.region: a region needs its country; give the country, too
a: {holidays: {also: [2026-2-1]}}
    a.holidays.also.0: '2026-2-1' is not a date; write year, month and day as 2026-12-24
a: {holidays: {country: ES}, time_zone: Europe/Madird}
    a.time_zone: 'Europe/Madird' is not a time zone; did you mean 'Europe/Madrid'?
a: {exceptions: {2026-02-29: closed}}
    a.exceptions.2026-02-29: '2026-02-29' is not a date; write year, month and day as 2026-12-24
a: {exceptions: {2026-12-24: clsed}}
    a.exceptions.2026-12-24: 'clsed' is not possible; write closed, or hours as
a: {exceptions: {2026-12-24: [{start: "8:00", end: "14:00"}]}}
    a.exceptions.2026-12-24.0.start: '8:00' is not a time of day; write it as "08:00"
a: {exceptions: {2026-12-24: [{start: "15:00", end: "14:00"}]}}
    a.exceptions.2026-12-24.0: the hours end before they begin; give an end later
a: {exceptions: {2026-12-24: [{start: "15:00"}]}}
    a.exceptions.2026-12-24.0.end: is missing; add it
a: {exceptions: {2026-12-24: 7}}
    a.exceptions.2026-12-24: 7 is not a list; write it as [first, second]
a: {hours: [{days: [mon], start: "08:00", end: "25:00"}]}
    a.hours.0.end: '25:00' is not a time of day; write it as "08:00"
a: {hours: [{days: [mo], start: "08:00", end: "10:00"}]}
    a.hours.0.days.0: 'mo' is not possible; write 'mon', 'tue'
a: {}
    a: is always open; give it hours, holidays or exceptions
a: {holiday: {country: ES}}
    a.holiday: there is no such field here; did you mean 'holidays'?
A: {holidays: {country: ES}}
    A: 'A' is not a name; use 1 to 40 of a-z
"""


@pytest.mark.parametrize(
    ("calendars", "problem"), list(zip(MISTAKES.splitlines()[1::2], MISTAKES.splitlines()[2::2], strict=True))
)
def test_each_mistake_is_told_with_its_line_and_remedy(tmp_path: Path, calendars: str, problem: str) -> None:
    [found] = told(tmp_path, f"# calendars\n{calendars}\n")
    assert found.startswith(f"calendars.yaml:2: {problem.strip()}")


def test_a_queue_with_a_calendar_that_is_not_there_is_told(tmp_path: Path) -> None:
    [found] = told(tmp_path, CALENDARS, "calendar: ofcina")
    line = (DEMO / "queues.yaml").read_text(encoding="utf-8").split("ventas:")[0].count("\n") + 2
    assert found == f"queues.yaml:{line}: ventas.calendar: there is no calendar 'ofcina'; did you mean 'oficina'?"


def test_a_calendar_and_hours_of_its_own_are_too_much_for_a_queue(tmp_path: Path) -> None:
    [found] = told(tmp_path, CALENDARS, "calendar: oficina\n  closed_on: [2026-12-25]")
    assert "ventas: has both a calendar and hours of its own; keep the calendar, or hours and closed_on" in found


def test_a_calendar_lets_a_queue_have_an_exit_for_when_it_is_closed(tmp_path: Path) -> None:
    centre = centre_with(tmp_path, CALENDARS, "calendar: oficina\n  exits: [{when: closed, to: {queue: soporte}}]")
    assert centre.queue("ventas").rules.exits


def test_calendars_that_cannot_be_read_bring_no_false_alarm_about_the_queues(tmp_path: Path) -> None:
    assert [problem.split(" ")[0] for problem in told(tmp_path, "a: 'b\n", "calendar: oficina")] == [
        "calendars.yaml:2:"
    ]
