"""How is a caller connected with a number outside? Dialled while the music plays, then bridged until either hangs up."""

from __future__ import annotations

from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.recorded import Recorded
from ari_app.cancellation import to_its_end
from ari_app.outbound import NotAllowed, way_out
from ari_app.telephony import CallerShown, ChannelEnded, LegAnswered, TelephonyError
from ivr_flows.messages import HangUp
from recordings.plan import RecordingPlan

log = structlog.get_logger(__name__)

RING_S: Final = 30.0


async def forward(call: Call, number: str, exchange: Exchange, ring_s: float = RING_S) -> HangUp | None:
    """Connect the caller with ``number``; None if that did not come about."""
    try:
        endpoint = way_out(exchange.in_force(), number)
    except NotAllowed as refused:
        log.warning("number_not_dialled", why=str(refused))
        return None
    return await connect_outside(call, endpoint, ring_s, exchange)


async def connect_outside(call: Call, endpoint: str, ring_s: float, exchange: Exchange) -> HangUp | None:
    """Connect the caller with somebody whom no queue offers calls to; None if that did not come about."""
    leg, bridge = call.next_outside_leg(), call.next_bridge()
    exchange.telephony.watch(leg, call)
    try:
        if not await _answers(call, leg, endpoint, ring_s, exchange):
            return None
        await exchange.telephony.create_bridge(bridge, call.bridge_name, near=call.channel)
        await exchange.stop_music(call)
        await exchange.telephony.add_to_bridge(bridge, [call.channel, leg])
        log.info("caller_forwarded")
        await _until_over(call, leg)
        return HangUp("forwarded")
    finally:
        await to_its_end(_take_apart(leg, bridge, exchange))


async def talk_outside(call: Call, leg: str, bridge: str, exchange: Exchange) -> HangUp:
    """The caller and somebody outside talk already: until either hangs up."""
    try:
        await _until_over(call, leg)
        return HangUp("forwarded")
    finally:
        await to_its_end(_take_apart(leg, bridge, exchange))


async def adopted_forwarding(
    call: Call, leg: str, bridge: str, recording: RecordingPlan | None, exchange: Exchange, *, record_again: bool
) -> None:
    """The rest of a forwarded call that an earlier life of the controller connected; recorded, if a supervisor took it over."""
    recorded = Recorded(call, "all", None, exchange)
    if recording is not None:
        recorded.adopt(recording)
    elif record_again:
        await recorded.start()
    try:
        over = await talk_outside(call, leg, bridge, exchange)
        call.end_reason = call.end_reason or over.reason
    finally:
        recorded.finish()
        await to_its_end(exchange.release(call))


async def _answers(call: Call, leg: str, endpoint: str, ring_s: float, exchange: Exchange) -> bool:
    """Dial; whether somebody picks up in time."""
    variables = {"CENTRALITA_ROLE": "forwarded", "CENTRALITA_CALL": call.id}
    try:
        shown = CallerShown(call.number, exchange.in_force().company)
        await exchange.telephony.ring(leg, endpoint, shown, variables, ring_s, talks_with=call.channel)
    except TelephonyError as failed:
        log.warning("number_not_dialled", why=str(failed))
        return False
    until = exchange.clock.now() + ring_s
    while True:
        match await exchange.next_item(call, until):
            case LegAnswered(channel=channel) if channel == leg:
                return True
            case ChannelEnded(channel=channel, refusal=refusal) if channel == leg:
                log.info("number_not_reached", cause=refusal)
                return False
            case None:
                log.info("number_not_reached", cause="no_answer")
                return False
            case _:
                pass


async def _until_over(call: Call, leg: str) -> None:
    while True:
        match await call.inbox.get():
            case ChannelEnded(channel=channel) if channel == leg:
                return
            case _:
                pass


async def _take_apart(leg: str, bridge: str, exchange: Exchange) -> None:
    await exchange.end_leg(leg)
    await exchange.destroy_bridge(bridge)
