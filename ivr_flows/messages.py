"""What does the shell tell the interpreter, and what does the interpreter ask of it? Events are past, effects imperative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr_flows.expressions import Value
from ivr_flows.said import SaidAs


@dataclass(frozen=True, slots=True)
class PromptsFinished:
    """What ``SayPrompts`` with this id asked for has been heard to its end, or could not be played."""

    id: int


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key: one of 0 to 9, *, # and A to D. Anything else is ignored."""

    digit: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time given by the last ``AwaitDigit`` is over and no key was pressed."""


@dataclass(frozen=True, slots=True)
class Performed:
    """What ``Perform`` with this id asked for is over: its ``outcome``, and values for variables."""

    id: int
    outcome: str
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """The caller has been in the flow for as long as it allows (``Flow.max_s``)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value, said as what it is, among prompts. One that makes no sense so (no number, no date) is passed over."""

    kind: SaidAs
    value: Value = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayPrompts:
    """Say ``prompts`` (ids, or values) one after the other in ``language`` and report ``PromptsFinished(id)``.

    At most one is pending: before the next, it has finished or ``StopSpeaking`` came. ``interruptible`` is for show: a key
    that ends it brings ``StopSpeaking``. Any ``AwaitDigit`` before is over.
    """

    id: int
    prompts: tuple[str | Spoken, ...]
    language: str
    interruptible: bool


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Fall silent; no ``PromptsFinished`` is needed."""


@dataclass(frozen=True, slots=True)
class AwaitDigit:
    """Report ``TimedOut`` after ``timeout_s`` unless a key is pressed before."""

    timeout_s: float


@dataclass(frozen=True, slots=True)
class Record:
    """Begin to record the caller (``on``), or stop. When the flow is over it stops by itself; what is on already stays so.
    ``refused``: the caller has said no, for all that follows."""

    on: bool
    refused: bool = False


@dataclass(frozen=True, slots=True)
class MuteRecording:
    """From here to the next effect of this kind no recording of the caller may hold a sound of him or her (``muted``)."""

    muted: bool


@dataclass(frozen=True, slots=True)
class AskHours:
    """Is this calendar open now? Outcomes: open, closed, holiday."""

    calendar: str


@dataclass(frozen=True, slots=True)
class AskService:
    """Ask a service over HTTP, sending ``sent``. Outcomes: the status (``200``), or failed. Values: for each of ``saved``
    (variable, path) the field of the answer. What is sent may be a card's digits: it is never shown."""

    service: str
    sent: Mapping[str, Value] = field(repr=False)
    saved: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunAgi:
    """Let a service of AGI have the channel. Outcomes: next, failed. Values: for each of ``saved`` (variable, channel variable)."""

    service: str
    sent: Mapping[str, str] = field(repr=False)
    saved: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskCallable:
    """May this caller be called back? Outcomes: yes, no."""


@dataclass(frozen=True, slots=True)
class ConnectWith:
    """Connect the caller with an ``operator`` or a ``number`` (one is None). Outcomes: failed, or over: they have talked."""

    operator: str | None
    number: str | None = field(repr=False)
    ring_s: float


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Record a message for the operators of ``queue``. Outcomes: next, failed."""

    queue: str
    mailbox: str


Request = AskHours | AskService | RunAgi | AskCallable | ConnectWith | TakeMessage


@dataclass(frozen=True, slots=True)
class Perform:
    """Do this, or have it done, and report ``Performed(id, ...)``. At most one is pending."""

    id: int
    request: Request


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """The way through the flow leads into ``queue``, to an operator who has ``skills`` (name, least level) if possible.

    ``operator``: the one to be waited for at first. ``shown`` (name, value): what the operator is shown of the caller.
    ``called_back``: the caller hangs up, keeps the place, and is called. ``goes_on``: if the operator hangs up first, report
    ``Performed(goes_on, "served")``, and the flow goes on; None: it is over.
    """

    queue: str
    skills: tuple[tuple[str, int], ...]
    priority: int
    language: str
    operator: str | None = None
    shown: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    called_back: bool = False
    goes_on: int | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over: end the call; ``reason`` is the call's end reason."""

    reason: str


FlowEvent = PromptsFinished | DigitPressed | TimedOut | Performed | OutOfTime
FlowEffect = SayPrompts | StopSpeaking | AwaitDigit | Record | MuteRecording | Perform | JoinQueue | HangUp
