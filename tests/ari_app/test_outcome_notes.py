"""Does each outcome that an operator notes reach the catalogue once, also a later one of the same call?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from ari_app.adapters.spool_file import Spool
from ari_app.board import StatusBoard
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from ari_app.outcome_notes import Outcome, OutcomeNotes
from ari_app.scribe import Scribe
from ari_app.spooled import Spoolable
from tests.contract.centre import ANA, CALL
from tests.fakes.library import FakeLibrary
from tests.library.some_recordings import stored


async def test_outcomes_go_from_the_board_into_the_catalogue(tmp_path: Path) -> None:
    library, now = FakeLibrary(), [1.0]
    one = stored(1)
    library.enter(one)
    spool = Spool(tmp_path / "notes.jsonl", new_id, lambda: now[0])
    scribe = Scribe[Spoolable]("outcomes", spool.write)
    board = StatusBoard(lambda: now[0])
    told: list[Outcome] = []

    def note(outcome: Outcome) -> None:
        told.append(outcome)
        scribe.note(outcome)

    board.add_sink(OutcomeNotes(note, lambda: now[0]).sink)
    call = replace(CALL, id=one.call, operator="1005")
    board.put_operator(ANA)
    for status in (
        call,
        replace(call, disposition="sold"),
        replace(call, disposition="sold", stage="ended"),
        replace(call, disposition="lost", stage="ended"),
    ):
        board.put_call(status)
        now[0] += 1
    await asyncio.wait_for(scribe.close(), 10)
    assert deliver(spool, library, library) == 2
    assert [(outcome.disposition, outcome.by) for outcome in told] == [("sold", "1005"), ("lost", "1005")]
    found = library.show(one.id)
    assert found is not None
    assert found.disposition == "lost"
