"""What can be asked about callbacks? Which stand, in their order, and that one be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from ari_app.callback_book import CallbackBook, CallbackIntent
from ari_app.centre import Centre
from ari_app.commands import UnknownCall
from ari_app.contract import masked, timestamp
from ari_app.switchboard import Switchboard

CallbackStage = Literal["callback", "ringing", "calling", "waiting", "talking"]


@dataclass(frozen=True, slots=True)
class CallbackStatus:
    """One customer who is to be called back. ``caller`` is masked unless the centre says otherwise.

    ``stage``: ``callback`` waits for its turn, ``ringing`` an operator's phone, ``calling`` the customer's, ``waiting`` the
    customer has picked up before an operator did. ``attempts`` were made, ``next_attempt`` is the earliest time of the next.
    """

    id: str
    queue: str
    caller: str
    number: str
    stage: CallbackStage
    position: int | None
    operator: str | None
    first: Literal["operator", "customer"]
    arrived: str
    agreed: str
    attempts: int
    next_attempt: str | None


class CallbackCommands(Protocol):
    """Implemented by CallbackDesk; the HTTP API asks."""

    def callbacks(self) -> list[CallbackStatus]:
        """Those that stand, the one that arrived first first."""
        ...

    def cancel_callback(self, call: str) -> None:
        """Nobody will be called. Raises UnknownCall, also when the customer is on the line already."""
        ...


class CallbackDesk:
    """Reads the book and the ACD; cancels by ending the call's life. ``centre`` gives the one in force."""

    def __init__(self, book: CallbackBook, switchboard: Switchboard, centre: Callable[[], Centre]) -> None:
        self._book = book
        self._switchboard = switchboard
        self._centre = centre

    def callbacks(self) -> list[CallbackStatus]:
        """See CallbackCommands."""
        return [shown for intent in self._book.in_order() if (shown := self._shown(intent)) is not None]

    def cancel_callback(self, call: str) -> None:
        """See CallbackCommands."""
        living = self._switchboard.calls.get(call)
        if call not in self._book.intents or living is None or not living.goes_on_alone:
            raise UnknownCall(f"no callback {call} stands")
        living.end("callback_cancelled")

    def _shown(self, intent: CallbackIntent) -> CallbackStatus | None:
        view = self._switchboard.acd.call(intent.call)
        if view is None:
            return None
        centre = self._centre()
        gap_s = centre.queue(view.queue).entry.callback.gap_s
        due = intent.last_try_at + gap_s if intent.attempts and view.stage == "callback" else None
        return CallbackStatus(
            id=intent.call,
            queue=view.queue,
            caller=masked(intent.caller) if centre.mask_callers else intent.caller,
            number=intent.number,
            stage=view.stage,
            position=view.position,
            operator=view.operator,
            first=intent.first,
            arrived=timestamp(intent.arrived_at),
            agreed=timestamp(intent.agreed_at),
            attempts=intent.attempts,
            next_attempt=None if due is None else timestamp(due),
        )
