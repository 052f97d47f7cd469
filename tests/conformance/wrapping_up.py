"""Scenarios: who has just ended a call is left alone for a while."""

from __future__ import annotations

from sip_agents import SipAgent
from tests.conformance.rules import Member, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.stage import Stage, first_incoming, rings, who_rang
from tests.conformance.waiting_line import waits_in_vain

LONG_S = 60


@scenario(
    checks="each of two members ends a call, and the other queue that they serve has the next one",
    queues=(
        QueueSpec("east", members(1, 2), wrap_up_s=LONG_S),
        QueueSpec("west", members(1, 2), wrap_up_s=LONG_S, max_wait_s=2),
        QueueSpec("up", members(3, 4), wrap_up_s=LONG_S),
        QueueSpec("down", members(3, 4), wrap_up_s=LONG_S),
    ),
    both={
        "the first call goes to": "first",
        "the other queue's, with shared_lastcall=yes, to": "second",
        "the third, both writing up, to": "nobody",
    },
    queue={"the other queue's, with shared_lastcall=no, to": "the same"},
    engine={"the other queue's, with shared_lastcall=no, to": "the other"},
    why="there is no shared_lastcall: wrap-up is the operator's, in whichever queue the next call waits",
)
async def wrapup_time(on: Stage) -> Findings:
    apart = [await on.member(3), await on.member(4)]
    before, after = await talks(on, "up", apart), await talks(on, "down", apart)
    found = {"the other queue's, with shared_lastcall=no, to": "the same" if before == after else "the other"}
    on.written.shared_lastcall = True
    await on.system.reload()
    phones = [await on.member(1), await on.member(2)]
    found["the first call goes to"] = await talks(on, "east", phones)
    found["the other queue's, with shared_lastcall=yes, to"] = await talks(on, "west", phones)
    had = sum(map(rings, phones))
    await waits_in_vain(on, "west")
    found["the third, both writing up, to"] = "nobody" if sum(map(rings, phones)) == had else who_rang(*phones)
    return found


@scenario(
    checks="one member has a longer wrap-up than the queue's other; three calls, one after the other",
    queues=(QueueSpec("mixed", {1: Member(wrap_up_s=LONG_S), 2: Member()}, wrap_up_s=1),),
    both={"the calls go to": "first, second, second"},
)
async def wrapup_time_per_member(on: Stage) -> Findings:
    phones = [await on.member(1), await on.member(2)]
    return {"the calls go to": ", ".join([await talks(on, "mixed", phones) for _ in range(3)])}


async def talks(on: Stage, queue: str, phones: list[SipAgent]) -> str:
    """A call that is answered and ended by the member: whose it was."""
    on.from_here_on()  # or else an earlier call's CONNECT would do, and a member who hangs up before being connected ends no call
    call = await on.dial(queue)
    incoming, name = await first_incoming(phones)
    await incoming.answer()
    await on.told(queue, "CONNECT")
    await incoming.hang_up()
    await call.ended()
    return name
