"""How are notes kept in Redis? Written in order, at once if it is there, as soon as it is back if not; never in a call's way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from ari_app.adapters.redis_link import AWAY, Command, RedisLink
from ari_app.adapters.redis_memory import in_parts
from ari_app.cancellation import in_time

log = structlog.get_logger(__name__)
PAUSE_S: Final = 1.0
AT_ONCE: Final = 150


class RedisNotebook:
    """The Notebook port below ``prefix``. ``run`` writes; before it, notes wait."""

    def __init__(self, url: str, prefix: str, deadline_s: float = 1.0) -> None:
        self._link = RedisLink(url, deadline_s)
        self._prefix = prefix
        self._pending: dict[str, Command] = {}
        self._wrong: str | None = None
        self._wake = asyncio.Event()
        self._all_kept = asyncio.Event()
        self._all_kept.set()

    def note(self, key: str, text: str | None, keep_s: float | None = None) -> None:
        """See Notebook.note. Only the newest note of a key waits."""
        name = self._prefix + key
        command: Command = ("DEL", name) if text is None else ("SET", name, text)
        if text is not None and keep_s is not None:
            command = (*command, "PX", max(1, int(keep_s * 1000)))
        self._pending[name] = command
        self._all_kept.clear()
        self._wake.set()

    async def kept(self, within_s: float) -> bool:
        """See Notebook.kept."""
        try:
            await in_time(self._all_kept.wait(), within_s)
        except TimeoutError:
            return False
        return True

    async def read(self, beginning: str) -> Mapping[str, str]:
        """See Notebook.read."""
        try:
            return await self._read(self._prefix + beginning)
        except AWAY as away:
            log.warning("notes_not_read", beginning=beginning, why=str(away))
            return {}

    async def run(self) -> None:
        """Write what is noted until cancelled; a Redis that is away is tried again for ever."""
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
            self._all_kept.set()

    async def close(self) -> None:
        """Write what is left, once, and disconnect. Only after ``run`` ended."""
        try:
            if self._pending:
                await self._write()
        except AWAY as away:
            log.warning("notes_lost", notes=len(self._pending), why=str(away))
        finally:
            await self._link.aclose()

    def _note_away(self, away: BaseException) -> None:
        if str(away) != self._wrong:
            self._wrong = str(away)
            log.warning("notes_not_kept", notes=len(self._pending), why=self._wrong)

    async def _write(self) -> None:
        """What is noted meanwhile stays for the next time; written twice, a note is the same."""
        writing = dict(list(self._pending.items())[:AT_ONCE])
        await self._link.transact(list(writing.values()))
        for name, command in writing.items():
            if self._pending.get(name) is command:
                del self._pending[name]

    async def _read(self, beginning: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        cursor = "0"
        while True:
            cursor, names = await self._link.ask("SCAN", cursor, "MATCH", f"{_literal(beginning)}*", "COUNT", 1000)
            for some in in_parts(sorted(names), AT_ONCE):
                texts = await self._link.transact([("GET", name) for name in some])
                found |= {name[len(beginning) :]: text for name, text in zip(some, texts, strict=True) if text}
            if str(cursor) == "0":
                return found


def _literal(text: str) -> str:
    """``text`` in a pattern of SCAN."""
    return "".join(f"\\{letter}" if letter in "*?[]^\\" else letter for letter in text)
