"""Is this conversation recorded, and who may stop it? The strongest of what queue, flow, operator and number say. Pure.

``forced`` beats ``never``, which beats ``all``, which beats ``on_demand``; whoever says nothing leaves it to the others, and where
nobody says anything nothing is recorded. A caller who refuses is not recorded, unless it is forced.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from recordings.notes import RecordingMode

STRONGEST_FIRST: Final[tuple[RecordingMode, ...]] = ("forced", "never", "all", "on_demand")


def mode_of(said: Iterable[RecordingMode | None], *, refused: bool) -> RecordingMode:
    """The mode of a conversation, of what each of those concerned says (None: nothing)."""
    given = set(said)
    strongest: RecordingMode = next((mode for mode in STRONGEST_FIRST if mode in given), "never")
    return "never" if refused and strongest != "forced" else strongest
