"""What of a centre's facts is kept for good, row by row? A fold over the journal; its rows add up to any day's figures.

The rows are what day.py counts as it goes: one ``Counted`` for each thing counted, so that a figure and the list of the calls
behind it have one length, and live and historical figures are the same (a property test holds them together). Beside them the
stretches of each call (``Segment``) and of each operator's time (``StateTime``).

A row belongs to the ``day`` (ISO date in the centre's time zone) in which day.py counts it. Operators' times are cut at each
quarter of an hour, so that they can be added up by hour whatever the time zone's offset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from queues import facts as fa
from queues.journal import Header
from queues.states import OperatorState

QUARTER_S: Final = 900
LOST_AFTER_S: Final = 60.0
"""A caller of an earlier life of whom the next one has heard nothing for so long has gone while no controller ran."""

What = Literal[
    "offered",
    "lost",
    "answered",
    "abandoned",
    "exited",
    "refused",
    "callback_agreed",
    "rung",
    "unanswered",
    "handled",
    "wrap_up",
    "state",
]
"""What is counted. ``lost``: offered at that time, and gone while no controller ran; day.py counts them as offered no more."""

SegmentKind = Literal["waiting", "ringing", "talking", "held", "wrap_up", "callback", "calling"]


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that is counted, at ``at`` (Unix s).

    ``seconds``: the wait of the answered and abandoned, the talk (less ``hold_s``) of the handled, a wrap-up's or a state's time.
    ``within`` the service level. ``cause``: of an exit or refusal, how an offer ended, the state; ``short`` of an abandoned, and
    ``called_back`` of an answered. ``reason``: the pause's.
    """

    day: str
    at: float
    what: What
    queue: str | None = None
    operator: str | None = None
    call: str | None = None
    seconds: float = 0.0
    hold_s: float = 0.0
    within: bool = False
    cause: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a call: ``who`` is the operator whom it concerns, ``outcome`` how it ended."""

    call: str
    kind: SegmentKind
    begin: float
    end: float
    queue: str
    who: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class StateTime:
    """An operator was in ``state`` from ``begin`` to ``end``; cut at midnight."""

    operator: str
    state: OperatorState
    reason: str
    begin: float
    end: float
    call: str
    queue: str
    day: str


Row = Counted | Segment | StateTime


@dataclass(slots=True)
class _Visit:
    """A caller's place in a queue, as long as it is there. ``since``: the present stage of it, which a callback changes;
    ``offered_at``: the time of the row that counts it among the offered of ``day``."""

    queue: str
    since: float
    day: str
    offered_at: float
    kind: SegmentKind = "waiting"
    heard_of: bool = True
    calling: tuple[str, float] | None = None


@dataclass(slots=True)
class _Operator:
    """``since`` is None while nobody knows; ``counted`` is up to when the present state's time is counted."""

    state: OperatorState = "logged_out"
    reason: str = ""
    since: float | None = None
    counted: float = 0.0
    call: str = ""
    queue: str = ""


class HistoryRows:
    """The fold: tell it each header and each fact of a journal in order, and it gives the rows that are settled by it.

    ``day`` is the one that is counted now, ``at`` the time of the last fact.
    """

    def __init__(self) -> None:
        self.day = ""
        self.at: float | None = None
        self._zone = ZoneInfo("UTC")
        self._day_began_at: float | None = None
        self._life_began_at: float | None = None
        self._quarter = 0
        self._visits: dict[str, _Visit] = {}
        self._ringing: dict[tuple[str, str], float] = {}
        self._held: dict[str, float] = {}
        self._operators: dict[str, _Operator] = {}

    # -- Lives, days and time

    def begin(self, header: Header) -> list[Row]:
        """A life of the controller begins, or goes on in another file: then nothing changes."""
        if header.continues is not None and self.at is not None:
            return []
        self._zone = ZoneInfo(header.time_zone)
        rows = list(self._end_life()) if self.at is not None else []
        day = self._day_of(header.at)
        if day != self.day and header.continues is None:
            self.day, self._day_began_at = day, None
        self._life_began_at = header.at
        return rows

    def _end_life(self) -> Iterator[Row]:
        """Nobody knows what went on since the last fact: times end with it."""
        assert self.at is not None
        for code, operator in self._operators.items():
            yield from self._settle(code, operator, self.at)
            yield from self._state_over(code, operator, self.at)
            operator.state, operator.reason, operator.since = "logged_out", "", None
        for (call, code), since in self._ringing.items():
            queue = self._visits[call].queue if call in self._visits else ""
            yield Segment(call, "ringing", since, self.at, queue, code, "controller_gone")
        self._ringing.clear()
        self._held.clear()
        for visit in self._visits.values():
            visit.heard_of, visit.calling = False, None

    def _day_of(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).date().isoformat()

    def take(self, fact: fa.Fact) -> list[Row]:
        """One more fact."""
        rows: list[Row] = []
        at, before = fact.at, self.at
        if not self.day:
            self.day = self._day_of(at)
        if self._life_began_at is not None and at > self._life_began_at + LOST_AFTER_S:
            rows += self._lost(before)
            self._life_began_at = None
        if int(at // QUARTER_S) != self._quarter:
            rows += self.settle(at // QUARTER_S * QUARTER_S)
            self._quarter = int(at // QUARTER_S)
        self.at = at
        if self._day_began_at is None:
            self._day_began_at = at
        keeping = _KEEPING.get(type(fact))
        if keeping is not None:
            rows += keeping(self, fact)
        return rows

    def _lost(self, before: float | None) -> Iterator[Row]:
        for call, visit in [one for one in self._visits.items() if not one[1].heard_of]:
            del self._visits[call]
            if visit.day == self.day:
                yield Counted(self.day, visit.offered_at, "lost", visit.queue, call=call)
            yield Segment(call, visit.kind, visit.since, max(visit.since, before or 0.0), visit.queue, outcome="lost")

    def settle(self, at: float) -> list[Row]:
        """Count the time that goes on in operators' states up to ``at``."""
        return [row for code, operator in self._operators.items() for row in self._settle(code, operator, at)]

    def _settle(self, code: str, operator: _Operator, at: float) -> Iterator[Row]:
        if operator.since is None:
            return
        while operator.counted < at:
            begin = operator.counted
            end = operator.counted = min(at, (begin // QUARTER_S + 1) * QUARTER_S)
            yield Counted(
                self.day,
                begin,
                "state",
                operator.queue or None,
                code,
                operator.call or None,
                end - begin,
                cause=operator.state,
                reason=operator.reason if operator.state == "paused" else "",
            )

    def _state_over(self, code: str, operator: _Operator, at: float) -> Iterator[Row]:
        if operator.since is not None and at > operator.since:
            yield StateTime(
                code, operator.state, operator.reason, operator.since, at, operator.call, operator.queue, self.day
            )

    def _day_started(self, fact: fa.DayStarted) -> Iterator[Row]:
        """Operators' times are cut; whoever waits is counted among the new day's offered, too, as the board does."""
        for code, operator in self._operators.items():
            yield from self._settle(code, operator, fact.at)
            yield from self._state_over(code, operator, fact.at)
            if operator.since is not None:
                operator.since = operator.counted = fact.at
        self.day, self._day_began_at = self._day_of(fact.at), fact.at
        for call, visit in self._visits.items():
            visit.day, visit.offered_at = self.day, fact.at
            yield self._offered(fact.at, visit.queue, call, "carried")

    # -- Operators

    def _operator_went(self, fact: fa.OperatorWent) -> Iterator[Row]:
        operator = self._operators.setdefault(fact.operator, _Operator())
        assert self._day_began_at is not None
        if operator.since is None:  # known only now: since before the first fact of the day
            since = fact.at - min(fact.lasted_s, fact.at - self._day_began_at)
            operator.state, operator.since, operator.counted = fact.old, since, since
            operator.call, operator.queue = "", fact.left_queue or ""
        call = operator.call
        yield from self._settle(fact.operator, operator, fact.at)
        yield from self._state_over(fact.operator, operator, fact.at)
        if fact.old == "wrap_up" and fact.left_queue is not None:
            queue, lasted_s = fact.left_queue, fact.lasted_s
            yield Counted(self.day, fact.at, "wrap_up", queue, fact.operator, call or None, lasted_s)
            if call and lasted_s > 0:
                yield Segment(call, "wrap_up", fact.at - lasted_s, fact.at, queue, fact.operator)
        operator.state, operator.reason = fact.state, fact.reason or ""
        operator.since = operator.counted = fact.at
        operator.call, operator.queue = fact.call or "", fact.queue or ""

    # -- Callers

    def _offered(self, at: float, queue: str, call: str, cause: str = "") -> Counted:
        return Counted(self.day, at, "offered", queue, call=call, cause=cause)

    def _entered(self, fact: fa.CallerEntered) -> Iterator[Row]:
        self._visits[fact.call] = _Visit(
            fact.queue, fact.at, self.day, fact.at, "callback" if fact.callback else "waiting"
        )
        yield self._offered(fact.at, fact.queue, fact.call, "moved" if fact.moved else "")

    def _place_kept(self, fact: fa.PlaceKept) -> Iterator[Row]:
        visit = self._visits.get(fact.call)
        if visit is not None and not visit.heard_of and visit.queue == fact.queue:
            visit.heard_of = True
            if visit.day == self.day:
                return
            visit.day, visit.offered_at = self.day, fact.at
        else:
            self._visits[fact.call] = _Visit(fact.queue, fact.at - fact.waited_s, self.day, fact.at)
        yield self._offered(fact.at, fact.queue, fact.call, "kept")

    def _left(self, call: str, at: float, outcome: str) -> Iterator[Row]:
        visit = self._visits.pop(call, None)
        if visit is not None:
            yield Segment(call, visit.kind, visit.since, at, visit.queue, outcome=outcome)

    def _offer_made(self, fact: fa.OfferMade) -> Iterator[Row]:
        self._ringing[fact.call, fact.operator] = fact.at
        yield Counted(self.day, fact.at, "rung", fact.queue, fact.operator, fact.call)

    def _offer_over(self, fact: fa.OfferOver) -> Iterator[Row]:
        begin = self._ringing.pop((fact.call, fact.operator), fact.at - fact.rang_s)
        yield Segment(fact.call, "ringing", begin, fact.at, fact.queue, fact.operator, fact.outcome)
        yield Counted(
            self.day, fact.at, "unanswered", fact.queue, fact.operator, fact.call, fact.rang_s, cause=fact.outcome
        )

    def _connected(self, fact: fa.CallConnected) -> Iterator[Row]:
        begin = self._ringing.pop((fact.call, fact.operator), fact.at - fact.rang_s)
        if fact.at > begin:
            yield Segment(fact.call, "ringing", begin, fact.at, fact.queue, fact.operator, "answered")
        visit = self._visits.get(fact.call)
        if visit is not None and visit.calling is not None:
            who, since = visit.calling
            yield Segment(fact.call, "calling", since, fact.at, fact.queue, who, "answered")
        yield from self._left(fact.call, fact.at, "answered")
        yield Counted(
            self.day,
            fact.at,
            "answered",
            fact.queue,
            fact.operator,
            fact.call,
            fact.waited_s,
            within=fact.in_service_level,
            cause="called_back" if fact.callback else "",
        )

    def _was_held(self, fact: fa.CallWasHeld) -> Iterator[Row]:
        if fact.held:
            self._held[fact.call] = fact.at
        elif (since := self._held.pop(fact.call, None)) is not None:
            yield Segment(fact.call, "held", since, fact.at, fact.queue, fact.operator)

    def _conversation_over(self, fact: fa.ConversationOver) -> Iterator[Row]:
        if (since := self._held.pop(fact.call, None)) is not None:
            yield Segment(fact.call, "held", since, fact.at, fact.queue, fact.operator)
        yield Segment(
            fact.call, "talking", fact.at - fact.talked_s, fact.at, fact.queue, fact.operator, fact.to or fact.by
        )
        yield Counted(
            self.day,
            fact.at,
            "handled",
            fact.queue,
            fact.operator,
            fact.call,
            fact.talked_s - fact.held_s,
            fact.held_s,
            cause=fact.by,
        )

    def _abandoned(self, fact: fa.CallerAbandoned) -> Iterator[Row]:
        yield from self._left(fact.call, fact.at, "abandoned")
        yield Counted(
            self.day,
            fact.at,
            "abandoned",
            fact.queue,
            call=fact.call,
            seconds=fact.waited_s,
            within=fact.in_service_level,
            cause="short" if fact.short else "",
        )

    def _exited(self, fact: fa.CallerExited) -> Iterator[Row]:
        if not fact.refused:
            yield from self._left(fact.call, fact.at, fact.cause)
        what: What = "refused" if fact.refused else "exited"
        yield Counted(
            self.day,
            fact.at,
            what,
            fact.queue,
            call=fact.call,
            seconds=fact.waited_s,
            cause=fact.cause,
            reason=fact.name,
        )

    def _callback_agreed(self, fact: fa.CallbackAgreed) -> Iterator[Row]:
        visit = self._visits.get(fact.call)
        if visit is not None:
            yield Segment(fact.call, visit.kind, visit.since, fact.at, fact.queue, outcome="callback_agreed")
            visit.kind, visit.since = "callback", fact.at
        yield Counted(self.day, fact.at, "callback_agreed", fact.queue, call=fact.call, seconds=fact.waited_s)

    def _customer_called(self, fact: fa.CustomerCalled) -> Iterator[Row]:
        visit = self._visits.get(fact.call)
        if visit is not None:
            visit.calling = fact.operator, fact.at
        yield from ()

    def _customer_not_reached(self, fact: fa.CustomerNotReached) -> Iterator[Row]:
        visit = self._visits.get(fact.call)
        if visit is not None and visit.calling is not None:
            (who, since), visit.calling = visit.calling, None
            yield Segment(fact.call, "calling", since, fact.at, fact.queue, who, "not_reached")


_KEEPING: Final[Mapping[type, Callable[[HistoryRows, Any], Iterator[Row]]]] = {
    fa.DayStarted: HistoryRows._day_started,
    fa.OperatorWent: HistoryRows._operator_went,
    fa.CallerEntered: HistoryRows._entered,
    fa.PlaceKept: HistoryRows._place_kept,
    fa.OfferMade: HistoryRows._offer_made,
    fa.OfferOver: HistoryRows._offer_over,
    fa.CallConnected: HistoryRows._connected,
    fa.CallWasHeld: HistoryRows._was_held,
    fa.ConversationOver: HistoryRows._conversation_over,
    fa.CallerAbandoned: HistoryRows._abandoned,
    fa.CallerExited: HistoryRows._exited,
    fa.CallbackAgreed: HistoryRows._callback_agreed,
    fa.CustomerCalled: HistoryRows._customer_called,
    fa.CustomerNotReached: HistoryRows._customer_not_reached,
}
"""By kind of fact; CountsSet is not here: it repeats what the rows say, or tells what no journal has."""
