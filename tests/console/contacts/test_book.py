"""Are contacts made, changed, found and looked up as they stand, and is whoever changes one that is not the newest told?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ari_app.centre_contacts import ContactsEntry
from console.contacts.book import FOUND_AT_MOST, Changed, ContactBook, ExternalIdTaken, UnknownContact, Wanted
from console.contacts.contact import BadContact, Change, Contact, ContactNumber, Details
from tests.console.contacts.conftest import ANA, Centre

Edit = Callable[[Details], Details]


def _named(name: str) -> Edit:
    return lambda old: replace(old, name=name)


def _numbers(*numbers: str) -> tuple[ContactNumber, ...]:
    return tuple(ContactNumber(number) for number in numbers)


def test_a_contact_is_kept_as_it_was_written_down(centre: Centre, book: ContactBook) -> None:
    given = Details(
        "  Ana   García ",
        (ContactNumber("611 22 23 33", "mobile"), ContactNumber("0034611222333", "work")),
        "ana@example.com",
        "ES",
        "Prefiere la tarde.\nTiene perro.",
        {"contrato": " 77 ", "vacio": ""},
        "C-1",
        "feria",
    )
    made = book.create(given, "1005")
    assert made == book.find(made.id) == book.by_external_id("C-1")
    assert made.details == Details(
        "Ana García",
        (ContactNumber(ANA, "mobile"),),
        "ana@example.com",
        "es",
        "Prefiere la tarde.\nTiene perro.",
        {"contrato": "77"},
        "C-1",
        "feria",
    )
    assert (made.version, made.created_by, made.created_at, made.updated_by) == (1, "1005", centre.now_s, "1005")


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Details(), "name"),
        (Details("Ana", _numbers("61")), "numbers"),
        (Details("Ana", _numbers(*(f"6110000{number}" for number in range(10, 31)))), "numbers"),
        (Details("Ana", email="ana"), "email"),
        (Details("Ana", language="español"), "language"),
        (Details("Ana", fields={"Núm": "1"}), "fields"),
        (Details("Ana", fields={"a": "x" * 1001}), "fields.a"),
        (Details("Ana", note="\x00"), "note"),
        (Details("Ana", external_id="a\nb"), "external_id"),
        (Details("Ana\ud800"), "name"),
    ],
)
def test_what_cannot_stand_in_a_contact_is_refused_with_its_place(
    book: ContactBook, details: Details, field: str
) -> None:
    with pytest.raises(BadContact) as bad:
        book.create(details, "1005")
    assert bad.value.field == field
    assert book.search(Wanted(), 10).contacts == ()


def test_each_edit_is_written_down_field_by_field_with_who_and_when(
    centre: Centre, book: ContactBook, ana: Contact
) -> None:
    centre.now_s += 60
    book.edit(ana.id, lambda old: replace(old, name="Ana Gil", fields={"zona": "norte"}), 1, "1006")
    book.edit(ana.id, lambda old: replace(old, numbers=_numbers("911234567"), fields={}), 2, "2001")
    told = [(one.by, one.act, one.change) for one in book.history(ana.id, None, 50)]
    assert told == [
        ("2001", "edited", Change("fields.zona", "norte", "")),
        ("2001", "edited", Change("numbers", f"{ANA} (mobile)", "+34911234567 (other)")),
        ("1006", "edited", Change("fields.zona", "", "norte")),
        ("1006", "edited", Change("name", "Ana García", "Ana Gil")),
        ("1005", "created", Change("", "", "")),
    ]
    first, second, *_ = book.history(ana.id, None, 50)
    assert first.at == centre.now_s
    assert [one.id for one in book.history(ana.id, first.id, 1)] == [second.id]


def test_whoever_edits_what_is_not_the_newest_is_told_who_was_quicker(book: ContactBook, ana: Contact) -> None:
    book.edit(ana.id, _named("Ana Gil"), 1, "1006")
    with pytest.raises(Changed) as late:
        book.edit(ana.id, _named("Ana Ruiz"), 1, "1007")
    assert (late.value.now.updated_by, late.value.now.version) == ("1006", 2)
    assert book.find(ana.id).details.name == "Ana Gil"


def test_an_edit_that_changes_nothing_is_none(book: ContactBook, ana: Contact) -> None:
    assert book.edit(ana.id, lambda old: old, 1, "1006") == ana
    assert len(book.history(ana.id, None, 50)) == 1


def test_an_external_id_is_one_contacts(book: ContactBook, ana: Contact) -> None:
    luis = book.create(Details("Luis", external_id="C-2"), "1005")
    with pytest.raises(ExternalIdTaken) as taken:
        book.edit(ana.id, lambda old: replace(old, external_id="C-2"), 1, "1005")
    assert taken.value.contact == luis.id
    with pytest.raises(ExternalIdTaken):
        book.create(Details("Eva", external_id="C-2"), "1005")


def test_the_companys_system_makes_once_and_then_changes(book: ContactBook) -> None:
    made, new = book.put_external("C-9", lambda old: replace(old, name="Ana", numbers=_numbers(ANA)), "4001")
    again, _ = book.put_external("C-9", lambda old: replace(old, name="Ana", numbers=_numbers(ANA)), "4001")
    changed, made_anew = book.put_external("C-9", _named("Ana Gil"), "4001")
    assert (new, made_anew, again) == (True, False, made)
    assert (changed.id, changed.version, changed.details.numbers) == (made.id, 2, _numbers(ANA))
    assert [one.act for one in book.history(made.id, None, 9)] == ["integrated", "integrated"]


@pytest.mark.parametrize("sent", ["+34611222333", "0034611222333", "34611222333", "611222333"])
def test_who_calls_is_known_however_the_carrier_writes_it(book: ContactBook, ana: Contact, sent: str) -> None:
    assert book.look_up(sent) == (ana,)


def test_a_number_that_several_share_is_all_of_them(book: ContactBook, ana: Contact) -> None:
    luis = book.create(Details("Luis García", _numbers("911234567", ANA)), "1005")
    assert (book.look_up(ANA), book.only_one(ANA), book.only_one("911234567")) == ((ana, luis), None, luis.id)
    for number in range(FOUND_AT_MOST):
        book.create(Details(f"Pepe {number}", _numbers(ANA)), "1005")
    assert len(book.look_up(ANA)) == FOUND_AT_MOST


@pytest.mark.parametrize("sent", ["", "anonymous", "1001", "600000000"])
def test_who_is_not_known_is_nobody(book: ContactBook, ana: Contact, sent: str) -> None:
    assert book.look_up(sent) == ()


def test_the_centres_country_is_asked_each_time(centre: Centre, book: ContactBook) -> None:
    centre.entry = ContactsEntry(country="FR")
    made = book.create(Details("Zoé", _numbers("01 23 45 67 89")), "1005")
    assert book.look_up("0123456789") == (made,)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted("garcia"), ["Ana García", "Luis García"]),
        (Wanted("GAR an"), ["Ana García"]),
        (Wanted("%"), []),
        (Wanted(number="6112"), ["Ana García"]),
        (Wanted(number="+34 9"), ["Luis García"]),
        (Wanted(number="34611222333"), ["Ana García"]),
        (Wanted(number="12"), []),
        (Wanted(external_id="C-2"), ["Luis García"]),
        (Wanted("ana", number="911"), []),
        (Wanted(), ["Ana García", "Luis García", "Zoé"]),
    ],
)
def test_all_that_is_asked_must_fit(book: ContactBook, ana: Contact, wanted: Wanted, found: list[str]) -> None:
    book.create(Details("Luis García", _numbers("911234567"), external_id="C-2"), "1005")
    book.create(Details("Zoé"), "1005")
    assert [one.details.name for one in book.search(wanted, 10).contacts] == found


def test_pages_follow_each_other_without_a_hole_or_a_repetition(book: ContactBook) -> None:
    names = ["Ana", "Ana", "Ángel", "beatriz", "Carmen", "Carmen", "Óscar"]
    for name in reversed(names):
        book.create(Details(name), "1005")
    seen: list[Contact] = []
    after = None
    while True:
        page = book.search(Wanted(), 2, after)
        seen += page.contacts
        after = page.after
        if after is None:
            break
    assert [one.details.name for one in seen] == names
    assert len({one.id for one in seen}) == len(names)


def test_who_does_not_exist_is_unknown(book: ContactBook) -> None:
    for asked in (book.find, book.by_external_id):
        with pytest.raises(UnknownContact):
            asked("nobody")
    with pytest.raises(UnknownContact):
        book.edit("nobody", _named("x"), 1, "1005")
