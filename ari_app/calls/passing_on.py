"""How is a caller passed on? To a queue, to an operator, to somebody outside; and back again when nobody answers there."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

import structlog

from ari_app.asked import ConsultAsked, ToNumber, ToOperator, ToQueue, TransferAsked
from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.forwarding import connect_outside, forward
from ari_app.calls.ringing import OperatorLeg, RingingLegs
from ari_app.calls.targets import dialled_target, is_free_again, takes_offers, why_not
from ari_app.cancellation import to_its_end
from ari_app.passing import PassOn, Place
from ari_app.telephony import ChannelEnded, LegAnswered
from ivr_flows.messages import HangUp, JoinQueue
from queues.effects import ConnectCall, OfferCall, WithdrawOffer
from queues.events import CallerJoined, OperatorBecameReady

log = structlog.get_logger(__name__)


def place_of(call: Call, exchange: Exchange) -> Place:
    """The place with which the caller came to the operator. Ask while the ACD has the call."""
    view, joined = exchange.switchboard.acd.call(call.id), exchange.switchboard.joined(call.id)
    skills = dict(joined.skills) if joined else {}
    return Place(skills, view.priority if view else 0, view.arrived_at if view else call.arrived_at)


async def pass_on(call: Call, asked: PassOn, exchange: Exchange) -> OperatorLeg | JoinQueue | HangUp:
    """Take the caller there, and return what comes after it. Music plays meanwhile.

    Where nobody answers, the caller goes back to the operator who passed him or her on, if free; else into the queue again,
    to the old place.
    """
    exchange.switchboard.leave(call.id, by="transfer", to=asked.target)
    log.info("caller_passed_on", call=call.id, by=asked.by, to=type(asked.to).__name__)
    match asked.to:
        case ToQueue(name=queue):
            return _into(call, queue, asked.place if asked.keep_place else replace(asked.place, arrived_at=None))
        case ToOperator(code=code):
            reached = await _reach(call, code, asked, exchange)
        case ToNumber(number=number):
            await _show_elsewhere(call, asked, exchange)
            reached = await forward(call, number, exchange)
        case _:
            assert_never(asked.to)
    return reached or await _give_back(call, asked, exchange)


def dialled_request(
    dialled: str, operator: str, exchange: Exchange, *, consult: bool
) -> TransferAsked | ConsultAsked | None:
    """What ``operator`` asks for who names ``dialled`` by the phone: a REFER, or keys. None if that cannot be done now."""
    centre, acd = exchange.in_force(), exchange.switchboard.acd
    to = dialled_target(dialled, centre)
    refused = "nobody has that number" if to is None else why_not(to, operator, centre, acd, consult=consult)
    if to is None or refused is not None:
        log.info("phones_transfer_refused", why=refused)
        return None
    return ConsultAsked(to) if consult and not isinstance(to, ToQueue) else TransferAsked(to)


def _into(call: Call, queue: str, place: Place) -> JoinQueue:
    call.arrived_at = place.arrived_at
    return JoinQueue(queue, tuple(place.skills.items()), place.priority, call.language)


async def _reach(call: Call, code: str, asked: PassOn, exchange: Exchange) -> OperatorLeg | HangUp | None:
    """An operator, or somebody whom no queue offers calls to, such as a supervisor."""
    if takes_offers(code, exchange.in_force()):
        return await ring_only(call, code, asked.queue, asked.place, exchange)
    await _show_elsewhere(call, asked, exchange)
    return await connect_outside(call, code, exchange.ring_timeout_s(asked.queue), exchange)


async def _show_elsewhere(call: Call, asked: PassOn, exchange: Exchange) -> None:
    exchange.show_stage(call, "elsewhere")
    await exchange.start_music(call, asked.queue)


async def _give_back(call: Call, asked: PassOn, exchange: Exchange) -> OperatorLeg | JoinQueue:
    """Nobody answered: back to the operator, or else to the queue."""
    log.info("caller_given_back", call=call.id, by=asked.by)
    if asked.by and is_free_again(asked.by, call.id, exchange.switchboard.acd):
        leg = await ring_only(call, asked.by, asked.queue, asked.place, exchange, wake=True)
        if leg is not None:
            return leg
    return _into(call, asked.queue, asked.place)


async def ring_only(
    call: Call, operator: str, queue: str, place: Place, exchange: Exchange, *, wake: bool = False
) -> OperatorLeg | None:
    """Let the ACD offer the caller to this operator alone; None if that does not come about, and the ACD has forgotten it.

    ``wake``: end the wrap-up of the very call that comes back.
    """
    switchboard = exchange.switchboard
    ringing = RingingLegs(call, exchange)
    try:
        await exchange.start_music(call, queue)
        switchboard.apply(
            CallerJoined(call.id, queue, place.skills, place.priority, arrived_at=place.arrived_at, only=operator)
        )
        if wake and switchboard.acd.operator(operator).state == "wrap_up":
            switchboard.apply(OperatorBecameReady(operator))
        while _is_offered(call, exchange):
            match await call.inbox.get():
                case OfferCall(operator=code, queue=gives) if code == operator:
                    await ringing.start(code, gives)
                case WithdrawOffer():
                    break
                case LegAnswered(channel=channel):
                    ringing.answered(channel)
                case ChannelEnded(channel=channel, refusal=refusal):
                    ringing.ended(channel, refusal)
                case ConnectCall(operator=code, queue=gives) if code == operator:
                    return await ringing.take(code, gives)
                case _:
                    pass
        await ringing.stop_all()
        switchboard.leave(call.id, by="transfer")
        return None
    finally:
        if ringing.any_left:
            await to_its_end(ringing.stop_all())


def _is_offered(call: Call, exchange: Exchange) -> bool:
    view = exchange.switchboard.acd.call(call.id)
    return view is not None and view.stage in ("ringing", "talking")
