"""What a person or program may ask of the running centre; the engine carries it out, the HTTP API and phones ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from ari_app.contract import OperatorStatus

WantedState = Literal["ready", "paused", "logged_out"]


class UnknownCall(LookupError):
    """No call with this id is up."""


class UnknownOperator(LookupError):
    """The centre has no operator with this code."""


class StateRefused(ValueError):
    """The operator cannot go into that state now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The centre's files were read again: in words, what is different now, what only a restart brings, and ``warnings``."""

    changed: tuple[str, ...]
    needs_restart: tuple[str, ...]
    warnings: tuple[str, ...]


class ReloadRefused(ValueError):
    """The files cannot be used; what was in force stays. ``problems``: all of them, each with file and line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Reload = Callable[[], Awaitable[Reloaded]]
"""Reads the centre's files again. Raises ReloadRefused."""


class CentreCommands(Protocol):
    """Implemented by the engine; every method is immediate and raises the errors above."""

    def set_operator_state(self, code: str, wanted: WantedState, reason: str | None) -> OperatorStatus:
        """Ask for a state. ``ready`` also ends wrap-up; while on a call, ``paused`` and ``logged_out`` wait for its end.

        Raises UnknownOperator, StateRefused. Returns the operator's status after it.
        """
        ...

    def hang_up_call(self, call: str, own: bool = False) -> None:
        """End a call for both sides; ``own``: the operator who talks with the caller asks for it. Raises UnknownCall."""
        ...
