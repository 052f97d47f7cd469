"""Does whoever asks the console get the leading controller's answer, and can nobody pretend to be somebody else on the way?"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from ari_app.adapters.http_console import ADDRESS_HEADER, KEY_HEADER
from ari_app.adapters.http_errors import Refused
from ari_app.rates import Rates
from console import controllers
from tests.adapters.conftest import SECRET
from tests.console.people_served import KEY, Controller, console_before


async def test_requests_reach_the_controller_with_all_that_they_say() -> None:
    controller = Controller()
    async with console_before(controller) as console:
        bearer = await console.bearer("2001")
        assert (await console.http.get("/api/v1/queues", headers=bearer)).json()["items"][0]["name"] == "soporte"
        paused = {"state": "paused", "reason": "break"}
        answer = await console.http.post("/api/v1/operators/1006/state", json=paused, headers=bearer)
        assert (answer.status_code, answer.json()["reason"]) == (200, "break")
        refused = await console.http.post("/api/v1/operators/1006/state", json={"state": 3}, headers=bearer)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "state")
        ended = await console.http.get("/api/v1/calls?ended=true", headers=bearer)
        assert {call["id"] for call in ended.json()["items"]} == {"call-1", "call-2", "call-3"}
        assert (await console.http.get("/api/v1/calls/call%2F1", headers=bearer)).status_code == 404
        assert (await console.http.get("/healthz")).json()["status"] == "ok"
        assert "centralita_queue_waiting" in (await console.http.get("/metrics")).text


async def test_the_controller_that_leads_is_found_and_found_again() -> None:
    first, second = Controller(role="standby"), Controller()
    async with console_before(first, second) as console:
        bearer = await console.bearer("2001")
        assert (await console.http.get("/readyz")).status_code == 200
        first.role, second.role = "leader", "standby"
        answer = await console.http.post(
            "/api/v1/operators/1006/state", json={"state": "paused", "reason": "break"}, headers=bearer
        )
        assert answer.status_code == 200
        assert first.centre.board.operators["1006"].state == "paused"
        assert second.centre.board.operators["1006"].state == "ready"
        first.role = "standby"
        assert (await console.http.get("/healthz")).json()["status"] == "standby"
        none = await console.http.get("/api/v1/queues", headers=bearer)
        assert (none.status_code, none.json()["error"]["code"]) == (503, "standby")


async def test_a_controller_that_is_down_is_passed_over_and_without_any_the_answer_says_so() -> None:
    down = Controller(url="http://127.0.0.1:1")
    async with console_before(down, Controller()) as console:
        assert (await console.http.get("/readyz")).status_code == 200
    async with console_before(down) as console:
        answer = await console.http.get("/api/v1/queues", headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_controller")
        assert answer.headers["retry-after"] == "1"


@contextmanager
def hung() -> Iterator[Controller]:
    """One whose process stands still: connections come about, and nothing is ever answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield Controller(url=f"http://127.0.0.1:{listener.getsockname()[1]}")


@contextmanager
def cut_off() -> Iterator[Controller]:
    """One whose machine answers to nothing: here, one whose queue of connections is full."""
    with ExitStack() as stack:
        listener, *waiting = [stack.enter_context(socket.socket()) for _ in range(5)]
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield Controller(url=f"http://127.0.0.1:{listener.getsockname()[1]}")


async def _token_at(controller: Controller) -> dict[str, str]:
    """Of somebody who has logged in there, past the console."""
    async with httpx.AsyncClient() as http:
        said = await http.post(f"{controller.url}/api/v1/login", json={"code": "2001", "secret": SECRET})
    return {"Authorization": f"Bearer {said.json()['token']}"}


async def test_after_one_that_hangs_the_next_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "ASKS_WITHIN_S", 0.2)
    leader = Controller()
    with hung() as first:
        async with console_before(first, leader) as console:
            bearer = await _token_at(leader)
            with pytest.raises(Refused):
                await console.reception.person(bearer["Authorization"])
            assert (await console.reception.person(bearer["Authorization"])).code == "2001"
            assert (await console.http.get("/api/v1/queues", headers=bearer)).status_code == 200


async def test_one_that_takes_no_connection_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "CONNECTS_WITHIN_S", 0.2)
    with cut_off() as first:
        async with console_before(first, Controller()) as console:
            bearer = await console.bearer("2001")
            paused = {"state": "paused", "reason": "break"}
            answer = await console.http.post("/api/v1/operators/1006/state", json=paused, headers=bearer)
            assert answer.status_code == 200


async def test_log_ins_are_counted_by_the_persons_address_and_not_by_the_consoles() -> None:
    controller = Controller()
    async with console_before(controller) as console:
        for _ in range(5):
            wrong = await console.http.post("/api/v1/login", json={"code": "1005", "secret": "wrong"})
            assert wrong.status_code == 401
        banned = await console.http.post("/api/v1/login", json={"code": "1005", "secret": SECRET})
        assert banned.status_code == 429
        # The one that counted those was told 127.0.0.1, as is whoever asks it directly from there; another address is free.
        headers = {KEY_HEADER.decode(): KEY, ADDRESS_HEADER.decode(): "192.0.2.7"}
        directly, body = f"{controller.url}/api/v1/login", {"code": "1005", "secret": SECRET}
        assert (await console.http.post(directly, json=body, headers=headers)).status_code == 200
        # And whoever has no key cannot say so, neither directly nor by the console, which puts its own word in its place.
        lied = {**headers, KEY_HEADER.decode(): "a guess"}
        assert (await console.http.post(directly, json=body, headers=lied)).status_code == 429
        assert (await console.http.post("/api/v1/login", json=body, headers=headers)).status_code == 429


async def test_only_the_console_may_ask_whom_tokens_speak_for() -> None:
    controller = Controller()
    async with console_before(controller) as console:
        bearer = await console.bearer("2001")
        asked = {"tokens": [bearer["Authorization"].removeprefix("Bearer ")]}
        assert (await console.http.post(f"{controller.url}/api/v1/console/sessions", json=asked)).status_code == 403
        key = {KEY_HEADER.decode(): KEY}
        known = await console.http.post(f"{controller.url}/api/v1/console/sessions", json=asked, headers=key)
        assert known.json()["people"][0]["code"] == "2001"


async def test_another_sites_page_and_a_flood_are_stopped_at_the_console() -> None:
    async with console_before(Controller(), rates=Rates(1, 3)) as console:
        evil = await console.http.get("/", headers={"Origin": "https://evil.example"})
        assert evil.status_code == 403
        answers = [(await console.http.get("/")).status_code for _ in range(8)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert (await console.http.get("/healthz")).status_code == 200


async def test_one_description_tells_of_all_that_is_answered_here() -> None:
    async with console_before(Controller()) as console:
        described = (await console.http.get("/api/v1/openapi.json")).json()
        assert {"/api/v1/login", "/api/v1/queues", "/api/v1/events"} <= set(described["paths"])
        (newest,) = described["paths"]["/api/v1/events"]["get"]["parameters"]
        assert newest["name"] == "newest"
        assert "HTTPBearer" in described["components"]["securitySchemes"]
