"""A process that notes and delivers is killed again and again. All that was on the disk is in the audit, once, in order."""

from __future__ import annotations

import os
import random
import select
from pathlib import Path

import pytest

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.spool_file import Spool
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from recordings.custody import AuditQuery
from tests.database.acts import AT, numbers
from tests.database.spool_process import begun

KILLS = 30 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 12
_PATIENCE_S = 60.0


@pytest.mark.timeout(300)
def test_whatever_was_noted_is_entered_once_however_often_the_controller_is_killed(
    database: Database, url: str, tmp_path: Path
) -> None:
    chance, told, redelivered = random.Random(5), list[int](), 0
    for _ in range(KILLS):
        process, pipe = begun(
            tmp_path, url, told[-1] + 2 if told else 1
        )  # the last one may be there without our being told
        said = b""
        at_least = chance.randrange(1, 40)
        while said.count(b"\n") < at_least:
            ready, _, _ = select.select([pipe], [], [], _PATIENCE_S)
            assert ready, "it does nothing any more"
            said += os.read(pipe.fileno(), 65536)
        process.kill()
        while more := os.read(pipe.fileno(), 65536):
            said += more
        process.join()
        pipe.close()
        told += [int(line) for line in said.decode().splitlines()]
        redelivered += (tmp_path / "notes.jsonl").stat().st_size > 0
    spool, book = Spool(tmp_path / "notes.jsonl", new_id, lambda: AT), SqlAuditBook(database)
    while deliver(spool, book, SqlShelves(database)):
        pass
    entered = numbers(reversed(book.entries(AuditQuery(limit=1_000_000))))
    assert entered == sorted(set(entered)), "twice, or not in order"
    assert set(told) <= set(entered)
    assert len(set(entered) - set(told)) <= KILLS
    assert redelivered > 0
