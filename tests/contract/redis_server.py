"""How do tests get a real Redis? A redis-server of their own on an ephemeral port, that can be killed and come back."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path


def redis_server_program() -> str:
    """The redis-server to run: CENTRALITA_REDIS_SERVER, else the one on PATH. Raises RuntimeError that says what to do."""
    program = os.environ.get("CENTRALITA_REDIS_SERVER") or shutil.which("redis-server")
    if program is None:
        raise RuntimeError("no redis-server: install redis-server, or name one in CENTRALITA_REDIS_SERVER")
    return program


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
        command = [redis_server_program(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder),
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
