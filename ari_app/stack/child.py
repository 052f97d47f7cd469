"""How is one process of the stack started, watched and ended?

Each child has a session of its own, so that Ctrl-C at the terminal reaches only us and we end the parts in order; and it
asks the kernel for a SIGTERM when we die (prctl(2), PR_SET_PDEATHSIG, through setpriv(1) of util-linux), so that even a
kill -9 of ours leaves nothing running. A pid file with the process's start time lets the next start end what is left all
the same, and never a stranger that got the same number.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ari_app.stack.faults import StartFailed

log = structlog.get_logger()
_LOG_LIMIT_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to run: ``output`` takes its stdout and stderr, ``pid_file`` its identity; ``stop_within_s`` before SIGKILL.

    ``after_sigterm`` runs beside the wait for its end, for a part that may wait in vain; the end cancels it.
    """

    name: str
    command: Sequence[str]
    output: Path
    pid_file: Path
    environment: Mapping[str, str]
    folder: Path
    stop_within_s: float = 10.0
    after_sigterm: Callable[[], Awaitable[None]] | None = None


class Child:
    """One process that can be started, stopped and killed again and again; not to be shared between event loops."""

    def __init__(self, plan: ChildPlan) -> None:
        self.plan = plan
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        """True from start() until the process ends, however it ends."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; ends a leftover of an earlier life first. Raises StartFailed when it cannot even be run."""
        if self.running:
            return
        plan = self.plan
        end_leftover(plan.pid_file)
        _keep_small(plan.output)
        tethered = ("setpriv", "--pdeathsig", "TERM", "--", *plan.command)
        with plan.output.open("ab") as output:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *tethered,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    env=plan.environment,
                    cwd=plan.folder,
                )
            except OSError as error:
                raise StartFailed(f"{plan.name} cannot be run ({error}). setpriv is in Debian's util-linux.") from error
        plan.pid_file.write_text(f"{self._process.pid} {_start_time(self._process.pid)}\n", encoding="ascii")
        log.info("part_started", part=plan.name, pid=self._process.pid)

    async def wait(self) -> int:
        """Wait for its end; the exit code, negative for a signal. The pid file and its process group go with it."""
        assert self._process is not None, "wait() before start()"
        code = await self._process.wait()
        _signal_group(self._process.pid, signal.SIGKILL)
        self.plan.pid_file.unlink(missing_ok=True)
        return code

    async def stop(self) -> None:
        """End it in good order (SIGTERM), and by SIGKILL after the plan's deadline. Harmless when it does not run."""
        async with asyncio.TaskGroup() as group:
            helping = group.create_task(self._after_sigterm())
            await self._end(signal.SIGTERM)
            helping.cancel()

    async def kill(self) -> None:
        """End it as a crash would (SIGKILL). Harmless when it does not run."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self.running:
            _signal_group(self._process.pid, how)
        try:
            await asyncio.wait_for(self._process.wait(), self.plan.stop_within_s)
        except TimeoutError:
            log.warning("part_ignored_sigterm", part=self.plan.name, waited_s=self.plan.stop_within_s)
            _signal_group(self._process.pid, signal.SIGKILL)
        await self.wait()

    async def _after_sigterm(self) -> None:
        if self.running and self.plan.after_sigterm is not None:
            await self.plan.after_sigterm()

    def last_words(self, lines: int = 12) -> str:
        """The end of its output, indented, for a message."""
        return last_lines(self.plan.output, lines)


def last_lines(path: Path, lines: int) -> str:
    """The last lines of a text file, each indented by two; a hint when there is nothing."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or f"  ({path} is empty)"


def end_leftover(pid_file: Path) -> None:
    """Kill the process group that the pid file names, if it is still the very process that was started by us then."""
    identity = read_identity(pid_file)
    if identity is not None and _start_time(identity[0]) == identity[1]:
        log.warning("leftover_ended", pid=identity[0], pid_file=pid_file.name)
        _signal_group(identity[0], signal.SIGKILL)
    pid_file.unlink(missing_ok=True)


def read_identity(pid_file: Path) -> tuple[int, int] | None:
    """(pid, start time in clock ticks since boot) from a pid file; None when there is no such file or another text."""
    with contextlib.suppress(OSError, ValueError):
        pid, start = pid_file.read_text(encoding="ascii").split()
        return int(pid), int(start)
    return None


def identity_of(pid: int) -> str:
    """The text of a pid file for a running process."""
    return f"{pid} {_start_time(pid)}\n"


def is_alive(identity: tuple[int, int]) -> bool:
    """True when that very process runs (a zombie does not)."""
    return _start_time(identity[0]) == identity[1]


def _start_time(pid: int) -> int:
    """Field 22 of /proc/PID/stat (proc(5)): start time in clock ticks since boot; 0 when it is gone or a zombie."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if after_name[0] in "ZX" else int(after_name[19])


def _signal_group(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, how)


def _keep_small(output: Path) -> None:
    with contextlib.suppress(OSError):
        if output.stat().st_size > _LOG_LIMIT_BYTES:
            output.replace(output.with_name(output.name + ".1"))
