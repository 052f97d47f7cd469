"""What does an operator's phone ask with *11 to *14? The same as the API; a short confirmation tells how it went."""

from __future__ import annotations

from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import play_to_end
from ari_app.commands import StateRefused, UnknownOperator, WantedState
from ari_app.pauses import UnknownReason

log = structlog.get_logger(__name__)

FEATURE_CODES: Final[dict[str, tuple[WantedState, str]]] = {
    "11": ("ready", "state_ready"),
    "12": ("paused", "state_paused"),
    "13": ("logged_out", "state_logged_out"),
    "14": ("ready", "state_ready"),  # finishing wrap-up is becoming ready
}
"""Code without its star: the state asked for, and the prompt that confirms it."""


async def feature_code(call: Call, code: str, operator: str, exchange: Exchange, further: str = "") -> None:
    """Carry out ``code`` for ``operator`` (known from the phone's own secret), confirm it by voice, hang up.

    ``further`` are the digits dialled behind it: *12 and a number pause with the centre's reason of that number.
    """
    try:
        await exchange.telephony.answer(call.channel)
        wanted, confirmation = FEATURE_CODES[code]
        try:
            reason = exchange.centre.pauses.dialled(further) if wanted == "paused" else None
            exchange.commands.set_operator_state(operator, wanted, reason)
        except (StateRefused, UnknownOperator, UnknownReason) as refused:
            log.info("feature_code_refused", operator=operator, code=code, why=str(refused))
            confirmation = "state_refused"
        await play_to_end(call, exchange, (confirmation,))
    finally:
        await exchange.end_leg(call.channel)
