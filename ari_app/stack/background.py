"""Which stack runs on this state folder, and how is one started in the background and ended?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ari_app.stack.child import end_leftover, identity_of, is_alive, last_lines, read_identity
from ari_app.stack.faults import AlreadyRunning, StartFailed

Write = Callable[[str], None]
PARTS = ("console", "engine", "recordings", "asterisk", "redis")
_PAUSE_S = 0.1
# Orderly end of the engine, Asterisk and Redis, each with its own deadline of 10 s.
_END_WITHIN_S = 45.0


def pid_file(state: Path) -> Path:
    """The file that names the supervisor's process while it runs."""
    return state / "supervisor.pid"


def ready_file(state: Path) -> Path:
    """A copy of the pid file, there once everything answers."""
    return state / "supervisor.ready"


def output_file(state: Path) -> Path:
    """What a supervisor in the background prints."""
    return state / "log" / "run.log"


def announce(file: Path) -> None:
    """Write this process's identity into ``file``."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(identity_of(os.getpid()), encoding="ascii")


def withdraw(state: Path) -> None:
    """Remove the supervisor's own files, if they are this process's."""
    for file in (ready_file(state), pid_file(state)):
        identity = read_identity(file)
        if identity is not None and identity[0] == os.getpid():
            file.unlink(missing_ok=True)


def running_supervisor(state: Path) -> int | None:
    """The pid of the supervisor that runs on this state folder; None when there is none."""
    identity = read_identity(pid_file(state))
    return identity[0] if identity is not None and is_alive(identity) else None


def is_ready(state: Path) -> bool:
    """True when the supervisor that runs has said that everything is up."""
    identity = read_identity(ready_file(state))
    return identity is not None and is_alive(identity)


def start_in_background(
    project: Path, state: Path, arguments: list[str], environ: Mapping[str, str], write: Write
) -> None:
    """Start ``centralita run`` detached, show what it prints, and return when it is ready.

    Raises AlreadyRunning, or StartFailed when it ended instead. Ctrl-C here ends it too.
    """
    pid = running_supervisor(state)
    if pid is not None:
        raise AlreadyRunning(f"Centralita runs already on {state} (pid {pid}); `make down` ends it.")
    output = output_file(state)
    output.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with output.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "ari_app.cli", "run", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            start_new_session=True,
            cwd=project,
            env={**environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        code = _follow(process, state, output, write)
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    if code is not None:
        raise StartFailed(f"It ended with code {code}; what it printed is above and in {output}.")


def _follow(process: subprocess.Popen[bytes], state: Path, output: Path, write: Write) -> int | None:
    """Copy new lines until the process is ready (None) or ended (its exit code)."""
    with output.open(encoding="utf-8", errors="replace") as printed:
        while True:
            code, up = process.poll(), is_ready(state)
            for line in printed.read().splitlines():
                write(line)
            if code is not None or up:
                return code
            time.sleep(_PAUSE_S)


def end_running(state: Path, write: Write) -> bool:
    """End the supervisor of this state folder and all it started, in good order. False when nothing was running.

    Raises StartFailed when it does not end in time (then its parts are ended all the same).
    """
    pid = running_supervisor(state)
    if pid is None:
        leftovers = [name for name in PARTS if _runs(state, name)]
        for name in PARTS:
            end_leftover(state / f"{name}.pid")
        for name in leftovers:
            write(f"ended {name}, left over from an earlier run")
        return bool(leftovers)
    write(f"ending the stack of {state} (pid {pid})")
    os.kill(pid, signal.SIGTERM)
    if not _gone_within(state, _END_WITHIN_S):
        end_leftover(pid_file(state))
        for name in PARTS:
            end_leftover(state / f"{name}.pid")
        raise StartFailed(
            f"It did not end within {_END_WITHIN_S:.0f} s and was killed. The end of {output_file(state)}:\n"
            f"{last_lines(output_file(state), 8)}"
        )
    return True


def _gone_within(state: Path, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if running_supervisor(state) is None:
            return True
        time.sleep(_PAUSE_S)
    return running_supervisor(state) is None


def _runs(state: Path, name: str) -> bool:
    identity = read_identity(state / f"{name}.pid")
    return identity is not None and is_alive(identity)
