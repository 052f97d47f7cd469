"""What does the engine do when it falls behind? It lets no new call in, and says once when that begins and ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from ari_app.admission import Admission
from ari_app.caller_limits import CallerLimits
from ari_app.lag import EventLag
from ari_app.telephony import Telephony, TelephonyError

log = structlog.get_logger(__name__)
ACCEPT_BELOW_SHARE = 1 / 3


def admission_of(refuse_above_s: float) -> Admission:
    """Calls are let in again below a third of the lag above which they are refused; never, if that is negative."""
    return Admission(refuse_above_s, min(refuse_above_s, refuse_above_s * ACCEPT_BELOW_SHARE))


@dataclass(frozen=True, slots=True)
class Load:
    """What /metrics shows of it."""

    lag: EventLag
    admission: Admission
    limits: CallerLimits = field(default_factory=CallerLimits)


class OverloadControl:
    """Admission by the telephony's lag."""

    def __init__(self, admission: Admission, telephony: Telephony) -> None:
        self._admission = admission
        self._telephony = telephony
        self._refused_before = 0

    def may_enter(self) -> bool:
        """Whether a call that arrives now is let in."""
        refusing, refused = self._admission.refusing, self._admission.refused
        lag_s = self._telephony.lag_s()
        let_in = self._admission.may_enter(lag_s)
        self._say(refusing, refused, lag_s)
        return let_in

    def look(self) -> None:
        """Once in a while, so that the end of an overload is told even when nobody calls."""
        if self._admission.refusing:
            lag_s = self._telephony.lag_s()
            self._admission.look(lag_s)
            self._say(True, self._admission.refused, lag_s)

    def _say(self, was_refusing: bool, refused: int, lag_s: float) -> None:
        if self._admission.refusing and not was_refusing:
            self._refused_before = refused
            log.warning("calls_refused_for_load", lag_s=round(lag_s, 3))
        elif was_refusing and not self._admission.refusing:
            log.warning("calls_taken_again", refused=refused - self._refused_before)

    async def turn_away(self, channel: str) -> None:
        """Refuse a call. One that cannot be refused now stays where it is until the next sweep, which takes it."""
        try:
            await self._telephony.refuse(channel)
        except TelephonyError as failed:
            log.warning("call_not_refused", channel=channel, why=str(failed))
