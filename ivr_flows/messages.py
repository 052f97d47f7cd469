"""What does the shell tell the interpreter, and what does the interpreter ask of it? Events are past, effects imperative."""

from __future__ import annotations

from dataclasses import dataclass, field


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
class Spelled:
    """Digits, said one by one, among prompts."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayPrompts:
    """Say ``prompts`` (ids, or what is spelled) one after the other in ``language`` and report ``PromptsFinished(id)``.

    At most one is pending: before the next, it has finished or ``StopSpeaking`` came. ``interruptible`` is for show: a key
    that ends it brings ``StopSpeaking``. Any ``AwaitDigit`` before is over.
    """

    id: int
    prompts: tuple[str | Spelled, ...]
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
class JoinQueue:
    """The flow is over: into ``queue``, with an operator who has ``skills`` (name, least level) if possible.

    ``operator``: the one to be waited for at first.
    """

    queue: str
    skills: tuple[tuple[str, int], ...]
    priority: int
    language: str
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over: end the call; ``reason`` is the call's end reason."""

    reason: str


FlowEvent = PromptsFinished | DigitPressed | TimedOut
FlowEffect = SayPrompts | StopSpeaking | AwaitDigit | JoinQueue | HangUp
