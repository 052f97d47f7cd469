"""A centre with a past: calls on a board and in the history, contacts, notes, and people who ask over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.history_book import SqlHistory
from ari_app.adapters.history_tables import counted
from ari_app.board import StatusBoard
from ari_app.call_notes import CallNote
from ari_app.contract import CallStatus, OperatorStatus, timestamp
from ari_app.known_callers import caller_key, hash_of
from console.audit.book import Audit
from console.contacts.book import ContactBook
from console.contacts.numbers import national
from console.figures.centre import Centre as Known
from console.figures.centre import Titled
from console.past.calls import PastCalls
from console.past.desk import PastDesk
from console.past.notes import Notes
from console.past.routes import past_routes
from console.people import Person
from console.tickets.calls import Customer
from tests.console.reception import FakeReception
from tests.migrated import migrated

T0 = 1_795_494_121.0  # 2026-11-24T04:22:01Z
KEY = caller_key("a key of at least thirty-two characters")
PEOPLE = {
    "ana": Person("1005", "Ana", "operator", ("soporte",)),
    "luis": Person("1006", "Luis", "operator", ("soporte",)),
    "team": Person("1900", "Rosa", "team_leader", ("soporte",), "norte"),
    "other": Person("1901", "Iván", "team_leader", ("soporte",), "sur"),
    "support": Person("2001", "Pilar", "supervisor", ("soporte",)),
    "sales": Person("2002", "Joaquín", "supervisor", ("ventas",)),
    "coordinator": Person("3001", "Isabel", "coordinator"),
    "administrator": Person("4001", "Marcos", "administrator"),
}


def who(number: str) -> str:
    """The keyed hash of a number."""
    made = hash_of(KEY, number)
    assert made is not None
    return made


def hashes(number: str) -> set[str]:
    """Those under which a number that is given in full may be known."""
    return {who(one) for one in (number, number.removeprefix("+"), national(number))}


class Clock:
    """Goes on by a second at each look."""

    at = T0

    def now(self) -> float:
        """Unix seconds."""
        self.at += 1.0
        return self.at


@dataclass
class World:
    """Everything over one database. ``callers``: who calls, as far as the controller tells it."""

    database: Database
    callers: dict[str, Customer] = field(default_factory=dict)
    hears_own: bool = False

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.board = StatusBoard(self.clock.now)
        self.history = SqlHistory(self.database)
        self.book = ContactBook(self.database, lambda: "ES", self.clock.now)
        audit = Audit(self.database, self.clock.now)
        self.notes = Notes(self.database, audit, self.clock.now, hashes)
        desk = PastDesk(
            PastCalls(self.database), self.notes, self.book, self.board, self, self, hashes, lambda: self.hears_own
        )
        app = FastAPI()
        http_errors.install(app)
        app.state.reception = FakeReception(PEOPLE)
        app.include_router(past_routes(desk, audit))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console/api/v1")
        self._places = 0

    async def of_call(self, call: str, authorization: str, client: str) -> Customer:
        """See Customers."""
        return self.callers.get(call, Customer())

    async def centre(self, authorization: str) -> Known:
        """See KnowsCentre."""
        teams = {"norte": Titled({}, frozenset({"1005", "1006"})), "sur": Titled({}, frozenset({"1007"}))}
        return Known(ZoneInfo("Europe/Madrid"), teams=teams)

    def was(self, call: str, number: str, at: float = T0, operator: str | None = "1005", **more: Any) -> None:
        """A call is in the history: answered by ``operator``, or abandoned."""
        queue = more.pop("queue", "soporte")
        end_reason = "caller_hung_up"
        self.history.note_call(
            CallNote(call, at, "inbound", "900100201", "******222", who(number), at, at + 90, end_reason, **more)
        )
        self._count(call, "answered" if operator else "abandoned", queue, operator, at + 20, 20.0)
        if operator:
            self._count(call, "handled", queue, operator, at + 90, 70.0)

    def _count(self, call: str, what: str, queue: str, operator: str | None, at: float, seconds: float) -> None:
        self._places += 1
        values = {
            "source": "life", "place": self._places, "piece": 0, "day": "2026-11-24", "quarter": 0, "at": at, "what": what,
            "queue": queue, "operator": operator, "call": call, "seconds": seconds, "hold_s": 0.0, "within": True,
            "cause": "", "reason": "",
        }  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(insert(counted).values(**values))

    def is_up(self, call: str = "now", operator: str | None = "1005", stage: Any = "talking", **more: Any) -> None:
        """A call is on the board, and its operator has it."""
        at = timestamp(T0)
        queue = more.pop("queue", "soporte")
        self.board.calls[call] = CallStatus(
            call, stage, at, queue, None, operator, "inbound", "******222", "900100201", at, None, None, **more
        )
        if operator:
            self.has(operator, call)

    def has(self, operator: str, call: str | None, state: Any = "talking") -> None:
        """That operator talks in, or writes up, that call, or has none."""
        self.board.operators[operator] = OperatorStatus(
            operator, operator, state, timestamp(T0), None, "reachable", call, "soporte"
        )

    async def ask(self, person: str, method: str, path: str, json: Any = None) -> httpx.Response:
        """As somebody of PEOPLE."""
        return await self._http.request(method, path, json=json, headers={"Authorization": f"Bearer {person}"})

    async def told(self, person: str, path: str) -> Any:
        """The answer's JSON; it must be a good one."""
        answer = await self.ask(person, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def noted(self, person: str, text: str, call: str = "now") -> int:
        """The status of the answer to a note."""
        return (await self.ask(person, "PUT", f"/calls/{call}/note", {"text": text})).status_code


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Of one test."""
    database = migrated(tmp_path / "centralita.db")
    yield World(database)
    database.close()
