"""`centralita run`, `up` and `down` as processes: real Asterisk, Redis and engine."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ari_app.settings import Settings
from ari_app.stack import background
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.child import is_alive, last_lines, read_identity
from ari_app.stack.instance import settings_environment
from ari_app.stack.ports import ports_of, taken_ports
from ari_app.stack.redis_install import RedisInstall

pytestmark = pytest.mark.e2e
DEADLINE_S = 60.0
UP = "Centralita is up."


@pytest.fixture
def environment(settings: Settings, asterisk_install: AsteriskInstall, redis_install: RedisInstall) -> dict[str, str]:
    return {**os.environ, **settings_environment(settings), "REDIS_URL": "", "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(settings: Settings, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`centralita run`, up; whatever happens, nothing of it is left."""
    command = [sys.executable, "-m", "ari_app.cli", "run", "--no-self-check"]
    with subprocess.Popen(command, cwd=settings.project, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            until_said(process, UP)
            yield process
        finally:
            process.kill()


def until_said(process: subprocess.Popen[str], words: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError("it ended instead:\n" + "\n".join(lines))


STARTED = {"engine", "console", "recordings", "asterisk", "redis"}


def parts(state: Path) -> dict[str, tuple[int, int]]:
    found = {name: read_identity(state / f"{name}.pid") for name in background.PARTS}
    return {name: identity for name, identity in found.items() if identity is not None and is_alive(identity)}


def wait_gone(part: str, identity: tuple[int, int], state: Path) -> None:
    try:
        descriptor = os.pidfd_open(identity[0])
    except ProcessLookupError:
        return
    try:
        if is_alive(identity):
            ended = bool(select.select([descriptor], [], [], DEADLINE_S)[0])
            assert ended, f"{part} is still alive; it said last:\n{last_lines(state / 'log' / f'{part}.out', 12)}"
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything_that_was_started(settings: Settings, environment: dict[str, str], how: int) -> None:
    with running(settings, environment) as process:
        assert set(parts(settings.state)) == STARTED
        process.send_signal(how)
        until_said(process, "nothing of it runs any more")
        assert process.wait(DEADLINE_S) == 0
    assert parts(settings.state) == {}
    assert list(settings.state.glob("*.pid")) == []
    assert taken_ports(settings.bind_address, ports_of(settings)) == []


def test_nothing_outlives_a_killed_supervisor(settings: Settings, environment: dict[str, str]) -> None:
    with running(settings, environment) as process:
        were = parts(settings.state)
        process.kill()
        for part, identity in were.items():
            wait_gone(part, identity, settings.state)
    assert parts(settings.state) == {}
    with running(settings, environment):
        assert set(parts(settings.state)) == STARTED


def test_killed_engine_comes_back_and_asterisk_is_not_touched(settings: Settings, environment: dict[str, str]) -> None:
    with running(settings, environment) as process:
        before = parts(settings.state)
        os.kill(before["engine"][0], signal.SIGKILL)
        until_said(process, "engine is up again")
        after = parts(settings.state)
        assert after["engine"] != before["engine"]
        assert (after["asterisk"], after["redis"]) == (before["asterisk"], before["redis"])


def test_up_returns_when_ready_and_down_stops_exactly_that(settings: Settings, environment: dict[str, str]) -> None:
    def centralita(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ari_app.cli", *arguments]
        return subprocess.run(
            command,
            cwd=settings.project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    try:
        up = centralita("up", "--no-self-check")
        assert up.returncode == 0, up.stdout + up.stderr
        assert UP in up.stdout
        assert centralita("status").returncode == 0
        again = centralita("up", "--no-self-check")
        assert (again.returncode, "make down" in again.stderr) == (1, True)
        were = parts(settings.state)
        assert set(were) == STARTED
    finally:
        down = centralita("down")
    assert down.returncode == 0, down.stdout + down.stderr
    assert not [identity for identity in were.values() if is_alive(identity)]
    assert background.running_supervisor(settings.state) is None


def test_start_that_fails_leaves_nothing_running(settings: Settings, environment: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ari_app.cli", "run", "--no-self-check"],
        cwd=settings.project,
        env={**environment, "CENTRALITA_BIND_ADDRESS": "192.0.2.1"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert run.returncode == 1
    assert "CENTRALITA_BIND_ADDRESS=192.0.2.1" in run.stderr
    assert "Traceback" not in run.stderr
    assert parts(settings.state) == {}
    assert background.running_supervisor(settings.state) is None
