"""How is a status spelled in Redis? Key names, hash fields and stream fields of contract v1, as strings.

The rules (docs/redis-contract.md): every field of the status is a field of the hash; None is the empty string; a whole
number is its decimal digits; any other number has at most three decimals; names with values are a JSON object; an event's
body is the API's JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, assert_never, get_args, get_origin, get_type_hints

from ari_app.contract import CallStatus, OperatorStatus, QueueStatus, StatusEvent, Subject, as_json, name_of

Kind = Literal["queue", "operator", "call"]
S = TypeVar("S", bound=Subject)
KINDS: Final[Mapping[Kind, type[Subject]]] = {"queue": QueueStatus, "operator": OperatorStatus, "call": CallStatus}
_SHAPES: Final = {shape.__name__: shape for shape in KINDS.values()}
INDEX_SETS: Final[dict[Kind, str]] = {"queue": "queues", "operator": "operators", "call": "calls"}
"""The set that lists the names of each kind of hash. A call leaves its set when it ends."""

ENDED_CALL_TTL_S: Final = 3600
"""An ended call's hash stays this long, so that a reader who was away still finds how it ended."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Events ``first``..``last`` (sequence numbers) were dropped because Redis was away for too long."""

    first: int
    last: int
    at: str


def kind_of(subject: Subject) -> Kind:
    """Which of the three kinds of hash shows ``subject``."""
    match subject:
        case QueueStatus():
            return "queue"
        case OperatorStatus():
            return "operator"
        case CallStatus():
            return "call"
        case _:
            assert_never(subject)


def key_of(subject: Subject) -> str:
    """The hash's key without the prefix, e.g. ``operator:1001``."""
    return f"{kind_of(subject)}:{name_of(subject)}"


def is_over(subject: Subject) -> bool:
    """True for an ended call: it leaves the index and its hash expires."""
    return isinstance(subject, CallStatus) and subject.stage == "ended"


def hash_fields(subject: Subject, before: Subject | None = None) -> dict[str, str]:
    """All fields of ``subject`` as the strings its hash holds; if the hash holds ``before`` already, those that differ."""
    held = {} if before is None else as_json(before)
    return {
        field: _spelled(value) for field, value in as_json(subject).items() if before is None or held[field] != value
    }


def event_fields(event: StatusEvent | Lost, epoch: int) -> dict[str, str]:
    """One entry of the stream, stamped with ``epoch``.

    The event's own epoch is not used: what happened before the store could give one carries 0, yet belongs to this life.
    """
    match event:
        case StatusEvent():
            return _entry(epoch, event.seq, event.at, event.type, as_json(event.body))
        case Lost():
            body = {"lost": event.last - event.first + 1, "first_seq": event.first, "last_seq": event.last}
            return _entry(epoch, event.last, event.at, "events.lost", body)
        case _:
            assert_never(event)


def status_from(kind: type[S], fields: Mapping[str, Any]) -> S:
    """A status from its hash's strings, or from an event's body; what a newer version has added is left out.

    Raises ValueError for what is no such status.
    """
    values: dict[str, Any] = {}
    for name, hints in _hints(kind.__name__).items():
        value = fields.get(name)
        if isinstance(value, str):
            value = _read(hints, value)
        if value is not None or hints.optional:
            values[name] = tuple(value) if hints.words and value is not None else value
    try:
        return kind(**values)
    except TypeError as bad:
        raise ValueError(f"no {kind.__name__}: {bad}") from None


@dataclass(frozen=True, slots=True)
class _Hints:
    """How the values of one field are spelled."""

    number: type[int] | type[float] | None
    yes_no: bool
    words: bool
    names: bool
    optional: bool


@cache
def _hints(kind: str) -> dict[str, _Hints]:
    return {name: _hints_of(hint) for name, hint in get_type_hints(_SHAPES[kind]).items()}


def _hints_of(hint: Any) -> _Hints:
    options = get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)
    number = next((one for one in (int, float) if one in options), None)
    origins = {get_origin(one) for one in options}
    return _Hints(number, bool in options, tuple in origins, Mapping in origins, NoneType in options)


def _read(hints: _Hints, text: str) -> Any:
    if hints.optional and not text:
        return None
    if hints.yes_no:
        return text == "1"
    if hints.number is not None:
        return hints.number(text)
    if hints.words:
        return text.split(",") if text else []
    return json.loads(text) if hints.names else text


def _entry(epoch: int, seq: int, at: str, kind: str, body: dict[str, Any]) -> dict[str, str]:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return {"epoch": str(epoch), "seq": str(seq), "at": at, "type": kind, "body": text}


def _spelled(value: str | float | tuple[str, ...] | dict[str, str] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, float):
        text = f"{value:.3f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return str(value)
