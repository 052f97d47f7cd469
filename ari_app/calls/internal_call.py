"""How does one phone of the centre call another? Both are on a call of their own, and either may pass the other on."""

from __future__ import annotations

import structlog

from ari_app.asked import ToOperator
from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.targets import why_not
from ari_app.cancellation import to_its_end
from ari_app.dialled_calls import DialledCall, pass_to_conversation
from ari_app.telephony import (
    AttendedTransferAsked,
    BlindTransferAsked,
    CallerShown,
    ChannelEnded,
    LegAnswered,
    TelephonyError,
)

log = structlog.get_logger(__name__)
RING_S = 30.0


async def internal_call(call: Call, code: str, exchange: Exchange) -> None:
    """The operator ``call.caller`` rings ``code``. A refusal, or nobody answering, ends the call."""
    refused = why_not(ToOperator(code), call.caller, exchange.in_force(), exchange.switchboard.acd, consult=True)
    own = DialledCall(call, code, call.next_leg(code), call.next_bridge())
    try:
        if refused is not None:
            log.info("own_call_refused", why=refused)
            return
        exchange.own_calls.began(call.caller, call.channel)
        exchange.own_calls.began(code, own.leg)
        if await _answers(own, exchange):
            await _connect(own, exchange)
            await _until_over(own, exchange)
    finally:
        await to_its_end(_take_apart(own, exchange, begun=refused is None))


async def _answers(own: DialledCall, exchange: Exchange) -> bool:
    call, telephony = own.call, exchange.telephony
    telephony.watch(own.leg, call)
    variables = {"CENTRALITA_ROLE": "own_call", "CENTRALITA_CALL": call.id, "CENTRALITA_OPERATOR": own.code}
    try:
        await telephony.show_ringing(call.channel)
        shown = CallerShown(call.caller, call.caller)
        await telephony.ring(own.leg, own.code, shown, variables, RING_S, talks_with=call.channel)
    except TelephonyError as failed:
        log.info("own_call_not_rung", why=str(failed))
        return False
    until = exchange.clock.now() + RING_S
    while True:
        match await exchange.next_item(call, until):
            case LegAnswered(channel=channel) if channel == own.leg:
                return True
            case ChannelEnded(channel=channel) if channel == own.leg:
                return False
            case None:
                return False
            case _:
                pass


async def _connect(own: DialledCall, exchange: Exchange) -> None:
    call, telephony = own.call, exchange.telephony
    await telephony.answer(call.channel)
    await telephony.create_bridge(own.bridge, call.bridge_name, near=call.channel)
    await telephony.add_to_bridge(own.bridge, [call.channel, own.leg])
    exchange.dialled_calls.put(own)


async def _until_over(own: DialledCall, exchange: Exchange) -> None:
    while True:
        match await own.call.inbox.get():
            case ChannelEnded(channel=channel) if channel == own.leg:
                return
            case AttendedTransferAsked(channel=channel, own_other=other) if channel == own.call.channel:
                if not pass_to_conversation(own, other, exchange.switchboard.calls.values()):
                    await exchange.telephony.transfer_progress(channel, "declined")
            case BlindTransferAsked(channel=channel) | AttendedTransferAsked(channel=channel):
                await exchange.telephony.transfer_progress(channel, "declined")
            case _:
                pass


async def _take_apart(own: DialledCall, exchange: Exchange, *, begun: bool) -> None:
    call = own.call
    exchange.dialled_calls.pop(own)
    await exchange.end_leg(call.channel)
    if not own.given_away:
        await exchange.end_leg(own.leg)
        await exchange.destroy_bridge(own.bridge)
    if begun:
        exchange.own_calls.over(call.caller, call.channel)
        if not own.given_away:
            exchange.own_calls.over(own.code, own.leg)
