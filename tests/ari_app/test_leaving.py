"""Callers who leave a queue unserved: each way out leads where the centre's files say, and nothing is left behind."""

from __future__ import annotations

from queues.facts import CallerExited
from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.waiting_room import (
    OUTSIDE,
    hears_it_out,
    is_for_the_worker,
    nothing_is_left,
    outside_leg,
    passes,
    played,
    presses,
    soporte,
)


@soporte("max_wait_s: 30")
async def test_whoever_has_waited_too_long_is_told_and_released_with_the_reason(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 29)
    assert centre.call(shown.id).stage == "waiting"
    await passes(centre, 2)
    assert centre.telephony.channels_up["caller"].music is None
    assert played(centre) == ["all_busy"]
    await hears_it_out(centre)
    assert (centre.call(shown.id).stage, centre.call(shown.id).end_reason) == ("ended", "waited")
    assert (centre.board.queues["soporte"].exited, centre.board.queues["soporte"].abandoned) == (1, 0)
    nothing_is_left(centre)


@soporte("max_wait_s: 30\nexits: [{when: waited, over: 20, to: {hang_up: out_of_hours}}]")
async def test_a_hang_up_with_a_prompt_of_its_name_says_that_one(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 21)
    assert played(centre) == ["out_of_hours"]
    await hears_it_out(centre)
    assert centre.call(shown.id).end_reason == "out_of_hours"


@soporte("capacity: 1")
async def test_a_caller_who_finds_a_full_queue_never_has_a_place(centre: FakeCentre) -> None:
    await centre.calls("first")
    refused = await centre.calls("second")
    assert played(centre, "second") == ["all_busy"]
    await hears_it_out(centre, "second")
    assert centre.call(refused.id).end_reason == "full"
    assert (centre.board.queues["soporte"].refused, centre.board.queues["soporte"].offered) == (1, 1)


@soporte("exits: [{when: waited, over: 20, to: {queue: ventas}}]\nmusic: jazz")
async def test_a_caller_who_overflows_hears_the_other_queues_music_and_its_operators_are_rung(
    centre: FakeCentre,
) -> None:
    shown = await centre.calls()
    await passes(centre, 1)
    assert centre.telephony.channels_up["caller"].music == "jazz"
    await passes(centre, 20)
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("waiting", "ventas")
    assert centre.telephony.channels_up["caller"].music == "default"
    await centre.at_work("1001")
    leg = centre.telephony.leg_to("1001")
    assert centre.telephony.channels_up[leg].variables["CENTRALITA_QUEUE"] == "ventas"
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}


@soporte("exits: [{when: waited, over: 20, to: {number: '912345678'}}]")
async def test_overflow_to_a_number_dials_it_through_the_carrier_and_connects(centre: FakeCentre) -> None:
    centre.telephony.phones["912345678" + OUTSIDE] = "rings"
    shown = await centre.calls()
    await passes(centre, 21)
    leg = outside_leg(centre)
    assert centre.call(shown.id).stage == "elsewhere"
    assert centre.telephony.channels_up["caller"].music == "default"  # while it rings
    assert centre.telephony.channels_up[leg].caller == "900100201"  # the centre's number is shown
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.telephony.channels_up["caller"].music is None
    centre.telephony.hangs_up(leg)
    await centre.settle()
    assert centre.call(shown.id).end_reason == "forwarded"
    nothing_is_left(centre)


@soporte("exits: [{when: waited, over: 20, to: {number: '912345678'}}]")
async def test_a_forwarded_caller_who_hangs_up_ends_the_far_leg(centre: FakeCentre) -> None:
    centre.telephony.phones["912345678" + OUTSIDE] = "answers"
    shown = await centre.calls()
    await passes(centre, 21)
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.call(shown.id).end_reason == "caller_hung_up"
    nothing_is_left(centre)


@soporte("exits: [{when: waited, over: 20, to: {number: '912345678'}}]")
async def test_a_number_that_is_busy_or_does_not_answer_ends_in_words(centre: FakeCentre) -> None:
    for behaviour, wait_s in (("is_busy", 0), ("rings", 31), ("unregistered", 0)):
        centre.telephony.phones["912345678" + OUTSIDE] = behaviour  # type: ignore[assignment]
        shown = await centre.calls(behaviour)
        await passes(centre, 21 + wait_s)
        assert played(centre, behaviour) == ["all_busy"]
        await hears_it_out(centre, behaviour)
        assert centre.call(shown.id).end_reason == "number_not_reached"
        nothing_is_left(centre)


@soporte("exits: [{when: waited, over: 20, to: {voicemail: buzon}}]")
async def test_a_voicemail_is_announced_recorded_after_the_tone_and_ended_by_a_key(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 21)
    assert played(centre) == ["voicemail"]
    assert centre.mixmonitor.recording == {}
    await hears_it_out(centre)
    assert played(centre) == ["voicemail", "sound:beep"]
    assert centre.mixmonitor.recording.keys() == {"caller"}
    await passes(centre, 20)
    await presses(centre, "#")
    ended = centre.call(shown.id)
    assert (ended.end_reason, ended.recording) == ("voicemail_left", None)
    await passes(centre, 2)
    assert ended.voicemail is not None
    nothing_is_left(centre)
    assert is_for_the_worker(centre.folder, ended.voicemail)


@soporte("exits: [{when: waited, over: 20, to: {voicemail: buzon}}]")
async def test_a_voicemail_ends_when_the_caller_hangs_up_and_at_its_limit(centre: FakeCentre) -> None:
    for hangs_up in (True, False):
        shown = await centre.calls()
        await passes(centre, 21)
        await hears_it_out(centre)
        if hangs_up:
            centre.telephony.hangs_up("caller")
        await passes(centre, 181)
        kept = centre.call(shown.id).voicemail
        assert kept is not None
        nothing_is_left(centre)
        assert is_for_the_worker(centre.folder, kept)


@soporte("exits: [{when: waited, over: 20, to: {voicemail: buzon}}]")
async def test_without_a_recorder_nobody_speaks_to_nothing(centre: FakeCentre) -> None:
    centre.mixmonitor.away = True
    shown = await centre.calls()
    await passes(centre, 21)
    await hears_it_out(centre)
    assert (centre.call(shown.id).end_reason, centre.call(shown.id).voicemail) == ("voicemail_failed", None)
    nothing_is_left(centre)


@soporte("exits: [{when: waited, over: 20, to: {flow: bienvenida}}]")
async def test_a_flow_may_bring_the_caller_back_with_the_old_time_of_arrival(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 21)
    assert centre.call(shown.id).stage == "menu"
    await presses(centre, "1")  # during the greeting: used by the menu
    await hears_it_out(centre)
    later = await centre.calls("later", number="900100200")
    await presses(centre, "1", "later")
    await hears_it_out(centre, "later")
    assert (centre.call(shown.id).queue, centre.call(later.id).queue) == ("ventas", "ventas")
    assert (centre.call(shown.id).position, centre.call(later.id).position) == (1, 2)
    view = centre.switchboard.acd.call(shown.id)
    assert view is not None
    assert view.joined_at - view.arrived_at > 20


@soporte("keys: {'5': {queue: ventas}, '6': {number: '912345678'}, '7': {hang_up: bye}}")
async def test_a_key_leads_out_of_the_queue_and_the_phone_that_rings_stops(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    assert centre.state("1009") == "ringing"
    await presses(centre, "4")
    assert centre.call(shown.id).stage == "ringing"  # a key without a meaning
    await presses(centre, "5")
    assert (centre.call(shown.id).queue, centre.call(shown.id).stage) == ("ventas", "waiting")
    assert centre.state("1009") == "ready"
    assert centre.board.queues["soporte"].exited == 1
    assert list(centre.telephony.channels_up) == ["caller"]
    assert [(left.cause, left.name) for left in centre.facts(CallerExited)] == [("key", "5")]


MENU = "keys: {'9': {flow: bienvenida}}"


@soporte(MENU)
async def test_a_key_to_a_menu_keeps_the_place_until_the_choice_is_made(centre: FakeCentre) -> None:
    shown = await centre.calls()
    behind = await centre.calls("behind")
    await presses(centre, "9")
    assert played(centre) == ["greeting"]
    assert centre.telephony.channels_up["caller"].music is None
    assert (centre.call(shown.id).stage, centre.call(shown.id).position) == ("waiting", 1)
    await presses(centre, "2")  # soporte: where the caller waits
    await hears_it_out(centre)
    assert centre.telephony.channels_up["caller"].music == "default"
    assert (centre.call(shown.id).position, centre.call(behind.id).position) == (1, 2)
    assert centre.board.queues["soporte"].offered == 2
    await presses(centre, "9")
    await presses(centre, "3")
    await hears_it_out(centre)
    assert centre.call(shown.id).queue == "reclamaciones"
    assert centre.call(behind.id).position == 1


@soporte(MENU)
async def test_an_operators_answer_wins_over_the_menu(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    await centre.calls()
    await presses(centre, "9")
    assert centre.telephony.channels_up["caller"].playback is not None
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.telephony.channels_up["caller"].playback is None
    assert centre.telephony.channels_up["caller"].music is None


@soporte(MENU)
async def test_a_caller_who_hangs_up_in_the_menu_of_a_key_has_abandoned_the_queue(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await presses(centre, "9")
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.call(shown.id).end_reason == "caller_hung_up"
    assert centre.board.queues["soporte"].abandoned == 1
    nothing_is_left(centre)


@soporte("max_wait_s: 30\n" + MENU)
async def test_the_longest_wait_holds_in_the_menu_of_a_key_too(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await presses(centre, "9")
    await passes(centre, 31)
    assert played(centre)[-1] == "all_busy"
    await hears_it_out(centre)
    assert centre.call(shown.id).end_reason == "waited"


@soporte("keys: {'5': {queue: ventas}}")
async def test_a_key_pressed_as_the_operator_answers_changes_nothing(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    centre.telephony.presses("caller", "5")
    await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("talking", "soporte")
    assert centre.telephony.hears("caller") == {leg}


@soporte("exits: [{when: waited, over: 5, to: {flow: bienvenida}}]")
async def test_a_caller_is_not_sent_round_for_ever(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls()
    for _ in range(11):
        await passes(centre, 6)  # out of the queue, into the flow
        await presses(centre, "2")  # and back
    await passes(centre, 6)
    assert centre.call(shown.id).end_reason == "sent_in_circles"
    nothing_is_left(centre)


@soporte("keys: {'5': {queue: ventas}}")
async def test_an_operator_who_hangs_up_in_the_moment_of_the_answer_ends_the_call_cleanly(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    centre.telephony.hangs_up(leg)
    await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).end_reason) == ("ended", "operator_hung_up")
    assert centre.state("1009") == "wrap_up"
    nothing_is_left(centre)
