"""What becomes of everybody when the controller dies and another life of it comes? Two lives over one telephone system."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from ari_app.asked import (
    CancelAsked,
    CompleteAsked,
    ResumeAsked,
)
from ari_app.contract import CallStatus, EarlierOperator, StatusEvent
from ari_app.operator_commands import Asker
from queues.facts import CallerAbandoned, ConversationOver
from tests.ari_app.conversation_states import BESIDES, consulting, ringing_other
from tests.ari_app.fake_centre import FakeCentre, fake_centre
from tests.ari_app.test_call_control import ask, leg, talking
from tests.ari_app.test_flows import LINE, in_the_menu, listens
from tests.ari_app.waiting_room import hears_it_out, passes, played, presses
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import LoopClock, VirtualTimeLoop

Life = Callable[[FakeCentre], Coroutine[Any, Any, None]]
OUTAGE_S = 4.0


def two_lives(folder: Path, before: Life, after: Life, *, notes_kept: bool = True) -> None:
    """``before`` is cut off as by kill -9: nothing that it undoes reaches anybody. ``after`` comes OUTAGE_S later."""

    async def both() -> None:
        notebook = FakeNotebook()
        async with fake_centre(folder, notebook=notebook) as first:
            await before(first)
            await first.settle()
        await asyncio.sleep(OUTAGE_S)
        if not notes_kept:
            notebook.notes.clear()
        async with fake_centre(folder, notebook=notebook, telephony=first.telephony) as second:
            await second.settle()
            await after(second)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(both())


def dies(centre: FakeCentre) -> None:
    """The process is gone: it notes and does nothing more."""
    centre.engine.let_go()
    centre.telephony.away = True


def dies_at(centre: FakeCentre, command: int) -> None:
    """The process is gone when it is about to give Asterisk its command of that number from now."""
    telephony, left = centre.telephony, [command]
    reach = telephony._reach

    def counted() -> None:
        left[0] -= 1
        if left[0] == 0:
            dies(centre)
        reach()

    telephony._reach = counted  # type: ignore[method-assign]


async def nothing_is_left(centre: FakeCentre) -> None:
    for channel in list(centre.telephony.channels_up):
        centre.telephony.hangs_up(channel)
    await centre.settle()
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert not [key for key in centre.notebook.notes if key.startswith("caller:")]


async def in_english(centre: FakeCentre) -> None:
    """A caller has heard all, and chosen English in the menu."""
    await centre.calls("caller", "900100200")
    await listens(centre)
    await presses(centre, "9")
    await hears_it_out(centre)
    assert (played(centre)[-1], centre.telephony.played[-1][2]) == ("main_menu", "en")


def test_callers_who_waited_keep_their_ids_their_places_and_their_waits(tmp_path: Path) -> None:
    ids: dict[str, str] = {}

    async def before(centre: FakeCentre) -> None:
        for caller in ("first", "second", "third"):
            ids[caller] = (await centre.calls(caller)).id
            await asyncio.sleep(10)

    async def after(centre: FakeCentre) -> None:
        assert [centre.call(ids[caller]).position for caller in ("first", "second", "third")] == [1, 2, 3]
        await centre.calls("fourth")
        view = centre.switchboard.acd.call(ids["first"])
        assert view is not None
        assert LoopClock().now() - view.joined_at == pytest.approx(30 + OUTAGE_S)
        for caller in ("first", "second", "third"):
            await centre.at_work("1009", "answers")
            assert centre.call(ids[caller]).stage == "talking", caller
            centre.telephony.hangs_up(caller)
            await centre.settle()
        assert centre.board.queues["soporte"].offered == 4
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_who_has_come_in_is_in_hand_and_the_next_life_makes_sure_of_it(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls("waits")
        await in_english(centre)
        for caller in ("waits", "caller"):
            assert centre.telephony.channels_up[caller].in_hand
            centre.telephony.channels_up[caller].in_hand = False  # as if it had died before

    async def after(centre: FakeCentre) -> None:
        assert all(centre.telephony.channels_up[caller].in_hand for caller in ("waits", "caller"))
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_caller_who_waited_is_not_made_to_hear_the_menu_again(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await in_english(centre)
        centre.telephony.presses("caller", "2")
        await centre.settle()
        assert list(centre.board.calls.values())[-1].stage == "waiting"

    async def after(centre: FakeCentre) -> None:
        said = len(centre.telephony.played)
        (call,) = (call for call in centre.board.calls.values() if call.stage == "waiting")
        assert len(centre.telephony.played) == said
        await centre.at_work("1012", "answers")  # who speaks English, as the caller had asked for
        assert centre.call(call.id).operator == "1012"
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_caller_in_the_menu_is_asked_again_in_the_language_that_was_chosen(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await in_english(centre)

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert call.stage == "menu"
        assert centre.telephony.played[-1][2] == "en"
        playing = [channel.playback for channel in centre.telephony.channels_up.values()]
        assert len(playing) == 1, "what the earlier life was saying has been stopped"
        centre.telephony.presses("caller", "1")
        await centre.settle()
        assert centre.call(call.id).queue == "ventas"
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_phone_that_rings_goes_on_ringing_and_is_rung_only_once(tmp_path: Path) -> None:
    legs: list[str] = []

    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        await centre.calls()
        legs.append(centre.telephony.leg_to("1009"))

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.operator) == ("ringing", "1009")
        assert list(centre.telephony.channels_up) == ["caller", legs[0]]
        centre.telephony.picks_up(legs[0])
        await centre.settle()
        assert centre.telephony.hears("caller") == {legs[0]}
        assert centre.state("1009") == "talking"
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


READY = EarlierOperator("ready")


def two_lives_at_work(
    folder: Path, before: Life, after: Life, *, known: EarlierOperator = READY, others: Sequence[str] = ()
) -> None:
    """The second life knows of 1009, and of ``others``, that they are ready, as Redis tells it, before it looks at Asterisk."""

    async def both() -> None:
        notebook = FakeNotebook()
        async with fake_centre(folder, notebook=notebook) as first:
            await before(first)
            await first.settle()
        await asyncio.sleep(OUTAGE_S)
        async with fake_centre(folder, notebook=notebook, telephony=first.telephony, swept=False) as second:
            for code in ("1009", *others):
                second.engine.phone_changed(code, reachable=True)
            second.engine.desk.restore({"1009": known, **dict.fromkeys(others, READY)})
            await second.engine.sweep()
            await second.settle()
            await after(second)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(both())


@pytest.mark.parametrize("known", ["logged_out", "paused"])
def test_whoever_went_ready_in_the_last_instant_is_at_work_as_long_as_the_phone_shows_it(
    known: Literal["logged_out", "paused"], tmp_path: Path
) -> None:
    """The state that the status shows is written some milliseconds later."""

    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        await centre.calls()

    async def after(centre: FakeCentre) -> None:
        (leg_to_1009,) = centre.telephony.dialled
        assert (centre.state("1009"), list(centre.telephony.channels_up)) == ("ringing", ["caller", leg_to_1009])
        centre.telephony.picks_up(leg_to_1009)
        await centre.settle()
        assert centre.telephony.hears("caller") == {leg_to_1009}
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after, known=EarlierOperator(known))


@pytest.mark.parametrize("wish", ["paused", "logged_out"])
@pytest.mark.parametrize("meanwhile", ["goes on", "is over"])
def test_what_an_operator_has_asked_for_while_talking_comes_after_the_call(
    wish: Literal["paused", "logged_out"], meanwhile: str, tmp_path: Path
) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009", "answers")
        await centre.calls()
        centre.engine.set_operator_state("1009", wish, "comida" if wish == "paused" else None)
        if meanwhile == "is over":
            dies(centre)
            for channel in list(centre.telephony.channels_up):
                centre.telephony.hangs_up(channel)

    async def after(centre: FakeCentre) -> None:
        if meanwhile == "goes on":
            assert (centre.state("1009"), centre.board.operators["1009"].wish) == ("talking", wish)
            centre.telephony.hangs_up("caller")
        await asyncio.sleep(60)
        shown = centre.board.operators["1009"]
        assert (shown.state, shown.reason) == (wish, "comida" if wish == "paused" else None)
        await nothing_is_left(centre)

    reason = "comida" if wish == "paused" else None
    two_lives_at_work(tmp_path, before, after, known=EarlierOperator("talking", reason, wish=wish))


def test_a_pause_asked_for_while_the_phone_rings_comes_once_the_offer_is_over(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        await centre.calls()
        centre.engine.set_operator_state("1009", "paused", "comida")

    async def after(centre: FakeCentre) -> None:
        assert (centre.state("1009"), centre.board.operators["1009"].wish) == ("ringing", "paused")
        centre.telephony.hangs_up("caller")
        await centre.settle()
        assert (centre.state("1009"), centre.board.operators["1009"].reason) == ("paused", "comida")
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after, known=EarlierOperator("ringing", "comida", wish="paused"))


def test_an_operator_who_answered_while_nobody_was_there_is_connected(tmp_path: Path) -> None:
    legs: list[str] = []

    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        await centre.calls()
        legs.append(centre.telephony.leg_to("1009"))
        dies(centre)
        centre.telephony.channels_up[legs[0]].up = True

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.hears("caller") == {legs[0]}
        assert centre.state("1009") == "talking"
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


def test_a_leg_that_was_made_and_never_dialled_is_removed_and_the_operator_rung_at_once(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        centre.telephony.dials_nobody = True
        await centre.at_work("1009")
        await centre.calls()
        assert len(centre.telephony.channels_up) == 2
        assert not centre.telephony.dialled
        centre.engine.let_go()
        centre.telephony.dials_nobody = False

    async def after(centre: FakeCentre) -> None:
        (leg_to_1009,) = centre.telephony.dialled
        assert list(centre.telephony.channels_up) == ["caller", leg_to_1009]
        centre.telephony.picks_up(leg_to_1009)
        await centre.settle()
        assert centre.telephony.hears("caller") == {leg_to_1009}
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


def test_who_is_connected_after_waiting_through_the_restart_hears_no_music_any_more(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls()
        await centre.at_work("1009")
        centre.engine.let_go()
        centre.telephony.channels_up["caller"].music = "default"
        centre.telephony.channels_up[centre.telephony.leg_to("1009")].up = True

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.hears("caller") == {centre.telephony.leg_to("1009")}
        assert centre.telephony.channels_up["caller"].music is None
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


def test_a_phone_that_rings_for_a_caller_who_has_gone_is_stopped(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        await centre.calls()
        dies(centre)
        centre.telephony.hangs_up("caller")

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.channels_up == {}
        assert centre.state("1009") == "ready"

    two_lives_at_work(tmp_path, before, after)


def test_who_hung_up_while_nobody_was_there_has_abandoned_and_is_counted_once(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls()
        await asyncio.sleep(7)
        dies(centre)
        centre.telephony.hangs_up("caller")

    async def after(centre: FakeCentre) -> None:
        (abandoned,) = centre.facts(CallerAbandoned)
        assert abandoned.waited_s == pytest.approx(7 + OUTAGE_S)
        (call,) = centre.board.calls.values()
        assert (call.stage, call.end_reason, call.caller) == ("ended", "ended_meanwhile", "******222")
        queue = centre.board.queues["soporte"]
        assert (queue.offered, queue.abandoned) == (1, 1)
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_the_operator_of_a_conversation_that_ended_meanwhile_has_it_to_write_up(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009", "answers")
        await centre.calls()
        await asyncio.sleep(20)
        dies(centre)
        for channel in list(centre.telephony.channels_up):
            centre.telephony.hangs_up(channel)

    async def after(centre: FakeCentre) -> None:
        (over,) = centre.facts(ConversationOver)
        assert over.talked_s == pytest.approx(20 + OUTAGE_S)
        assert centre.state("1009") == "wrap_up"
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


@pytest.mark.parametrize("given", [None, "resuelto"])
def test_the_outcome_of_a_call_that_was_being_written_up_can_be_noted_after_a_restart(
    given: str | None, tmp_path: Path
) -> None:
    ended: list[CallStatus] = []

    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009", "answers")
        for caller in ("first", "second"):
            call = await centre.calls(caller)
            centre.telephony.hangs_up(caller)
            await centre.settle()
            if caller == "first":
                centre.engine.set_operator_state("1009", "ready", None)
        if given is not None:
            centre.engine.desk.dispose(Asker("1009"), call.id, given)
        ended.append(centre.call(call.id))

    async def after(centre: FakeCentre) -> None:
        (was,) = ended
        centre.engine.desk.restore({"1009": EarlierOperator("wrap_up", call=was.id, queue="soporte")})
        assert (centre.state("1009"), list(centre.board.calls.values())) == ("wrap_up", ended)
        told: list[StatusEvent] = []
        centre.board.add_sink(told.append)
        shown = centre.engine.desk.dispose(Asker("1009"), was.id, "pendiente")
        assert shown == replace(was, disposition="pendiente")
        assert shown in [event.body for event in told], "so it comes into Redis and the catalogue"
        assert centre.state("1009") != "wrap_up", "what waited for the outcome alone is over"

    two_lives(tmp_path, before, after)


def test_an_adopted_conversation_has_lasted_since_it_began(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls()
        await asyncio.sleep(3)
        await centre.at_work("1009", "answers")
        await asyncio.sleep(20)

    async def after(centre: FakeCentre) -> None:
        centre.telephony.hangs_up("caller")
        await centre.settle()
        (over,) = centre.facts(ConversationOver)
        assert over.waited_s == pytest.approx(3)
        assert over.talked_s == pytest.approx(20 + OUTAGE_S)
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_ids_of_the_earlier_life_are_never_used_again(tmp_path: Path) -> None:
    legs: set[str] = set()

    async def before(centre: FakeCentre) -> None:
        await centre.at_work("1009", "rejects")
        await centre.calls()
        legs.update(centre.telephony.dialled)

    async def after(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        assert centre.telephony.leg_to("1009") not in legs
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_place_in_a_queue_that_has_left_the_files_is_not_kept(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls()
        note = next(key for key in centre.notebook.notes if key.startswith("caller:"))
        centre.notebook.notes[note] = centre.notebook.notes[note].replace('"queue":"soporte"', '"queue":"antigua"')

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.queue) == ("waiting", "soporte"), "the number's own way"
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_without_the_notes_callers_are_guided_from_the_start(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls()

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.position) == ("waiting", 1)
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after, notes_kept=False)


def test_a_note_that_nobody_can_read_costs_only_its_own_caller_the_place(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await centre.calls("first")
        await centre.calls("second")
        centre.notebook.notes["caller:first"] = '{"call": 1'

    async def after(centre: FakeCentre) -> None:
        assert [call.position for call in centre.board.calls.values()] == [1, 2]
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("when", ["waiting", "talking"])
def test_the_flow_that_goes_on_after_the_conversation_still_does(when: str, tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        call = await in_the_menu(centre)
        await presses(centre, "0")
        if when == "talking":
            await centre.at_work("1009", "answers")
        assert centre.call(call).stage == when

    async def after(centre: FakeCentre) -> None:
        await centre.at_work("1009", "answers")
        centre.telephony.hangs_up(centre.telephony.leg_to("1009"))
        await centre.settle()
        assert played(centre)[-1] == "survey_question"
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


def test_a_look_up_that_changes_nothing_is_asked_again(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        centre.services.slow = asyncio.Event()
        await centre.calls(number=LINE)
        await listens(centre)
        await passes(centre, 1.1)
        await listens(centre)
        assert centre.services.asked

    async def after(centre: FakeCentre) -> None:
        assert centre.services.asked == [("clientes", {"caller": "600111222"})]
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


STATES = {besides.__name__: besides for besides in BESIDES}


@pytest.mark.parametrize("state", STATES)
def test_a_conversation_goes_on_just_as_it_stood(state: str, tmp_path: Path) -> None:
    legs: dict[str, str] = {}

    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        await STATES[state](centre, call)
        assert centre.call(call.id).control == state
        legs["operator"] = leg(centre, "1009")
        legs["members"] = repr(sorted(sorted(members) for _, members in centre.telephony.bridges_up.values()))

    async def after(centre: FakeCentre) -> None:
        (call,) = (call for call in centre.board.calls.values() if call.stage == "talking")
        assert centre.call(call.id).control == state
        assert repr(sorted(sorted(members) for _, members in centre.telephony.bridges_up.values())) == legs["members"]
        assert centre.call(call.id).held == (state in ("held", "held_by_phone", "ringing_other", "consulting"))
        if state in ("consulting", "swapped", "conference"):
            await ask(centre, call, CompleteAsked())
            assert (centre.call(call.id).control, centre.call(call.id).operator) == ("talking", "1010")
            assert centre.telephony.hears("caller") == {leg(centre, "1010")}
        elif state == "ringing_other":
            await ask(centre, call, CancelAsked())
            assert centre.telephony.hears("caller") == {legs["operator"]}
        elif state == "held":
            await ask(centre, call, ResumeAsked())
            assert centre.telephony.hears("caller") == {legs["operator"]}
        else:
            centre.telephony.takes_back(legs["operator"])
            await centre.settle()
        assert centre.call(call.id).control == "talking"
        assert not centre.call(call.id).held
        await nothing_is_left(centre)
        assert centre.state("1010") != "own_call"

    two_lives(tmp_path, before, after)


def test_the_music_of_a_hold_that_came_no_further_ends(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await talking(centre)
        centre.engine.let_go()
        centre.telephony.channels_up["caller"].music = "default"

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.channels_up["caller"].music is None
        assert centre.telephony.hears("caller") == {leg(centre, "1009")}
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_the_other_who_was_only_ringing_may_have_answered_meanwhile(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await ringing_other(centre, await talking(centre))
        dies(centre)
        centre.telephony.channels_up[leg(centre, "1010")].up = True

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert centre.call(call.id).control == "consulting"
        assert centre.telephony.hears(leg(centre, "1009")) == {leg(centre, "1010")}
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_the_other_who_has_gone_meanwhile_leaves_the_operator_with_the_caller(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await consulting(centre, await talking(centre))
        dies(centre)
        centre.telephony.hangs_up(leg(centre, "1010"))

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.hears("caller") == {leg(centre, "1009")}
        assert len(centre.telephony.bridges_up) == 1
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_caller_whose_operator_hung_up_meanwhile_is_done_and_not_queued_again(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await talking(centre)
        await asyncio.sleep(20)
        dies(centre)
        centre.telephony.hangs_up(leg(centre, "1009"))

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.end_reason) == ("ended", "operator_hung_up")
        (over,) = centre.facts(ConversationOver)
        assert (over.operator, over.by) == ("1009", "operator")
        assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})

    two_lives(tmp_path, before, after)


def test_where_a_flow_goes_on_after_the_operator_it_does_when_that_one_hung_up_meanwhile(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await in_the_menu(centre)
        await presses(centre, "0")
        await centre.at_work("1009", "answers")
        dies(centre)
        centre.telephony.hangs_up(leg(centre, "1009"))

    async def after(centre: FakeCentre) -> None:
        assert played(centre)[-1] == "survey_question"
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_an_operator_who_had_answered_but_was_not_connected_yet_is(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await talking(centre)
        dies(centre)
        for _, members in centre.telephony.bridges_up.values():
            members.clear()

    async def after(centre: FakeCentre) -> None:
        assert centre.telephony.hears("caller") == {leg(centre, "1009")}
        assert centre.state("1009") == "talking"
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)
