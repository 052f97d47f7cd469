"""How does it get into the audit who did what? ``Audit.note``, in the transaction of the very change, or in one of its own.

It is the table that the controller's acts are in, too: so ``GET /api/v1/audit`` shows both in one order, page by page, with nothing
to merge. The database itself refuses to change or remove an entry (migration 0003).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection, insert

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import audit
from ari_app.contract import masked

ACT: Final = re.compile(r"([a-z]{2,16})[_.][a-z_]{2,24}")
ACT_LENGTH: Final = 32
SUBJECT_LENGTH: Final = 64
_WHOLE_NUMBER: Final = re.compile(r"(?<![\w-])\+?[0-9](?:[ .]?[0-9]){6,14}(?![\w-])")


class Somebody(Protocol):
    """Who, in which role; and from where, if it has an ``address``."""

    @property
    def code(self) -> str:
        """Of the account."""

    @property
    def role(self) -> str:
        """See accounts.Role."""


@dataclass(frozen=True, slots=True)
class By:
    """Somebody, with the address that the request came from."""

    code: str
    role: str
    address: str = ""


SYSTEM: Final = By("system", "system")
"""Nobody: the console itself, by a rule or because of what happened to a call."""


class Audit:
    """The audit in ``database``; ``now`` is Unix seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def note(
        self,
        who: Somebody,
        what: str,
        on: str,
        details: Mapping[str, Any] | None = None,
        *,
        connection: Connection | None = None,
    ) -> None:
        """Add an entry: for good when ``connection``'s transaction is, or at once without one. Blocking.

        ``what`` names the kind of thing and what was done with it, such as ``ticket_opened`` (ACT); ``on`` is its id, and no
        number of a caller's. ``details`` is JSON, in which whole numbers are masked wherever they stand. Raises ValueError for
        an act or an id that is not so, CatalogueAway.
        """
        act = ACT.fullmatch(what)
        if act is None or len(what) > ACT_LENGTH or len(on) > SUBJECT_LENGTH:
            raise ValueError(f"{what!r}: give the kind of thing and what was done, as in ticket_opened, and a short id")
        entry = insert(audit).values(
            at=self._now(),
            who=who.code,
            role=who.role,
            act=what,
            kind=act[1],
            subject=on,
            address=getattr(who, "address", "")[:64],
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
