"""How does an inbound call go, from its arrival to the goodbye? One coroutine; the caller's hang-up cancels it anywhere."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import nullcontext
from typing import assert_never

from ari_app.call import Call
from ari_app.callback_book import CallbackIntent
from ari_app.calls.calling_back import call_back
from ari_app.calls.conversation import converse, go_on_talking
from ari_app.calls.elsewhere import go_elsewhere
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import Elsewhere, Guidance, Outcome, guide, guide_again, guide_on
from ari_app.calls.leaving import depart
from ari_app.calls.ringing import OperatorLeg, RingingLegs
from ari_app.calls.telling import tell_operator
from ari_app.calls.three import Stands
from ari_app.calls.waiting import CallbackAgreed, Departure, WaitOver, wait_for_operator, wait_on
from ari_app.cancellation import to_its_end
from ari_app.flow_note import FlowNote
from ari_app.passing import PassOn
from ivr_flows.messages import HangUp, JoinQueue
from recordings.plan import RecordingPlan


async def inbound_call(call: Call, exchange: Exchange) -> None:
    """Answer, guide the caller through the number's flow, wait for an operator, talk, hang up."""
    try:
        await exchange.welcome(call)
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


async def kept_waiting(call: Call, wish: JoinQueue, ringing: RingingLegs, exchange: Exchange) -> None:
    """Go on with a caller who waited when an earlier life of the controller ended, and has the place again by now."""
    own = exchange.own_calls.during(call.caller, call.channel) if call.from_phone else nullcontext()
    try:
        with own:
            over = await wait_on(call, wish, ringing, exchange, greeting=False)
            await _serve(call, await _after(call, wish, over, exchange), exchange)
    finally:
        await to_its_end(exchange.release(call))


async def ended_meanwhile(call: Call, over: HangUp, exchange: Exchange) -> None:
    """A caller whose operator hung up while there was no controller: what comes after a conversation, and the end."""
    try:
        await _serve(call, over, exchange)
    finally:
        await to_its_end(exchange.release(call))


async def passed_on_meanwhile(call: Call, passing: PassOn, exchange: Exchange) -> None:
    """Go on with a caller who was just being passed on when an earlier life of the controller ended."""
    await _serve_after(call, converse(call, passing, exchange), exchange)


async def kept_in_flow(call: Call, note: FlowNote, exchange: Exchange) -> None:
    """Go on with a caller who was in a flow, or elsewhere for one, when an earlier life of the controller ended."""
    await _serve_after(call, guide_again(call, exchange, note), exchange)


async def adopted_conversation(
    call: Call,
    leg: OperatorLeg,
    recording: RecordingPlan | None,
    exchange: Exchange,
    *,
    interrupted: bool,
    stands: Stands | None,
    record_again: bool,
    passing: PassOn | None,
) -> None:
    """The rest of a conversation that an earlier life of the controller connected, and all that comes after it."""
    talked = go_on_talking(
        call,
        leg,
        recording,
        exchange,
        interrupted=interrupted,
        stands=stands,
        record_again=record_again,
        passing=passing,
    )
    await _serve_after(call, talked, exchange)


async def _serve_after(call: Call, first: Awaitable[Outcome], exchange: Exchange) -> None:
    """What the call was amidst, and all that comes after it; then it is over."""
    try:
        await _serve(call, await first, exchange)
    finally:
        await to_its_end(exchange.release(call))


async def _serve(call: Call, outcome: Outcome, exchange: Exchange) -> None:
    """From queue to queue, until the caller has been served or has gone another way."""
    while True:
        if isinstance(outcome, Elsewhere):
            outcome = await go_elsewhere(call, outcome, exchange)
        elif isinstance(outcome, JoinQueue):
            outcome = await _queue(call, outcome, exchange)
        elif outcome.reason == "operator_hung_up" and (after := await _goes_on(call, exchange)) is not None:
            outcome = after
        else:
            break
    call.end_reason = call.end_reason or outcome.reason


async def _queue(call: Call, wish: JoinQueue, exchange: Exchange) -> Outcome:
    """Wait as the flow wishes, and talk."""
    call.language, call.wish = wish.language, wish
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
