"""Does the console serve people beside real calls, and do these not notice what becomes of it?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from ari_app.demo.api_client import ApiClient, ApiRefused
from tests.e2e.stack import WEB_SECRET, Stack
from tests.e2e.test_faults import both_hear_each_other, talking
from tests.e2e.test_reload import centre, change, in_queues

__all__ = ["centre"]

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def person(url: str, code: str) -> AsyncIterator[ApiClient]:
    async with ApiClient(url) as api:
        await api.log_in(code, WEB_SECRET)
        yield api


async def stage_shown(url: str, api: ApiClient, stage: str) -> None:
    """Wait until the console's own stream shows a call so."""
    events = f"{url}/api/v1/events"
    async with httpx.AsyncClient(timeout=30) as client, client.stream("GET", events, headers=api.headers) as stream:
        async for line in stream.aiter_lines():
            if f'"stage":"{stage}"' in line:
                return
    raise AssertionError(f"no call was shown {stage}")


async def test_a_call_is_followed_and_commanded_through_the_console(stack: Stack, console: str) -> None:
    async with person(console, "2001") as supervisor, stack.operator("1009") as phone, stack.carrier() as carrier:
        shown = asyncio.ensure_future(stage_shown(console, supervisor, "talking"))
        call, incoming = await talking(carrier, phone)
        await shown
        (up,) = (await supervisor.get("calls"))["items"]
        await supervisor.ask("POST", f"/api/v1/calls/{up['id']}/hold", None)
        async with asyncio.timeout(15):
            while not (await supervisor.get(f"calls/{up['id']}"))["held"]:
                await asyncio.sleep(0.05)
        await supervisor.ask("POST", f"/api/v1/calls/{up['id']}/hangup", None)
        await call.ended()
        await incoming.ended()


async def test_a_console_that_is_killed_costs_no_call_and_is_back_where_it_was(stack: Stack, console: str) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call, incoming = await talking(carrier, phone)
        await stack.instance.console.kill()
        await both_hear_each_other(call, incoming)
        await stack.instance.start_console()
        async with person(console, "2001") as supervisor:
            await stage_shown(console, supervisor, "talking")
        await call.hang_up()
        await incoming.ended()


async def test_while_the_controller_is_restarted_people_stay_in_and_are_told(stack: Stack, console: str) -> None:
    async with person(console, "2001") as supervisor, httpx.AsyncClient(timeout=30) as client:
        headers = supervisor.headers
        async with client.stream("GET", f"{console}/api/v1/events", headers=headers) as stream:
            lines = stream.aiter_lines()
            await stack.instance.engine.kill()
            await _line(lines, '"here":false')
            answer = await client.get(f"{console}/api/v1/queues", headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_controller")
            await stack.instance.start_engine()
        await kept_true(console, headers, client)
        assert (await client.get(f"{console}/api/v1/queues", headers=headers)).status_code == 200


async def _line(lines: AsyncIterator[str], part: str) -> None:
    async with asyncio.timeout(30):
        while part not in await anext(lines):
            pass


async def kept_true(url: str, headers: dict[str, str], client: httpx.AsyncClient) -> None:
    """Wait until a new stream's snapshot says that somebody keeps the state true."""
    async with asyncio.timeout(30):
        while True:
            async with client.stream("GET", f"{url}/api/v1/events", headers=headers) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        if '"here":true' in line:
                            return
                        break
            await asyncio.sleep(0.1)


async def test_a_reload_is_in_force_in_the_console_and_files_with_mistakes_change_nothing(
    stack: Stack, centre: Path, console: str
) -> None:
    async with person(console, "3001") as coordinator, person(console, "1005") as operator:
        assert await _next_level(coordinator, "soporte") == "soporte_n2"
        assert await _may_write_contacts(operator)
        in_queues(centre, "soporte", next_level="reclamaciones")
        change(centre / "centre.yaml", lambda file: file.update(contacts={"operators_edit": False}))
        await coordinator.ask("POST", "/api/v1/reload", None)
        async with asyncio.timeout(30):
            while await _next_level(coordinator, "soporte") != "reclamaciones":
                await asyncio.sleep(0.1)
        assert not await _may_write_contacts(operator)
        in_queues(centre, "soporte", next_level="nowhere")
        with pytest.raises(ApiRefused, match="nowhere"):
            await coordinator.ask("POST", "/api/v1/reload", None)
        assert await _next_level(coordinator, "soporte") == "reclamaciones"
        in_queues(centre, "soporte", next_level="reclamaciones")
        change(centre / "centre.yaml", lambda file: file.pop("contacts"))
        await coordinator.ask("POST", "/api/v1/reload", None)
        async with asyncio.timeout(30):
            while not await _may_write_contacts(operator):
                assert await _next_level(coordinator, "soporte") == "reclamaciones"
                await asyncio.sleep(0.1)  # who asks without a pause is told to wait
        async with httpx.AsyncClient(timeout=30) as client:
            assert (await client.get(f"{console}/console/healthz")).json()["parts"]["centre"] is None


async def _next_level(api: ApiClient, queue: str) -> str | None:
    levels = {one["queue"]: one["next"] for one in (await api.get("tickets/levels"))["items"]}
    following: str | None = levels[queue]
    return following


async def _may_write_contacts(api: ApiClient) -> bool:
    try:
        await api.ask("POST", "/api/v1/contacts", {"name": "Rosa", "numbers": []})
    except ApiRefused as refused:
        if "403" not in str(refused):
            raise
        return False
    return True
