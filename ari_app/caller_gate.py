"""What does the engine do with a caller who calls too much? It refuses the call before it is answered, and counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from ari_app.call import Call
from ari_app.caller_limits import CallerLimits
from ari_app.centre import Centre
from ari_app.clock import Clock

log = structlog.get_logger(__name__)


class CallerGate:
    """``limits`` under the centre's rules. Nothing is said of who was refused: numbers stay out of logs."""

    def __init__(
        self, limits: CallerLimits, centre: Callable[[], Centre], calls: Callable[[], Iterable[Call]], clock: Clock
    ) -> None:
        self._limits = limits
        self._centre = centre
        self._calls = calls
        self._clock = clock
        self._said = 0

    def may_enter(self, caller: str) -> bool:
        """Whether this caller's new call is let in. Calls of the centre's own phones do not count."""
        centre = self._centre()
        ongoing = (call.caller for call in self._calls() if centre.number(call.number) is not None)
        return self._limits.may_enter(centre.limits, caller, ongoing, self._clock.now())

    def look(self) -> None:
        """Once in a while: one line for all that were refused since the last."""
        refused = self._limits.refused.total()
        if refused > self._said:
            log.warning("calls_refused_for_limits", refused=refused - self._said, so_far=dict(self._limits.refused))
            self._said = refused
