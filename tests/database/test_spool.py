"""What waits on the disk outlives kills, torn lines and a full disk; it is bounded, and loud before it is full."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ari_app.adapters.spool_file import Spool
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from ari_app.outcome_notes import Outcome
from ari_app.scribe import Lost, Scribe
from ari_app.spooled import BadLine, Spoolable, as_line, from_line
from recordings.custody import AuditEntry
from tests.database.acts import AT, act, numbers
from tests.fakes.library import FakeLibrary


def spool_in(folder: Path, cap_bytes: int = 1 << 20) -> Spool:
    return Spool(folder / "spool" / "notes.jsonl", new_id, lambda: AT, cap_bytes)


def delivered(spool: Spool) -> list[int]:
    library = FakeLibrary()
    while deliver(spool, library, library):
        pass
    return numbers(library.audit)


def test_a_line_is_the_note_again_and_each_has_an_id_of_its_own() -> None:
    for note in (act(1), Outcome("c", "sold", "1005", AT)):
        assert from_line(as_line("id", note, AT)).note == note
    assert from_line(as_line("id", Lost(7), AT)).note == AuditEntry(
        AT, "system", "system", "notes_lost", "audit", "", detail={"number": 7}
    )
    for line in (
        "",
        "{",
        "[]",
        '{"id": 1}',
        '{"id": "x", "act": {}}',
        '{"id": "x", "act": {"at": 1, "colour": "red"}}',
    ):
        with pytest.raises(BadLine):
            from_line(line)


def test_it_is_one_persons_file_and_each_line_has_another_id(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.write([act(1), act(1)])
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600
    assert len({from_line(line).id for line in spool.path.read_text().splitlines()}) == 2


def test_at_whatever_byte_a_crash_tears_the_last_line_all_before_it_and_after_it_come_in_order(tmp_path: Path) -> None:
    whole = spool_in(tmp_path)
    whole.write([act(1), act(2)])
    lines = whole.path.read_bytes()
    begins = lines.index(b"\n") + 1
    for torn_at in range(begins, len(lines)):
        folder = tmp_path / str(torn_at)
        (folder / "spool").mkdir(parents=True)
        spool = spool_in(folder)
        spool.path.write_bytes(lines[:torn_at])
        if torn_at % 2:
            spool.write([act(3)])
            spool = spool_in(folder)
        whole_after_all = torn_at == len(lines) - 1
        expected = [1, *([2] if whole_after_all else []), *([3] if torn_at % 2 else [])]
        assert delivered(spool) == expected, torn_at
        piece = spool.refused_path.read_bytes() if spool.refused_path.exists() else b""
        assert piece.rstrip(b"\n") == (b"" if whole_after_all else lines[begins:torn_at]), torn_at


def test_when_all_is_delivered_nothing_is_left_and_more_can_come(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    for first in (1, 4):
        spool.write([act(first), act(first + 1)])
        assert delivered(spool) == [first, first + 1]
        assert (spool.path.read_bytes(), spool.waiting, spool.size) == (b"", 0, 0)


def test_a_file_of_which_most_is_delivered_is_made_short_without_losing_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.adapters.spool_file.COMPACT_BYTES", 1000)
    spool, library = spool_in(tmp_path), FakeLibrary()
    spool.write([act(number) for number in range(1, 151)])
    full = spool.path.stat().st_size
    assert deliver(spool, library, library) == 100
    assert spool.path.stat().st_size < full / 2
    spool.write([act(151)])
    (tmp_path / "copy" / "spool").mkdir(parents=True)
    (tmp_path / "copy" / "spool" / "notes.jsonl").write_bytes(spool.path.read_bytes())
    assert delivered(spool_in(tmp_path / "copy")) == list(range(101, 152))
    assert deliver(spool, library, library) == 51
    assert numbers(library.audit) == list(range(1, 152))
    assert not spool.path.read_bytes()


async def test_a_full_spool_says_so_before_and_when_it_is_and_tells_in_the_audit_what_was_lost(tmp_path: Path) -> None:
    one = len(as_line(new_id(), act(101), AT))
    spool = spool_in(tmp_path, cap_bytes=10 * one)
    scribe = Scribe[Spoolable]("audit", spool.write, cap=2, coalesce_s=0.0)
    running = asyncio.create_task(scribe.run())

    async def until(waiting: int) -> None:
        async with asyncio.timeout(30):
            while spool.waiting != waiting:
                await asyncio.sleep(0.001)

    with capture_logs() as logs:
        for number in range(1, 9):
            assert spool.wrong is None
            scribe.note(act(100 + number))
            await until(number)
        assert "bring it back" in (spool.wrong or "")
        for number in range(9, 11):
            scribe.note(act(100 + number))
            await until(number)
        for number in range(11, 16):  # two more are kept in memory, three are lost
            scribe.note(act(100 + number))
        async with asyncio.timeout(30):
            while scribe.wrong is None or "full" not in scribe.wrong:
                await asyncio.sleep(0.001)
        assert scribe.lost == 3
        library = FakeLibrary()
        assert deliver(spool, library, library) == 10
        await until(2)
        scribe.note(act(116))
        await until(4)
        assert deliver(spool, library, library) == 4
    running.cancel()
    assert numbers(library.audit) == [*range(101, 113), 116]
    assert [entry.detail for entry in library.audit if entry.act == "notes_lost"] == [{"number": 3}]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == [
        "spool_nearly_full",
        "notes_are_lost",
        "notes_cannot_be_written",
        "notes_were_lost",
    ]


def test_what_cannot_be_written_whole_is_not_there_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = spool_in(tmp_path)
    spool.write([act(1)])
    real = os.write

    def half(handle: int, content: bytes) -> int:
        if len(content) > 100:
            return real(handle, bytes(content)[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(OSError, match="No space"):
            spool.write([act(2)])
    spool.write([act(3)])
    assert spool.waiting == 2
    assert delivered(spool) == [1, 3]


def test_a_line_that_is_none_of_ours_is_set_aside_and_told(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.write([act(1)])
    with spool.path.open("ab") as file:
        file.write(b"\xff\xfe nonsense\n")
    again = spool_in(tmp_path)
    again.write([act(2)])
    assert delivered(again) == [1, 2]
    assert (again.refused, again.refused_path.read_text().count("\n")) == (1, 1)
    assert "takes 1 notes for bad" in (again.wrong or "")
    after = spool_in(tmp_path)
    assert after.first(1) == []
    assert after.refused == 1


@pytest.mark.parametrize("deed", ["emptied", "removed"])
def test_a_file_that_somebody_else_empties_or_removes_is_begun_anew(deed: str, tmp_path: Path) -> None:
    spool, library = spool_in(tmp_path), FakeLibrary()
    spool.write([act(1), act(2)])
    if deed == "emptied":
        spool.path.write_bytes(b"")
    else:
        spool.path.unlink()
    assert deliver(spool, library, library) == 0
    spool.write([act(3)])
    assert (spool.waiting, delivered(spool)) == (1, [3])
