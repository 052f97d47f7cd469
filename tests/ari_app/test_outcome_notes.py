"""Does each outcome that an operator notes reach the catalogue once, also a later one of the same call?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ari_app.board import StatusBoard
from ari_app.outcome_notes import Outcome, OutcomeNotes, outcomes_into
from ari_app.scribe import Scribe
from tests.contract.centre import ANA, CALL
from tests.fakes.library import FakeLibrary
from tests.library.some_recordings import stored


async def test_outcomes_go_from_the_board_into_the_catalogue() -> None:
    library, now = FakeLibrary(), [1.0]
    one = stored(1)
    library.enter(one)
    scribe = Scribe[Outcome]("outcomes", outcomes_into(library))
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
    assert [(outcome.disposition, outcome.by) for outcome in told] == [("sold", "1005"), ("lost", "1005")]
    found = library.show(one.id)
    assert found is not None
    assert found.disposition == "lost"
