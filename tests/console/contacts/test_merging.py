"""Do two contacts become one without losing anything, and does whatever hangs on the other come with it, or nothing at all?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, select, update

from ari_app.adapters.catalogue_tables import dispositions
from console.contacts.book import Changed, UnknownContact, Wanted
from console.contacts.contact import BadContact, ContactNumber, Details
from console.contacts.merging import Read, WithItself, together
from console.contacts.tables import contacts
from tests.console.contacts.conftest import ANA, Centre


class Tickets:
    """Things that hang on contacts, in a table of the same database."""

    name = "tickets"

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses

    def merged(self, connection: Connection, gone: str, kept: str) -> int:
        moved = connection.execute(
            update(dispositions).where(dispositions.c.disposition == gone).values(disposition=kept)
        ).rowcount
        if self.refuses:
            raise ZeroDivisionError
        return moved


def test_what_is_empty_is_filled_from_the_other_and_what_is_taken_replaced() -> None:
    kept = Details("Ana", (ContactNumber("+341", "home"),), "", "es", "nota", {"a": "1"}, "C-1", "feria")
    gone = Details(
        "Ana Gil",
        (ContactNumber("+342"), ContactNumber("+341")),
        "a@b.es",
        "en",
        "otra",
        {"a": "2", "b": "3"},
        "C-2",
        "",
    )
    assert together(kept, gone, ()) == Details(
        "Ana",
        (ContactNumber("+341", "home"), ContactNumber("+342")),
        "a@b.es",
        "es",
        "nota",
        {"a": "1", "b": "3"},
        "C-1",
        "feria",
    )
    took = together(kept, gone, ("name", "note", "fields", "source"))
    assert (took.name, took.note, took.fields, took.source) == ("Ana Gil", "otra", {"a": "2", "b": "3"}, "feria")


def test_more_numbers_than_one_contact_can_have_are_refused() -> None:
    many = tuple(ContactNumber(f"+3461100{number}") for number in range(100, 115))
    others = tuple(ContactNumber(f"+3461100{number}") for number in range(200, 215))
    with pytest.raises(BadContact):
        together(Details("a", many), Details("b", others), ())


def test_the_other_becomes_part_of_the_kept_with_its_history_ids_and_what_hangs_on_it(centre: Centre) -> None:
    centre.followers.append(Tickets())
    desk = centre.open()
    kept = desk.book.create(Details("Ana", (ContactNumber(ANA),), external_id="C-1"), "1005")
    gone = desk.book.create(Details("Ana G.", (ContactNumber("911234567"),), "a@b.es", external_id="C-2"), "1006")
    gone = desk.book.edit(gone.id, lambda old: replace(old, note="x"), 1, "1007")
    with centre.database.writing() as connection:
        connection.execute(insert(dispositions).values(call="ticket", disposition=gone.id, by="1005", at=1.0))
    merged = desk.merging.merge(Read(kept.id, 1), Read(gone.id, 2), (), "2001")
    assert [one.number for one in merged.details.numbers] == [ANA, "+34911234567"]
    assert merged == desk.book.find(gone.id) == desk.book.by_external_id("C-2") == desk.book.by_external_id("C-1")
    assert desk.book.look_up("911234567") == (merged,)
    assert desk.book.search(Wanted("ana"), 10).contacts == (merged,)
    told = {(one.by, one.act, one.change.field) for one in desk.book.history(kept.id, None, 50)}
    assert {("1007", "edited", "note"), ("1006", "created", ""), ("2001", "merged", "numbers")} <= told
    (merge,) = desk.merging.merges_of(kept.id)
    assert (merge.gone, merge.by, merge.moved) == (gone.id, "2001", {"tickets": 1})
    with centre.database.reading() as connection:
        assert connection.scalar(select(dispositions.c.disposition)) == kept.id
        left = connection.execute(select(contacts).where(contacts.c.id == gone.id)).one()
    assert (left.name, left.email, left.note, left.external_id) == ("", "", "", "C-2")


def test_whoever_is_kept_without_the_companys_id_has_the_others(centre: Centre) -> None:
    desk = centre.open()
    kept = desk.book.create(Details("Ana", (ContactNumber(ANA),)), "1005")
    gone = desk.book.create(Details("Ana G.", external_id="C-2"), "1006")
    merged = desk.merging.merge(Read(kept.id, 1), Read(gone.id, 1), (), "2001")
    assert merged.details.external_id == "C-2"
    assert merged == desk.book.find(gone.id) == desk.book.by_external_id("C-2")
    assert ("external_id", "", "C-2") in {
        (one.change.field, one.change.old, one.change.new) for one in desk.book.history(kept.id, None, 50)
    }
    same = desk.book.edit(kept.id, lambda old: replace(old, external_id="C-2", note="x"), 2, "1005")
    assert (same.id, same.details.external_id) == (kept.id, "C-2")


def test_merges_of_merges_come_to_the_last_one(centre: Centre) -> None:
    desk = centre.open()
    a, b, c = (desk.book.create(Details(name), "1005") for name in "abc")
    desk.merging.merge(Read(b.id, 1), Read(a.id, 1), (), "2001")
    last = desk.merging.merge(Read(c.id, 1), Read(b.id, 2), (), "2001")
    assert desk.book.find(a.id) == desk.book.find(b.id) == last
    assert {merge.gone for merge in desk.merging.merges_of(c.id)} == {a.id, b.id}


def test_what_another_part_cannot_move_undoes_the_merge(centre: Centre) -> None:
    centre.followers.append(Tickets(refuses=True))
    desk = centre.open()
    kept, gone = (desk.book.create(Details(name), "1005") for name in "ab")
    with pytest.raises(ZeroDivisionError):
        desk.merging.merge(Read(kept.id, 1), Read(gone.id, 1), (), "2001")
    assert (desk.book.find(kept.id), desk.book.find(gone.id)) == (kept, gone)
    assert desk.merging.merges_of(kept.id) == []


def test_only_what_was_seen_is_merged(centre: Centre) -> None:
    desk = centre.open()
    kept, gone = (desk.book.create(Details(name), "1005") for name in "ab")
    desk.book.edit(gone.id, lambda old: replace(old, name="bb"), 1, "1009")
    with pytest.raises(Changed) as late:
        desk.merging.merge(Read(kept.id, 1), Read(gone.id, 1), (), "2001")
    assert late.value.now.updated_by == "1009"
    with pytest.raises(WithItself):
        desk.merging.merge(Read(kept.id, 1), Read(kept.id, 1), (), "2001")
    with pytest.raises(UnknownContact):
        desk.merging.merge(Read(kept.id, 1), Read("0" * 16, 1), (), "2001")
    desk.merging.merge(Read(kept.id, 1), Read(gone.id, 2), (), "2001")
    with pytest.raises(Changed):  # it is the kept one by now
        desk.merging.merge(Read(kept.id, 2), Read(gone.id, 3), (), "2001")
