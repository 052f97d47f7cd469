"""What would this caller hear, and where would it lead? A flow gone through without a phone, by the interpreter that runs live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ivr_flows import interpreter
from ivr_flows.expressions import Value
from ivr_flows.flow import Flow
from ivr_flows.messages import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    MuteRecording,
    Perform,
    Performed,
    PromptsFinished,
    Record,
    Request,
    SayPrompts,
    Spoken,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.session import Session, TraceEntry, told

HUNG_UP = HangUp("caller_hung_up")
Outcome = tuple[str, Mapping[str, Value]]
"""What came of a request: the outcome's name, and values for variables."""
World = Callable[[Session, Request], Outcome | None]
"""What the world outside answers; None: somebody will say it later (``Rehearsal.comes_back``)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What began to be said, perhaps not to its end: a prompt's id, or a value."""

    what: str | Spoken
    language: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from ``step`` of ``flow``; ``by`` is the path of the field that says so, such as ``choices.1``."""

    flow: str
    step: str
    by: str


def nobody_knows(session: Session, request: Request) -> Outcome | None:
    """A world that leaves every answer to whoever watches."""
    return None


class Rehearsal:
    """One caller in one flow. ``ending`` is None while it goes on; ``asked`` is what the world has not answered yet."""

    def __init__(self, session: Session, world: World = nobody_knows) -> None:
        self.session = session
        self.said: list[Said] = []
        self.ending: JoinQueue | HangUp | None = None
        self.asked: Perform | None = None
        self.awaits_key = False
        self._world = world
        self._saying: int | None = None
        self._carry_out(interpreter.start(self.session))

    def presses(self, keys: str) -> None:
        """Press keys at once, whatever is being said."""
        for key in keys:
            if self.ending is None:
                self._happens(DigitPressed(key))

    def listens(self) -> None:
        """Hear out what is said, until a key is awaited or the flow is over."""
        while self._saying is not None and self.ending is None:
            finished, self._saying = self._saying, None
            self._happens(PromptsFinished(finished))

    def waits(self) -> None:
        """Listen, and then press nothing, until the time for it is over."""
        self.listens()
        if self.awaits_key and self.ending is None:
            self.awaits_key = False
            self._happens(TimedOut())

    def hangs_up(self) -> None:
        """The caller has had enough."""
        self.ending = self.ending or HUNG_UP

    def is_served(self) -> None:
        """An operator talks with the caller, and hangs up first."""
        if isinstance(self.ending, JoinQueue) and self.ending.goes_on is not None:
            goes_on, self.ending = self.ending.goes_on, None
            self._happens(Performed(goes_on, "served"))

    def comes_back(self, outcome: str, values: Mapping[str, Value]) -> None:
        """What was ``asked`` has come to this."""
        if self.asked is not None and self.ending is None:
            asked, self.asked = self.asked, None
            self._happens(Performed(asked.id, outcome, values))

    def _happens(self, event: FlowEvent) -> None:
        self._carry_out(interpreter.handle(self.session, event))

    def _carry_out(self, effects: Sequence[FlowEffect]) -> None:
        for effect in effects:
            match effect:
                case SayPrompts():
                    self._saying, self.awaits_key = effect.id, False
                    self.said += [Said(what, effect.language) for what in effect.prompts]
                case StopSpeaking():
                    self._saying = None
                case AwaitDigit():
                    self.awaits_key = True
                case Perform():
                    self._ask(effect)
                case JoinQueue() | HangUp():
                    self.ending = effect
                case Record() | MuteRecording():
                    pass

    def _ask(self, perform: Perform) -> None:
        self.asked, self.awaits_key = perform, False
        known = self._world(self.session, perform.request)
        if known is not None:
            self.comes_back(*known)


def edges_of(name: str, flow: Flow) -> list[Edge]:
    """Every way from step to step of a flow, in the order of the file."""
    return [Edge(name, at, told(path)) for at, step in flow.steps.items() for path, _ in step.ways_out()]


def edges_taken(trace: Sequence[TraceEntry]) -> list[Edge]:
    """The ways that a caller with this trace has gone, in their order."""
    return [Edge(one.flow, one.step, one.by) for one in trace if one.what == "left"]


def steps_entered(trace: Sequence[TraceEntry]) -> list[tuple[str, str]]:
    """(flow, step) of each that a caller with this trace has come to, in their order."""
    return [(one.flow, one.step) for one in trace if one.what == "entered"]
