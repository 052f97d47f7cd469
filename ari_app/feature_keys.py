"""What do the keys mean that an operator presses during a call? A star and a digit ask; a number for it ends with #. Pure."""

from __future__ import annotations

from typing import Final, Literal

from ari_app.asked import Asked, CancelAsked, CompleteAsked, ConferenceAsked, HoldAsked, ResumeAsked, SwapAsked
from ari_app.contract import ControlState

BETWEEN_KEYS_S: Final = 4.0
TRANSFER, CONSULT = "1", "2"
LONGEST: Final = 17
"""Star, digit and the longest number."""

PLAIN: Final[dict[str, Asked]] = {
    "3": CompleteAsked(),
    "4": CancelAsked(),
    "5": SwapAsked(),
    "6": ConferenceAsked(),
}
RecordKey = Literal["pause", "record"]
RECORD: Final[dict[str, RecordKey]] = {"7": "pause", "8": "record"}
"""*7 pauses the recording, or goes on with it; *8 begins one on demand, or ends it."""


class FeatureKeys:
    """The keys of one phone, as they come. Keys that are far apart, or make no sense, begin anew."""

    def __init__(self) -> None:
        self._pressed = ""
        self._at = float("-inf")

    def press(self, key: str, now: float, state: ControlState) -> Asked | RecordKey | tuple[str, str] | None:
        """What is asked with this key, if anything: a request, or (TRANSFER or CONSULT, the number dialled for it)."""
        if key == "*" or now - self._at > BETWEEN_KEYS_S or len(self._pressed) > LONGEST:
            self._pressed = ""
        self._at = now
        self._pressed += key
        if not self._pressed.startswith("*") or len(self._pressed) < 2:
            return None
        return self._meaning(self._pressed[1], self._pressed[2:], state)

    def _meaning(self, code: str, number: str, state: ControlState) -> Asked | RecordKey | tuple[str, str] | None:
        if code in (TRANSFER, CONSULT):
            if not number.endswith("#"):
                return None
            self._pressed = ""
            return code, number[:-1]
        self._pressed = ""
        if code == "0":
            return ResumeAsked() if state == "held" else HoldAsked()
        return RECORD.get(code) or PLAIN.get(code)
