"""Can every rule in queues.yaml come true? Names that stand nowhere, thresholds nobody can meet, and ways that lead in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ari_app.centre_queues import DestinationEntry, ExitEntry, QueueEntry, QueuesFile
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import Located, Path, Places
from ivr_flows.problems import Problem, choose_among
from ivr_flows.steps_outside import Enqueue

Flows = Mapping[str, Located[Flow] | None]
AT_ENTRY: Final = frozenset({"full", "length", "load", "empty", "closed"})
ONCE_ONLY: Final = frozenset({"full", "empty", "emptied", "closed", "closing", "waited"})


@dataclass(frozen=True, slots=True)
class Around:
    """What queues.yaml may name. None: that file cannot be read, so it is not checked.

    ``prompts``: the languages that each prompt has; ``penalties``: those of each queue's operators.
    """

    flows: Flows
    skills: Collection[str] | None = None
    prompts: Mapping[str, Collection[str]] | None = None
    languages: tuple[str, ...] | None = None
    penalties: Mapping[str, Collection[int]] | None = None
    calendars: Collection[str] | None = None


def check_queues(queues: Located[QueuesFile], around: Around) -> Iterator[Problem]:
    """Every problem of queues.yaml whose shape is right."""
    places = queues.places
    for name, entry in queues.value.root.items():
        yield from _title(name, entry, around.languages, places)
        yield from _destinations(name, entry, queues.value.root, around.flows, places)
        yield from _skills(name, entry, around.skills, places)
        yield from _prompts(name, entry, around, places)
        yield from _calendar(name, entry, around.calendars, places)
        yield from _keys(name, entry, places)
        for path, what, remedy in (
            *_never_taken(entry),
            *_too_late(entry),
            *_nobody_allowed(entry, (around.penalties or {}).get(name, ())),
        ):
            yield places.problem((name, *path), what, remedy)
    yield from _circles(queues, around.flows)
    yield from _levels(queues)


def _levels(queues: Located[QueuesFile]) -> Iterator[Problem]:
    """The next levels of support: each is there, and none leads back."""
    following = {name: entry.next_level for name, entry in queues.value.root.items() if entry.next_level is not None}
    for name, next_level in following.items():
        path = (name, "next_level")
        if next_level not in queues.value.root:
            remedy = choose_among(next_level, queues.value.root, "add it")
            yield queues.places.problem(path, f"there is no queue {next_level!r}", remedy)
            continue
        passed = [name]
        while passed[-1] in following and following[passed[-1]] not in passed:
            passed.append(following[passed[-1]])
        if following.get(passed[-1]) == name == min(passed):
            what = f"tickets would be passed on in a circle ({' -> '.join([*passed, name])})"
            yield queues.places.problem(path, what, "let the last level have no next one")


def _title(name: str, entry: QueueEntry, languages: Collection[str] | None, places: Places) -> Iterator[Problem]:
    for language in entry.title:
        if languages is not None and language not in languages:
            remedy = choose_among(language, languages, "add it to the languages in centre.yaml")
            yield places.problem((name, "title", language), f"the centre does not speak {language!r}", remedy)


# -- names ---------------------------------------------------------------------------------------------------------------


def _ways(entry: QueueEntry) -> Iterator[tuple[Path, DestinationEntry]]:
    """All ways out: (the path to it within the queue, where it leads)."""
    for index, way in enumerate(entry.exits):
        yield ("exits", index, "to"), way.to
    for key, to in entry.keys.items():
        yield ("keys", key), to


def _destinations(
    name: str, entry: QueueEntry, queues: Collection[str], flows: Flows, places: Places
) -> Iterator[Problem]:
    for path, to in _ways(entry):
        if to.queue is not None and to.queue not in queues:
            remedy = choose_among(to.queue, queues, "add it")
            yield places.problem((name, *path, "queue"), f"there is no queue {to.queue!r}", remedy)
        if to.queue == name and path[0] == "keys":
            what = "the key leads into the queue where the caller is"
            yield places.problem((name, *path, "queue"), what, "name another queue")
        if to.flow is not None:
            yield from _flow(to.flow, to.entry, (name, *path), flows, places)


def _flow(flow: str, entry: str, path: Path, flows: Flows, places: Places) -> Iterator[Problem]:
    if flow not in flows:
        remedy = choose_among(flow, flows, f"write flows/{flow}.yaml")
        yield places.problem((*path, "flow"), f"there is no flow {flow!r}", remedy)
        return
    found = flows[flow]
    if found is not None and entry not in found.value.entries:
        what = f"the flow {flow!r} has no entry {entry!r}"
        yield places.problem((*path, "entry"), what, choose_among(entry, found.value.entries, "add it"))


def _skills(name: str, entry: QueueEntry, known: Collection[str] | None, places: Places) -> Iterator[Problem]:
    if known is None:
        return
    for index, step in enumerate(entry.relax):
        for skill in step.drop:
            if skill not in known:
                remedy = choose_among(skill, known, "give it to somebody, or remove it here")
                where = (name, "relax", index, "drop")
                yield places.problem(where, f"no operator has the skill {skill!r}", remedy)


def _calendar(name: str, entry: QueueEntry, known: Collection[str] | None, places: Places) -> Iterator[Problem]:
    if known is not None and entry.calendar is not None and entry.calendar not in known:
        remedy = choose_among(entry.calendar, known, "write calendars.yaml, and it in there")
        yield places.problem((name, "calendar"), f"there is no calendar {entry.calendar!r}", remedy)


def _prompts(name: str, entry: QueueEntry, around: Around, places: Places) -> Iterator[Problem]:
    if around.prompts is None:
        return
    said = [(("announce", "periodic", index), prompt) for index, prompt in enumerate(entry.announce.periodic)]
    named: list[tuple[Path, str]] = [*said]
    if entry.announce.thanks is not None:
        named.append((("announce", "thanks"), entry.announce.thanks))
    if entry.tell_operator:
        told = (f"queue_{name}", "told_waiting", "told_seconds", "told_minutes")
        named += [(("tell_operator",), prompt) for prompt in told]
    for path, prompt in named:
        heard_in = around.prompts.get(prompt)
        if heard_in is None:
            remedy = choose_among(prompt, around.prompts, "add it to prompts.yaml")
            yield places.problem((name, *path), f"there is no prompt {prompt!r}", remedy)
            continue
        for language in sorted(set(around.languages or ()) - set(heard_in)):
            what = f"the prompt {prompt!r} has no {language!r}, and it may be heard in it"
            yield places.problem((name, *path), what, "add that language to it in prompts.yaml")


def _keys(name: str, entry: QueueEntry, places: Places) -> Iterator[Problem]:
    offered = entry.callback.offer_after_s is not None or entry.callback.offer_when_waiting is not None
    if offered and entry.callback.key in entry.keys:
        what = f"{entry.callback.key!r} is among the queue's keys already, on line {places.line(name, 'keys', entry.callback.key)}"
        yield places.problem((name, "callback", "key"), what, "give one of them another key")


# -- thresholds ----------------------------------------------------------------------------------------------------------

Finding = tuple[Path, str, str]


def _never_taken(entry: QueueEntry) -> Iterator[Finding]:
    """Exits that no caller can ever take."""
    seen: dict[str, int] = {}
    for index, way in enumerate(entry.exits):
        path: Path = ("exits", index, "when")
        if way.when in ONCE_ONLY and way.when in seen:
            yield path, f"is never taken: exit {seen[way.when]} is for {way.when!r}, too", "keep one of the two"
        seen.setdefault(way.when, index)
        if why := _needs(way, entry):
            yield path, *why
        if why := _measure(way, entry):
            yield ("exits", index, "over"), *why


def _needs(way: ExitEntry, entry: QueueEntry) -> tuple[str, str] | None:
    has_hours = bool(entry.hours or entry.closed_on or entry.calendar)
    needs = {
        "full": (entry.capacity is not None, "the queue is never full", "give it a capacity"),
        "empty": (
            entry.join_empty is not None,
            "callers may join an empty queue",
            "say in join_empty who counts as away",
        ),
        "emptied": (
            entry.leave_when_empty is not None,
            "callers may wait in an empty queue",
            "say in leave_when_empty who counts as away",
        ),
        "closed": (has_hours, "the queue is never closed", "give it hours or closed_on, or a calendar"),
        "closing": (has_hours, "the queue never closes", "give it hours or closed_on, or a calendar"),
    }
    given, what, remedy = needs.get(way.when, (True, "", ""))
    return None if given else (what, remedy)


def _measure(way: ExitEntry, entry: QueueEntry) -> tuple[str, str] | None:
    """Why the exit's ``over`` can never be passed, or always is."""
    if way.when == "length" and entry.capacity is not None and way.over >= entry.capacity - 1:
        return (
            f"never more than {entry.capacity - 1} callers find room before the next one",
            f"the queue is full at {entry.capacity}: lower this, or raise capacity",
        )
    if way.when == "load" and way.over == 0:
        return "turns every caller away", "give a number above 0"
    if way.when == "waited" and way.over == 0:
        return "0 seconds are no wait", "give a number above 0"
    if way.when == "waited" and entry.max_wait_s is not None and way.over > entry.max_wait_s:
        return f"nobody waits that long: max_wait_s is {entry.max_wait_s:g}", "lower this, or raise max_wait_s"
    return None


def _too_late(entry: QueueEntry) -> Iterator[Finding]:
    """What would come when nobody is there any more, or when nobody more finds room."""
    limit, room = entry.max_wait_s, entry.capacity
    if limit is not None and "relax" in entry.model_fields_set:
        for index, step in enumerate(entry.relax):
            if step.after_s >= limit:
                what = f"nobody waits that long: max_wait_s is {limit:g}"
                yield ("relax", index, "after_s"), what, "lower this, or raise max_wait_s"
    after_s, waiting = entry.callback.offer_after_s, entry.callback.offer_when_waiting
    if limit is not None and after_s is not None and after_s >= limit:
        what = f"nobody waits that long: max_wait_s is {limit:g}"
        yield ("callback", "offer_after_s"), what, "lower this, or raise max_wait_s"
    if room is not None and waiting is not None and waiting >= room:
        what = f"so many callers are never there before one who joins: capacity is {room}"
        yield ("callback", "offer_when_waiting"), what, "lower this, or raise capacity"


def _nobody_allowed(entry: QueueEntry, penalties: Collection[int]) -> Iterator[Finding]:
    """Penalties that leave out every operator of the queue, in each step of waiting."""
    low, high = entry.min_penalty, entry.max_penalty
    ranges = [(low, high)]
    for index, step in enumerate(entry.relax):
        low = low if step.min_penalty is None else step.min_penalty
        high = high if step.max_penalty is None else step.max_penalty
        if high is not None and high < low:
            yield ("relax", index), "max_penalty is below min_penalty from here on", "nobody could be rung: raise it"
        ranges.append((low, high))
    if penalties and not any(a <= one and (b is None or one <= b) for a, b in ranges for one in penalties):
        field = "max_penalty" if entry.max_penalty is not None else "min_penalty"
        has = ", ".join(map(str, sorted(set(penalties))))
        yield (field,), f"leaves out every operator of the queue: their penalties are {has}", "change one or the other"


# -- circles -------------------------------------------------------------------------------------------------------------


def _circles(queues: Located[QueuesFile], flows: Flows) -> Iterator[Problem]:
    """Queues whose exits hand a caller on in a circle: straight, or through a flow in which he or she presses nothing."""
    leads = {name: dict(_next_queues(entry, flows)) for name, entry in queues.value.root.items()}
    told: set[frozenset[str]] = set()
    for name in leads:
        loop = _circle_from(name, leads)
        if loop and frozenset(loop) not in told:
            told.add(frozenset(loop))
            way = " -> ".join([*loop, loop[0]])
            path = leads[loop[0]][loop[1] if len(loop) > 1 else loop[0]]
            what = f"callers would be handed on in a circle ({way})"
            yield queues.places.problem((loop[0], *path), what, "let one of these queues' exits lead elsewhere")


def _next_queues(entry: QueueEntry, flows: Flows) -> Iterator[tuple[str, Path]]:
    for index, way in enumerate(entry.exits):
        target = way.to.queue
        if way.to.flow is not None and way.when in AT_ENTRY:
            target = _silent_end(flows.get(way.to.flow), way.to.entry)
        if target is not None:
            yield target, ("exits", index, "to")


def _silent_end(flow: Located[Flow] | None, entry: str) -> str | None:
    """The queue in which a caller ends up who presses nothing."""
    if flow is None:
        return None
    name, passed = flow.value.entries.get(entry), set[str]()
    while name is not None and name in flow.value.steps and name not in passed:
        passed.add(name)
        step = flow.value.steps[name]
        if isinstance(step, Enqueue):
            return step.queue
        name = next(iter(step.silent_ways_out()), None)
    return None


def _circle_from(name: str, leads: Mapping[str, Mapping[str, Path]]) -> list[str]:
    """The circle on which ``name`` lies, beginning with it; [] if it lies on none."""
    ahead, came_from = [name], dict[str, str]()
    while ahead:
        here = ahead.pop()
        for target in leads.get(here, {}):
            if target == name:
                way = [here]
                while way[-1] != name:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if target not in came_from and target in leads:
                came_from[target] = here
                ahead.append(target)
    return []
