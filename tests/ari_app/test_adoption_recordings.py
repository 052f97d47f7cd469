"""What becomes of a call's recording when the controller dies between two steps of it? Two lives over one telephone system."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ari_app.asked import ToOperator, TransferAsked
from recordings.notes import Began, Ended, Note, PartBegan, PartEnded, StageBegan, from_lines
from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.test_adoption import nothing_is_left, two_lives, two_lives_at_work
from tests.ari_app.test_call_control import ask, leg, talking

WRITTEN_S = 2.0


def notes_of(centre: FakeCentre, call: str) -> list[Note]:
    return from_lines((centre.folder / "raw" / f"{call}.notes").read_text(encoding="utf-8"))


async def whole(centre: FakeCentre, call: str) -> list[Note]:
    """Everybody hangs up; what was noted."""
    await nothing_is_left(centre)
    await asyncio.sleep(WRITTEN_S)
    told = notes_of(centre, call)
    assert isinstance(told[0], Began)
    assert isinstance(told[-1], Ended)
    assert len([note for note in told if isinstance(note, Began)]) == 1
    begun = [note.file for note in told if isinstance(note, PartBegan)]
    assert sorted(begun) == sorted(note.file for note in told if isinstance(note, PartEnded))
    assert len(set(begun)) == len(begun), "no name is used twice"
    assert centre.mixmonitor.recording == {}
    return told


async def dies_while_a_recording_begins(centre: FakeCentre) -> str:
    """Asterisk has begun it, and the controller has not been told."""
    answers = centre.mixmonitor.answers = asyncio.Event()
    await centre.at_work("1009", "answers")
    call = (await centre.calls()).id
    assert centre.mixmonitor.recording["caller"].name == f"{call}.raw"
    centre.engine.let_go()
    centre.telephony.away = True
    answers.set()
    await centre.settle()
    return call


def test_a_recording_that_may_or_may_not_have_begun_is_closed_and_the_conversation_has_another_part(
    tmp_path: Path,
) -> None:
    calls: list[str] = []

    async def before(centre: FakeCentre) -> None:
        calls.append(await dies_while_a_recording_begins(centre))
        centre.mixmonitor.recording.clear()

    async def after(centre: FakeCentre) -> None:
        (call,) = calls
        await asyncio.sleep(WRITTEN_S)
        assert centre.mixmonitor.recording["caller"].name == f"{call}-2.raw"
        assert centre.call(call).recording_state == "on"
        told = await whole(centre, call)
        assert [note.file for note in told if isinstance(note, PartBegan)] == [f"{call}.raw", f"{call}-2.raw"]

    two_lives(tmp_path, before, after)


def test_a_conversation_of_which_nothing_was_noted_yet_is_recorded_from_now_on(tmp_path: Path) -> None:
    calls: list[str] = []

    async def before(centre: FakeCentre) -> None:
        calls.append(await dies_while_a_recording_begins(centre))
        for left in (centre.folder / "raw").iterdir():
            left.unlink()

    async def after(centre: FakeCentre) -> None:
        (call,) = calls
        await centre.settle()
        assert centre.mixmonitor.recording["caller"].name == f"{call}.raw"
        (stage,) = [note for note in await whole(centre, call) if isinstance(note, StageBegan)]
        assert (stage.stage, stage.operator) == ("talk", "1009")

    two_lives(tmp_path, before, after)


async def is_passed_on(centre: FakeCentre) -> str:
    """The first conversation is recorded; the second operator's phone rings."""
    call = (await talking(centre)).id
    assert centre.mixmonitor.recording["caller"].name == f"{call}.raw"
    await centre.at_work("1010")
    await ask(centre, centre.call(call), TransferAsked(ToOperator("1010")))
    await asyncio.sleep(WRITTEN_S)
    assert centre.call(call).stage == "ringing"
    return call


def test_who_is_passed_on_does_not_lose_the_recording_of_the_first_conversation_to_the_second(tmp_path: Path) -> None:
    calls: list[str] = []

    async def before(centre: FakeCentre) -> None:
        calls.append(await is_passed_on(centre))

    async def after(centre: FakeCentre) -> None:
        (call,) = calls
        assert centre.call(call).stage == "ringing", "the phone that rings shows that 1010 is at work"
        centre.telephony.picks_up(centre.telephony.leg_to("1010"))
        await asyncio.sleep(WRITTEN_S)
        assert centre.mixmonitor.recording["caller"].name == f"{call}-2.raw"
        await whole(centre, call)

    two_lives(tmp_path, before, after)


def test_the_recording_of_one_who_talked_and_hangs_up_while_waiting_is_given_to_the_worker(tmp_path: Path) -> None:
    calls: list[str] = []

    async def before(centre: FakeCentre) -> None:
        calls.append(await is_passed_on(centre))

    async def after(centre: FakeCentre) -> None:
        (call,) = calls
        told = await whole(centre, call)
        assert isinstance(told[-1], Ended)
        assert told[-1].reason != "crash"

    two_lives(tmp_path, before, after)


def test_the_second_conversation_is_recorded_if_its_recording_had_not_begun(tmp_path: Path) -> None:
    """The channel still names the first part, which is over."""
    calls: list[str] = []

    async def before(centre: FakeCentre) -> None:
        calls.append(await is_passed_on(centre))
        answers = centre.mixmonitor.answers = asyncio.Event()
        centre.telephony.picks_up(leg(centre, "1010"))
        await centre.settle()
        assert centre.telephony.hears("caller") == {leg(centre, "1010")}
        centre.engine.let_go()
        centre.telephony.away = True
        answers.set()
        await centre.settle()
        _forget_last(centre.folder / "raw" / f"{calls[0]}.notes", "part_began")

    async def after(centre: FakeCentre) -> None:
        (call,) = calls
        await asyncio.sleep(WRITTEN_S)
        assert centre.mixmonitor.recording["caller"].name == f"{call}-2.raw"
        await whole(centre, call)

    two_lives_at_work(tmp_path, before, after)


def _forget_last(notes: Path, kind: str) -> None:
    lines = notes.read_text(encoding="utf-8").splitlines(keepends=True)
    assert kind in lines[-1]
    notes.write_text("".join(lines[:-1]), encoding="utf-8")
