"""What may be asked about a conversation that goes on, and by whom? The call desk carries it out; the HTTP API asks."""

from __future__ import annotations

from typing import Protocol

from ari_app.asked import Asked, RecordAsked
from ari_app.contract import CallStatus


class NotNow(ValueError):
    """This cannot be done in the conversation now; the message says why, and what can be."""


class CallCommands(Protocol):
    """Implemented by the call desk. Immediate: what becomes of it is shown in the call's status."""

    def ask(self, call: str, asked: Asked, ticket: str | None = None) -> CallStatus:
        """Ask the conversation of ``call``. ``ticket`` goes along with a transfer or a consultation.

        Raises UnknownCall, NotNow.
        """
        ...

    def ask_recording(self, call: str, asked: RecordAsked) -> CallStatus:
        """Start, stop, pause or resume the recording of the conversation of ``call``. Raises UnknownCall, NotNow."""
        ...
