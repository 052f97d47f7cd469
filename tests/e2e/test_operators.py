"""What operators' phones are asked and told on real Asterisk: headsets, whispers, pauses by feature code, freed operators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.e2e.stack import Stack, dial
from tests.e2e.test_reload import ask_reload, in_operators, in_queues

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


@pytest_asyncio.fixture(loop_scope="session")
async def centre(stack: Stack) -> AsyncIterator[Path]:
    """The running centre's folder; afterwards its files are as before, and in force."""
    folder = stack.settings.centre
    kept = {path: path.read_bytes() for path in folder.glob("*.yaml")}
    yield folder
    for path, content in kept.items():
        path.write_bytes(content)
    assert (await ask_reload(stack))[0] == 200


async def in_force(stack: Stack) -> None:
    """The files as they are now."""
    status, told = await ask_reload(stack)
    assert status == 200, told


# -- headsets ------------------------------------------------------------------------------------------------------------


async def test_a_headset_answers_by_itself_because_the_invite_asks_for_it(stack: Stack, centre: Path) -> None:
    in_operators(centre, "1009", auto_answer=True)
    await in_force(stack)
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        phone.auto_answer_on_header = True
        call = await dial(carrier)
        incoming = await phone.incoming()
        assert incoming.header("Call-Info") == "<sip:127.0.0.1>;answer-after=0"
        assert incoming.header("Alert-Info") == "info=alert-autoanswer"
        await call.heard_only([OPERATOR_HZ], BOTH)
        await incoming.heard_only([CALLER_HZ], BOTH)
        await call.hang_up()


async def test_other_phones_are_not_asked_to_answer_by_themselves(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        assert (incoming.header("Call-Info"), incoming.header("Alert-Info")) == (None, None)
        await call.hang_up()
        await incoming.cancelled()


# -- the whisper ---------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def telling(stack: Stack, centre: Path) -> None:
    """Operators of soporte are told before they are connected."""
    in_queues(centre, "soporte", tell_operator=True)
    await in_force(stack)


@pytest.mark.usefixtures("telling")
async def test_the_operator_is_told_while_the_caller_hears_music_and_only_then_they_hear_each_other(
    stack: Stack,
) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier)
        await watch.call(stage="waiting", queue="soporte")
        await asyncio.sleep(3)  # so that there is a wait to tell: four seconds of it are heard
        async with stack.operator("1009") as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            since = call.now
            await incoming.heard_sound([CALLER_HZ])
            assert OPERATOR_HZ not in call.heard.tones_heard(BOTH, call.now - since)
            assert not call.heard.silent(call.now - since), "the caller hears music meanwhile"
            await watch.call(stage="talking", operator="1009")
            await incoming.heard_only([CALLER_HZ], BOTH, timeout_s=15)
            await call.heard_only([OPERATOR_HZ], BOTH)
            await call.hang_up()


@pytest.mark.usefixtures("telling")
async def test_a_caller_who_hangs_up_while_the_operator_is_told_releases_the_phone(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.operator("1009") as phone:
        call, incoming = await being_told(carrier, phone)
        await call.hang_up()
        assert await incoming.ended() == "remote_bye"
        await watch.operator("1009", state="ready")


@pytest.mark.usefixtures("telling")
async def test_an_operator_who_hangs_up_while_being_told_gives_the_caller_to_the_next(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.operator("1009") as phone:
        call, incoming = await being_told(carrier, phone)
        await incoming.hang_up()
        await watch.call(stage="waiting", queue="soporte", position=1)
        async with stack.operator("1010") as other:
            offered = await other.incoming()
            await offered.answer()
            await call.heard_only([OPERATOR_HZ], BOTH, timeout_s=15)
            await call.hang_up()


async def being_told(carrier: SipAgent, phone: SipAgent) -> tuple[OutgoingCall, IncomingCall]:
    """A caller and an operator who has answered and hears the whisper."""
    call = await dial(carrier)
    incoming = await phone.incoming()
    await incoming.answer()
    await incoming.heard_sound([CALLER_HZ])
    return call, incoming


# -- feature codes and freed operators -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "reason"), [("*12", "descanso"), ("*121", "descanso"), ("*122", "formacion")])
async def test_the_phone_pauses_with_the_reason_that_is_dialled(stack: Stack, code: str, reason: str) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone:
        call = await phone.call(code)
        shown = await watch.operator("1009", state="paused", reason=reason)
        assert (shown["productive"], shown["forced_by"]) == (reason == "formacion", None)
        assert await call.ended(15) == "remote_bye"
        assert not call.heard.silent(10)


async def test_a_reason_that_there_is_not_changes_nothing_and_is_told(stack: Stack) -> None:
    async with stack.operator("1009") as phone:
        call = await phone.call("*1299")
        await call.answered()
        assert await call.ended(15) == "remote_bye"
        assert not call.heard.silent(10)
        assert (await stack.ask("2001", "GET", "operators/1009"))["state"] == "ready"


async def test_a_supervisor_frees_an_operator_whose_phone_talks(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.operator("1009") as phone:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await stack.ask("2001", "POST", "operators/1009/release")
        assert await incoming.ended() == "remote_bye"
        await call.ended()
        await watch.operator("1009", state="ready")


async def test_a_supervisor_moves_a_waiting_caller_to_another_queue(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier)
        shown = await watch.call(stage="waiting", queue="soporte")
        await stack.ask("2001", "POST", f"calls/{shown['id']}/move", {"queue": "reclamaciones"})
        await watch.call(id=shown["id"], stage="waiting", queue="reclamaciones", position=1)
        async with stack.operator("1017") as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            await call.heard_only([OPERATOR_HZ], BOTH)
            await call.hang_up()
