"""Is a person forgotten everywhere, also by places that are away just then, and does the certificate say nothing of who it was?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from console.contacts.book import UnknownContact, Wanted
from console.contacts.contact import Contact, ContactNumber, Details
from console.contacts.csv_file import Dialect
from console.contacts.desk import Desk
from console.contacts.erasing import searchable
from console.contacts.imports import BadRow, Import, Problem, note_bad
from console.contacts.merging import Read
from console.contacts.ports import Forgotten
from recordings.certificate import Erased, is_genuine
from tests.console.contacts.conftest import ANA, Centre

SECRETS = ("Ana", "García", "611222333", "911234567", "ana@example.com", "C-1", "le gusta el té")


class Place:
    """Another part's data; away as often as ``away`` says."""

    def __init__(self, name: str, away: int = 0) -> None:
        self.name = name
        self.away = away
        self.asked: list[Forgotten] = []

    async def forget(self, person: Forgotten) -> Erased:
        if self.away:
            self.away -= 1
            raise OSError("away")
        self.asked.append(person)
        return Erased(3, "tickets")


def _everything(centre: Centre) -> str:
    """All that stands in any table of the database."""
    with centre.database.reading() as connection:
        tables = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        return "\n".join(str(row) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608


def _known(desk: Desk) -> Contact:
    """A contact with all that one can have: edits, another that was merged into it, a line of a file that was not taken."""
    ana = desk.book.create(
        Details("Ana García", (ContactNumber(ANA),), "ana@example.com", note="le gusta el té", external_id="C-1"),
        "1005",
    )
    other = desk.book.create(Details("Ana G.", (ContactNumber("911234567"),)), "1005")
    ana = desk.book.edit(ana.id, lambda old: replace(old, fields={"zona": "norte"}), 1, "1005")
    return desk.merging.merge(Read(ana.id, 2), Read(other.id, 1), (), "2001")


def _bad_lines(centre: Centre, desk: Desk) -> None:
    one = Import(
        "f" * 16,
        "x.csv",
        "2001",
        1.0,
        1,
        "",
        Dialect("utf-8", ";", ("a", "b")),
        ("name", "other"),
        "update",
        "done",
        "",
        4,
        4,
        bad=4,
    )
    desk.imports.enter(one)
    lines = {2: ("Ana  GARCÍA", "x"), 3: ("Luis", "(611) 222-333 y pico"), 4: ("Ana", "no"), 5: ("Eva", "C-1")}
    bad = [BadRow(line, cells, (Problem("open_quote"),)) for line, cells in lines.items()]
    with centre.database.writing() as connection:
        note_bad(connection, one.id, bad, {row.line: searchable(row.cells) for row in bad})


async def test_nothing_of_the_person_is_left_in_any_table(centre: Centre) -> None:
    place = Place("tickets")
    centre.places.append(place)
    desk = centre.open()
    ana = _known(desk)
    _bad_lines(centre, desk)
    luis = desk.book.create(Details("Luis", (ContactNumber("622333444"),)), "1005")
    done = await desk.erasing.erase(ana.id, "3001")
    left = _everything(centre)
    assert [secret for secret in SECRETS if secret in left] == ["Ana"]
    assert [row.line for row in desk.imports.bad_rows("f" * 16, 0, 9)] == [4]  # some other Ana's
    assert desk.book.search(Wanted(), 10).contacts == (luis,)
    (person,) = place.asked
    assert (person.ids[0], len(person.ids), person.name) == (ana.id, 2, "Ana García")
    assert person.numbers == (ANA, "+34911234567")
    assert person.external_ids == ("C-1",)
    assert done.done.keys() == {"contacts", "tickets"}


async def test_the_certificate_says_what_was_removed_and_not_of_whom(centre: Centre) -> None:
    desk = centre.open()
    ana = _known(desk)
    done = await desk.erasing.erase(ana.id, "3001")
    assert [secret for secret in SECRETS if secret in done.certificate] == []
    told = json.loads(done.certificate)
    assert (told["contact"], told["asked_by"], told["removed"]) == (ana.id, "3001", done.done["contacts"].count)
    assert "2 contacts" in told["places"][0]["what"]
    assert desk.erasing.find(done.id) == done
    assert is_genuine(done.certificate, done.sha256, done.signature, desk.erasing._key)
    assert not is_genuine(done.certificate.replace("3001", "3002"), done.sha256, done.signature, desk.erasing._key)


async def test_nobody_sees_the_person_while_a_place_is_away_and_it_is_finished_later(centre: Centre) -> None:
    centre.places += [Place("recordings", away=2), Place("tickets")]
    desk = centre.open()
    ana = _known(desk)
    begun = await desk.erasing.erase(ana.id, "3001")
    assert (begun.certificate, begun.waiting_for) == ("", ("recordings",))
    assert desk.book.look_up(ANA) == ()
    with pytest.raises(UnknownContact):
        desk.book.find(ana.id)
    with pytest.raises(UnknownContact):
        await desk.erasing.erase(ana.id, "3001")
    again = centre.open()  # as after a crash
    assert await again.erasing.finish() == 1
    assert await again.erasing.finish() == 0
    assert (await again.erasing.finish(), len(centre.places)) == (0, 2)
    done = again.erasing.find(begun.id)
    assert done is not None
    assert done.certificate
    assert [len(place.asked) for place in centre.places if isinstance(place, Place)] == [1, 1]


async def test_merged_ids_lead_to_nobody_after_an_erasure(centre: Centre) -> None:
    desk = centre.open()
    ana = _known(desk)
    (merge,) = desk.merging.merges_of(ana.id)
    await desk.erasing.erase(merge.gone, "3001")
    for id_ in (ana.id, merge.gone):
        with pytest.raises(UnknownContact):
            desk.book.find(id_)
    with centre.database.reading() as connection:
        assert connection.execute(select(text("count(*)")).select_from(text("contacts"))).scalar() == 0
