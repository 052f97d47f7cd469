"""What the API says of the calls that have been: lists in pages, a call with its stretches, and nobody else's."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.adapters.history_book import SqlHistory
from ari_app.call_notes import CallNote, StretchNote
from console.figures import queries
from console.figures.csv_text import MARK
from console.figures.queries import joined
from console.people import Person
from tests.console.figures.conftest import SEEDS
from tests.console.figures.past import CLOCKS_GO_BACK, DAYS, PEOPLE, TODAY, Api, database_with

ALL_DAYS = {"from": DAYS[0].isoformat(), "to": TODAY.isoformat()}


async def test_the_pages_of_a_list_are_the_list(api: Api) -> None:
    whole = (await api.get("coordinator", "history/calls", {"limit": 500, **ALL_DAYS})).json()
    assert whole["total"] == len(whole["items"]) > 100
    paged: list[str] = []
    for offset in range(0, whole["total"], 70):
        page = (await api.get("coordinator", "history/calls", {"limit": 70, "offset": offset, **ALL_DAYS})).json()
        paged += [one["id"] for one in page["items"]]
    assert paged == [one["id"] for one in whole["items"]]
    started = [one["started"] for one in whole["items"]]
    assert started == sorted(started, reverse=True)


async def test_a_call_in_a_list_says_what_became_of_it(api: Api) -> None:
    items = (await api.get("coordinator", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    served = [one for one in items if one["answered"]]
    assert served
    for one in served:
        assert one["operators"]
        assert one["queues"]
        assert one["talk_s"] > 0
    assert not any("caller_who" in one or "noted_at" in one for one in items)
    assert {one["caller_shown"] for one in items} == {"******789"}


async def test_lists_can_be_narrowed(api: Api) -> None:
    async def total(**query: str) -> int:
        found: int = (await api.get("coordinator", "history/calls", {**ALL_DAYS, **query})).json()["total"]
        return found

    assert await total() == await total(number="900100201")
    assert await total(number="900100200") == 0
    assert 0 < await total(queue="ventas") < await total()
    assert 0 < await total(operator="1003") < await total()
    assert 0 < await total(team="norte") < await total()
    assert await total(counted="offered", queue="nowhere") == 0
    assert (await api.get("coordinator", "history/calls", {"counted": "colour"})).status_code == 422


async def test_an_operator_sees_the_own_calls_and_no_others(api: Api) -> None:
    mine = (await api.get("operator", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    assert mine
    assert all("1002" in one["operators"] for one in mine)
    every = (await api.get("coordinator", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    others = next(one for one in every if one["operators"] == ["1003"])
    assert (await api.get("operator", f"history/calls/{mine[0]['id']}")).status_code == 200
    assert (await api.get("operator", f"history/calls/{others['id']}")).status_code == 404
    assert (await api.get("operator", "history/calls", {"operator": "1003", **ALL_DAYS})).status_code == 403
    assert (await api.get("operator", "history/operators/1003/states")).status_code == 403
    assert (await api.get("operator", "history/operators/1002/states")).status_code == 200


async def test_a_supervisor_sees_the_calls_of_the_own_queues(api: Api) -> None:
    every = (await api.get("coordinator", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    ours = (await api.get("supervisor", "history/calls", {"limit": 500, **ALL_DAYS})).json()
    assert ours["total"] == sum("soporte" in one["queues"] for one in every)
    sales = next(one for one in every if one["queues"] == ["ventas"])
    assert (await api.get("supervisor", f"history/calls/{sales['id']}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("history/calls", "history/calls.csv", "history/calls/any", "history/operators/1003/states"),
        *("figures/by", "figures/by.csv", "figures/day-curve", "queues/soporte/forecast"),
    ],
)
async def test_an_administrator_runs_the_installation_and_sees_nobodys_calls(api: Api, path: str) -> None:
    assert (await api.get("administrator", path)).status_code == 403


async def test_a_call_is_told_by_its_stretches_in_order(api: Api) -> None:
    items = (await api.get("coordinator", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    served = next(one for one in items if one["answered"] and one["wrap_up_s"])
    call = (await api.get("coordinator", f"history/calls/{served['id']}")).json()
    kinds = [one["kind"] for one in call["segments"]]
    assert kinds[0] == "waiting"
    assert kinds[-2:] == ["talking", "wrap_up"]
    assert all(one["begin"] <= one["end"] for one in call["segments"])
    (talk,) = [one for one in call["segments"] if one["kind"] == "talking"]
    assert talk["who"] == call["operators"][-1]
    assert {one["what"] for one in call["counted"]} >= {"offered", "rung", "answered", "handled"}
    assert (await api.get("coordinator", "history/calls/no-such-call")).status_code == 404


async def test_an_operators_day_is_told_without_a_hole(api: Api) -> None:
    said = (await api.get("coordinator", "history/operators/1003/states", {"day": TODAY.isoformat()})).json()
    assert len(said["items"]) > 10
    ends = [one["end"] for one in said["items"]]
    assert [one["begin"] for one in said["items"]][1:] == ends[:-1]


async def test_a_list_for_spreadsheets_is_the_whole_list(api: Api) -> None:
    for counted, first in ((None, "Call"), ("answered", "Time")):
        query = {"lang": "en", **ALL_DAYS, **({"counted": counted} if counted else {})}
        answer = await api.get("coordinator", "history/calls.csv", query)
        header, *rows = csv.reader(io.StringIO(answer.content.decode().removeprefix(MARK)))
        listed = (await api.get("coordinator", "history/calls", query)).json()
        assert header[0] == first
        assert len(rows) == listed["total"]


async def test_times_in_a_list_for_spreadsheets_are_the_centres(api: Api) -> None:
    query = {"lang": "es", "day": CLOCKS_GO_BACK.isoformat(), "counted": "offered"}
    answer = await api.get("coordinator", "history/calls.csv", query)
    header, *rows = csv.reader(io.StringIO(answer.content.decode().removeprefix(MARK)), delimiter=";")
    moments = [row[header.index("Momento")] for row in rows]
    assert {one[:10] for one in moments} == {"2026-10-25"}
    assert {one[10:14] + one[19:] for one in moments} >= {"T02:+02:00", "T02:+01:00"}
    listed = (await api.get("coordinator", "history/calls", query)).json()["items"]
    assert [datetime.fromisoformat(one) for one in moments[:50]] == [
        datetime.fromisoformat(one["at"]).replace(microsecond=0) for one in listed
    ]


async def test_no_question_has_as_many_ids_as_there_are_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_with(tmp_path, SEEDS[0])
    asked: list[int] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        asked.append(len(parameters))

    monkeypatch.setattr(queries, "AT_ONCE", 50)
    answer = await Api(database).get("coordinator", "history/calls.csv", {"lang": "en", **ALL_DAYS})
    rows = list(csv.reader(io.StringIO(answer.content.decode().removeprefix(MARK))))
    assert len(rows) > 200
    assert all(row[rows[0].index("Queues")] for row in rows[1:])
    assert max(asked) < 100
    database.close()


@pytest.mark.parametrize(
    ("parts", "ends"),
    [
        ([("supervised", 1.0, 5.0), ("supervised", 7.0, 9.0)], [5.0, 9.0]),
        ([("supervised", 1.0, None), ("supervised", 7.0, 9.0)], [9.0]),
        ([("supervised", 1.0, None), ("supervised", 7.0, None)], [20.0]),
        ([("menu", 1.0, None), ("supervised", 7.0, 9.0)], [20.0, 9.0]),
    ],
)
def test_a_stretch_in_which_a_controller_died_goes_on_in_the_next_life(
    parts: list[tuple[str, float, float | None]], ends: list[float]
) -> None:
    rows = [{"kind": kind, "who": "2001", "outcome": "", "begin": begin, "end": end} for kind, begin, end in parts]
    assert [one["end"] for one in joined(rows, 20.0)] == ends


async def test_what_only_the_board_knows_of_a_call_is_told_too(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "told.db"))
    database.migrate()
    history = SqlHistory(database)
    at = 1_793_000_000.0
    history.note_call(
        CallNote("alone", at, "inbound", "900100202", "***", None, at, at + 30, "closed", flow="bienvenida")
    )
    history.note_stretch(StretchNote("alone", at + 5, "menu", at, "", at + 5))
    call = (await Api(database).get("coordinator", "history/calls/alone")).json()
    assert (call["flow"], call["end_reason"], call["queues"]) == ("bienvenida", "closed", [])
    assert [(one["kind"], one["who"]) for one in call["segments"]] == [("menu", "")]
    assert (await Api(database).get("operator", "history/calls/alone")).status_code == 404
    database.close()


async def test_whoever_leads_a_team_sees_its_calls(databases: Mapping[int, Database]) -> None:
    leader = Person("1900", "Lea", "team_leader", team="sur")
    api = Api(databases[1], {**PEOPLE, "leader": leader})
    items = (await api.get("leader", "history/calls", {"limit": 500, **ALL_DAYS})).json()["items"]
    assert items
    assert all("1003" in one["operators"] for one in items)
