"""What may stand in a traffic file? The callers and shifts that `centralita simulate` makes up for a centre.

What each field means for whoever writes one: docs/simulation.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator

from ari_app.centre import Centre
from ari_app.centre_folder import Folder
from ivr_flows.explain import wrong
from ivr_flows.located_yaml import Located, Places
from ivr_flows.problems import BadFile, Problem, choose_among
from ivr_flows.shapes import Code, Name, NoOtherKeys, Seconds, Shape, Skills, SomeSeconds, matching
from queues.rules import Membership, OperatorProfile, QueueRules
from queues.traffic import DAY_S, Answering, Duration, QueueTraffic, Rate, Shift, Traffic, Wanted

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
Time = Annotated[str, *matching(_TIME, "a time of day", "write hours and minutes, such as 08:30")]


def seconds_of(time: str) -> float:
    """Since midnight, of ``08:30`` or ``24:00``."""
    hours, minutes = time.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


def _span(text: str) -> str:
    start, end = text.split("-")
    if seconds_of(start) >= seconds_of(end):
        raise wrong(
            f"{text} ends before it begins", "write two shifts for one over midnight: until 24:00 and from 00:00"
        )
    return text


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _all_day(value: Any) -> Any:
    """A number alone is short for the same all day."""
    return {"00:00": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class _OrShort:
    """Metadata for a field for which something short may stand, too: see pydantic's customising of JSON Schema."""

    def __init__(self, short: Mapping[str, Any]) -> None:
        self._short = dict(short)

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The long form first."""
        return {"anyOf": [handler(core), self._short]}


Span = Annotated[
    str,
    *matching(rf"{_TIME}-({_TIME}|24:00)", "a shift", "write its beginning and end, such as 08:00-15:00"),
    AfterValidator(_span),
]
Spans = Annotated[tuple[Span, ...], Field(min_length=1), BeforeValidator(_several), _OrShort({"type": "string"})]
PerHour = Annotated[float, Field(ge=0, le=100_000)]
Share = Annotated[float, Field(ge=0, le=1)]
PerHourByTime = Annotated[
    dict[Time, PerHour], Field(min_length=1), NoOtherKeys(), BeforeValidator(_all_day), _OrShort({"type": "number"})
]


class DurationEntry(Shape):
    """How long something takes: on average, and how that varies (``cv``: standard deviation / mean, of ``lognormal``)."""

    mean_s: Seconds
    kind: Literal["exponential", "lognormal", "fixed"] = "exponential"
    cv: Annotated[float, Field(gt=0, le=10)] = 1.0

    @model_validator(mode="after")
    def _cv_has_a_meaning(self) -> Self:
        if self.kind != "lognormal" and "cv" in self.model_fields_set:
            raise wrong(f"{self.kind} has no cv to choose", "remove cv, or write kind: lognormal")
        return self

    def duration(self) -> Duration:
        return Duration(self.mean_s, self.kind, self.cv)


class WantedEntry(Shape):
    """A share of the callers wants these skills."""

    share: Share
    skills: Skills


class StaffEntry(Shape):
    """So many make-believe operators of this queue alone, at work in these shifts (all day if none is given)."""

    operators: Annotated[int, Field(ge=1, le=10_000)]
    shift: Spans = ("00:00-24:00",)


class QueueTrafficEntry(Shape):
    """The callers of a queue."""

    calls_per_hour: PerHourByTime
    handling: DurationEntry
    patience_s: SomeSeconds | None = None
    wants: tuple[WantedEntry, ...] = ()
    staff: tuple[StaffEntry, ...] = ()
    wrap_up_s: Seconds | None = None

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if sum(wanted.share for wanted in self.wants) > 1 + 1e-9:
            raise wrong("the shares of wants are more than 1 together", "make them smaller")
        return self

    def traffic(self, queue: str) -> QueueTraffic:
        """Each rate holds until the next one's time, the last one until midnight."""
        by_time = sorted((seconds_of(time), per_hour) for time, per_hour in self.calls_per_hour.items())
        rates = tuple(Rate(start, end, per_hour) for (start, per_hour), (end, _) in pairwise([*by_time, (DAY_S, 0.0)]))
        wants = tuple(Wanted(wanted.share, wanted.skills) for wanted in self.wants)
        return QueueTraffic(queue, rates, self.handling.duration(), self.patience_s, wants)


class AnsweringEntry(Shape):
    """How operators take calls: after ``delay``; the share ``refused`` is rejected. Who was paused for missing too many is
    back after ``back_after_s``."""

    delay: DurationEntry = DurationEntry(mean_s=0.0, kind="fixed")
    refused: Annotated[float, Field(ge=0, lt=1)] = 0.0
    back_after_s: SomeSeconds = 60.0


class TrafficFile(Shape):
    """A traffic file."""

    start: Time = "00:00"
    hours: Annotated[float, Field(gt=0, le=10_000)] = 24.0
    warm_up_s: Annotated[float, Field(ge=0)] = 0.0
    interval_s: Annotated[float, Field(ge=60, le=86_400)] = 1800.0
    queues: Annotated[dict[Name, QueueTrafficEntry], Field(min_length=1), NoOtherKeys()]
    shifts: Annotated[dict[Code, Spans], NoOtherKeys()] | None = None
    answering: AnsweringEntry = AnsweringEntry()

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if self.warm_up_s >= self.hours * 3600:
            raise wrong("warm_up_s is as long as the whole", "make it shorter, or hours more")
        return self


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a simulation is made of."""

    queues: tuple[QueueRules, ...]
    operators: tuple[OperatorProfile, ...]
    traffic: Traffic

    def lasting(self, hours: float) -> Plan:
        """The same for so many hours."""
        return replace(self, traffic=replace(self.traffic, duration_s=hours * 3600))

    def serving(self, queue: str) -> frozenset[str]:
        """The operators of a queue."""
        return frozenset(one.code for one in self.operators if any(place.queue == queue for place in one.memberships))


def load_traffic(path: Path, centre: Centre) -> Plan:
    """The traffic in ``path`` for the centre. Raises BadFile with every problem, each as file:line."""
    files = Folder(path.parent)
    located = files.load(path.name, TrafficFile)
    if located is not None:
        files.problems += _strangers(located, centre)
    if files.problems or located is None:
        raise BadFile(files.problems)
    return _plan(located.value, centre)


def _strangers(located: Located[TrafficFile], centre: Centre) -> Iterator[Problem]:
    """Names that the centre does not have."""
    file, places = located.value, located.places
    queues = [queue.name for queue in centre.queues]
    for name, entry in file.queues.items():
        if name not in queues:
            what, remedy = f"there is no queue {name!r}", choose_among(name, queues, "remove it")
            yield places.problem(("queues", name), what, remedy)
        for number, wanted in enumerate(entry.wants):
            path = ("queues", name, "wants", number, "skills")
            yield from _nobody_has(wanted.skills, path, places, centre)
    serving = [person.code for person in centre.operators if person.memberships]
    for code in file.shifts or ():
        if code not in serving:
            known = any(person.code == code for person in centre.operators)
            what = f"{code} serves no queue" if known else f"there is no operator {code}"
            yield places.problem(("shifts", code), what, choose_among(code, serving, "remove it"))


def _nobody_has(
    skills: Mapping[str, int], path: tuple[str | int, ...], places: Places, centre: Centre
) -> Iterator[Problem]:
    levels: dict[str, int] = {}
    for person in centre.operators:
        for skill, level in person.skills.items():
            levels[skill] = max(level, levels.get(skill, 0))
    for skill, level in skills.items():
        if skill not in levels:
            what, remedy = f"nobody has the skill {skill!r}", choose_among(skill, levels, "remove it")
            yield places.problem((*path, skill), what, remedy)
        elif level > levels[skill]:
            what = f"nobody has {skill} at level {level}"
            yield places.problem((*path, skill), what, f"{levels[skill]} is the highest")


def _plan(file: TrafficFile, centre: Centre) -> Plan:
    made_up = tuple(_made_up(file))
    own = [person for person in centre.operators if person.memberships]
    if file.shifts is not None:
        shifts = [(code, span) for code, spans in file.shifts.items() for span in spans]
    else:
        shifts = [] if made_up else [(person.code, "00:00-24:00") for person in own]
    at_work = {code for code, _ in shifts}
    real = tuple(OperatorProfile(one.code, one.memberships, one.skills) for one in own if one.code in at_work)
    shifts += [(profile.code, span) for profile, spans in made_up for span in spans]
    codes = {profile.code for profile in real} | {profile.code for profile, _ in made_up}
    traffic = Traffic(
        queues=tuple(entry.traffic(name) for name, entry in file.queues.items()),
        shifts=tuple(_shift(code, span) for code, span in shifts if code in codes),
        answering=Answering(file.answering.delay.duration(), file.answering.refused, file.answering.back_after_s),
        start_s=seconds_of(file.start),
        duration_s=file.hours * 3600,
        warm_up_s=file.warm_up_s,
        interval_s=file.interval_s,
    )
    rules = tuple(_rules(queue.rules, file.queues.get(queue.name)) for queue in centre.queues)
    return Plan(rules, (*real, *(profile for profile, _ in made_up)), traffic)


def _rules(rules: QueueRules, entry: QueueTrafficEntry | None) -> QueueRules:
    return rules if entry is None or entry.wrap_up_s is None else replace(rules, wrap_up_s=entry.wrap_up_s)


def _made_up(file: TrafficFile) -> Iterator[tuple[OperatorProfile, tuple[str, ...]]]:
    for queue, entry in file.queues.items():
        number = 0
        for staff in entry.staff:
            for _ in range(staff.operators):
                number += 1
                yield OperatorProfile(f"{queue}-{number}", (Membership(queue),)), staff.shift


def _shift(code: str, span: str) -> Shift:
    start, end = span.split("-")
    return Shift(code, seconds_of(start), seconds_of(end))
