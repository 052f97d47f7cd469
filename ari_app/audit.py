"""How does it get into the audit what supervisors do, without anybody waiting for a disk? Noted here, spooled, delivered later."""

from __future__ import annotations

from collections.abc import Callable

from recordings.custody import AuditEntry

NoteAct = Callable[[AuditEntry], None]
"""Notes it at once, and never waits: a disk may be slow, a supervisor is not."""
