"""What do the keys mean that a supervisor presses while listening? Pure.

1 to 4 choose the mode; ``*``, a code and ``#`` another operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ari_app.supervision import SupervisionMode

MODES: Final[dict[str, SupervisionMode]] = {"1": "listen", "2": "whisper", "3": "barge", "4": "take_over"}
"""Also the second digit of *31 to *34."""
BETWEEN_KEYS_S: Final = 4.0
LONGEST_CODE: Final = 10


@dataclass(frozen=True, slots=True)
class ModeKey:
    """Another mode is wanted."""

    mode: SupervisionMode


class SupervisionKeys:
    """The keys of one phone, as they come. A code that is left unfinished is forgotten."""

    def __init__(self) -> None:
        self._code: str | None = None
        self._at = float("-inf")

    def press(self, key: str, now: float) -> ModeKey | str | None:
        """What is wanted with this key, if anything: a mode, or the operator of that code."""
        if now - self._at > BETWEEN_KEYS_S:
            self._code = None
        self._at = now
        if key == "*":
            self._code = ""
            return None
        if self._code is None:
            return ModeKey(MODES[key]) if key in MODES else None
        if key == "#":
            code, self._code = self._code, None
            return code or None
        self._code = self._code + key if len(self._code) < LONGEST_CODE else None
        return None
