"""What do operators and supervisors get when they ask: pauses with reasons, log-in by queue, moves, wrap-ups, freed operators?"""

from __future__ import annotations

import asyncio

import pytest

from ari_app.asked import ToQueue, TransferAsked
from ari_app.commands import StateRefused, UnknownOperator
from ari_app.contract import EarlierOperator
from ari_app.operator_commands import Asker, OutOfSight, UnknownDisposition, UnknownQueue
from ari_app.pauses import UnknownReason
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time, with_files

BOSS = Asker("2001")
OF_SALES = Asker("2002", frozenset({"ventas"}))
PAUSES = ("pauses:\n", "pause_reason_required: true\npauses:\n")
DISPOSED = (
    "soporte:         # support, first level\n",
    "soporte:\n  wrap_up_until_disposition: true\n  dispositions: [resuelto, pendiente]\n",
)


def me(code: str) -> Asker:
    return Asker(code)


# -- pauses --------------------------------------------------------------------------------------------------------------


@with_files(centre=PAUSES)
async def test_where_a_reason_is_required_a_pause_needs_one_that_there_is(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    desk = centre.engine.desk
    with pytest.raises(StateRefused, match="descanso, formacion, reunion, gestion"):
        desk.set_state(me("1009"), "1009", "paused", None)
    with pytest.raises(UnknownReason, match="'siesta'; choose one of descanso, formacion, reunion, gestion"):
        desk.set_state(me("1009"), "1009", "paused", "siesta")
    assert centre.state("1009") == "ready"
    shown = desk.set_state(me("1009"), "1009", "paused", "formacion")
    assert (shown.state, shown.reason, shown.productive, shown.forced_by) == ("paused", "formacion", True, None)


@in_virtual_time
async def test_where_none_is_required_any_words_will_do(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = centre.engine.desk.set_state(me("1009"), "1009", "paused", "dentist")
    assert (shown.reason, shown.productive) == ("dentist", None)


@pytest.mark.parametrize(
    ("further", "state", "reason"),
    [("", "paused", "descanso"), ("1", "paused", "descanso"), ("2", "paused", "formacion"), ("5", "ready", None)],
)
def test_the_phone_pauses_with_the_reason_of_the_number_that_is_dialled(
    further: str, state: str, reason: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def dialled(centre: FakeCentre) -> None:
        await centre.at_work("1009")
        centre.telephony.finishes_prompts_at_once = True
        centre.telephony.call_arrives("phone", "feature", "12", "1009", *([further] if further else []))
        await centre.settle()
        shown = centre.board.operators["1009"]
        assert (shown.state, shown.reason) == (state, reason)
        said = "state_paused" if state == "paused" else "state_refused"
        assert centre.telephony.played[-1][1][0].endswith(said)

    with_files(centre=PAUSES)(dialled)(tmp_path_factory.mktemp("pause"))


@in_virtual_time
async def test_a_supervisors_pause_says_who_asked_until_the_operator_is_ready_again(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    desk = centre.engine.desk
    assert desk.set_state(BOSS, "1009", "paused", "meeting").forced_by == "2001"
    assert desk.set_state(me("1009"), "1009", "ready", None).forced_by is None
    assert desk.set_state(me("1009"), "1009", "paused", "coffee").forced_by is None


@in_virtual_time
async def test_a_supervisors_pause_during_a_call_is_shown_as_theirs_when_it_comes(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    assert centre.engine.desk.set_state(BOSS, "1009", "paused", "meeting").forced_by == "2001"
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(10)
    shown = centre.board.operators["1009"]
    assert (shown.state, shown.reason, shown.forced_by) == ("paused", "meeting", "2001")


# -- queues --------------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_an_operator_logs_into_some_of_the_own_queues_and_gets_only_their_calls(centre: FakeCentre) -> None:
    await centre.at_work("1005")
    shown = centre.engine.desk.set_state(me("1005"), "1005", "ready", None, ["ventas"])
    assert shown.serves == ("ventas",)
    call = await centre.calls()
    assert centre.call(call.id).stage == "waiting"


@in_virtual_time
async def test_an_operator_may_not_log_into_other_queues_and_a_supervisor_may_let_them(centre: FakeCentre) -> None:
    await centre.at_work("1005")
    desk = centre.engine.desk
    with pytest.raises(UnknownQueue, match="ventas, soporte"):
        desk.set_state(me("1005"), "1005", "ready", None, ["reclamaciones"])
    assert set(centre.board.operators["1005"].serves) == {"ventas", "soporte"}
    assert desk.set_state(BOSS, "1005", "ready", None, ["reclamaciones"]).serves == ("reclamaciones",)
    with pytest.raises(UnknownQueue, match="no queue 'reclamos'"):
        desk.set_state(BOSS, "1005", "ready", None, ["reclamos"])


@in_virtual_time
async def test_a_move_holds_until_the_log_out(centre: FakeCentre) -> None:
    desk = centre.engine.desk
    desk.serve(BOSS, "1005", {"reclamaciones": 4})
    await asyncio.sleep(1)
    await centre.at_work("1005")
    assert centre.board.operators["1005"].serves == ("reclamaciones",), "moved before the shift"
    await asyncio.sleep(1)
    desk.set_state(me("1005"), "1005", "logged_out", None)
    await asyncio.sleep(1)
    assert set(desk.set_state(me("1005"), "1005", "ready", None).serves) == {"ventas", "soporte"}


@in_virtual_time
async def test_a_moved_operator_is_rung_after_those_with_a_lower_penalty(centre: FakeCentre) -> None:
    await centre.at_work("1001")
    centre.engine.desk.serve(BOSS, "1001", {"soporte": 5})
    await asyncio.sleep(60)
    await centre.at_work("1009")
    call = await centre.calls()
    assert centre.call(call.id).operator == "1009"


@in_virtual_time
async def test_supervisors_of_some_queues_reach_only_their_operators_and_queues(centre: FakeCentre) -> None:
    desk = centre.engine.desk
    assert desk.set_state(OF_SALES, "1005", "ready", None).state == "ready"
    with pytest.raises(OutOfSight):
        desk.set_state(OF_SALES, "1009", "ready", None)
    with pytest.raises(OutOfSight):
        desk.serve(OF_SALES, "1005", {"soporte": 0})
    with pytest.raises(OutOfSight):
        desk.release(OF_SALES, "1009")
    with pytest.raises(UnknownOperator):
        desk.release(BOSS, "9999")


@in_virtual_time
async def test_after_a_restart_operators_are_where_they_had_logged_into_and_paused_by_whom_they_were(
    centre: FakeCentre,
) -> None:
    centre.engine.desk.restore(
        {
            "1005": EarlierOperator("ready", None, ("ventas",)),
            "1006": EarlierOperator("talking", None, ("ventas", "soporte")),
            "1009": EarlierOperator("paused", "meeting", ("soporte", "gone"), "2001"),
            "1010": EarlierOperator("logged_out", None, ("ventas",)),
            "9999": EarlierOperator("ready"),
        }
    )
    shown = centre.board.operators
    assert (shown["1005"].state, shown["1005"].serves) == ("ready", ("ventas",))
    assert (shown["1006"].state, set(shown["1006"].serves)) == ("ready", {"ventas", "soporte"})
    assert (shown["1009"].state, shown["1009"].forced_by, shown["1009"].serves) == ("paused", "2001", ("soporte",))
    assert (shown["1010"].state, set(shown["1010"].serves)) == ("logged_out", {"soporte", "reclamaciones"})


# -- wrap-up and outcomes ------------------------------------------------------------------------------------------------


@with_files(queues=DISPOSED)
async def test_a_wrap_up_that_waits_for_the_outcome_ends_with_it_and_not_with_the_phones_code(
    centre: FakeCentre,
) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(600)
    assert centre.state("1009") == "wrap_up"
    desk = centre.engine.desk
    for wanted in ("ready", "paused"):
        with pytest.raises(StateRefused, match="outcome"):
            desk.set_state(me("1009"), "1009", wanted, None)
    with pytest.raises(UnknownDisposition, match="resuelto, pendiente"):
        desk.dispose(me("1009"), call.id, "vendido")
    assert desk.dispose(me("1009"), call.id, "resuelto").disposition == "resuelto"
    assert centre.state("1009") == "ready"


@with_files(queues=DISPOSED)
async def test_an_outcome_noted_while_talking_ends_the_wrap_up_by_time(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    centre.engine.desk.dispose(me("1009"), call.id, "pendiente")
    assert centre.call(call.id).disposition == "pendiente"
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(6)
    assert centre.state("1009") == "ready"
    assert centre.call(call.id).disposition == "pendiente"


@with_files(queues=DISPOSED)
async def test_whoever_has_passed_a_caller_on_still_gives_the_outcome_of_the_own_queue_and_ends_only_the_own_wrap_up(
    centre: FakeCentre,
) -> None:
    await centre.at_work("1015", "answers")
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    desk = centre.engine.desk
    centre.engine.call_desk.ask(call.id, TransferAsked(ToQueue("soporte_n2")))
    await centre.settle()
    assert (centre.call(call.id).operator, centre.state("1009"), centre.state("1015")) == ("1015", "wrap_up", "talking")
    with pytest.raises(UnknownDisposition, match="resuelto, pendiente"):
        desk.dispose(me("1009"), call.id, "vendido")
    assert desk.dispose(me("1009"), call.id, "pendiente").disposition == "pendiente"
    assert (centre.state("1009"), centre.state("1015")) == ("ready", "talking")


@with_files(queues=DISPOSED)
async def test_a_supervisor_may_end_a_wrap_up_without_the_outcome(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.engine.desk.set_state(BOSS, "1009", "ready", None).state == "ready"


@with_files(queues=(DISPOSED[0], DISPOSED[1] + "  may_skip_disposition: true\n"))
async def test_where_the_outcome_may_be_skipped_the_phones_code_ends_the_wrap_up(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.engine.desk.set_state(me("1009"), "1009", "ready", None).state == "ready"


@in_virtual_time
async def test_a_wrap_up_is_extended_by_so_much(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    with pytest.raises(StateRefused):
        centre.engine.desk.extend_wrap_up(me("1009"), "1009", 30)
    centre.telephony.hangs_up("caller")
    await centre.settle()
    centre.engine.desk.extend_wrap_up(me("1009"), "1009", 30)
    await asyncio.sleep(34)
    assert centre.state("1009") == "wrap_up"
    await asyncio.sleep(2)
    assert centre.state("1009") == "ready"


# -- stuck operators -----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_releasing_an_operator_who_rings_offers_the_call_to_another(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    call = await centre.calls()
    leg = centre.telephony.leg_to("1009")
    await centre.at_work("1010")
    centre.engine.desk.release(BOSS, "1009")
    await centre.settle()
    assert leg not in centre.telephony.channels_up
    assert (centre.call(call.id).operator, centre.state("1009")) == ("1010", "ready")


@in_virtual_time
async def test_releasing_an_operator_who_talks_hangs_up_the_leg(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    centre.engine.desk.release(BOSS, "1009")
    await centre.settle()
    assert centre.telephony.channels_up == {}
    assert centre.state("1009") == "wrap_up"
    assert centre.engine.desk.release(BOSS, "1009").state == "ready"


@in_virtual_time
async def test_an_operator_held_by_a_call_that_has_gone_is_freed(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    centre.telephony.channels_up.clear()  # Asterisk lost them without a word
    centre.engine.desk.release(BOSS, "1009")
    await asyncio.sleep(3)
    await centre.settle()
    assert centre.state("1009") == "wrap_up"
    assert centre.call(call.id).stage == "ended"


# -- waiting calls -------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_moved_caller_waits_in_the_other_queue_since_the_old_arrival(centre: FakeCentre) -> None:
    call = await centre.calls()
    await asyncio.sleep(30)
    later = await centre.calls("later", number="900100201")
    moved = centre.engine.desk.move_call(BOSS, call.id, "reclamaciones", None)
    assert (moved.stage, moved.queue, moved.position) == ("waiting", "reclamaciones", 1)
    assert centre.board.queues["reclamaciones"].longest_wait_s >= 30
    assert centre.call(later.id).position == 1
    assert centre.board.queues["soporte"].abandoned == 0
    await centre.at_work("1017")
    await centre.settle()
    assert centre.call(call.id).operator == "1017"
    leg = centre.telephony.channels_up[centre.telephony.leg_to("1017")]
    assert leg.variables["CENTRALITA_QUEUE"] == "reclamaciones"


@in_virtual_time
async def test_a_caller_who_is_moved_while_a_phone_rings_frees_that_operator(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    call = await centre.calls()
    centre.engine.desk.move_call(BOSS, call.id, "reclamaciones", None)
    await centre.settle()
    assert (centre.state("1009"), centre.call(call.id).stage) == ("ready", "waiting")
    assert set(centre.telephony.channels_up) == {"caller"}


@in_virtual_time
async def test_another_priority_puts_a_caller_in_front(centre: FakeCentre) -> None:
    first = await centre.calls()
    second = await centre.calls("second")
    centre.engine.desk.move_call(BOSS, second.id, None, 50)
    assert (centre.call(second.id).position, centre.call(first.id).position) == (1, 2)
    assert centre.call(second.id).priority == 50


@in_virtual_time
async def test_only_who_waits_is_moved_and_only_where_there_is_a_queue(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    desk = centre.engine.desk
    with pytest.raises(StateRefused, match="talking"):
        desk.move_call(BOSS, call.id, "ventas", None)
    waiting = await centre.calls("second")
    with pytest.raises(UnknownQueue):
        desk.move_call(BOSS, waiting.id, "nowhere", None)
    with pytest.raises(OutOfSight):
        desk.move_call(OF_SALES, waiting.id, "ventas", None)


@with_files(queues=("reclamaciones:   # complaints\n", "reclamaciones:\n  capacity: 1\n"))
async def test_a_caller_is_not_moved_into_a_queue_that_would_turn_him_or_her_away(centre: FakeCentre) -> None:
    one, two = await centre.calls("one"), await centre.calls("two")
    centre.engine.desk.move_call(BOSS, one.id, "reclamaciones", None)
    with pytest.raises(StateRefused, match="full"):
        centre.engine.desk.move_call(BOSS, two.id, "reclamaciones", None)
    assert centre.call(two.id).queue == "soporte"


# -- a team leader -----------------------------------------------------------------------------------------------------------

OF_NORTE = Asker("2101", frozenset(), frozenset({"1009", "1010"}))


@in_virtual_time
async def test_a_team_leader_acts_for_the_team_whatever_its_queues_and_for_nobody_else(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    desk = centre.engine.desk
    assert desk.set_state(OF_NORTE, "1009", "paused", "descanso").wish == "paused"
    assert desk.dispose(OF_NORTE, call.id, "resuelta").disposition == "resuelta"
    with pytest.raises(OutOfSight, match="team"):
        desk.set_state(OF_NORTE, "1011", "paused", "descanso")
    with pytest.raises(OutOfSight, match="team"):
        desk.release(OF_NORTE, "1011")
    with pytest.raises(OutOfSight, match="not among yours"):
        desk.set_state(OF_NORTE, "1009", "ready", None, ["ventas"])
    waiting = await centre.calls("another")
    with pytest.raises(OutOfSight, match="team"):
        desk.dispose(OF_NORTE, waiting.id, "resuelta")
