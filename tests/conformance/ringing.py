"""Scenarios: who is rung and who is left alone, because of a pause, a penalty or another call."""

from __future__ import annotations

from sip_agents import SipAgent
from tests.conformance.rules import Member, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.stage import Stage, rings, who_rang
from tests.conformance.waiting_line import waits_in_vain

IN_VAIN = "leaves, having waited long enough"


@scenario(
    checks="two members, the first is paused, the second does not answer",
    queues=(QueueSpec("one_paused", members(1, 2), strategy="ring_all", ring_s=1, max_wait_s=2),),
    both={"rung": "second", "the caller": IN_VAIN},
)
async def queue_one_paused_no_answer(on: Stage) -> Findings:
    phones = await two_who_only_ring(on)
    await on.system.pause(on.code(1), "descanso")
    left = await waits_in_vain(on, "one_paused")
    return {"rung": who_rang(*phones), "the caller": left}


@scenario(
    checks="two members, both paused",
    queues=(QueueSpec("all_paused", members(1, 2), strategy="ring_all", ring_s=1, max_wait_s=2),),
    both={"rung": "nobody", "the caller": IN_VAIN},
)
async def queue_all_paused_no_answer(on: Stage) -> Findings:
    phones = await two_who_only_ring(on)
    for place in (1, 2):
        await on.system.pause(on.code(place), "descanso")
    left = await waits_in_vain(on, "all_paused")
    return {"rung": who_rang(*phones), "the caller": left}


async def two_who_only_ring(on: Stage) -> tuple[SipAgent, SipAgent]:
    """Two members who do not answer."""
    phones = await on.member(1), await on.member(2)
    for phone in phones:
        phone.auto_ring = True
    return phones


@scenario(
    checks="the only member at work has a penalty above the highest that is allowed",
    queues=(QueueSpec("out_of_range", {1: Member(penalty=1), 2: Member()}, max_wait_s=2, max_penalty=0),),
    both={"rung": "nobody", "the caller": IN_VAIN},
)
async def queue_penalty_outside_range(on: Stage) -> Findings:
    phone = await on.member(1)
    left = await waits_in_vain(on, "out_of_range")
    return {"rung": who_rang(phone), "the caller": left}


@scenario(
    checks="a member who is on the phone already, then one who does not answer, then the next call",
    queues=(
        QueueSpec("not_in_use", members(1), ring_s=1, max_wait_s=2, queue_conf={"autopause": "yes"}),
        QueueSpec("in_use", members(1), ring_s=1, max_wait_s=2, queue_conf={"autopause": "yes", "ringinuse": "yes"}),
    ),
    both={
        "on the phone": "is not rung, and not paused for it",
        "rung, but does not answer": "is paused",
        "the next call": "does not ring",
    },
    queue={"on the phone, in a queue with ringinuse=yes": "is rung"},
    engine={"on the phone, in a queue with ringinuse=yes": "is not rung"},
    why="there is no ringinuse: nobody is ever offered a call beside another",
)
async def ringinuse_and_pause(on: Stage) -> Findings:
    phone, friend = await on.member(1), await on.friend()
    phone.auto_ring = True
    found: dict[str, str] = {}
    own = await phone.call(friend.user)
    await own.answered()
    await waits_in_vain(on, "not_in_use")
    assert (rings(phone), await on.system.paused(on.code(1))) == (0, None)
    found["on the phone"] = "is not rung, and not paused for it"
    await waits_in_vain(on, "in_use")
    found["on the phone, in a queue with ringinuse=yes"] = "is rung" if rings(phone) else "is not rung"
    await own.hang_up()
    await on.system.back_from_pause(on.code(1))
    before = rings(phone)
    await waits_in_vain(on, "not_in_use")
    rung = rings(phone)
    assert rung > before
    found["rung, but does not answer"] = f"is {'not ' if await on.system.paused(on.code(1)) is None else ''}paused"
    await waits_in_vain(on, "not_in_use")
    found["the next call"] = "rings" if rings(phone) > rung else "does not ring"
    return found
