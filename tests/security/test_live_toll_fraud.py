"""Can anybody make the centre telephone at its own cost? By a phone's INVITE, REFER or 302, through the API, or as a caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from ari_app.asked import ToNumber
from ari_app.calls.targets import dialled_target
from ari_app.outbound import NotAllowed, is_allowed, way_out
from sip_agents import CallRefused
from sip_agents.digest import Credentials
from sip_agents.errors import SipError
from tests.e2e.stack import SIP_SECRET, Stack, dial
from tests.e2e.test_call_control import CALLER_HZ, FIRST_HZ, Scene, ask, conversation
from tests.e2e.waiting_centre import outbound_port
from tests.security.everything import valdeluna
from tests.security.hostile import NEARLY, NUMBER, dialled, uris
from tests.security.raw_sip import RawSip, raw_sip, sdp

TOGETHER = 100
CANNOT_BE_CALLED = [one for one in dialled() if not is_allowed(one, valdeluna().allowed_numbers)]


@asynccontextmanager
async def nothing_leaves(stack: Stack, callers: int = 0) -> AsyncIterator[RawSip]:
    """The carrier's end, at which nothing may arrive; and meanwhile no channel to it may there be, nor one of Asterisk's own,
    besides those of so many callers."""
    made: set[str] = set()
    over = asyncio.Event()

    async def look() -> None:
        while not over.is_set():
            made.update(line.split("!")[0] for line in await stack.channels())
            await asyncio.sleep(0.1)

    async with raw_sip(stack.registrar, "127.0.0.2", outbound_port(stack.settings.centre)) as carriers_end:
        looking = asyncio.ensure_future(look())
        try:
            yield carriers_end
        finally:
            over.set()
            await looking
        assert [line for line in carriers_end.requests if line.startswith("INVITE")] == []
    assert len([name for name in made if name.startswith(("PJSIP/carrier", "Local/"))]) <= callers, made


async def test_the_list_is_a_thousand_different_numbers_that_no_plan_of_phones_allows() -> None:
    assert len(set(dialled())) == NUMBER
    assert {one for one in dialled() if one in valdeluna().dialled_inside} <= {
        "1004"
    }  # a colleague, dialled like a short code


async def test_a_thousand_hostile_numbers_dialled_from_a_registered_phone_reach_nobody_outside(stack: Stack) -> None:
    who, sender = Credentials("1009", SIP_SECRET), "<sip:1009@127.0.0.1>"
    answers: list[int] = []
    async with nothing_leaves(stack), stack.phone("1009") as registered:
        await registered.register()
        async with raw_sip(stack.registrar, "127.0.0.1") as phone:
            to = uris(stack.registrar, outbound_port(stack.settings.centre))
            for first in range(0, len(to), TOGETHER):
                asked = (
                    phone.ask(
                        "INVITE", uri, sender, who=who, to="<sip:x@127.0.0.1>", body=sdp("127.0.0.1"), within_s=2.0
                    )
                    for uri in to[first : first + TOGETHER]
                )
                answers += [answer.status for answer in await asyncio.gather(*asked)]
        await stack.nothing_is_left()
    assert len(answers) == NUMBER
    assert answers.count(401) == 0, "the phone's secret is right: what was refused was refused for where it led"
    assert answers.count(200) > 300, "the announcement that there is no such number"
    async with stack.carrier() as carrier:  # and the centre goes on
        call = await dial(carrier)
        await call.hang_up()


async def test_a_thousand_hostile_numbers_are_none_that_the_api_a_callback_or_a_message_may_call() -> None:
    centre = valdeluna()
    allowed = [one for one in dialled() if one not in CANNOT_BE_CALLED]
    assert set(allowed) <= {"600000000", "912000111"} | set(NEARLY)
    for number in CANNOT_BE_CALLED:
        with pytest.raises(NotAllowed):
            way_out(centre, number)
        target = dialled_target(number, centre)  # what a REFER names
        assert not isinstance(target, ToNumber) or not is_allowed(target.number, centre.allowed_numbers)


SOME = [*CANNOT_BE_CALLED[:60:4], *CANNOT_BE_CALLED[60::60]]


@pytest.mark.parametrize("way", ["transfer", "consult"])
async def test_hostile_numbers_asked_for_through_the_api_in_a_conversation_are_refused_and_the_two_go_on(
    stack: Stack, way: str
) -> None:
    async with conversation(stack) as scene:
        before = len(scene.line.trace)
        for number in SOME:
            body: dict[str, Any] = {"to": {"number": number}}
            status, told = await ask(stack, f"/calls/{scene.id}/{way}", body, "1009")
            assert status in (409, 422), (number, told)
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        assert [
            one
            for one in list(scene.line.trace)[before:]
            if one.way == "in" and one.message.start_line.startswith("INVITE")
        ] == []
        await scene.caller.hang_up()
        await scene.first.ended()


async def outcome_of_refer(scene: Scene, target: str) -> int:
    """The status of a REFER that is refused, or what was reported of it."""
    try:
        referral = await scene.first.refer(target)
    except CallRefused as refused:
        return refused.status
    return await referral.finished()


async def test_hostile_numbers_in_a_refer_are_declined_and_the_two_go_on(stack: Stack) -> None:
    async with conversation(stack) as scene:
        port = outbound_port(stack.settings.centre)
        for target in (
            "0034803123456",
            "+5371234567",
            "112",
            "118999",
            f"sip:803123456@127.0.0.2:{port}",
            "sip:803123456@carrier-demo.invalid",
        ):
            assert await outcome_of_refer(scene, target) >= 400, target
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        assert scene.line.calls == (scene.caller,)
        await scene.caller.hang_up()
        await scene.first.ended()


@pytest.mark.parametrize("number", ["0034803123456", "600000000", "*31#600000000"])
async def test_a_phone_that_sends_its_offer_elsewhere_by_302_makes_asterisk_dial_nobody(
    stack: Stack, number: str
) -> None:
    async with (
        nothing_leaves(stack, 1) as carriers_end,
        stack.operator("1009") as phone,
        stack.carrier() as carrier,
        stack.watch() as watch,
    ):
        call = await dial(carrier)
        offered = await phone.incoming()
        offered.redirect(f"sip:{number.replace('#', '%23')}@127.0.0.2:{carriers_end.address[1]}")
        with suppress(SipError):
            again = await phone.incoming()
            again.redirect(f"sip:{number.replace('#', '%23')}@{stack.registrar[0]}:{stack.registrar[1]}")
        await watch.call(stage="waiting", queue="soporte")
        await call.hang_up()


async def test_the_dialplan_itself_dials_nobody(stack: Stack) -> None:
    """So whatever a phone, a queue of Asterisk's own while the engine is away, or a forwarding leads to, it is inside."""
    written = (stack.instance.folders.etc / "extensions.conf").read_text(encoding="utf-8")
    steps = "\n".join(line for line in written.splitlines() if not line.startswith(";"))
    for word in (
        "Dial(",
        "Originate(",
        "Transfer(",
        "PJSIP/",
        "Local/",
        "carrier",
        "System(",
        "DISA(",
        "${CALLERID",
        "SHELL",
    ):
        assert word not in steps.replace("[from-carrier]", ""), word
