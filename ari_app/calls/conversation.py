"""How do caller and operator talk? Bridged and recorded, until either hangs up; everything is undone however it ends."""

from __future__ import annotations

import asyncio

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.waiting import OperatorLeg
from ari_app.cancellation import to_its_end
from ari_app.telephony import ChannelEnded
from recordings.plan import RecordingPlan


async def converse(call: Call, leg: OperatorLeg, exchange: Exchange) -> None:
    """Connect ``leg`` with the caller and return when the operator has hung up (the caller's end cancels)."""
    recording: RecordingPlan | None = None
    try:
        recording = await _connect(call, leg, exchange)
        await _until_operator_hangs_up(call, leg)
    finally:
        await to_its_end(_take_apart(call, leg, recording, exchange))


async def adopted_conversation(
    call: Call, leg: OperatorLeg, recording: RecordingPlan | None, exchange: Exchange
) -> None:
    """The rest of a conversation that an earlier life of the controller connected; it goes on as it was."""
    try:
        await _until_operator_hangs_up(call, leg)
    finally:
        await to_its_end(_take_apart(call, leg, recording, exchange))
        await to_its_end(exchange.release(call))


async def _connect(call: Call, leg: OperatorLeg, exchange: Exchange) -> RecordingPlan | None:
    telephony = exchange.telephony
    await telephony.stop_music(call.channel)
    recording, _ = await asyncio.gather(
        exchange.recorder.start(call.id, call.channel, exchange.recording_policy(leg.queue)),
        telephony.add_to_bridge(leg.bridge, [call.channel, leg.channel]),
    )
    if recording is not None:
        # On the channel, where a later life of the controller finds it.
        await telephony.set_variable(call.channel, "CENTRALITA_RECORDING", str(recording.kept))
        call.recording = str(recording.kept)
        exchange.switchboard.publish_call(call.id)
    return recording


async def _until_operator_hangs_up(call: Call, leg: OperatorLeg) -> None:
    """Wait for the end of ``leg``; keys pressed and the like pass by."""
    while True:
        match await call.inbox.get():
            case ChannelEnded(channel=channel) if channel == leg.channel:
                call.end_reason = "operator_hung_up"
                return
            case _:
                pass


async def _take_apart(call: Call, leg: OperatorLeg, recording: RecordingPlan | None, exchange: Exchange) -> None:
    """End the operator's leg and the bridge; the recording is finished beside, so that nobody waits for a file."""
    await exchange.end_leg(leg.channel)
    await exchange.destroy_bridge(leg.bridge)
    if recording is not None:
        exchange.in_background(exchange.recorder.finish(recording, call.channel))
