"""What can be asked about messages that callers have left? Which stand, that one be called back, and that one is dealt with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ari_app.centre import Centre
from ari_app.commands import StateRefused, UnknownCall
from ari_app.contract import masked, timestamp
from ari_app.outbound import NotAllowed, way_out
from ari_app.voicemail_book import Message, VoicemailBook


@dataclass(frozen=True, slots=True)
class VoicemailStatus:
    """A message that nobody has dealt with. ``caller`` is masked unless the centre says otherwise; ``recording`` is a path below
    the recordings folder; ``callable``: whether the caller's number may be called back."""

    id: str
    queue: str
    caller: str
    number: str
    recording: str
    lasts_s: float
    left: str
    callable: bool


class VoicemailCommands(Protocol):
    """Implemented by VoicemailDesk; the HTTP API asks."""

    def voicemails(self) -> list[VoicemailStatus]:
        """Those that stand, the oldest first."""
        ...

    def call_back(self, call: str, operator: str | None) -> None:
        """Call the caller back, through the queue and with ``operator`` if possible; the message is dealt with then.

        Raises UnknownCall, StateRefused.
        """
        ...

    def dealt_with(self, call: str) -> None:
        """Raises UnknownCall."""
        ...


class VoicemailDesk:
    """Reads the book. ``begin_callback`` begins the life of a callback for a message."""

    def __init__(
        self, book: VoicemailBook, centre: Callable[[], Centre], begin_callback: Callable[[Message, str | None], None]
    ) -> None:
        self._book = book
        self._centre = centre
        self._begin_callback = begin_callback

    def voicemails(self) -> list[VoicemailStatus]:
        """See VoicemailCommands."""
        return [self._shown(message) for message in self._book.in_order()]

    def call_back(self, call: str, operator: str | None) -> None:
        """See VoicemailCommands."""
        message = self._message(call)
        if not self._may_be_called(message):
            raise StateRefused("the caller's number may not be called")
        self._begin_callback(message, operator)
        self._book.dealt_with(call)

    def dealt_with(self, call: str) -> None:
        """See VoicemailCommands."""
        self._message(call)
        self._book.dealt_with(call)

    def _message(self, call: str) -> Message:
        try:
            return self._book.messages[call]
        except KeyError:
            raise UnknownCall(f"no message of the call {call} stands") from None

    def _may_be_called(self, message: Message) -> bool:
        try:
            way_out(self._centre(), message.caller)
        except NotAllowed:
            return False
        return any(queue.name == message.queue for queue in self._centre().queues)

    def _shown(self, message: Message) -> VoicemailStatus:
        return VoicemailStatus(
            id=message.call,
            queue=message.queue,
            caller=masked(message.caller) if self._centre().mask_callers else message.caller,
            number=message.number,
            recording=message.path,
            lasts_s=message.lasts_s,
            left=timestamp(message.left_at),
            callable=self._may_be_called(message),
        )
