"""Where does a caller go who leaves a queue unserved? To a goodbye, a number, a voicemail, or through a flow again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.forwarding import forward
from ari_app.calls.guidance import Outcome, guide_through, play_to_end
from ari_app.calls.voicemail import leave_voicemail
from ari_app.calls.waiting import Departure
from ari_app.centre import UnknownPrompt
from ivr_flows.messages import HangUp, JoinQueue

log = structlog.get_logger(__name__)

MAX_WAYS_OUT: Final = 10
"""A caller who has left so many queues is being sent round in a circle by the centre's files."""


async def depart(call: Call, wish: JoinQueue, departure: Departure, exchange: Exchange) -> Outcome:
    """Take the caller where ``departure`` leads, and return what comes after it."""
    call.ways_out += 1
    to = departure.to
    if call.ways_out > MAX_WAYS_OUT:
        log.error("caller_sent_in_circles", ways_out=call.ways_out)
        return await say_goodbye(call, ("all_busy",), "sent_in_circles", exchange)
    if to.kind == "queue":
        return replace(wish, queue=to.name, operator=None, language=call.language)
    if to.kind == "flow":
        flow, _, entry = to.name.partition(":")
        return await guide_through(call, exchange, flow, entry, dict(wish.skills))
    exchange.show_stage(call, "elsewhere")
    match to.kind:
        case "hang_up":
            return await say_goodbye(call, _farewells(departure), to.name, exchange)
        case "number":
            return await forward(call, to.name, exchange) or await say_goodbye(
                call, ("all_busy",), "number_not_reached", exchange
            )
        case "voicemail":
            return await leave_voicemail(call, to.name, exchange)
        case _:
            assert_never(to.kind)


def _farewells(departure: Departure) -> tuple[str, ...]:
    """The prompts that may be said, the fittest first: the one with the reason's name, if there is one."""
    closed = ("out_of_hours",) if departure.cause in ("closed", "closing") else ()
    return (departure.to.name, *closed, "all_busy")


async def say_goodbye(call: Call, prompts: tuple[str, ...], reason: str, exchange: Exchange) -> HangUp:
    """Say the first of ``prompts`` that there is in the caller's language."""
    await exchange.stop_music(call)
    for prompt in prompts:
        try:
            exchange.media([prompt], call.language)
        except UnknownPrompt:
            continue
        await play_to_end(call, exchange, (prompt,))
        break
    return HangUp(reason)
