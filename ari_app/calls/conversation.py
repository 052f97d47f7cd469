"""How does a caller talk? With one operator after the other, as they pass him or her on, until it is over or a queue comes next."""

from __future__ import annotations

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.passing_on import pass_on
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.talking import Talking
from ari_app.calls.three import Stands
from ari_app.cancellation import to_its_end
from ari_app.passing import PassOn
from ivr_flows.messages import HangUp, JoinQueue
from recordings.plan import RecordingPlan


async def converse(call: Call, begin: OperatorLeg | PassOn, exchange: Exchange) -> JoinQueue | HangUp:
    """Connect a leg with the caller, or pass the caller on first, do what they ask, and return what comes after it (the caller's
    end cancels)."""
    step: OperatorLeg | PassOn | JoinQueue | HangUp = begin
    while True:
        match step:
            case OperatorLeg():
                step = await _talk(call, step, exchange)
            case PassOn():
                step = await pass_on(call, step, exchange)
            case JoinQueue() | HangUp():
                return step


async def _talk(call: Call, leg: OperatorLeg, exchange: Exchange) -> PassOn | HangUp:
    talking = Talking(call, leg, exchange)
    try:
        await talking.connect()
        return await talking.until_over()
    finally:  # whatever was begun: a start that was cut short may have started
        await to_its_end(talking.take_apart())


async def go_on_talking(
    call: Call,
    leg: OperatorLeg,
    recording: RecordingPlan | None,
    exchange: Exchange,
    *,
    interrupted: bool,
    stands: Stands | None = None,
    record_again: bool = False,
    passing: PassOn | None = None,
) -> JoinQueue | HangUp:
    """The rest of a conversation that an earlier life of the controller connected; it goes on as it ``stands``.

    ``recording`` is the part that goes on; without one, what is recorded by rule begins, ``record_again`` also what was asked for.
    ``passing``: there the caller was just going. ``interrupted``: the operator is away from the caller, on hold or consulting, and
    is brought back if nothing is known of it.
    """
    talking = Talking(call, leg, exchange)
    try:
        if recording is not None:
            talking.adopt(recording)
        else:
            await talking.record(again=record_again)
        if stands is None and interrupted:
            await talking.reconnect()
        talking.stand_as(stands or Stands("talking"))
        if passing is not None:
            talking.go_to(passing)
        if not interrupted and not call.hears_music:  # some may have been begun for a hold that came no further
            await exchange.stop_music(call, in_bridge=True)
        over = await talking.until_over()
    finally:
        await to_its_end(talking.take_apart())
    if isinstance(over, HangUp):
        return over
    return await converse(call, over, exchange)
