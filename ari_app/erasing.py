"""How is everything about one customer removed, from everywhere, and certified? Place after place, resumable after a crash.

The customer is known by the keyed hash of the number; the number itself goes no farther than to whoever asks for the hash.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

import structlog

from ari_app.beside import beside
from ari_app.library import AuditBook, Custody, Shelves
from ari_app.removal import Removal, erased_so_far
from recordings.certificate import Erased, Erasure, Remained, canonical, certificate_of, sealed
from recordings.custody import Act, AuditEntry, AuditQuery

log = structlog.get_logger(__name__)
HELD: Final = "legal hold"
ALL: Final = 1_000_000


class Eraser(Protocol):
    """Removes one customer from one place. ``name`` is the place's in the certificate."""

    name: str

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """Remove all that is there of the customer, known by the hash and by these calls. Done again, it finds nothing. Raises an
        exception when it cannot be finished now; it is tried again then."""
        ...


class Knows(Protocol):
    """A place that knows which calls were a customer's."""

    async def calls_of(self, who: str) -> Iterable[str]:
        """Their ids. Raises an exception when they cannot be told now."""
        ...


class Unfinished(Exception):
    """Some places could not be reached; ``erasure`` goes on later. ``places`` are those that are still to be done."""

    def __init__(self, erasure: Erasure, places: Sequence[str]) -> None:
        super().__init__(f"erasure {erasure.id} is not finished: {', '.join(places)}")
        self.erasure = erasure
        self.places = tuple(places)


class Erasing:
    """Erases at ``erasers``, in this order. ``key`` signs certificates, ``new_id`` makes ids, ``now`` is Unix seconds."""

    def __init__(
        self,
        book: AuditBook,
        erasers: Sequence[Eraser],
        knows: Sequence[Knows],
        key: bytes,
        new_id: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        self._book = book
        self._erasers = erasers
        self._knows = knows
        self._key = key
        self._new_id = new_id
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def erase(self, who: str, by: str, role: str, address: str = "") -> Erasure:
        """Erase this customer, or go on with an erasure of the same that is not finished. Raises Unfinished, CatalogueAway."""
        async with self._one_at_a_time:
            unfinished = await beside(self._book.open_erasures)
            erasure = next((one for one in unfinished if one.who == who), None)
            if erasure is None:
                calls = await self._calls_of(who)
                erasure = Erasure(self._new_id(), who, by, self._now(), tuple(sorted(calls)), {})
                asked = self._entry(erasure, "erasure_asked", by, role, address)
                await beside(self._book.begin_erasure, erasure, asked)
            return await self._go_on(erasure)

    async def resume(self) -> int:
        """Go on with all that are not finished; how many still are not. Raises CatalogueAway."""
        left = 0
        async with self._one_at_a_time:
            for erasure in await beside(self._book.open_erasures):
                try:
                    await self._go_on(erasure)
                except Unfinished:
                    left += 1
        return left

    async def _calls_of(self, who: str) -> set[str]:
        calls: set[str] = set()
        for place in self._knows:
            calls |= set(await place.calls_of(who))
        return calls

    async def _go_on(self, erasure: Erasure) -> Erasure:
        done, missing = dict(erasure.done), []
        for eraser in self._erasers:
            if eraser.name in done:
                continue
            try:
                done[eraser.name] = await eraser.erase(erasure.who, frozenset(erasure.calls))
            except Exception as failed:
                log.error("erasure_waits", erasure=erasure.id, place=eraser.name, why=str(failed))
                missing.append(eraser.name)
                continue
            await beside(self._book.place_done, erasure.id, done, erasure.calls)
        erasure = replace(erasure, done=done)
        if missing:
            raise Unfinished(erasure, missing)
        return await self._certified(erasure)

    async def _certified(self, erasure: Erasure) -> Erasure:
        text = canonical(certificate_of(erasure, self._now()))
        digest, signature = sealed(text, self._key)
        certified = replace(erasure, certificate=text, sha256=digest, signature=signature)
        entry = self._entry(erasure, "erasure_done", "system", "system", "")
        await beside(self._book.end_erasure, certified, entry)
        log.info("customer_erased", erasure=erasure.id, removed=sum(one.count for one in erasure.done.values()))
        return certified

    def _entry(self, erasure: Erasure, act: Act, who: str, role: str, address: str) -> AuditEntry:
        return AuditEntry(self._now(), who, role, act, "erasure", erasure.id, address, {"customer": erasure.who})


class RecordingsEraser:
    """Removes recordings with all that belongs to them, but those that are held."""

    name = "recordings"

    def __init__(self, shelves: Shelves, book: AuditBook, removal: Removal, now: Callable[[], float]) -> None:
        self._shelves = shelves
        self._book = book
        self._removal = removal
        self._now = now

    async def calls_of(self, who: str) -> Iterable[str]:
        """See Knows."""
        return {one.call for one in await beside(self._shelves.of_customer, who)}

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser."""
        return await beside(self._erase, who, calls)

    def _erase(self, who: str, calls: frozenset[str]) -> Erased:
        mine = self._shelves.of_customer(who, calls)
        kept = [one.id for one in mine if not self._shelves.doom(one.id, "erased", self._now())]
        mine_too = {one.id for one, _ in self._shelves.doomed() if one.caller_who == who or one.call in calls}
        stuck = mine_too & set(self._removal.finish().unfinished)
        if stuck:
            raise OSError(f"the store did not remove {', '.join(sorted(stuck))}")
        remained = [Remained(id_, HELD) for id_ in sorted(kept)]
        tombstones = self._book.entries(AuditQuery(act="erased", limit=ALL))
        return erased_so_far(tombstones, calls | {one.call for one in mine}, remained)


class NotesEraser:
    """Removes the notes and outcomes of calls of which there is no recording (any more)."""

    name = "notes"

    def __init__(self, custody: Custody) -> None:
        self._custody = custody

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser."""
        gone = await beside(self._custody.forget_calls, calls)
        return Erased(gone, "coaches' notes and outcomes of calls without a recording")


def certificate_key(token_key: str) -> bytes:
    """The secret that signs certificates; as lasting as the tokens' key."""
    return hmac.digest(token_key.encode(), b"certificates of erasure", "sha256")
