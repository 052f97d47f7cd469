"""Is one more call of this caller let in? So many at once and a minute from one number, and so many of all together. Pure.

Whoever withholds the number counts with all others who do: one of them cannot be told from another. A number is whatever the
caller's side wrote, so an attacker may change it from call to call; the bound on all together, and the refusals under overload,
stand behind this one.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from ari_app.outbound import DIGITS

MINUTE_S: Final = 60.0
REMEMBERED: Final = 50_000
"""Numbers that called within the last minute, at most; the one that called longest ago is forgotten first."""

WITHHELD: Final = "withheld"
Limit = Literal["all_at_once", "caller_at_once", "caller_per_minute", "withheld_at_once", "withheld_per_minute"]
LIMITS: Final[tuple[Limit, ...]] = (
    "all_at_once",
    "caller_at_once",
    "caller_per_minute",
    "withheld_at_once",
    "withheld_per_minute",
)


@dataclass(frozen=True, slots=True)
class Bound:
    """Calls at once and a minute; None is no bound."""

    at_once: int | None
    per_minute: int | None


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What the centre's files say: of one number, of all who withhold theirs, and of all calls together."""

    caller: Bound = field(default_factory=lambda: Bound(10, 30))
    withheld: Bound = field(default_factory=lambda: Bound(50, 200))
    at_once: int | None = None


class CallerLimits:
    """Remembers when numbers called within the last minute, in memory alone."""

    def __init__(self) -> None:
        self.refused: Counter[Limit] = Counter()
        """Calls refused since the engine began."""
        self._came: OrderedDict[str, deque[float]] = OrderedDict()

    def may_enter(self, rules: CallLimits, caller: str, ongoing: Iterable[str], now: float) -> bool:
        """Whether a call of ``caller`` is let in while those of ``ongoing`` are up. One that is counts for a minute; one that is
        not is counted as refused, and costs its caller nothing: whoever dials again later is served."""
        over = self._over(rules, caller, [_known_as(one) for one in ongoing], now)
        if over is not None:
            self.refused[over] += 1
            return False
        self._note(_known_as(caller), now)
        return True

    def _over(self, rules: CallLimits, caller: str, ongoing: list[str], now: float) -> Limit | None:
        who = _known_as(caller)
        bound = rules.withheld if who == WITHHELD else rules.caller
        if rules.at_once is not None and len(ongoing) >= rules.at_once:
            return "all_at_once"
        if bound.at_once is not None and ongoing.count(who) >= bound.at_once:
            return "withheld_at_once" if who == WITHHELD else "caller_at_once"
        if bound.per_minute is not None and self._lately(who, now) >= bound.per_minute:
            return "withheld_per_minute" if who == WITHHELD else "caller_per_minute"
        return None

    def _lately(self, who: str, now: float) -> int:
        came = self._came.get(who)
        while came and came[0] <= now - MINUTE_S:
            came.popleft()
        return len(came or ())

    def _note(self, who: str, now: float) -> None:
        came = self._came.pop(who, deque())
        came.append(now)
        self._came[who] = came
        while self._came:
            longest_ago, times = next(iter(self._came.items()))
            if times[-1] > now - MINUTE_S and len(self._came) <= REMEMBERED:
                return
            del self._came[longest_ago]


def _known_as(caller: str) -> str:
    return caller if DIGITS.fullmatch(caller) else WITHHELD
