"""Which call has each operator had last? Noted as it ended, so that its outcome can be noted after a restart, too.

As shown to everybody, and no longer than that: the next call's note takes its place, and an hour after the end it goes.
"""

from __future__ import annotations

import json
from typing import Final

from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, StatusEvent
from ari_app.notebook import Notebook, notes_of_earlier
from queues.journal_shapes import Codec

KEY: Final = "ended:"
KEPT_S: Final = 3600.0
"""As long as the status shows an ended call."""
_CODEC: Final = Codec((CallStatus,), "note")


def _shown_in(text: str) -> CallStatus:
    shown = _CODEC.build("CallStatus", json.loads(text))
    assert isinstance(shown, CallStatus)
    return shown


class LastCalls:
    """A sink of the board, which shows those of an earlier life again after ``remember``."""

    def __init__(self, notebook: Notebook, board: StatusBoard) -> None:
        self._notebook = notebook
        self._board = board
        self._last: dict[str, CallStatus] = {}

    def sink(self, event: StatusEvent) -> None:
        """See board.Sink."""
        shown = event.body
        if not isinstance(shown, CallStatus) or shown.stage != "ended" or shown.operator is None:
            return
        last = self._last.get(shown.operator)
        if last is not None and last.id != shown.id:
            if last.since > shown.since:
                return  # an outcome that comes late
            self._notebook.note(f"{KEY}{last.id}", None)
        self._last[shown.operator] = shown
        self._notebook.note(f"{KEY}{shown.id}", json.dumps(_CODEC.fields(shown), ensure_ascii=False), KEPT_S)

    async def remember(self) -> None:
        """Before sinks are told of anything: everybody was told of these calls' ends."""
        found = await notes_of_earlier(self._notebook, KEY, _shown_in, "last_call_not_readable", of="call")
        for call, shown in found.items():
            assert shown.operator is not None
            self._last[shown.operator] = shown
            self._board.calls.setdefault(call, shown)
