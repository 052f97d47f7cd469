"""What do the adapters' tests share? A real Redis, and a small centre behind the HTTP API; both end cleanly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from ari_app.accounts import Account, Accounts, one_secret_for_all
from ari_app.adapters.http_api import create_app
from ari_app.asked import Asked, RecordAsked
from ari_app.board import StatusBoard
from ari_app.call_commands import NotNow
from ari_app.callback_desk import CallbackStatus
from ari_app.commands import Reloaded, ReloadRefused, StateRefused, UnknownCall, UnknownOperator, WantedState
from ari_app.contract import CallStatus, OperatorStatus
from ari_app.health import HealthPart
from ari_app.history import History
from ari_app.lag import EventLag
from ari_app.operator_commands import Asker, OutOfSight, UnknownDisposition, UnknownQueue
from ari_app.overload_control import Load, admission_of
from ari_app.pauses import UnknownReason
from ari_app.voicemail_desk import VoicemailStatus
from queues.acd import Acd
from queues.events import AcdEvent
from queues.journal import Happened
from queues.rules import OperatorProfile, QueueRules
from tests.contract.centre import ANA, CALL, SOPORTE
from tests.contract.redis_server import RedisServer


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server of this test alone, running and empty."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def reader(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of the server; it decodes responses."""
    client = Redis.from_url(redis_server.url, decode_responses=True)
    yield client
    await client.aclose()


SECRET = "one secret for the whole demo"
TOKEN_KEY = "a key of at least thirty-two characters"
OPERATOR, OTHER, SUPERVISOR, COORDINATOR = "1005", "1006", "2001", "3001"
LEADER, OTHER_LEADER, ADMINISTRATOR = "2101", "2102", "4001"


class FakeCentre:
    """A centre that does at once what it is asked: CentreCommands over a board, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 1_790_000_000.0
        self.board = StatusBoard(lambda: self.now_s, epoch=7)
        self.parts = [HealthPart("asterisk"), HealthPart("redis", needed=False)]
        people = [
            Account(str(code), f"Operator {code}", "operator", ("soporte",), "norte" if code <= 1010 else "sur")
            for code in range(1001, 1021)
        ]
        self.accounts = Accounts(
            [
                *people,
                Account("2001", "Sara", "supervisor"),
                Account("2002", "Sol", "supervisor", ("ventas",)),
                Account("2101", "Noa", "team_leader", ("soporte",), "norte"),
                Account("2102", "Sur", "team_leader", ("soporte",), "sur"),
                Account("3001", "Coral", "coordinator"),
                Account("4001", "Ada", "administrator"),
            ],
            one_secret_for_all(SECRET),
        )
        self.acd = Acd([QueueRules("soporte")], [OperatorProfile("1005", ("soporte",))])
        self.history = History(self.acd, lambda: self.now_s)
        self.load = Load(EventLag(), admission_of(0.15))
        self.app = create_app(
            self.board,
            self,
            self.accounts,
            TOKEN_KEY,
            lambda: self.now_s,
            lambda: self.parts,
            desk=self,
            reload=self.reload,
            callbacks=self,
            voicemails=self,
            calls=self,
            keep_alive_s=0.05,
            history=self.history,
            load=self.load,
        )
        self.problems: tuple[str, ...] = ()
        self.asked: list[tuple[str, Asked, str | None]] = []
        self.standing: list[CallbackStatus] = []
        self.messages: list[VoicemailStatus] = []
        self.called_back: list[tuple[str, str | None]] = []

    def tell(self, *events: AcdEvent) -> None:
        """What the ACD is told, and the history with it."""
        for event in events:
            effects = self.acd.handle(event, self.now_s)
            self.history.take(Happened(self.now_s, event, tuple(effects), tuple(self.acd.facts())))

    def open(self) -> None:
        """Two operators, of whom 1005 talks on call-1; call-2 waits; call-3 of 1006 has ended."""
        self.board.put_queue(replace(SOPORTE, talking=1, waiting=1, logged_in=2, offered=3, answered=2, ready=1))
        self.board.put_operator(replace(ANA, state="talking", call="call-1", queue="soporte"))
        self.board.put_operator(replace(ANA, code="1006", name="Íñigo", state="ready"))
        self.board.put_call(replace(CALL, stage="talking", operator="1005", queue="soporte"))
        self.board.put_call(replace(CALL, id="call-2", stage="waiting", queue="soporte", position=1))
        self.board.put_call(replace(CALL, id="call-3", stage="ended", operator="1006", end_reason="caller_hung_up"))

    def set_operator_state(self, code: str, wanted: WantedState, reason: str | None) -> OperatorStatus:
        """See CentreCommands."""
        return self.set_state(Asker(code), code, wanted, reason)

    def set_state(
        self, asker: Asker, code: str, wanted: WantedState, reason: str | None, queues: Iterable[str] | None = None
    ) -> OperatorStatus:
        """See OperatorCommands; a pause wants a reason here, so that a refusal can be seen."""
        shown = self._operator(asker, code)
        if wanted == "paused" and not reason:
            raise StateRefused("a pause needs a reason; give one")
        if reason == "siesta":
            raise UnknownReason("there is no siesta")
        if queues is not None and "nowhere" in queues:
            raise UnknownQueue("there is no queue nowhere")
        return self._put(replace(shown, state=wanted, reason=reason, serves=tuple(queues or ())))

    def serve(self, asker: Asker, code: str, penalties: Mapping[str, int]) -> OperatorStatus:
        """See OperatorCommands."""
        return self._put(replace(self._operator(asker, code), serves=tuple(penalties)))

    def release(self, asker: Asker, code: str) -> OperatorStatus:
        """See OperatorCommands."""
        return self._put(replace(self._operator(asker, code), state="ready", call=None, queue=None))

    def extend_wrap_up(self, asker: Asker, code: str, seconds: float) -> OperatorStatus:
        """See OperatorCommands; nobody is in wrap-up here."""
        self._operator(asker, code)
        raise StateRefused(f"no wrap-up to extend by {seconds}")

    def dispose(self, asker: Asker, call: str, disposition: str) -> CallStatus:
        """See OperatorCommands."""
        if disposition != "sold":
            raise UnknownDisposition("only sold is known")
        self.board.put_call(replace(self._call(asker, call), disposition=disposition))
        return self.board.calls[call]

    def move_call(self, asker: Asker, call: str, queue: str | None, priority: int | None) -> CallStatus:
        """See OperatorCommands."""
        shown = self._call(asker, call)
        self.board.put_call(replace(shown, queue=queue or shown.queue, priority=priority or 0))
        return self.board.calls[call]

    def ask_recording(self, call: str, asked: RecordAsked) -> CallStatus:
        raise NotNow("nothing is recorded now")

    def ask(self, call: str, asked: Asked, ticket: str | None = None) -> CallStatus:
        """See CallCommands; a call that waits can be asked nothing, a held one not be held again."""
        if self.board.calls[call].stage == "ended":
            raise UnknownCall(call)
        if self.board.calls[call].stage != "talking":
            raise NotNow("nobody talks with this caller now")
        self.asked.append((call, asked, ticket))
        return self.board.calls[call]

    def _operator(self, asker: Asker, code: str) -> OperatorStatus:
        if code not in self.board.operators:
            raise UnknownOperator(code)
        if not asker.sees_operator(code, ["soporte"]):
            raise OutOfSight("not yours")
        return self.board.operators[code]

    def _put(self, status: OperatorStatus) -> OperatorStatus:
        self.board.put_operator(status)
        return status

    def _call(self, asker: Asker, call: str) -> CallStatus:
        if call not in self.board.calls:
            raise UnknownCall(call)
        if not asker.sees_call(self.board.calls[call].operator, "soporte"):
            raise OutOfSight("not yours")
        return self.board.calls[call]

    async def reload(self) -> Reloaded:
        """See Reload; refused while there are ``problems``."""
        if self.problems:
            raise ReloadRefused(self.problems)
        return Reloaded(("queue soporte: changed",), (), ())

    def callbacks(self) -> list[CallbackStatus]:
        """See CallbackCommands."""
        return list(self.standing)

    def cancel_callback(self, call: str) -> None:
        """See CallbackCommands."""
        self.standing = [one for one in self.standing if one.id != call]

    def voicemails(self) -> list[VoicemailStatus]:
        """See VoicemailCommands."""
        return list(self.messages)

    def call_back(self, call: str, operator: str | None) -> None:
        """See VoicemailCommands."""
        (message,) = (one for one in self.messages if one.id == call)
        if not message.callable:
            raise StateRefused("the caller's number may not be called")
        self.called_back.append((call, operator))
        self.dealt_with(call)

    def dealt_with(self, call: str) -> None:
        """See VoicemailCommands."""
        self.messages = [one for one in self.messages if one.id != call]

    def hang_up_call(self, call: str, own: bool = False) -> None:
        """See CentreCommands."""
        if call not in self.board.calls or self.board.calls[call].stage == "ended":
            raise UnknownCall(call)
        reason = "operator_hung_up" if own else "hung_up_by_request"
        self.board.put_call(replace(self.board.calls[call], stage="ended", end_reason=reason))


class Api:
    """A client of the API, straight into the application."""

    def __init__(self, centre: FakeCentre) -> None:
        self.centre = centre
        self._app = httpx.ASGITransport(app=centre.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=self._app, base_url="http://127.0.0.1")

    async def login(self, code: str, secret: str = SECRET, address: str = "127.0.0.1") -> httpx.Response:
        """Log in, as from ``address``."""
        self._app.client = (address, 123)
        return await self.http.post("/api/v1/login", json={"code": code, "secret": secret})

    async def ask(self, code: str, method: str, path: str, **options: Any) -> httpx.Response:
        """One request of the person with this code, logged in for it."""
        token = (await self.login(code)).json()["token"]
        headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **options)


def error_of(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and field of a refusal, which must have the one shape."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "field"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"], body["error"].get("field")


@pytest.fixture
def centre() -> FakeCentre:
    """A centre with something in it."""
    made = FakeCentre()
    made.open()
    return made


@pytest.fixture
async def api(centre: FakeCentre) -> AsyncIterator[Api]:
    """A client of ``centre``'s API."""
    made = Api(centre)
    yield made
    await made.http.aclose()
