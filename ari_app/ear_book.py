"""Who listens to whom, how, and by which channels? Noted before it is done, so that a restarted controller goes on with it.

As with callers (caller_book.py), Asterisk is the truth about who is there, and these notes about what was meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from ari_app.caller_book import KEPT_S
from ari_app.control_states import Control
from ari_app.notebook import Notebook, notes_of_earlier
from ari_app.supervision import OnCall, OnOperator, SupervisionMode, SupervisionTarget
from queues.journal_shapes import Codec

KEY: Final = "ear:"


@dataclass(frozen=True, slots=True)
class Tap:
    """A ``snoop`` on an operator's ``channel``, who talks with one (``talks_with``), or with several, now or before (None)."""

    snoop: str
    channel: str
    talks_with: str | None

    def goes_on(self, control: Control) -> Tap | None:
        """As it hears what is to be heard now; None: it would be deaf, one time in two, to a second one's sound, and to anybody's
        after several were mixed."""
        if control.channel != self.channel or control.talks_with not in (None, self.talks_with):
            return None
        return replace(self, talks_with=control.talks_with)


@dataclass(frozen=True, slots=True)
class EarNote:
    """One supervision, by the ``channel`` to the supervisor's phone. ``heard``: the call; ``began``: the phone was answered."""

    call: str
    channel: str
    number: str
    lives: int
    supervisor: str
    role: str
    on: Literal["call", "operator"]
    subject: str
    mode: SupervisionMode
    since: float
    began: bool
    bridge: str
    tap: Tap | None
    heard: str | None

    @property
    def target(self) -> SupervisionTarget:
        """Whom it follows."""
        return OnCall(self.subject) if self.on == "call" else OnOperator(self.subject)


_CODEC: Final = Codec((EarNote,), "note")


def _note_from(text: str) -> EarNote:
    note = _CODEC.build("EarNote", json.loads(text))
    assert isinstance(note, EarNote)
    return note


class EarBook:
    """The notes of the supervisions that go on."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._noted: dict[str, EarNote] = {}
        self._earlier: dict[str, EarNote] = {}
        self._closed = False

    def close(self) -> None:
        """Let go: the notes stay for the next life."""
        self._closed = True

    def note(self, note: EarNote) -> None:
        """So it is meant from now on."""
        if not self._closed and self._noted.get(note.channel) != note:
            self._noted[note.channel] = note
            text = json.dumps(_CODEC.fields(note), ensure_ascii=False, separators=(",", ":"))
            self._notebook.note(f"{KEY}{note.channel}", text, KEPT_S)

    def forget(self, channel: str) -> None:
        """Nobody listens by this channel any more."""
        if not self._closed:
            self._noted.pop(channel, None)
            self._notebook.note(f"{KEY}{channel}", None)

    async def remember(self) -> None:
        """Read what an earlier life noted, for take_earlier."""
        self._earlier |= await notes_of_earlier(self._notebook, KEY, _note_from, "ear_note_not_readable", of="channel")

    def take_earlier(self) -> Mapping[str, EarNote]:
        """What was remembered, by channel; once."""
        earlier, self._earlier = self._earlier, {}
        return earlier
