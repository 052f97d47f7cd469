"""How do tests get a real Redis? A redis-server of their own on an ephemeral port, that can be killed and come back."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from ari_app.settings import load_settings
from ari_app.stack.redis_install import provide_redis

PROJECT = Path(__file__).parents[2]


def redis_server_command() -> tuple[str, ...]:
    """How to run redis-server: the one on PATH, else the cached one, made if need be. Raises SetupFailed."""
    return provide_redis(load_settings(PROJECT).cache, print).command


class RedisServer:
    """A redis-server without persistence: after ``kill`` and ``start`` it is the same address, and empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it accepts connections. Raises RuntimeError with its output if it does not come up."""
        # fmt: off
        command = [*redis_server_command(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder),
                   "--save", "", "--appendonly", "no"]
        # fmt: on
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if "eady to accept connections" in line:
                return
        self.kill()
        raise RuntimeError("redis-server did not start:\n" + "".join(said))

    def kill(self) -> None:
        """SIGKILL; all it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
