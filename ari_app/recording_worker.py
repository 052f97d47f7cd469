"""Who keeps the recordings? A process of its own, which takes one finished call after the other from the folder, oldest first.

It shares nothing with the engine but that folder and the catalogue, runs niced, and may be killed at any moment. Encoding leaves
Python's lock alone, so its lanes are threads. What fails is tried again for ever, ever more seldom, while the others go on.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.age_seal import AgeSeal, keys_of
from ari_app.adapters.object_store import open_store
from ari_app.adapters.opus_file import OpusEncoder
from ari_app.adapters.voice_activity import speech_meter_or_none
from ari_app.clock import Clock, SystemClock
from ari_app.keeping.folder import Ready, RecordingsFolder
from ari_app.keeping.keeper import Keeper, Kept, NothingToKeep, SetAside, Works
from ari_app.keeping.ledger import Alarm, Ledger
from ari_app.keeping.ports import Seal, Step, Stopping, StoreRefuses, WrongKey
from ari_app.keeping.workers import STATE
from ari_app.whole_files import PRIVATE, write_whole
from recordings.record import Catalogue, CatalogueAway

log = structlog.get_logger(__name__)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NICE: Final = 10
_DEADLY: Final = 3
"""A recording at which workers died this often goes behind all others."""


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How a worker goes about it; seconds, and shares of 0..1."""

    look_every_s: float = 0.5
    lanes: int = 2
    first_wait_s: float = 1.0
    longest_wait_s: float = 300.0
    slow_store_s: float = 20.0
    full_share: float = 0.9
    beat_every_s: float = 2.0
    stop_within_s: float = 5.0

    def wait_s(self, tries: int) -> float:
        """How long after so many vain tries the next one comes."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(tries - 1, 30))


class Worker:
    """One worker on one folder. ``lanes`` do the work; threads of its own unless others are given."""

    def __init__(
        self, folder: RecordingsFolder, works: Works, rules: WorkerRules, clock: Clock, lanes: Executor | None = None
    ) -> None:
        self._folder = folder
        self._rules = rules
        self._clock = clock
        self.ledger = Ledger(clock.now())
        self._seal = works.seal
        self._keeper = Keeper(folder, works, self, clock)
        self._stopping = False
        self._news = threading.Event()
        self._lanes = lanes or ThreadPoolExecutor(rules.lanes, thread_name_prefix="keeping")
        self._busy = set[Future[None]]()
        self._state, self._slot = _slot_of(folder.root)
        self._told, self._told_at = "", 0.0
        folder.sweep()
        for unfinished in self._state.parent.glob(f".{self._state.name}.*.new"):
            unfinished.unlink(missing_ok=True)
        self._deaths = folder.deaths()

    def stop(self) -> None:
        """Leave everything where it stands, at the next look. May be called by a signal: no lock is touched."""
        self._stopping = True

    def run(self) -> None:
        """Keep recordings until stopped."""
        while not self._stopping:
            self._news.clear()
            self.look()
            self._news.wait(self._rules.look_every_s)
        self.close()

    def look(self) -> None:
        """Look once: begin what may be begun, and tell how it stands."""
        self._busy = {lane for lane in self._busy if not lane.done()}
        for one in self._next(self._rules.lanes - len(self._busy)):
            self._busy.add(self._lanes.submit(self._one, one))
        self._tell()

    def close(self) -> None:
        """End the lanes, but wait for a store that does not answer only so long."""
        self._stopping = True
        self._lanes.shutdown(wait=False, cancel_futures=True)
        wait(self._busy, self._rules.stop_within_s)
        self._tell()
        os.close(self._slot)

    def _next(self, free: int) -> list[Ready]:
        """Up to ``free`` recordings that may be begun now; none while there is no good key."""
        now = self._clock.now()
        try:
            scan = self._folder.scan()
            aside = self._folder.aside_ids()
            used = shutil.disk_usage(self._folder.root)
        except OSError as failed:
            log.error("recordings_folder_unreadable", why=str(failed))
            return []
        self.ledger.sees(scan.ready)
        self._alarm(
            "odd_files", f"cannot be read, or no plain files: {', '.join(scan.refused)}" if scan.refused else None
        )
        self._alarm("set_aside", f"{len(aside)} in {self._folder.aside}: {', '.join(aside[:5])}" if aside else None)
        share = 1.0 - used.free / used.total
        self._alarm("disk_nearly_full", f"{share:.0%} of the disk are used" if share > self._rules.full_share else None)
        if not self._key_is_good():
            return []
        due = [one for one in scan.ready if self.ledger.may_try(one.id, now)]
        due.sort(key=lambda one: self._deaths.get(one.id, 0) >= _DEADLY)
        begun = due[: max(0, free)]
        for one in begun:
            self.ledger.at(one.id, "check", 0.0, now)
        return begun

    def _key_is_good(self) -> bool:
        try:
            self._seal()
        except WrongKey as bad:
            self._alarm("wrong_key", str(bad))
            return False
        self._alarm("wrong_key", None)
        return True

    def _one(self, one: Ready) -> None:
        began_at = self._clock.now()
        try:
            match self._keeper.keep(one.id):
                case Kept(recording, encoded):
                    took_s = self._clock.now() - began_at
                    self.ledger.kept(one.id, recording.length_s if encoded else 0.0, took_s)
                    self._alarm("store_refuses", None)
                    self._alarm("catalogue_away", None)
                    if encoded:
                        self._alarm("disk_full", None)
                    log.info("recording_kept", recording=one.id, length_s=recording.length_s, faults=recording.faults)
                case SetAside(_):
                    self.ledger.was_set_aside(one.id)
                case NothingToKeep():
                    pass
        except Stopping:
            log.info("recording_left_for_the_next_worker", recording=one.id)
        except Exception as failed:
            self._failed(one.id, failed)
        finally:
            self._deaths.pop(one.id, None)
            self.ledger.left(one.id)
            self._news.set()

    def _failed(self, id_: str, failed: Exception) -> None:
        why = str(failed) or type(failed).__name__
        wait_s = self._rules.wait_s(self.ledger.tries_of(id_) + 1)
        self.ledger.failed(id_, why, self._clock.now() + wait_s)
        if (alarm := _alarm_for(failed)) is not None:
            self._alarm(alarm, why)
        known = isinstance(failed, OSError | WrongKey)
        log.warning("recording_not_kept_yet", recording=id_, why=why, again_in_s=wait_s, exc_info=not known)

    # -- What the keeper tells (see Watch).

    def at(self, id_: str, step: Step, share: float) -> None:
        """See Watch."""
        if self._stopping:
            raise Stopping
        self.ledger.at(id_, step, share, self._clock.now())

    def store_took(self, seconds: float, size: int) -> None:
        """See Watch."""
        slow = (
            f"{size} bytes took {seconds:.1f} s to the store and back" if seconds > self._rules.slow_store_s else None
        )
        self._alarm("store_slow", slow)

    def _alarm(self, alarm: Alarm, what: str | None) -> None:
        if self.ledger.alarm(alarm, what, self._clock.now()):
            if what is None:
                log.info("recordings_alarm_withdrawn", alarm=alarm)
            else:
                log.error("recordings_alarm", alarm=alarm, what=what)

    def _tell(self) -> None:
        """Write the state if it is another, or old. A disk that is full must not end the worker."""
        now = self._clock.now()
        told = self.ledger.told(now) | {"pid": os.getpid()}
        text = json.dumps({key: value for key, value in told.items() if key not in ("beat_at", "oldest_waiting_s")})
        if text == self._told and now - self._told_at < self._rules.beat_every_s:
            return
        try:
            write_whole(self._state, json.dumps(told, indent=1, ensure_ascii=False) + "\n", PRIVATE)
            self._told, self._told_at = text, now
        except OSError as failed:
            log.error("recordings_state_not_written", why=str(failed))


def _alarm_for(failed: Exception) -> Alarm | None:
    match failed:
        case StoreRefuses():
            return "store_refuses"
        case CatalogueAway():
            return "catalogue_away"
        case WrongKey():
            return "wrong_key"
        case OSError(errno=number) if number in _FULL:
            return "disk_full"
        case _:
            return None


def _slot_of(root: Path) -> tuple[Path, int]:
    """The state file that is this worker's while it holds the lock: a second worker on the folder has one of its own."""
    for number in range(1, 10):
        handle = os.open(
            root / "work" / f"worker-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE
        )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return root / (STATE if number == 1 else f"{Path(STATE).stem}-{number}.json"), handle
    raise StoreRefuses(f"nine workers run on {root} already")


def seal_by(keys: Callable[[], str]) -> Callable[[], Seal]:
    """The seal for the keys of a setting, made anew when they change: a file of keys may be mended while the worker runs."""
    made: dict[tuple[str, ...], AgeSeal] = {}

    def seal() -> Seal:
        found = tuple(keys_of(keys()))
        if found not in made:
            fresh = AgeSeal(found)
            made.clear()
            made[found] = fresh
        return made[found]

    return seal


def run_worker(
    root: Path,
    store_url: str,
    keys: str,
    environ: Mapping[str, str],
    catalogue: Catalogue,
    rules: WorkerRules | None = None,
) -> None:
    """Work until SIGTERM or SIGINT. Raises BadStore, PermissionError at once when it cannot begin."""
    works = Works(OpusEncoder(), seal_by(lambda: keys), open_store(store_url, environ), catalogue, speech_meter_or_none)
    os.umask(0o077)
    os.nice(_NICE)
    worker = Worker(RecordingsFolder(root), works, rules or WorkerRules(), SystemClock())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    log.info("recording_worker_started", folder=str(root))
    worker.run()
    log.info("recording_worker_stopped")
    # A lane may still wait for the store; like a kill, that loses nothing, and nobody should wait for it.
    os._exit(0)
