"""Does the console's audit stand where the controller's does, with the change that it tells of, for ever, and without numbers?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from console.audit.book import SYSTEM, Audit, By
from console.people import Person
from recordings.custody import AuditEntry, AuditQuery
from tests.migrated import migrated

ANA = By("2001", "supervisor", "192.0.2.7")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = migrated(tmp_path / "centralita.db")
    yield made
    made.close()


def entries(database: Database, **asked: str) -> list[AuditEntry]:
    return list(SqlAuditBook(database).entries(AuditQuery(**asked)))  # type: ignore[arg-type]


def test_the_controllers_audit_shows_what_was_done_in_the_console_in_one_order(database: Database) -> None:
    book = SqlAuditBook(database)
    audit = Audit(database, lambda: 20.0)
    book.note(AuditEntry(10.0, "2001", "supervisor", "played", "recording", "r"))
    audit.note(ANA, "ticket_opened", "S-2026-000001", {"queue": "soporte"})
    book.note(AuditEntry(30.0, "2001", "supervisor", "held", "recording", "r"))
    assert [one.act for one in entries(database)] == ["held", "ticket_opened", "played"]
    (opened,) = entries(database, act="ticket_opened")
    assert (opened.at, opened.who, opened.role, opened.kind) == (20.0, "2001", "supervisor", "ticket")
    assert (opened.subject, opened.address, opened.detail) == ("S-2026-000001", "192.0.2.7", {"queue": "soporte"})


def test_an_entry_is_there_with_the_change_it_tells_of_or_not_at_all(database: Database) -> None:
    audit = Audit(database, lambda: 1.0)

    def change(fails: bool) -> None:
        with database.writing() as connection:
            audit.note(SYSTEM, "webhook_died", "w", connection=connection)
            if fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(fails=True)
    assert entries(database) == []
    change(fails=False)
    assert [one.act for one in entries(database)] == ["webhook_died"]


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_nobody_changes_or_removes_an_entry(database: Database, change: str) -> None:
    Audit(database, lambda: 1.0).note(ANA, "ticket_opened", "S-2026-000001")
    with pytest.raises(DBAPIError, match="neither changed nor removed"), database.writing() as connection:
        connection.execute(text(change))
    assert [one.who for one in entries(database)] == ["2001"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("600111222", "******222"),
        ("call +34600111222 back", "call *********222 back"),
        ("600 111 222", "********222"),
        ("2026-11-28", "2026-11-28"),
        ("9f1234567890ab", "9f1234567890ab"),
        ("1005", "1005"),
        ("S-2026-000123", "S-2026-000123"),
    ],
)
def test_no_whole_number_comes_into_the_audit_wherever_it_stands(database: Database, told: str, kept: str) -> None:
    audit = Audit(database, lambda: 1.0)
    audit.note(ANA, "contact_changed", "c", {"a": [told, {"b": told}], "t": told})
    (entry,) = entries(database)
    assert dict(entry.detail) == {"a": [kept, {"b": kept}], "t": kept}


@pytest.mark.parametrize(
    ("what", "subject"), [("Opened!", "x"), ("opened", "x"), ("ticket_opened", "s" * 65), ("ticket_" + "d" * 26, "x")]
)
def test_an_act_that_does_not_say_what_was_done_with_what_is_refused(
    database: Database, what: str, subject: str
) -> None:
    with pytest.raises(ValueError, match="as in ticket_opened"):
        Audit(database, lambda: 1.0).note(ANA, what, subject)


def test_a_person_of_whom_no_address_is_known_is_noted_without_one(database: Database) -> None:
    Audit(database, lambda: 1.0).note(Person("1005", "Marta", "operator"), "contact_merged", "c")
    (entry,) = entries(database)
    assert (entry.who, entry.role, entry.kind, entry.address) == ("1005", "operator", "contact", "")
