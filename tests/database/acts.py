"""Acts for the audit, made from a number, so that tests tell them apart."""

from __future__ import annotations

from collections.abc import Iterable

from recordings.custody import AuditEntry

AT = 1_795_000_000.0


def act(number: int) -> AuditEntry:
    """The ``number``-th."""
    return AuditEntry(
        AT + number, "2001", "supervisor", "supervision_began", "call", f"call-{number}", detail={"operator": "1005"}
    )


def numbers(entries: Iterable[AuditEntry]) -> list[int]:
    """Which they are, in this order."""
    return [int(entry.subject.removeprefix("call-")) for entry in entries if entry.act == "supervision_began"]
