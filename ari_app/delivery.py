"""How does what waits on the disk come into the database? In order, each once, whoever dies when.

It is entered under its id first, and taken from the spool then: whoever dies in between enters it again, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, assert_never

from ari_app.call_notes import CallNote, StretchNote
from ari_app.library import BadEntry
from ari_app.outcome_notes import Outcome
from ari_app.spooled import BadLine, Spooled, Waiting
from recordings.custody import AuditEntry

AT_ONCE: Final = 100


class Queue(Protocol):
    """Where they wait (adapters.spool_file.Spool). Each raises OSError."""

    def first(self, limit: int) -> Sequence[Waiting]:
        """The oldest."""
        ...

    def delivered(self, done: Sequence[Waiting]) -> None:
        """They, the oldest, need not wait any more."""
        ...

    def set_aside(self, one: Waiting, why: str) -> None:
        """It can never be delivered: keep it elsewhere."""
        ...


class TakesActs(Protocol):
    """What of library.AuditBook is needed."""

    def note_once(self, id_: str, entry: AuditEntry) -> None:
        """See AuditBook."""
        ...


class TakesOutcomes(Protocol):
    """What of library.Shelves is needed."""

    def note_outcome(self, call: str, disposition: str, by: str, at: float) -> None:
        """See Shelves."""
        ...


class TakesHistory(Protocol):
    """What of the history is needed (adapters.history_book.SqlHistory). Each raises BadEntry, CatalogueAway."""

    def note_call(self, note: CallNote) -> None:
        """Enter a call, or what is new of it."""
        ...

    def note_stretch(self, note: StretchNote) -> None:
        """Enter a stretch of a call, or its end."""
        ...


def deliver(queue: Queue, book: TakesActs, shelves: TakesOutcomes, history: TakesHistory | None = None) -> int:
    """Deliver some of the oldest; how many (0: none waits). Blocking. Raises CatalogueAway, OSError: to be tried again."""
    some, done = queue.first(AT_ONCE), 0
    try:
        for one in some:
            try:
                _enter(one.spooled, book, shelves, history)
            except (BadLine, BadEntry) as refused:  # it must not hold up the others for ever
                queue.set_aside(one, str(refused))
            done += 1
    finally:
        if done:
            queue.delivered(some[:done])
    return done


def _enter(spooled: Spooled | BadLine, book: TakesActs, shelves: TakesOutcomes, history: TakesHistory | None) -> None:
    if isinstance(spooled, BadLine):
        raise spooled
    match spooled.note:
        case AuditEntry() as act:
            book.note_once(spooled.id, act)
        case Outcome(call, disposition, by, at):
            shelves.note_outcome(call, disposition, by, at)
        case CallNote() | StretchNote() if history is None:
            raise BadLine("a note of the history in a spool that has none")
        case CallNote() as call:
            assert history is not None
            history.note_call(call)
        case StretchNote() as stretch:
            assert history is not None
            history.note_stretch(stretch)
        case _ as never:
            assert_never(never)
