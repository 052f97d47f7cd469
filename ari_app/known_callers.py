"""Who is this caller to us? The same one as before, a VIP, somebody's last conversation; numbers themselves are not kept.

A caller is known by a keyed hash of the number, so that neither memory nor Redis holds a list of who called.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from ari_app.centre_files import VipEntry
from ari_app.clock import Clock
from ari_app.notebook import Notebook
from ari_app.outbound import DIGITS

LAST_OPERATOR: Final = "last_operator:"
WHO_LENGTH: Final = 24
REMEMBERED: Final = 100_000


def caller_key(token_key: str) -> bytes:
    """The secret by which callers are told apart without their numbers being kept; as lasting as the tokens' key."""
    return hmac.digest(token_key.encode(), b"known callers", "sha256")


def hash_of(key: bytes, number: str) -> str | None:
    """What tells this caller from others; None for one who withholds the number."""
    if not DIGITS.fullmatch(number):
        return None
    return hmac.new(key, number.encode("ascii"), sha256).hexdigest()[:WHO_LENGTH]


class KnownCallers:
    """``key`` is the secret of the hash; with another one nobody is known any more."""

    def __init__(self, key: bytes, notebook: Notebook, clock: Clock) -> None:
        self._key = key
        self._notebook = notebook
        self._clock = clock
        self._last_operator: dict[str, tuple[str, float]] = {}

    def who(self, number: str) -> str | None:
        """What tells this caller from others; None for one who withholds the number."""
        return hash_of(self._key, number)

    @staticmethod
    def priority(vip: VipEntry | None, number: str, asked: int) -> int:
        """The priority that the flow ``asked`` for, or that of a VIP if that is higher."""
        return max(asked, vip.priority) if vip is not None and number in vip.numbers else asked

    def last_operator(self, who: str | None) -> str | None:
        """Whom this caller talked with last, while that is remembered."""
        operator, until = self._last_operator.get(who or "", (None, 0.0))
        return operator if until > self._clock.now() else None

    def talked_with(self, who: str | None, operator: str, for_s: float) -> None:
        """Remember for ``for_s`` that they talked; 0 is not at all."""
        if who is None or not for_s:
            return
        until = self._clock.now() + for_s
        self._last_operator.pop(who, None)  # so that the newest is the last
        self._last_operator[who] = (operator, until)
        if len(self._last_operator) > REMEMBERED:
            del self._last_operator[next(iter(self._last_operator))]
        self._notebook.note(f"{LAST_OPERATOR}{who}", f"{operator} {until:.3f}", for_s)

    def forget(self, who: str) -> bool:
        """Strike out what is remembered of this caller; False when nothing was."""
        self._notebook.note(f"{LAST_OPERATOR}{who}", None)
        return self._last_operator.pop(who, None) is not None

    async def remember(self) -> None:
        """Take back what an earlier life knew."""
        self._last_operator |= dict(_readable(await self._notebook.read(LAST_OPERATOR)))


def _readable(notes: Mapping[str, str]) -> list[tuple[str, tuple[str, float]]]:
    found = []
    for who, note in notes.items():
        operator, _, until = note.partition(" ")
        try:
            found.append((who, (operator, float(until))))
        except ValueError:
            continue
    return found
