"""Is a new call let in, at this lag? Admission control with hysteresis: refusing begins above one lag and ends below another."""

from __future__ import annotations


class Admission:
    """With both bounds negative nobody is let in."""

    def __init__(self, refuse_above_s: float = 0.15, accept_below_s: float = 0.05) -> None:
        if accept_below_s > refuse_above_s:
            raise ValueError(f"accept_below_s={accept_below_s} is above refuse_above_s={refuse_above_s}")
        self._refuse_above_s = refuse_above_s
        self._accept_below_s = accept_below_s
        self.refusing = False
        self.refused = 0
        """Calls refused since the engine began."""

    def look(self, lag_s: float) -> None:
        """Begin or end refusing, as this lag wants it."""
        if self.refusing:
            self.refusing = lag_s >= self._accept_below_s
        else:
            self.refusing = lag_s > self._refuse_above_s

    def may_enter(self, lag_s: float) -> bool:
        """Whether a call that arrives at this lag is let in; one that is not is counted."""
        self.look(lag_s)
        self.refused += self.refusing
        return not self.refusing
