"""A PostgreSQL server of the tests' own: in a temporary folder, on a free port of 127.0.0.1, as a user that is not root."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from ari_app.adapters.catalogue_database import Database
from recordings.record import CatalogueAway

_START_WITHIN_S = 60.0


def why_not() -> str | None:
    """Why no server can be started here; None when one can."""
    if _programs() is None:
        return "no PostgreSQL is installed here (apt install postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install 'psycopg[binary]')"
    if os.geteuid() == 0 and _user() is None:
        return "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
    return None


class Postgres:
    """One server; its databases are made by ``new_url``."""

    def __init__(self) -> None:
        self._programs = _programs() or Path()
        self._user = _user() if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="centralita-postgres-", dir=tempfile.gettempdir()))
        self._databases = 0
        self.port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._hung: list[int] = []
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        made = self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "centralita", "-E", "UTF8", "--no-sync")
        assert made.returncode == 0, made.stdout.decode()
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str = "postgres", port: int | None = None) -> str:
        """Where a database is; ``port``: that of somebody in between."""
        return f"postgresql+psycopg://centralita@127.0.0.1:{port or self.port}/{database}"

    def new_database(self) -> str:
        """The name of an empty one."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.tell(f"CREATE DATABASE {name}")
        return name

    def tell(self, sql: str, database: str = "postgres") -> None:
        """As its owner, outside of any transaction."""
        told = self._run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url(database).replace("+psycopg", ""))
        assert told.returncode == 0, told.stdout.decode()

    def start(self) -> None:
        """Start it (again), and return when it takes connections. What a killed one left running keeps it waiting a little."""
        deadline = time.monotonic() + _START_WITHIN_S
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder / "log").read_text()
            if self._server is None or self._server.poll() is not None:
                self._server = self._popen(
                    "postgres", "-D", str(self._data), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                    "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB",
                )  # fmt: skip
            threading.Event().wait(0.02)

    def kill(self) -> None:
        """Kill it, and its servants with it."""
        assert self._server is not None
        if self._server.poll() is not None:
            return
        servants = _children(self._server.pid)
        self._server.kill()
        self._server.wait()
        for pid in servants:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def hang(self) -> None:
        """From now on it says nothing, though its port is open."""
        assert self._server is not None
        self._hung = [self._server.pid, *_children(self._server.pid)]
        for pid in self._hung:
            with contextlib.suppress(ProcessLookupError):  # a servant may have ended meanwhile
                os.kill(pid, signal.SIGSTOP)

    def wake(self) -> None:
        """It goes on."""
        for pid in self._hung:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
        self._hung = []

    def close(self) -> None:
        """Nothing of it is left."""
        self.wake()
        self.kill()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        if self._server is None or self._server.poll() is not None:
            return False
        database = Database(self.url(), patience_s=2.0)
        try:
            with database.reading():
                return True
        except CatalogueAway:
            return False
        finally:
            database.close()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def _popen(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._programs / program), *arguments],
                user=self._user,
                cwd=self._folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdout=log,
                stderr=log,
            )


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _programs() -> Path | None:
    """Where initdb and postgres are: Debian keeps them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _user() -> int | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
