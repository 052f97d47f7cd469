"""How does an inbound call go, from its arrival to the goodbye? One coroutine; the caller's hang-up cancels it anywhere."""

from __future__ import annotations

from typing import assert_never

from ari_app.call import Call
from ari_app.callback_book import CallbackIntent
from ari_app.calls.calling_back import call_back
from ari_app.calls.conversation import converse, go_on_talking
from ari_app.calls.elsewhere import go_elsewhere
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import Elsewhere, Guidance, Outcome, guide, guide_on
from ari_app.calls.leaving import depart
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.telling import tell_operator
from ari_app.calls.waiting import CallbackAgreed, Departure, WaitOver, wait_for_operator
from ari_app.cancellation import to_its_end
from ivr_flows.messages import HangUp, JoinQueue
from recordings.plan import RecordingPlan


async def inbound_call(call: Call, exchange: Exchange) -> None:
    """Answer, guide the caller through the number's flow, wait for an operator, talk, hang up."""
    try:
        await exchange.telephony.answer(call.channel)
        await _serve(call, await guide(call, exchange), exchange)
    finally:
        await to_its_end(exchange.release(call))


async def call_of_a_phone(call: Call, queue: str, exchange: Exchange) -> None:
    """A phone of the centre calls a queue, perhaps to pass on a caller to whoever answers."""
    try:
        with exchange.own_calls.during(call.caller, call.channel):
            await exchange.telephony.answer(call.channel)
            await _serve(call, JoinQueue(queue, (), 0, call.language), exchange)
    finally:
        await to_its_end(exchange.release(call))


async def restored_callback(call: Call, intent: CallbackIntent, exchange: Exchange) -> None:
    """Go on with a callback that an earlier life of the controller agreed."""
    try:
        gap_s = exchange.queue(intent.queue).entry.callback.gap_s
        exchange.switchboard.apply(intent.joined(gap_s))
        wish = intent.wish()
        await _serve(call, await _after(call, wish, await call_back(call, wish, exchange), exchange), exchange)
    finally:
        await to_its_end(exchange.release(call))


async def adopted_conversation(
    call: Call, leg: OperatorLeg, recording: RecordingPlan | None, exchange: Exchange, *, interrupted: bool
) -> None:
    """The rest of a conversation that an earlier life of the controller connected, and all that comes after it."""
    try:
        outcome = await go_on_talking(call, leg, recording, exchange, interrupted=interrupted)
        await _serve(call, outcome, exchange)
    finally:
        await to_its_end(exchange.release(call))


async def _serve(call: Call, outcome: Outcome, exchange: Exchange) -> None:
    """From queue to queue, until the caller has been served or has gone another way."""
    while not isinstance(outcome, HangUp):
        if isinstance(outcome, Elsewhere):
            outcome = await go_elsewhere(call, outcome, exchange)
        else:
            outcome = await _queue(call, outcome, exchange)
        if isinstance(outcome, HangUp) and outcome.reason == "operator_hung_up":
            outcome = await _goes_on(call, exchange) or outcome
    call.end_reason = call.end_reason or outcome.reason


async def _queue(call: Call, wish: JoinQueue, exchange: Exchange) -> Outcome:
    """Wait as the flow wishes, and talk."""
    call.language = wish.language
    call.shown = wish.shown or call.shown
    over = await wait_for_operator(call, wish, exchange)
    if isinstance(over, CallbackAgreed):
        over = await call_back(call, wish, exchange)
    return await _after(call, wish, over, exchange)


async def _goes_on(call: Call, exchange: Exchange) -> Outcome | None:
    """The operator has hung up first: the flow may have something to ask. The operator is free of the call."""
    if not isinstance(call.in_flow, Guidance):
        return None
    exchange.switchboard.leave(call.id, by="operator")
    return await guide_on(call, exchange, call.in_flow, "served")


async def _after(call: Call, wish: JoinQueue, over: WaitOver, exchange: Exchange) -> Outcome:
    """What comes after waiting."""
    match over:
        case OperatorLeg(operator=operator, queue=queue):
            lasting_s = exchange.queue(queue).entry.last_operator_s
            exchange.known_callers.talked_with(exchange.known_callers.who(call.caller), operator, lasting_s)
            if not await tell_operator(call, over, exchange):
                return wish
            return await converse(call, over, exchange)
        case Departure():
            return await depart(call, wish, over, exchange)
        case JoinQueue() | HangUp() | Elsewhere():
            return over
        case CallbackAgreed():
            return HangUp("callback_failed")  # agreed twice: cannot be, the second has no caller on the line
        case _:
            assert_never(over)
