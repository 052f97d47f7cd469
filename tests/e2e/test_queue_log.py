"""Our queue_log against the lines that Asterisk's own Queue() writes for the same calls, in the same file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from sip_agents import OutgoingCall, SipAgent
from tests.e2e.stack import Stack

OURS, ASTERISKS = "900100201", "900100299"
Line = tuple[str, ...]


@pytest_asyncio.fixture(loop_scope="session")
async def both(stack: Stack) -> AsyncIterator[Stack]:
    """A number beside ours that leads into Asterisk's own queue of the same name."""
    rx = stack.instance.asterisk_rx
    logger = stack.instance.folders.etc / "logger.conf"
    as_it_was = logger.read_text(encoding="utf-8")
    logger.write_text(as_it_was.replace("queue_log = no", "queue_log = yes"), encoding="utf-8")
    await rx("logger reload")
    await rx(f"dialplan add extension {ASTERISKS},1,Answer() into from-carrier")
    await rx(f"dialplan add extension {ASTERISKS},2,Queue(soporte) into from-carrier")
    yield stack
    await rx(f"dialplan remove extension {ASTERISKS}@from-carrier")
    logger.write_text(as_it_was, encoding="utf-8")
    await rx("logger reload")


async def lines_until(stack: Stack, last: str, begin: int) -> list[Line]:
    """The lines of calls, from ``begin`` on, once ``last`` has been written; ids and times left out."""
    path = stack.settings.queue_log_file
    while True:
        written = path.read_text(encoding="utf-8").splitlines()[begin:] if path.exists() else []
        told = [tuple(line.split("|")) for line in written]
        of_calls = [line[2:] for line in told if line[1] != "NONE"]
        if any(line[2] == last for line in of_calls):
            return of_calls
        await asyncio.sleep(0.02)


def alike(lines: list[Line]) -> list[Line]:
    """What must be the same for both: queue, agent, event and data, but the leg's id and the seconds, which may fall to either
    side of a full one, and the caller's number, which ours hides. DID is only ours: with Queue() a dialplan would write it."""
    shown: list[Line] = []
    for queue, agent, event, *data in lines:
        if event == "DID":
            continue
        kept = [str(len(data))] if event == "CONNECT" else data
        if event == "ENTERQUEUE":
            kept = [data[0], "******222" if data[1] == "600111222" else data[1], data[2]]
        elif event in ("COMPLETECALLER", "COMPLETEAGENT"):
            kept = [str(len(data)), data[2]]
        elif event in ("RINGCANCELED", "RINGNOANSWER"):
            kept = [str(len(data))]
        elif event == "ABANDON":
            kept = [*data[:2], str(len(data))]
        shown.append((queue, agent, event, *kept))
    return shown


async def told_by_both(
    stack: Stack, story: Callable[[SipAgent, OutgoingCall], Awaitable[None]], last: str, ready: bool = True
) -> tuple[list[Line], list[Line]]:
    """The lines of ``story``, played with our engine and with Queue()."""
    told: list[list[Line]] = []
    for number in (OURS, ASTERISKS):
        path = stack.settings.queue_log_file
        begin = len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
        async with stack.operator("1009") as phone, stack.carrier() as carrier:
            if number == ASTERISKS:
                await stack.set_state("1009", "logged_out")  # the phone stays: Queue() knows nothing of our states
            call = await carrier.call(number, from_user="600111222")
            await call.answered()
            await story(phone, call)
            async with asyncio.timeout(10):
                told.append(await lines_until(stack, last, begin))
        await stack.nothing_is_left()
    return told[0], told[1]


async def test_a_call_that_the_caller_ends(both: Stack) -> None:
    async def story(phone: SipAgent, call: OutgoingCall) -> None:
        incoming = await phone.incoming(timeout_s=12)
        await incoming.answer()
        await asyncio.sleep(1.2)
        await call.hang_up()

    ours, asterisks = await told_by_both(both, story, "COMPLETECALLER")
    assert alike(ours) == alike(asterisks)
    assert [line[2] for line in alike(ours)] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]


async def test_a_call_that_the_operator_ends(both: Stack) -> None:
    async def story(phone: SipAgent, call: OutgoingCall) -> None:
        incoming = await phone.incoming(timeout_s=12)
        await incoming.answer()
        await asyncio.sleep(0.2)
        await incoming.hang_up()

    ours, asterisks = await told_by_both(both, story, "COMPLETEAGENT")
    assert alike(ours) == alike(asterisks)


async def test_a_caller_who_hangs_up_while_the_phone_rings(both: Stack) -> None:
    async def story(phone: SipAgent, call: OutgoingCall) -> None:
        await phone.incoming(timeout_s=12)  # Queue() grants the member of the call before 5 s
        await asyncio.sleep(0.3)
        await call.hang_up()

    ours, asterisks = await told_by_both(both, story, "ABANDON")
    assert alike(ours) == alike(asterisks)
    assert [line[2] for line in alike(ours)] == ["ENTERQUEUE", "RINGCANCELED", "ABANDON"]


async def test_a_phone_that_is_busy_and_rung_again_until_the_caller_hangs_up(both: Stack) -> None:
    async def story(phone: SipAgent, call: OutgoingCall) -> None:
        (await phone.incoming(timeout_s=12)).reject(486)
        await phone.incoming(timeout_s=12)
        await call.hang_up()

    ours, asterisks = await told_by_both(both, story, "ABANDON")
    assert alike(ours) == alike(asterisks)
    assert [line[2] for line in alike(ours)] == ["ENTERQUEUE", "RINGNOANSWER", "RINGCANCELED", "ABANDON"]
