"""What may be set as the limits of alarms, and what differs between two sets of them? Pure.

Rules: by kind of alarm ``{"on"?, "limit"?, "of"?}``, where ``of`` has ``{"on"?, "limit"?}`` for one queue alone. What is left out
is as it was set by whoever goes after: one's own go before the centre's, these before the usual (console/pages/js/alarms.js).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ari_app.adapters.http_errors import said_of
from ivr_flows.problems import choose_among

Unit = Literal["s", "count", "share", "yes"]
Rules: TypeAlias = dict[str, dict[str, Any]]
Subject: TypeAlias = tuple[str, str]
"""A kind of alarm, and the queue for which alone something is set; "" for all."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of alarm watches, and in what it is measured."""

    of: Literal["queue", "operator", "centre"]
    unit: Unit


KINDS: Final[Mapping[str, Kind]] = {
    "longest_wait": Kind("queue", "s"),
    "waiting": Kind("queue", "count"),
    "service_level": Kind("queue", "share"),
    "abandonment": Kind("queue", "share"),
    "nobody_ready": Kind("queue", "yes"),
    "long_pause": Kind("operator", "s"),
    "long_wrap_up": Kind("operator", "s"),
    "unreachable": Kind("operator", "s"),
    "controller": Kind("centre", "yes"),
}
"""Those of the pages, and their units."""
MOST: Final[Mapping[Unit, float]] = {"s": 86_400, "count": 10_000, "share": 1}
IN_WORDS: Final[Mapping[Unit, str]] = {
    "s": "0 to 86400 seconds",
    "count": "0 to 10000",
    "share": "0 to 1 (0.05 is 5 %)",
}
QUEUES_MAX: Final = 500
NO_OBJECT: Final = 'Give an object, such as {"on": true, "limit": 60}.'


class BadLimits(ValueError):
    """What cannot be set: ``code`` and ``field`` as an answer names them, and what to do."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class Rule(BaseModel):
    """Whether it calls, and beyond which limit."""

    model_config = ConfigDict(extra="forbid", strict=True)
    on: bool | None = None
    limit: float | None = Field(None, ge=0, allow_inf_nan=False)


class KindRule(Rule):
    """The same for all, and in ``of`` for queues by their names."""

    of: dict[str, Rule] = Field(default_factory=dict, max_length=QUEUES_MAX)


_RULES: Final = TypeAdapter(dict[str, KindRule])


def read_rules(given: Mapping[str, Any], queues: Collection[str]) -> Rules:
    """As they are kept: only what says something. ``queues`` are those for which something may be set. Raises BadLimits."""
    for name in given:
        if name not in KINDS:
            message = f"There is no alarm {name!r}; {choose_among(name, KINDS, '')}"
            raise BadLimits("unknown_alarm", f"rules.{name}", message)
    try:
        rules = _RULES.validate_python(dict(given))
    except ValidationError as bad:
        first = bad.errors()[0]
        message = NO_OBJECT if first["type"] == "model_type" else said_of(dict(first))
        raise BadLimits("bad_field", ".".join(map(str, ("rules", *first["loc"]))), message) from None
    for name, rule in rules.items():
        _check(name, rule, queues)
    return _short({name: rule.model_dump(exclude_none=True) for name, rule in rules.items()})


def _check(name: str, rule: KindRule, queues: Collection[str]) -> None:
    kind, field = KINDS[name], f"rules.{name}"
    if rule.of and kind.of != "queue":
        raise BadLimits(
            "bad_field", f"{field}.of", "Only alarms of queues are set for a queue of its own; leave this out."
        )
    _check_limit(kind.unit, rule, field)
    for queue, own in rule.of.items():
        if queue not in queues:
            message = f"There is no queue {queue!r}; {choose_among(queue, queues, 'the centre has none')}"
            raise BadLimits("unknown_queue", f"{field}.of.{queue}", message)
        _check_limit(kind.unit, own, f"{field}.of.{queue}")


def _check_limit(unit: Unit, rule: Rule, field: str) -> None:
    if rule.limit is None:
        return
    if unit == "yes":
        raise BadLimits("bad_field", f"{field}.limit", "This alarm has no limit: it is on or off.")
    if rule.limit > MOST[unit]:
        raise BadLimits("bad_field", f"{field}.limit", f"Give {IN_WORDS[unit]}.")


def _short(rules: Rules) -> Rules:
    """Without what says nothing."""
    for rule in rules.values():
        if of := {queue: own for queue, own in rule.pop("of").items() if own}:
            rule["of"] = of
    return {name: rule for name, rule in rules.items() if rule}


def subjects_of(rules: Rules) -> dict[Subject, dict[str, Any]]:
    """What is set, one by one."""
    found: dict[Subject, dict[str, Any]] = {}
    for kind, rule in rules.items():
        if own := {name: value for name, value in rule.items() if name != "of"}:
            found[kind, ""] = own
        for queue, of_queue in rule.get("of", {}).items():
            found[kind, queue] = of_queue
    return found


def queues_of(rules: Rules) -> set[str]:
    """The queues for which something of their own is set."""
    return {queue for _, queue in subjects_of(rules) if queue}


def changes(before: Rules, after: Rules) -> dict[Subject, tuple[dict[str, Any], dict[str, Any]]]:
    """What was set otherwise, and how it is now; an empty one is not set."""
    old, new = subjects_of(before), subjects_of(after)
    return {one: (old.get(one, {}), new.get(one, {})) for one in sorted({*old, *new}) if old.get(one) != new.get(one)}
