"""How does it get into the audit who did what? ``Audit.note``, in the transaction of the very change, or in one of its own.

It is the table that the controller's acts are in, too: so ``GET /api/v1/audit`` shows both in one order, page by page, with nothing
to merge. The database itself refuses to change or remove an entry (migration 0003).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import AuditColumns, audit
from ari_app.contract import masked

ACT: Final = re.compile(r"[a-z][a-z_]{2,31}")
KIND: Final = re.compile(r"[a-z][a-z_]{1,15}")
SUBJECT_LENGTH: Final = 64
_WHOLE_NUMBER: Final = re.compile(r"(?<![\w-])\+?[0-9](?:[ .]?[0-9]){6,14}(?![\w-])")
__all__ = ["ACT", "SYSTEM", "Audit", "AuditColumns", "By", "On"]


@dataclass(frozen=True, slots=True)
class By:
    """Who, in which role, and from which address."""

    code: str
    role: str
    address: str = ""


SYSTEM: Final = By("system", "system")
"""Nobody: the console itself, by a rule or because of what happened to a call."""


@dataclass(frozen=True, slots=True)
class On:
    """On what: a kind (``ticket``, ``contact``, ``webhook``...) and its id, which is no number of a caller's."""

    kind: str
    subject: str


class Audit:
    """The audit in ``database``; ``now`` is Unix seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def note(
        self,
        who: By,
        what: str,
        on: On,
        details: Mapping[str, Any] | None = None,
        *,
        connection: Connection | None = None,
    ) -> None:
        """Add an entry: for good when ``connection``'s transaction is, or at once without one. Blocking.

        ``what`` is a past participle after its thing, such as ``ticket_opened`` (ACT); ``details`` is JSON, in which whole
        numbers are masked wherever they stand. Raises ValueError for an act or a kind that is not one word of ours, CatalogueAway.
        """
        if ACT.fullmatch(what) is None or KIND.fullmatch(on.kind) is None or len(on.subject) > SUBJECT_LENGTH:
            raise ValueError(f"{what!r} on {on.kind!r}: give an act and a kind in small letters, and a short id")
        entry = insert(audit).values(
            at=self._now(),
            who=who.code,
            role=who.role,
            act=what,
            kind=on.kind,
            subject=on.subject,
            address=who.address[:64],
            detail=_without_numbers(dict(details or {})),
        )
        if connection is not None:
            connection.execute(entry)
            return
        with self._database.writing() as own:
            own.execute(entry)


def _without_numbers(value: Any) -> Any:
    match value:
        case str():
            return _WHOLE_NUMBER.sub(lambda found: masked(found[0]), value)
        case Mapping():
            return {str(name): _without_numbers(one) for name, one in value.items()}
        case list() | tuple():
            return [_without_numbers(one) for one in value]
        case _:
            return value
