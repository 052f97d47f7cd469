"""What changes when the centre's files are read again while calls go on? Pure: two centres in, what to do out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ari_app.centre import Centre, Person
from ari_app.rosters import Places
from queues.events import (
    AcdEvent,
    MembershipsChanged,
    OperatorHired,
    OperatorLoggedOut,
    QueueAdded,
    QueueChanged,
    SkillsChanged,
)
from queues.rules import OperatorProfile, QueueRules


@dataclass(frozen=True, slots=True)
class ReloadPlan:
    """``events`` for the ACD, in order; ``serving``: each operator's places after them; and in words what has ``changed`` and
    what ``needs_restart``."""

    events: tuple[AcdEvent, ...]
    serving: Mapping[str, Places]
    changed: tuple[str, ...]
    needs_restart: tuple[str, ...]


def plan_reload(old: Centre, new: Centre, queues: Collection[str], serving: Mapping[str, Places]) -> ReloadPlan:
    """From ``old``, in force, to ``new``. ``queues`` are those that the ACD has, ``serving`` its operators with their places.

    A queue or operator that has left the files cannot leave a running ACD: callers may be in the one, figures hang on both.
    """
    after = {person.code: _places(person.memberships, serving.get(person.code, ()), new) for person in new.operators}
    after |= {code: _places((), places, new) for code, places in serving.items() if code not in after}
    events = (*_queue_events(old, new, queues), *_operator_events(old, new, serving, after))
    return ReloadPlan(
        events, after, tuple(_changed(old, new, queues, serving)), tuple(_restart(old, new, queues, after))
    )


def _places(own: Places, serving: Places, new: Centre) -> Places:
    """The files' places, and those in queues that have left the files: somebody must serve who still waits there."""
    there = {queue.name for queue in new.queues}
    return (*own, *(place for place in serving if place.queue not in there))


def _queue_events(old: Centre, new: Centre, known: Collection[str]) -> Iterator[AcdEvent]:
    """First without ways to other queues, then with them: half-way no two of them lead in a circle, or to one not there yet."""
    before = {queue.name: queue.rules for queue in old.queues}
    changed = [queue.rules for queue in new.queues if before.get(queue.name) != queue.rules or queue.name not in known]
    for rules in changed:
        if rules.name not in known:
            yield QueueAdded(replace(rules, exits=()))
        elif _leads(rules) != _leads(before.get(rules.name)):
            yield QueueChanged(replace(rules, exits=()))
    for rules in changed:
        yield QueueChanged(rules)


def _leads(rules: QueueRules | None) -> list[str] | None:
    return None if rules is None else [way.to.name for way in rules.exits if way.to.kind == "queue"]


def _operator_events(
    old: Centre, new: Centre, serving: Mapping[str, Places], after: Mapping[str, Places]
) -> Iterator[AcdEvent]:
    skills = {person.code: dict(person.skills) for person in old.operators}
    for person in new.operators:
        code = person.code
        if code not in serving:
            yield OperatorHired(OperatorProfile(code, after[code], person.skills))
            continue
        if serving[code] != after[code]:
            yield MembershipsChanged(code, after[code])
        if skills.get(code) != dict(person.skills):
            yield SkillsChanged(code, person.skills)
    at_work = {person.code for person in new.operators}
    for code, places in serving.items():
        if code not in at_work:
            if places != after[code]:
                yield MembershipsChanged(code, after[code])
            yield OperatorLoggedOut(code)


# -- in words ------------------------------------------------------------------------------------------------------------


def _changed(old: Centre, new: Centre, queues: Collection[str], serving: Mapping[str, Places]) -> Iterator[str]:
    before = {queue.name: queue for queue in old.queues}
    for queue in new.queues:
        if queue.name not in queues:
            yield f"queue {queue.name}: added"
        elif before.get(queue.name) != queue:
            yield f"queue {queue.name}: changed"
    yield from _people_changed(old, new, serving)
    yield from _named("team", _by(old.teams, "id"), _by(new.teams, "id"))
    yield from _named("administrator", _by(old.administrators, "code"), _by(new.administrators, "code"))
    yield from _named("number", _by(old.numbers, "number"), _by(new.numbers, "number"))
    yield from _named("flow", old.flows, new.flows)
    yield from _named("calendar", old.calendars, new.calendars)
    yield from _named("service", {**old.services.http, **old.services.agi}, {**new.services.http, **new.services.agi})
    yield from _named("prompt", old.media, new.media)
    yield from _named("carrier", _by(old.carriers, "name"), _by(new.carriers, "name"))
    for name in _PLAIN:
        if getattr(old, name) != getattr(new, name):
            yield f"{name}: changed"


_PLAIN = ("company", "languages", "default_language", "mask_callers", "pauses", "limits", "never_banned")


def _by(items: Collection[object], key: str) -> dict[str, object]:
    return {getattr(item, key): item for item in items}


def _people_changed(old: Centre, new: Centre, serving: Mapping[str, Places]) -> Iterator[str]:
    before = {person.code: person for person in old.people}
    for person in new.people:
        known = before.get(person.code)
        if known is None:
            yield f"{person.role} {person.code}: added"
        elif known != person:
            yield f"{person.role} {person.code}: changed"
        elif serving.get(person.code, person.memberships) != person.memberships:
            yield f"{person.role} {person.code}: back to the queues of operators.yaml"
    yield from (f"{person.role} {person.code}: gone" for person in _gone(old, new))


def _gone(old: Centre, new: Centre) -> list[Person]:
    there = {person.code for person in new.people}
    return [person for person in old.people if person.code not in there]


def _named(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in [*new, *(name for name in old if name not in new)]:
        if name not in old:
            yield f"{what} {name}: added"
        elif name not in new:
            yield f"{what} {name}: gone"
        elif old[name] != new[name]:
            yield f"{what} {name}: changed"


def _restart(old: Centre, new: Centre, queues: Collection[str], after: Mapping[str, Places]) -> Iterator[str]:
    there = {queue.name for queue in new.queues}
    for name in queues:
        if name not in there:
            yield f"queue {name} has left queues.yaml: no number leads there, its operators serve who waits there until a restart"
    at_work = {person.code for person in new.operators}
    for code in after:
        if code not in at_work:
            yield f"operator {code} has left operators.yaml: logged out and without an account, shown until a restart"
    if old.time_zone != new.time_zone:
        yield f"time_zone {new.time_zone}: the day goes on beginning in {old.time_zone} until a restart"
