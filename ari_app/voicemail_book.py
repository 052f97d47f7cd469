"""Which messages have callers left, that nobody has dealt with? Kept like callbacks, so that a restart forgets none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import structlog

from ari_app.call import Call
from ari_app.clock import Clock
from ari_app.notebook import Notebook, notes_of_earlier

log = structlog.get_logger(__name__)
KEY: Final = "voicemail:"


@dataclass(frozen=True, slots=True)
class Message:
    """A caller's message for the operators of ``queue``: ``path`` below the recordings folder, ``left_at`` in Unix seconds.

    ``caller`` is the whole number, since it may be called back.
    """

    call: str
    queue: str
    caller: str
    number: str
    language: str
    path: str
    lasts_s: float
    left_at: float

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def message_from(text: str) -> Message:
    """Raises ValueError for a text that is none of ours."""
    try:
        return Message(**json.loads(text))
    except TypeError as unknown:
        raise ValueError(str(unknown)) from unknown


class VoicemailBook:
    """The messages that stand. ``changed`` is told the queue when the number of its messages is another."""

    def __init__(self, notebook: Notebook, clock: Clock, changed: Callable[[str, int], None]) -> None:
        self._notebook = notebook
        self._clock = clock
        self._changed = changed
        self._messages: dict[str, Message] = {}

    @property
    def messages(self) -> Mapping[str, Message]:
        """By call."""
        return self._messages

    def left(self, call: Call, queue: str, path: str, lasts_s: float) -> None:
        """A caller has left one."""
        message = Message(
            call.id, queue, call.caller, call.number, call.language, path, round(lasts_s, 1), self._clock.now()
        )
        self._messages[call.id] = message
        self._notebook.note(f"{KEY}{call.id}", message.text())
        self._tell(queue)
        log.info("voicemail_left", call=call.id, queue=queue)

    def dealt_with(self, call: str) -> None:
        """Nobody need look at it any more; the recording stays. Raises KeyError."""
        message = self._messages.pop(call)
        self._notebook.note(f"{KEY}{call}", None)
        self._tell(message.queue)

    def in_order(self) -> list[Message]:
        """The oldest first."""
        return sorted(self._messages.values(), key=lambda message: (message.left_at, message.call))

    async def remember(self) -> None:
        """Take back what was left in an earlier life."""
        self._messages |= await notes_of_earlier(self._notebook, KEY, message_from, "voicemail_not_readable", of="call")
        for queue in {message.queue for message in self._messages.values()}:
            self._tell(queue)

    def _tell(self, queue: str) -> None:
        counts = Counter(message.queue for message in self._messages.values())
        self._changed(queue, counts[queue])
