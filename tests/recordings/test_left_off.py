"""What the next life of the controller reads in a recording's notes."""

from __future__ import annotations

import pytest

from recordings.left_off import LeftOff, left_off
from recordings.notes import Began, Ended, Muted, Note, PartBegan, PartEnded, Unmuted
from recordings.plan import plan_part

CALL = "20261124-042201-00000001"
BEGAN = Began(1.0, CALL, CALL, "call", "inbound", "900", "6**", None)


def part(number: int) -> PartBegan:
    return PartBegan(1.0 + number, plan_part(CALL, number).raw.name, "all")


def ended(number: int) -> PartEnded:
    return PartEnded(1.5 + number, plan_part(CALL, number).raw.name)


@pytest.mark.parametrize(
    ("notes", "found"),
    [
        ([], LeftOff()),
        ([BEGAN, part(1)], LeftOff(True, 1, plan_part(CALL, 1))),
        ([BEGAN, part(1), ended(1)], LeftOff(True, 1)),
        ([BEGAN, part(1), ended(1), part(2)], LeftOff(True, 2, plan_part(CALL, 2))),
        ([BEGAN, part(1), part(2), ended(1)], LeftOff(True, 2, plan_part(CALL, 2))),
        ([BEGAN, part(1), Muted(3.0, "1009")], LeftOff(True, 1, plan_part(CALL, 1), muted=True)),
        ([BEGAN, part(1), Muted(3.0, "1009"), Unmuted(4.0)], LeftOff(True, 1, plan_part(CALL, 1))),
        ([BEGAN, part(1), ended(1), Ended(5.0, "crash")], LeftOff()),
    ],
)
def test_a_part_is_open_until_its_end_is_noted_and_its_name_stays_taken(notes: list[Note], found: LeftOff) -> None:
    assert left_off(notes) == found
