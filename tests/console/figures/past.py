"""A past for the figures to be of: simulated traffic over real days, the one on which clocks go back among them, with real rows."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import insert

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.adapters.history_book import SqlHistory
from ari_app.adapters.history_tables import calls
from ari_app.adapters.journal_tail import Placed, Position
from ari_app.board import StatusBoard
from ari_app.call_notes import CallNote
from console.figures.centre import Centre, Titled
from console.figures.history_routes import call_history_routes
from console.figures.routes import figures_routes
from console.figures.spans import begin_of
from console.people import Person
from queues.day import Day
from queues.facts import CallerEntered, DayStarted, Fact
from queues.history_rows import HistoryRows, Row
from queues.journal import Header
from queues.rules import Destination, Exit, OperatorProfile, QueueRules
from queues.simulation import Simulation
from queues.traffic import Answering, Duration, QueueTraffic, Rate, Shift, Traffic
from tests.console.reception import FakeReception

MADRID: Final = ZoneInfo("Europe/Madrid")
CLOCKS_GO_BACK: Final = date(2026, 10, 25)
DAYS: Final = (date(2026, 10, 24), CLOCKS_GO_BACK, date(2026, 10, 26))
TODAY: Final = DAYS[-1]
QUEUES: Final = (
    QueueRules("soporte", service_level_s=20, wrap_up_s=15, short_abandon_s=5, ring_timeout_s=12, capacity=6),
    QueueRules("ventas", service_level_s=10, wrap_up_s=5, exits=(Exit("waited", Destination("queue", "soporte"), 40),)),
)
OPERATORS: Final = (
    OperatorProfile("1001", ("ventas",), {}),
    OperatorProfile("1002", ("ventas", "soporte"), {}),
    OperatorProfile("1003", ("soporte",), {}),
)
CENTRE: Final = Centre(
    MADRID,
    {
        "soporte": Titled({"es": "Soporte", "en": "Support"}),
        "ventas": Titled({"es": "Ventas", "en": "Sales"}, service_level_s=10),
    },
    {
        "norte": Titled({"es": "Norte", "en": "North"}, frozenset({"1001", "1002"})),
        "sur": Titled({"es": "Sur", "en": "South"}, frozenset({"1003"})),
    },
    {"1001": "Ana", "1002": "=Bea", "1003": "Carla"},
)
PEOPLE: Final = {
    "operator": Person("1002", "Bea", "operator", ("ventas", "soporte")),
    "supervisor": Person("2001", "Sole", "supervisor", ("soporte",)),
    "everywhere": Person("2002", "Sara", "supervisor"),
    "coordinator": Person("3001", "Coro", "coordinator"),
    "administrator": Person("4001", "Marcos", "administrator"),
}


@dataclass
class Past:
    """What happened: the facts of each day, and the rows that were made of them."""

    facts: dict[date, list[Fact]] = field(default_factory=dict)
    rows: list[list[Row]] = field(default_factory=list)
    calls: list[CallNote] = field(default_factory=list)


@cache
def past_of(seed: int) -> Past:
    """Made once."""
    past, fold = Past(), HistoryRows()
    fold.begin(Header(_midnight(DAYS[0]), f"life-{seed}", "", seed, MADRID.key, QUEUES, OPERATORS))
    for day in DAYS:
        facts = past.facts[day] = _simulated(day, seed)
        if day != DAYS[0]:
            facts.insert(0, DayStarted(_midnight(day)))
        for fact in facts:
            past.rows.append(fold.take(fact))
            if isinstance(fact, CallerEntered) and not fact.moved:
                past.calls.append(
                    CallNote(fact.call, fact.at, "inbound", "900100201", "******789", "who", fact.at, fact.at + 90)
                )
    past.rows.append(fold.settle(past.facts[TODAY][-1].at))
    return past


def _midnight(day: date) -> float:
    return float(begin_of(day, MADRID))


def _simulated(day: date, seed: int) -> list[Fact]:
    """Four busy hours from one in the morning on, the hour that comes twice among them."""
    facts: list[Fact] = []

    def took(fact: Fact) -> None:
        changes: dict[str, Any] = {"at": _midnight(day) + fact.at}
        if (call := getattr(fact, "call", None)) is not None:
            changes["call"] = f"{day}-{call}"
        facts.append(replace(fact, **changes))

    callers = (
        QueueTraffic("soporte", (Rate(3600, 5 * 3600, 20),), Duration(100), 60),
        QueueTraffic("ventas", (Rate(3600, 5 * 3600, 12),), Duration(80), 90),
    )
    shifts = tuple(Shift(one.code, 3000, 7 * 3600) for one in OPERATORS)
    traffic = Traffic(callers, shifts, Answering(Duration(4), refused=0.1), start_s=1800, duration_s=7 * 3600)

    def chances(name: str) -> random.Random:
        return random.Random(f"{seed}/{day}/{name}")

    Simulation(QUEUES, OPERATORS, traffic, chances, took).advance(inf)
    return facts


def fill(database: Database, past: Past) -> None:
    """Put it into the tables, as the controller does."""
    history = SqlHistory(database)
    placed = [
        Placed("a life", place, piece, row) for place, rows in enumerate(past.rows) for piece, row in enumerate(rows)
    ]
    history.enter("journal", placed, Position("file", len(past.rows)))
    with database.writing() as connection:
        values = [{**asdict(note), "id": note.call, "noted_at": note.at} for note in past.calls]
        connection.execute(insert(calls), [{name: one[name] for name in calls.c.keys()} for one in values])  # noqa: SIM118


def day_fold(past: Past, day: date) -> Day:
    """The live fold, up to the end of that day."""
    live = Day()
    for one in DAYS:
        live.take_all(past.facts[one])
        if one == day:
            break
    return live


class FakeCentre:
    """Knows the centre."""

    async def centre(self, authorization: str) -> Centre:
        """See KnowsCentre."""
        return CENTRE


class Clock:
    """Of today, in the evening."""

    def __init__(self) -> None:
        self.at = _midnight(TODAY) + 20 * 3600

    def now(self) -> float:
        """See Clock."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        raise AssertionError("nothing waits here")


class Api:
    """The routes over a database."""

    def __init__(self, database: Database, people: Mapping[str, Person] = PEOPLE) -> None:
        self.clock, self.database = Clock(), database
        self.board = StatusBoard(self.clock.now)
        self.app = FastAPI()
        http_errors.install(self.app)
        self.app.state.reception = FakeReception(people)
        for router in (
            figures_routes(database, self.board, FakeCentre(), self.clock),
            call_history_routes(database, FakeCentre(), self.clock),
        ):
            self.app.include_router(router)

    async def get(self, who: str, path: str, query: Mapping[str, Any] | None = None) -> Response:
        """What the API answers ``who``."""
        async with AsyncClient(transport=ASGITransport(self.app), base_url="http://test") as http:
            headers = {"Authorization": f"Bearer {who}"}
            return await http.get(f"/api/v1/{path}", params=dict(query) if query else None, headers=headers)


def database_with(folder: Path, seed: int) -> Database:
    """A new one of SQLite."""
    database = Database(sqlite_url(folder / f"{seed}.db"))
    database.migrate()
    fill(database, past_of(seed))
    return database
