"""Whole calls through the engine, on a telephone system in memory; time passes only where a rule is about time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from ari_app.calls.hearing import MUSIC_AFTER_S
from ari_app.calls.talking import GONE_S
from ari_app.centre import load_centre
from ari_app.commands import UnknownCall, UnknownOperator
from ari_app.telephony import ChannelGone, TelephonyError
from queues.facts import ConversationOver
from recordings.plan import plan_part
from tests.ari_app.fake_centre import DEMO, FakeCentre, fake_centre, in_virtual_time
from tests.ari_app.waiting_room import is_for_the_worker


@in_virtual_time
async def test_caller_and_operator_are_bridged_and_recorded_and_everything_is_undone(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    leg = centre.telephony.leg_to("1009")
    assert centre.call(shown.id).stage == "ringing"
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.mixmonitor.recording.keys() == {"caller"}
    assert centre.call(shown.id).recording is not None
    centre.telephony.hangs_up(leg)
    await centre.settle()
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert centre.call(shown.id).end_reason == "operator_hung_up"
    assert centre.state("1009") == "wrap_up"
    await asyncio.sleep(5.1)
    assert centre.state("1009") == "ready"


@in_virtual_time
async def test_caller_and_operator_who_hang_up_together_leave_no_bridge_and_no_ghost(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    for steps in range(12):  # the caller's end comes later and later into the tidying up after the operator's
        caller = f"caller-{steps}"
        shown = await centre.calls(caller)
        assert centre.state("1009") == "talking"
        centre.telephony.hangs_up(centre.telephony.leg_to("1009"))
        for _ in range(steps):
            await asyncio.sleep(0)
        if caller in centre.telephony.channels_up:
            centre.telephony.hangs_up(caller)
        await centre.settle()
        assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {}), steps
        assert (centre.state("1009"), centre.call(shown.id).stage) == ("wrap_up", "ended"), steps
        await asyncio.sleep(5.1)


@in_virtual_time
async def test_a_caller_who_hangs_up_as_the_operator_answers_leaves_no_leg_and_no_bridge(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    for steps in range(20):  # the caller's end comes later and later after the answer
        caller = f"caller-{steps}"
        shown = await centre.calls(caller)
        centre.telephony.picks_up(centre.telephony.leg_to("1009"))
        for _ in range(steps):
            await asyncio.sleep(0)
        centre.telephony.hangs_up(caller)
        await centre.settle()
        assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {}), steps
        assert centre.call(shown.id).stage == "ended", steps
        await asyncio.sleep(5.1)
        assert centre.state("1009") == "ready", steps


@in_virtual_time
async def test_music_plays_while_waiting_and_stops_when_connected(centre: FakeCentre) -> None:
    await centre.calls()
    await asyncio.sleep(2 * MUSIC_AFTER_S)
    await centre.settle()
    assert centre.telephony.channels_up["caller"].music == "default"
    await centre.at_work("1009", "answers")
    assert centre.telephony.channels_up["caller"].music is None


@in_virtual_time
async def test_whoever_is_connected_at_once_hears_no_scrap_of_music(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centre.telephony, "start_music", _broken)
        patch.setattr(centre.telephony, "stop_music", _broken)
        shown = await centre.calls()
        assert shown.stage == "talking"
        await asyncio.sleep(2 * MUSIC_AFTER_S)
    assert centre.call(shown.id).stage == "talking"


@in_virtual_time
async def test_ring_timeout_stops_the_phone_and_offers_the_call_on(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    first = centre.telephony.leg_to("1009")
    await centre.at_work("1010")
    await asyncio.sleep(15.1)
    await centre.settle()
    assert first not in centre.telephony.channels_up
    assert centre.call(shown.id).operator == "1010"
    assert (centre.state("1009"), centre.board.operators["1009"].reason) == ("paused", "missed")


@in_virtual_time
async def test_caller_who_hangs_up_while_ringing_frees_the_operator(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert centre.state("1009") == "ready"
    assert centre.call(shown.id).end_reason == "caller_hung_up"
    assert centre.board.queues["soporte"].abandoned == 1


@in_virtual_time
async def test_a_phone_that_is_gone_when_it_should_ring_passes_the_call_on(centre: FakeCentre) -> None:
    await centre.at_work("1009", "unregistered")
    await centre.at_work("1010")
    shown = await centre.calls()
    assert centre.call(shown.id).operator == "1010"


@in_virtual_time
async def test_a_conversation_goes_on_without_its_recording_when_that_cannot_start(centre: FakeCentre) -> None:
    centre.mixmonitor.away = True
    await centre.at_work("1009", "answers")
    shown = await centre.calls()
    assert centre.call(shown.id).stage == "talking"
    assert centre.call(shown.id).recording is None


async def test_a_caller_who_hangs_up_while_the_recording_starts_leaves_what_there_is_to_the_worker(
    tmp_path: Path,
) -> None:
    async with fake_centre(tmp_path) as centre:
        answers = centre.mixmonitor.answers = asyncio.Event()  # the command is sent, its answer does not come yet
        await centre.at_work("1009", "answers")
        shown = await centre.calls()
        assert list((tmp_path / "raw").iterdir()) != []
        centre.telephony.hangs_up("caller")
        await centre.settle()
        answers.set()
        await asyncio.sleep(1)
        assert centre.mixmonitor.recording == {}
        assert is_for_the_worker(tmp_path, shown.recording or plan_part(shown.id).key)


async def test_a_party_who_is_gone_while_being_connected_is_recorded_no_more(tmp_path: Path) -> None:
    async with fake_centre(tmp_path) as centre:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(centre.telephony, "add_to_bridge", _gone)
            await centre.at_work("1009", "answers")
            shown = await centre.calls()
            await asyncio.sleep(GONE_S * 1.1)
            await centre.settle()
            await asyncio.sleep(1)
        assert centre.call(shown.id).stage == "ended"
        assert centre.mixmonitor.recording == {}


@in_virtual_time
async def test_an_operator_who_is_gone_while_being_connected_gives_the_caller_back_to_the_queue(
    centre: FakeCentre,
) -> None:
    async def gone(_bridge: str, channels: Sequence[str]) -> None:
        centre.telephony.hangs_up(channels[1])
        raise TelephonyError("400 Channel not found")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centre.telephony, "add_to_bridge", gone)
        await centre.at_work("1009", "answers")
        shown = await centre.calls()
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("waiting", "soporte")
    assert (centre.telephony.channels_up["caller"].music, centre.telephony.bridges_up) == ("default", {})
    await centre.at_work("1010", "answers")
    assert centre.call(shown.id).operator == "1010"
    assert centre.telephony.hears("caller") == {centre.telephony.leg_to("1010")}


@in_virtual_time
async def test_asterisk_going_away_ends_the_call_and_frees_the_operator(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    centre.telephony.away = True
    centre.telephony.picks_up(centre.telephony.leg_to("1009"))
    await centre.settle()
    assert centre.call(shown.id).stage == "ended"
    assert centre.state("1009") == "wrap_up"
    centre.telephony.away = False


@in_virtual_time
async def test_menu_digit_during_the_greeting_is_used_by_the_menu(centre: FakeCentre) -> None:
    shown = await centre.calls(number="900100200")
    assert centre.call(shown.id).stage == "menu"
    centre.telephony.presses("caller", "1")
    await centre.settle()
    while centre.telephony.channels_up["caller"].playback:
        centre.telephony.prompt_ends("caller")
        await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("waiting", "ventas")


@in_virtual_time
async def test_silence_at_the_menu_leads_to_support(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls(number="900100200")
    await asyncio.sleep(60)
    await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("waiting", "soporte")


@in_virtual_time
async def test_english_is_spoken_and_wanted_after_nine(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls(number="900100200")
    for digit in "91":
        centre.telephony.presses("caller", digit)
        await centre.settle()
    assert centre.call(shown.id).queue == "ventas"
    assert centre.telephony.played[-1][2] == "en"
    await centre.at_work("1001")
    await centre.at_work("1004")
    assert centre.call(shown.id).operator in {"1001", "1004"}


@in_virtual_time
async def test_a_prompt_that_is_missing_does_not_stop_the_flow(centre: FakeCentre) -> None:
    centre.telephony.missing_sounds.update(load_centre(DEMO).prompt_media("greeting", "es"))
    shown = await centre.calls(number="900100200")
    assert centre.call(shown.id).stage == "menu"
    assert len(centre.telephony.played) > 1


@in_virtual_time
async def test_the_out_of_hours_number_speaks_and_hangs_up(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls(number="900100202")
    assert centre.call(shown.id).stage == "ended"
    assert centre.telephony.channels_up == {}


async def test_calls_that_arrive_before_the_sweep_wait_for_it(tmp_path: Path) -> None:
    async with fake_centre(tmp_path, swept=False) as centre:
        centre.telephony.call_arrives("caller", "inbound", "900100201")
        await centre.settle()
        assert centre.board.calls == {}
        await centre.engine.sweep()
        await centre.settle()
        assert len(centre.board.calls) == 1


@in_virtual_time
async def test_a_caller_who_hangs_up_before_anything_was_done_is_no_ghost(centre: FakeCentre) -> None:
    centre.telephony.call_arrives("caller", "inbound", "900100201")
    centre.telephony.hangs_up("caller")
    await centre.settle()
    (shown,) = centre.board.calls.values()
    assert (shown.stage, shown.end_reason) == ("ended", "caller_hung_up")


@in_virtual_time
async def test_who_hung_up_by_command_is_told_and_counted(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    for own, reason in ((True, "operator_hung_up"), (False, "hung_up_by_command")):
        centre.telephony.call_arrives(f"caller {reason}", "inbound", "900100201")
        await centre.settle()
        (up,) = (one for one in centre.board.calls.values() if one.stage == "talking")
        centre.engine.hang_up_call(up.id, own)
        await centre.settle()
        assert (centre.call(up.id).stage, centre.call(up.id).end_reason) == ("ended", reason)
        centre.engine.set_operator_state("1009", "ready", None)
    assert [over.by for over in centre.facts(ConversationOver)] == ["operator", "supervisor"]


@in_virtual_time
async def test_commands_about_nobody_say_so(centre: FakeCentre) -> None:
    with pytest.raises(UnknownOperator):
        centre.engine.set_operator_state("9999", "ready", None)
    with pytest.raises(UnknownCall):
        centre.engine.hang_up_call("20261124-000000-00000000")


@in_virtual_time
async def test_a_feature_code_changes_the_state_and_confirms_it(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    centre.engine.phone_changed("1009", reachable=True)
    centre.telephony.call_arrives("phone", "feature", "11", "1009")
    await centre.settle()
    assert centre.state("1009") == "ready"
    assert centre.telephony.played
    assert centre.telephony.channels_up == {}
    assert centre.board.calls == {}


@in_virtual_time
async def test_a_bug_in_one_calls_life_ends_that_call_alone(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    fine = await centre.calls("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centre.telephony, "start_music", _broken)
        bad = await centre.calls("two")
        await asyncio.sleep(2 * MUSIC_AFTER_S)
        await centre.settle()
        bad = centre.call(bad.id)
    assert (bad.stage, bad.end_reason) == ("ended", "internal_error")
    assert centre.call(fine.id).stage == "talking"
    assert "two" not in centre.telephony.channels_up


@in_virtual_time
async def test_a_caller_who_is_found_gone_before_it_is_told_has_hung_up(centre: FakeCentre) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centre.telephony, "play", _caller_gone)
        shown = await centre.calls("ana", number="900100200")
    assert (shown.stage, shown.end_reason) == ("ended", "caller_hung_up")
    assert centre.telephony.channels_up == {}


async def _gone(*_: object) -> None:
    raise ChannelGone("gone")


async def _caller_gone(channel: str, *_: object) -> None:
    raise ChannelGone(f"POST channels/{channel}/play/play-1: 404")


async def _broken(*_: object) -> None:
    raise ZeroDivisionError
