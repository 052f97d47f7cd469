"""What is counted and what is shown: counts, service level, positions, expected wait, and what was touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queues.errors import AcdError, DuplicateCall, OperatorIsTalking, UnknownCall, UnknownOperator, UnknownQueue
from queues.events import (
    AcdEvent,
    CallerJoined,
    CallerLeft,
    ConversationAdopted,
    ConversationEnded,
    CountsRestored,
    DayBegan,
    OfferAnswered,
    OfferRefused,
    OperatorBecameReady,
    OperatorPaused,
)
from queues.figures import expected_wait_s, sl2
from queues.views import QueueCounts, Touched
from tests.queues.floor_manager import SUPPORT, FloorManager, operator


def counts(floor: FloorManager) -> QueueCounts:
    return floor.acd.queue("support", floor.now).counts


def test_answer_at_the_service_level_is_within_it_and_later_is_not() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.join("ana")
    floor.wait(1)
    floor.join("bea")
    floor.wait(SUPPORT.service_level_s - 1)
    floor.log_in("1001", "1002")
    floor.answer("ana", "1001")
    floor.wait(1.5)
    floor.answer("bea", "1002")
    assert counts(floor) == QueueCounts(offered=2, answered=2, answered_in_sl=1)


def test_abandoned_within_the_service_level_is_counted_in_it() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    floor.join("bea")
    floor.leave("ana")
    floor.wait(SUPPORT.service_level_s + 0.1)
    floor.leave("bea")
    assert counts(floor) == QueueCounts(offered=2, abandoned=2, abandoned_in_sl=1)


def test_caller_who_hangs_up_while_ringing_has_abandoned_and_after_talking_has_not() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.leave("ana")
    floor.talk("bea", "1001")
    floor.leave("bea")
    assert counts(floor) == QueueCounts(offered=2, answered=1, abandoned=1, answered_in_sl=1, abandoned_in_sl=1)


def test_adopted_conversation_is_not_counted() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(ConversationAdopted("ana", "support", "1001"))
    floor.end("ana")
    assert counts(floor) == QueueCounts()


def test_restored_counts_go_on_and_callers_given_their_place_back_are_counted_once() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(CallerJoined("ana", "support", arrived_at=900.0))
    known = QueueCounts(12, answered=7, abandoned=3, answered_in_sl=6, abandoned_in_sl=1)
    floor.tell(CountsRestored("support", known))
    floor.tell(CallerJoined("bea", "support", arrived_at=901.0))
    assert counts(floor) == QueueCounts(12, answered=7, abandoned=3, answered_in_sl=6, abandoned_in_sl=1)


def test_new_day_counts_from_zero_with_those_who_wait_over_midnight() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    floor.join("bea")
    floor.leave("bea")
    floor.tell(DayBegan())
    assert counts(floor) == QueueCounts(offered=1)


def test_sl2_is_asterisks_second_variant_and_none_before_the_first_call() -> None:
    assert sl2(QueueCounts()) is None
    assert sl2(QueueCounts(offered=9)) is None
    assert sl2(QueueCounts(offered=10, answered=6, abandoned=2, answered_in_sl=4, abandoned_in_sl=1)) == 5 / 8


def test_position_counts_waiting_and_ringing_by_arrival() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    for call in ("ana", "bea", "carla"):
        floor.join(call)
    floor.join("dora", priority=1)

    def position(call: str) -> int | None:
        view = floor.acd.call(call)
        assert view is not None
        return view.position

    assert {call: position(call) for call in ("dora", "ana", "bea", "carla")} == {
        "dora": 1,
        "ana": 2,  # ringing
        "bea": 3,
        "carla": 4,
    }
    assert floor.acd.line("support", 2) == ["dora", "ana"]
    floor.answer("ana", "1001")
    assert (position("ana"), position("bea")) == (None, 2)


def test_queue_view_counts_states_and_says_how_long_the_longest_has_waited() -> None:
    codes = [f"100{n}" for n in range(1, 8)]
    floor = FloorManager(*(operator(code) for code in codes), operator("1009", "support", "sales"))
    floor.log_in("1001", "1002", "1003")
    floor.talk("ana", "1001")
    floor.talk("bea", "1002")
    floor.end("bea")
    floor.join("carla")
    floor.log_in("1009")
    floor.talk("dora", "1009", "sales")
    floor.tell(OperatorPaused("1004", "lunch"))
    floor.tell(OperatorBecameReady("1005"))  # phone unreachable
    floor.join("eva")
    floor.wait(4)
    floor.join("fe", priority=3)
    floor.wait(2)
    view = floor.acd.queue("support", floor.now)
    assert (view.waiting, view.longest_wait_s) == (2, 6.0)
    assert (view.ready, view.ringing, view.talking, view.wrap_up, view.paused) == (0, 1, 1, 1, 1)
    assert view.logged_in == 6
    sales = floor.acd.queue("sales", floor.now)
    assert (sales.talking, sales.logged_in, sales.ready, sales.longest_wait_s) == (1, 1, 0, 0.0)
    floor.log_in("1006")
    assert floor.acd.queue("support", floor.now).longest_wait_s == 6.0  # fe rings, eva still waits


def test_expected_wait_is_nothing_until_enough_calls_were_handled() -> None:
    floor = FloorManager(operator("1001"), operator("1002"), operator("1003"))
    floor.log_in("1001")
    for number in range(5):
        floor.talk(f"call{number}", "1001")
        assert floor.acd.waiting_ready_wait("support", floor.now) == (0, 0, None)
        floor.wait(90)
        floor.end(f"call{number}")
        floor.wait(SUPPORT.wrap_up_s)
    assert floor.acd.waiting_ready_wait("support", floor.now) == (0, 1, (0.0, SUPPORT.ring_timeout_s))
    floor.talk("ana", "1001")
    assert floor.acd.waiting_ready_wait("support", floor.now) == (0, 0, (0.0, 200.0))  # 100 s each, one operator
    for number in range(3):
        floor.join(f"waiting{number}")
    assert floor.acd.waiting_ready_wait("support", floor.now) == (3, 0, (200.0, 600.0))
    assert floor.acd.wait_ahead("waiting0", floor.now) == (0.0, 200.0)  # as one who had joined first
    assert floor.acd.wait_ahead("waiting2", floor.now) == (300.0 - 3**0.5 * 100, 300.0 + 3**0.5 * 100)
    assert floor.acd.wait_ahead("ana", floor.now) is None  # talks
    assert floor.acd.wait_ahead("nobody", floor.now) is None
    for code in ("1002", "1003"):  # neither serves: one is paused, the other has no phone
        floor.tell(OperatorBecameReady(code))
    floor.tell(OperatorPaused("1002"))
    assert floor.acd.waiting_ready_wait("support", floor.now) == (3, 0, (200.0, 600.0))
    floor.wait(3601)
    assert floor.acd.waiting_ready_wait("support", floor.now)[2] is None  # that was long ago


def test_expected_wait_is_shared_by_those_who_serve_and_nothing_when_nobody_does() -> None:
    assert expected_wait_s(3, 2, [100.0] * 5) == (100.0, 300.0)
    assert expected_wait_s(3, 0, [100.0] * 5) is None
    assert expected_wait_s(3, 2, [100.0] * 4) is None


def test_touched_names_only_what_an_event_touched_and_only_once() -> None:
    floor = FloorManager(operator("1001", "support", "sales"), operator("1002"))
    floor.log_in("1001")
    floor.acd.touched()
    floor.join("ana")
    both, none = frozenset({"support", "sales"}), frozenset[str]()
    assert floor.acd.touched() == Touched(both, frozenset({"1001"}), frozenset({"ana"}), none)
    assert floor.acd.touched() == Touched(none, none, none, none)
    floor.join("bea")
    assert floor.acd.touched() == Touched(frozenset({"support"}), none, frozenset({"bea"}), none)
    floor.answer("ana", "1001")
    assert floor.acd.touched() == Touched(both, frozenset({"1001"}), frozenset({"ana"}), frozenset({"support"}))
    floor.leave("bea")
    assert floor.acd.touched() == Touched(frozenset({"support"}), none, frozenset({"bea"}), none)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (OperatorBecameReady("9999"), UnknownOperator),
        (OfferAnswered("ana", "9999"), UnknownOperator),
        (OfferRefused("ana", "9999", "busy"), UnknownOperator),
        (CallerJoined("new", "nowhere"), UnknownQueue),
        (CallerJoined("ana", "sales"), DuplicateCall),
        (CallerLeft("nobody"), UnknownCall),
        (ConversationEnded("nobody"), UnknownCall),
        (ConversationAdopted("new", "nowhere", "1001"), UnknownQueue),
        (ConversationAdopted("new", "support", "9999"), UnknownOperator),
        (ConversationAdopted("ana", "support", "1002"), DuplicateCall),
        (ConversationAdopted("new", "support", "1001"), OperatorIsTalking),
    ],
)
def test_event_about_something_unknown_raises_and_changes_nothing(event: AcdEvent, error: type[AcdError]) -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001")
    floor.talk("ana", "1001")
    floor.acd.touched()
    before = (floor.acd.operator("1001"), floor.acd.operator("1002"), floor.acd.call("ana"), counts(floor))
    with pytest.raises(error):
        floor.tell(event)
    assert (floor.acd.operator("1001"), floor.acd.operator("1002"), floor.acd.call("ana"), counts(floor)) == before
    assert floor.acd.touched() == Touched(*[frozenset[str]()] * 4)
    assert floor.acd.call("new") is None


def test_questions_about_something_unknown_say_so() -> None:
    floor = FloorManager(operator("1001"))
    assert floor.acd.call("nobody") is None
    with pytest.raises(UnknownOperator):
        floor.acd.operator("9999")
    for ask in (floor.acd.line, lambda name: floor.acd.queue(name, 0.0)):
        with pytest.raises(UnknownQueue):
            ask("nowhere")


def test_conversation_ended_for_a_caller_who_still_waits_means_that_the_caller_is_gone() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    floor.end("ana")
    assert floor.stage("ana") is None
    assert counts(floor).abandoned == 1


def test_id_of_a_call_that_has_gone_may_come_again() -> None:
    floor = FloorManager(operator("1001"), queues=[replace(SUPPORT, wrap_up_s=0)])
    floor.log_in("1001")
    for _ in range(2):
        floor.talk("ana", "1001")
        floor.end("ana")
    assert counts(floor) == QueueCounts(offered=2, answered=2, answered_in_sl=2)
