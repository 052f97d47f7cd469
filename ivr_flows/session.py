"""Where in its flow is one caller, and how did he or she get there? The interpreter's memory; no time, no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr_flows.expressions import Value, evaluate
from ivr_flows.flow import AnyStep, Flow
from ivr_flows.located_yaml import Path
from ivr_flows.questions import Question
from ivr_flows.steps import SubFlow

MAX_STEPS_IN_SILENCE: Final = 100
"""Steps in a row without a key from the caller. Checked flows end long before; this one holds for any other."""
MAX_STEPS: Final = 1000
"""Steps in all: a line that sends keys without end (a stuck phone, another machine's announcement) is let go."""
MAX_TYPED_AHEAD: Final = 32
MAX_DEPTH: Final = 10
"""Flows that go through one another. Checked flows come nowhere near."""

Happening = Literal[
    "entered",
    "skipped",
    "interrupted",
    "invalid",
    "silence",
    "not_confirmed",
    "answered",
    "agreed",
    "connected",
    "left",
    "gave_up",
]
DTMF: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing that happened at ``step`` of ``flow``. ``by`` is, for ``left``, the path of the field that named the way
    (``choices.1``), and for ``answered`` the key that answered a survey. What else was pressed is never kept here."""

    flow: str
    step: str
    what: Happening
    by: str = ""


@dataclass(frozen=True, slots=True)
class NotBegun:
    """Before ``interpreter.start``."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """The prompts with this id are being said."""

    id: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The prompts are over and a key is awaited."""


@dataclass(frozen=True, slots=True)
class Performing:
    """What ``Perform`` with this id asked for is being done, or the caller is in a queue and may come back."""

    id: int


@dataclass(frozen=True, slots=True)
class Over:
    """The flow has had its last effect."""


Doing = NotBegun | Speaking | Listening | Performing | Over


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that waits for another one to return, at ``step``, with its variables."""

    flow: str
    step: str
    variables: dict[str, Value]


@dataclass(slots=True)
class Asking:
    """What is being asked: digits ``collected`` so far, and ``confirming`` once they have been read back. ``to_ask`` are the
    questions that are still to come, ``secret`` the answers to those of a payment."""

    tries_left: int = 0
    question: Question | None = None
    collected: str = field(default="", repr=False)
    confirming: bool = False
    to_ask: list[Question] = field(default_factory=list)
    secret: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True, eq=False)
class Session:
    """One caller in a flow, and in those that it goes through. Only the interpreter changes it; ``language``, ``variables`` and
    ``trace`` are for all to read."""

    flows: Mapping[str, Flow]
    name: str
    language: str
    step: str
    skills: Mapping[str, int] = field(default_factory=dict)
    doing: Doing = field(default_factory=NotBegun)
    variables: dict[str, Value] = field(default_factory=dict)
    asking: Asking = field(default_factory=Asking)
    muted: bool = False
    typed: deque[str] = field(default_factory=deque, repr=False)
    said: int = 0
    performed: int = 0
    steps: int = 0
    steps_in_silence: int = 0
    frames: list[Frame] = field(default_factory=list)
    _trace: list[TraceEntry] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        flows: Mapping[str, Flow],
        name: str,
        entry: str = "default",
        language: str = "es",
        *,
        caller: str = "",
        number: str = "",
    ) -> Session:
        """A caller about to enter the flow ``name`` at ``entry``. Raises LookupError if there is no such flow or entry."""
        if name not in flows:
            raise LookupError(f"there is no flow {name!r}; there are {', '.join(flows)}")
        entries = flows[name].entries
        if entry not in entries:
            raise LookupError(f"the flow has no entry {entry!r}; its entries are {', '.join(entries)}")
        given: dict[str, Value] = {"caller": caller, "number": number}
        return cls(flows=flows, name=name, language=language, step=entries[entry], variables=given)

    @property
    def trace(self) -> Sequence[TraceEntry]:
        """What happened, in order. It only grows, so whoever wants times notes them when it has grown."""
        return self._trace

    @property
    def here(self) -> AnyStep:
        """The step where the caller is."""
        return self.flows[self.name].steps[self.step]

    def note(self, what: Happening, by: str = "") -> None:
        """Add to the trace, for the step where the caller is."""
        self._trace.append(TraceEntry(self.name, self.step, what, by))

    def enter(self, step: str) -> bool:
        """Come to ``step``; False if this flow has gone on too long, or has no such step."""
        self.steps += 1
        self.steps_in_silence += 1
        if (
            self.steps > MAX_STEPS
            or self.steps_in_silence > MAX_STEPS_IN_SILENCE
            or step not in self.flows[self.name].steps
        ):
            return False
        self.step = step
        self.note("entered")
        return True

    def leave(self, path: Path) -> str:
        """Leave by the field at ``path``; returns the step that comes next."""
        self.note("left", told(path))
        return dict(self.here.ways_out())[path]

    def dive(self, into: SubFlow) -> str | None:
        """Begin to go through another flow; its first step. None if there is none, or too many are gone through already."""
        flow = self.flows.get(into.flow)
        if flow is None or into.entry not in flow.entries or len(self.frames) >= MAX_DEPTH:
            return None
        given = {name: self.variables[name] for name in ("caller", "number")}
        values = {name: self.evaluate(expression) for name, expression in into.values.items()}
        self.frames.append(Frame(self.name, self.step, self.variables))
        self.name, self.variables = into.flow, {**given, **values}
        return flow.entries[into.entry]

    def surface(self) -> SubFlow | None:
        """Come back from a flow to the step that went through it. None if there is nowhere to come back to."""
        if not self.frames:
            return None
        inner, frame = self.variables, self.frames.pop()
        self.name, self.step, self.variables = frame.flow, frame.step, frame.variables
        dived = self.here
        assert isinstance(dived, SubFlow), "only such a step makes a frame"
        for name, theirs in dived.returns.items():
            self.variables[name] = inner.get(theirs)
        return dived

    def evaluate(self, expression: str) -> Value:
        """What an expression comes to now."""
        return evaluate(expression, {**self.variables, "language": self.language})

    def heard_key(self, digit: str) -> bool:
        """A key came; False if it is none, or more than can be kept."""
        if digit not in DTMF or len(self.typed) >= MAX_TYPED_AHEAD:
            return False
        self.steps_in_silence = 0
        return True


def told(path: Path) -> str:
    """A path as the trace tells it."""
    return ".".join(map(str, path))
