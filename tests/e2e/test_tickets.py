"""Does a ticket go where its caller goes? Real calls, passed on cold through the console, on real Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest

from ari_app.demo.api_client import ApiClient, ApiRefused
from tests.e2e.stack import WEB_SECRET, Stack
from tests.e2e.test_call_control import CALLER_HZ, FIRST, FIRST_HZ, SECOND_HZ, Scene, conversation
from tests.e2e.watch import Body

pytestmark = pytest.mark.timeout(120)

SECOND_LEVEL: Final = "1015"
SETTLES_WITHIN_S: Final = 30.0


@dataclass
class Talk:
    """A caller with the first operator, who has a ticket about it; the second level is at work."""

    scene: Scene
    url: str
    ref: str

    async def asked(self, code: str, method: str, path: str, body: object = None) -> Any:
        """What the console answers the person with this code. Raises ApiRefused."""
        async with ApiClient(self.url) as api:
            await api.log_in(code, WEB_SECRET)
            return await api.ask(method, f"/api/v1/{path}", body)

    async def pass_cold(self, to: Body | None = None) -> None:
        more = {} if to is None else {"to": to}
        await self.asked(FIRST, "POST", f"tickets/{self.ref}/pass", {"how": "cold", "note": "Contador azul.", **more})

    async def linked(self, code: str) -> list[str]:
        """The tickets of the call as this person sees them, once the console has heard whose it is."""
        async with asyncio.timeout(SETTLES_WITHIN_S):
            while True:
                with contextlib.suppress(ApiRefused):
                    found = await self.asked(code, "GET", f"calls/{self.scene.id}/tickets")
                    return [one["ref"] for one in found["linked"]]
                await asyncio.sleep(0.1)

    async def stands(self, code: str, *wanted: str | None) -> Body:
        """The card as this person sees it, once state, queue and owner are these."""
        found: Body = {}
        async with asyncio.timeout(SETTLES_WITHIN_S):
            while (found.get("state"), found.get("queue"), found.get("owner")) != wanted:
                await asyncio.sleep(0.1)
                found = await self.asked(code, "GET", f"tickets/{self.ref}")
        return found


@asynccontextmanager
async def talk(stack: Stack, url: str) -> AsyncIterator[Talk]:
    async with conversation(stack, second=SECOND_LEVEL) as scene:
        opening = Talk(scene, url, "")
        body = {"call": scene.id, "subject": "Sin luz", "note": "Desde las 7."}
        opening.ref = (await opening.asked(FIRST, "POST", "tickets", body))["ref"]
        yield opening


def notes(card: Body) -> list[str]:
    return [one["text"] for one in card["timeline"] if one["kind"] == "note"]


def events(card: Body) -> list[str]:
    return [one["what"] for one in card["timeline"] if one["kind"] == "event"]


async def test_cold_the_caller_and_the_ticket_come_to_whoever_of_the_next_level_answers(
    stack: Stack, console: str
) -> None:
    async with talk(stack, console) as it:
        await it.pass_cold()
        await it.scene.first.ended()
        second = await it.scene.second_phone.incoming()
        assert await it.linked(SECOND_LEVEL) == [it.ref]  # while it rings
        await second.answer()
        await it.scene.hear_each_other((it.scene.caller, CALLER_HZ), (second, SECOND_HZ))
        card = await it.stands(SECOND_LEVEL, "in_progress", "soporte_n2", SECOND_LEVEL)
        assert (card["level"], notes(card)) == (2, ["Desde las 7.", "Contador azul."])
        assert (await it.scene.shown(operator=SECOND_LEVEL))["ticket"] == it.ref
        await it.scene.caller.hang_up()
        await second.ended()


async def test_a_caller_whom_nobody_takes_comes_back_and_so_does_the_ticket(stack: Stack, console: str) -> None:
    async with talk(stack, console) as it:
        it.scene.second_phone.auto_ring = True
        await it.pass_cold({"operator": SECOND_LEVEL})
        await it.scene.first.ended()
        ignored = await it.scene.second_phone.incoming()
        await ignored.cancelled(timeout_s=10)
        again = await it.scene.first_phone.incoming()
        await again.answer()
        await it.scene.hear_each_other((it.scene.caller, CALLER_HZ), (again, FIRST_HZ))
        card = await it.stands(FIRST, "in_progress", "soporte", FIRST)
        assert (events(card)[-1], card["moving"]) == ("came_back", None)
        assert notes(card) == ["Desde las 7.", "Contador azul."]
        await it.scene.caller.hang_up()
        await again.ended()


async def test_a_caller_who_hangs_up_on_the_way_leaves_the_ticket_to_be_taken(stack: Stack, console: str) -> None:
    async with talk(stack, console) as it:
        await it.pass_cold()
        await it.scene.first.ended()
        ringing = await it.scene.second_phone.incoming()
        await it.scene.caller.hang_up()
        await ringing.cancelled(timeout_s=10)
        await it.stands(SECOND_LEVEL, "passed", "soporte_n2", None)
        work = (await it.asked(SECOND_LEVEL, "GET", "tickets?view=work"))["items"]
        assert it.ref in [one["ref"] for one in work]
        await it.asked(SECOND_LEVEL, "POST", f"tickets/{it.ref}/take")
        card = await it.stands(SECOND_LEVEL, "in_progress", "soporte_n2", SECOND_LEVEL)
        assert [one["call"] for one in card["calls"]] == [it.scene.id]


async def test_a_console_that_is_killed_on_the_way_gives_the_ticket_to_whoever_has_the_caller_when_it_is_back(
    stack: Stack, console: str
) -> None:
    async with talk(stack, console) as it:
        await it.pass_cold()
        await stack.instance.console.kill()
        second = await it.scene.second_phone.incoming()
        await second.answer()
        await it.scene.hear_each_other((it.scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await stack.instance.start_console()
        await it.stands(SECOND_LEVEL, "in_progress", "soporte_n2", SECOND_LEVEL)
        await it.scene.caller.hang_up()
        await second.ended()
