"""How do the recordings on their way stand? Counts, failures and alarms, as ``pipeline.json`` tells them; safe between threads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from ari_app.keeping.folder import Ready
from ari_app.keeping.ports import Step

Alarm = Literal[
    "store_refuses",
    "store_slow",
    "catalogue_away",
    "disk_full",
    "disk_nearly_full",
    "wrong_key",
    "set_aside",
    "odd_files",
]


@dataclass(slots=True)
class InWork:
    """``share`` (0..1) of ``step`` is done."""

    step: Step
    share: float
    since: float


@dataclass(slots=True)
class Failed:
    """``tries`` have failed, the last for this reason; the next is at this time (Unix seconds)."""

    why: str
    tries: int
    next_try_at: float


@dataclass(slots=True)
class Alarmed:
    """Stands since then."""

    since: float
    what: str


@dataclass(slots=True)
class _Sums:
    done: int = 0
    set_aside: int = 0
    audio_s: float = 0.0
    work_s: float = 0.0
    waiting: int = 0
    oldest_ended_at: float | None = None


@dataclass(slots=True)
class Ledger:
    """That of one worker; times in Unix seconds."""

    started_at: float
    _lock: Lock = field(default_factory=Lock)
    _in_work: dict[str, InWork] = field(default_factory=dict)
    _failed: dict[str, Failed] = field(default_factory=dict)
    _alarms: dict[Alarm, Alarmed] = field(default_factory=dict)
    _sums: _Sums = field(default_factory=_Sums)

    def sees(self, ready: Iterable[Ready]) -> None:
        """All whose calls have ended and that are not kept yet."""
        with self._lock:
            found = {one.id: one.ended_at for one in ready}
            self._sums.waiting = len(found.keys() - self._in_work.keys())
            self._sums.oldest_ended_at = min(found.values(), default=None)
            self._failed = {id_: failed for id_, failed in self._failed.items() if id_ in found}

    def at(self, id_: str, step: Step, share: float, now: float) -> None:
        """Work on it has come so far."""
        with self._lock:
            since = self._in_work[id_].since if id_ in self._in_work else now
            self._in_work[id_] = InWork(step, share, since)

    def left(self, id_: str) -> None:
        """Nobody works on it any more."""
        with self._lock:
            self._in_work.pop(id_, None)

    def kept(self, id_: str, audio_s: float, work_s: float) -> None:
        """It is done. ``audio_s`` is 0 if an earlier life had encoded it."""
        with self._lock:
            self._failed.pop(id_, None)
            self._sums.done += 1
            self._sums.audio_s += audio_s
            self._sums.work_s += work_s if audio_s else 0.0

    def was_set_aside(self, id_: str) -> None:
        """It waits for a person."""
        with self._lock:
            self._failed.pop(id_, None)
            self._sums.set_aside += 1

    def failed(self, id_: str, why: str, next_try_at: float) -> None:
        """One more try was in vain."""
        with self._lock:
            tries = self._failed[id_].tries + 1 if id_ in self._failed else 1
            self._failed[id_] = Failed(why, tries, next_try_at)

    def tries_of(self, id_: str) -> int:
        """How many tries were in vain since it was last kept."""
        with self._lock:
            return self._failed[id_].tries if id_ in self._failed else 0

    def may_try(self, id_: str, now: float) -> bool:
        """False while it is in work or its next try lies ahead."""
        with self._lock:
            failed = self._failed.get(id_)
            return id_ not in self._in_work and (failed is None or failed.next_try_at <= now)

    def alarm(self, alarm: Alarm, what: str | None, now: float) -> bool:
        """Raise it for this reason, or withdraw it (None); True if that is news."""
        with self._lock:
            stood = self._alarms.get(alarm)
            if what is None:
                return self._alarms.pop(alarm, None) is not None
            self._alarms[alarm] = Alarmed(stood.since if stood else now, what)
            return stood is None

    def alarmed(self, alarm: Alarm) -> bool:
        """True while it stands."""
        with self._lock:
            return alarm in self._alarms

    def told(self, now: float) -> dict[str, Any]:
        """All of it, as JSON has it. ``beat_at`` shows that the worker lives."""
        with self._lock:
            sums = self._sums
            return {
                "beat_at": now,
                "started_at": self.started_at,
                "waiting": sums.waiting,
                "oldest_waiting_s": None if sums.oldest_ended_at is None else max(0.0, now - sums.oldest_ended_at),
                "in_work": {id_: asdict(work) for id_, work in self._in_work.items()},
                "done": sums.done,
                "set_aside": sums.set_aside,
                "audio_s_per_work_s": round(sums.audio_s / sums.work_s, 1) if sums.work_s else None,
                "failed": {id_: asdict(failed) for id_, failed in self._failed.items()},
                "alarms": {alarm: asdict(alarmed) for alarm, alarmed in sorted(self._alarms.items())},
            }


def read_told(path: Path) -> dict[str, Any] | None:
    """What a worker wrote there last; None if there is nothing to be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
