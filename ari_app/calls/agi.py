"""How does a service of AGI get a caller, and how does the caller come back? With a deadline, and with the channel's variables."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.telephony import AgiEnded, ChannelGone, TelephonyError
from ivr_flows.expressions import Value
from ivr_flows.messages import RunAgi

log = structlog.get_logger(__name__)
COMES_BACK_S = 5.0
"""From the deadline on, until a service that was taken the caller from must have let go."""


async def run_service(call: Call, asked: RunAgi, exchange: Exchange) -> Mapping[str, Value] | None:
    """Let the service have the channel; the values of what is to be kept, or None if it failed or took too long."""
    service = exchange.agi_service(asked.service)
    await exchange.stop_music(call)
    try:
        await exchange.telephony.run_agi(call.channel, exchange.agi_url(service), asked.sent)
        succeeded = await _until_back(call, service.timeout_s, exchange)
    except ChannelGone:
        raise
    except TelephonyError as failed:
        log.warning("agi_not_run", call=call.id, service=asked.service, why=str(failed))
        return None
    if not succeeded:
        log.warning("agi_failed", call=call.id, service=asked.service)
        return None
    return {name: await exchange.telephony.get_variable(call.channel, variable) for name, variable in asked.saved}


async def _until_back(call: Call, timeout_s: float, exchange: Exchange) -> bool:
    """Whether the service ended well, and in time."""
    until, stopped = exchange.clock.now() + timeout_s, False
    while True:
        match await exchange.next_item(call, until):
            case AgiEnded(channel=channel, status=status) if channel == call.channel:
                return status == "SUCCESS" and not stopped
            case None if stopped:
                raise TelephonyError("the channel did not come back from AGI")
            case None:
                stopped, until = True, exchange.clock.now() + COMES_BACK_S
                await exchange.telephony.stop_agi(call.channel)
            case _:
                pass  # keys are the service's
