"""Which addresses may not speak SIP to us now? Those from which too many wrong secrets and user names came. Pure.

A wrong secret counts whoever it is from: it must carry what was sent to that very address before, so nobody can send it in
another's name. A wrong user name needs no answer and can be sent with any address as its source; it does not count against one from
which a phone has proved its secret lately, or anybody could have a whole office banned.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

T = TypeVar("T")
Wrong = Literal["secret", "name"]
REMEMBERED: Final = 10_000
"""Addresses with failed tries, with proofs, or with earlier bans, at most."""


@dataclass(frozen=True, slots=True)
class BanRules:
    """``tries`` within ``within_s`` are a ban of ``first_s``; each further one lasts twice as long, up to ``longest_s``."""

    tries: int = 10
    within_s: float = 60.0
    first_s: float = 600.0
    longest_s: float = 86_400.0
    proof_s: float = 3600.0


class Bans:
    """Times are seconds of one clock that never goes back."""

    def __init__(self, rules: BanRules | None = None) -> None:
        self._rules = rules or BanRules()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._proved: OrderedDict[str, float] = OrderedDict()
        self._lasted: OrderedDict[str, float] = OrderedDict()
        self._until: dict[str, float] = {}
        self.made = 0
        """Bans since the engine began."""

    def failed(self, address: str, wrong: Wrong, now: float) -> bool:
        """Count a failed try; True when ``address`` is banned for it, from now on."""
        if address in self._until or (wrong == "name" and self._has_proved(address, now)):
            return False
        tries = self._tries.pop(address, deque())
        tries.append(now)
        while tries[0] <= now - self._rules.within_s:
            tries.popleft()
        if len(tries) < self._rules.tries:
            _remember(self._tries, address, tries)
            return False
        lasts = min(2 * self._lasted.pop(address, self._rules.first_s / 2), self._rules.longest_s)
        _remember(self._lasted, address, lasts)
        self._until[address] = now + lasts
        self.made += 1
        return True

    def succeeded(self, address: str, now: float) -> None:
        """A phone at ``address`` has proved its secret. Its earlier failures stay: one right guess of many redeems none."""
        self._proved.pop(address, None)
        _remember(self._proved, address, now)

    def banned(self, now: float) -> tuple[str, ...]:
        """The addresses that are banned now, those whose time has come left out."""
        self._until = {address: until for address, until in self._until.items() if until > now}
        return tuple(sorted(self._until))

    def next_end(self) -> float | None:
        """When the next ban ends."""
        return min(self._until.values(), default=None)

    def _has_proved(self, address: str, now: float) -> bool:
        return self._proved.get(address, float("-inf")) > now - self._rules.proof_s


def _remember(kept: OrderedDict[str, T], address: str, what: T) -> None:
    kept[address] = what
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
