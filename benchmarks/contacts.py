"""How fast do a company's customers come in from a file, how much memory does that take, and how fast is who calls found
among them?

``python -m benchmarks.contacts``; DATABASE=postgresql+psycopg://... measures that one (its tables are emptied).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ari_app.adapters.catalogue_database import Database, sqlite_url
from benchmarks.contact_files import TARGETS, make
from console.contacts.book import ContactBook, Wanted
from console.contacts.csv_file import counted, sniffed
from console.contacts.importing import Importer
from console.contacts.imports import Import, Imports

LOOK_UPS = 500


def main() -> None:
    """Measure once, and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--json", action="store_true")
    arguments = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        figures = measured(database, Path(folder), arguments.rows)
    if arguments.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:36} {value:>12,.1f}" for name, value in figures.items()))


def measured(database: Database, folder: Path, rows: int) -> dict[str, float]:
    """The figures by name, with units. Raises AssertionError when a row is lost or comes twice."""
    file = make(folder / "customers.csv", rows)
    imports = Imports(database)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures: dict[str, float] = {"rows": rows}
    first = _through(database, imports, file.path, "first", figures)
    assert (first.created, first.duplicates, first.bad) == (file.good, file.repeated, file.bad), first
    again = _through(database, imports, file.path, "again", figures)
    assert (again.created, again.unchanged, again.duplicates, again.bad) == (0, file.good, file.repeated, file.bad), (
        again
    )
    figures["memory_taken_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) / 1024
    book = ContactBook(database, lambda: "ES", time.time)
    figures["look_up_p50_ms"] = _median_ms(lambda nth: book.look_up(f"6{nth * (rows // LOOK_UPS):08d}"))
    figures["search_by_name_p50_ms"] = _median_ms(lambda nth: book.search(Wanted(name=f"garcia {nth % 9}"), 50), 20)
    figures["search_by_number_p50_ms"] = _median_ms(lambda nth: book.search(Wanted(number=f"6{nth:05d}"), 50))
    return figures


def _through(database: Database, imports: Imports, file: Path, name: str, figures: dict[str, float]) -> Import:
    dialect = sniffed(file)
    total = counted(file, dialect)
    one = Import(name, name, "2001", time.time(), 0, "", dialect, (), "update", "uploaded", "", total, 0)
    imports.enter(one)
    imports.begin_check(name, TARGETS, "update", time.time())
    importer = Importer(database, "ES", time.time())
    for step in ("check", "import"):
        if step == "import":
            imports.end(name, "checking", "checked", time.time())
            imports.begin_import(name, time.time())
        began, cpu = time.perf_counter(), time.process_time()
        for _ in importer.run(imports.find(name), file):
            pass
        figures[f"{name}_{step}_rows_per_s"] = total / (time.perf_counter() - began)
        figures[f"{name}_{step}_cpu_us_per_row"] = 1e6 * (time.process_time() - cpu) / total
    imports.end(name, "importing", "done", time.time())
    return imports.find(name)


def _median_ms(ask: object, times: int = LOOK_UPS) -> float:
    assert callable(ask)
    took = []
    for nth in range(times):
        began = time.perf_counter()
        ask(nth)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    database = Database(os.environ.get("DATABASE") or sqlite_url(folder / "centralita.db"))
    try:
        database.migrate()
        database.migrate("base")
        database.migrate()
        yield database
    finally:
        database.close()


if __name__ == "__main__":
    main()
