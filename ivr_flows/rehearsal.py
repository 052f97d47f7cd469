"""What would this caller hear, and where would it lead? A flow gone through without a phone, by the interpreter that runs live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr_flows import interpreter
from ivr_flows.flow import Branch, Collect, Flow, Menu, ways_out
from ivr_flows.interpreter import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    Session,
    Spelled,
    StopSpeaking,
    TimedOut,
    TraceEntry,
)

Path = tuple[str | int, ...]
HUNG_UP = HangUp("caller_hung_up")


@dataclass(frozen=True, slots=True)
class Said:
    """What began to be said, perhaps not to its end: a prompt's id, or spelled digits."""

    what: str | Spelled
    language: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from ``step``; ``by`` is the path of the field that says so."""

    step: str
    by: Path


class Rehearsal:
    """One caller in one flow. Raises LookupError if it has no such entry. ``ending`` is None while it goes on."""

    def __init__(
        self, flow: Flow, entry: str = "default", language: str = "es", *, caller: str = "", number: str = ""
    ) -> None:
        self.session = Session.begin(flow, entry, language, caller=caller, number=number)
        self.said: list[Said] = []
        self.ending: JoinQueue | HangUp | None = None
        self._saying: int | None = None
        self.awaits_key = False
        self._carry_out(interpreter.start(self.session))

    def presses(self, keys: str) -> None:
        """Press keys at once, whatever is being said."""
        for key in keys:
            if self.ending is None:
                self._carry_out(interpreter.handle(self.session, DigitPressed(key)))

    def listens(self) -> None:
        """Hear out what is said, until a key is awaited or the flow is over."""
        while self._saying is not None and self.ending is None:
            finished, self._saying = self._saying, None
            self._carry_out(interpreter.handle(self.session, PromptsFinished(finished)))

    def waits(self) -> None:
        """Listen, and then press nothing, until the time for it is over."""
        self.listens()
        if self.awaits_key and self.ending is None:
            self.awaits_key = False
            self._carry_out(interpreter.handle(self.session, TimedOut()))

    def hangs_up(self) -> None:
        """The caller has had enough."""
        self.ending = self.ending or HUNG_UP

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
                case JoinQueue() | HangUp():
                    self.ending = effect


def edges_of(flow: Flow) -> list[Edge]:
    """Every way from step to step, in the order of the file."""
    return [Edge(name, path) for name, step in flow.steps.items() for path, _ in ways_out(step)]


def edges_taken(flow: Flow, trace: Sequence[TraceEntry]) -> list[Edge]:
    """The ways that a caller with this trace has gone, in their order."""
    taken: list[Edge] = []
    came_by: Path = ()
    at: str | None = None
    for one in trace:
        if one.what in ("entered", "gave_up"):
            if at is not None and one.what == "entered":
                taken.append(Edge(at, came_by or _unsaid(flow, at)))
            at, came_by = one.step, ()
        else:
            came_by = _said_by(one) or came_by
    return taken


def _said_by(one: TraceEntry) -> Path:
    match one.what, one.choice:
        case "chose", str(key):
            return ("choices", key)
        case "branched", "otherwise":
            return ("otherwise",)
        case "branched", str(place):
            return ("ways", int(place) - 1, "next")
        case "collected", _:
            return ("next",)
        case _:
            return ()


def _unsaid(flow: Flow, step: str) -> Path:
    """The way that is taken without a word about it."""
    return ("otherwise",) if isinstance(flow.steps[step], (Menu, Collect, Branch)) else ("next",)
