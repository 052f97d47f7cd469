"""The journal's files: one a day, private, whole after any crash, and read back with the days before that they go on from."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ari_app.adapters.journal_files import JournalFiles, facts_in, read_files
from ari_app.scribe import Lost
from queues.events import DayBegan, OperatorBecameReady
from queues.facts import PhoneChanged
from queues.journal import BadJournal, Entry, Gap, Happened, Header
from queues.replay import lives
from queues.rules import QueueRules

NOON = 1_795_521_600.0  # 2026-11-24T12:00:00Z
MIDNIGHT = NOON + 12 * 3600
HEADER = Header(NOON, "life", "abcd1234", 7, "UTC", (QueueRules("support"),), ())


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def ready(at: float) -> Happened:
    return Happened(at, OperatorBecameReady("1001"))


def read(at: float) -> Entry:
    return Entry(at, OperatorBecameReady("1001"), 0, (), None)


def test_a_file_begins_with_a_header_and_is_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "journal"
    files = JournalFiles(folder, HEADER, day)
    assert files.write([ready(NOON), Lost(2), ready(NOON + 1)]) == 3
    path = folder / "2026-11-24.jsonl"
    assert read_files([path]) == ([HEADER, read(NOON), Gap(2), read(NOON + 1)], [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_new_day_has_a_file_of_its_own_that_brings_along_the_days_that_it_goes_on_from(tmp_path: Path) -> None:
    files = JournalFiles(tmp_path, HEADER, day)
    told: list[Happened | Lost] = [
        ready(NOON),
        ready(MIDNIGHT),
        Happened(MIDNIGHT + 0.5, DayBegan()),
        ready(MIDNIGHT + 1),
    ]
    taken = files.write(told)
    assert taken == 2, "whatever came before the core's own new day belongs to the old one"
    assert files.write(told[taken:]) == 2
    items, notes = read_files([tmp_path / "2026-11-25.jsonl"])
    (life,) = lives(items)
    assert notes == []
    assert [entry.at for entry in life.entries] == [NOON, MIDNIGHT, MIDNIGHT + 0.5, MIDNIGHT + 1]
    both, _ = read_files(sorted(tmp_path.iterdir()))
    assert both == items, "a file that is named and belongs before is read once"


def test_a_later_life_of_the_same_day_is_added_behind_what_a_crash_tore_off(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-24.jsonl"
    JournalFiles(tmp_path, HEADER, day).write([ready(NOON), ready(NOON + 1)])
    path.write_bytes(path.read_bytes()[:-9])
    items, notes = read_files([path])
    assert (items, notes) == ([HEADER, read(NOON)], ["2026-11-24.jsonl:3: torn off by a crash, left out"])
    later = replace(HEADER, at=NOON + 9, life="later")
    JournalFiles(tmp_path, later, day).write([ready(NOON + 9)])
    items, notes = read_files([path])
    assert items == [HEADER, read(NOON), later, read(NOON + 9)]
    assert notes == ["2026-11-24.jsonl:3: torn off by a crash, left out"]


def test_a_disk_that_takes_half_a_batch_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = JournalFiles(tmp_path, HEADER, day)
    files.write([ready(NOON)])
    path = tmp_path / "2026-11-24.jsonl"
    before = path.read_bytes()
    real_write = os.write

    def half(file: int, text: memoryview) -> int:
        if len(text) < 40:
            raise OSError(28, "No space left on device")
        return real_write(file, text[: len(text) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space left"):
        files.write([ready(NOON + 1)])
    assert path.read_bytes() == before
    monkeypatch.undo()
    files.write([ready(NOON + 1)])
    assert read_files([path])[0] == [HEADER, read(NOON), read(NOON + 1)]


def test_the_file_that_a_header_names_is_looked_for_beside_it_and_nowhere_else(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_text("secret\n", encoding="utf-8")
    folder = tmp_path / "journal"
    JournalFiles(folder, replace(HEADER, continues="../elsewhere.jsonl"), day).write([ready(NOON)])
    items, _ = read_files([folder / "2026-11-24.jsonl"])
    with pytest.raises(BadJournal, match="goes on with"):
        lives(items)


def test_the_facts_of_earlier_lives_are_read_without_what_was_torn_off_and_without_the_present_life(
    tmp_path: Path,
) -> None:
    def phone(at: float) -> Happened:
        return Happened(at, OperatorBecameReady("1001"), (), (PhoneChanged(at, "1001", True),))

    path = tmp_path / "2026-11-24.jsonl"
    JournalFiles(tmp_path, HEADER, day).write([phone(NOON), phone(NOON + 1)])
    path.write_bytes(path.read_bytes()[:-9])
    later = replace(HEADER, life="later")
    JournalFiles(tmp_path, later, day).write([phone(NOON + 2)])
    JournalFiles(tmp_path, replace(HEADER, life="present"), day).write([phone(NOON + 3)])
    facts = [PhoneChanged(NOON, "1001", True), later, PhoneChanged(NOON + 2, "1001", True)]
    assert list(facts_in(path, "present")) == [HEADER, *facts]
    path.write_bytes(path.read_bytes().replace(b'"reachable":true}', b'"reachable":tru', 1))
    with pytest.raises(BadJournal, match=r"2026-11-24\.jsonl:3: is not JSON"):
        list(facts_in(path))
