"""How is a person forgotten (GDPR, article 17), whenever the console stops? Hidden at once, then removed place by place.

What stays is a certificate: who asked, when, what was removed from where. Nothing in it says who it was. It is signed as those of
recordings are (recordings.certificate).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection, delete, insert, or_, select, update

from ari_app.beside import beside
from ari_app.contract import timestamp
from console.contacts import rows
from console.contacts.book import ContactBook, UnknownContact
from console.contacts.contact import folded
from console.contacts.numbers import national
from console.contacts.ports import Forgets, Forgotten
from console.contacts.tables import contacts, erasures, history, merges, numbers, problems
from recordings.certificate import Erased, canonical, erased_from, sealed
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
c, e, p = contacts.c, erasures.c, problems.c
VERSION: Final = 1
OWN: Final = "contacts"
"""The contacts' own place on a certificate."""


@dataclass(frozen=True, slots=True)
class ContactErasure:
    """One erasure: ``done`` is what each place has reported so far; ``certificate`` is empty until all have, ``waiting_for``
    then."""

    id: str
    contact: str
    by: str
    asked_at: float
    done: Mapping[str, Erased]
    certificate: str = ""
    sha256: str = ""
    signature: str = ""
    waiting_for: tuple[str, ...] = ()


class Erasing:
    """Erases contacts of ``book`` and what ``places`` have of them; ``key`` signs the certificates."""

    def __init__(self, book: ContactBook, places: Sequence[Forgets], key: bytes) -> None:
        self._book = book
        self._places = tuple(places)
        self._key = key

    async def erase(self, id_: str, by: str) -> ContactErasure:
        """Nobody sees the contact from now on. What comes back has no certificate if a place could not be reached:
        ``finish`` goes on. Raises UnknownContact, CatalogueAway."""
        return await self._go_on(await beside(self._begin, id_, by))

    async def finish(self) -> int:
        """Go on with all that were begun and not ended; how many are open still. Raises CatalogueAway."""
        left = 0
        for erasure in await beside(self._open):
            left += not (await self._go_on(erasure)).certificate
        return left

    def find(self, id_: str) -> ContactErasure | None:
        """One, by its id. Raises CatalogueAway."""
        with self._book.database.reading() as connection:
            row = connection.execute(select(erasures).where(e.id == id_)).one_or_none()
        return None if row is None else _erasure(row)

    def _begin(self, id_: str, by: str) -> ContactErasure:
        now = self._book.now()
        with self._book.database.writing() as connection:
            contact = rows.one(connection, id_, lock=True)
            if contact is None:
                raise UnknownContact(id_)
            connection.execute(update(contacts).where(c.id == contact.id).values(erasing_at=now))
            begun = ContactErasure(rows.new_id(), contact.id, by, now, {})
            values = {"certificate": "", "sha256": "", "signature": "", "done": {}}
            connection.execute(
                insert(erasures).values(id=begun.id, contact=begun.contact, by=by, asked_at=now, **values)
            )
        return begun

    def _open(self) -> list[ContactErasure]:
        with self._book.database.reading() as connection:
            found = connection.execute(select(erasures).where(e.certificate == "").order_by(e.asked_at, e.id))
            return [_erasure(row) for row in found]

    async def _go_on(self, erasure: ContactErasure) -> ContactErasure:
        person = await beside(self._person, erasure.contact)
        done, waiting = dict(erasure.done), []
        for place in self._places:
            if place.name in done:
                continue
            try:
                done[place.name] = await place.forget(person)
            except (OSError, CatalogueAway) as away:
                log.warning("contact_not_forgotten_yet", erasure=erasure.id, place=place.name, why=type(away).__name__)
                waiting.append(place.name)
        return await beside(self._end, erasure, person, done, tuple(waiting))

    def _person(self, id_: str) -> Forgotten:
        with self._book.database.reading() as connection:
            ids = (id_, *connection.scalars(select(c.id).where(c.merged_into == id_).order_by(c.id)))
            name = connection.scalar(select(c.name).where(c.id == id_)) or ""
            external = connection.scalars(select(c.external_id).where(c.id.in_(ids), c.external_id.is_not(None)))
            held = connection.scalars(select(numbers.c.number).where(numbers.c.contact == id_))
            return Forgotten(ids, name, tuple(held), tuple(one for one in external if one is not None))

    def _end(
        self, erasure: ContactErasure, person: Forgotten, done: dict[str, Erased], waiting: tuple[str, ...]
    ) -> ContactErasure:
        """The contact itself goes last: until then it is what the places are asked about."""
        now = self._book.now()
        with self._book.database.writing() as connection:
            mine = update(erasures).where(e.id == erasure.id)
            stands = connection.execute(select(erasures).where(e.id == erasure.id).with_for_update()).one()
            if stands.certificate:  # another console was quicker
                return _erasure(stands)
            if waiting:
                connection.execute(mine.values(done={name: asdict(one) for name, one in done.items()}))
                return _with(erasure, done, waiting_for=waiting)
            done[OWN] = _removed(connection, person)
            text = canonical(_certificate(erasure, done, now))
            digest, signature = sealed(text, self._key)
            kept = {name: asdict(one) for name, one in done.items()}
            connection.execute(mine.values(done=kept, certificate=text, sha256=digest, signature=signature))
        return _with(erasure, done, certificate=text, sha256=digest, signature=signature)


def _removed(connection: Connection, person: Forgotten) -> Erased:
    """From every table of ours; histories and numbers are told as what they are, lines of files that were not taken, too."""
    counts = {
        "numbers": connection.execute(delete(numbers).where(numbers.c.contact.in_(person.ids))).rowcount,
        "edits": connection.execute(delete(history).where(history.c.contact.in_(person.ids))).rowcount,
        "merges": connection.execute(delete(merges).where(merges.c.kept.in_(person.ids))).rowcount,
        "lines of files": _lines_removed(connection, person),
        "contacts": connection.execute(delete(contacts).where(c.id.in_(person.ids))).rowcount,
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return Erased(sum(counts.values()), told)


def _lines_removed(connection: Connection, person: Forgotten) -> int:
    """Lines that an import could not take may be this person's: those with one of the numbers, ids, or exactly the name."""
    wanted = [f"|{folded(text)}|" for text in (person.name, *person.external_ids) if folded(text)]
    wanted += [national(number) for number in person.numbers]
    if not wanted:
        return 0
    fits = or_(*(p.folded.contains(one, autoescape=True) for one in wanted))
    return connection.execute(delete(problems).where(fits)).rowcount


def searchable(cells: Sequence[str]) -> str:
    """The cells of a line as an erasure finds a person in them: each between bars, then all its digits."""
    return f"|{'|'.join(folded(cell) for cell in cells)}|" + " ".join(re.sub(r"\D", "", cell) for cell in cells)


def _certificate(erasure: ContactErasure, done: Mapping[str, Erased], now: float) -> dict[str, Any]:
    return {
        "version": VERSION,
        "id": erasure.id,
        "contact": erasure.contact,
        "asked_by": erasure.by,
        "asked_at": timestamp(erasure.asked_at),
        "finished_at": timestamp(now),
        "removed": sum(one.count for one in done.values()),
        "places": [{"place": name, **asdict(one)} for name, one in sorted(done.items())],
    }


def _with(erasure: ContactErasure, done: Mapping[str, Erased], **more: Any) -> ContactErasure:
    return ContactErasure(erasure.id, erasure.contact, erasure.by, erasure.asked_at, dict(done), **more)


def _erasure(row: Any) -> ContactErasure:
    done = {name: erased_from(fields) for name, fields in row.done.items()}
    return ContactErasure(row.id, row.contact, row.by, row.asked_at, done, row.certificate, row.sha256, row.signature)
