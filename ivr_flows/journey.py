"""How is a caller's way through a flow kept, and what do many of them tell? One line of JSON each, without any digit typed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from ivr_flows.rehearsal import Edge
from ivr_flows.session import TraceEntry
from ivr_flows.traffic import Traffic

HANGS_UP: Final = "caller_hung_up"


class BadJourney(ValueError):
    """A line that is no journey; the message says why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the trace, ``after_ms`` from when the caller came into the flow."""

    after_ms: int
    entry: TraceEntry


@dataclass(frozen=True, slots=True)
class Journey:
    """A caller's way through ``flow``, in its ``version``, and through those that it goes through.

    ``at``: Unix seconds. ``ending``: ``queue``, ``callback``, ``hang_up``, ``elsewhere`` or ``caller_hung_up``; ``to``: the
    queue, the reason, or the step.
    ``came_of`` tells, for each request in turn, its step and outcome. ``continues``: it goes on after a conversation, with
    ``operator``.
    """

    call: str
    flow: str
    version: str
    entry: str
    number: str
    language: str
    at: float
    moments: tuple[Moment, ...]
    ending: str
    to: str
    came_of: tuple[tuple[str, str], ...] = ()
    continues: bool = False
    operator: str | None = None

    @property
    def trace(self) -> Sequence[TraceEntry]:
        """What happened, in order."""
        return [moment.entry for moment in self.moments]

    def line(self) -> str:
        """As it is kept."""
        shape = asdict(self)
        shape["moments"] = [[one.after_ms, *_short(one.entry)] for one in self.moments]
        return json.dumps(shape, ensure_ascii=False, separators=(",", ":"))


def _short(entry: TraceEntry) -> list[str]:
    told = [entry.flow, entry.step, entry.what]
    return [*told, entry.by] if entry.by else told


def journey_of(line: str) -> Journey:
    """The journey that a line tells of. Raises BadJourney."""
    try:
        shape: dict[str, Any] = json.loads(line)
        moments = tuple(
            Moment(int(after_ms), TraceEntry(flow, step, what, *by))
            for after_ms, flow, step, what, *by in shape.pop("moments")
        )
        came_of = tuple((str(step), str(outcome)) for step, outcome in shape.pop("came_of"))
        return Journey(moments=moments, came_of=came_of, **shape)
    except (ValueError, TypeError, AttributeError, KeyError) as wrong:
        raise BadJourney(f"is no journey of a caller ({wrong})") from wrong


def traffic_of(flow: str, journeys: Iterable[Journey]) -> Traffic:
    """The traffic of ``flow``, also of those who came from another one."""
    entered, steps, edges, hung_up = Counter[str](), Counter[str](), Counter[Edge](), Counter[str]()
    for journey in journeys:
        if journey.flow == flow and not journey.continues:
            entered[journey.entry] += 1
        here = [entry for entry in journey.trace if entry.flow == flow]
        steps.update(entry.step for entry in here if entry.what == "entered")
        edges.update(Edge(flow, entry.step, entry.by) for entry in here if entry.what == "left")
        last = journey.trace[-1] if journey.moments else None
        if journey.ending == HANGS_UP and last is not None and last.flow == flow:
            hung_up[last.step] += 1
    return Traffic(entered, steps, edges, hung_up)
