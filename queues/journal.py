"""How is what happened written down, line by line, and read back exactly? The journal's format, version 1.

One JSON object a line, in order. A line is one of four:

- a header (``journal``): a life of the controller begins, with all that the ACD was built from; or a file goes on with it;
- an input (``in``): an event and when it was told, which effects it had (``did``, a checksum), or the error that refused it;
- a fact (``fact``): what followed from the input before it;
- a gap (``gap``): so many inputs were not written, because the disk did not take them.

Shapes come from the dataclasses themselves (journal_shapes.py), so a new event or fact is in the format as soon as it is
in its union.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args
from zlib import crc32

from queues.effects import AcdEffect
from queues.events import AcdEvent
from queues.facts import Fact
from queues.journal_shapes import BadShape, Codec
from queues.rules import OperatorProfile, QueueRules

VERSION: Final = 1


class BadJournal(ValueError):
    """A journal that cannot be read; the message names the place as ``file:line``."""


@dataclass(frozen=True, slots=True)
class Header:
    """What one life of the ACD was built from. ``life`` names it; ``seed`` is that of its chance.

    ``fingerprint`` is that of the rules and operators. ``continues``: this file goes on with the life of that earlier one.
    """

    at: float
    life: str
    fingerprint: str
    seed: int
    time_zone: str
    queues: tuple[QueueRules, ...]
    operators: tuple[OperatorProfile, ...]
    continues: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """So many inputs are missing here."""

    lost: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as it was told at ``at``, and what came of it.

    ``refused`` is the name of the error that it raised, and then nothing changed.
    """

    at: float
    event: AcdEvent
    effects: tuple[AcdEffect, ...] = ()
    facts: tuple[Fact, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The same as it is read back: of the effects there is a checksum (``did``)."""

    at: float
    event: AcdEvent
    did: int
    facts: tuple[Fact, ...]
    refused: str | None


@dataclass(frozen=True, slots=True)
class _Input:
    at: float
    event: AcdEvent
    did: int
    refused: str | None

    def entry(self, facts: Iterable[Fact]) -> Entry:
        return Entry(self.at, self.event, self.did, tuple(facts), self.refused)


Item = Header | Entry | Gap
Line = Header | Gap | _Input | Fact

_HEADER_BEGINS: Final = '{"journal":'
_HEADER: Final = Codec((Header,), "journal")
_EVENTS: Final = Codec(get_args(AcdEvent), "in")
_FACTS: Final = Codec(get_args(Fact), "fact")
_EFFECTS: Final = Codec(get_args(AcdEffect), "do")


def checksum(effects: Iterable[AcdEffect]) -> int:
    """Tells effects from others: 0 for none, else a CRC-32 of their fields in order."""
    said = "".join(_dump({"do": type(effect).__name__, **_EFFECTS.fields(effect)}) for effect in effects)
    return crc32(said.encode()) if said else 0


def fingerprint(queues: Iterable[QueueRules], operators: Iterable[OperatorProfile]) -> str:
    """Eight hex digits that tell this configuration from another."""
    shapes = [_HEADER.fields(one) for one in (*queues, *operators)]
    return f"{crc32(json.dumps(shapes, sort_keys=True).encode()):08x}"


def header_line(header: Header) -> str:
    """The header as a line, without its end."""
    return _dump({"journal": VERSION, **_HEADER.fields(header)})


def fact_fields(fact: Fact) -> dict[str, Any]:
    """The fact as JSON takes it."""
    return _FACTS.fields(fact)


def facts_of(lines: Iterable[str], name: str) -> Iterator[Header | Fact]:
    """Only the headers and facts of a journal's lines, one by one. Raises BadJournal; what a crash tore off is left out."""
    torn: BadJournal | None = None
    for number, line in enumerate(lines, 1):
        is_header = line.startswith(_HEADER_BEGINS)
        if torn is not None and not is_header:
            raise torn
        torn = None
        if not is_header and not line.startswith('{"fact":'):
            continue
        try:
            found = _parse(line)
        except BadShape as bad:
            torn = BadJournal(f"{name}:{number}: {bad}")
            continue
        if not isinstance(found, Gap | _Input):
            yield found


def fact_in(line: str, place: str) -> Header | Fact | None:
    """What one line says that rows are made of; None for an input or a gap. Raises BadJournal, naming ``place``."""
    if line.startswith(('{"in":', '{"gap":')):
        return None
    try:
        found = _parse(line)
    except BadShape as bad:
        raise BadJournal(f"{place}: {bad}") from None
    return None if isinstance(found, Gap | _Input) else found


def gap_line(lost: int) -> str:
    """Says that ``lost`` inputs were not written."""
    return _dump({"gap": lost})


def entry_lines(happened: Happened) -> Iterator[str]:
    """The input and its facts as lines, without their ends."""
    event = happened.event
    told: dict[str, Any] = {"in": type(event).__name__, "at": float(happened.at), **_EVENTS.fields(event)}
    if happened.refused is not None:
        told["refused"] = happened.refused
    if did := checksum(happened.effects):
        told["did"] = did
    yield _dump(told)
    for fact in happened.facts:
        yield _dump({"fact": type(fact).__name__, **_FACTS.fields(fact)})


def read_journal(text: str, name: str) -> tuple[list[Item], list[str]]:
    """Headers, entries and gaps in order, and notes on what a crash tore off. Raises BadJournal with ``name`` and the line."""
    lines, notes = _whole_lines(text, name)
    return list(_entries(lines, name)), notes


def _whole_lines(text: str, name: str) -> tuple[list[str], list[str]]:
    """The lines; empty where one was not written to its end: the last one, or the last one of an earlier life."""
    lines, notes = text.split("\n"), []
    for number, line in enumerate(lines, 1):
        last = number == len(lines)
        if line and (last or lines[number].startswith(_HEADER_BEGINS)) and not _is_json(line):
            notes.append(f"{name}:{number}: torn off by a crash, left out")
            lines[number - 1] = ""
    return lines, notes


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _entries(lines: Iterable[str], name: str) -> Iterator[Item]:
    told: _Input | None = None
    facts: list[Fact] = []
    for number, text in enumerate(lines, 1):
        if not text:
            continue
        try:
            line = _parse(text)
        except BadShape as bad:
            raise BadJournal(f"{name}:{number}: {bad}") from None
        if not isinstance(line, Header | Gap | _Input):
            if told is None:
                raise BadJournal(f"{name}:{number}: a fact without an input before it")
            facts.append(line)
            continue
        if told is not None:
            yield told.entry(facts)
            told, facts = None, []
        if isinstance(line, _Input):
            told = line
        else:
            yield line
    if told is not None:
        yield told.entry(facts)


def _dump(shape: dict[str, Any]) -> str:
    return json.dumps(shape, separators=(",", ":"), allow_nan=False)


def _parse(text: str) -> Line:
    try:
        shape = json.loads(text)
    except ValueError:
        raise BadShape("is not JSON") from None
    if not isinstance(shape, dict):
        raise BadShape("is not a JSON object")
    if "journal" in shape:
        version = shape.pop("journal")
        if version != VERSION:
            raise BadShape(f"is of version {version!r}; this program reads version {VERSION}")
        header = _HEADER.build("Header", shape)
        assert isinstance(header, Header)
        return header
    if "in" in shape:
        return _input(shape)
    if "fact" in shape:
        kind = shape.pop("fact")
        fact: Fact = _FACTS.build(kind, shape)
        return fact
    if "gap" in shape:
        return _gap(shape["gap"])
    raise BadShape("is no header, input, fact or gap")


def _input(shape: dict[str, Any]) -> _Input:
    kind, at = shape.pop("in"), shape.pop("at", None)
    refused, did = shape.pop("refused", None), shape.pop("did", 0)
    if isinstance(at, bool) or not isinstance(at, float | int):
        raise BadShape("at is not a number")
    if not (refused is None or isinstance(refused, str)) or not isinstance(did, int):
        raise BadShape("refused or did has the wrong kind")
    return _Input(float(at), _EVENTS.build(kind, shape), did, refused)


def _gap(lost: object) -> Gap:
    if type(lost) is not int:
        raise BadShape("gap is not a number")
    return Gap(lost)
