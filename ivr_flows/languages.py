"""In which languages can callers come to each step? They enter in the centre's first one, and go from flow to flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ivr_flows.flow import Flow
from ivr_flows.steps import Return, SetLanguage, SubFlow

LanguagesHeard = Mapping[tuple[str, str], set[str]]
"""Languages by (flow, step)."""
Standing = tuple[str, str, str]
"""A caller in a flow, at a step, in a language."""


def languages_heard(flows: Mapping[str, Flow], first: Iterable[str]) -> LanguagesHeard:
    """The languages in which callers can come to each step, if they enter in those of ``first``. A flow that others go through is
    entered from there."""
    inner = {step.flow for flow in flows.values() for step in flow.steps.values() if isinstance(step, SubFlow)}
    heard: dict[tuple[str, str], set[str]] = {}
    ahead = [
        (name, step, language)
        for name, flow in flows.items()
        for step in flow.entries.values()
        for language in first
        if name not in inner
    ]
    while ahead:
        standing = flow, step, language = ahead.pop()
        if step in flows[flow].steps and language not in heard.setdefault((flow, step), set()):
            heard[flow, step].add(language)
            ahead += _next(standing, flows, heard)
    return heard


def _next(standing: Standing, flows: Mapping[str, Flow], heard: LanguagesHeard) -> Iterator[Standing]:
    name, at, language = standing
    match flows[name].steps[at]:
        case SetLanguage(to=to, next=target):
            yield name, target, to
        case SubFlow() as inner:
            yield from _into(inner, language, flows)
            for returned in _returned(inner.flow, flows, heard):
                yield name, inner.next, returned
        case Return():
            for outer, step in _callers(name, flows):
                if (outer, step) in heard:
                    through = flows[outer].steps[step]
                    assert isinstance(through, SubFlow)
                    yield outer, through.next, language
        case other:
            for _, target in other.ways_out():
                yield name, target, language


def _into(inner: SubFlow, language: str, flows: Mapping[str, Flow]) -> Iterator[Standing]:
    flow = flows.get(inner.flow)
    if flow is not None and inner.entry in flow.entries:
        yield inner.flow, flow.entries[inner.entry], language


def _returned(name: str, flows: Mapping[str, Flow], heard: LanguagesHeard) -> set[str]:
    """The languages in which callers are known to come back from a flow."""
    steps = flows[name].steps if name in flows else {}
    return {
        language for at, step in steps.items() if isinstance(step, Return) for language in heard.get((name, at), ())
    }


def _callers(name: str, flows: Mapping[str, Flow]) -> list[tuple[str, str]]:
    """Where other flows go through ``name``."""
    return [
        (outer, at)
        for outer, flow in flows.items()
        for at, step in flow.steps.items()
        if isinstance(step, SubFlow) and step.flow == name
    ]
