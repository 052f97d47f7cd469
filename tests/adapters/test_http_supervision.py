"""Who may supervise over HTTP, and how is it refused? On the desk and the engine itself, on a telephone system in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ari_app.accounts import Account, Accounts, one_secret_for_all
from ari_app.adapters.http_api import create_app
from ari_app.centre import load_centre
from tests.adapters.conftest import COORDINATOR, SECRET, SUPERVISOR, TOKEN_KEY, error_of
from tests.ari_app.fake_centre import FakeCentre, changed_demo, fake_centre

OPERATOR, OTHER_TEAM = "1009", "2002"
NOBODYS = "20261124-000000-00000000"


@dataclass
class Floor:
    """Operator 1009 talks with a caller; everybody who is not an operator has a phone that answers; 2002 looks after sales."""

    centre: FakeCentre
    http: httpx.AsyncClient
    call: str

    async def ask(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        login = await self.http.post("/api/v1/login", json={"code": who, "secret": SECRET})
        headers = {"Authorization": f"Bearer {login.json()['token']}"}
        answer = await self.http.request(method, f"/api/v1{path}", headers=headers, **options)
        await self.centre.settle()
        return answer

    async def supervise(self, who: str, mode: str, of: str | None = None) -> httpx.Response:
        return await self.ask(who, "POST", f"{of or f'/calls/{self.call}'}/supervise", json={"mode": mode})

    async def listed(self, who: str) -> list[str]:
        """Whose supervisions that one sees."""
        answer = await self.ask(who, "GET", "/supervisions")
        assert answer.status_code == 200
        return [one["supervisor"] for one in answer.json()["items"]]


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[Floor]:
    files = changed_demo(
        folder,
        operators=("2002: {name: Francisco Marín Ochoa}", "2002: {name: Francisco Marín Ochoa, queues: [ventas]}"),
    )
    async with fake_centre(folder, centre=(centre_of := load_centre(files))) as centre:
        people = [Account(one.code, one.name, one.role, one.queues) for one in centre_of.people]
        app = create_app(
            centre.board,
            centre.engine,
            Accounts(people, one_secret_for_all(SECRET)),
            TOKEN_KEY,
            lambda: 1_790_000_000.0,
            list,
            supervision=centre.engine.supervision_desk,
        )
        for code in (SUPERVISOR, OTHER_TEAM, COORDINATOR):
            centre.telephony.phones[code] = "answers"
            centre.engine.phone_changed(code, reachable=True)
        await centre.at_work(OPERATOR, "answers")
        call = await centre.calls()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            yield Floor(centre, http, call.id)


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Floor]:
    async with floor(tmp_path) as made:
        yield made


@pytest.mark.parametrize("who", [SUPERVISOR, COORDINATOR])
@pytest.mark.parametrize("of", [None, f"/operators/{OPERATOR}"])
async def test_a_supervision_begins_as_ringing_and_is_then_listed_with_whom_it_hears(
    it: Floor, who: str, of: str | None
) -> None:
    answer = await it.supervise(who, "whisper", of)
    on = "operator" if of else "call"
    assert answer.status_code == 202
    body = answer.json()
    assert {**body, "since": ""} == {
        "supervisor": who,
        "mode": "whisper",
        "state": "ringing",
        "call": None,
        "operator": None,
        "on": on,
        "since": "",
    }
    (listed,) = (await it.ask(who, "GET", "/supervisions")).json()["items"]
    assert listed == {**body, "state": "listening", "call": it.call, "operator": OPERATOR}


async def test_asked_again_with_another_mode_it_changes_and_rings_nobody(it: Floor) -> None:
    for mode in ("listen", "whisper", "barge", "listen"):
        assert (await it.supervise(SUPERVISOR, mode)).status_code == 202
        (listed,) = (await it.ask(SUPERVISOR, "GET", "/supervisions")).json()["items"]
        assert listed["mode"] == mode
    assert list(it.centre.telephony.dialled.values()).count(SUPERVISOR) == 1
    assert (await it.supervise(SUPERVISOR, "take_over")).status_code == 202
    async with asyncio.timeout(10):
        while await it.listed(COORDINATOR):  # whoever has just left a mix listens anew first
            await asyncio.sleep(0.01)
    assert it.centre.call(it.call).control == "taken_over"
    assert error_of(await it.supervise(SUPERVISOR, "listen"))[:2] == (409, "not_now")


@pytest.mark.parametrize("who", [OPERATOR, "1010", OTHER_TEAM])
@pytest.mark.parametrize("of", [None, f"/operators/{OPERATOR}"])
async def test_operators_and_other_teams_supervisors_may_not_and_it_is_noted(
    it: Floor, who: str, of: str | None
) -> None:
    assert error_of(await it.supervise(who, "listen", of)) == (403, "forbidden", None)
    assert [(act.act, act.who) for act in it.centre.acts] == [("supervision_refused", who)]
    assert it.centre.engine.supervision_desk.supervisions(COORDINATOR) == []


@pytest.mark.parametrize("of", [f"/calls/{NOBODYS}", "/operators/9999", "/operators/2001", "/calls/x%20y"])
async def test_an_unknown_call_or_operator_is_404(it: Floor, of: str) -> None:
    assert error_of(await it.supervise(COORDINATOR, "listen", of)) == (404, "not_found", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "mode"),
        ({"mode": "spy"}, "mode"),
        ({"mode": None}, "mode"),
        ({"mode": ["listen"]}, "mode"),
        ({"mode": "listen", "as": "3001"}, "as"),
    ],
)
@pytest.mark.parametrize("of", ["/calls/x", "/operators/1009"])
async def test_a_body_that_makes_no_sense_is_refused_with_its_field(it: Floor, of: str, body: Any, field: str) -> None:
    assert error_of(await it.ask(SUPERVISOR, "POST", f"{of}/supervise", json=body)) == (422, "bad_field", field)
    assert it.centre.acts == []


async def test_no_object_at_all_is_refused(it: Floor) -> None:
    for sent in ({"content": b"listen"}, {"json": ["listen"]}, {}):
        answer = await it.ask(SUPERVISOR, "POST", f"/calls/{it.call}/supervise", **sent)
        assert answer.status_code in (400, 422), answer.text
        error_of(answer)


async def test_without_a_token_it_is_401_whatever_is_asked(it: Floor) -> None:
    asked = [
        ("POST", f"/calls/{it.call}/supervise"),
        ("POST", "/operators/1009/supervise"),
        ("GET", "/supervisions"),
        ("DELETE", f"/supervisions/{SUPERVISOR}"),
    ]
    for method, path in asked:
        assert error_of(await it.http.request(method, f"/api/v1{path}"))[:2] == (401, "token_missing")


async def test_what_cannot_be_done_now_is_409_with_the_reason(it: Floor) -> None:
    answer = await it.supervise(SUPERVISOR, "barge", "/operators/1010")
    assert error_of(answer) == (409, "not_now", None)
    assert answer.json()["error"]["message"] == "1010 talks with nobody now; listen, and the next call is heard."
    it.centre.engine.phone_changed(SUPERVISOR, reachable=False)
    answer = await it.supervise(SUPERVISOR, "listen")
    assert (answer.status_code, "not registered" in answer.json()["error"]["message"]) == (409, True)
    waiting = await it.centre.calls("waiting")
    assert error_of(await it.supervise(COORDINATOR, "listen", f"/calls/{waiting.id}"))[:2] == (409, "not_now")
    assert [act.act for act in it.centre.acts] == ["supervision_refused"] * 3


async def test_everybody_sees_the_own_supervision_and_coordinators_all(it: Floor) -> None:
    await it.supervise(SUPERVISOR, "listen")
    await it.supervise(COORDINATOR, "whisper")
    assert await it.listed(SUPERVISOR) == [SUPERVISOR]
    assert await it.listed(OTHER_TEAM) == []
    assert await it.listed(COORDINATOR) == [SUPERVISOR, COORDINATOR]
    assert error_of(await it.ask(OPERATOR, "GET", "/supervisions"))[:2] == (403, "forbidden")


async def test_the_own_supervision_is_ended_or_by_a_coordinator_anybodys(it: Floor) -> None:
    for who in (SUPERVISOR, COORDINATOR):
        await it.supervise(SUPERVISOR, "barge")
        for other in (OPERATOR, OTHER_TEAM):
            assert error_of(await it.ask(other, "DELETE", f"/supervisions/{SUPERVISOR}"))[:2] == (403, "forbidden")
        assert await it.listed(SUPERVISOR) == [SUPERVISOR]
        answer = await it.ask(who, "DELETE", f"/supervisions/{SUPERVISOR}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert await it.listed(SUPERVISOR) == []
        assert it.centre.call(it.call).control == "talking"
        answer = await it.ask(who, "DELETE", f"/supervisions/{SUPERVISOR}")
        assert error_of(answer)[:2] == (409, "not_now")
    assert error_of(await it.ask(COORDINATOR, "DELETE", "/supervisions/9999"))[:2] == (409, "not_now")
