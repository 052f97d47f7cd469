"""Whatever happens, in whatever order: the promises of the ACD hold, and it does what the plain oracle does."""

from __future__ import annotations

import os
from dataclasses import astuple
from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from queues import events as ev
from queues.acd import Acd
from queues.effects import OfferCall
from queues.errors import AcdError
from queues.rules import OperatorProfile, QueueRules
from tests.queues.floor_manager import after_any_refusal, anyone_after, brief
from tests.queues.oracle import PlainAcd, PlainCounts, PlainOperator, Why

pytestmark = pytest.mark.timeout(1800)  # the deep profile takes minutes

QUEUES = [
    QueueRules("support", ring_timeout_s=15, wrap_up_s=10, service_level_s=5),
    QueueRules("sales", ring_timeout_s=5, wrap_up_s=0, service_level_s=20, max_misses=2, **after_any_refusal(3)),
    QueueRules("claims", ring_timeout_s=10, wrap_up_s=3, max_misses=1, **after_any_refusal(5), **anyone_after(0)),
]
OPERATORS = [
    OperatorProfile("1001", ("support",), {}),
    OperatorProfile("1002", ("support", "sales"), {"english": 1}),
    OperatorProfile("1003", ("sales", "claims", "support"), {"english": 1, "gas": 1}),
    OperatorProfile("1004", ("claims", "sales"), {"gas": 1}),
    OperatorProfile("1005", ("support",), {"gas": 1}),
]

calls = st.sampled_from([f"call{number}" for number in range(8)])
codes = st.sampled_from([profile.code for profile in OPERATORS])
queues = st.sampled_from([rules.name for rules in QUEUES])
skills = st.sets(st.sampled_from(["english", "gas", "basque"]), max_size=2).map(
    lambda wanted: dict.fromkeys(sorted(wanted), 1)
)
steps_s = st.sampled_from([0.0, 0.5, 2.0, 3.0, 5.0, 10.0])
causes = st.sampled_from(["rejected", "busy", "unreachable", "failed"])


class CentreMachine(RuleBasedStateMachine):
    """A small centre in which anything may be told at any moment, sensible or not."""

    def __init__(self) -> None:
        super().__init__()
        self.acd = Acd(QUEUES, OPERATORS)
        self.twin = Acd(QUEUES, OPERATORS)
        self.plain = PlainAcd(
            {rules.name: rules for rules in QUEUES},
            {profile.code: PlainOperator(profile) for profile in OPERATORS},
            counts={rules.name: PlainCounts() for rules in QUEUES},
        )
        self.now = 0.0
        self.left_alone_until: dict[str, float] = {}

    def tell(self, event: ev.AcdEvent) -> None:
        ended_by = self._talks_on(event)
        effects = self.acd.handle(event, self.now)
        assert self.twin.handle(event, self.now) == effects, "the same sequence gives the same effects"
        assert brief(effects) == self.plain.handle(event, self.now)
        if isinstance(event, ev.OperatorBecameReady):
            self.left_alone_until.pop(event.operator, None)
        if ended_by:  # before the offers: one made in this very step must honour it, and it takes an older one's place
            self.left_alone_until[ended_by[0]] = self.now + ended_by[1]
        offers = [effect for effect in effects if isinstance(effect, OfferCall)]
        for offer, why in zip(offers, self.plain.why, strict=True):
            self._check_decision(offer, why)

    def _talks_on(self, event: ev.AcdEvent) -> tuple[str, float] | None:
        """Whose conversation ``event`` ends, and the wrap-up due after it (s)."""
        if not isinstance(event, ev.CallerLeft | ev.ConversationEnded):
            return None
        view = self.acd.call(event.call)
        if view is None or view.stage != "talking" or view.operator is None:
            return None
        return view.operator, self.plain.rules[view.queue].wrap_up_s

    def _check_decision(self, offer: OfferCall, why: Why) -> None:
        assert self.now >= self.left_alone_until.pop(offer.operator, 0.0), "wrap-up is honoured"
        decision, passed = offer.decision, offer.decision.passed_over
        assert decision.chosen == offer.operator
        assert decision.idle_s == self.now - self.plain.operators[offer.operator].idle[0]
        assert decision.waited_s == self.now - self.plain.calls[offer.call].place[1]
        assert (decision.considered, passed.not_fit, passed.paused, passed.busy, passed.unreachable) == why

    def tell_perhaps(self, event: ev.AcdEvent, allowed: bool) -> None:
        """Tell it; where it makes no sense it must be refused and change nothing."""
        if allowed:
            self.tell(event)
            return
        before = self.everything()
        with pytest.raises(AcdError):
            self.acd.handle(event, self.now)
        with pytest.raises(AcdError):
            self.twin.handle(event, self.now)
        assert self.everything() == before

    def everything(self) -> list[object]:
        return [
            self.acd.next_deadline(),
            *(self.acd.operator(profile.code) for profile in OPERATORS),
            *(self.acd.queue(rules.name, self.now) for rules in QUEUES),
            *(self.acd.call(f"call{number}") for number in range(8)),
        ]

    @rule(code=codes)
    def operator_comes_to_work(self, code: str) -> None:
        self.tell(ev.PhoneBecameReachable(code))
        self.tell(ev.OperatorBecameReady(code))

    @rule(code=codes, what=st.sampled_from([ev.OperatorBecameReady, ev.OperatorLoggedOut]))
    def operator_says(self, code: str, what: type[ev.OperatorBecameReady | ev.OperatorLoggedOut]) -> None:
        self.tell(what(code))

    @rule(code=codes, reason=st.sampled_from([None, "lunch"]))
    def operator_pauses(self, code: str, reason: str | None) -> None:
        self.tell(ev.OperatorPaused(code, reason))

    @rule(code=codes, what=st.sampled_from([ev.PhoneBecameReachable, ev.PhoneBecameUnreachable]))
    def phone_changes(self, code: str, what: type[ev.PhoneBecameReachable | ev.PhoneBecameUnreachable]) -> None:
        self.tell(what(code))

    @rule(call=calls, queue=queues, wanted=skills, priority=st.sampled_from([0, 0, 0, 1]), ago_s=st.none() | steps_s)
    def caller_joins(self, call: str, queue: str, wanted: dict[str, int], priority: int, ago_s: float | None) -> None:
        arrived_at = None if ago_s is None else self.now - ago_s
        self.tell_perhaps(ev.CallerJoined(call, queue, wanted, priority, arrived_at), call not in self.plain.calls)

    @rule(call=calls, queue=queues)
    def plain_caller_joins(self, call: str, queue: str) -> None:
        self.tell_perhaps(ev.CallerJoined(call, queue), call not in self.plain.calls)

    @rule(call=calls, what=st.sampled_from([ev.CallerLeft, ev.ConversationEnded]))
    def call_ends(self, call: str, what: type[ev.CallerLeft | ev.ConversationEnded]) -> None:
        self.tell_perhaps(what(call), call in self.plain.calls)

    @rule(call=calls, queue=queues, code=codes)
    def conversation_is_adopted(self, call: str, queue: str, code: str) -> None:
        free = call not in self.plain.calls and self.plain.operators[code].state != "talking"
        self.tell_perhaps(ev.ConversationAdopted(call, queue, code), free)

    @rule(call=calls, code=codes, cause=st.none() | causes)
    def any_phone_speaks(
        self, call: str, code: str, cause: Literal["rejected", "busy", "unreachable", "failed"] | None
    ) -> None:
        self.tell(ev.OfferRefused(call, code, cause) if cause else ev.OfferAnswered(call, code))

    @precondition(lambda self: any(call.stage == "ringing" for call in self.plain.calls.values()))
    @rule(pick=st.integers(0, 7), cause=st.none() | st.none() | causes)
    def ringing_phone_speaks(
        self, pick: int, cause: Literal["rejected", "busy", "unreachable", "failed"] | None
    ) -> None:
        ringing = [(name, call.operator) for name, call in self.plain.calls.items() if call.stage == "ringing"]
        name, code = ringing[pick % len(ringing)]
        assert code is not None
        self.tell(ev.OfferRefused(name, code, cause) if cause else ev.OfferAnswered(name, code))

    @rule(seconds=steps_s | st.just(60.0), tell=st.booleans())
    def time_goes_on(self, seconds: float, tell: bool) -> None:
        self.now += seconds
        if tell:
            self.tell(ev.TimePassed())

    @rule()
    def deadline_comes(self) -> None:
        self.now = max(self.now, self.acd.next_deadline() or self.now)
        self.tell(ev.TimePassed())

    @invariant()
    def nobody_who_could_talk_is_kept_waiting(self) -> None:
        assert self.plain.could_be_matched() == []

    @invariant()
    def views_are_those_of_the_oracle(self) -> None:
        for code, op in self.plain.operators.items():
            view = self.acd.operator(code)
            seen = (view.state, view.phone_reachable, view.wish, view.reason, view.call, view.queue)
            assert seen == (op.state, op.phone, op.wish, op.reason, op.call, op.queue)
        for name, call in self.plain.calls.items():
            seen_call = self.acd.call(name)
            assert seen_call is not None
            assert (seen_call.stage, seen_call.queue, seen_call.operator, seen_call.arrived_at) == (
                call.stage,
                call.event.queue,
                call.operator,
                call.place[1],
            )

    @invariant()
    def queues_are_those_of_the_oracle(self) -> None:
        for name in self.plain.rules:
            view, ops = self.acd.queue(name, self.now), self.plain.operators.values()
            mine = [op for op in ops if name in op.profile.queues]
            here = {call_id: call for call_id, call in self.plain.calls.items() if call.event.queue == name}
            line = sorted((call.place, call_id) for call_id, call in here.items() if call.stage != "talking")
            arrivals = [call.place[1] for call in here.values() if call.stage == "waiting"]
            assert self.acd.line(name) == [call_id for _, call_id in line]
            for at, (_, call_id) in enumerate(line):
                seen = self.acd.call(call_id)
                assert seen is not None
                assert seen.position == at + 1
            assert view.waiting == len(arrivals)
            assert view.longest_wait_s == self.now - min(arrivals, default=self.now)
            assert view.ready == sum(op.state == "ready" and op.phone for op in mine)
            assert view.paused == sum(op.state == "paused" for op in mine)
            assert view.logged_in == sum(op.state != "logged_out" for op in mine)
            for state in ("ringing", "talking", "wrap_up"):
                assert getattr(view, state) == sum(op.state == state and op.queue == name for op in ops)
            assert astuple(view.counts)[:5] == astuple(self.plain.counts[name])
            assert view.counts.offered == view.counts.answered + view.counts.abandoned + len(line)

    @invariant()
    def nobody_is_in_two_calls_and_no_call_has_two_operators(self) -> None:
        views = [view for name in self.plain.calls if (view := self.acd.call(name))]
        taken = [view.operator for view in views if view.operator is not None]
        assert len(taken) == len(set(taken))
        for view in views:
            assert (view.operator is None) == (view.stage == "waiting")
            if view.operator is not None:
                op = self.acd.operator(view.operator)
                assert (op.call, op.state) == (view.id, view.stage)

    @invariant()
    def whoever_waits_with_the_same_needs_waits_in_order_of_arrival(self) -> None:
        for queue in self.plain.rules:
            ahead: dict[tuple[object, ...], float] = {}
            for call_id in self.acd.line(queue):
                call = self.plain.calls[call_id]
                alike = (call.wanted, call.place[0])
                assert ahead.get(alike, call.place[1]) <= call.place[1]
                ahead[alike] = call.place[1]

    @invariant()
    def deadlines_are_those_of_the_oracle(self) -> None:
        told = self.acd.next_deadline()
        assert (float("inf") if told is None else told) == self.plain.next_due()


TestCentre = CentreMachine.TestCase
TestCentre.settings = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
