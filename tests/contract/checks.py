"""Does what Redis says make sense? The schema, and what no schema can say: sets, counts, references, order of events.

Every function takes a reading (reader.read_everything) and returns sentences, one for each violation; none is good.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.contract.reader import SETS, Reading

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "redis-contract.schema.json"
FRESH_POSITIONS = 50
"""Positions beyond these may be up to a second old (docs/redis-contract.md)."""


STATE_COUNTS = ("waiting", "ready", "ringing", "talking", "wrap_up", "paused", "logged_in")
CALLED = ("reserved", "ringing", "talking", "on_hold")
DAY_COUNTS = ("offered", "answered", "abandoned", "answered_in_sl", "abandoned_in_sl")


def schema() -> dict[str, Any]:
    """The contract's JSON Schema."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def violations(reading: Reading, live: bool = True) -> list[str]:
    """Everything that is wrong with a reading. ``live``: a controller is running, so its key must be there."""
    wrong = [*_against_schema(reading), *_sets_against_hashes(reading)]
    if wrong:  # the rest reads fields that may not be there
        return wrong
    found = [
        *_counts(reading),
        *_references(reading),
        *_lines(reading),
        *_order(reading),
        *_newest_event_is_state(reading),
    ]
    return found + (list(_controller(reading)) if live else [])


def _against_schema(reading: Reading) -> Iterator[str]:
    for error in Draft202012Validator(schema()).iter_errors(reading):
        yield f"{error.json_path}: {error.message}"
    for entry in reading["events"]:
        body_schema = {"$ref": f"#/$defs/body.{entry.get('type')}", "$defs": schema()["$defs"]}
        if f"body.{entry.get('type')}" not in body_schema["$defs"]:
            continue  # a type added later: readers ignore it
        try:
            body = json.loads(entry["body"])
        except (KeyError, ValueError):
            yield f"event {entry.get('seq')} has a body that is not JSON"
            continue
        for error in Draft202012Validator(body_schema).iter_errors(body):
            yield f"event {entry.get('seq')} body {error.json_path}: {error.message}"


def _sets_against_hashes(reading: Reading) -> Iterator[str]:
    own_name = {"queue": "name", "operator": "code", "call": "id"}
    for kind in SETS:
        for name, shown in reading[kind].items():
            if not shown:
                yield f"{kind} {name} is listed and has no hash"
            elif shown.get(own_name[kind]) != name:
                yield f"{kind}:{name} says that it is {shown.get(own_name[kind])!r}"
    for name, call in reading["call"].items():
        if call.get("stage") == "ended":
            yield f"call {name} has ended and is still listed"


def _counts(reading: Reading) -> Iterator[str]:
    operators = reading["operator"].values()
    busy = Counter((operator["state"].replace("on_hold", "talking"), operator["queue"]) for operator in operators)
    states = Counter(operator["state"] for operator in operators)
    waiting = Counter(call["queue"] for call in reading["call"].values() if call["stage"] == "waiting")
    for name, queue in reading["queue"].items():
        shown = {field: int(queue[field]) for field in STATE_COUNTS + DAY_COUNTS}
        for state in ("ringing", "talking", "wrap_up"):
            if shown[state] != busy[state, name]:
                yield f"queue {name}: {shown[state]} {state}, but {busy[state, name]} operators are, for it"
        for state in ("ready", "paused"):
            if shown[state] > states[state]:
                yield f"queue {name}: {shown[state]} {state}, but only {states[state]} operators are at all"
        if shown["logged_in"] > len(operators) - states["logged_out"]:
            yield f"queue {name}: {shown['logged_in']} logged in, more than the centre has"
        if shown["waiting"] != waiting[name]:
            yield f"queue {name}: {shown['waiting']} waiting, but {waiting[name]} calls do"
        yield from _figures(name, shown, queue["sl2"])


def _figures(name: str, shown: dict[str, int], sl2: str) -> Iterator[str]:
    closed = shown["answered"] + shown["abandoned"]
    in_time = shown["answered_in_sl"] + shown["abandoned_in_sl"]
    if closed > shown["offered"]:
        yield f"queue {name}: {closed} answered or abandoned of {shown['offered']} offered"
    if shown["answered_in_sl"] > shown["answered"] or shown["abandoned_in_sl"] > shown["abandoned"]:
        yield f"queue {name}: more within the service level than there were"
    if (sl2 == "") != (closed == 0) or (closed and abs(float(sl2) - in_time / closed) > 0.0005001):
        yield f"queue {name}: sl2 {sl2!r}, but {in_time} of {closed} were in time"


def _references(reading: Reading) -> Iterator[str]:
    calls, operators = reading["call"], reading["operator"]
    for code, operator in operators.items():
        if operator["state"] in CALLED and operator["call"] not in calls:
            yield f"operator {code} is {operator['state']} on call {operator['call']!r}, which is not up"
        if operator["state"] in ("logged_out", "ready", "paused") and operator["call"]:
            yield f"operator {code} is {operator['state']} and holds call {operator['call']}"
    for name, call in calls.items():
        if call["stage"] in ("ringing", "talking", "calling") and call["operator"] not in operators:
            yield f"call {name} is {call['stage']} with operator {call['operator']!r}, who is not listed"
    held = Counter(operator["call"] for operator in operators.values() if operator["state"] in ("talking", "on_hold"))
    yield from (f"call {call} is held by {number} operators" for call, number in held.items() if number > 1)


def _lines(reading: Reading) -> Iterator[str]:
    for queue in reading["queue"]:
        waiting = [call for call in reading["call"].values() if call["queue"] == queue and call["stage"] == "waiting"]
        places = [int(call["position"]) for call in waiting if call["position"]]
        if len(places) != len(waiting):
            yield f"queue {queue}: {len(waiting) - len(places)} waiting calls have no position"
        for place, number in Counter(places).items():
            if place <= FRESH_POSITIONS and number > 1:
                yield f"queue {queue}: {number} calls are at position {place}"


def _order(reading: Reading) -> Iterator[str]:
    """Epochs never fall; within one, each event follows the one before, or an ``events.lost`` that fills the gap."""
    before: tuple[int, int] | None = None
    for entry in reading["events"]:
        epoch, seq = int(entry["epoch"]), int(entry["seq"])
        first = json.loads(entry["body"])["first_seq"] if entry["type"] == "events.lost" else seq
        if before is not None and (epoch < before[0] or (epoch == before[0] and first != before[1] + 1)):
            yield f"event {epoch}-{seq} comes after {before[0]}-{before[1]}"
        before = epoch, seq


def _newest_event_is_state(reading: Reading) -> Iterator[str]:
    """The newest event of each subject in this epoch tells what its hash shows."""
    kinds = {
        "queue.changed": ("queue", "name"),
        "operator.changed": ("operator", "code"),
        "call.changed": ("call", "id"),
    }
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in reading["events"]:
        if entry["epoch"] == reading["epoch"] and entry["type"] in kinds:
            kind, own_name = kinds[entry["type"]]
            body = json.loads(entry["body"])
            newest[kind, body[own_name]] = body
    for (kind, name), body in newest.items():
        shown = reading[kind].get(name)
        if shown is None:
            if kind != "call" or body["stage"] != "ended":
                yield f"{kind} {name} has a newest event and is not listed"
            continue
        for field, value in body.items():
            if not _same(shown[field], value):
                yield f"{kind} {name}: {field} is {shown[field]!r}, its newest event says {value!r}"


def _same(shown: str, told: Any) -> bool:
    if told is None:
        return shown == ""
    if isinstance(told, bool):
        return shown == str(int(told))
    if isinstance(told, list):
        return shown == ",".join(told)
    return abs(float(shown) - told) <= 0.0005001 if isinstance(told, float) else shown == str(told)


def _controller(reading: Reading) -> Iterator[str]:
    if reading["controller"] is None:
        yield "there is no controller"
    elif reading["controller"]["epoch"] != reading["epoch"]:
        yield f"controller is of epoch {reading['controller']['epoch']}, the newest is {reading['epoch']}"
    elif not 0 < reading["controller_ttl_ms"] <= 5000:
        yield f"controller expires in {reading['controller_ttl_ms']} ms"
