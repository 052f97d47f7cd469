"""Scenarios: what happens between the ringing of a member's phone and the conversation."""

from __future__ import annotations

from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.sounds import CALL_SOUND_HZ, CALLER_HZ, MEMBER_HZ, OTHER_HZ, QUEUE_SOUND_HZ
from tests.conformance.stage import Stage, first_incoming, hear_each_other


@scenario(
    checks="something is done with the member who has answered before the two are connected: as the queue says, or the call",
    queues=(
        QueueSpec(
            "membersub",
            members(1),
            queue_conf={"membergosub": "sound-of-the-queue"},
            queues_yaml={"tell_operator": True},
        ),
    ),
    entries=(Entry("membersub", "own", gosub="sound-of-the-call"),),
    both={"before the caller, the member hears": "the queue's announcement"},
    queue={"for a call that brings its own": "the call's"},
    engine={"for a call that brings its own": "the queue's announcement"},
    why="no dialplan runs on operators: the queue's prompt is reviewed with the centre, and told in the operator's language",
)
async def gosub_test(on: Stage) -> Findings:
    phone = await on.member(1)
    found: dict[str, str] = {}
    for key, question in (("", "before the caller, the member hears"), ("own", "for a call that brings its own")):
        call = await on.dial("membersub", key)
        incoming = await phone.incoming(8)
        since = incoming.now
        await incoming.answer()
        await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
        heard = incoming.tones_since(since, (QUEUE_SOUND_HZ, CALL_SOUND_HZ))
        found[question] = {
            frozenset({QUEUE_SOUND_HZ}): "the queue's announcement",
            frozenset({CALL_SOUND_HZ}): "the call's",
        }[heard]
        await incoming.hang_up()
        await call.ended()
        await on.system.free_again(on.code(1))
    return found


@scenario(
    checks="a member's phone answers 302: to somewhere that exists, and to nowhere",
    queues=(QueueSpec("forwarding", members(1, 2), ring_s=2),),
    entries=(Entry("forwarding", "inside", variables={"__FORWARD_CONTEXT": "straight-to-a-phone"}),),
    operators=3,
    both={"forwarded to nowhere": "the next member is rung, and talks"},
    queue={"forwarded to another phone": "the other phone is rung, and talks"},
    engine={"forwarded to another phone": "the next member is rung, and talks"},
    why="a phone cannot send the company's callers elsewhere, and an operator who forwards calls is left out",
)
async def queue_member_forward(on: Stage) -> Findings:
    first, second = await on.member(1), await on.member(2, OTHER_HZ)
    other = await on.phone(3, OTHER_HZ)
    found: dict[str, str] = {}
    for question, target in (("forwarded to another phone", on.code(3)), ("forwarded to nowhere", "nobody-there")):
        first.auto_redirect = f"sip:{target}@{on.stack.registrar[0]}:{on.stack.registrar[1]}"
        call = await on.dial("forwarding", "inside" if on.system.name == "Queue()" else "")
        incoming, place = await first_incoming([second, other])
        await incoming.answer()
        await hear_each_other(call, CALLER_HZ, incoming, OTHER_HZ)
        who = {"first": "the next member", "second": "the other phone"}[place]
        found[question] = f"{who} is rung, and talks"
        await incoming.hang_up()
        await call.ended()
        await on.system.free_again(on.code(2))
    return found
