"""What did operators write down of a call? One note of each who had it, in the database; written again, the newest counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, exists, select

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_rows import put
from ari_app.adapters.catalogue_tables import erased_calls
from ari_app.adapters.history_tables import calls
from ari_app.beside import beside
from ari_app.contract import timestamp
from console.audit.book import Audit, Somebody
from console.past.tables import call_notes
from console.tickets.customers import Gone
from recordings.certificate import Erased

n = call_notes.c
AT_ONCE: Final = 500
REMOVED: Final = "what operators noted of calls"


class CustomerErased(LookupError):
    """Nothing is kept of this call any more: its customer has been erased."""


@dataclass(frozen=True, slots=True)
class CallNote:
    """``at``: Unix seconds."""

    call: str
    by: str
    text: str
    at: float

    def as_json(self) -> dict[str, Any]:
        """For a page."""
        return {"by": self.by, "at": timestamp(self.at), "text": self.text}


class Notes:
    """The notes in ``database``; each change is in ``audit``, without its words. ``hashes`` are the keyed hashes under which a
    number may be known. Blocking; everything raises CatalogueAway."""

    name = "call notes"
    """The place's, in a certificate of erasure."""

    def __init__(
        self, database: Database, audit: Audit, now: Callable[[], float], hashes: Callable[[str], Iterable[str]]
    ) -> None:
        self._database = database
        self._audit = audit
        self._now = now
        self._hashes = hashes

    def write(self, call: str, text: str, who: Somebody) -> CallNote:
        """What ``who`` notes of the call from now on; an empty ``text`` is none. Raises CustomerErased."""
        note = CallNote(call, who.code, text, self._now())
        with self._database.writing() as connection:
            if connection.scalar(select(exists().where(erased_calls.c.call == call))):
                raise CustomerErased(call)
            before = connection.scalar(select(n.text).where(n.call == call, n.by == who.code)) or ""
            if text == before:
                return note
            if text:
                put(connection, call_notes, {"call": call, "by": who.code}, {"text": text, "at": note.at})
            else:
                connection.execute(delete(call_notes).where(n.call == call, n.by == who.code))
            self._audit.note(who, "call_noted" if text else "call_note_removed", call, connection=connection)
        return note

    def of_calls(self, ids: Iterable[str]) -> dict[str, list[CallNote]]:
        """Those of these calls, by call, the oldest first."""
        found: dict[str, list[CallNote]] = {}
        wanted = select(n.call, n.by, n.text, n.at).where(n.call.in_(sorted(set(ids)))).order_by(n.at, n.by)
        with self._database.reading() as connection:
            for row in connection.execute(wanted):
                found.setdefault(row.call, []).append(CallNote(*row))
        return found

    # -- Customers who are erased

    def erased(self, connection: Connection, whos: Iterable[str], ids: Iterable[str]) -> Erased:
        """Remove those of the calls of these customers (keyed hashes), and of these calls. Done again, it finds none."""
        theirs = connection.scalars(select(calls.c.id).where(calls.c.caller_who.in_(sorted(set(whos)))))
        return Erased(_removed(connection, sorted({*theirs, *ids})), REMOVED)

    async def forget(self, person: Gone) -> Erased:
        """See contacts.ports.Forgets."""
        return await beside(self._forget, person)

    def _forget(self, person: Gone) -> Erased:
        whos = {who for number in person.numbers for who in self._hashes(number)}
        with self._database.writing() as connection:
            return self.erased(connection, whos, ())


def _removed(connection: Connection, ids: Sequence[str]) -> int:
    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return sum(connection.execute(delete(call_notes).where(n.call.in_(part))).rowcount for part in parts)
