"""What should the ACD do? The rules again, without any index: everybody is compared with everybody after every event.

Written apart from the product's code on purpose: it shares only the events and the rules with it. Slow and plain; the
property tests compare it with the real one, effect by effect and view by view.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from queues import events as ev
from queues.rules import OperatorProfile, QueueRules

Said = tuple[str, ...]
# Of the queue's operators at the moment of an offer: logged in, free but unfit, paused, busy, unreachable.
Why = tuple[int, int, int, int, int]
NEVER = float("inf")


@dataclass
class PlainOperator:
    profile: OperatorProfile
    state: str = "logged_out"
    reason: str | None = None
    idle: tuple[float, int] = (0.0, 0)
    phone: bool = False
    wish: str | None = None
    misses: int = 0
    call: str | None = None
    queue: str | None = None
    due: tuple[float, int] = (NEVER, 0)
    phone_due: tuple[float, int] = (NEVER, 0)


@dataclass
class PlainCall:
    event: ev.CallerJoined | ev.ConversationAdopted
    place: tuple[int, float, int]
    stage: str = "waiting"
    operator: str | None = None
    due: tuple[float, int] = (NEVER, 0)
    patient: bool = True
    joined: float = 0.0

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(self.event.skills) if isinstance(self.event, ev.CallerJoined) else frozenset()


@dataclass
class PlainCounts:
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    answered_in_sl: int = 0
    abandoned_in_sl: int = 0


@dataclass
class PlainAcd:
    rules: dict[str, QueueRules]
    operators: dict[str, PlainOperator]
    calls: dict[str, PlainCall] = field(default_factory=dict)
    counts: dict[str, PlainCounts] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    why: list[Why] = field(default_factory=list)
    now: float = 0.0
    turn: int = 0

    def handle(self, event: ev.AcdEvent, now: float) -> list[Said]:
        """Effects in few words. The event must be about operators, queues and calls that fit it."""
        self.now, self.said, self.why = now, [], []
        if isinstance(event, ev.TimePassed):
            self._time_passed()
        elif isinstance(event, ev.CallerJoined | ev.ConversationAdopted):
            self._came(event)
        elif isinstance(event, ev.CallerLeft | ev.ConversationEnded):
            self._went(event.call)
        elif isinstance(event, ev.OfferAnswered | ev.OfferRefused):
            self._phone_spoke(event)
        else:
            self._operator_spoke(event)
        self._match()
        return self.said

    def fits(self, op: PlainOperator, call: PlainCall) -> bool:
        queue = call.event.queue
        if queue not in op.profile.queues:
            return False
        someone_has_them = any(
            other.state != "logged_out" and queue in other.profile.queues and call.wanted <= other.profile.skills.keys()
            for other in self.operators.values()
        )
        return call.wanted <= op.profile.skills.keys() or not call.patient or not someone_has_them

    def could_be_matched(self) -> list[tuple[tuple[int, float, int], tuple[float, int], str, str]]:
        """Every waiting caller with every operator who could take the call, best first."""
        return sorted(
            (call.place, op.idle, call_id, code)
            for call_id, call in self.calls.items()
            for code, op in self.operators.items()
            if call.stage == "waiting" and op.state == "ready" and op.phone and self.fits(op, call)
        )

    def _match(self) -> None:
        while pairs := self.could_be_matched():
            _, _, call_id, code = pairs[0]
            call, op = self.calls[call_id], self.operators[code]
            self.why.append(self._why(call, op))
            call.stage, call.operator = "ringing", code
            op.state, op.call, op.queue = "ringing", call_id, call.event.queue
            op.due = self._in(self.rules[call.event.queue].ring_timeout_s)
            self.said.append(("offer", call_id, code))

    def _why(self, call: PlainCall, chosen: PlainOperator) -> Why:
        ops = [op for op in self.operators.values() if call.event.queue in op.profile.queues]
        return (
            sum(op.state != "logged_out" for op in ops),
            sum(op.state == "ready" and op.phone and not self.fits(op, call) for op in ops),
            sum(op.state == "paused" for op in ops),
            sum(op.state in ("ringing", "talking", "wrap_up") for op in ops),
            sum(op.state == "ready" and not op.phone for op in ops),
        )

    def next_due(self) -> float:
        """When something happens by itself next; a caller's patience counts only if there is a wish."""
        dues = [at for op in self.operators.values() for at, _ in (op.due, op.phone_due)]
        return min(dues + [call.due[0] for call in self.calls.values() if call.wanted])

    def _in(self, seconds: float) -> tuple[float, int]:
        self.turn += 1
        return (self.now + seconds, self.turn)

    def _time_passed(self) -> None:
        while True:
            due = [(op.due, "state", code) for code, op in self.operators.items()]
            due += [(op.phone_due, "phone", code) for code, op in self.operators.items()]
            due += [(call.due, "skills", call_id) for call_id, call in self.calls.items()]
            (at, _), kind, name = min(due)
            if at > self.now:
                return
            if kind == "skills":
                self.calls[name].due, self.calls[name].patient = (NEVER, 0), False
            elif kind == "phone":
                self.operators[name].phone_due, self.operators[name].phone = (NEVER, 0), True
            else:
                self._state_over(self.operators[name])

    def _state_over(self, op: PlainOperator) -> None:
        op.due = (NEVER, 0)
        if op.state == "ringing":
            assert op.call is not None
            self.said.append(("withdraw", op.call, op.profile.code, "ring_timeout"))
            self._miss(op, "missed")
        else:
            self._free(op)

    def _free(self, op: PlainOperator, keep_idle: bool = False) -> None:
        """To ready, or to what was wished for."""
        op.due, op.call, op.queue = (NEVER, 0), None, None
        if not keep_idle:
            op.idle = self._in(0)
        op.state = {None: "ready", "paused": "paused", "logged_out": "logged_out"}[op.wish]
        op.reason = op.reason if op.wish == "paused" else None
        op.wish = None

    def _back_to_line(self, op: PlainOperator) -> None:
        assert op.call is not None
        self.calls[op.call].stage, self.calls[op.call].operator = "waiting", None

    def _miss(self, op: PlainOperator, reason: str) -> None:
        assert op.queue is not None
        rules = self.rules[op.queue]
        self._back_to_line(op)
        op.misses += 1
        if op.wish:
            self._free(op)
            return
        op.state, op.reason, op.call, op.queue, op.due = "paused", reason, None, None, (NEVER, 0)
        if op.misses < rules.max_misses:
            op.due = self._in(rules.no_answer_pause_s)

    def _came(self, event: ev.CallerJoined | ev.ConversationAdopted) -> None:
        rules = self.rules[event.queue]
        if isinstance(event, ev.ConversationAdopted):
            op = self.operators[event.operator]
            if op.state == "ringing":
                assert op.call is not None
                self.said.append(("withdraw", op.call, event.operator, "stale"))
                self._back_to_line(op)
            if op.state == "paused" and op.due[0] == NEVER:
                op.wish = "paused"
            if op.wish is None:
                op.reason = None
            op.state, op.call, op.queue, op.due = "talking", event.call, event.queue, (NEVER, 0)
            self.calls[event.call] = PlainCall(event, (0, self.now, self._in(0)[1]), "talking", event.operator)
            return
        arrived = self.now if event.arrived_at is None else min(self.now, event.arrived_at)
        call = PlainCall(event, (-event.priority, arrived, self._in(0)[1]), joined=self.now)
        call.due = (arrived + rules.rings[0].after_s, self._in(0)[1])
        if call.due[0] <= self.now:
            call.due, call.patient = (NEVER, 0), False
        self.calls[event.call] = call
        self.counts[event.queue].offered += 1

    def _went(self, call_id: str) -> None:
        call = self.calls.pop(call_id)
        rules, counts = self.rules[call.event.queue], self.counts[call.event.queue]
        op = self.operators[call.operator] if call.operator else None
        if call.stage != "talking":
            counts.abandoned += 1
            counts.abandoned_in_sl += self.now - call.joined <= rules.service_level_s
        if op and call.stage == "ringing":
            self.said.append(("withdraw", call_id, op.profile.code, "caller_left"))
            self._free(op, keep_idle=True)
        elif op and (op.wish == "logged_out" or rules.wrap_up_s == 0):
            self._free(op)
        elif op:
            op.state, op.due = "wrap_up", self._in(rules.wrap_up_s)

    def _phone_spoke(self, event: ev.OfferAnswered | ev.OfferRefused) -> None:
        op, call = self.operators[event.operator], self.calls.get(event.call)
        mine = call is not None and call.operator == event.operator
        if isinstance(event, ev.OfferAnswered) and not mine:
            self.said.append(("withdraw", event.call, event.operator, "stale"))
        if call is None or not mine or call.stage != "ringing":
            return
        rules, counts = self.rules[call.event.queue], self.counts[call.event.queue]
        if isinstance(event, ev.OfferAnswered):
            call.stage, call.due = "talking", (NEVER, 0)
            op.state, op.misses, op.due = "talking", 0, (NEVER, 0)
            op.reason = op.reason if op.wish else None
            counts.answered += 1
            counts.answered_in_sl += self.now - call.joined <= rules.service_level_s
            self.said.append(("connect", event.call, event.operator))
        elif event.cause == "unreachable":
            self._back_to_line(op)
            op.phone, op.phone_due = False, self._in(rules.unreachable_pause_s)
            self._free(op, keep_idle=True)
        else:
            self._miss(op, "missed" if event.cause == "failed" else event.cause)

    def _operator_spoke(self, event: ev.AcdEvent) -> None:
        assert isinstance(
            event,
            ev.OperatorBecameReady
            | ev.OperatorPaused
            | ev.OperatorLoggedOut
            | ev.PhoneBecameReachable
            | ev.PhoneBecameUnreachable,
        )
        op = self.operators[event.operator]
        if isinstance(event, ev.PhoneBecameReachable):
            op.phone, op.phone_due = True, (NEVER, 0)
        elif isinstance(event, ev.PhoneBecameUnreachable):
            op.phone, op.phone_due = False, (NEVER, 0)
            if op.state == "ringing":
                self._withdraw(op, "phone_unreachable")
                self._free(op, keep_idle=True)
        elif isinstance(event, ev.OperatorBecameReady):
            self._ready(op)
        elif isinstance(event, ev.OperatorPaused):
            op.reason = event.reason
            op.wish = "paused"
            if op.state not in ("ringing", "talking"):
                self._free(op)
        else:
            self._log_out(op)

    def _withdraw(self, op: PlainOperator, cause: str) -> None:
        assert op.call is not None
        self.said.append(("withdraw", op.call, op.profile.code, cause))
        self._back_to_line(op)

    def _ready(self, op: PlainOperator) -> None:
        op.wish = None
        if op.state in ("ringing", "talking"):
            op.reason = None
        elif op.state != "ready":
            op.misses = 0
            self._free(op)

    def _log_out(self, op: PlainOperator) -> None:
        if op.state == "ringing":
            self._withdraw(op, "operator_logged_out")
        op.wish = "logged_out"
        if op.state == "talking":
            op.reason = None
        else:
            self._free(op)
