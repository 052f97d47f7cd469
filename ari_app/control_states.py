"""What may be done in a conversation now, and where does it lead? One literal table, and the theory behind it.

A conversation has a caller, an operator and at times another: an operator, a supervisor or a number that is consulted. The
caller is never left with nobody: whoever goes, what remains of the three stays together, or goes back to the queue.

- *held* is the API's hold, *held_by_phone* the one that the phone asked for with a re-INVITE: only the phone ends that.
- *ringing_other*, *consulting*: the caller hears music. *swapped*: the other does.
- *barged*: one or more supervisors talk with both. *taken_over*: a supervisor is in the operator's place, and may pass the caller
  on; ``operator_gone`` is that one's end. To take over is possible always: what the operator is doing besides ends.
- *outside*: the operator has left, and the caller talks with somebody whom no queue offers calls to (a number, a supervisor);
  ``operator_gone`` is that one's end.
- What is not in the table cannot be asked now. ``other_gone`` and ``operator_gone`` come by themselves.

Two ends: *left* (the caller goes to another place, or the call is over) and *handed_over* (the caller talks on with the other).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    ResumeAsked,
    SwapAsked,
    TransferAsked,
)
from ari_app.contract import ControlState
from ari_app.supervision import BargeAsked, TakeOverAsked, UnbargeAsked

ControlEnd = Literal["left", "handed_over"]
Trigger = Literal[
    "hold",
    "resume",
    "phone_holds",
    "phone_resumes",
    "transfer",
    "consult",
    "take_other",  # the phone itself dialled the other: REFER with Replaces
    "other_answered",
    "other_gone",  # did not answer, was busy, hung up
    "operator_gone",
    "swap",
    "complete",
    "cancel",
    "conference",
    "barge",
    "unbarge",
    "take_over",
]

TABLE: dict[ControlState, dict[Trigger, ControlState | ControlEnd]] = {
    "talking": {
        "hold": "held",
        "phone_holds": "held_by_phone",
        "transfer": "left",
        "consult": "ringing_other",
        "take_other": "consulting",
        "operator_gone": "left",
        "barge": "barged",
        "take_over": "taken_over",
    },
    "held": {
        "resume": "talking",
        "transfer": "left",
        "consult": "ringing_other",
        "take_other": "consulting",
        "operator_gone": "left",
        "take_over": "taken_over",
    },
    "held_by_phone": {
        "phone_resumes": "talking",
        "transfer": "left",
        "take_other": "consulting",
        "operator_gone": "left",
        "take_over": "taken_over",
    },
    "ringing_other": {
        "other_answered": "consulting",
        "other_gone": "talking",
        "cancel": "talking",
        "operator_gone": "left",
        "take_over": "taken_over",
    },
    "consulting": {
        "swap": "swapped",
        "complete": "handed_over",
        "cancel": "talking",
        "conference": "conference",
        "other_gone": "talking",
        "operator_gone": "handed_over",
        "take_over": "taken_over",
    },
    "swapped": {
        "swap": "consulting",
        "complete": "handed_over",
        "cancel": "talking",
        "conference": "conference",
        "other_gone": "talking",
        "operator_gone": "handed_over",
        "take_over": "taken_over",
    },
    "conference": {
        "complete": "handed_over",
        "cancel": "talking",
        "other_gone": "talking",
        "operator_gone": "handed_over",
        "take_over": "taken_over",
    },
    "barged": {
        "barge": "barged",
        "unbarge": "talking",  # or barged, while another supervisor is left
        "take_over": "taken_over",
        "transfer": "left",
        "operator_gone": "taken_over",
    },
    "taken_over": {
        "take_over": "taken_over",
        "unbarge": "taken_over",
        "transfer": "left",
        "operator_gone": "left",  # or taken_over, while a supervisor who had barged in is left
    },
    "outside": {
        "operator_gone": "left",
    },
}

BY_ITSELF: frozenset[Trigger] = frozenset(
    {"phone_holds", "phone_resumes", "take_other", "other_answered", "other_gone", "operator_gone", "unbarge"}
)
"""What nobody asks for through the API."""

AWAY: frozenset[ControlState] = frozenset({"held", "held_by_phone", "ringing_other", "consulting"})
"""The caller hears music."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """Whom the operator consults: as shown, the channel, the bridge of the two, and the code of one whom queues offer calls to."""

    shown: str
    channel: str
    bridge: str
    operator: str | None


@dataclass(slots=True)
class Control:
    """How a conversation stands: the operator and the channel to the phone, and the one who is consulted, if any.

    ``joined``: supervisors are in it, besides one who may have taken it over.
    """

    operator: str
    channel: str
    state: ControlState = "talking"
    other: str | None = None
    other_channel: str | None = None
    consulted: Consulted | None = None
    joined: bool = False

    def consults(self, consulted: Consulted | None) -> None:
        """From now on this one, or nobody."""
        self.consulted = consulted
        self.other, self.other_channel = (consulted.shown, consulted.channel) if consulted else (None, None)

    @property
    def talks_with(self) -> str | None:
        """Whose sound comes to the operator by itself: the other's channel, or ``caller``; None where several are mixed."""
        match self.state:
            case "conference" | "barged":
                return None
            case "taken_over" if self.joined:
                return None
            case "ringing_other" | "consulting":
                return self.other_channel
            case _:
                return "caller"

    def may(self, trigger: Trigger) -> bool:
        """Whether this can be done now."""
        return trigger in TABLE[self.state]

    def possible(self) -> tuple[str, ...]:
        """What may be asked for now."""
        return tuple(trigger for trigger in TABLE[self.state] if trigger not in BY_ITSELF)


def trigger_of(asked: Asked) -> Trigger:
    """What a request means to the table."""
    match asked:
        case HoldAsked():
            return "hold"
        case ResumeAsked():
            return "resume"
        case TransferAsked():
            return "transfer"
        case ConsultAsked():
            return "consult"
        case SwapAsked():
            return "swap"
        case CompleteAsked():
            return "complete"
        case CancelAsked():
            return "cancel"
        case ConferenceAsked():
            return "conference"
        case BargeAsked():
            return "barge"
        case UnbargeAsked():
            return "unbarge"
        case TakeOverAsked():
            return "take_over"
        case _:
            assert_never(asked)
