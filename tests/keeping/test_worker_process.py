"""Workers as real processes: a disk that is full, two on one folder, an end that is asked for."""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_database import Database
from ari_app.cli import cli
from ari_app.keeping.workers import STATE
from ari_app.recording_worker import WorkerRules
from recordings.wav import RATE_HZ
from tests.fakes.catalogue_files import CatalogueFiles
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ, Part, both_sides, call_id, leave, leave_call
from tests.keeping.sound import RECIPIENT, stored_sound, tones
from tests.keeping.test_killed_workers import Marks, files_in
from tests.keeping.worker_process import Place, begun

RULES = WorkerRules(look_every_s=0.02, first_wait_s=0.05, longest_wait_s=0.2, beat_every_s=0.05)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "recordings", tmp_path / "stored", tmp_path / "catalogue", RECIPIENT)


def told(place: Place) -> dict[str, Any]:
    """What pipeline.json says; {} before there is one."""
    try:
        found: dict[str, Any] = json.loads((place.recordings / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def wait_until(marks: Marks, true: Callable[[], bool]) -> None:
    """Look after each thing that the worker does; its tries never end."""
    while not true():
        assert marks.read(), "the worker has ended"


def done(place: Place) -> bool:
    return not any(name.endswith(".notes") for name in os.listdir(place.recordings / "raw"))


def long_call(place: Place) -> str:
    """20 s, about 45 kB of Opus: a file that does not fit."""
    leave(place.recordings, call_id(), [Part(f"{call_id()}.raw", both_sides(20.0))])
    return call_id()


def check_whole(place: Place, id_: str, seconds: float) -> None:
    kept = CatalogueFiles(place.catalogue).find(id_)
    assert kept is not None
    sound = stored_sound(place.stored, kept.key)
    assert len(sound) == seconds * RATE_HZ
    assert tones(sound) == [[CALLER_HZ], [OPERATOR_HZ]]


def test_a_file_that_cannot_grow_ends_no_worker_and_costs_no_recording(place: Place) -> None:
    id_ = long_call(place)
    short = leave_call(place.recordings, 2, 0.3)
    process, pipe = begun(replace(place, longest_file=20_000), RULES)
    marks = Marks(pipe)
    wait_until(marks, lambda: told(place).get("failed", {}).get(id_, {}).get("tries", 0) >= 3)
    assert "File too large" in told(place)["failed"][id_]["why"]
    assert CatalogueFiles(place.catalogue).find(short) is not None
    assert (place.recordings / "raw" / f"{id_}.raw").stat().st_size == 20 * RATE_HZ * 4
    assert process.pid is not None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_until(marks, lambda: done(place))
    process.terminate()
    marks.read_to_the_end()
    process.join()
    pipe.close()
    assert process.exitcode == 0
    assert told(place)["alarms"] == {}
    check_whole(place, id_, 20.0)
    assert files_in(place.recordings) == {STATE, "work/worker-1.lock"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root mounts a small disk")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(folder)], check=False)
    if made.returncode != 0:
        pytest.skip("this machine mounts no tmpfs here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_no_worker_and_what_is_on_it_is_kept_when_there_is_room(
    small_disk: Path, place: Place
) -> None:
    place = replace(place, recordings=small_disk / "recordings")
    id_ = long_call(place)
    filler = small_disk / "filler"
    (place.recordings / "work").mkdir()
    (place.recordings / "set_aside").mkdir()
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free - 28_000))
    process, pipe = begun(place, replace(RULES, full_share=0.9))
    marks = Marks(pipe)
    wait_until(marks, lambda: told(place).get("failed", {}).get(id_, {}).get("tries", 0) >= 3)
    alarms = told(place)["alarms"]
    assert "No space left" in alarms["disk_full"]["what"]
    assert "disk_nearly_full" in alarms
    assert (place.recordings / "raw" / f"{id_}.raw").stat().st_size == 20 * RATE_HZ * 4
    filler.unlink()
    wait_until(marks, lambda: done(place))
    process.terminate()
    marks.read_to_the_end()
    process.join()
    pipe.close()
    assert told(place)["alarms"] == {}
    check_whole(place, id_, 20.0)


def test_two_workers_on_one_folder_keep_each_recording_once(place: Place) -> None:
    ids = [leave_call(place.recordings, number, 0.5) for number in range(1, 17)]
    lives = [begun(place, RULES) for _ in range(2)]
    marks = [Marks(pipe) for _, pipe in lives]
    while not done(place):
        ready, _, _ = select.select([pipe for _, pipe in lives], [], [], 60.0)
        assert ready, "no worker does anything any more"
        for one in marks:
            if one.pipe in ready:
                one.read()
    for process, _ in lives:
        process.terminate()
    for one in marks:
        one.read_to_the_end()
    for process, pipe in lives:
        process.join()
        pipe.close()
    assert sorted(CatalogueFiles(place.catalogue).ids()) == ids
    assert files_in(place.recordings) == {STATE, "pipeline-2.json", "work/worker-1.lock", "work/worker-2.lock"}
    both = [
        json.loads((place.recordings / name).read_text(encoding="utf-8"))["done"] for name in (STATE, "pipeline-2.json")
    ]
    assert sum(both) == len(ids)
    assert min(both) > 0


def test_a_worker_that_is_asked_to_end_leaves_the_rest_for_the_next(place: Place) -> None:
    ids = [leave_call(place.recordings, number, 2.0) for number in range(1, 21)]
    process, pipe = begun(place, RULES)
    marks = Marks(pipe)
    marks.wait_for("remove")
    process.terminate()
    marks.read_to_the_end()
    process.join()
    pipe.close()
    assert process.exitcode == 0
    entered = len(list(CatalogueFiles(place.catalogue).ids()))
    assert 0 < entered < len(ids)
    process, pipe = begun(place, RULES)
    wait_until(Marks(pipe), lambda: done(place))
    process.terminate()
    process.join()
    pipe.close()
    assert sorted(CatalogueFiles(place.catalogue).ids()) == ids


def test_the_command_works_on_the_folder_of_the_settings_until_it_is_ended(tmp_path: Path) -> None:
    project = Path(__file__).resolve().parents[2]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(project),
        "CENTRALITA_STATE": str(tmp_path),
        "CENTRALITA_RECORDINGS_RECIPIENTS": RECIPIENT,
    }
    id_ = leave_call(tmp_path / "recordings", 1, 1.0)
    command = [sys.executable, "-m", "ari_app.cli", "recordings", "work"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, text=True) as worker:
        assert worker.stdout is not None
        try:
            for line in worker.stdout:
                if json.loads(line)["event"] == "recording_kept":
                    break
        finally:
            worker.terminate()
        left = worker.stdout.read()
    assert worker.returncode == 0, left
    kept = SqlShelves(Database(f"sqlite:///{tmp_path}/centralita.db")).find(id_)
    assert kept is not None
    assert tones(stored_sound(tmp_path / "recordings" / "stored", kept.key)) == [[CALLER_HZ], [OPERATOR_HZ]]
    assert kept.caller_shown not in left


def test_the_command_refuses_a_store_that_is_none_with_the_settings_name(tmp_path: Path) -> None:
    environ = {"CENTRALITA_STATE": str(tmp_path), "CENTRALITA_RECORDINGS_STORE": "ftp://x"}
    done = CliRunner().invoke(cli, ["recordings", "work"], env=environ)
    assert done.exit_code == 1
    assert "'ftp://x' is no store" in done.output
    assert "CENTRALITA_RECORDINGS_STORE" in done.output
