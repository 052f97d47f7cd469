"""Is what was asked carried out beside everything else, gone on with after a death, and tidied away in the end?"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.contact_files import Made, make
from console.contacts import import_files, import_jobs
from console.contacts.book import Wanted
from console.contacts.csv_file import counted, sniffed
from console.contacts.desk import Desk
from console.contacts.import_files import ImportFiles, TooLarge, TooSlow
from console.contacts.imports import Import, NotInState, UnknownImport
from console.contacts.mapping import proposed
from console.contacts.parts import keep_on
from recordings.record import CatalogueAway
from tests.console.contacts.conftest import Centre

ID = "c" * 16
WITHIN_S = 60.0


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _brought(desk: Desk, content: bytes, id_: str = ID, at: float = 1_800_000_000.0) -> None:
    received = await desk.files.receive(id_, _pieces(content))
    dialect = sniffed(received.path)
    total = counted(received.path, dialect)
    mapping = tuple(proposed(dialect.headers))
    desk.imports.enter(Import(id_, "x.csv", "2001", at, 1, "", dialect, mapping, "update", "uploaded", "", total, 0))


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Some customers."""
    return make(tmp_path / "customers.csv", 60, spoilt_every=6)


async def test_a_file_is_private_whole_and_gone_when_it_is_in(centre: Centre, made: Made) -> None:
    desk = centre.open()
    await _brought(desk, made.path.read_bytes())
    path = desk.files.path(ID)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    desk.imports.begin_check(ID, desk.imports.find(ID).mapping, "update", 1.0)
    desk.jobs.go(ID).result(WITHIN_S)
    assert desk.imports.find(ID).state == "checked"
    assert path.exists()
    desk.imports.begin_import(ID, 2.0)
    desk.jobs.go(ID).result(WITHIN_S)
    done = desk.imports.find(ID)
    assert (done.state, done.created, done.ended_at) == ("done", made.good, centre.now_s)
    assert not path.exists()


async def test_whatever_was_being_done_is_gone_on_with_at_the_next_start(centre: Centre, made: Made) -> None:
    dead = centre.open()
    await _brought(dead, made.path.read_bytes())
    await _brought(dead, b"nombre\nZoe\n", "d" * 16)
    for id_ in (ID, "d" * 16):
        dead.imports.begin_check(id_, dead.imports.find(id_).mapping, "update", 1.0)
    dead.imports.end("d" * 16, "checking", "checked", 2.0)
    dead.imports.begin_import("d" * 16, 2.0)
    desk = centre.open()
    desk.jobs.go_on().result(WITHIN_S)
    assert (desk.imports.find(ID).state, desk.imports.find("d" * 16).state) == ("checked", "done")
    assert [one.details.name for one in desk.book.search(Wanted(), 9).contacts] == ["Zoe"]


async def test_a_stopping_process_leaves_the_rest_to_the_next(centre: Centre, made: Made) -> None:
    desk = centre.open()
    await _brought(desk, made.path.read_bytes())
    desk.imports.begin_check(ID, desk.imports.find(ID).mapping, "update", 1.0)
    desk.jobs.close()
    assert desk.imports.find(ID).state == "checking"
    centre.open().jobs.go_on().result(WITHIN_S)
    assert desk.imports.find(ID).state == "checked"


async def test_a_database_that_is_away_is_waited_for(
    centre: Centre, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "PATIENCE_S", 0.01)
    desk = centre.open()
    await _brought(desk, made.path.read_bytes())
    desk.imports.begin_check(ID, desk.imports.find(ID).mapping, "update", 1.0)
    find, away = desk.imports.find, iter([True, False, True])

    def sometimes(id_: str) -> Import:
        if next(away, False):
            raise CatalogueAway("away")
        return find(id_)

    monkeypatch.setattr(desk.imports, "find", sometimes)
    desk.jobs.go(ID).result(WITHIN_S)
    assert find(ID).state == "checked"


async def test_a_file_that_is_not_here_any_more_says_what_to_do(centre: Centre, made: Made) -> None:
    desk = centre.open()
    await _brought(desk, made.path.read_bytes())
    desk.files.remove(ID)
    desk.imports.begin_check(ID, desk.imports.find(ID).mapping, "update", 1.0)
    desk.jobs.go(ID).result(WITHIN_S)
    failed = desk.imports.find(ID)
    assert (failed.state, "bring it again" in failed.why) == ("failed", True)
    with pytest.raises(NotInState):
        desk.imports.begin_import(ID, 2.0)


async def test_files_and_lines_are_not_kept_for_ever(centre: Centre) -> None:
    desk = centre.open()
    day_s = 24 * 3600
    for name, age_days, state in (
        ("a", 2, "uploaded"),
        ("b", 2, "cancelled"),
        ("c", 0.5, "uploaded"),
        ("d", 31, "done"),
        ("e", 29, "done"),
    ):
        await _brought(desk, b"nombre\nAna\n", name * 16, centre.now_s - age_days * day_s)
        desk.imports.end(name * 16, "uploaded", state, centre.now_s)  # type: ignore[arg-type]
    desk.jobs.tidy().result(WITHIN_S)
    assert {one.id[0] for one in desk.imports.latest(9)} == {"b", "c", "e"}
    assert [name for name in "abc" if desk.files.path(name * 16).exists()] == ["c"]


def _written(path: Path, at: float) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("nombre;movil\nAna;611222333\n")
    os.utime(path, (at, at))
    return path


async def test_what_a_killed_process_had_of_a_file_does_not_stay(centre: Centre) -> None:
    desk = centre.open()
    old, new = centre.now_s - 25 * 3600, centre.now_s - 3600
    part, unknown, coming = (desk.files.path(name * 16) for name in "abc")
    left = [_written(part.with_suffix(".part"), old), _written(unknown, old)]
    coming = _written(coming.with_suffix(".part"), new)
    await _brought(desk, b"nombre\nAna\n", "d" * 16, new)
    known = _written(desk.files.path("d" * 16), old)
    desk.jobs.tidy().result(WITHIN_S)
    assert [path.exists() for path in left] == [False, False]
    assert (coming.exists(), known.exists()) == (True, True)


class Days:
    """Each sleep is half a day, and ends the work once there were ``nights`` of them."""

    def __init__(self, centre: Centre, nights: int) -> None:
        self._centre = centre
        self._left = nights

    def now(self) -> float:
        """Unix seconds."""
        return self._centre.now_s

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        self._centre.now_s += 12 * 3600
        self._left -= 1
        await asyncio.sleep(0.05)
        if not self._left:
            raise asyncio.CancelledError


async def test_a_file_that_nobody_imports_goes_though_the_process_lives_on(centre: Centre) -> None:
    desk = centre.open()
    await _brought(desk, b"nombre\nAna\n", ID, centre.now_s)
    with pytest.raises(asyncio.CancelledError):
        await keep_on(desk, Days(centre, 8))
    assert not desk.files.path(ID).exists()
    assert desk.imports.latest(9) == []


async def test_a_file_that_does_not_come_whole_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = ImportFiles(tmp_path / "imports", largest=10)

    async def breaks_off() -> AsyncIterator[bytes]:
        yield b"nombre"
        raise ConnectionError

    with pytest.raises(TooLarge):
        await files.receive(ID, _pieces(b"123456", b"78901"))
    with pytest.raises(ConnectionError):
        await files.receive(ID, breaks_off())
    monkeypatch.setattr(import_files, "SILENCE_S", 0.0)
    with pytest.raises(TooSlow):
        await files.receive(ID, _silent())
    assert list((tmp_path / "imports").iterdir()) == []


async def _silent() -> AsyncIterator[bytes]:
    await asyncio.get_running_loop().create_future()
    yield b""


def test_what_does_not_exist_is_unknown(centre: Centre) -> None:
    desk = centre.open()
    desk.jobs.go("0" * 16).result(WITHIN_S)
    with pytest.raises(UnknownImport):
        desk.imports.cancel("0" * 16, 1.0)
