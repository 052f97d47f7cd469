"""Whose whole number is it that a call came from? Known while the call is up, and until its last operator has written it up.

Statuses show callers masked; who has a call may need the number to find the customer. It is kept nowhere but in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.contract import CallStatus, OperatorStatus, StatusEvent
from ari_app.outbound import DIGITS


class NumbersOfCalls(Protocol):
    """Implemented by CallerNumbers; the HTTP API asks."""

    def number_of(self, call: str) -> str | None:
        """The digits of the caller's number; None for one who withholds it, and for a call that is not known (any more)."""
        ...


class CallerNumbers:
    """See NumbersOfCalls. ``calls`` are those that are up. Tell its ``sink`` what the board is told."""

    def __init__(self, calls: Callable[[], Mapping[str, Call]], board: StatusBoard) -> None:
        self._calls = calls
        self._board = board
        self._written_up: dict[str, tuple[str, str]] = {}

    def number_of(self, call: str) -> str | None:
        """See NumbersOfCalls."""
        living = self._calls().get(call)
        caller = living.caller if living is not None else self._written_up.get(call, ("", ""))[1]
        return caller if DIGITS.fullmatch(caller) else None

    def sink(self, event: StatusEvent) -> None:
        """A call that has ended is kept until its operator is done with it."""
        match event.body:
            case CallStatus(stage="ended", operator=str(operator)) as ended:
                living = self._calls().get(ended.id)
                if living is not None and self._has(operator, ended.id):
                    self._written_up[ended.id] = (operator, living.caller)
            case OperatorStatus() as changed:
                of_operator = (id_ for id_, (who, _) in self._written_up.items() if who == changed.code)
                done = [id_ for id_ in of_operator if id_ != changed.call]
                for call in done:
                    del self._written_up[call]
            case _:
                pass

    def forget(self, is_meant: Callable[[str], bool]) -> int:
        """Strike out the numbers that are meant, as when a customer is erased; how many. Calls that are up go on."""
        meant = [call for call, (_, caller) in self._written_up.items() if is_meant(caller)]
        for call in meant:
            del self._written_up[call]
        return len(meant)

    def _has(self, operator: str, call: str) -> bool:
        shown = self._board.operators.get(operator)
        return shown is not None and shown.call == call
