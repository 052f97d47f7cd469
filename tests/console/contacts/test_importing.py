"""Do all good lines of a file come in, each once, whoever is killed, whatever is there already, and is every other line told?"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from ari_app.adapters.catalogue_database import Database
from benchmarks.contact_files import TARGETS, Made, make
from console.contacts import importing
from console.contacts.book import ContactBook, Wanted
from console.contacts.contact import ContactNumber, Details
from console.contacts.csv_file import counted, sniffed
from console.contacts.importing import Importer, Stopped
from console.contacts.imports import Existing, Import, Imports
from console.contacts.mapping import proposed
from console.contacts.merging import Read
from console.contacts.tables import contacts, history, imports, numbers
from tests.console.contacts.conftest import ANA, Centre

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
MANY = pytest.param(100_000, marks=pytest.mark.skipif(not DEEP, reason="only in make test-deep"))
ID = "c" * 16


def _brought(
    store: Imports, file: Path, id_: str = ID, existing: Existing = "update", targets: tuple[str, ...] = ()
) -> None:
    """A file whose import has begun."""
    dialect = sniffed(file)
    mapping = targets or tuple(proposed(dialect.headers))
    total = counted(file, dialect)
    store.enter(Import(id_, file.name, "2001", 1.0, 1, "", dialect, mapping, existing, "checked", "", total, 0))
    store.begin_import(id_, 2.0)


def _through(database: Database, file: Path, id_: str = ID, batch: int = 500) -> Import:
    store = Imports(database)
    for _ in Importer(database, "ES", 3.0, batch).run(store.find(id_), file):
        pass
    return store.find(id_)


def _imported(database: Database, file: Path, id_: str = ID, existing: Existing = "update") -> Import:
    _brought(Imports(database), file, id_, existing)
    return _through(database, file, id_)


def _count(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(contacts)) or 0


def _counts(one: Import) -> tuple[int, int, int, int, int]:
    return one.created, one.updated, one.unchanged, one.duplicates, one.bad


def _text(folder: Path, text: str) -> Path:
    path = folder / "clientes.csv"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Some customers, every 12th line spoilt."""
    return make(tmp_path_factory.mktemp("files") / "customers.csv", 500, spoilt_every=12)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rows", [2_000, MANY])
def test_all_good_lines_are_in_and_none_twice_when_run_again(database: Database, tmp_path: Path, rows: int) -> None:
    file = make(tmp_path / "customers.csv", rows)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = _imported(database, file.path)
    took_s, more_kib = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{rows} rows: {rows / took_s:.0f} rows/s, {more_kib / 1024:.0f} MiB more at most")  # noqa: T201 - measured, not asserted
    assert _counts(first) == (file.good, 0, 0, file.repeated, file.bad)
    assert (first.rows_done, _count(database)) == (rows, file.good)
    again = _imported(database, file.path, "d" * 16)
    assert _counts(again) == (0, 0, file.good, file.repeated, file.bad)
    assert _count(database) == file.good
    with database.reading() as connection:
        assert connection.scalar(select(func.max(contacts.c.version))) == 1
        assert connection.scalar(select(func.count()).select_from(history)) == file.good


def test_the_headers_of_a_spreadsheet_are_understood(made: Made) -> None:
    assert tuple(proposed(sniffed(made.path).headers)) == TARGETS


def test_every_line_that_is_not_in_is_told_with_its_cell(database: Database, tmp_path: Path) -> None:
    file = _text(
        tmp_path,
        'Código;Nombre;Móvil;Correo\nC1;Ana;611222333;\nC2;Luis;61122;\nC3;Eva;622333444;eva@\n;;;\nC4;"Sol;633444555;\n;;;solo@example.com\n'
        "C1;Ana otra;644555666;\n;Ana;611222333;\n;Íñigo;+34 655 66 67 77;\n",
    )
    _imported(database, file)
    told = [
        (row.line, [(one.fault, one.column, one.value, one.also) for one in row.problems])
        for row in Imports(database).bad_rows(ID, 0, 99)
    ]
    assert told == [
        (3, [("number_not_in_plan", 2, "61122", None)]),
        (4, [("email", 3, "eva@", None)]),
        (6, [("open_quote", None, "", None)]),
        (7, [("nothing_known", 1, "", None)]),
        (8, [("duplicate", None, "", 2)]),
        (9, [("duplicate", None, "", 2)]),
    ]
    assert [
        one.details.name for one in ContactBook(database, lambda: "ES", lambda: 0.0).search(Wanted(), 9).contacts
    ] == ["Ana", "Íñigo"]


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
def test_whether_two_lines_are_one_contact_does_not_depend_on_the_batch(
    database: Database, tmp_path: Path, batch: int
) -> None:
    file = _text(
        tmp_path,
        "id,name,phone\nC1,Ana,611222333\n,Ana,611222333\nC2,Ana,611222333\n,Luis,622333444\nC3,Luis,622333444\n,Luis,622333444\n",
    )
    _brought(Imports(database), file)
    one = _through(database, file, batch=batch)
    # C1 and C2 are two people of one name and telephone; the others say nothing new.
    assert _counts(one) == (3, 0, 0, 3, 0)
    assert [row.line for row in Imports(database).bad_rows(ID, 0, 99)] == [3, 6, 7]


def test_a_dry_run_says_what_the_import_does_and_writes_nothing(database: Database, made: Made) -> None:
    store = Imports(database)
    _brought(store, made.path)
    with database.writing() as connection:
        connection.execute(update(imports).values(state="checked"))
    store.begin_check(ID, TARGETS, "update", 2.0)
    checked = _through(database, made.path, batch=80)
    assert _counts(checked) == (made.good, 0, 0, made.repeated, made.bad)
    assert _count(database) == 0
    store.end(ID, "checking", "checked", 4.0)
    foreseen = store.bad_rows(ID, 0, 5_000)
    store.begin_import(ID, 5.0)
    assert store.bad_rows(ID, 0, 5_000) == []
    assert _counts(_through(database, made.path)) == _counts(checked)
    assert store.bad_rows(ID, 0, 5_000) == foreseen


def test_contacts_that_are_there_are_made_as_the_file_says_and_keep_what_it_does_not(
    database: Database, tmp_path: Path
) -> None:
    book = ContactBook(database, lambda: "ES", lambda: 9.0)
    ana = book.create(
        Details("Ana", (ContactNumber(ANA, "home"),), note="amable", fields={"zona": "sur"}, external_id="C1"), "1005"
    )
    luis = book.create(Details("Luís Gil", (ContactNumber("622333444"),)), "1005")
    file = _text(
        tmp_path,
        "id;nombre;movil;correo;tarifa\nC1;Ana Ruiz;644555666;ana@example.com;2.0\n"
        "C2;LUIS  GIL;622333444;;\nC3;Eva;;eva@example.com;\n",
    )
    assert _counts(_imported(database, file)) == (1, 2, 0, 0, 0)
    now = book.find(ana.id)
    assert now.details == Details(
        "Ana Ruiz",
        (ContactNumber(ANA, "home"), ContactNumber("+34644555666", "mobile")),
        "ana@example.com",
        note="amable",
        fields={"tarifa": "2.0", "zona": "sur"},
        external_id="C1",
        source="clientes.csv",
    )
    assert (now.version, now.updated_by) == (2, "2001")
    assert {one.change.field for one in book.history(ana.id, None, 9) if one.act == "imported"} == {
        *("name", "numbers", "email", "fields.tarifa", "source")
    }
    assert (book.find(luis.id).details.external_id, book.find(luis.id).details.name) == ("C2", "LUIS GIL")


def test_contacts_that_are_there_can_be_left_as_they_are(database: Database, tmp_path: Path) -> None:
    book = ContactBook(database, lambda: "ES", lambda: 9.0)
    ana = book.create(Details("Ana", external_id="C1"), "1005")
    file = _text(tmp_path, "id;nombre\nC1;Ana Ruiz\nC2;Luis\n")
    assert _counts(_imported(database, file, existing="leave")) == (1, 0, 1, 0, 0)
    assert book.find(ana.id) == ana


def test_whoever_was_edited_by_hand_since_is_not_made_a_second_time(database: Database, tmp_path: Path) -> None:
    file = _text(tmp_path, "nombre;movil\nAna;611222333\n")
    _imported(database, file)
    book = ContactBook(database, lambda: "ES", lambda: 9.0)
    (ana,) = book.look_up(ANA)
    book.edit(ana.id, lambda old: replace(old, name="Ana María", numbers=(ContactNumber("644555666"),)), 1, "1005")
    assert _imported(database, file, "d" * 16, "leave").created == 0
    assert _count(database) == 1


def test_a_merged_contact_is_known_again_as_what_it_became(centre: Centre, tmp_path: Path) -> None:
    desk = centre.open()
    file = _text(tmp_path, "id;nombre\nC1;Ana\nC2;Ana G.\n")
    _imported(centre.database, file)
    first, second = desk.book.by_external_id("C1"), desk.book.by_external_id("C2")
    desk.merging.merge(Read(first.id, 1), Read(second.id, 1), (), "2001")
    again = _imported(centre.database, file, "d" * 16, "leave")
    assert (again.created, again.unchanged, again.duplicates) == (0, 1, 1)


@pytest.mark.parametrize("before", [False, True])
def test_a_contact_that_was_merged_without_an_id_of_its_own_takes_what_the_file_says(
    centre: Centre, tmp_path: Path, before: bool
) -> None:
    """``before``: as earlier versions merged, the id stayed with the one that is gone."""
    desk = centre.open()
    kept = desk.book.create(Details("Ana"), "1005")
    gone = desk.book.create(Details("Ana G.", external_id="C2"), "1005")
    desk.merging.merge(Read(kept.id, 1), Read(gone.id, 1), (), "2001")
    if before:
        with centre.database.writing() as connection:
            for id_, external_id in ((kept.id, None), (gone.id, "C2")):
                connection.execute(update(contacts).where(contacts.c.id == id_).values(external_id=external_id))
    again = _imported(centre.database, _text(tmp_path, "id;nombre;correo\nC1;Luis;\nC2;Ana G.;ana@example.com\n"))
    assert _counts(again) == (1, 1, 0, 0, 0)
    assert desk.book.by_external_id("C2") == desk.book.find(kept.id)
    assert desk.book.find(kept.id).details.email == "ana@example.com"


async def test_whoever_is_just_being_erased_does_not_come_back(centre: Centre, tmp_path: Path) -> None:
    class Away:
        name = "elsewhere"

        async def forget(self, person: object) -> object:
            raise OSError

    centre.places.append(Away())  # type: ignore[arg-type]
    desk = centre.open()
    ana = desk.book.create(Details("Ana", external_id="C1"), "1005")
    await desk.erasing.erase(ana.id, "3001")
    one = _imported(centre.database, _text(tmp_path, "id;nombre\nC1;Ana\nC2;Luis\n"))
    assert (one.created, one.bad, one.duplicates) == (1, 1, 0)
    assert [row.problems[0].fault for row in desk.imports.bad_rows(ID, 0, 9)] == ["being_erased"]


def test_what_is_cancelled_stops_and_goes_on_where_it_stood(database: Database, made: Made) -> None:
    store = Imports(database)
    _brought(store, made.path)
    running = Importer(database, "ES", 3.0, 50).run(store.find(ID), made.path)
    for _ in range(3):
        stands = next(running)
    store.cancel(ID, 4.0)
    with pytest.raises(Stopped):
        next(running)
    cancelled = store.find(ID)
    assert (cancelled.state, cancelled.rows_done) == ("cancelled", 150)
    assert _count(database) == stands.created == cancelled.created
    store.begin_import(ID, 5.0)
    assert _counts(_through(database, made.path)) == (made.good, 0, 0, made.repeated, made.bad)
    assert _count(database) == made.good


def test_two_processes_at_one_import_do_not_do_anything_twice(database: Database, made: Made) -> None:
    store = Imports(database)
    _brought(store, made.path)
    one = Importer(database, "ES", 3.0, 50).run(store.find(ID), made.path)
    other = Importer(database, "ES", 3.0, 50).run(store.find(ID), made.path)
    next(one)
    with pytest.raises(Stopped):
        next(other)
    for _ in one:
        pass
    assert _counts(store.find(ID)) == (made.good, 0, 0, made.repeated, made.bad)
    assert _count(database) == made.good


KILLED = """
import sys
from pathlib import Path
from ari_app.adapters.catalogue_database import Database
from console.contacts.importing import Importer
from console.contacts.imports import Imports
database = Database(sys.argv[1])
for stands in Importer(database, "ES", 3.0, 50).run(Imports(database).find(sys.argv[2]), Path(sys.argv[3])):
    print(stands.rows_done, flush=True)
"""


def _killed_at(database: Database, file: Path, rows: int) -> None:
    """Import in a process of its own, which is killed without a word soon after it has told of ``rows``."""
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url, ID, str(file)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= rows:
                process.send_signal(signal.SIGKILL)
                break
        assert process.wait() == -signal.SIGKILL


def test_a_process_that_is_killed_in_the_middle_loses_and_repeats_nothing(database: Database, made: Made) -> None:
    store = Imports(database)
    _brought(store, made.path)
    _killed_at(database, made.path, 150)
    left = store.find(ID)
    assert left.state == "importing"
    assert 150 <= left.rows_done < made.rows
    assert _count(database) == left.created
    assert _counts(_through(database, made.path)) == (made.good, 0, 0, made.repeated, made.bad)
    assert _count(database) == made.good
    assert len(store.bad_rows(ID, 0, 5_000)) == made.bad + made.repeated


def test_someone_who_makes_the_same_contact_in_the_same_instant_does_not_break_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process enters the contact between our look and our writing: PostgreSQL lets it, SQLite would make it wait."""
    write, raised = importing._write, iter([True])

    def first_fails(*args: object) -> None:
        if next(raised, False):
            raise IntegrityError("", {}, ValueError())
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_write", first_fails)
    assert _counts(_imported(database, _text(tmp_path, "id;nombre\nC1;Ana\n"))) == (1, 0, 0, 0, 0)


def _held(database: Database) -> Iterator[str]:
    with database.reading() as connection:
        yield from connection.scalars(select(numbers.c.number).order_by(numbers.c.number))


def test_numbers_come_in_as_e164(database: Database, tmp_path: Path) -> None:
    _imported(database, _text(tmp_path, "nombre;movil;fijo\nAna;611 22 23 33 / +33 1 23 45 67 89;(91) 123 45 67\n"))
    assert list(_held(database)) == ["+33123456789", ANA, "+34911234567"]
