"""How are notes kept in Redis? Written in order, at once if it is there, as soon as it is back if not; never in a call's way.

While it is away they stand in a journal on the disk, too (away_journal.py), so that the controller may die meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from redis.exceptions import RedisError

from ari_app.adapters.away_file import Kept
from ari_app.adapters.away_journal import AwayJournal
from ari_app.adapters.redis_link import AWAY, Command, Fence, Fenced, RedisLink
from ari_app.adapters.redis_memory import in_parts
from ari_app.cancellation import in_time
from ari_app.clock import machine_time

log = structlog.get_logger(__name__)
PAUSE_S: Final = 1.0
STRUCK_OUT_KNOWN_S: Final = 60.0
"""For so long a note that was struck out is struck out again in a Redis that comes back with it."""
AT_ONCE: Final = 150


@dataclass(frozen=True, slots=True)
class _Note:
    """What a key should hold; None: nothing. ``until`` (monotonic s): how long this is known, None: for good."""

    text: str | None
    until: float | None


class RedisNotebook:
    """The Notebook port below ``prefix``. ``run`` writes; before it, notes wait.

    ``fence``: what must hold for a note to count (RedisLink.transact_if), None while nothing may be written. All that Redis should
    hold is known here too, and written again by ``write_again``: a Redis that comes back may have lost its last second, or all.
    ``take_over`` comes before anything is read, so that Redis's keys are looked through once and not for each kind of note.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        fence: Callable[[], Fence | None] | None = None,
        deadline_s: float = 1.0,
        journal: AwayJournal | None = None,
    ) -> None:
        self._link = RedisLink(url, deadline_s)
        self._fence = fence
        self._prefix = prefix
        self._held: dict[str, _Note] = {}
        self._struck_out: dict[str, _Note] = {}
        """Oldest first: each is known for the same time."""
        self._pending: dict[str, _Note] = {}
        self._names: tuple[str, ...] | None = None
        """Those of earlier lives, while this one has written none."""
        self._wrong: str | None = None
        self._wake = asyncio.Event()
        self._all_kept = asyncio.Event()
        self._all_kept.set()
        self._journal = journal
        if journal is not None:
            journal.whole = self._all_known

    async def take_over(self) -> None:
        """What an earlier life has noted and could not tell Redis counts more than what Redis says, and is told it now."""
        try:
            self._names = tuple({name async for name in self._scan(self._prefix)})
        except AWAY as away:
            log.warning("notes_not_listed", why=str(away))
        if self._journal is None:
            return
        now, machine_now = _now(), machine_time()
        for name, kept in (await self._journal.take_over()).items():
            until = None if kept.until is None else now + kept.until - machine_now
            if until is None or until > now:
                self._pending[name] = note = _Note(kept.text, until)
                (self._struck_out if kept.text is None else self._held)[name] = note
        if self._pending:
            self._all_kept.clear()
            self._wake.set()

    @property
    def away(self) -> bool:
        """Whether notes cannot be kept at the moment."""
        return self._wrong is not None

    def note(self, key: str, text: str | None, keep_s: float | None = None) -> None:
        """See Notebook.note. Only the newest note of a key waits."""
        name, now = self._prefix + key, _now()
        for notes in (self._pending, self._held, self._struck_out):
            notes.pop(name, None)  # so that the newest is the last
        lasts_s = STRUCK_OUT_KNOWN_S if text is None else keep_s
        self._pending[name] = note = _Note(text, None if lasts_s is None else now + lasts_s)
        (self._struck_out if text is None else self._held)[name] = note
        self._forget_old(now)
        if self._journal is not None and self._journal.writes:
            self._journal.add(name, _kept(note, now, machine_time()))
        self._all_kept.clear()
        self._wake.set()

    def went_away(self) -> None:
        """Redis is seen not to answer, whether or not there was anything to note."""
        self._begin_journal()
        self._all_kept.clear()
        self._wake.set()

    def _begin_journal(self) -> None:
        """Redis may not come back with what it was told."""
        self.write_again()
        if self._journal is not None:
            self._journal.begin()

    def _all_known(self) -> dict[str, Kept]:
        now, machine_now = _now(), machine_time()
        known = {**self._struck_out, **self._held, **self._pending}
        return {name: _kept(note, now, machine_now) for name, note in known.items()}

    def write_again(self) -> None:
        """Redis has been away, and is back: it may not hold any more what it was told."""
        now = _now()
        self._forget_old(now)
        self._held = {name: note for name, note in self._held.items() if note.until is None or note.until > now}
        if self._held or self._struck_out:
            self._pending = {**self._struck_out, **self._held, **self._pending}
            self._all_kept.clear()
            self._wake.set()

    def _forget_old(self, now: float) -> None:
        """Of what was struck out long enough ago nothing need be known: one comes and one goes, mostly."""
        while self._struck_out:
            oldest = next(iter(self._struck_out))
            if (self._struck_out[oldest].until or 0.0) > now:
                return
            del self._struck_out[oldest]

    async def kept(self, within_s: float) -> bool:
        """See Notebook.kept."""
        try:
            await in_time(self._all_kept.wait(), within_s)
        except TimeoutError:
            return False
        return True

    async def read(self, beginning: str) -> Mapping[str, str]:
        """See Notebook.read. What waits to be written is newer than what Redis says."""
        found: dict[str, str] = {}
        try:
            found = await self._read(self._prefix + beginning)
        except AWAY as away:
            log.warning("notes_not_read", beginning=beginning, why=str(away))
        for name, note in self._pending.items():
            if name.startswith(self._prefix + beginning):
                found.pop(key := name.removeprefix(self._prefix + beginning), None)
                if note.text is not None:
                    found[key] = note.text
        return found

    async def run(self) -> None:
        """Write what is noted until cancelled; a Redis that is away is tried again for ever."""
        self._names = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                try:
                    await self._write()
                except AWAY as away:
                    self._note_away(away)
                    await asyncio.sleep(PAUSE_S)
            self._wrong = None
            if self._journal is not None:
                self._journal.end()
            self._all_kept.set()

    async def close(self) -> None:
        """Write what is left, once, and disconnect. Only after ``run`` ended."""
        try:
            while self._pending:
                await self._write()
            if self._journal is not None:
                self._journal.end()
        except AWAY as away:
            log.warning(
                "notes_lost" if self._journal is None else "notes_left_in_journal",
                notes=len(self._pending),
                why=str(away),
            )
        finally:
            await self._link.aclose()

    def _note_away(self, away: BaseException) -> None:
        if self._wrong is None and not isinstance(away, Fenced):
            self._begin_journal()
        if str(away) != self._wrong:
            self._wrong = str(away)
            log.warning("notes_not_kept", notes=len(self._pending), why=self._wrong)

    async def _write(self) -> None:
        """What is noted meanwhile stays for the next time; written twice, a note is the same."""
        writing = dict(list(self._pending.items())[:AT_ONCE])
        now = _now()
        await self._transact([_command(name, note, now) for name, note in writing.items()])
        for name, note in writing.items():
            if self._pending.get(name) is note:
                del self._pending[name]

    async def _transact(self, commands: Sequence[Command]) -> None:
        if self._fence is None:
            await self._link.transact(commands)
        elif (fence := self._fence()) is not None:
            await self._link.transact_if(fence, commands)
        else:
            raise RedisError("the lease is not ours yet")

    async def _read(self, beginning: str) -> dict[str, str]:
        found: dict[str, str] = {}
        if self._names is None:
            names = list({name async for name in self._scan(beginning)})
        else:
            names = [name for name in self._names if name.startswith(beginning)]
        for some in in_parts(sorted(names), AT_ONCE):
            asked: list[Command] = [command for name in some for command in (("GET", name), ("PTTL", name))]
            answers = await self._link.transact(asked)
            for name, text, left_ms in zip(some, answers[::2], answers[1::2], strict=True):
                if text:
                    found[name[len(beginning) :]] = text
                    until = _now() + left_ms / 1000 if left_ms > 0 else None
                    if name not in self._pending:
                        self._held.setdefault(name, _Note(text, until))
        return found

    async def _scan(self, beginning: str) -> AsyncIterator[str]:
        """Redis may name one twice."""
        cursor = "0"
        while True:
            cursor, names = await self._link.ask("SCAN", cursor, "MATCH", f"{_literal(beginning)}*", "COUNT", 1000)
            for name in names:
                yield name
            if str(cursor) == "0":
                return


def _now() -> float:
    return asyncio.get_running_loop().time()


def _kept(note: _Note, now: float, machine_now: float) -> Kept:
    """By the machine's clock, since the next life has another beginning of time."""
    return Kept(note.text, None if note.until is None else machine_now + note.until - now)


def _command(name: str, note: _Note, now: float) -> Command:
    if note.text is None:
        return ("DEL", name)
    if note.until is None:
        return ("SET", name, note.text)
    return ("SET", name, note.text, "PX", max(1, int((note.until - now) * 1000)))


def _literal(text: str) -> str:
    """``text`` in a pattern of SCAN."""
    return "".join(f"\\{letter}" if letter in "*?[]^\\" else letter for letter in text)
