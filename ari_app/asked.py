"""What may be asked of a call, or answered to it? Values that its inbox takes, from the API, the phone and other systems alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ari_app.supervision import BargeAsked, TakeOverAsked, UnbargeAsked
from ivr_flows.expressions import Value


@dataclass(frozen=True, slots=True)
class ToOperator:
    """Somebody of the centre with a phone, by code: an operator, or a supervisor."""

    code: str


@dataclass(frozen=True, slots=True)
class ToQueue:
    """A queue, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class ToNumber:
    """A number outside, one that the centre's files allow."""

    number: str


Target = ToOperator | ToQueue | ToNumber


@dataclass(frozen=True, slots=True)
class HoldAsked:
    """Music for the caller; the operator is away from the line."""


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Back to the caller."""


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """Pass the caller on blind; ``keep_place``: a queue sees the first time of arrival, not a newcomer."""

    to: Target
    keep_place: bool = True


@dataclass(frozen=True, slots=True)
class ConsultAsked:
    """Ring somebody and talk first; the caller hears music."""

    to: ToOperator | ToNumber


@dataclass(frozen=True, slots=True)
class SwapAsked:
    """Talk with the one who hears music now."""


@dataclass(frozen=True, slots=True)
class CompleteAsked:
    """The operator leaves; the caller talks with the one who was consulted."""


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The one who was consulted leaves; the operator is back with the caller."""


@dataclass(frozen=True, slots=True)
class ConferenceAsked:
    """All three hear each other."""


RecordAction = Literal["start", "stop", "pause", "resume"]


@dataclass(frozen=True, slots=True)
class RecordAsked:
    """Of the conversation's recording, by the person with this code. ``pause`` is silence on the timeline."""

    action: RecordAction
    by: str


@dataclass(frozen=True, slots=True)
class ServiceAnswered:
    """A service that the flow asks, by the id of the request, has answered, or has failed to."""

    id: int
    outcome: str
    values: Mapping[str, Value] = field(repr=False)


Asked = (
    HoldAsked
    | ResumeAsked
    | TransferAsked
    | ConsultAsked
    | SwapAsked
    | CompleteAsked
    | CancelAsked
    | ConferenceAsked
    | BargeAsked
    | UnbargeAsked
    | TakeOverAsked
)
