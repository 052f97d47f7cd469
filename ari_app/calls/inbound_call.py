"""How does an inbound call go, from its arrival to the goodbye? One coroutine; the caller's hang-up cancels it anywhere."""

from __future__ import annotations

from ari_app.call import Call
from ari_app.calls.conversation import converse
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import guide
from ari_app.calls.waiting import wait_for_operator
from ari_app.cancellation import to_its_end
from ivr_flows.interpreter import HangUp


async def inbound_call(call: Call, exchange: Exchange) -> None:
    """Answer, guide the caller through the number's flow, wait for an operator, talk, hang up."""
    try:
        await exchange.telephony.answer(call.channel)
        wish = await guide(call, exchange)
        if isinstance(wish, HangUp):
            call.end_reason = wish.reason
            return
        leg = await wait_for_operator(call, wish, exchange)
        await converse(call, leg, exchange)
    finally:
        await to_its_end(exchange.release(call))
