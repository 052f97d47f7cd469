"""A worker in the test's own thread: it looks when it is told to, does at once what it begins, and its time is set by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from ari_app.adapters.object_store import open_store
from ari_app.adapters.opus_file import OpusEncoder
from ari_app.keeping.folder import RecordingsFolder
from ari_app.keeping.keeper import Works
from ari_app.keeping.ports import Samples, Sink, Store, StoreRefuses
from ari_app.keeping.workers import STATE
from ari_app.recording_worker import Worker, WorkerRules, seal_by
from recordings.record import Catalogue, StoredRecording
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.raw_recordings import STARTED_AT
from tests.keeping.sound import RECIPIENT


class AtOnce(Executor):
    """Does what is submitted before ``submit`` returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See Executor."""
        done = Future[Any]()
        done.set_result(fn(*args, **kwargs))
        return done


class HandClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = STARTED_AT + 3600.0

    def now(self) -> float:
        """See Clock."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        self.at += seconds


class CountingEncoder(OpusEncoder):
    """The real one; counts."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, samples: Iterable[Samples], into: Sink, tags: Mapping[str, str]) -> None:
        """See Encoder."""
        self.encoded += 1
        super().encode(samples, into, tags)


class MoodyStore:
    """A real folder, which does not always do what it should."""

    def __init__(self, behind: Store, clock: HandClock) -> None:
        self._behind = behind
        self._clock = clock
        self.refuses = False
        self.changes_a_byte = False
        self.takes_s = 0.0
        self.puts = 0

    def put(self, key: str, file: Path) -> None:
        """See Store."""
        self.puts += 1
        self._clock.at += self.takes_s
        if self.refuses:
            raise StoreRefuses("the store did not take it: 503 Service Unavailable")
        self._behind.put(key, file)

    def read(self, key: str) -> Iterator[bytes]:
        """See Store."""
        for piece in self._behind.read(key):
            yield piece[:-1] + bytes([piece[-1] ^ self.changes_a_byte])


class Workshop:
    """Everything in ``root``; the parts are there to be changed by a test."""

    def __init__(self, root: Path, store: Store | None = None, catalogue: Catalogue | None = None) -> None:
        self.root = root / "recordings"
        self.stored = root / "stored"
        self.clock = HandClock()
        self.store = MoodyStore(store or open_store(self.stored.as_uri(), {}), self.clock)
        self.catalogue = FakeCatalogue()
        self.encoder = CountingEncoder()
        self.keys = RECIPIENT
        self.rules = WorkerRules()
        self.folder = RecordingsFolder(self.root)
        self.worker = self.new_worker()

    def new_worker(self) -> Worker:
        """A next life on the same folder."""
        works = Works(self.encoder, seal_by(lambda: self.keys), self.store, self.catalogue)
        return Worker(self.folder, works, replace(self.rules), self.clock, AtOnce())

    def look(self, times: int = 1) -> None:
        """Let the worker look so often."""
        for _ in range(times):
            self.worker.look()

    def kept(self, id_: str) -> StoredRecording:
        """What is entered; fails the test if nothing is."""
        return self.catalogue.entered[id_]

    def told(self) -> dict[str, Any]:
        """What pipeline.json tells."""
        told: dict[str, Any] = json.loads((self.root / STATE).read_text(encoding="utf-8"))
        return told

    def alarms(self) -> dict[str, str]:
        """Which alarms stand, and why."""
        return {alarm: one["what"] for alarm, one in self.told()["alarms"].items()}

    def left(self) -> list[str]:
        """Names in ``raw/`` and ``work/``, but the locks of the workers."""
        names = [f"raw/{name}" for name in os.listdir(self.folder.raw)]
        return sorted(names + [f"work/{name}" for name in os.listdir(self.folder.work) if not name.endswith(".lock")])
