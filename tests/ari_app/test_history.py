"""The history keeps what was heard of lately, and begins the day with what earlier lives of the controller knew of it."""

from __future__ import annotations

from ari_app.history import HALF, History, Memory
from queues import events as ev
from queues.acd import Acd
from queues.facts import CallerAbandoned, CallerEntered, Fact
from queues.journal import Happened
from queues.rules import OperatorProfile, QueueRules


class Told:
    """A History and the ACD that it hears of."""

    def __init__(self, calls_kept: int = 100) -> None:
        self.acd = Acd([QueueRules("soporte")], [OperatorProfile("1001", ("soporte",))])
        self.now = 1000.0
        self.history = History(self.acd, lambda: self.now, calls_kept)
        self.facts: list[Fact] = []

    def tell(self, *events: ev.AcdEvent) -> None:
        for event in events:
            effects = self.acd.handle(event, self.now)
            facts = self.acd.facts()
            self.facts += facts
            self.history.take(Happened(self.now, event, tuple(effects), tuple(facts)))


def test_calls_that_nothing_was_heard_of_for_longest_are_forgotten_first() -> None:
    told = Told(calls_kept=2)
    told.tell(ev.CallerJoined("ana", "soporte"), ev.CallerJoined("bea", "soporte"))
    told.tell(ev.CallerLeft("ana"), ev.CallerJoined("carla", "soporte"))
    known = [call for call in ("ana", "bea", "carla") if told.history.story(call, "en")]
    assert known == ["ana", "carla"]


def test_of_a_very_long_call_the_middle_is_left_out_and_counted() -> None:
    told = Told()
    told.tell(ev.PhoneBecameReachable("1001"), ev.OperatorBecameReady("1001"), ev.CallerJoined("ana", "soporte"))
    told.tell(ev.OfferAnswered("ana", "1001"))
    for _ in range(HALF):
        told.tell(ev.CallHeld("ana"), ev.CallResumed("ana"))
    told.tell(ev.ConversationEnded("ana"))
    lines, missing = told.history.story("ana", "en") or ([], 0)
    assert (len(lines), missing) == (2 * HALF, 4)
    assert (lines[0].text[:6], lines[-1].text[:4]) == ("Enters", "1001")


def test_the_day_goes_on_from_earlier_lives_and_what_happened_meanwhile_is_not_lost() -> None:
    earlier, told = Told(), Told()
    earlier.tell(ev.CallerJoined("ana", "soporte"), ev.CallerLeft("ana"))
    told.now = 2000.0
    told.tell(ev.CountsRestored("soporte", earlier.acd.queue("soporte", 1000.0).counts))
    told.tell(ev.CallerJoined("bea", "soporte"))
    memory = Memory()
    memory.take_earlier(earlier.facts)
    told.history.remember(memory)
    told.tell(ev.CallerLeft("bea"))
    (queue,) = told.history.figures().queues
    assert (queue.offered, queue.abandoned, queue.abandoned_waits.number) == (2, 2, 2)
    assert queue.offered == told.acd.queue("soporte", told.now).counts.offered
    assert [
        [type(line.fact) for line in (told.history.story(call, "es") or ([], 0))[0]] for call in ("ana", "bea")
    ] == [[CallerEntered, CallerAbandoned]] * 2
