"""Scenarios: during or after the conversation the member, or the caller, is taken elsewhere."""

from __future__ import annotations

from typing import Final

from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Findings, scenario
from tests.conformance.sounds import CALL_SOUND_HZ, CALLER_HZ, MEMBER_HZ, OTHER_HZ
from tests.conformance.stage import CALLER, Stage, hear_each_other, rings
from tests.conformance.systems import until

TONE: Final = "Playback(CENTRE/prompts/es/tone_two)"
WAYS: Final = ("next", "priority", "extension", "context")
TO_A_PHONE: Final = {"__TRANSFER_CONTEXT": "straight-to-a-phone"}
THIRD_AND_MEMBER, THIRD_AND_CALLER = "third and member hear each other", "third and caller hear each other"
DECLINED = "is declined; member and caller go on"


@scenario(
    checks="the caller hangs up, and the member is sent on in the dialplan (option F in its four forms)",
    queues=(QueueSpec("sending_on", members(1), queues_yaml={"wrap_up_s": 60}),),
    entries=(
        Entry("sending_on", "next", options="F", afterwards=(TONE, "Hangup()")),
        Entry("sending_on", "priority", options="F(6)", afterwards=("Hangup()", "Hangup()", TONE, "Hangup()")),
        Entry("sending_on", "extension", options="F(sound-here,1)"),
        Entry("sending_on", "context", options="F(straight-to-a-phone,sound,1)"),
    ),
    both={},
    queue={"after the caller's hang-up the member": "stays on the line, and hears what the dialplan plays"},
    engine={"after the caller's hang-up the member": "is let go, and writes up the call"},
    why="the phone is free at once; what follows a call is wrap-up, which has an end and an outcome",
)
async def queue_transfer_callee(on: Stage) -> Findings:
    phone = await on.member(1)
    done: set[str] = set()
    for way in WAYS if on.system.name == "Queue()" else ("",):
        call = await on.dial("sending_on", way)
        incoming = await phone.incoming(8)
        await incoming.answer()
        await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
        await call.hang_up()
        if way:
            await incoming.heard_tone(CALL_SOUND_HZ)
            done.add("stays on the line, and hears what the dialplan plays")
        assert await incoming.ended() == "remote_bye"
        if way:
            await on.system.free_again(on.code(1))
        else:
            async with on.stack.watch() as watch:
                await watch.operator(on.code(1), state="wrap_up")
            done.add("is let go, and writes up the call")
    return {"after the caller's hang-up the member": " or ".join(done)}


@scenario(
    checks="during the conversation the caller is taken to a third phone by an outside request (AMI Redirect, the API)",
    queues=(QueueSpec("redirected", members(1)),),
    operators=2,
    both={
        "the member": "is let go",
        "the caller": THIRD_AND_CALLER,
        "afterwards": "the member is offered the next call",
    },
)
async def redirect(on: Stage) -> Findings:
    phone, third = await on.member(1), await on.member(2, OTHER_HZ)
    call, incoming = await conversation(on, "redirected", phone)
    await on.system.takes_to(CALLER, on.code(2))
    assert await incoming.ended() == "remote_bye"
    found = {"the member": "is let go", "the caller": await third_talks(third, call, CALLER_HZ, THIRD_AND_CALLER)}
    await call.hang_up()
    await on.system.free_again(on.code(1))
    again, _ = await conversation(on, "redirected", phone)
    await again.hang_up()
    return {**found, "afterwards": "the member is offered the next call"}


@scenario(
    checks="the caller, a phone of the centre, sends the member to a third phone (REFER); so does the member the caller",
    queues=(QueueSpec("blind", members(1)),),
    entries=(Entry("blind", "inside", variables=TO_A_PHONE),),
    operators=3,
    both={"the member's wish": THIRD_AND_CALLER, "queue_log": "ENTERQUEUE, CONNECT, BLINDTRANSFER"},
    queue={"the caller's wish": THIRD_AND_MEMBER},
    engine={"the caller's wish": DECLINED},
    why="operators are not the callers' to send away; who may transfer is who serves the call",
)
async def caller_blind(on: Stage) -> Findings:
    phone, caller, third = await on.member(1), await on.phone(2, CALLER_HZ), await on.member(3, OTHER_HZ)
    call, incoming = await conversation(on, "blind", phone)
    await incoming.refer(on.code(3))
    found = {"the member's wish": await third_talks(third, call, CALLER_HZ, THIRD_AND_CALLER)}
    found["queue_log"] = await on.told("blind", "BLINDTRANSFER")
    await call.hang_up()
    await on.all_free(1, 3)
    call, incoming = await conversation(on, "blind", phone, caller)
    await call.hold()
    if await is_declined(call, on.code(3), third):
        await call.resume()
        await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
        await call.hang_up()
        return {**found, "the caller's wish": DECLINED}
    found["the caller's wish"] = await third_talks(third, incoming, MEMBER_HZ, THIRD_AND_MEMBER)
    await incoming.hang_up()
    return found


@scenario(
    checks="the same after having asked the third phone (REFER with Replaces)",
    queues=(QueueSpec("attended", members(1)),),
    entries=(Entry("attended", "inside", variables=TO_A_PHONE),),
    operators=3,
    both={"the member's wish": THIRD_AND_CALLER, "queue_log": "ENTERQUEUE, CONNECT, ATTENDEDTRANSFER"},
    queue={"the caller's wish": THIRD_AND_MEMBER},
    engine={"the caller's wish": DECLINED},
    why="as with `caller_blind`",
)
async def caller_attended(on: Stage) -> Findings:
    phone, caller, third = await on.member(1), await on.phone(2, CALLER_HZ), await on.member(3, OTHER_HZ)
    call, incoming = await conversation(on, "attended", phone)
    status, asking, asked = await consults(on, incoming, phone, third)
    assert status == 200
    found = {"the member's wish": await now_talk(asked, call, CALLER_HZ, THIRD_AND_CALLER)}
    found["queue_log"] = await on.told("attended", "ATTENDEDTRANSFER")
    await call.hang_up()
    await on.all_free(1, 3)
    call, incoming = await conversation(on, "attended", phone, caller)
    status, asking, asked = await consults(on, call, caller, third)
    if status >= 300:
        await asking.hang_up()
        await call.resume()
        await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
        await call.hang_up()
        return {**found, "the caller's wish": DECLINED}
    found["the caller's wish"] = await now_talk(asked, incoming, MEMBER_HZ, THIRD_AND_MEMBER)
    await incoming.hang_up()
    return found


async def is_declined(call: OutgoingCall, code: str, third: SipAgent) -> bool:
    """Ask for a blind transfer: whether the phone is told that it is refused, or the third phone is rung."""
    before = rings(third)
    referral = await call.refer(code)

    async def told() -> bool:
        return rings(third) > before or referral.final_status is not None

    await until(told, "what has become of the REFER")
    return (referral.final_status or 0) >= 300


async def conversation(
    on: Stage, queue: str, phone: SipAgent, caller: SipAgent | None = None
) -> tuple[OutgoingCall, IncomingCall]:
    """A caller, from outside or a phone of the centre, and the member hear each other."""
    key = "inside" if on.system.name == "Queue()" and on.has_entry(queue, "inside") else ""
    call = await on.dial(queue, key) if caller is None else await caller.call(on.number(queue, key))
    await call.answered()
    incoming = await phone.incoming(8)
    await incoming.answer()
    await hear_each_other(call, CALLER_HZ, incoming, MEMBER_HZ)
    return call, incoming


async def consults(
    on: Stage, held: OutgoingCall | IncomingCall, phone: SipAgent, third: SipAgent
) -> tuple[int, OutgoingCall, IncomingCall]:
    """The phone holds its call, talks with the third, and asks that those two be connected: what it is told."""
    own_hz = CALLER_HZ if isinstance(held, OutgoingCall) else MEMBER_HZ
    await held.hold()
    asking = await phone.call(on.inside_number(on.code(3)))
    asked = await third.incoming(8)
    await asked.answer()
    await hear_each_other(asking, own_hz, asked, OTHER_HZ)
    referral = await held.refer(asking.far_uri, replaces=asking)
    return await referral.finished(8), asking, asked


async def third_talks(third: SipAgent, call: OutgoingCall | IncomingCall, own_hz: float, found: str) -> str:
    """The third phone is rung, answers, and talks with ``call``."""
    asked = await third.incoming(8)
    await asked.answer()
    return await now_talk(asked, call, own_hz, found)


async def now_talk(asked: IncomingCall, call: OutgoingCall | IncomingCall, own_hz: float, found: str) -> str:
    await hear_each_other(call, own_hz, asked, OTHER_HZ)
    return found
