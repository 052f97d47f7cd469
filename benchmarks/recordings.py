"""How fast does a worker keep recordings, measured against real time, and which step takes how long?

Some recordings of some minutes: speech-like sound (noise in the rhythm of syllables, one side at a time), in a folder made for it.
One worker with its lanes encodes, seals, stores in a folder, reads back, enters and removes them, just as `centralita recordings
work` does. Shares are of the time that the lanes were at work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import structlog

from ari_app.adapters.age_seal import AgeSeal, new_identity
from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.object_store import open_store
from ari_app.adapters.opus_file import OpusEncoder
from ari_app.clock import SystemClock
from ari_app.keeping.folder import Ready, RecordingsFolder
from ari_app.keeping.keeper import Works
from ari_app.keeping.ports import Step
from ari_app.recording_worker import Worker, WorkerRules
from recordings.notes import Began, Ended, Note, PartBegan, PartEnded, StageBegan, to_line
from recordings.wav import RATE_HZ

STARTED_AT = 1_795_494_121.0
_TURN_S = 4


@dataclass
class Spent:
    """Where the lanes' time went (s)."""

    by_step: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    since: dict[str, tuple[str, float]] = field(default_factory=dict)

    def at(self, id_: str, step: str) -> None:
        """``id_`` comes to this step; "" when it is done."""
        now = time.perf_counter()
        if id_ in self.since:
            before, since = self.since[id_]
            self.by_step[before] += now - since
        self.since[id_] = (step, now)
        if not step:
            del self.since[id_]


class TimedWorker(Worker):
    """A worker that notes when each step begins."""

    def __init__(self, spent: Spent, folder: RecordingsFolder, works: Works, rules: WorkerRules) -> None:
        super().__init__(folder, works, rules, SystemClock())
        self._spent = spent

    def at(self, id_: str, step: Step, share: float) -> None:
        """See Watch."""
        self._spent.at(id_, step)
        super().at(id_, step, share)

    def _one(self, one: Ready) -> None:
        super()._one(one)
        self._spent.at(one.id, "")


def speech(seconds: int, seed: int) -> npt.NDArray[np.int16]:
    """Two people who take turns: voiced noise in the rhythm of syllables, and a quiet line else."""
    chance = np.random.default_rng(seed)
    frames = seconds * RATE_HZ
    at = np.arange(frames) / RATE_HZ
    pitch = np.sign(np.sin(2 * np.pi * 120.0 * at)) * 900 + chance.normal(0, 700, frames)
    syllables = np.clip(np.sin(2 * np.pi * 3.7 * at), 0, None) * pitch
    turn = (at // _TURN_S).astype(int) % 2 == 0
    line = chance.normal(0, 4, (frames, 2))
    line[:, 0] += syllables * turn
    line[:, 1] += syllables * ~turn
    return line.astype(np.int16)


def leave_calls(root: Path, count: int, seconds: int) -> None:
    """Raw files and notes of so many calls."""
    raw = root / "raw"
    raw.mkdir(parents=True)
    sound = speech(seconds, 7).astype("<i2").tobytes()
    for number in range(1, count + 1):
        id_, ends = f"20261124-042201-{number:08x}", STARTED_AT + seconds
        (raw / f"{id_}.raw").write_bytes(sound)
        notes: list[Note] = [
            Began(STARTED_AT, id_, id_, "call", "inbound", "900100200", "", None),
            PartBegan(STARTED_AT, f"{id_}.raw", "all"),
            StageBegan(STARTED_AT, "talk", "1001", "ventas"),
            PartEnded(ends, f"{id_}.raw"),
            Ended(ends + number, "caller_hung_up"),
        ]
        (raw / f"{id_}.notes").write_text("".join(map(to_line, notes)), encoding="utf-8")


def measure(count: int, seconds: int, lanes: int) -> dict[str, Any]:
    """Keep ``count`` recordings of ``seconds`` in ``lanes``; what that took."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "recordings"
        leave_calls(root, count, seconds)
        spent, seal = Spent(), AgeSeal([new_identity()[1]])
        store = open_store((Path(place) / "stored").as_uri(), {})
        database = Database(f"sqlite:///{place}/catalogue.db")
        database.migrate()
        works = Works(OpusEncoder(), lambda: seal, store, SqlShelves(database))
        worker = TimedWorker(spent, RecordingsFolder(root), works, WorkerRules(lanes=lanes, look_every_s=0.05))
        began, cpu = time.perf_counter(), os.times()
        while any(name.endswith(".notes") for name in os.listdir(root / "raw")):
            worker.look()
            time.sleep(0.02)
        took, after = time.perf_counter() - began, os.times()
        worker.close()
        stored = sum(path.stat().st_size for path in (Path(place) / "stored").rglob("*.age"))
    used = after.user + after.system - cpu.user - cpu.system
    busy = sum(spent.by_step.values())
    return {
        "recordings": count,
        "minutes_each": seconds / 60,
        "lanes": lanes,
        "took_s": round(took, 2),
        "times_real_time": round(count * seconds / took),
        "cpu_s_per_hour_of_audio": round(used * 3600 / (count * seconds), 1),
        "stored_kb_per_minute": round(stored / 1000 / (count * seconds / 60), 1),
        "greatest_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "share_of_step": {step: round(spent.by_step[step] / busy, 4) for step in get_args(Step)},
    }


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--recordings", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--lanes", default="1,2")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    rows = [measure(asked.recordings, round(asked.minutes * 60), int(lanes)) for lanes in asked.lanes.split(",")]
    if asked.json:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
        json.dump({**machine, "rows": rows}, sys.stdout)
        return
    print(f"Keeping recordings, Python {platform.python_version()}, {os.cpu_count()} CPUs.\n")
    for row in rows:
        shares = row.pop("share_of_step")
        for name, value in row.items():
            print(f"{name:>26}  {value:>10,}")
        for step, share in shares.items():
            print(f"{step:>26}  {share:>10.1%}")
        print()


if __name__ == "__main__":
    main()
