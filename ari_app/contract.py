"""What a program outside may know of the centre: the shapes of status contract v1.

The same three shapes are written to Redis (docs/redis-contract.md), returned by the HTTP API and sent as server-sent
events, so that no two readers can disagree. Times are ISO 8601 in UTC with milliseconds; durations end in ``_s``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, Literal, assert_never

CallStage = Literal["new", "menu", "waiting", "ringing", "talking", "callback", "calling", "elsewhere", "ended"]
"""``callback``: hung up, to be called back; ``calling``: is being called back; ``elsewhere``: has left the queues, for a number,
a voicemail or a flow."""

OperatorState = Literal[
    "logged_out", "ready", "paused", "reserved", "ringing", "talking", "on_hold", "wrap_up", "own_call"
]
"""``reserved``: kept free for a customer who is being called back; ``own_call``: on a call that no queue gave."""

ControlState = Literal[
    "talking",
    "held",
    "held_by_phone",
    "ringing_other",
    "consulting",
    "swapped",
    "conference",
    "barged",
    "taken_over",
    "outside",
]
"""How a conversation stands (control_states.py): ``held_by_phone``: the phone itself put the caller on hold; ``ringing_other`` and
``consulting``: the caller hears music while the operator rings or consults another; ``swapped``: the other hears music;
``barged``: a supervisor talks with both; ``taken_over``: with the caller, in the operator's place; ``outside``: the operator has
left, the caller talks with a number, or with somebody whom no queue offers calls to."""

RecordingState = Literal["on", "paused"]
PhoneState = Literal["reachable", "unreachable"]
PhoneReason = Literal[
    "not_registered",
    "not_reached",
    "browser_silent",
    "browser_frozen",
    "browser_unregistered",
    "microphone_lost",
    "microphone_muted",
    "microphone_denied",
]
"""Why a phone is not offered calls. ``not_registered``: Asterisk knows none, or it does not answer; ``not_reached``: an offer could
not be brought to it. The rest is of phones in browsers: the page tells nothing any more (closed, asleep, cut off), does not answer
its own worker, has lost its way to Asterisk, or has a microphone that is unplugged, muted by the system, or not allowed."""
Direction = Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """One queue now, and its counts since local midnight (``day``, ISO date in the centre's time zone).

    ``sl2`` = (answered within T + abandoned within T) / (answered + abandoned), Asterisk's second variant, between 0
    and 1, or None while nothing has been answered or abandoned; the raw counts stand beside it. ``callbacks`` are customers
    to be called back now, ``calling`` those being called; ``callbacks_agreed`` and ``called_back`` count the day's.
    ``voicemails`` are callers' messages that nobody has dealt with.
    ``exited`` left unserved without hanging up, ``refused`` never had a place, ``short_abandoned`` are among the abandoned.
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
    callbacks: int = 0
    calling: int = 0
    closed: bool = False
    exited: int = 0
    refused: int = 0
    short_abandoned: int = 0
    callbacks_agreed: int = 0
    called_back: int = 0
    voicemails: int = 0


@dataclass(frozen=True, slots=True)
class OperatorStatus:
    """One operator now. ``call`` and ``queue`` are set while reserved, ringing, talking, on hold or in wrap-up; ``serves`` are
    the queues logged into; ``wish``: the state that will follow a call (``paused``, ``logged_out``), None: ready.

    ``forced_by``: the supervisor who asked for the pause; ``productive``: whether its reason counts as work, None for one
    that the centre does not name. ``until``: when a wrap-up, or the pause after a call that was not taken, is over by itself.
    ``phone_reason``: why the phone is unreachable.
    """

    code: str
    name: str
    state: OperatorState
    since: str
    reason: str | None
    phone: PhoneState
    call: str | None
    queue: str | None
    serves: tuple[str, ...] = ()
    wish: str | None = None
    forced_by: str | None = None
    productive: bool | None = None
    until: str | None = None
    phone_reason: PhoneReason | None = None


@dataclass(frozen=True, slots=True)
class EarlierOperator:
    """An operator as an earlier life of the controller showed him or her last; ``serves`` None: it did not say.

    ``until`` (Unix seconds): when the wrap-up of ``call`` of ``queue`` is over by itself; ``wish``: what comes after it.
    """

    state: str
    reason: str | None = None
    serves: tuple[str, ...] | None = None
    forced_by: str | None = None
    call: str | None = None
    queue: str | None = None
    wish: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class CallStatus:
    """One call now, and for an hour after its end. ``caller`` is masked unless the centre says otherwise.

    ``position`` is 1 for the first waiting caller; ``recording`` is the name that its recording has in the store, set from the
    moment that recording starts, ``voicemail`` that of a message that the caller leaves. ``held``: the caller hears music
    while the operator is away from the line. ``disposition``: the outcome that the operator noted. ``ticket``: the
    reference that an operator gave with a transfer, opaque text of another system. ``control``: how the conversation stands, None
    without one; ``consulting``: the code or number of whom the operator consults. ``shown``: what the flow has found out about the
    caller for the operator, by name. ``supervised``: the supervisors who listen, and in which mode (``listen``, ``whisper``,
    ``barge``, ``take_over``). ``recording_state``: whether a recording goes on now, or is ``paused``: it holds silence.
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
    held: bool = False
    priority: int = 0
    disposition: str | None = None
    voicemail: str | None = None
    ticket: str | None = None
    control: ControlState | None = None
    consulting: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    supervised: Mapping[str, str] = field(default_factory=dict)
    recording_state: RecordingState | None = None


Subject = QueueStatus | OperatorStatus | CallStatus


@dataclass(frozen=True, slots=True)
class CentreInForce:
    """With which files the controller leads: the ``version`` of their texts (Centre.version), and ``since`` when, ISO 8601 UTC."""

    version: str
    since: str


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One change of state, in order: ``seq`` grows by one within an ``epoch`` (one life of the controller)."""

    epoch: int
    seq: int
    at: str
    type: Literal["queue.changed", "operator.changed", "call.changed"]
    body: Subject


_NAMES: Final = {kind: [one.name for one in fields(kind)] for kind in (QueueStatus, OperatorStatus, CallStatus)}
_VALUES: Final = {kind: attrgetter(*names) for kind, names in _NAMES.items()}
"""Not by dataclasses.asdict, which copies every value, and takes ten times as long."""


def as_json(status: Subject) -> dict[str, Any]:
    """The contract's JSON object for one status: its fields, None kept as null."""
    return dict(zip(_NAMES[type(status)], _VALUES[type(status)](status), strict=True))


def name_of(subject: Subject) -> str:
    """The subject's own name: of a queue its name, of an operator the code, of a call the id."""
    match subject:
        case QueueStatus():
            return subject.name
        case OperatorStatus():
            return subject.code
        case CallStatus():
            return subject.id
        case _:
            assert_never(subject)


@lru_cache(maxsize=4096)  # the same instants are shown again and again
def timestamp(at_s: float) -> str:
    """``at_s`` (Unix seconds) as ISO 8601 UTC with milliseconds, e.g. ``2026-11-24T04:12:33.123Z``."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unix_seconds(text: str | None) -> float | None:
    """What ``timestamp`` made of Unix seconds, back; None for anything else."""
    try:
        return None if not text else datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def utc_day(at_s: float) -> str:
    """The ISO date at ``at_s`` in UTC."""
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()


def masked(number: str) -> str:
    """A caller's number with all but the last three digits hidden: ``******789``; short or empty ones wholly hidden."""
    return "*" * (len(number) - 3) + number[-3:] if len(number) > 5 else "*" * len(number)
