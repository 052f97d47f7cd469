"""Is whoever is logged out, out of the console too, and whoever is in, in while no controller answers?"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from ari_app.adapters.http_errors import Refused
from ari_app.clock import SystemClock, machine_time
from console.controllers import Controllers
from console.reception import FRESH_S, ControllersReception
from tests.console.people_served import KEY, Controller, console_before, serving


class SetClock(SystemClock):
    """Stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = machine_time()

    def now(self) -> float:
        return self.at


async def test_what_the_controller_said_counts_for_a_moment_and_is_asked_again_after_it() -> None:
    controller, clock = Controller(), SetClock()
    app = controller.app()
    tokens = app.state.tokens
    async with serving(app) as url, Controllers([url], KEY) as controllers:
        reception = ControllersReception(controllers, clock)
        account = controller.centre.accounts.get("1005")
        assert account is not None
        bearer = f"Bearer {tokens.issue(account)}"
        person = await reception.person(bearer)
        assert (person.code, person.role, person.sees_all) == ("1005", "operator", False)
        controller.centre.now_s += 1
        tokens.sessions.end_all("1005")
        assert (await reception.person(bearer)).code == "1005"
        clock.at += FRESH_S + 0.1
        with pytest.raises(Refused) as over:
            await reception.person(bearer)
        assert (over.value.status, over.value.code) == (401, "token_invalid")


async def test_of_a_team_leader_it_is_known_who_is_in_the_team_now() -> None:
    controller, clock = Controller(), SetClock()
    app, accounts = controller.app(), controller.centre.accounts
    async with serving(app) as url, Controllers([url], KEY) as controllers:
        reception = ControllersReception(controllers, clock)
        leader = accounts.get("2101")
        assert leader is not None
        bearer = f"Bearer {app.state.tokens.issue(leader)}"
        assert (await reception.person(bearer)).team == "norte"
        caller = await reception.caller(bearer)
        assert caller.reaches("see_operators", "1005")
        assert not caller.reaches("see_operators", "1012")
        moved = [replace(one, team="sur") if one.code == "1005" else one for one in accounts.all()]
        assert accounts.replace(moved) == frozenset()
        clock.at += FRESH_S + 0.1
        await reception.person(bearer)
        assert not caller.reaches("see_operators", "1005")
        assert accounts.replace(replace(one, team="sur") if one is leader else one for one in moved) == {"2101"}


async def test_while_no_controller_answers_only_those_who_were_known_are() -> None:
    controller, clock = Controller(), SetClock()
    app = controller.app()
    account = controller.centre.accounts.get("2001")
    assert account is not None
    known, other = (f"Bearer {app.state.tokens.issue(account)}" for _ in range(2))
    async with AsyncExitStack() as stack:
        async with serving(app) as url:
            controllers = await stack.enter_async_context(Controllers([url], KEY))
            reception = ControllersReception(controllers, clock)
            await reception.person(known)
        clock.at += FRESH_S + 0.1
        assert (await reception.person(known)).role == "supervisor"
        with pytest.raises(Refused) as nobody:
            await reception.person(other)
        assert nobody.value.status == 503
        clock.at += 13 * 3600
        with pytest.raises(Refused):
            await reception.person(known)


@pytest.mark.parametrize("said", ["", "Bearer", "Basic abc", "Bearer " + "x" * 2000, "Bearer nonsense"])
async def test_what_is_no_token_of_ours_is_nobody(said: str) -> None:
    async with serving(Controller().app()) as url, Controllers([url], KEY) as controllers:
        with pytest.raises(Refused) as nobody:
            await ControllersReception(controllers, SystemClock()).person(said)
        assert nobody.value.status == 401


async def test_a_controller_that_does_not_know_the_console_lets_nobody_in_and_the_log_says_why() -> None:
    async with serving(Controller(key="another").app()) as url, Controllers([url], KEY) as controllers:
        with pytest.raises(Refused) as refused:
            await ControllersReception(controllers, SystemClock()).person("Bearer x")
        assert refused.value.status == 503


async def test_a_stream_ends_when_its_log_in_is_ended() -> None:
    async with console_before(Controller()) as console:
        bearer = await console.bearer("1005")
        async with console.http.stream("GET", "/api/v1/events", headers=bearer) as stream:
            lines = stream.aiter_lines()
            await console.http.post("/api/v1/logout", headers=bearer)
            async with asyncio.timeout(15):
                heard = [line async for line in lines]
        assert "event: revoked" in heard
        assert json.loads(heard[heard.index("event: revoked") + 1].removeprefix("data: "))["message"]
