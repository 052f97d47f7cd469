"""What does a busy day look like, with every feature of the core in use? Made from a seed, so that it can be made again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from queues import events as ev
from queues.acd import Acd
from queues.effects import AcdEffect, CallCustomer, OfferCall
from queues.journal import Happened, Header, fingerprint
from queues.rules import CallbackRules, Destination, Exit, Membership, OperatorProfile, QueueRules, Ring

QUEUES = (
    QueueRules(
        "support",
        strategy="random",
        rings=(Ring(5, lower=1), Ring(20, anyone=True)),
        capacity=6,
        exits=(
            Exit("full", Destination("queue", "overflow")),
            Exit("waited", Destination("voicemail", "buzon"), 60),
            Exit("closing", Destination("hang_up", "closed")),
        ),
        place_kept_s=60,
        reoffer_after_s=15,
        short_abandon_s=3,
        callback=CallbackRules(max_attempts=2, gap_s=30),
    ),
    QueueRules("sales", strategy="round_robin_memory", weight=5, wrap_up_until_disposition=True, priority_after_s=10),
    QueueRules("all", strategy="ring_all", leave_when_empty=frozenset({"paused"}), wrap_up_s=0),
    QueueRules("step", strategy="ring_progressively", ring_step_s=3, callback=CallbackRules("customer", 3, 20)),
    QueueRules("overflow", strategy="least_talk_time", join_empty=frozenset({"unreachable"})),
)
OPERATORS = (
    OperatorProfile("1001", ("support", "sales"), {"english": 2}),
    OperatorProfile("1002", (Membership("support", 1), "all", "step"), {"english": 1, "gas": 1}),
    OperatorProfile("1003", (Membership("sales", weight=3), "step", "overflow", "support"), {"gas": 3}),
    OperatorProfile("1004", ("all", Membership("overflow", wrap_up_s=2)), {}),
    OperatorProfile("1005", ("support", "all", "step"), {}),
)
NAMES = [rules.name for rules in QUEUES]
CODES = [profile.code for profile in OPERATORS]
CAUSES: list[ev.RefusalCause] = ["rejected", "busy", "unreachable", "failed"]


def header(seed: int) -> Header:
    """What the centre is built from."""
    return Header(0.0, f"life-{seed}", fingerprint(QUEUES, OPERATORS), seed, "Europe/Madrid", QUEUES, OPERATORS)


def chance(seed: int) -> Callable[[], float]:
    """As the shell makes it."""
    return random.Random(seed).random


class BusyCentre:
    """Tells an Acd a day of ``seed``. ``happened`` yields each event with what came of it."""

    def __init__(self, seed: int) -> None:
        self.acd = Acd(QUEUES, OPERATORS, chance(seed))
        self.now = 1_000_000.0
        self._dice = random.Random(seed + 1)
        self._ringing: list[OfferCall] = []
        self._dialled: list[CallCustomer] = []
        self._talking: list[str] = []
        self._calls: list[str] = []

    def happened(self, steps: int) -> Iterator[Happened]:
        """The first ``steps`` events of the day, operators' log-in first."""
        for code in CODES:
            yield self._tell(ev.PhoneBecameReachable(code))
            yield self._tell(ev.OperatorBecameReady(code))
        for _ in range(steps):
            self.now += self._dice.choice([0.0, 0.25, 1.0, 3.0])
            due = self.acd.next_deadline()
            if due is not None and due <= self.now and self._dice.random() < 0.9:
                yield self._tell(ev.TimePassed())
            yield self._tell(self._next())

    def _tell(self, event: ev.AcdEvent) -> Happened:
        try:
            effects = self.acd.handle(event, self.now)
        except (LookupError, ValueError) as refused:
            return Happened(self.now, event, (), tuple(self.acd.facts()), type(refused).__name__)
        self._remember(effects)
        return Happened(self.now, event, tuple(effects), tuple(self.acd.facts()))

    def _remember(self, effects: list[AcdEffect]) -> None:
        self._ringing += [effect for effect in effects if isinstance(effect, OfferCall)]
        self._dialled += [effect for effect in effects if isinstance(effect, CallCustomer)]
        self._ringing, self._dialled = self._ringing[-6:], self._dialled[-6:]

    def _next(self) -> ev.AcdEvent:
        dice = self._dice
        if self._ringing and dice.random() < 0.6:
            offer = self._ringing.pop()
            if dice.random() < 0.7:
                return ev.OfferAnswered(offer.call, offer.operator)
            return ev.OfferRefused(offer.call, offer.operator, dice.choice(CAUSES))
        if self._dialled and dice.random() < 0.6:
            called = self._dialled.pop()
            return ev.CustomerAnswered(called.call) if dice.random() < 0.6 else ev.CustomerMissed(called.call)
        if dice.random() < 0.3:
            return self._join()
        if dice.random() < 0.3:
            return self._of_a_call()
        return self._of_the_centre() if dice.random() < 0.3 else self._back_to_work()

    def _back_to_work(self) -> ev.AcdEvent:
        code = self._dice.choice(CODES)
        if not self.acd.operator(code).phone_reachable:
            return ev.PhoneBecameReachable(code)
        return ev.OwnCallEnded(code) if self.acd.operator(code).state == "own_call" else ev.OperatorBecameReady(code)

    def _join(self) -> ev.AcdEvent:
        dice = self._dice
        self._calls = [*self._calls[-12:], f"call{dice.randrange(10_000)}"]
        wanted = {"english": dice.choice([1, 2])} if dice.random() < 0.3 else {}
        return ev.CallerJoined(
            self._calls[-1],
            dice.choice(NAMES),
            wanted,
            priority=dice.choice([0, 0, 0, 7]),
            who=dice.choice([None, "ana", "bea"]),
            preferred=dice.choice([None, None, *CODES]),
            only=dice.choice(CODES) if dice.random() < 0.05 else None,
            restored=dice.random() < 0.1,
        )

    def _of_a_call(self) -> ev.AcdEvent:
        dice = self._dice
        here = [call for call in self._calls if self.acd.call(call) is not None]
        views = [self.acd.operator(code) for code in CODES]
        talking = [view.call for view in views if view.state in ("talking", "on_hold") and view.call]
        call = dice.choice((talking if dice.random() < 0.7 else here) or here or ["nobody"])
        told: list[ev.AcdEvent] = [
            ev.CallerLeft(call),
            ev.CallerLeft(call, dice.choice(["key", "transfer", "supervisor"]), "5"),
            ev.CallbackTaken(call),
            ev.CallHeld(call),
            ev.CallResumed(call),
            ev.ConversationHandedOver(call, dice.choice(CODES)),
            ev.ConversationEnded(call),
            ev.ConversationEnded(call),
            ev.ConversationEnded(call),
            ev.ConversationAdopted(call, dice.choice(NAMES), dice.choice(CODES)),
            ev.ConversationAdopted(call, dice.choice(NAMES), dice.choice(CODES), self.now - 40.0, 7.0),
            ev.OfferAdopted(call, dice.choice(CODES)),
        ]
        return dice.choice(told)

    def _of_the_centre(self) -> ev.AcdEvent:
        dice, code = self._dice, self._dice.choice(CODES)
        told: list[ev.AcdEvent] = [
            ev.OperatorBecameReady(code),
            ev.OperatorBecameReady(code),
            ev.PhoneBecameReachable(code),
            ev.PhoneBecameReachable(code),
            ev.OperatorPaused(code, dice.choice([None, "comida"])),
            ev.OperatorLoggedOut(code),
            ev.OwnCallBegan(code),
            ev.OwnCallEnded(code),
            ev.WrapUpExtended(code, 5),
            ev.DispositionGiven(code),
            ev.WrapUpAdopted(code, "earlier", dice.choice(NAMES), self.now + 5, dice.choice([None, "paused"])),
            ev.PhoneBecameUnreachable(code),
            ev.MembershipsChanged(code, OPERATORS[CODES.index(code)].memberships),
            ev.MembershipsChanged(code, (Membership(dice.choice(NAMES[:3]), dice.randrange(2)), Membership("step"))),
            ev.QueueClosed("support"),
            ev.QueueOpened("support"),
            ev.QueueChanged(dice.choice(QUEUES)),
            ev.DayBegan(),
            ev.CallbacksHeldBack(),
            ev.CallbacksAllowed(),
            ev.CallbacksAllowed(),
            ev.CountsRestored(dice.choice(NAMES), self.acd.queue("support", self.now).counts),
        ]
        return dice.choice(told)
