"""A centre of the tests: its calls and operators on a board, a controller that answers as it is told, and tickets over HTTP."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import httpx
from fastapi import FastAPI

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_errors import Refused
from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, OperatorStatus, timestamp
from ari_app.new_ids import new_id
from console.audit.book import Audit
from console.people import Person
from console.tickets.calls import BoardCalls, Customer
from console.tickets.desk import TicketDesk
from console.tickets.levels import Levels
from console.tickets.passing_on import PassingOn
from console.tickets.routes import ticket_routes
from console.tickets.search import TicketSearch
from console.tickets.store import Tickets
from console.tickets.watching import Watcher
from console.webhooks.outbox import Outbox
from tests.console.reception import FakeReception

T0 = 1_795_494_121.0  # 2026-11-24T04:22:01Z
LEVELS = Levels({"soporte": "soporte_n2"}, ["soporte", "soporte_n2", "ventas", "reclamaciones"])
PEOPLE = {
    "ana": Person("1005", "Ana", "operator", ("soporte",)),
    "luis": Person("1006", "Luis", "operator", ("soporte",)),
    "eva": Person("1001", "Eva", "operator", ("ventas",)),
    "teresa": Person("1015", "Teresa", "operator", ("soporte_n2",)),
    "andres": Person("1016", "Andrés", "operator", ("soporte_n2",)),
    "leader": Person("2001", "Pilar", "supervisor"),
    "sales": Person("2002", "Joaquín", "supervisor", ("ventas",)),
    "team": Person("1900", "Rosa", "team_leader", ("soporte",), "mañana"),
    "administrator": Person("4001", "Marcos", "administrator"),
    "coordinator": Person("3001", "Isabel", "coordinator"),
}


@dataclass
class Said:
    """A controller's answer."""

    status: int
    json: Any


@dataclass
class FakeControllers:
    """The Controllers port. ``answers``: those to the next commands, then 202; None is no answer at all. ``meanwhile`` is called
    before each of them."""

    answers: list[Said | None] = field(default_factory=list)
    asked: list[tuple[str, str, Any, str]] = field(default_factory=list)
    stories: dict[str, Any] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None

    @property
    def commands(self) -> list[tuple[str, Any]]:
        return [(path.removeprefix("/api/v1/calls/"), body) for method, path, body, _ in self.asked if method == "POST"]

    async def ask(self, method: str, path: str, body: object = None, authorization: str = "", client: str = "") -> Said:
        """See Controllers."""
        self.asked.append((method, path, body, authorization))
        if method == "GET":
            return Said(200, self.stories[path]) if path in self.stories else Said(404, None)
        self.meanwhile()
        said = self.answers.pop(0) if self.answers else Said(202, {})
        if said is None:
            raise Refused(503, "no_controller", "Nobody answers.")
        return said


def refusal(status: int = 409, code: str = "not_now", message: str = "operator 1015 is not ready.") -> Said:
    return Said(status, {"error": {"code": code, "message": message}})


@dataclass
class FakeCustomers:
    """The Customers port."""

    of: dict[str, Customer] = field(default_factory=dict)

    async def of_call(self, call: str, authorization: str, client: str) -> Customer:
        """See Customers."""
        return self.of.get(call, Customer())


@dataclass
class FakeAnswers:
    """The ScriptAnswers port."""

    kept: list[dict[str, Any]] = field(default_factory=list)

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """See ScriptAnswers."""
        return [one for one in self.kept if one["call"] in calls]


class FakeClock:
    """Time that a test sets; nobody sleeps."""

    def __init__(self) -> None:
        self.now_s = T0

    def now(self) -> float:
        self.now_s += 0.001
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits in these tests")


class _Shown:
    """The desk that the routes serve: they are built once for all tests, which takes longer than most of them."""

    desk: TicketDesk

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)


_SHOWN = _Shown()


@functools.cache
def _app() -> FastAPI:
    app = FastAPI()
    http_errors.install(app)
    app.state.reception = FakeReception(PEOPLE)
    app.include_router(ticket_routes(cast(TicketDesk, _SHOWN)))
    return app


class Centre:
    """Everything of tickets over one database; another one over the same is a console that was started again."""

    def __init__(self, database: Database, board: StatusBoard | None = None, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.board = board or StatusBoard(self.clock.now)
        self.controllers = FakeControllers()
        self.customers = FakeCustomers()
        self.answers = FakeAnswers()
        self.outbox = Outbox(new_id, self.clock.now)
        self.tickets = Tickets(
            database,
            Audit(database, self.clock.now),
            self.outbox,
            lambda: LEVELS,
            self.clock.now,
            lambda at: 2026,
        )
        self.search = TicketSearch(database)
        calls = BoardCalls(self.board)
        self.watcher = Watcher(self.tickets, calls, self.clock)
        passing = PassingOn(self.tickets, self.search, calls, calls, self.controllers, self.watcher, new_id)
        self.desk = TicketDesk(
            self.tickets, self.search, calls, self.controllers, passing, self.customers, self.answers
        )
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(_app()), base_url="http://console/api/v1")

    async def ask(self, who: str, method: str, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """As somebody of PEOPLE."""
        _SHOWN.desk = self.desk
        headers = {"Authorization": f"Bearer {who}"} | options.pop("headers", {})
        return await self._http.request(method, path, json=json, headers=headers, **options)

    async def done(self, who: str, method: str, path: str, json: Any = None, **options: Any) -> Any:
        """The answer's JSON; it must be a good one."""
        answer = await self.ask(who, method, path, json, **options)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def refused(self, who: str, method: str, path: str, json: Any = None) -> tuple[int, str]:
        """The status and the code of a refusal."""
        answer = await self.ask(who, method, path, json)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]["code"]

    def call(self, id_: str = "c1", operator: str | None = "1005", **fields: Any) -> None:
        """A call is so now."""
        before = self.board.calls.get(id_)
        if before is None:
            at = timestamp(T0)
            before = CallStatus(
                id_, "talking", at, "soporte", None, operator, "inbound", "******789", "900100200", at, None, None,
                shown={"name": "Rosa"},
            )  # fmt: skip
        self.board.calls[id_] = replace(before, operator=operator, **fields)

    def free(self, code: str, queue: str, since: float = T0) -> None:
        """An operator is ready."""
        self.board.operators[code] = OperatorStatus(
            code, code, "ready", timestamp(since), None, "reachable", None, None, (queue,)
        )

    async def opened(self, who: str = "ana", **body: Any) -> str:
        """A new ticket's reference."""
        asked = {"subject": "No light", "queue": "soporte"} | body
        ref: str = (await self.done(who, "POST", "/tickets", asked))["ref"]
        return ref
