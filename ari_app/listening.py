"""Has this listener been entered into the audit for this recording already? A player asks for many ranges of one play."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

SAME_PLAY_S: Final = 600.0
REMEMBERED: Final = 10_000


class Listening:
    """Who began to play what within the last SAME_PLAY_S. ``now`` is Unix seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def begins(self, who: str, address: str, recording: str) -> bool:
        """True for the first range of a play, which is to be entered; from then on it is known."""
        play = (who, address, recording)
        if self._began.get(play, -SAME_PLAY_S) + SAME_PLAY_S > self._now():
            return False
        self._began[play] = self._now()
        self._began.move_to_end(play)
        if len(self._began) > REMEMBERED:
            self._began.popitem(last=False)
        return True

    def not_begun(self, who: str, address: str, recording: str) -> None:
        """It could not be entered, or was refused: the next try begins again."""
        self._began.pop((who, address, recording), None)
