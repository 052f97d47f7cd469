"""What the API says of figures, to whom, and in which form."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import text

from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.contract import OperatorStatus
from console.figures import counting, history_routes, routes
from console.figures.centre import Centre
from console.figures.counting import Sums
from console.figures.csv_text import MARK, csv_text
from console.figures.curve import day_curve
from console.figures.definitions import DEFINITIONS
from console.figures.forecast import MIN_WEEKS, Range, expected_arrivals, forecast
from console.figures.queries import FiguresStore
from console.figures.routes import _past_of
from console.figures.spans import begin_of
from console.people import Person
from tests.console.figures.past import (
    CENTRE,
    CLOCKS_GO_BACK,
    DAYS,
    MADRID,
    PEOPLE,
    TODAY,
    Api,
    FakeCentre,
    database_with,
)

ALL_DAYS = {"from": DAYS[0].isoformat(), "to": TODAY.isoformat()}


async def test_each_number_says_what_it_is_and_which_calls_are_behind_it(api: Api) -> None:
    said = (await api.get("coordinator", "figures/by", {"by": "queue", **ALL_DAYS})).json()
    assert [one["id"] for one in said["definitions"]] == list(DEFINITIONS)
    assert all(one["definition"]["es"] and one["definition"]["en"] for one in said["definitions"])
    assert {row["key"]["queue"] for row in said["items"]} == set(CENTRE.queues)
    assert said["total"]["figures"]["offered"] == sum(row["figures"]["offered"] for row in said["items"])
    for row in said["items"]:
        for one in said["definitions"]:
            if one["counted"] is None or one["unit"] != "calls":
                continue
            asked = [*parse_qsl(row["calls"]), ("counted", one["counted"])]
            behind = (await api.get("coordinator", "history/calls", dict(asked))).json()
            assert behind["total"] == row["figures"][one["id"]], (row["key"], one["id"])


@pytest.mark.parametrize("by", ["hour", "day", "operator", "team", "hour_of_day", "queue,hour", "operator,day"])
async def test_by_any_group_as_many_calls_are_behind_a_number_as_it_says(api: Api, by: str) -> None:
    said = (await api.get("coordinator", "figures/by", {"by": by, **ALL_DAYS})).json()
    assert len(said["items"]) > 1
    for row in said["items"][:6]:
        asked = [*parse_qsl(row["calls"]), ("counted", "answered")]
        behind = (await api.get("coordinator", "history/calls", dict(asked))).json()
        assert behind["total"] == row["figures"]["answered"], row["key"]


async def test_teams_are_the_whole_with_those_who_are_in_none(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    some = replace(CENTRE, teams={"sur": CENTRE.teams["sur"]})  # of norte nobody is there any more

    async def centre(self: FakeCentre, authorization: str) -> Centre:
        return some

    monkeypatch.setattr(FakeCentre, "centre", centre)
    whole = (await api.get("coordinator", "figures/by", {"by": "operator", **ALL_DAYS})).json()["total"]["figures"]
    said = (await api.get("coordinator", "figures/by", {"by": "team", **ALL_DAYS})).json()
    assert said["total"]["figures"] == whole
    assert {row["names"]["es"]["team"] for row in said["items"]} == {"Sur", "Sin equipo"}
    for row in (*said["items"], said["total"]):
        for counted in ("answered", "handled"):
            asked = dict(parse_qsl(f"{row['calls']}&counted={counted}", keep_blank_values=True))
            behind = (await api.get("coordinator", "history/calls", asked)).json()
            assert behind["total"] == row["figures"][counted], (row["key"], counted)
    calls = [
        (await api.get("coordinator", "history/calls", {"team": team, "limit": 500, **ALL_DAYS})).json()["items"]
        for team in ("sur", "")
    ]
    assert all("1003" in one["operators"] for one in calls[0])
    assert calls[1]
    assert all({"1001", "1002"} & set(one["operators"]) for one in calls[1])
    leader = Person("1900", "Lea", "team_leader", team="sur")
    theirs = Api(api.database, {**PEOPLE, "leader": leader})
    assert (await theirs.get("leader", "history/calls", {"team": "", **ALL_DAYS})).json()["total"] == 0


async def test_rates_of_the_whole_come_from_its_sums_not_from_the_groups_rates(api: Api) -> None:
    said = (await api.get("coordinator", "figures/by", {"by": "hour", **ALL_DAYS})).json()
    whole = said["total"]["figures"]
    assert whole["sl2"] == pytest.approx(
        (whole["answered_in_sl"] + whole["abandoned_in_sl"]) / (whole["answered"] + whole["abandoned"])
    )
    rates = [row["figures"]["sl2"] for row in said["items"] if row["figures"]["sl2"] is not None]
    assert whole["sl2"] != pytest.approx(sum(rates) / len(rates))


async def test_an_operator_sees_the_own_figures_of_today(api: Api) -> None:
    mine = (await api.get("operator", "figures/by", {"by": "operator"})).json()
    assert [row["key"]["operator"] for row in mine["items"]] == ["1002"]
    assert mine["items"][0]["figures"]["handled"]
    assert mine["items"][0]["figures"]["offered"] is None
    for refused in (ALL_DAYS, {"operator": "1001"}, {"day": DAYS[0].isoformat()}):
        assert (await api.get("operator", "figures/by", refused)).status_code == 403
    assert (await api.get("operator", "figures/day-curve")).status_code == 403
    assert (await api.get("operator", "queues/soporte/forecast")).status_code == 403


async def test_a_supervisor_sees_the_own_queues_and_one_without_queues_sees_all(api: Api) -> None:
    async def queues_of(who: str) -> set[str]:
        said = (await api.get(who, "figures/by", {"by": "queue", **ALL_DAYS})).json()
        return {row["key"]["queue"] for row in said["items"]}

    assert await queues_of("supervisor") == {"soporte"}
    assert await queues_of("everywhere") == await queues_of("coordinator") == {"soporte", "ventas"}
    asked = {"by": "queue", "queue": "ventas", **ALL_DAYS}
    assert (await api.get("supervisor", "figures/by", asked)).json()["items"] == []


async def test_a_team_leader_sees_the_own_team(databases: dict[int, Database]) -> None:
    leader = Person("1900", "Lea", "team_leader", team="norte")
    api = Api(databases[1], {**PEOPLE, "leader": leader})
    said = (await api.get("leader", "figures/by", {"by": "operator", **ALL_DAYS})).json()
    assert {row["key"]["operator"] for row in said["items"]} == {"1001", "1002"}
    assert (await api.get("leader", "figures/by", {"operator": "1003", **ALL_DAYS})).status_code == 403
    assert (await api.get("leader", "figures/day-curve")).json()["items"]  # as on the wallboard: of all queues


@pytest.mark.parametrize(
    "query",
    [
        {"by": "colour"},
        {"by": "queue,operator,day"},
        {"by": "queue,queue"},
        {"by": ""},
        {"from": "2026-10-26", "to": "2026-10-24"},
        {"from": "2024-01-01", "to": "2026-10-26"},
        {"day": "2026-13-01"},
        {"day": "today"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"hour": "9999-12-31T23:00-10:00"},
        {"hour": "2026-10-26T09:00"},
        {"hour": "2026-10-26T09:30+01:00"},
        {"hour_of_day": "99999"},
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(api: Api, query: dict[str, str]) -> None:
    answer = await api.get("coordinator", "figures/by", query)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


async def test_nobody_without_a_token(api: Api) -> None:
    for path in ("figures/by", "figures/by.csv", "figures/day-curve", "history/calls", "history/calls/x"):
        assert (await api.get("nobody", path)).status_code == 401


async def test_without_a_database_the_answer_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("away")
    folder.joinpath("db").mkdir()
    database = Database(sqlite_url(folder / "db"), patience_s=0.2)  # a folder is no database
    answer = await Api(database).get("coordinator", "figures/by")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "database_away"
    assert answer.headers["retry-after"]
    database.close()


async def test_a_table_for_spreadsheets_has_the_same_numbers_and_no_formulas(api: Api) -> None:
    said = (await api.get("coordinator", "figures/by", {"by": "operator", **ALL_DAYS})).json()
    answer = await api.get("coordinator", "figures/by.csv", {"by": "operator", "lang": "es", **ALL_DAYS})
    assert answer.headers["content-disposition"] == 'attachment; filename="operator_2026-10-24_2026-10-26.csv"'
    body = answer.content.decode()
    assert body.startswith(MARK)
    header, *rows = csv.reader(io.StringIO(body.removeprefix(MARK)), delimiter=";")
    assert header[:1] == ["Operador"]
    assert "Gestionadas" in header
    column = header.index("Gestionadas")
    assert [row[column] for row in rows] == [str(one["figures"]["handled"]) for one in said["items"]]
    english = await api.get("coordinator", "figures/by.csv", {"by": "operator", "lang": "en", **ALL_DAYS})
    assert "Handled" in english.text


async def test_a_spreadsheet_of_either_language_reads_the_numbers_as_what_they_are(api: Api) -> None:
    said = (await api.get("coordinator", "figures/by", {"by": "queue", **ALL_DAYS})).json()
    for lang, delimiter, point in (("es", ";", ","), ("en", ",", ".")):
        answer = await api.get("coordinator", "figures/by.csv", {"by": "queue", "lang": lang, **ALL_DAYS})
        header, *rows = csv.reader(io.StringIO(answer.content.decode().removeprefix(MARK)), delimiter=delimiter)
        level, mean = header.index("Nivel de servicio (SL2)" if lang == "es" else "Service level (SL2)"), 9
        assert [len(row) for row in rows] == [len(header)] * len(said["items"])
        for row, one in zip(rows, said["items"], strict=True):
            assert float(row[level].replace(point, ".")) == pytest.approx(one["figures"]["sl2"], abs=0.0001)
            assert float(row[mean].replace(point, ".")) == pytest.approx(one["figures"]["asa_s"], abs=0.0001)
        assert any(point in row[mean] for row in rows)
        assert not any("." in row[mean] for row in rows if point == ",")


async def test_long_tables_are_made_beside_the_event_loop(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made_in: set[str] = set()

    def noting(work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            made_in.add(threading.current_thread().name)
            return work(*args)

        return noted

    monkeypatch.setattr(routes, "figures", noting(counting.figures))
    for module in (routes, history_routes):
        monkeypatch.setattr(module, "csv_text", noting(csv_text))
    for path in ("figures/by", "figures/by.csv", "history/calls.csv"):
        assert (await api.get("coordinator", path, ALL_DAYS)).status_code == 200
    assert made_in
    assert threading.main_thread().name not in made_in


async def test_more_lines_than_anybody_reads_are_refused_in_words(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    by = {"by": "queue,hour", **ALL_DAYS}
    lines = len((await api.get("coordinator", "figures/by", by)).json()["items"])
    for most, status in ((lines, 200), (lines - 1, 422)):
        monkeypatch.setattr(routes, "GROUPS_MAX", most)
        for path in ("figures/by", "figures/by.csv"):
            answer = await api.get("coordinator", path, by)
            assert answer.status_code == status
    assert answer.json()["error"]["code"] == "too_many_groups"


async def test_behind_an_hour_of_the_day_of_a_whole_year_are_its_calls(api: Api) -> None:
    year = {"from": "2025-10-27", "to": "2026-10-26"}
    said = (await api.get("coordinator", "figures/by", {"by": "hour_of_day", **year})).json()
    assert len(said["items"]) > 1
    for row in said["items"]:
        asked = [*parse_qsl(row["calls"]), ("counted", "offered")]
        behind = await api.get("coordinator", "history/calls", dict(asked))
        assert behind.status_code == 200
        assert behind.json()["total"] == row["figures"]["offered"], row["key"]


def test_a_forecast_looks_at_the_same_time_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def arrivals(self: FiguresStore, queue: str, begin: float, end: float) -> int:
        asked.add(datetime.fromtimestamp(begin, MADRID).strftime("%a %H:%M"))
        return 1

    monkeypatch.setattr(FiguresStore, "arrivals", arrivals)
    monkeypatch.setattr(FiguresStore, "is_known", lambda self, day: True)
    monkeypatch.setattr(FiguresStore, "sums", lambda self, *rest: {})
    now = datetime(2026, 10, 25, 10, 30, tzinfo=MADRID).timestamp()  # in the night clocks have gone back
    _past_of(FiguresStore(None), "soporte", CENTRE, now)  # type: ignore[arg-type]
    assert asked == {"Sun 10:30"}


@pytest.mark.parametrize("text", ["=1+1", "+34", "-2", "@x", "\t=1", "\r=1"])
def test_a_cell_that_begins_as_a_formula_is_told_to_be_text(text: str) -> None:
    ((cell,),) = list(csv.reader(io.StringIO(csv_text([text], [], "en").removeprefix(MARK), newline="")))
    assert cell == f"'{text}"


async def test_the_days_curve_ends_now_and_adds_up(api: Api) -> None:
    said = (await api.get("coordinator", "figures/day-curve", {"queue": "soporte"})).json()
    whole = (await api.get("coordinator", "figures/by", {"by": "queue", "queue": "soporte"})).json()["total"]["figures"]
    assert len(said["items"]) == 20 * 4 + 1
    for id_ in ("offered", "answered", "abandoned"):
        assert sum(one[id_] for one in said["items"]) == whole[id_]
    assert said["items"][-1]["waiting"] == 0
    assert (await api.get("coordinator", "figures/day-curve", ALL_DAYS)).status_code == 422


def sums(**counts: int) -> Sums:
    made = Sums()
    for what, number in counts.items():
        made.take(what, "", number, 0.0, 0.0, 0)
    return made


def test_the_curve_tells_who_waits_at_the_end_of_each_quarter_and_forgets_nobody_at_midnight() -> None:
    begin = begin_of(CLOCKS_GO_BACK, MADRID)
    found = {
        begin: sums(offered=3, answered=1),
        begin + 900: sums(offered=4, abandoned=2, exited=1),
        begin + 25 * 3600: sums(answered=3),  # the day's end was noted a moment late
    }
    items = day_curve(found, CLOCKS_GO_BACK, MADRID, now=inf)
    assert len(items) == 25 * 4
    assert [one["waiting"] for one in items[:3]] == [2, 3, 3]
    assert (items[-1]["answered"], items[-1]["waiting"]) == (3, 0)
    assert len(day_curve(found, CLOCKS_GO_BACK, MADRID, now=begin + 1000)) == 2


# -- What the next minutes bring


def test_too_little_history_is_no_forecast() -> None:
    assert expected_arrivals([5] * (MIN_WEEKS - 1)) is None
    assert forecast(15, [5], 100, 18_000, 14, False, 20).why_not == "little_history"
    assert forecast(15, [5, 5, 5], 3, 600, 14, False, 20).why_not == "few_handled"
    assert forecast(15, [5, 5, 5], 100, 18_000, 0, False, 20).why_not == "nobody_at_work"
    assert forecast(15, [5, 5, 5], 100, 18_000, 0, False, 20).sl is None


def test_the_forecast_is_the_textbooks() -> None:
    """200 calls an hour, AHT 180 s, 14 operators, T 20 s: SL 0.8884."""
    told = forecast(15, [50, 50, 50], 100, 18_000, 14, False, 20)
    assert told.sl is not None
    assert told.sl.expected == pytest.approx(0.8884, abs=1e-4)
    assert told.sl.low < told.sl.expected < told.sl.high
    assert told.arrivals is not None
    assert told.arrivals.low < 50 < told.arrivals.high


def test_arrivals_vary_by_chance_at_least() -> None:
    assert expected_arrivals([16, 16, 16, 16]) == Range(10.0, 16.0, 22.0)
    wild = expected_arrivals([1, 31, 1, 31])
    assert wild is not None
    assert wild.low == 0.0
    assert wild.high > 36


def at_work(code: str, *serves: str, state: str = "ready", phone: str = "reachable") -> OperatorStatus:
    return OperatorStatus(code, code, state, "", None, phone, None, None, serves)  # type: ignore[arg-type]


async def test_the_route_looks_at_the_same_time_of_the_weeks_before_and_who_is_at_work(api: Api) -> None:
    for one in (
        at_work("1002", "soporte", "ventas"),
        at_work("1003", "soporte", state="talking"),
        at_work("1004", "soporte", state="paused"),
        at_work("1005", "soporte", phone="unreachable"),
        at_work("1001", "ventas"),
    ):
        api.board.put_operator(one)
    said = (await api.get("coordinator", "queues/soporte/forecast")).json()
    assert [one["minutes"] for one in said["items"]] == [15, 30]
    assert {one["operators"] for one in said["items"]} == {2}
    assert all(one["shared"] and one["why_not"] == "little_history" for one in said["items"])
    assert said["items"][0]["aht_s"] > 60
    assert (await api.get("coordinator", "queues/nowhere/forecast")).status_code == 404


async def test_with_enough_weeks_there_is_a_range(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = database_with(tmp_path_factory.mktemp("weeks"), 1)
    api = Api(database)
    with database.writing() as connection:
        for week in range(1, 5):
            connection.execute(
                text(
                    "INSERT INTO history_counted SELECT source || :w, place, piece, date(day, :back), quarter - :s, at - :s, what, "
                    "queue, operator, call || :w, seconds, hold_s, within, cause, reason FROM history_counted "
                    "WHERE day = :day AND source = 'a life'"
                ),
                {"w": f"-{week}", "back": f"-{7 * week} days", "s": 7 * 86_400 * week, "day": TODAY.isoformat()},
            )
    api.clock.at -= 18 * 3600  # two in the morning, in the busy hours
    api.board.put_operator(at_work("1003", "soporte"))
    first = (await api.get("coordinator", "queues/soporte/forecast")).json()["items"][0]
    assert first["weeks"] == 4
    assert first["arrivals"]["low"] <= first["arrivals"]["expected"] <= first["arrivals"]["high"]
    assert 0 <= first["sl"]["low"] <= first["sl"]["expected"] <= first["sl"]["high"] <= 1
    assert not first["shared"]
    database.close()
