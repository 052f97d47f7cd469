"""What becomes of a caller whom an operator passes on when the controller dies anywhere in that? Two lives over one telephony."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.asked import Target, ToNumber, ToOperator, ToQueue, TransferAsked
from queues.facts import ConversationOver
from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.test_adoption import dies, dies_at, nothing_is_left, two_lives_at_work
from tests.ari_app.test_call_control import OUTSIDE, ask, leg, talking

LONGEST = 25
"""No transfer takes so many commands."""
TARGETS: dict[str, Target] = {
    "operator": ToOperator("1010"),
    "queue": ToQueue("reclamaciones"),
    "number": ToNumber("600333444"),
}


def there(centre: FakeCentre) -> tuple[str, str | None, str | None]:
    """Where the one caller is: the stage, and while an operator has him or her, the queue and that one."""
    (call,) = (call for call in centre.board.calls.values() if call.stage != "ended")
    return ("elsewhere", None, None) if call.stage == "elsewhere" else (call.stage, call.queue, call.operator)


@pytest.mark.parametrize("to", TARGETS)
def test_whoever_is_passed_on_arrives_wherever_the_controller_died(to: str, tmp_path: Path) -> None:
    reached: list[bool] = []
    arrived: list[tuple[str, str | None, str | None]] = []

    async def before_with(centre: FakeCentre, command: int) -> None:
        call = await talking(centre)
        await centre.at_work("1010", "answers")
        centre.telephony.phones[OUTSIDE] = "answers"
        dies_at(centre, command)
        await ask(centre, call, TransferAsked(TARGETS[to]))
        reached.append(centre.telephony.away)
        if not reached[-1]:
            arrived.append(there(centre))

    async def after(centre: FakeCentre) -> None:
        await centre.settle()
        arrived.append(there(centre))
        legs = [channel for channel in centre.telephony.channels_up if channel != "caller"]
        assert len(legs) == 1
        assert centre.telephony.hears("caller") == set(legs)
        assert centre.telephony.channels_up["caller"].music is None
        assert centre.state("1009") != "talking"
        over = centre.facts(ConversationOver)
        assert [(one.operator, one.by) for one in over] in ([], [("1009", "transfer")]), (
            "the life before may have told it"
        )
        await nothing_is_left(centre)

    for command in range(1, LONGEST):
        folder = tmp_path / str(command)
        folder.mkdir()
        two_lives_at_work(
            folder,
            lambda centre, at=command: before_with(centre, at),  # type: ignore[misc]
            after,
            others=("1010",),
        )
        if not reached[-1]:
            break
    assert not reached[-1], "the last one has come through undisturbed"
    assert len(reached) > 4
    assert set(arrived) == {arrived[-1]}


def test_whoever_was_passed_on_and_is_there_is_not_passed_on_again(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        await centre.at_work("1010", "answers")
        await ask(centre, call, TransferAsked(ToOperator("1010")))
        assert centre.call(call.id).operator == "1010"
        dies(centre)
        centre.telephony.hangs_up(leg(centre, "1010"))

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.end_reason) == ("ended", "operator_hung_up")
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after, others=("1010",))
