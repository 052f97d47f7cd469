"""Where does a flow send a caller for a while? To an operator, a number, a voicemail or a service of AGI; then it goes on."""

from __future__ import annotations

from typing import assert_never

import structlog

from ari_app.asked import ToOperator
from ari_app.call import Call
from ari_app.calls.agi import run_service
from ari_app.calls.conversation import converse
from ari_app.calls.exchange import Exchange
from ari_app.calls.forwarding import connect_outside, forward
from ari_app.calls.guidance import Elsewhere, Outcome, guide_on
from ari_app.calls.passing_on import ring_only
from ari_app.calls.targets import takes_offers, why_not
from ari_app.calls.voicemail import take_message
from ari_app.passing import NOBODYS_PLACE
from ivr_flows.messages import AskCallable, AskHours, AskService, ConnectWith, RunAgi, TakeMessage
from ivr_flows.steps_outside import FAILED

log = structlog.get_logger(__name__)


async def go_elsewhere(call: Call, away: Elsewhere, exchange: Exchange) -> Outcome:
    """Do what the flow asks for, and go on with it."""
    match away.asked.request:
        case ConnectWith(operator=str() as operator):
            return await _with_operator(call, away, operator, exchange)
        case ConnectWith(number=number):
            exchange.show_stage(call, "elsewhere")
            over = await forward(call, number or "", exchange, away.asked.request.ring_s)
            return await guide_on(call, exchange, away.guidance, "over" if over else FAILED)
        case TakeMessage(queue=queue, mailbox=mailbox):
            call.queue = queue
            exchange.show_stage(call, "elsewhere")
            taken = await take_message(call, mailbox, queue, exchange)
            return await guide_on(call, exchange, away.guidance, "next" if taken else FAILED)
        case RunAgi() as asked:
            values = await run_service(call, asked, exchange)
            if values is None:
                return await guide_on(call, exchange, away.guidance, FAILED)
            return await guide_on(call, exchange, away.guidance, "next", values)
        case AskHours() | AskService() | AskCallable():
            raise AssertionError("that is answered where the caller is")
        case _:
            assert_never(away.asked.request)


async def _with_operator(call: Call, away: Elsewhere, code: str, exchange: Exchange) -> Outcome:
    """An operator is rung by the ACD and no other; somebody whom no queue offers calls to is simply dialled."""
    centre, acd = exchange.in_force(), exchange.switchboard.acd
    refused = why_not(ToOperator(code), "", centre, acd, consult=False)
    person = centre.operator(code)
    if refused is not None:
        log.info("operator_not_rung", call=call.id, operator=code, why=refused)
    elif not takes_offers(code, centre) or person is None or not person.queues:
        exchange.show_stage(call, "elsewhere")
        asked = away.asked.request
        assert isinstance(asked, ConnectWith)
        over = await connect_outside(call, code, asked.ring_s, exchange)
        return await guide_on(call, exchange, away.guidance, "over" if over else FAILED)
    else:
        leg = await ring_only(call, code, person.queues[0], NOBODYS_PLACE, exchange)
        if leg is not None:
            await away.guidance.go_on("over")
            away.guidance.break_off()
            return await converse(call, leg, exchange)
    return await guide_on(call, exchange, away.guidance, FAILED)
