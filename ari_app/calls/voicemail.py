"""How does a caller leave a message? Prompt, tone, recording until #, hang-up or the limit; kept like other recordings."""

from __future__ import annotations

from typing import Final

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import play_to_end
from ari_app.calls.speech import Speech
from ari_app.cancellation import to_its_end
from ari_app.centre import UnknownPrompt
from ari_app.tape import Tape
from ari_app.telephony import DigitPressed as KeyPressed
from ivr_flows.messages import HangUp
from recordings.plan import RecordingPlan

LIMIT_S: Final = 180.0
SHORTEST_S: Final = 1.5
"""Whoever hangs up at the tone has left no message; the tone itself is in the recording."""
BEEP: Final = "sound:beep"


async def leave_voicemail(call: Call, mailbox: str, exchange: Exchange) -> HangUp:
    """Record the caller's message for ``mailbox``. Without a recorder there is no message, and the reason says so."""
    taken = await take_message(call, mailbox, call.queue, exchange)
    return HangUp("voicemail_left" if taken else "voicemail_failed")


async def take_message(call: Call, mailbox: str, queue: str | None, exchange: Exchange) -> bool:
    """Record the caller's message, and tell the operators of ``queue``; False if there is no recorder."""
    await exchange.stop_music(call)
    await play_to_end(call, exchange, (_prompt(call, mailbox, exchange),))
    plan, tape = exchange.recorder.plan_voicemail(call.id), exchange.voicemail_tape(call)
    tape.stage("voicemail", queue=queue)
    if not await tape.part_begins(plan, "all"):
        return False
    try:
        if not await exchange.recorder.start(plan, call.channel):
            return False
        call.voicemail = plan.key
        exchange.switchboard.publish_call(call.id)
        await Speech(call, exchange).say([BEEP], call.language)
        await _until_done(call, exchange)
        return True
    finally:
        await to_its_end(_keep(plan, tape, call, queue, exchange))


def _prompt(call: Call, mailbox: str, exchange: Exchange) -> str:
    """A mailbox may have a prompt of its own, by its name."""
    try:
        exchange.media([mailbox], call.language)
    except UnknownPrompt:
        return "voicemail"
    return mailbox


async def _until_done(call: Call, exchange: Exchange) -> None:
    until = exchange.clock.now() + LIMIT_S
    while (item := await exchange.next_item(call, until)) is not None:
        if isinstance(item, KeyPressed) and item.digit == "#":
            return


async def _keep(plan: RecordingPlan, tape: Tape, call: Call, queue: str | None, exchange: Exchange) -> None:
    """The recording ends now, so that the flow may go on; the rest is done beside."""
    await exchange.recorder.stop(call.channel)
    exchange.in_background(_tell(plan, tape, call, queue, exchange))


async def _tell(plan: RecordingPlan, tape: Tape, call: Call, queue: str | None, exchange: Exchange) -> None:
    """Those who serve the queue, if anything was said."""
    tape.end("voicemail_left")
    lasts_s = await tape.part_over(plan)
    if queue is not None and lasts_s >= SHORTEST_S:
        exchange.voicemails.left(call, queue, plan.key, lasts_s)
