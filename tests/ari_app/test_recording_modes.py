"""Which conversations are recorded; how one is asked to begin, end, fall silent and go on: on a telephone system in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.asked import CompleteAsked, ConsultAsked, RecordAction, RecordAsked, ToOperator, TransferAsked
from ari_app.call_commands import NotNow
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus
from ari_app.recorder import ANEW_S
from ari_app.supervision import OnCall
from recordings.notes import Ended, Muted, Note, PartBegan, StageBegan, Unmuted, from_lines
from tests.ari_app.fake_centre import FakeCentre, fake_centre, in_virtual_time, with_files
from tests.fakes.virtual_time import VirtualTimeLoop

SOPORTE_RECORDS = "soporte:         # support, first level\n  wrap_up_s: 5\n  record: all"
DIRECT = "900100201: {queue: soporte, told: true}"
NURIA = "1009: {name: Nuria Campos Vega, queues: [soporte], team: norte}"


def soporte(mode: str) -> tuple[str, str]:
    return SOPORTE_RECORDS, SOPORTE_RECORDS.replace("record: all", f"record: {mode}")


async def talking(centre: FakeCentre, number: str = "900100201") -> CallStatus:
    await centre.at_work("1009", "answers")
    shown = await centre.calls(number=number)
    await centre.settle()
    assert centre.call(shown.id).stage == "talking"
    return centre.call(shown.id)


async def ask(centre: FakeCentre, call: CallStatus, action: RecordAction) -> CallStatus:
    centre.engine.call_desk.ask_recording(call.id, RecordAsked(action, "1009"))
    await centre.settle()
    return centre.call(call.id)


def notes(centre: FakeCentre, call: CallStatus) -> list[Note]:
    return from_lines((centre.folder / "raw" / f"{call.id}.notes").read_text(encoding="utf-8"))


async def until_over(centre: FakeCentre, call: CallStatus) -> list[Note]:
    """The caller hangs up; what was noted of the recording."""
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(2)
    await centre.settle()
    assert centre.mixmonitor.recording == {}
    told = notes(centre, call)
    assert isinstance(told[-1], Ended)
    return told


@pytest.mark.parametrize("mode", ["never", "on_demand"])
def test_a_queue_that_records_on_demand_or_never_records_nothing_by_itself(mode: str, tmp_path: Path) -> None:
    @with_files(queues=soporte(mode))
    async def test(centre: FakeCentre) -> None:
        shown = await talking(centre)
        assert (centre.mixmonitor.recording, shown.recording, shown.recording_state) == ({}, None, None)

    test(tmp_path)


@with_files(queues=soporte("on_demand"))
async def test_on_demand_it_begins_and_ends_when_asked_and_again(centre: FakeCentre) -> None:
    call = await talking(centre)
    for _ in range(2):
        assert (await ask(centre, call, "start")).recording_state == "on"
        with pytest.raises(NotNow, match="recorded already"):
            await ask(centre, call, "start")
        assert (await ask(centre, call, "stop")).recording_state is None
        with pytest.raises(NotNow, match="nothing is recorded now"):
            await ask(centre, call, "pause")
        await asyncio.sleep(1)
    told = await until_over(centre, call)
    parts = [note for note in told if isinstance(note, PartBegan)]
    assert [(part.file, part.mode) for part in parts] == [
        (f"{call.id}.raw", "on_demand"),
        (f"{call.id}-2.raw", "on_demand"),
    ]


@in_virtual_time
async def test_what_is_recorded_by_rule_may_be_paused_but_not_stopped(centre: FakeCentre) -> None:
    call = await talking(centre)
    with pytest.raises(NotNow, match="may not be stopped; pause it"):
        await ask(centre, call, "stop")
    with pytest.raises(NotNow, match="not paused"):
        await ask(centre, call, "resume")
    assert (await ask(centre, call, "pause")).recording_state == "paused"
    assert centre.mixmonitor.muted == {"caller"}
    with pytest.raises(NotNow, match="paused already"):
        await ask(centre, call, "pause")
    assert (await ask(centre, call, "resume")).recording_state == "on"
    assert centre.mixmonitor.muted == set()
    told = await until_over(centre, call)
    asked = [note for note in told if isinstance(note, Muted | Unmuted)]
    assert [type(note) for note in asked] == [Muted, Unmuted]
    assert isinstance(asked[0], Muted)
    assert asked[0].by == "1009"


@in_virtual_time
async def test_the_operators_keys_pause_and_go_on(centre: FakeCentre) -> None:
    call = await talking(centre)
    for state in ("paused", "on"):
        for key in "*7":
            centre.telephony.presses(centre.telephony.leg_to("1009"), key)
        await centre.settle()
        assert centre.call(call.id).recording_state == state


@in_virtual_time
async def test_a_pause_that_cannot_be_confirmed_stops_the_recording_and_resuming_begins_another_part(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    centre.mixmonitor.away = True
    shown = await ask(centre, call, "pause")
    assert (centre.mixmonitor.recording, shown.recording_state) == ({}, "paused")
    centre.mixmonitor.away = False
    await ask(centre, call, "resume")
    await asyncio.sleep(ANEW_S)
    await centre.settle()
    assert centre.mixmonitor.recording["caller"].name == f"{call.id}-2.raw"
    assert centre.call(call.id).recording_state == "on"


@in_virtual_time
async def test_whoever_is_paused_stays_so_with_the_next_operator(centre: FakeCentre) -> None:
    await centre.at_work("1010", "answers")
    centre.engine.set_operator_state("1010", "paused", None)
    call = await talking(centre)
    centre.engine.set_operator_state("1010", "ready", None)
    await ask(centre, call, "pause")
    centre.engine.call_desk.ask(call.id, TransferAsked(ToOperator("1010")))
    await asyncio.sleep(1)
    await centre.settle()
    shown = centre.call(call.id)
    assert (shown.operator, shown.recording_state, centre.mixmonitor.recording) == ("1010", "paused", {})
    assert (await ask(centre, call, "resume")).recording_state == "on"
    assert centre.mixmonitor.recording.keys() == {"caller"}


@with_files(queues=soporte("never"), operators=(NURIA, NURIA.replace("}", ", record: all}")))
async def test_a_queue_that_says_never_is_stronger_than_an_operator_of_whom_all_is_recorded(centre: FakeCentre) -> None:
    call = await talking(centre)
    with pytest.raises(NotNow, match="not recorded"):
        await ask(centre, call, "start")


@with_files(
    queues=(SOPORTE_RECORDS, SOPORTE_RECORDS.replace("\n  record: all", "")),
    operators=(NURIA, NURIA.replace("}", ", record: all}")),
)
async def test_an_operator_of_whom_all_is_recorded_is_recorded_where_the_queue_says_nothing(centre: FakeCentre) -> None:
    assert (await talking(centre)).recording_state == "on"


@with_files(
    queues=(SOPORTE_RECORDS, SOPORTE_RECORDS.replace("\n  record: all", "")),
    **{"flows/bienvenida": ("entries:\n", "record: all\n\nentries:\n")},
)
async def test_what_follows_a_flow_is_recorded_if_the_flow_says_so(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    await centre.at_work("1009", "answers")
    shown = await centre.calls(number="900100200")
    centre.telephony.presses("caller", "2")
    await asyncio.sleep(30)
    await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).recording_state) == ("talking", "on")


@with_files(queues=soporte("never"), centre=(DIRECT, "900100201: {queue: soporte, told: true, record: forced}"))
async def test_a_number_that_forces_recording_is_stronger_than_all(centre: FakeCentre) -> None:
    call = await talking(centre)
    assert call.recording_state == "on"
    told = await until_over(centre, call)
    assert [note.mode for note in told if isinstance(note, PartBegan)] == ["forced"]


@with_files(centre=(DIRECT, "900100201: {queue: soporte, told: false}"))
async def test_whoever_has_not_been_told_hears_the_notice_first_and_only_then_is_recorded(centre: FakeCentre) -> None:
    call = await talking(centre)
    bridge = next(iter(centre.telephony.bridge_plays))
    to, media, _ = centre.telephony.played[-1]
    assert (to, [uri.rpartition("/")[2] for uri in media]) == (bridge, ["recording_notice"])
    assert (centre.mixmonitor.recording, list((centre.folder / "raw").iterdir())) == ({}, [])
    assert centre.telephony.hears("caller") == {centre.telephony.leg_to("1009")}
    centre.telephony.notice_ends(bridge)
    await centre.settle()
    assert centre.call(call.id).recording_state == "on"


@with_files(centre=(DIRECT, "900100201: {queue: soporte, told: false}"))
async def test_a_notice_that_cannot_be_heard_leaves_the_conversation_unrecorded(centre: FakeCentre) -> None:
    call = await talking(centre)
    centre.telephony.notice_ends(next(iter(centre.telephony.bridge_plays)), failed=True)
    await centre.settle()
    assert (centre.call(call.id).stage, centre.call(call.id).recording_state) == ("talking", None)
    assert centre.mixmonitor.recording == {}


@with_files(centre=(DIRECT, "900100201: {queue: soporte, told: false}"))
async def test_a_caller_who_hangs_up_during_the_notice_leaves_no_file(centre: FakeCentre) -> None:
    await talking(centre)
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(2)
    await centre.settle()
    assert list((centre.folder / "raw").iterdir()) == []


@in_virtual_time
async def test_the_stages_of_a_call_are_on_its_timeline(centre: FakeCentre) -> None:
    await centre.at_work("1010", "answers")
    centre.engine.set_operator_state("1010", "paused", None)
    call = await talking(centre)
    centre.engine.set_operator_state("1010", "ready", None)
    centre.engine.call_desk.ask(call.id, ConsultAsked(ToOperator("1010")))
    await asyncio.sleep(1)
    await centre.settle()
    told = await until_over(centre, call)
    stages = [(note.stage, note.operator, note.other) for note in told if isinstance(note, StageBegan)]
    assert stages == [("talk", "1009", None), ("consult", "1009", "1010")]


@pytest.mark.parametrize("state", ["on", "paused"])
@pytest.mark.parametrize("taken_over", [False, True])
def test_a_restarted_controller_goes_on_with_the_recording_as_it_was_and_ends_it(
    state: str, taken_over: bool, tmp_path: Path
) -> None:
    async def both_lives() -> None:
        async with fake_centre(tmp_path) as centre:
            call = await talking(centre)
            if taken_over:
                centre.telephony.phones["2001"] = "answers"
                centre.engine.phone_changed("2001", reachable=True)
                centre.engine.supervision_desk.supervise("2001", OnCall(call.id), "take_over")
                await asyncio.sleep(1)
                assert centre.call(call.id).control == "taken_over"
            if state == "paused":
                await ask(centre, call, "pause")
            centre.telephony.channels_up["caller"].variables["CENTRALITA_NUMBER"] = "900100201"
        async with fake_centre(tmp_path, telephony=centre.telephony) as later:
            await later.settle()
            assert later.call(call.id).recording_state == state
            assert later.call(call.id).recording == call.recording
            later.telephony.hangs_up("caller")
            await asyncio.sleep(2)
            await later.settle()
            told = notes(later, call)
        assert isinstance(told[-1], Ended)
        assert told[-1].reason != "crash"

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(both_lives())


@with_files(queues=soporte("on_demand"))
async def test_what_was_asked_for_goes_on_with_whoever_takes_over_from_a_consultation(centre: FakeCentre) -> None:
    await centre.at_work("1010", "answers")
    centre.engine.set_operator_state("1010", "paused", None)
    call = await talking(centre)
    centre.engine.set_operator_state("1010", "ready", None)
    await ask(centre, call, "start")
    centre.engine.call_desk.ask(call.id, ConsultAsked(ToOperator("1010")))
    await asyncio.sleep(1)
    centre.engine.call_desk.ask(call.id, CompleteAsked())
    await asyncio.sleep(1)
    await centre.settle()
    assert (centre.call(call.id).operator, centre.call(call.id).recording_state) == ("1010", "on")


@in_virtual_time
async def test_nothing_can_be_asked_of_the_recording_of_a_call_that_nobody_talks_in(centre: FakeCentre) -> None:
    shown = await centre.calls()
    with pytest.raises(NotNow, match="nobody talks"):
        centre.engine.call_desk.ask_recording(shown.id, RecordAsked("pause", "2001"))
    with pytest.raises(UnknownCall):
        centre.engine.call_desk.ask_recording("nobody", RecordAsked("pause", "2001"))
