"""How do the outcomes that operators note reach the catalogue? From the board, as they change, without holding up a call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ari_app.contract import CallStatus, StatusEvent

REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call came out, as its operator noted it ``at`` (Unix seconds)."""

    call: str
    disposition: str
    by: str
    at: float


class OutcomeNotes:
    """A sink of the board that tells ``note`` each outcome once; ``note`` must not block (a Scribe's does not)."""

    def __init__(self, note: Callable[[Outcome], None], now: Callable[[], float]) -> None:
        self._note = note
        self._now = now
        self._told: OrderedDict[str, str] = OrderedDict()

    def sink(self, event: StatusEvent) -> None:
        """See board.Sink."""
        shown = event.body
        if not isinstance(shown, CallStatus) or not shown.disposition or self._told.get(shown.id) == shown.disposition:
            return
        self._told[shown.id] = shown.disposition
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        self._note(Outcome(shown.id, shown.disposition, shown.operator or "", self._now()))
