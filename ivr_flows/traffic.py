"""How many callers went which way through a flow, and where did they hang up? Counts, however they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr_flows.rehearsal import Edge
from ivr_flows.session import told
from ivr_flows.steps import Stepwise


@dataclass(frozen=True, slots=True)
class Traffic:
    """Times, not people: whoever comes to a step twice counts twice. What is not in a mapping is 0.

    ``entered``: by entry. ``steps``: came to that step. ``edges``: went that way. ``hung_up``: while at that step.
    """

    entered: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    edges: Mapping[Edge, int] = field(default_factory=dict)
    hung_up: Mapping[str, int] = field(default_factory=dict)

    @property
    def callers(self) -> int:
        """All who came in."""
        return sum(self.entered.values())


def with_those_from_other_flows(traffic: Traffic, name: str, flow: Stepwise) -> Traffic:
    """Count as entered whoever came to an entry's step neither by a way of this flow nor as a caller who began in it.

    They came from a flow that goes through this one, by the first of the entries that lead there.
    """
    by_ways = Counter[str]()
    for at, step in flow.steps.items():
        for path, target in step.ways_out():
            by_ways[target] += traffic.edges.get(Edge(name, at, told(path)), 0)
    entered = dict(traffic.entered)
    for first in dict.fromkeys(flow.entries.values()):
        entries = [entry for entry, step in flow.entries.items() if step == first]
        more = traffic.steps.get(first, 0) - by_ways[first] - sum(entered.get(entry, 0) for entry in entries)
        entered[entries[0]] = entered.get(entries[0], 0) + max(more, 0)
    return replace(traffic, entered=entered)


def share(part: int, whole: int) -> str:
    """In per cent, so that something is not told as nothing, nor less than all as all."""
    if part <= 0 or whole <= 0:
        return "0 %"
    per_cent = 100 * part / whole
    if per_cent < 1:
        return "<1 %"
    if part < whole and per_cent > 99:
        return ">99 %"
    return f"{per_cent:.0f} %"
