"""Scenarios: members' penalties, pauses and places in queues change while the centre runs."""

from __future__ import annotations

from sip_agents import SipAgent
from tests.conformance.rules import Member, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.stage import Stage, first_incoming


@scenario(
    checks="a member's penalty is changed in one queue, then in all",
    queues=(QueueSpec("north", members(1, 2)), QueueSpec("south", members(1, 2))),
    both={
        "before, the queue rings": "first",
        "changed there": "second",
        "in the other queue meanwhile": "first",
        "changed everywhere": "second",
    },
)
async def set_penalty(on: Stage) -> Findings:
    phones = [await on.member(1), await on.member(2)]
    found = {"before, the queue rings": await is_rung(on, "north", phones)}
    await on.system.set_penalty(on.code(1), 3, "north")
    found["changed there"] = await is_rung(on, "north", phones)
    found["in the other queue meanwhile"] = await is_rung(on, "south", phones)
    await on.system.set_penalty(on.code(1), 4, None)
    found["changed everywhere"] = await is_rung(on, "south", phones)
    return found


async def is_rung(on: Stage, queue: str, phones: list[SipAgent]) -> str:
    """Which phone a caller's call reaches; the caller then hangs up."""
    call = await on.dial(queue)
    incoming, name = await first_incoming(phones)
    await call.hang_up()
    await incoming.cancelled()
    for place, _ in enumerate(phones, start=1):
        await on.system.free_again(on.code(place))
    return name


@scenario(
    checks="memberships are read again from the file: some stay, some go, some are new",
    queues=(QueueSpec("changing", members(1, 2, 3)), QueueSpec("empty_at_first")),
    operators=4,
    both={
        "before": "changing: 1 2 3; empty_at_first: nobody",
        "after": "changing: 1 4; empty_at_first: 2",
        "a call then rings": "second",
    },
)
async def reload_queue_members(on: Stage) -> Findings:
    phones = [await on.member(place) for place in (1, 2, 3, 4)]
    found = {"before": await served(on)}
    on.written.moved = {"changing": members(1, 4), "empty_at_first": {2: Member()}}
    await on.system.reload()
    found["after"] = await served(on)
    found["a call then rings"] = await is_rung(on, "empty_at_first", phones)
    return found


async def served(on: Stage) -> str:
    """Who serves which queue, by the operators' places."""
    told: list[str] = []
    for queue in ("changing", "empty_at_first"):
        codes = await on.system.members(queue)
        places = [str(place) for place in (1, 2, 3, 4) if on.code(place) in codes]
        told.append(f"{queue}: {' '.join(places) or 'nobody'}")
    return "; ".join(told)


@scenario(
    checks="a member is paused with a reason, which the status then shows",
    queues=(QueueSpec("with_reason", members(1)),),
    both={"paused with the reason 'reunion'": "the status says reunion", "ready again": "the status says not paused"},
)
async def reason_pause_ami(on: Stage) -> Findings:
    await on.member(1)
    await on.system.pause(on.code(1), "reunion")
    paused = await on.system.paused(on.code(1))
    await on.system.back_from_pause(on.code(1))
    again = await on.system.paused(on.code(1))
    return {
        "paused with the reason 'reunion'": f"the status says {paused or 'not paused'}",
        "ready again": f"the status says {again or 'not paused'}",
    }
