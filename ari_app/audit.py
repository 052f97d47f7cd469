"""How does it get into the audit what supervisors do, without anybody waiting for a disk?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ari_app.library import AuditBook
from ari_app.scribe import Lost
from recordings.custody import AuditEntry

NoteAct = Callable[[AuditEntry], None]
"""Notes it at once, and never waits: a disk may be slow, a supervisor is not."""


def acts_into(book: AuditBook) -> Callable[[Sequence[AuditEntry | Lost]], int]:
    """What a Scribe writes acts with, one after the other. Raises CatalogueAway, an OSError: it tries again."""

    def write(acts: Sequence[AuditEntry | Lost]) -> int:
        first = acts[0]
        if isinstance(first, AuditEntry):
            book.note(first)
        return 1

    return write
