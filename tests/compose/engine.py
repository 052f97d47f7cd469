"""How does a test get an engine for containers that leaves nothing behind? dockerd, with all that it changes in places of its own.

Its images stay in ``data`` for the next run; mounts are made in a mount namespace of its own, networks and firewall rules in the
network of the thread that starts it, and the kernel removes both with its last process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LIMITS: Final = ("--default-ulimit", "nofile=20000:20000", "--default-ulimit", "nproc=20000:20000")
_BRIDGE: Final = "centralita0"
_NO_NETWORK: Final = (
    "--bridge",
    _BRIDGE,
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false",
    "--ip-masq=false",
)
"""Builds use the machine's own. Told of no bridge at all, dockerd would remove docker0, which may be another engine's."""

_READY_WITHIN_S: Final = 60.0
_ENDS_WITHIN_S: Final = 60.0
_CGROUPS: Final = Path("/sys/fs/cgroup")


class EngineFailed(Exception):
    """dockerd, docker or Compose did not do what was asked. The message has their last words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running dockerd: its process, and what its clients need to know."""

    pid: int
    environment: Mapping[str, str]

    def run(self, *command: str, told: Path | None = None) -> str:
        """What a client's command prints, and into the file ``told`` all of it. Raises EngineFailed."""
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, **self.environment}, check=False
        )
        if told is not None:
            with told.open("a", encoding="utf-8") as output:
                output.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        if done.returncode != 0:
            raise EngineFailed(
                f"`{' '.join(command)}` ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done.stdout


@contextlib.contextmanager
def engine(data: Path, log: Path, *, builds: bool) -> Iterator[Engine]:
    """A dockerd on the images in ``data``. One that ``builds`` shares this network, and leaves it as it is but for an idle bridge.

    Raises EngineFailed, also when another one is on ``data``.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (
        _alone_on(data),
        tempfile.TemporaryDirectory(prefix="centralita-docker-") as folder,
        _idle_bridge() if builds else contextlib.nullcontext(),
    ):
        _forget(data)
        group = Path(folder).name
        places = ["--data-root", str(data), "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
        ways = ["--cgroup-parent", f"/{group}", *(_NO_NETWORK if builds else ("--userland-proxy=false",))]
        address = f"unix://{folder}/socket"
        command = ["unshare", "--mount", "--", "dockerd", *places, *ways, *_LIMITS, "-H", address]
        with log.open("ab") as output, _process(command, output.fileno()) as process:
            running = Engine(process.pid, {"DOCKER_HOST": address, "DOCKER_BUILDKIT": "0"})
            try:
                _wait(running, process, log)
                yield running
            finally:
                process.terminate()
                _ended(process)
                _remove_groups(group)


def _forget(data: Path) -> None:
    """Containers of a run that was killed must not begin again, nor networks of another one be made again, in this network."""
    for name in ("containers", "network"):
        shutil.rmtree(data / name, ignore_errors=True)


@contextlib.contextmanager
def _idle_bridge() -> Iterator[None]:
    subprocess.run(["ip", "link", "delete", _BRIDGE], capture_output=True, check=False)  # left by a run that was killed
    subprocess.run(["ip", "link", "add", _BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", "169.254.77.1/30", "dev", _BRIDGE], check=True)
        yield
    finally:
        subprocess.run(["ip", "link", "delete", _BRIDGE], check=True)


@contextlib.contextmanager
def _process(command: Sequence[str], output: int) -> Iterator[subprocess.Popen[bytes]]:
    """It ends with us, even if we are killed."""
    tethered = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    with subprocess.Popen(
        tethered, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    ) as process:
        yield process


def _wait(running: Engine, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(EngineFailed):
            running.run("docker", "version")
            return
        time.sleep(0.1)
    raise EngineFailed(f"dockerd does not answer; {log} ends with:\n{log.read_text(errors='replace')[-2000:]}")


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)


@contextlib.contextmanager
def _alone_on(data: Path) -> Iterator[None]:
    with (data.with_name(data.name + ".lock")).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineFailed(f"another run uses {data}; wait for its end") from None
        yield


def _remove_groups(name: str) -> None:
    """The control groups that it has made for its containers: one a controller, or one for all."""
    for top in (*_CGROUPS.glob(f"*/{name}"), _CGROUPS / name):
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
