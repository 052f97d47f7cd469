"""Which limits of alarms are kept? The centre's, and each person's own, in the database; a change over an unseen one is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from ari_app.adapters.catalogue_database import Database
from ari_app.contract import timestamp
from console.alarms.limits import Rules, changes
from console.alarms.tables import alarm_limits
from console.audit.book import Audit, Somebody

a = alarm_limits.c
CENTRE: Final = ""
"""Whose the centre's are."""


class Changed(ValueError):
    """Somebody else was quicker: another version is kept by now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A set of limits. ``version`` 0: nobody has set any yet; ``at``: Unix seconds of the last change, ``by`` whom."""

    rules: Rules = field(default_factory=dict)
    version: int = 0
    at: float | None = None
    by: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For a page."""
        at = None if self.at is None else timestamp(self.at)
        return {"rules": self.rules, "version": self.version, "at": at, "by": self.by}


class AlarmLimits:
    """The limits in ``database``; what is changed of the centre's is in ``audit``. Blocking; everything raises CatalogueAway."""

    def __init__(self, database: Database, audit: Audit, now: Callable[[], float]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    def of(self, *owners: str) -> tuple[Limits, ...]:
        """Those of each of these, as they are at one moment."""
        wanted = select(a.owner, a.rules, a.version, a.at, a.by).where(a.owner.in_(owners))
        with self._database.reading() as connection:
            found = {row.owner: Limits(row.rules, row.version, row.at, row.by) for row in connection.execute(wanted)}
        return tuple(found.get(owner, Limits()) for owner in owners)

    def put(self, owner: str, rules: Rules, over: Limits, who: Somebody) -> None:
        """Let them be these from now on, in the place of ``over``. Raises Changed if those are not kept any more."""
        values = {"rules": rules, "version": over.version + 1, "at": self._now(), "by": who.code}
        this = a.owner == owner, a.version == over.version
        try:
            with self._database.writing() as connection:
                if over.version == 0:
                    connection.execute(insert(alarm_limits).values(owner=owner, **values))
                elif connection.execute(update(alarm_limits).where(*this).values(**values)).rowcount == 0:
                    raise Changed(owner)
                if owner == CENTRE and (made := _told(over.rules, rules)):
                    self._audit.note(who, "alarm_limits_set", "centre", made, connection=connection)
        except IntegrityError:
            raise Changed(owner) from None


def _told(before: Rules, after: Rules) -> dict[str, Any]:
    """For the audit: by alarm and queue, what was set, and what is now."""
    return {
        f"{kind} {queue}".strip(): {"before": was, "after": now}
        for (kind, queue), (was, now) in changes(before, after).items()
    }
