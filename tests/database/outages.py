"""In which ways can a database be away? Each happens to a real one, and ends again."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from ari_app.adapters.catalogue_database import sqlite_url
from tests.database.postgres import Postgres

_LIBC = ctypes.CDLL(None, use_errno=True)


class Outage(ABC):
    """A database at ``url``, which is there until ``begin`` and again after ``end``."""

    url: str

    @abstractmethod
    def begin(self) -> None:
        """From now on it is away."""

    @abstractmethod
    def end(self) -> None:
        """It is back, with all that was in it."""

    def close(self) -> None:
        """Whatever it needed is gone."""
        self.end()


class SqliteOutage(Outage):
    """Of a file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.file = folder / "centralita.db"
        self.url = sqlite_url(self.file)


class FolderInItsPlace(SqliteOutage):
    """The file is moved away, and a folder stands where it was: at one stroke, or whoever looks meanwhile would make a new one."""

    _BESIDE = ("-wal", "-shm")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._aside = folder / "moved-centralita.db"

    def begin(self) -> None:
        self._aside.mkdir()
        if self.file.exists():
            _exchange(self._aside, self.file)
        else:
            self._aside.rename(self.file)
        self._move_beside(self.file, self._aside)

    def end(self) -> None:
        if not self.file.is_dir():
            return
        self._move_beside(self._aside, self.file)
        if self._aside.exists():
            _exchange(self._aside, self.file)
            self._aside.rmdir()
        else:
            self.file.rmdir()

    def _move_beside(self, at: Path, to: Path) -> None:
        for file in (at.with_name(at.name + ending) for ending in self._BESIDE):
            if file.exists():
                file.rename(to.with_name(to.name + file.name.removeprefix(at.name)))


def _exchange(one: Path, other: Path) -> None:
    """Each has the other's name from now on (renameat2(2), RENAME_EXCHANGE)."""
    at_working_folder, exchange = -100, 2
    done = _LIBC.renameat2(at_working_folder, bytes(one), at_working_folder, bytes(other), exchange)
    if done != 0:
        raise OSError(ctypes.get_errno(), f"{one} and {other} cannot be exchanged")


class LockedByAnother(SqliteOutage):
    """Another process writes, and does not end."""

    _WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._writer: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        self._writer = subprocess.Popen(
            [sys.executable, "-c", self._WRITER, str(self.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._writer.stdout is not None
        assert self._writer.stdout.readline() == b"locked\n"

    def end(self) -> None:
        if self._writer is not None:
            self._writer.communicate()
            self._writer = None


class OnADiskOfItsOwn(SqliteOutage):
    """A small disk in memory, which only root can make."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.disk = folder / "disk"
        self.disk.mkdir()
        _as_root("mount", "-t", "tmpfs", "-o", "size=2m", "centralita-test", str(self.disk))
        super().__init__(self.disk)

    def close(self) -> None:
        self.end()
        _as_root("umount", "--lazy", str(self.disk))


class DiskFull(OnADiskOfItsOwn):
    """Nothing fits on it any more."""

    def begin(self) -> None:
        with (self.disk / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:  # whoever else writes meanwhile takes of the same room
                    ballast.write(b"x" * 65536)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise

    def end(self) -> None:
        (self.disk / "ballast").unlink(missing_ok=True)


class DiskReadOnly(OnADiskOfItsOwn):
    """Nothing may be written to it; a file system that found an error does that."""

    def begin(self) -> None:
        _as_root("mount", "-o", "remount,ro", str(self.disk))

    def end(self) -> None:
        _as_root("mount", "-o", "remount,rw", str(self.disk))


class PostgresOutage(Outage):
    """Of a database of a server."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.name = server.new_database()
        self.url = server.url(self.name)


class ServerKilled(PostgresOutage):
    """With -9, and started again."""

    def begin(self) -> None:
        self.server.kill()

    def end(self) -> None:
        self.server.start()


class ServerHangs(PostgresOutage):
    """Its connections stay open, and nothing comes from it."""

    def begin(self) -> None:
        self.server.hang()

    def end(self) -> None:
        self.server.wake()


class ServerReadOnly(PostgresOutage):
    """As a standby, or one whose disk is full is made by whoever runs it."""

    def begin(self) -> None:
        self._let("on")

    def end(self) -> None:
        self._let("off")

    def _let(self, read_only: str) -> None:
        self.server.tell(f"ALTER DATABASE {self.name} SET default_transaction_read_only = {read_only}")
        others = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{self.name}'"  # noqa: S608 - our own name
        self.server.tell(others)
        time.sleep(0.3)  # whoever was just beginning had read the setting before it changed, and is listed only now
        self.server.tell(f"{others} AND backend_start < clock_timestamp() - interval '0.3 s'")


SQLITE: dict[str, Callable[[Path], Outage]] = {
    "sqlite: a folder in its place": FolderInItsPlace,
    "sqlite: locked by another process": LockedByAnother,
    "sqlite: disk full": DiskFull,
    "sqlite: disk read-only": DiskReadOnly,
}
POSTGRES: dict[str, Callable[[Postgres], Outage]] = {
    "postgresql: killed": ServerKilled,
    "postgresql: hangs": ServerHangs,
    "postgresql: read-only": ServerReadOnly,
}
NEED_ROOT = ("sqlite: disk full", "sqlite: disk read-only")


def may_mount() -> bool:
    """Root in a container may not, always."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


def _as_root(*command: str) -> None:
    subprocess.run(command, check=True)
