"""What did the controller's earlier life leave? The day's counts and who was at work, read once at the start.

From Redis; and what it could not tell Redis any more, from a journal on the disk (away_journal.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeVar

from ari_app.adapters.away_file import Kept
from ari_app.adapters.away_journal import AwayJournal
from ari_app.adapters.redis_link import RedisLink
from ari_app.adapters.redis_shapes import hash_fields, key_of, kind_of
from ari_app.board import StatusBoard
from ari_app.contract import EarlierOperator, Subject, unix_seconds

T = TypeVar("T")
AT_ONCE = 150


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A queue's counts of one day, as contract.QueueStatus defines them."""

    offered: int
    answered: int
    abandoned: int
    answered_in_sl: int
    abandoned_in_sl: int
    short_abandoned: int = 0
    exited: int = 0
    refused: int = 0
    callbacks_agreed: int = 0
    called_back: int = 0


Hashes = Mapping[str, list[str | None]]
"""By name, the values of MEMORY's fields in their order."""

MEMORY: Final[Mapping[str, list[str]]] = {
    "queue": ["day", *(field.name for field in fields(DayCounts))],
    "operator": ["state", "reason", "serves", "forced_by", "call", "queue", "wish", "until"],
}
"""What of each kind of status the next life needs."""


def counts_of(found: Hashes, day: str) -> dict[str, DayCounts]:
    """Each queue's counts if they are of ``day`` (ISO date); one with an unreadable count is left out."""
    return {
        queue: DayCounts(*(int(count or 0) for count in counts))
        for queue, (of_day, *counts) in found.items()
        if of_day == day and all(count is None or count.isdecimal() for count in counts)
    }


def operators_of(found: Hashes) -> dict[str, EarlierOperator]:
    """Each operator as shown last."""
    return {
        code: EarlierOperator(
            state,
            reason or None,
            _listed(serves),
            forced_by or None,
            call or None,
            queue or None,
            wish or None,
            unix_seconds(until),
        )
        for code, (state, reason, serves, forced_by, call, queue, wish, until) in found.items()
        if state
    }


def _listed(names: str | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name in names.split(",") if name)


async def read_hashes(link: RedisLink, prefix: str, kind: str) -> dict[str, list[str | None]]:
    """What Redis remembers of each ``queue`` or ``operator``. Raises AWAY."""
    found: dict[str, list[str | None]] = {}
    names = MEMORY[kind]
    listed = sorted(await link.ask("SMEMBERS", f"{prefix}{kind}s"))
    for some in in_parts(listed, AT_ONCE):
        found |= zip(
            some, await link.transact([("HMGET", f"{prefix}{kind}:{name}", *names) for name in some]), strict=True
        )
    return found


def in_parts(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


class StatusMemory:
    """What of the status Redis does not know while it is away, in a journal; ``board`` has all of it."""

    def __init__(self, board: StatusBoard, journal: AwayJournal) -> None:
        self._board = board
        self._journal = journal
        self._earlier: dict[str, Kept] = {}
        self._said: dict[str, str] = {}
        journal.whole = self._all_known

    async def take_over(self) -> None:
        """Read what an earlier life left, for ``earlier``."""
        self._earlier = await self._journal.take_over()

    def earlier(self, kind: str) -> dict[str, list[str | None]]:
        """As ``read_hashes``, and newer."""
        found: dict[str, list[str | None]] = {}
        for key, kept in self._earlier.items():
            of, _, name = key.partition(":")
            if of == kind and kept.text is not None:
                told = json.loads(kept.text)
                found[name] = [told.get(field) for field in MEMORY[kind]]
        return found

    def note(self, subject: Subject) -> None:
        """It is shown differently: of most changes the next life need not know."""
        text = _remembered(subject) if self._journal.writes else None
        if text is not None and self._said.get(key_of(subject)) != text:
            self._said[key_of(subject)] = text
            self._journal.add(key_of(subject), Kept(text))

    def begin(self) -> None:
        """Redis is away."""
        self._said.clear()
        self._journal.begin()

    def end(self) -> None:
        """It has been told everything."""
        self._journal.end()

    def _all_known(self) -> dict[str, Kept]:
        shown = ((key_of(subject), _remembered(subject)) for subject in self._board.everything())
        return {key: Kept(text) for key, text in shown if text is not None}


def _remembered(subject: Subject) -> str | None:
    names = MEMORY.get(kind_of(subject))
    if names is None:
        return None
    told = hash_fields(subject)
    return json.dumps({name: told[name] for name in names}, ensure_ascii=False, separators=(",", ":"))
