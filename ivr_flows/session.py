"""Where in its flow is one caller, and how did he or she get there? The interpreter's memory; no time, no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr_flows.expressions import Value, evaluate
from ivr_flows.flow import Flow

MAX_STEPS_IN_SILENCE: Final = 100
"""Steps in a row without a key from the caller. Checked flows end long before; this one holds for any other."""
MAX_STEPS: Final = 1000
"""Steps in all: a line that sends keys without end (a stuck phone, another machine's announcement) is let go."""
MAX_TYPED_AHEAD: Final = 32

Happening = Literal[
    "entered",
    "skipped",
    "interrupted",
    "chose",
    "collected",
    "not_confirmed",
    "branched",
    "invalid",
    "silence",
    "gave_up",
]
DTMF: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing that happened at ``step``; ``choice`` is the key of a menu, kept only if the menu has it, or the way of a branch
    (``1`` is the first, ``otherwise`` none of them). Digits that were collected are never kept here."""

    step: str
    what: Happening
    choice: str | None = None


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
class Over:
    """The flow has had its last effect."""


Doing = NotBegun | Speaking | Listening | Over


@dataclass(slots=True, eq=False)
class Session:
    """One caller in one flow. Only the interpreter changes it; ``language``, ``variables`` and ``trace`` are for all to read.

    ``collected`` are the digits of a ``collect`` so far; ``confirming``: they have been read back.
    """

    flow: Flow
    language: str
    step: str
    skills: Mapping[str, int] = field(default_factory=dict)
    doing: Doing = field(default_factory=NotBegun)
    variables: dict[str, Value] = field(default_factory=dict)
    typed: deque[str] = field(default_factory=deque)
    collected: str = field(default="", repr=False)
    confirming: bool = False
    tries_left: int = 0
    said: int = 0
    steps: int = 0
    steps_in_silence: int = 0
    _trace: list[TraceEntry] = field(default_factory=list)

    @classmethod
    def begin(
        cls, flow: Flow, entry: str = "default", language: str = "es", *, caller: str = "", number: str = ""
    ) -> Session:
        """A caller about to enter ``flow`` at ``entry``. Raises LookupError if the flow has no such entry."""
        if entry not in flow.entries:
            raise LookupError(f"the flow has no entry {entry!r}; its entries are {', '.join(flow.entries)}")
        variables: dict[str, Value] = {"caller": caller, "number": number}
        return cls(flow=flow, language=language, step=flow.entries[entry], variables=variables)

    @property
    def trace(self) -> Sequence[TraceEntry]:
        """What happened, in order. It only grows, so whoever wants times notes them when it has grown."""
        return self._trace

    def note(self, what: Happening, choice: str | None = None) -> None:
        """Add to the trace, for the step where the caller is."""
        self._trace.append(TraceEntry(self.step, what, choice))

    def enter(self, step: str) -> bool:
        """Come to ``step``; False if this flow has gone on too long."""
        self.step = step
        self.steps += 1
        self.steps_in_silence += 1
        if self.steps > MAX_STEPS or self.steps_in_silence > MAX_STEPS_IN_SILENCE:
            self.note("gave_up")
            return False
        self.note("entered")
        return True

    def evaluate(self, expression: str) -> Value:
        """What an expression comes to now."""
        return evaluate(expression, {**self.variables, "language": self.language})

    def heard_key(self, digit: str) -> bool:
        """A key came; False if it is none, or more than can be kept."""
        if digit not in DTMF or len(self.typed) >= MAX_TYPED_AHEAD:
            return False
        self.steps_in_silence = 0
        return True
