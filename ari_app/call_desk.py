"""Can this be done in the conversation now? Checks what is asked, and gives it to the call that it is for."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ari_app.asked import Asked, ConsultAsked, RecordAsked, TransferAsked
from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.call_commands import NotNow
from ari_app.calls.targets import why_not
from ari_app.centre import Centre
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus
from ari_app.control_states import Control, trigger_of
from ari_app.switchboard import Switchboard

log = structlog.get_logger(__name__)


class CallDesk:
    """See CallCommands. ``centre`` gives the one in force."""

    def __init__(self, centre: Callable[[], Centre], board: StatusBoard, switchboard: Switchboard) -> None:
        self._centre = centre
        self._board = board
        self._switchboard = switchboard

    def ask(self, call: str, asked: Asked, ticket: str | None = None) -> CallStatus:
        """See CallCommands."""
        living = self._switchboard.calls.get(call)
        if living is None:
            raise UnknownCall(f"no call {call} is up")
        self._check(living.control, asked)
        if ticket is not None:
            living.ticket = ticket
            self._switchboard.publish_call(call)
        self._give(living, asked)
        return self._board.calls[call]

    def ask_recording(self, call: str, asked: RecordAsked) -> CallStatus:
        """See CallCommands."""
        living = self._switchboard.calls.get(call)
        if living is None:
            raise UnknownCall(f"no call {call} is up")
        if living.recorded is None:
            raise NotNow("nobody talks with this caller now")
        if (why := living.recorded.may(asked.action)) is not None:
            raise NotNow(why)
        log.info("recording_asked", call=call, account=asked.by, action=asked.action)
        living.put_nowait(asked)
        return self._board.calls[call]

    def _check(self, control: Control | None, asked: Asked) -> None:
        if control is None:
            raise NotNow("nobody talks with this caller now")
        if not control.may(trigger_of(asked)):
            raise NotNow(
                f"not while the conversation is {control.state}; now: {', '.join(control.possible()) or 'nothing'}"
            )
        if isinstance(asked, TransferAsked | ConsultAsked):
            consult = isinstance(asked, ConsultAsked)
            refused = why_not(asked.to, control.operator, self._centre(), self._switchboard.acd, consult=consult)
            if refused is not None:
                raise NotNow(refused)

    @staticmethod
    def _give(call: Call, asked: Asked) -> None:
        log.info("conversation_asked", call=call.id, asked=type(asked).__name__)
        call.put_nowait(asked)
