"""A worker is killed again and again, at every step of its work. Afterwards every recording is stored, once and whole."""

from __future__ import annotations

import os
import random
import select
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import get_args

import pytest

from ari_app.keeping.ports import Step
from ari_app.recording_worker import WorkerRules
from recordings.wav import RATE_HZ
from tests.fakes.catalogue_files import CatalogueFiles
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ, STARTED_AT, Part, both_sides, call_id, leave, leave_call
from tests.keeping.sound import RECIPIENT, silent, stored_sound, tones
from tests.keeping.worker_process import IDLE, Place, begun

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
KILLS = 200 if DEEP else 28
STEPS: tuple[Step, ...] = get_args(Step)
LONGEST_DELAY_S = {
    "check": 0.002,
    "encode": 0.03,
    "seal": 0.004,
    "put": 0.004,
    "verify": 0.003,
    "enter": 0.004,
    "remove": 0.003,
}
RULES = WorkerRules(look_every_s=0.02, first_wait_s=0.01, longest_wait_s=0.05)
_PATIENCE_S = 60.0


@dataclass
class Marks:
    """What one life has told: for each recording the step that it came to."""

    pipe: Connection
    last: dict[str, str] = field(default_factory=dict)
    _rest: str = ""

    def read(self) -> list[str]:
        """Wait for the next marks; the steps that began. Empty when the life has ended."""
        ready, _, _ = select.select([self.pipe], [], [], _PATIENCE_S)
        assert ready, "the worker does nothing any more"
        *lines, self._rest = (self._rest + os.read(self.pipe.fileno(), 65536).decode()).split("\n")
        for line in lines:
            id_, step = line.split()
            self.last[id_] = step
        return [line.split()[1] for line in lines]

    def wait_for(self, step: Step) -> None:
        """Until that step begins."""
        while True:
            steps = self.read()
            assert steps, "the worker has ended"
            if step in steps:
                return

    def read_to_the_end(self) -> None:
        """What it had told before it was killed."""
        while self.read():
            pass


def leave_some(root: Path, number: int) -> str:
    """The next recording: a call, one in two parts, or a message."""
    id_, at = call_id(number), STARTED_AT + number
    if number % 3 == 0:
        return leave_call(root, number, 1.0, at)
    if number % 3 == 1:
        parts = [Part(f"{id_}.raw", both_sides(0.5), at), Part(f"{id_}-2.raw", both_sides(0.5), at + 1.0)]
        leave(root, id_, parts)
        return id_
    message = f"{id_}-voicemail"
    leave(root, message, [Part(f"{message}.raw", both_sides(1.0), at)])
    return message


def check_stored(place: Place, id_: str, number: int) -> None:
    kept = CatalogueFiles(place.catalogue).find(id_)
    assert kept is not None, id_
    sound = stored_sound(place.stored, kept.key)
    assert kept.faults == ()
    if number % 3 == 1:
        assert (kept.length_s, len(sound)) == (1.5, 1.5 * RATE_HZ)
        assert silent(sound, 0.55, 0.95) == [True, True]
        assert tones(sound, 0.05, 0.45) == tones(sound, 1.05, 1.45) == [[CALLER_HZ], [OPERATOR_HZ]]
    else:
        assert (kept.length_s, len(sound)) == (1.0, RATE_HZ)
        assert tones(sound, 0.1, 0.9) == [[CALLER_HZ], [OPERATOR_HZ]]


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.timeout(300)
def test_every_recording_is_stored_once_and_whole_however_often_the_worker_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20261127)
    place = Place(tmp_path / "recordings", tmp_path / "stored", tmp_path / "catalogue", RECIPIENT)
    left, hits = list[str](), Counter[str]()
    for kill in range(KILLS):
        left.append(leave_some(place.recordings, len(left)))  # one that has every step before it
        while len(left) - len(list(CatalogueFiles(place.catalogue).ids())) < 4:
            left.append(leave_some(place.recordings, len(left)))
        aimed: Step = STEPS[kill % len(STEPS)]
        process, pipe = begun(place, RULES)
        marks = Marks(pipe)
        marks.wait_for(aimed)
        select.select([], [], [], chance.uniform(0.0, LONGEST_DELAY_S[aimed]))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        marks.read_to_the_end()
        process.join()
        pipe.close()
        assert process.exitcode == -signal.SIGKILL
        hits.update(step for step in marks.last.values() if step != IDLE)
    process, pipe = begun(place, RULES)
    marks = Marks(pipe)
    while any(name.endswith(".notes") for name in os.listdir(place.recordings / "raw")):
        assert marks.read()
    process.terminate()
    process.join()
    pipe.close()
    with capsys.disabled():
        told = ", ".join(f"{step} {hits[step]}" for step in STEPS)
        sys.stdout.write(f"\n{KILLS} kills over {len(left)} recordings; in work then, at: {told}\n")
    assert all(hits[step] >= 5 for step in STEPS) if DEEP else len(hits) >= len(STEPS) - 1, hits
    assert sorted(CatalogueFiles(place.catalogue).ids()) == sorted(left)
    assert files_in(place.stored) == {f"2026/11/24/{id_}.opus.age" for id_ in left}
    assert files_in(place.recordings) == {"pipeline.json", "work/worker-1.lock"}
    assert files_in(place.catalogue) == {f"{id_}.json" for id_ in left}
    for number, id_ in enumerate(left):
        check_stored(place, id_, number)
