"""What is an operator told before the caller is connected? The queue and the wait, whispered while the caller hears music."""

from __future__ import annotations

from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.ringing import OperatorLeg
from ari_app.cancellation import to_its_end
from ari_app.centre import UnknownPrompt
from ari_app.telephony import ChannelEnded, ChannelGone, PlaybackEnded

log = structlog.get_logger(__name__)
NOT_WORTH_SAYING_S: Final = 2
MINUTES_FROM_S: Final = 120

Words = tuple[str | int, ...]
"""Prompts by their id, and numbers."""


def told(queue: str, waited_s: float) -> Words:
    """The queue's name, then how long the caller has waited: "Soporte. En espera. 40 segundos."

    Exact up to ten seconds, then in steps of five, minutes from two on: nobody needs more, and no number is heard to which
    the words behind it would not fit ("uno segundos").
    """
    name: Words = (f"queue_{queue}",)
    if waited_s < NOT_WORTH_SAYING_S:
        return name
    if waited_s < MINUTES_FROM_S:
        seconds = int(waited_s) if waited_s < 10 else 5 * round(waited_s / 5)
        if seconds < MINUTES_FROM_S:
            return (*name, "told_waiting", seconds, "told_seconds")
    minutes = max(2, round(waited_s / 60))
    return (*name, "told_waiting", minutes if minutes <= 20 else 5 * round(minutes / 5), "told_minutes")


async def tell_operator(call: Call, leg: OperatorLeg, exchange: Exchange) -> bool:
    """Say it on the leg, where the queue wants it. False: the operator hung up meanwhile, and the caller is to wait again.

    If it does not come to its end, nothing of the leg is left. The wait is the one up to the answer.
    """
    view = exchange.switchboard.acd.call(call.id)
    called_back = view is not None and view.attempts > 0  # the operator knows: the customer has just been dialled
    if called_back or not exchange.queue(leg.queue).entry.tell_operator:
        return True
    heard = False
    try:
        heard = await _heard_to_its_end(call, leg, exchange)
    finally:
        if not heard:
            await to_its_end(_let_go(leg, exchange))
    if not heard:
        _back_into_the_line(call, exchange)
    return heard


async def _heard_to_its_end(call: Call, leg: OperatorLeg, exchange: Exchange) -> bool:
    media, language = _media(call, leg, exchange)
    if not media:
        return True
    telephony, playback = exchange.telephony, call.next_playback()
    telephony.watch(playback, call)
    try:
        # An announcement to the caller may just have been cut short by the answer.
        await exchange.start_music(call, leg.queue)
        await telephony.play(leg.channel, playback, media, language)
        return await _until_heard(call, leg, playback) and await _still_there(call, leg, exchange)
    except ChannelGone:
        log.info("operator_gone_before_told", call=call.id, operator=leg.operator)
        return False
    finally:
        telephony.unwatch(playback)


async def _until_heard(call: Call, leg: OperatorLeg, playback: str) -> bool:
    while True:
        match await call.inbox.get():
            case ChannelEnded(channel=channel) if channel == leg.channel:
                return False
            case PlaybackEnded(playback=ended, failed=failed) if ended == playback:
                if failed:
                    log.error("prompt_not_played", playback=playback)
                return True
            case _:
                pass  # keys that the caller presses


async def _still_there(call: Call, leg: OperatorLeg, exchange: Exchange) -> bool:
    """A hang-up ends the playback, too, and is told after it: a command that only a living leg takes, then a look."""
    await exchange.telephony.set_variable(leg.channel, "CENTRALITA_TOLD", "1")
    while not call.inbox.empty():
        match call.inbox.get_nowait():
            case ChannelEnded(channel=channel) if channel == leg.channel:
                return False
            case _:
                pass
    return True


def _media(call: Call, leg: OperatorLeg, exchange: Exchange) -> tuple[list[str], str]:
    """What is played, and in which language; nothing if a prompt is missing, since the caller must not wait for it."""
    person = exchange.in_force().operator(leg.operator)
    language = (person.language if person else None) or exchange.centre.default_language
    view = exchange.switchboard.acd.call(call.id)
    waited_s = view.since - view.arrived_at if view else 0.0
    try:
        return [
            uri
            for word in told(leg.queue, waited_s)
            for uri in ((f"number:{word}",) if isinstance(word, int) else exchange.prompt_media(word, language))
        ], language
    except UnknownPrompt as missing:
        log.error("operator_not_told", call=call.id, why=str(missing))
        return [], language


async def _let_go(leg: OperatorLeg, exchange: Exchange) -> None:
    await exchange.end_leg(leg.channel)
    await exchange.destroy_bridge(leg.bridge)


def _back_into_the_line(call: Call, exchange: Exchange) -> None:
    """The operator's part is over before it began; the caller joins again with the old arrival, so in front."""
    view = exchange.switchboard.acd.call(call.id)
    if view is not None:
        call.arrived_at = view.arrived_at
        log.info("operator_hung_up_before_connecting", call=call.id, operator=view.operator)
        exchange.switchboard.leave(call.id, by="operator")
