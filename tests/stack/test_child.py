from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.stack.child import Child, ChildPlan, end_leftover, identity_of, is_alive, read_identity
from ari_app.stack.faults import StartFailed
from ari_app.stack.ready import until_ready

DEADLINE_S = 20.0


def plan(folder: Path, script: str, stop_within_s: float = 10.0) -> ChildPlan:
    return ChildPlan(
        name="part",
        command=(sys.executable, "-c", script),
        output=folder / "part.out",
        pid_file=folder / "part.pid",
        environment={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
        folder=folder,
        stop_within_s=stop_within_s,
    )


async def said(child: Child, word: str) -> None:
    async def it_said() -> bool:
        return word in child.plan.output.read_text(encoding="utf-8")

    await until_ready(child, it_said, DEADLINE_S)


WAITS = "import signal; print('up'); signal.pause()"
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up')\nwhile True: signal.pause()"


async def test_stopped_child_ends_by_sigterm_and_leaves_no_pid_file(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, WAITS))
    await child.start()
    await said(child, "up")
    assert child.running
    assert child.plan.pid_file.exists()
    await child.stop()
    assert not child.running
    assert child.pid is None
    assert not child.plan.pid_file.exists()
    assert await child.wait() == -signal.SIGTERM


async def test_child_that_ignores_sigterm_is_killed_after_its_deadline(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, IGNORES_TERM, stop_within_s=0.1))
    await child.start()
    await said(child, "up")
    await child.stop()
    assert await child.wait() == -signal.SIGKILL


async def test_child_can_be_started_again_after_a_kill(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, WAITS))
    await child.start()
    first = child.pid
    await child.kill()
    await child.start()
    assert child.running
    assert child.pid != first
    await child.stop()


async def test_grandchildren_end_with_a_child_that_ends_by_itself(tmp_path: Path) -> None:
    script = "import subprocess; p = subprocess.Popen(['sleep', '600']); print('pid', p.pid, flush=True)"
    child = Child(plan(tmp_path, script))
    await child.start()
    assert await child.wait() == 0
    grandchild = int(child.plan.output.read_text(encoding="utf-8").split()[1])
    await asyncio.to_thread(wait_dead, grandchild)


async def test_command_that_does_not_exist_is_told_in_words(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, WAITS))
    lost = Child(
        ChildPlan(
            "part", ("/nowhere/asterisk",), child.plan.output, child.plan.pid_file, {"PATH": "/usr/bin"}, tmp_path
        )
    )
    await lost.start()

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed, match="/nowhere/asterisk"):
        await until_ready(lost, never, DEADLINE_S)


async def test_part_that_never_answers_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, WAITS))

    async def never() -> bool:
        return False

    await child.start()
    await said(child, "up")
    with pytest.raises(StartFailed, match=r"did not answer within 0 s(.|\n)*  up"):
        await until_ready(child, never, 0.05)
    await child.stop()


def test_nothing_outlives_a_kill_of_its_starter(tmp_path: Path) -> None:
    starter = """
import asyncio, os
from pathlib import Path
from ari_app.stack.child import Child, ChildPlan

async def main():
    here = Path.cwd()
    await Child(ChildPlan("part", ("sleep", "600"), here / "part.out", here / "part.pid", dict(os.environ), here)).start()
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", starter], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line == "started\n" for line in process.stdout)
        identity = read_identity(tmp_path / "part.pid")
        assert identity is not None
        assert is_alive(identity)
        process.kill()
        process.wait(DEADLINE_S)
    wait_dead(identity[0])


def wait_dead(pid: int) -> None:
    """Waits on the kernel's own notice (pidfd_open(2)) that the process has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], DEADLINE_S)[0], "still alive"
    finally:
        os.close(descriptor)


def test_leftover_of_an_earlier_run_is_ended(tmp_path: Path) -> None:
    leftover = subprocess.Popen(["sleep", "600"], start_new_session=True)
    pid_file = tmp_path / "part.pid"
    pid_file.write_text(identity_of(leftover.pid), encoding="ascii")
    end_leftover(pid_file)
    assert leftover.wait(DEADLINE_S) == -signal.SIGKILL
    assert not pid_file.exists()


def test_stranger_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        pid, start = map(int, identity_of(stranger.pid).split())
        pid_file = tmp_path / "part.pid"
        pid_file.write_text(f"{pid} {start - 1}\n", encoding="ascii")
        end_leftover(pid_file)
        assert not pid_file.exists()
    finally:
        stranger.terminate()
    # Had it been killed before, this would be the reason of its end.
    assert stranger.wait(DEADLINE_S) == -signal.SIGTERM


@pytest.mark.parametrize("text", ["", "12", "twelve 13", "1 2 3"])
def test_pid_file_with_another_text_names_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "part.pid").write_text(text, encoding="ascii")
    assert read_identity(tmp_path / "part.pid") is None
