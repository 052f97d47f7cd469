"""Scenarios: one call from beginning to end, and the order of the line."""

from __future__ import annotations

from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.sounds import CALLER_HZ, MEMBER_HZ
from tests.conformance.stage import CALLER, Stage, hear_each_other, rings, who_rang
from tests.conformance.systems import Engine, until


@scenario(
    checks="one caller, one member; the member hangs up",
    queues=(QueueSpec("baseline", members(1)),),
    both={"the two": "hear each other", "queue_log": "ENTERQUEUE, CONNECT, COMPLETEAGENT"},
)
async def queue_baseline(on: Stage) -> Findings:
    phone = await on.member(1)
    call = await on.dial("baseline")
    incoming = await phone.incoming()
    await incoming.answer()
    heard = await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
    await incoming.hang_up()
    await call.ended()
    return {"the two": heard, "queue_log": await on.told("baseline", "COMPLETEAGENT")}


PRIORITIES = (0, 0, 1, 1, 2)


@scenario(
    checks="callers with priorities, one more than there is room for, one who asks for a place",
    queues=(QueueSpec("ordered", members(1), capacity=6),),
    entries=(
        Entry("ordered", "1", priority=1),
        Entry("ordered", "2", priority=2),
        Entry("ordered", "at 4", position=4),
        Entry("ordered", "at 1", position=1),
    ),
    both={"five with priorities 0, 0, 1, 1, 2 stand": "5 3 4 1 2", "the seventh, with room for six": "is turned away"},
    queue={"the sixth asks for the first place": "stands before those of the same priority"},
    engine={"the sixth asks for the first place": "is refused it, and stands at the end"},
    why="a place follows from priority and arrival alone, so nobody is put before others without a reason that can be told",
)
async def position_priority_maxlen(on: Stage) -> Findings:
    async def arrives(number: int, key: str = "") -> None:
        await on.dial("ordered", key, caller=caller_number(number))

        async def stands() -> bool:
            return len(await on.system.line("ordered")) == number

        await until(stands, f"caller {number} waits")

    for number, priority in enumerate(PRIORITIES, start=1):
        await arrives(number, str(priority or ""))
    five = await order(on)
    await arrives(6, "at 1" if on.system.name == "Queue()" else "")
    asked = "" if not isinstance(on.system, Engine) else await on.system.move_to_place(caller_number(6), 1)
    six = await order(on)
    places = {"5 3 4 6 1 2": "stands before those of the same priority", "5 3 4 1 2 6": "stands at the end"}
    refused = "is refused it, and " if asked is False else ""
    seventh = await on.dial("ordered", caller="600111227", answered=False)
    await seventh.ended(15)
    assert await order(on) == six
    return {
        "five with priorities 0, 0, 1, 1, 2 stand": five,
        "the sixth asks for the first place": refused + places[six],
        "the seventh, with room for six": "is turned away",
    }


def caller_number(arrival: int) -> str:
    return f"60011122{arrival}"


async def order(on: Stage) -> str:
    """The callers in line, by their arrival."""
    return " ".join(caller[-1] for caller in await on.system.line("ordered"))


@scenario(
    checks="nobody answers; the caller may wait 3 s",
    queues=(QueueSpec("unanswered", members(1, 2), strategy="ring_all", ring_s=1, max_wait_s=3),),
    both={"rung": "first and second", "the caller": "leaves, having waited long enough"},
    queue={"rung again meanwhile": "yes"},
    engine={"rung again meanwhile": "no: paused as missed"},
    why="a phone that nobody answers is left out for a while, instead of holding up callers again and again",
)
async def queue_no_answer(on: Stage) -> Findings:
    phones = [await on.member(1), await on.member(2)]
    for phone in phones:
        phone.auto_ring = True
    left = await waits_in_vain(on, "unanswered")
    reasons = [await on.system.paused(on.code(place)) for place in (1, 2)]
    again = "yes" if min(map(rings, phones)) > 1 else "no"
    return {
        "rung": who_rang(*phones),
        "rung again meanwhile": again + (f": paused as {reasons[0]}" if reasons[0] and len(set(reasons)) == 1 else ""),
        "the caller": left,
    }


async def waits_in_vain(on: Stage, queue: str) -> str:
    """A caller whom nobody serves: how he or she leaves."""
    on.from_here_on()
    call = await on.dial(queue, caller=CALLER)
    assert await call.ended(15) == "remote_bye"
    assert "CONNECT" not in await on.told(queue, "EXITWITHTIMEOUT")
    return "leaves, having waited long enough"
