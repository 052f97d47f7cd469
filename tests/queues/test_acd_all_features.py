"""Whatever happens, with every feature on: no caller is lost, nobody is in two calls, nobody free stands beside who waits.

There is no second ACD here to compare with (oracle.py is one, for the plain rules): each promise is checked by looking
at everybody, and the indexes against what counting everybody gives.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queues import events as ev
from queues.acd import Acd
from queues.effects import AcdEffect, CallCustomer, ConnectCall, OfferCall, ReleaseCaller
from queues.errors import AcdError
from queues.facts import Fact, OperatorWent
from queues.pools import Pool
from queues.records import Call, Operator, Queue, place_in_census
from queues.rules import CallbackRules, Destination, Exit, Membership, OperatorProfile, QueueRules, Ring
from queues.strategies import AT_ONCE, STRATEGIES

pytestmark = pytest.mark.timeout(7200)  # the deep profile takes long

SKILLS = ("english", "gas", "claims")
CODES = tuple(str(code) for code in range(1001, 1008))
QUEUES = ("support", "sales", "claims")
CALLS = tuple(f"call{number}" for number in range(9))

calls, codes, queues = st.sampled_from(CALLS), st.sampled_from(CODES), st.sampled_from(QUEUES)
CAUSES: tuple[ev.RefusalCause, ...] = ("rejected", "busy", "unreachable", "failed")
causes = st.sampled_from(CAUSES)
levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2)
steps_s = st.sampled_from([0.0, 0.5, 2.0, 3.0, 5.0, 10.0, 30.0])
some_s = st.sampled_from([1.0, 2.0, 5.0, 10.0])
absent = st.none() | st.sets(st.sampled_from(["paused", "unreachable", "wrap_up", "talking", "own_call"])).map(
    frozenset
)


@st.composite
def rings(draw: st.DrawFn) -> tuple[Ring, ...]:
    times = sorted(draw(st.sets(st.sampled_from([0.0, 2.0, 5.0, 8.0, 20.0]), max_size=3)))
    return tuple(
        Ring(
            at,
            lower=draw(st.integers(0, 2)),
            drop=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1))),
            anyone=draw(st.booleans()),
            max_penalty=draw(st.none() | st.integers(0, 2)),
        )
        for at in times
    )


@st.composite
def exits(draw: st.DrawFn, later: tuple[str, ...]) -> tuple[Exit, ...]:
    """Some ways out; to queues further on only, so that they never lead in a circle."""
    whens = draw(
        st.lists(st.sampled_from(["full", "length", "load", "empty", "closed", "waited", "emptied", "closing"]))
    )
    ways = [Destination("hang_up", "no"), Destination("number", "900111222"), *(Destination("queue", q) for q in later)]
    return tuple(
        Exit(when, draw(st.sampled_from(ways)), draw(st.sampled_from([1.0, 3.0, 10.0])))  # type: ignore[arg-type]
        for when in whens
    )


@st.composite
def queue_rules(draw: st.DrawFn, name: str, later: tuple[str, ...]) -> QueueRules:
    """A few rules that differ from the defaults: with all of them at once most callers would be gone before anything happens."""
    features: dict[str, st.SearchStrategy[Any]] = {
        "weight": st.integers(0, 1),
        "ring_timeout_s": some_s,
        "ring_step_s": some_s,
        "wrap_up_s": st.sampled_from([0.0, 3.0, 10.0]),
        "wrap_up_until_disposition": st.booleans(),
        "no_answer_pause_s": some_s,
        "reject_pause_s": some_s,
        "busy_pause_s": some_s,
        "unreachable_pause_s": some_s,
        "max_misses": st.integers(1, 3),
        "reoffer_after_s": st.sampled_from([4.0, 15.0]),
        "max_penalty": st.integers(0, 1),
        "rings": rings(),
        "sticky_s": st.sampled_from([0.0, 4.0, 10.0]),
        "priority_after_s": st.just(5.0),
        "capacity": st.integers(1, 5),
        "join_empty": absent,
        "leave_when_empty": absent,
        "max_wait_s": st.sampled_from([5.0, 30.0]),
        "exits": exits(later),
        "place_kept_s": st.just(20.0),
        "callback": st.builds(CallbackRules, st.sampled_from(["operator", "customer"]), st.integers(1, 3), some_s),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(features)), max_size=5, unique=True))
    strategy: Any = draw(st.sampled_from(STRATEGIES))
    return QueueRules(name, strategy=strategy, **{feature: draw(features[feature]) for feature in chosen})


memberships = st.sets(queues, min_size=1).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(
                Membership,
                st.just(name),
                st.sampled_from([0, 0, 1, 2]),
                st.sampled_from([0.5, 1.0, 4.0]),
                st.none() | st.sampled_from([0.0, 6.0]),
            )
            for name in sorted(names)
        )
    )
)


class WholeCentre(RuleBasedStateMachine):
    """A small centre with every rule drawn by chance, in which anything may be told at any moment."""

    @initialize(data=st.data(), seed=st.integers(0, 2**32))
    def opens(self, data: st.DataObject, seed: int) -> None:
        self.queue_rules = [data.draw(queue_rules(name, QUEUES[at + 1 :])) for at, name in enumerate(QUEUES)]
        self.profiles = [OperatorProfile(code, data.draw(memberships), data.draw(levels)) for code in CODES]
        self.seed = seed
        self.acd = self.fresh()
        self.now = 0.0
        self.told: list[tuple[ev.AcdEvent, float]] = []
        self.said: list[tuple[list[AcdEffect], list[Fact]]] = []
        self.here: set[str] = set()
        self.left_alone_until: dict[str, float] = {}
        for code in CODES[: data.draw(st.integers(0, len(CODES)))]:
            self.operator_comes_to_work(code)

    def fresh(self) -> Acd:
        return Acd(self.queue_rules, self.profiles, random.Random(self.seed).random)

    @property
    def floor(self) -> Any:
        return self.acd._floor

    def tell(self, event: ev.AcdEvent) -> list[AcdEffect]:
        """Told with time up to date, as the shell's timer does it; refused events change nothing and are not kept."""
        due = self.acd.next_deadline()
        if due is not None and due <= self.now and not isinstance(event, ev.TimePassed):
            self.tell(ev.TimePassed())
        try:
            effects = self.acd.handle(event, self.now)
        except AcdError:
            return []
        facts = self.acd.facts()
        self.told.append((event, self.now))
        self.said.append((effects, facts))
        self._note_who_is_here(event, effects)
        self._check_wrap_up(event, effects, facts)
        return effects

    def _note_who_is_here(self, event: ev.AcdEvent, effects: list[AcdEffect]) -> None:
        if isinstance(event, ev.CallerJoined | ev.ConversationAdopted):
            self.here.add(event.call)
        elif isinstance(event, ev.CallerLeft | ev.ConversationEnded):
            self.here.discard(event.call)
        for effect in effects:
            if isinstance(effect, ReleaseCaller):
                self.here.discard(effect.call)

    def _check_wrap_up(self, event: ev.AcdEvent, effects: list[AcdEffect], facts: list[Fact]) -> None:
        """Nobody is offered a call before the end of a wrap-up that he or she did not end."""
        if isinstance(event, ev.OperatorBecameReady | ev.DispositionGiven | ev.OperatorPaused | ev.OperatorLoggedOut):
            self.left_alone_until.pop(event.operator, None)
        for fact in facts:
            if isinstance(fact, OperatorWent) and fact.state == "wrap_up" and fact.old in ("talking", "on_hold"):
                self.left_alone_until[fact.operator] = self.now + self._wrap_up_s(fact)
        for effect in effects:
            if isinstance(effect, OfferCall | CallCustomer):
                assert self.now >= self.left_alone_until.pop(effect.operator, 0.0), "wrap-up is honoured"

    def _wrap_up_s(self, fact: OperatorWent) -> float:
        """The membership's own, or the queue's; until the outcome is noted, for ever."""
        assert fact.queue is not None
        rules = self.floor.queues[fact.queue].rules
        operator = self.floor.operators[fact.operator]
        if rules.wrap_up_until_disposition and not operator.disposed:
            return float("inf")
        place = operator.memberships.get(fact.queue)
        own = place.wrap_up_s if place else None
        return float(rules.wrap_up_s if own is None else own)

    # What may happen

    @rule(code=codes)
    def operator_comes_to_work(self, code: str) -> None:
        self.tell(ev.PhoneBecameReachable(code))
        self.tell(ev.OperatorBecameReady(code))

    @rule(
        code=codes,
        what=st.sampled_from(
            [
                ev.OperatorBecameReady,
                ev.OperatorPaused,
                ev.OperatorLoggedOut,
                ev.OwnCallBegan,
                ev.OwnCallEnded,
                ev.DispositionGiven,
                ev.PhoneBecameReachable,
                ev.PhoneBecameUnreachable,
            ]
        ),
    )
    def something_about_an_operator(self, code: str, what: Any) -> None:
        self.tell(what(code))

    @rule(code=codes, seconds=some_s)
    def wrap_up_is_extended(self, code: str, seconds: float) -> None:
        before = self.acd._deadlines.at("state", code)
        self.tell(ev.WrapUpExtended(code, seconds))
        if self.acd.operator(code).state == "wrap_up" and before is not None and code in self.left_alone_until:
            self.left_alone_until[code] = before + seconds

    @rule(code=codes, places=memberships)
    def memberships_change(self, code: str, places: tuple[Membership, ...]) -> None:
        self.tell(ev.MembershipsChanged(code, places))

    @rule(
        call=calls,
        queue=queues,
        wanted=levels,
        priority=st.sampled_from([0, 0, 0, 1, 99]),
        ago_s=st.none() | steps_s,
        who=st.none() | st.sampled_from(["ana", "bea"]),
        preferred=st.none() | st.none() | codes,
    )
    def caller_joins(
        self,
        call: str,
        queue: str,
        wanted: dict[str, int],
        priority: int,
        ago_s: float | None,
        who: str | None,
        preferred: str | None,
    ) -> None:
        arrived_at = None if ago_s is None else self.now - ago_s
        self.tell(
            ev.CallerJoined(
                call, queue, wanted, priority, arrived_at=arrived_at, joined_at=arrived_at, who=who, preferred=preferred
            )
        )

    @rule(call=calls, queue=queues)
    def plain_caller_joins(self, call: str, queue: str) -> None:
        self.tell(ev.CallerJoined(call, queue))

    @rule(call=calls, queue=queues, code=codes)
    def call_is_transferred_to_an_operator(self, call: str, queue: str, code: str) -> None:
        self.tell(ev.CallerLeft(call, "transfer"))
        self.tell(ev.CallerJoined(call, queue, only=code))

    @rule(call=calls, queue=queues, first=st.sampled_from(["operator", "customer"]), attempts=st.integers(0, 1))
    def callback_is_restored(self, call: str, queue: str, first: Any, attempts: int) -> None:
        self.tell(ev.CallerJoined(call, queue, callback=first, attempts=attempts, not_before=self.now + 1))

    @rule(call=calls, first=st.none() | st.sampled_from(["operator", "customer"]))
    def caller_takes_a_callback(self, call: str, first: Any) -> None:
        self.tell(ev.CallbackTaken(call, first))

    @rule(call=calls, what=st.sampled_from([ev.CustomerAnswered, ev.CustomerMissed]))
    def customer_is_called(self, call: str, what: Any) -> None:
        self.tell(what(call))

    @rule(
        call=calls,
        by=st.sampled_from(["caller", "caller", "operator", "key", "transfer", "supervisor"]),
    )
    def call_leaves(self, call: str, by: Any) -> None:
        self.tell(ev.CallerLeft(call, by))

    @rule(call=calls, what=st.sampled_from([ev.ConversationEnded, ev.CallHeld, ev.CallResumed]))
    def something_about_a_conversation(self, call: str, what: Any) -> None:
        self.tell(what(call))

    @rule(call=calls, queue=queues, code=codes)
    def conversation_is_adopted(self, call: str, queue: str, code: str) -> None:
        self.tell(ev.ConversationAdopted(call, queue, code))
        self.tell(ev.ConversationAdopted(call, queue, code, self.now - 30.0, 4.0))

    @rule(call=calls, queue=queues, ago_s=steps_s)
    def place_is_kept(self, call: str, queue: str, ago_s: float) -> None:
        was = self.now - ago_s
        self.tell(ev.CallerJoined(call, queue, arrived_at=was, joined_at=was, restored=True))

    @rule(call=calls, code=codes)
    def offer_is_adopted(self, call: str, code: str) -> None:
        self.tell(ev.OfferAdopted(call, code))

    @rule(code=codes, queue=queues, left_s=some_s, wish=st.sampled_from([None, "paused"]))
    def wrap_up_is_adopted(self, code: str, queue: str, left_s: float, wish: Any) -> None:
        ready = self.acd.operator(code).state == "ready"
        self.tell(ev.WrapUpAdopted(code, "earlier", queue, self.now + left_s, wish))
        if ready:
            self.left_alone_until[code] = self.now + left_s

    @rule(call=calls, code=codes)
    def conversation_is_handed_over(self, call: str, code: str) -> None:
        self.tell(ev.ConversationHandedOver(call, code))

    @rule(call=calls, code=codes, cause=st.none() | causes)
    def any_phone_speaks(self, call: str, code: str, cause: Any) -> None:
        self.tell(ev.OfferRefused(call, code, cause) if cause else ev.OfferAnswered(call, code))

    @precondition(lambda self: hasattr(self, "acd") and any(call.offers for call in self.floor.calls.values()))
    @rule(pick=st.integers(0, 30), cause=st.none() | st.none() | causes)
    def ringing_phone_speaks(self, pick: int, cause: Any) -> None:
        ringing = [(call.id, code) for call in self.floor.calls.values() for code in call.offers]
        call, code = ringing[pick % len(ringing)]
        effects = self.tell(ev.OfferRefused(call, code, cause) if cause else ev.OfferAnswered(call, code))
        if cause is None and any(isinstance(effect, ConnectCall) for effect in effects):
            assert self.acd.call(call).operator == code  # type: ignore[union-attr]

    @rule(name=queues, what=st.sampled_from([ev.QueueClosed, ev.QueueOpened]))
    def hours_change(self, name: str, what: Any) -> None:
        self.tell(what(name))

    @rule(held=st.booleans())
    def callbacks_wait_for_the_store(self, held: bool) -> None:
        effects = self.tell(ev.CallbacksHeldBack() if held else ev.CallbacksAllowed())
        assert not held or not any(isinstance(effect, CallCustomer) for effect in effects)

    @rule(data=st.data(), at=st.integers(0, 2))
    def rules_are_reloaded(self, data: st.DataObject, at: int) -> None:
        self.tell(ev.QueueChanged(data.draw(queue_rules(QUEUES[at], QUEUES[at + 1 :]))))

    @rule(code=codes, skills=levels)
    def skills_are_reloaded(self, code: str, skills: dict[str, int]) -> None:
        self.tell(ev.SkillsChanged(code, skills))

    @rule(code=st.sampled_from(["1090", "1091"]), places=memberships, skills=levels)
    def operator_is_hired(self, code: str, places: tuple[Membership, ...], skills: dict[str, int]) -> None:
        if code not in self.floor.operators:
            self.tell(ev.OperatorHired(OperatorProfile(code, places, skills)))
        self.operator_comes_to_work(code)

    @rule(data=st.data(), codes=st.sets(codes, min_size=1, max_size=3), call=calls)
    def queue_is_added(self, data: st.DataObject, codes: set[str], call: str) -> None:
        if "added" not in self.floor.queues:
            self.tell(ev.QueueAdded(data.draw(queue_rules("added", QUEUES))))
        for code in codes:
            self.tell(ev.MembershipsChanged(code, (Membership("added"), Membership("support", 1))))
        self.tell(ev.CallerJoined(call, "added"))

    @rule(seconds=steps_s)
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds
        self.tell(ev.TimePassed())

    @rule()
    def deadline_comes(self) -> None:
        self.now = max(self.now, self.acd.next_deadline() or self.now)
        self.tell(ev.TimePassed())

    @rule(seed=st.integers(0, 2**32), length=st.integers(5, 25))
    def a_busy_while(self, seed: int, length: int) -> None:
        """Mostly sensible things in a row, so that conversations, callbacks and transfers come about at all."""
        chance = random.Random(seed)
        for _ in range(length):
            self._something_likely(chance)
            self.everything_holds()

    def _something_likely(self, chance: random.Random) -> None:
        living = list(self.floor.calls.values())
        ringing = [(call.id, code) for call in living for code in call.offers]
        talking = [call.id for call in living if call.stage == "talking"]
        calling = [call.id for call in living if call.stage == "calling"]
        waiting = [call.id for call in living if call.stage in ("waiting", "ringing")]
        code, fresh = chance.choice(CODES), [call for call in CALLS if call not in self.floor.calls]
        likely: list[ev.AcdEvent] = [ev.OperatorBecameReady(code)]
        likely += [ev.OfferAnswered(*chance.choice(ringing))] * 4 if ringing else []
        likely += [ev.OfferRefused(*chance.choice(ringing), chance.choice(CAUSES))] if ringing else []
        likely += (
            [ev.CustomerAnswered(chance.choice(calling)), ev.CustomerMissed(chance.choice(calling))] if calling else []
        )
        likely += [ev.CallbackTaken(chance.choice(waiting)), ev.CallerLeft(chance.choice(waiting))] if waiting else []
        if talking:
            one = chance.choice(talking)
            likely += [ev.ConversationEnded(one), ev.CallerLeft(one), ev.CallHeld(one), ev.CallResumed(one)]
            likely += [ev.ConversationHandedOver(one, code), ev.DispositionGiven(code)]
        if fresh:
            wanted = {chance.choice(SKILLS): chance.randint(1, 3)} if chance.random() < 0.4 else {}
            joined = ev.CallerJoined(chance.choice(fresh), chance.choice(QUEUES), wanted, chance.choice([0, 0, 7]))
            likely += [joined] * 3
        if chance.random() < 0.15:
            self.deadline_comes()
        else:
            self.tell(chance.choice(likely))

    # What must always hold

    def everything_holds(self) -> None:
        self.no_caller_is_lost_or_duplicated()
        self.no_operator_is_offered_two_calls_or_talks_in_two()
        self.nobody_waits_whose_way_out_has_come()
        self.arrival_order_is_kept_within_equal_priority()
        self.no_ready_operator_stands_beside_a_waiting_caller_who_fits()
        self.callbacks_under_way_never_exceed_the_operators_kept_free_for_them()
        self.indexes_are_what_counting_everybody_gives()

    @invariant()
    def no_caller_is_lost_or_duplicated(self) -> None:
        assert set(self.floor.calls) == self.here
        lines = [call for name in self.floor.queues for call in self.acd.line(name)]
        assert len(lines) == len(set(lines))
        assert set(lines) == {call.id for call in self.floor.calls.values() if call.stage != "talking"}
        for name in self.floor.queues:
            counts = self.acd.queue(name, self.now).counts
            assert counts.offered == counts.answered + counts.abandoned + counts.exited + len(self.acd.line(name))

    @invariant()
    def no_operator_is_offered_two_calls_or_talks_in_two(self) -> None:
        taken: list[str] = []
        for call in self.floor.calls.values():
            assert call.stage in ("ringing",) or not call.offers
            taken += call.offers or ([call.operator.code] if call.stage in ("calling", "talking") else [])
            for code in call.offers:
                assert (self.acd.operator(code).state, self.acd.operator(code).call) == ("ringing", call.id)
            if call.stage == "talking":
                assert call.operator.state in ("talking", "on_hold")
                assert (call.operator.state == "on_hold") == (call.held_since is not None)
            if call.stage == "calling":
                assert call.operator.state == "reserved"
        assert len(taken) == len(set(taken))
        busy = {
            code
            for code in self.floor.operators
            if self.acd.operator(code).state in ("reserved", "ringing", "talking", "on_hold")
        }
        assert set(taken) == busy

    @invariant()
    def nobody_waits_whose_way_out_has_come(self) -> None:
        for call in self.floor.calls.values():
            assert call.stage != "waiting" or call.leaving is None
        for queue in self.floor.queues.values():
            gone = queue.rules.leave_when_empty
            if gone is not None and queue.is_empty(gone):
                assert not any(
                    c.stage == "waiting" and c.only is None for c in self.floor.calls.values() if c.queue is queue
                )

    @invariant()
    def arrival_order_is_kept_within_equal_priority(self) -> None:
        for name in self.floor.queues:
            last: dict[float, float] = {}
            for call_id in self.acd.line(name):
                call = self.floor.calls[call_id]
                assert last.get(call.rank[1], call.arrived_at) <= call.arrived_at
                last[call.rank[1]] = call.arrived_at

    @invariant()
    def no_ready_operator_stands_beside_a_waiting_caller_who_fits(self) -> None:
        free = [operator for operator in self.floor.operators.values() if operator.can_be_offered]
        for call in self.floor.calls.values():
            if self._wants_an_operator(call):
                fitting = [operator.code for operator in free if self._fits(call, operator)]
                assert not fitting, (call.id, fitting)

    def _wants_an_operator(self, call: Call) -> bool:
        rules = call.queue.rules
        if call.stage == "ringing":
            return rules.strategy in AT_ONCE and call.ring_step_over and call.hungry
        return call.stage == "waiting" or (
            call.stage == "callback" and not call.queue.closed and call.not_before <= self.now and call.hungry
        )

    def _fits(self, call: Call, operator: Operator) -> bool:
        """By the first step still to come that anybody present meets."""
        for step in call.steps[call.step :]:
            present = [other for other in self.floor.operators.values() if self._is_present(other, call.queue, step)]
            if present or step is call.steps[-1]:
                return operator in present and operator.code not in call.declined
        raise AssertionError("a caller has steps")

    @staticmethod
    def _is_present(operator: Operator, queue: Queue, step: Any) -> bool:
        place = operator.memberships.get(queue.rules.name)
        there = operator.at_work if step.required.at_work else operator.state != "logged_out"
        return there and step.required.met_by(operator.code, operator.skills, None if place is None else place.penalty)

    @invariant()
    def callbacks_under_way_never_exceed_the_operators_kept_free_for_them(self) -> None:
        calling = [call for call in self.floor.calls.values() if call.stage == "calling"]
        reserved = [code for code in self.floor.operators if self.acd.operator(code).state == "reserved"]
        assert sorted(call.operator.code for call in calling) == sorted(reserved)

    @invariant()
    def indexes_are_what_counting_everybody_gives(self) -> None:
        for queue in self.floor.queues.values():
            for pool in queue.pools.values():
                self._check_pool(pool)
            mine = list(queue.members.values())
            assert queue.members.keys() == {o.code for o in self.floor.operators.values() if queue in o.queues}
            for state in ("logged_out", "ready", "paused", "ringing", "talking", "wrap_up", "own_call", "reserved"):
                for there in (True, False):
                    counted = sum(o.state == state and o.phone_reachable == there for o in mine)
                    assert queue.census[place_in_census(state, there)] == counted
            stages = [call.stage for call in self.floor.calls.values() if call.queue is queue]
            assert {stage: n for stage, n in queue.stages.items() if n} == {s: stages.count(s) for s in set(stages)}
            states = [o.state for o in self.floor.operators.values() if o.queue is queue]
            assert {state: n for state, n in queue.busy.items() if n} == {s: states.count(s) for s in set(states)}
            waiting = {call for need in queue.hungry for call in need.waiting}
            assert waiting == {call for call in self.floor.calls.values() if call.queue is queue and call.hungry}

    def _check_pool(self, pool: Pool) -> None:
        able = [operator for operator in self.floor.operators.values() if pool in operator.pools]
        for operator in self.floor.operators.values():
            place = operator.memberships.get(pool.queue.rules.name)
            penalty = None if place is None else place.penalty
            assert (operator in able) == pool.required.met_by(operator.code, operator.skills, penalty)
        present = [o for o in able if (o.at_work if pool.required.at_work else o.state != "logged_out")]
        assert pool.present == len(present)
        assert set(pool.ready()) == {operator for operator in able if operator.can_be_offered}
        for need in pool.hungry:
            assert pool in need.pools
            assert need in need.pool.serving
        assert all(need.pool is pool for need in pool.serving)

    def teardown(self) -> None:
        """The same seed and events give the same journal, decision by decision."""
        if not hasattr(self, "acd"):
            return
        again = self.fresh()
        for (event, now), (effects, facts) in zip(self.told, self.said, strict=True):
            assert (again.handle(event, now), again.facts()) == (effects, facts)


PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
TestWholeCentre = WholeCentre.TestCase
TestWholeCentre.settings = settings(
    settings.get_profile(PROFILE),
    max_examples={"quick": 250, "deep": 10_000}.get(PROFILE, 250),
    stateful_step_count={"quick": 30, "deep": 50}.get(PROFILE, 30),
)
