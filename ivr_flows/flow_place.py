"""Where does a caller stand in a flow, in a form that outlives the process? And how does the flow go on from there?

A place holds no digit that is just being typed and no answer of a payment: they are asked for again. Nor does it hold who calls:
the channel tells that again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ivr_flows.expressions import Value
from ivr_flows.flow import Flow
from ivr_flows.session import Frame, Performing, Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """A flow that waits for another one to return, at ``step``."""

    flow: str
    step: str
    variables: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlowPlace:
    """A caller at ``step`` of ``flow``. ``performing``: the number of what is being done outside, if anything is."""

    flow: str
    step: str
    language: str
    skills: Mapping[str, int]
    variables: Mapping[str, Value] = field(repr=False)
    waiting: tuple[Waiting, ...]
    said: int
    performed: int
    steps: int
    performing: int | None


class NowhereAnyMore(LookupError):
    """The flow as it is now has no such step."""


GIVEN: Final = ("caller", "number")


def _own(variables: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in variables.items() if name not in GIVEN}


def place_of(session: Session) -> FlowPlace:
    """Where the caller stands now."""
    return FlowPlace(
        flow=session.name,
        step=session.step,
        language=session.language,
        skills=dict(session.skills),
        variables=_own(session.variables),
        waiting=tuple(Waiting(frame.flow, frame.step, _own(frame.variables)) for frame in session.frames),
        said=session.said,
        performed=session.performed,
        steps=session.steps,
        performing=session.doing.id if isinstance(session.doing, Performing) else None,
    )


def session_at(place: FlowPlace, flows: Mapping[str, Flow], *, caller: str, number: str) -> Session:
    """The session of a caller who stands at ``place``, to be gone on with by interpreter.resume.

    Raises NowhereAnyMore where one of its steps is not in ``flows``.
    """
    for flow, step in [(place.flow, place.step), *((frame.flow, frame.step) for frame in place.waiting)]:
        if flow not in flows or step not in flows[flow].steps:
            raise NowhereAnyMore(f"the flow {flow!r} has no step {step!r} any more")
    session = Session(flows=flows, name=place.flow, language=place.language, step=place.step)
    given: dict[str, Value] = {"caller": caller, "number": number}
    session.skills, session.variables = dict(place.skills), {**given, **place.variables}
    session.frames = [Frame(frame.flow, frame.step, {**given, **frame.variables}) for frame in place.waiting]
    session.said, session.performed, session.steps = place.said, place.performed, place.steps
    if place.performing is not None:
        session.doing = Performing(place.performing)
    return session
