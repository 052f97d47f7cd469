"""How is a recording removed so that nothing of it is left, whenever the engine stops? Doomed first, then the object, then the row.

What is doomed is seen by nobody any more and cannot be held; whatever a crash left doomed is finished the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from ari_app.library import Shelves
from recordings.certificate import Erased, Remained
from recordings.custody import AuditEntry, DoomedBy
from recordings.record import StoredRecording
from recordings.retention import RetentionRule, is_over, none_is_over_after
from recordings.search import Place

log = structlog.get_logger(__name__)
AT_ONCE: Final = 500


class Objects(Protocol):
    """Where the sealed recordings are; implemented by SealedStore."""

    def remove(self, recording: str, key: str) -> None:
        """Remove one; harmless when it is not there. Raises OSError, LookupError or ValueError when it cannot be done (now)."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """How many recordings were removed, and which could not be yet."""

    removed: int
    unfinished: tuple[str, ...] = ()


class Removal:
    """Removes from ``shelves`` and ``objects``; touches disk and network, so it is called from a thread. ``rules`` gives the
    retention rules in force, ``now`` Unix seconds."""

    def __init__(
        self,
        shelves: Shelves,
        objects: Objects,
        rules: Callable[[], Sequence[RetentionRule]],
        now: Callable[[], float],
    ) -> None:
        self._shelves = shelves
        self._objects = objects
        self._rules = rules
        self._now = now

    def expire(self, now: float) -> Swept:
        """Remove what has been kept for long enough and is not held, and what belongs to a customer who has been erased; finish
        what an earlier sweep could not. May be stopped anywhere and called again. Raises CatalogueAway."""
        for id_ in list(self._over(now)):
            self._shelves.doom(id_, "expired", now)
        for id_ in self._shelves.of_erased_calls():
            self._shelves.doom(id_, "erased", now)
        return self.finish()

    def finish(self) -> Swept:
        """Remove all that is doomed. Raises CatalogueAway."""
        removed, unfinished = 0, []
        for recording, why in self._shelves.doomed():
            try:
                self._objects.remove(recording.id, recording.key)
            except (OSError, LookupError, ValueError) as stuck:
                log.error("recording_not_removed", recording=recording.id, why=str(stuck))
                unfinished.append(recording.id)
                continue
            self._shelves.bury(recording.id, self._tombstone(recording, why))
            log.info("recording_removed", recording=recording.id, because=why)
            removed += 1
        return Swept(removed, tuple(unfinished))

    def _over(self, now: float) -> Iterable[str]:
        rules = self._rules()
        latest, after = none_is_over_after(rules, now), None
        while latest is not None:
            some = self._shelves.began_before(latest, after, AT_ONCE)
            yield from (one.id for one in some if is_over(rules, one, now))
            if len(some) < AT_ONCE:
                return
            after = Place(some[-1].started_at, some[-1].id)

    def _tombstone(self, recording: StoredRecording, why: DoomedBy) -> AuditEntry:
        detail: dict[str, object] = {
            "call": recording.call,
            "started_at": recording.started_at,
            "length_s": recording.length_s,
            "audio_sha256": recording.audio_sha256,
            "stored_sha256": recording.stored_sha256,
        }
        if why == "erased":
            detail["customer"] = recording.caller_who
        return AuditEntry(self._now(), "system", "system", why, "recording", recording.id, detail=detail)


def erased_so_far(entries: Iterable[AuditEntry], calls: Iterable[str], remained: Sequence[Remained]) -> Erased:
    """What the tombstones say about these calls: all that was removed of them, also before a crash."""
    mine = set(calls)
    items = tuple(
        {name: str(entry.detail[name]) for name in ("call", "audio_sha256", "stored_sha256")} | {"id": entry.subject}
        for entry in entries
        if entry.act == "erased" and entry.detail.get("call") in mine
    )
    return Erased(len(items), "recordings, each with its notes, outcome and links", tuple(remained), items)
