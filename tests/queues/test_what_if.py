"""A day's callers and operators, met by other rules: what is the world's stays, what was the rules' is decided anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queues import events as ev
from queues.acd import Acd
from queues.journal import Entry, checksum
from queues.replay import Life
from queues.rules import OperatorProfile, QueueRules
from queues.what_if import Run, Treatment, changes, meet
from queues.world import world_of
from tests.queues.busy_centre import OPERATORS, QUEUES, BusyCentre, chance, header

SUPPORT = QueueRules("support", wrap_up_s=10, service_level_s=20, ring_timeout_s=15)
ANN, BOB = OperatorProfile("1001", ("support",)), OperatorProfile("1002", ("support",))


class Day:
    """A day that is noted as it goes, every deadline told when it comes."""

    def __init__(self, *operators: OperatorProfile, queues: tuple[QueueRules, ...] = (SUPPORT,)) -> None:
        self.acd = Acd(queues, operators)
        self.now = 1000.0
        self.entries: list[Entry] = []

    def tell(self, event: ev.AcdEvent) -> None:
        effects = self.acd.handle(event, self.now)
        self.entries.append(Entry(self.now, event, checksum(effects), tuple(self.acd.facts()), None))

    def log_in(self, *codes: str) -> None:
        for code in codes:
            self.tell(ev.PhoneBecameReachable(code))
            self.tell(ev.OperatorBecameReady(code))

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.acd.next_deadline()) is not None and due <= until:
            self.now = due
            self.tell(ev.TimePassed())
        self.now = until

    def meet(self, *operators: OperatorProfile, queues: tuple[QueueRules, ...] = (SUPPORT,)) -> Run:
        return meet(world_of(self.entries), queues, operators, lambda: 0.5, self.now)


def one_served_one_gone() -> Day:
    """ana is answered after 4 s and talks for 60; bea, behind her, hangs up after 50."""
    day = Day(ANN, BOB)
    day.log_in("1001")
    day.wait(10)
    day.tell(ev.CallerJoined("ana", "support"))
    day.wait(4)
    day.tell(ev.OfferAnswered("ana", "1001"))
    day.wait(6)
    day.tell(ev.CallerJoined("bea", "support"))
    day.wait(50)
    day.tell(ev.CallerLeft("bea"))
    day.wait(4)
    day.tell(ev.ConversationEnded("ana"))
    day.wait(60)
    return day


def test_under_the_same_rules_the_day_goes_as_it_went() -> None:
    day = one_served_one_gone()
    run = day.meet(ANN, BOB)
    assert run.callers == {"ana": Treatment("answered", "1001", 4.0), "bea": Treatment("abandoned", None, 50.0)}
    then = Run()
    for entry in day.entries:
        then.take(entry.facts)
    then.day.settle(day.now)
    assert run.day.queues == then.day.queues
    assert run.day.operators == then.day.operators
    assert changes(world_of(day.entries), then, run) == []


def test_an_operator_who_takes_a_call_less_long_may_save_a_caller_whose_patience_is_known() -> None:
    day = one_served_one_gone()
    patient = day.meet(ANN, queues=(replace(SUPPORT, wrap_up_s=0),))
    assert patient.callers["bea"].outcome == "abandoned"  # ana talks until bea has gone
    day.entries.insert(2, Entry(1005.0, ev.PhoneBecameReachable("1002"), 0, (), None))
    day.entries.insert(3, Entry(1005.0, ev.OperatorBecameReady("1002"), 0, (), None))
    run = day.meet(ANN, BOB)
    assert run.callers["bea"] == Treatment("answered", "1002", 4.0)  # as soon as the others answer
    # bea, who was never served, talks as long as ana did
    assert run.day.queues["support"].talk_s == 60 + 60
    (changed,) = changes(world_of(day.entries), Run(callers={"bea": Treatment("abandoned", None, 50.0)}), run)
    assert (changed.call, changed.what) == ("bea", "outcome")


def test_a_ring_time_shorter_than_the_operator_takes_to_answer_loses_offers() -> None:
    run = one_served_one_gone().meet(ANN, queues=(replace(SUPPORT, ring_timeout_s=3, no_answer_pause_s=600),))
    assert run.callers["ana"] == Treatment("waiting", None, 124.0)
    assert run.day.queues["support"].unanswered["no_answer"] == 1


def test_pauses_and_log_outs_stay_where_they_were() -> None:
    day = Day(ANN)
    day.log_in("1001")
    day.wait(100)
    day.tell(ev.OperatorPaused("1001", "comida"))
    day.wait(200)
    day.tell(ev.OperatorBecameReady("1001"))
    day.wait(50)
    day.tell(ev.OperatorLoggedOut("1001"))
    day.wait(50)
    run = day.meet(ANN, queues=(replace(SUPPORT, strategy="linear"),))
    assert run.day.operators["1001"].state_s == {"ready": 150, "paused": 200, "logged_out": 50}


def test_queues_and_operators_that_the_new_rules_do_not_have_are_left_out_and_the_callers_counted() -> None:
    day = one_served_one_gone()
    run = meet(world_of(day.entries), [QueueRules("sales")], [], lambda: 0.5, day.now)
    assert (run.strangers, run.callers) == (["ana", "bea"], {})


def test_a_callback_is_taken_and_answered_as_it_was() -> None:
    day = Day(ANN)
    day.tell(ev.CallerJoined("ana", "support"))
    day.wait(5)
    day.tell(ev.CallbackTaken("ana"))
    day.wait(30)
    day.log_in("1001")
    day.wait(3)
    day.tell(ev.OfferAnswered("ana", "1001"))
    day.wait(7)
    day.tell(ev.CustomerAnswered("ana"))
    day.wait(20)
    day.tell(ev.ConversationEnded("ana"))
    day.wait(30)
    run = day.meet(ANN)
    counts = run.day.queues["support"].counts
    assert (counts.callbacks, counts.called_back, counts.answered) == (1, 1, 1)
    assert run.callers["ana"].outcome == "answered"


def test_a_conversation_that_was_found_going_on_keeps_its_operator_for_as_long_as_it_did() -> None:
    day = Day(ANN)
    day.log_in("1001")
    day.tell(ev.ConversationAdopted("old", "support", "1001"))
    day.tell(ev.CallerJoined("ana", "support"))
    day.wait(40)
    day.tell(ev.ConversationEnded("old"))
    day.wait(13)
    day.tell(ev.OfferAnswered("ana", "1001"))
    day.wait(5)
    run = day.meet(ANN)
    assert run.callers["ana"] == Treatment("answered", "1001", 53.0)


@pytest.mark.parametrize("seed", range(4))
def test_any_day_can_be_met_by_any_rules_and_the_same_day_goes_the_same_way_twice(seed: int) -> None:
    happened = list(BusyCentre(seed).happened(400))
    entries = tuple(Entry(one.at, one.event, 0, one.facts, one.refused) for one in happened)
    life = Life(header(seed), entries)
    world = world_of(life.entries)
    until = entries[-1].at
    rules = tuple(replace(one, strategy="longest_idle", exits=(), capacity=None) for one in QUEUES)
    first = meet(world, rules, OPERATORS, chance(seed), until)
    second = meet(world, rules, OPERATORS, chance(seed), until)
    assert (first.callers, first.day.queues, first.day.operators) == (
        second.callers,
        second.day.queues,
        second.day.operators,
    )
    assert first.callers.keys() == world.callers.keys()
    assert "answered" in {one.outcome for one in first.callers.values()}
