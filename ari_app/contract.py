"""What a program outside may know of the centre: the shapes of status contract v1.

The same three shapes are written to Redis (docs/redis-contract.md), returned by the HTTP API and sent as server-sent
events, so that no two readers can disagree. Times are ISO 8601 in UTC with milliseconds; durations end in ``_s``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

CONTRACT_VERSION = "v1"

CallStage = Literal["new", "menu", "waiting", "ringing", "talking", "ended"]
OperatorState = Literal["logged_out", "ready", "paused", "ringing", "talking", "wrap_up"]
PhoneState = Literal["reachable", "unreachable"]
Direction = Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """One queue now, and its counts since local midnight (``day``, ISO date in the centre's time zone).

    ``sl2`` = (answered within T + abandoned within T) / (answered + abandoned), Asterisk's second variant, between 0
    and 1, or None while nothing has been answered or abandoned; the raw counts stand beside it.
    """

    name: str
    waiting: int
    longest_wait_s: float
    ready: int
    ringing: int
    talking: int
    wrap_up: int
    paused: int
    logged_in: int
    offered: int
    answered: int
    abandoned: int
    answered_in_sl: int
    abandoned_in_sl: int
    sl2: float | None
    service_level_s: float
    day: str


@dataclass(frozen=True, slots=True)
class OperatorStatus:
    """One operator now. ``call`` and ``queue`` are set while ringing, talking or in wrap-up."""

    code: str
    name: str
    state: OperatorState
    since: str
    reason: str | None
    phone: PhoneState
    call: str | None
    queue: str | None


@dataclass(frozen=True, slots=True)
class CallStatus:
    """One call now, and for an hour after its end. ``caller`` is masked unless the centre says otherwise.

    ``position`` is 1 for the first waiting caller; ``recording`` is a path below the recordings folder, set from the
    moment that recording starts.
    """

    id: str
    stage: CallStage
    since: str
    queue: str | None
    position: int | None
    operator: str | None
    direction: Direction
    caller: str
    number: str
    started: str
    recording: str | None
    end_reason: str | None


Subject = QueueStatus | OperatorStatus | CallStatus


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One change of state, in order: ``seq`` grows by one within an ``epoch`` (one life of the controller)."""

    epoch: int
    seq: int
    at: str
    type: Literal["queue.changed", "operator.changed", "call.changed"]
    body: Subject


def as_json(status: Subject) -> dict[str, Any]:
    """The contract's JSON object for one status: its fields, None kept as null."""
    return asdict(status)


def timestamp(at_s: float) -> str:
    """``at_s`` (Unix seconds) as ISO 8601 UTC with milliseconds, e.g. ``2026-11-24T04:12:33.123Z``."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def masked(number: str) -> str:
    """A caller's number with all but the last three digits hidden: ``******789``; short or empty ones wholly hidden."""
    return "*" * (len(number) - 3) + number[-3:] if len(number) > 5 else "*" * len(number)
