"""What may stand in queues.yaml? A queue's rules, its hours, and what its callers and operators hear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, model_validator

from ivr_flows.calendars import MIDNIGHT, Calendar, Holidays, Span
from ivr_flows.explain import wrong
from ivr_flows.shapes import (
    DialledNumber,
    Digit,
    Language,
    Name,
    Names,
    NoOtherKeys,
    Seconds,
    Shape,
    SomeSeconds,
    matching,
)
from queues.announcing import AnnounceRules
from queues.rules import AbsentState, CallbackFirst, CallbackRules, Destination, Exit, ExitWhen, QueueRules, Ring
from queues.strategies import Strategy
from recordings.notes import RecordingMode


def _queue_name(text: str) -> str:
    # Queues are sections of queues.conf, where these two have a meaning, and extensions, where single letters have.
    if text in ("general", "fallback") or len(text) == 1:
        raise wrong(f"a queue cannot be called {text!r}", "choose another name")
    return text


def _time_of_day(value: Any) -> time:
    match = re.fullmatch("([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{value!r} is not a time of day", 'write it as "08:00"')
    return time(int(match[1]), int(match[2]))


def _end_of_hours(value: Any) -> time:
    return MIDNIGHT if value == "24:00" else _time_of_day(value)


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else "")
    except (TypeError, ValueError):
        raise wrong(f"{value!r} is not a date", "write year, month and day as 2026-12-24") from None


Title = Annotated[str, *matching(r"[^;\x00-\x1f\x7f]{1,80}", "a name", "use 1 to 80 characters on one line, without ;")]
MusicClass = Annotated[str, *matching("[A-Za-z0-9_-]{1,40}", "a class of music", "use letters, digits, _ and -")]
QueueName = Annotated[Name, AfterValidator(_queue_name)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Penalty = Annotated[int, Field(ge=0, le=1000)]
Absent = Annotated[frozenset[AbsentState], Field(max_length=6)]
Date = Annotated[date, BeforeValidator(_date)]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DestinationEntry(Shape):
    """Where a caller goes: one of the fields."""

    queue: Name | None = None
    number: DialledNumber | None = None
    flow: Name | None = None
    entry: Name = "default"
    voicemail: Name | None = None
    callback: bool = False
    hang_up: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (
            sum(bool(getattr(self, way)) for way in ("queue", "number", "flow", "voicemail", "callback", "hang_up"))
            != 1
        ):
            raise wrong(
                "a caller can go one way only", "give one of queue, number, flow, voicemail, callback and hang_up"
            )
        if self.flow is None and "entry" in self.model_fields_set:
            raise wrong("entry belongs to a flow", "remove it, or give flow")
        return self

    def destination(self) -> Destination:
        """The core's word for it; a flow's entry follows its name after a colon. (A callback is the shell's own.)"""
        if self.queue is not None:
            return Destination("queue", self.queue)
        if self.number is not None:
            return Destination("number", self.number)
        if self.flow is not None:
            return Destination("flow", f"{self.flow}:{self.entry}")
        if self.voicemail is not None:
            return Destination("voicemail", self.voicemail)
        return Destination("hang_up", self.hang_up or "callback")


class ExitEntry(Shape):
    """A way out of the queue for a caller who cannot be served; the first one that holds is taken."""

    when: ExitWhen
    over: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    to: DestinationEntry

    @model_validator(mode="after")
    def _has_a_measure(self) -> Self:
        if self.when in ("length", "load", "waited") and "over" not in self.model_fields_set:
            unit = {"length": "callers", "load": "callers for each operator", "waited": "seconds"}[self.when]
            raise wrong(f"{self.when} needs a measure", f"give over: how many {unit}")
        if self.when not in ("length", "load", "waited") and "over" in self.model_fields_set:
            raise wrong(f"{self.when} has no measure", "remove over")
        if self.to.callback:
            raise wrong("a caller must agree to be called back", "offer it: see callback")
        return self


class RelaxEntry(Shape):
    """From ``after_s`` of waiting on, less is required."""

    after_s: Seconds
    lower: Annotated[int, Field(ge=0, le=100)] = 0
    drop: Names = ()
    anyone: bool = False
    min_penalty: Penalty | None = None
    max_penalty: Penalty | None = None

    def ring(self) -> Ring:
        return Ring(self.after_s, self.lower, frozenset(self.drop), self.anyone, self.min_penalty, self.max_penalty)


class SpanEntry(Shape):
    """Open from ``start`` to ``end`` of one day, "24:00" being its end. What goes on over midnight is written as two."""

    start: Annotated[time, BeforeValidator(_time_of_day)]
    end: Annotated[time, BeforeValidator(_end_of_hours)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end and self.end != MIDNIGHT:
            raise wrong("the hours end before they begin", "give an end later than start, on the same day")
        return self

    def span(self) -> Span:
        """The core's word for it."""
        return Span(self.start, self.end)


class HoursEntry(SpanEntry):
    """Open on these days, each from ``start`` to ``end`` (local time)."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)]


def weekly(hours: Iterable[HoursEntry]) -> Mapping[int, tuple[Span, ...]]:
    """The spans of each day of the week."""
    spans: dict[int, tuple[Span, ...]] = {}
    for entry in hours:
        for day in entry.days:
            spans[DAYS.index(day)] = (*spans.get(DAYS.index(day), ()), entry.span())
    return spans


class AnnounceEntry(Shape):
    """What callers hear between the music, in their language.

    The place is said only when it has improved, the wait only when it can be told honestly. The first announcement comes
    after ``first_after_s``, then one every ``every_s``; between the end of one and the next lie ``min_gap_s`` at least.
    """

    position: bool = False
    wait: bool = False
    periodic: tuple[Name, ...] = ()
    thanks: Name | None = None
    first_after_s: Seconds = 15.0
    every_s: SomeSeconds = 30.0
    min_gap_s: Seconds = 15.0


class CallbackEntry(Shape):
    """Callers may hang up and be called back, keeping their place: offered after ``offer_after_s``, or at once when
    ``offer_when_waiting`` callers are there already; the caller agrees with ``key``."""

    offer_after_s: SomeSeconds | None = None
    offer_when_waiting: Annotated[int, Field(ge=1)] | None = None
    key: Digit = "1"
    first: CallbackFirst = "operator"
    max_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    gap_s: SomeSeconds = 300.0
    ring_s: Annotated[SomeSeconds, Field(le=120)] = 30.0


ANYONE_AFTER_20_S: Final = (RelaxEntry(after_s=20.0, anyone=True),)


class QueueEntry(Shape):
    """One queue; the defaults are those of a queue that says nothing. What each rule means: queues.rules.QueueRules."""

    title: Annotated[dict[Language, Title], NoOtherKeys()] = Field(default_factory=dict)
    strategy: Strategy = "longest_idle"
    weight: Annotated[int, Field(ge=0, le=1000)] = 0
    ring_timeout_s: SomeSeconds = 15.0
    ring_step_s: SomeSeconds = 5.0
    wrap_up_s: Seconds = 10.0
    wrap_up_until_disposition: bool = False
    may_skip_disposition: bool = False
    dispositions: Names = ()
    next_level: QueueName | None = None
    service_level_s: Seconds = 20.0
    service_level_goal: Annotated[float, Field(gt=0, le=1)] = 0.8
    short_abandon_s: Seconds = 0.0
    no_answer_pause_s: SomeSeconds = 10.0
    reject_pause_s: SomeSeconds = 10.0
    busy_pause_s: SomeSeconds = 10.0
    unreachable_pause_s: SomeSeconds = 10.0
    max_misses: Annotated[int, Field(ge=1, le=100)] = 3
    reoffer_after_s: Seconds = 0.0
    min_penalty: Penalty = 0
    max_penalty: Penalty | None = None
    relax: tuple[RelaxEntry, ...] = ANYONE_AFTER_20_S
    sticky_s: Seconds = 20.0
    last_operator_s: Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)] = 0.0
    priority_after_s: Seconds = 0.0
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    join_empty: Absent | None = None
    leave_when_empty: Absent | None = None
    max_wait_s: SomeSeconds | None = None
    exits: tuple[ExitEntry, ...] = ()
    place_kept_s: Seconds = 0.0
    callback: CallbackEntry = Field(default_factory=CallbackEntry)
    keys: Annotated[dict[Digit, DestinationEntry], NoOtherKeys()] = Field(default_factory=dict)
    hours: tuple[HoursEntry, ...] = ()
    closed_on: tuple[Date, ...] = ()
    calendar: Name | None = None
    announce: AnnounceEntry = Field(default_factory=AnnounceEntry)
    tell_operator: bool = False
    auto_answer: bool = False
    music: MusicClass = "default"
    record: RecordingMode | None = None

    @model_validator(mode="after")
    def _steps_in_order(self) -> Self:
        times = [step.after_s for step in self.relax]
        if times != sorted(set(times)):
            raise wrong("the steps of relax are not in order", "give each a later after_s than the one before")
        if self.max_penalty is not None and self.max_penalty < self.min_penalty:
            raise wrong("max_penalty is below min_penalty", "nobody could be rung: raise it")
        return self

    @model_validator(mode="after")
    def _one_source_of_hours(self) -> Self:
        if self.calendar is not None and (self.hours or self.closed_on):
            raise wrong("has both a calendar and hours of its own", "keep the calendar, or hours and closed_on")
        return self

    def announce_rules(self) -> AnnounceRules:
        """What its callers hear, and when."""
        said, offer = self.announce, self.callback
        return AnnounceRules(
            position=said.position,
            wait=said.wait,
            periodic=said.periodic,
            thanks=said.thanks,
            first_after_s=said.first_after_s,
            every_s=said.every_s,
            min_gap_s=said.min_gap_s,
            offer_after_s=offer.offer_after_s,
            offer_when_waiting=offer.offer_when_waiting,
            offer_key=offer.key,
        )

    def own_calendar(self, time_zone: str) -> Calendar:
        """When calls are taken, of a queue that names no calendar."""
        return Calendar(time_zone, weekly(self.hours), Holidays(also=frozenset(self.closed_on)))

    def rules(self, name: str) -> QueueRules:
        """The core's rules of this queue."""
        same = set(QueueRules.__slots__) & set(type(self).model_fields) - {"exits", "callback"}
        return QueueRules(
            name=name,
            rings=tuple(step.ring() for step in self.relax),
            exits=tuple(Exit(way.when, way.to.destination(), way.over) for way in self.exits),
            callback=CallbackRules(self.callback.first, self.callback.max_attempts, self.callback.gap_s),
            **{field: getattr(self, field) for field in same},
        )


class QueuesFile(RootModel[Annotated[dict[QueueName, QueueEntry], Field(min_length=1), NoOtherKeys()]]):
    """queues.yaml: the queues by name."""
