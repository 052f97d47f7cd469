from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ari_app.stack import background
from ari_app.stack.child import identity_of
from ari_app.stack.faults import AlreadyRunning

DEADLINE_S = 20.0


def test_state_folder_that_nobody_uses_has_no_supervisor(tmp_path: Path) -> None:
    assert background.running_supervisor(tmp_path) is None
    assert background.end_running(tmp_path, print) is False


def test_announced_supervisor_is_found_and_withdraws(tmp_path: Path) -> None:
    background.announce(background.pid_file(tmp_path))
    assert background.running_supervisor(tmp_path) == os.getpid()
    assert not background.is_ready(tmp_path)
    background.announce(background.ready_file(tmp_path))
    assert background.is_ready(tmp_path)
    background.withdraw(tmp_path)
    assert background.running_supervisor(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_withdrawing_leaves_another_supervisors_files(tmp_path: Path) -> None:
    background.pid_file(tmp_path).write_text(identity_of(os.getppid()), encoding="ascii")
    background.withdraw(tmp_path)
    assert background.running_supervisor(tmp_path) == os.getppid()


def test_second_start_on_one_state_folder_is_refused(tmp_path: Path) -> None:
    background.announce(background.pid_file(tmp_path))
    with pytest.raises(AlreadyRunning, match="make down"):
        background.start_in_background(tmp_path, tmp_path, [], {}, print)


def test_down_ends_the_supervisor_and_says_which(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(["sleep", "600"])
    background.pid_file(tmp_path).write_text(identity_of(supervisor.pid), encoding="ascii")
    said: list[str] = []
    assert background.end_running(tmp_path, said.append) is True
    assert supervisor.wait(DEADLINE_S) < 0
    assert str(supervisor.pid) in said[0]


def test_down_ends_what_a_killed_supervisor_left_over(tmp_path: Path) -> None:
    part = subprocess.Popen(["sleep", "600"], start_new_session=True)
    (tmp_path / "asterisk.pid").write_text(identity_of(part.pid), encoding="ascii")
    said: list[str] = []
    assert background.end_running(tmp_path, said.append) is True
    assert part.wait(DEADLINE_S) < 0
    assert said == ["ended asterisk, left over from an earlier run"]
