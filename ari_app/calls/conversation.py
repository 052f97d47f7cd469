"""How does a caller talk? With one operator after the other, as they pass him or her on, until it is over or a queue comes next."""

from __future__ import annotations

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.passing_on import PassOn, pass_on
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.talking import Talking
from ari_app.cancellation import to_its_end
from ivr_flows.messages import HangUp, JoinQueue
from recordings.plan import RecordingPlan


async def converse(call: Call, leg: OperatorLeg, exchange: Exchange) -> JoinQueue | HangUp:
    """Connect ``leg`` with the caller, do what they ask, and return what comes after it (the caller's end cancels)."""
    step: OperatorLeg | PassOn | JoinQueue | HangUp = leg
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
    call: Call, leg: OperatorLeg, recording: RecordingPlan | None, exchange: Exchange, *, interrupted: bool
) -> JoinQueue | HangUp:
    """The rest of a conversation that an earlier life of the controller connected; it goes on as it was.

    ``interrupted``: the operator was away from the caller, on hold or consulting, and is brought back.
    """
    talking = Talking(call, leg, exchange)
    try:
        if recording is not None:
            talking.adopt(recording)
        if interrupted:
            await talking.reconnect()
        over = await talking.until_over()
    finally:
        await to_its_end(talking.take_apart())
    if isinstance(over, HangUp):
        return over
    step = await pass_on(call, over, exchange)
    return await converse(call, step, exchange) if isinstance(step, OperatorLeg) else step
