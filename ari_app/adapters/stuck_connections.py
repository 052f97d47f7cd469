"""What ends a wait for a server that says nothing any more? Its socket is shut after a while, and whoever waits is told an error.

A server that hangs, or a machine whose network is gone, still looks connected; libpq waits for its answer for ever.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Any, Final

import structlog
from sqlalchemy import Engine, event

log = structlog.get_logger(__name__)
LOOK_EVERY_S: Final = 1.0


class StuckConnections:
    """Watches those of ``engine``, whose connections have a ``fileno``, that are in use for longer than ``limit_s``. A thread."""

    def __init__(self, engine: Engine, limit_s: float) -> None:
        self.limit_s = limit_s
        self._in_use: dict[int, tuple[Any, float]] = {}
        self._closed = threading.Event()
        event.listen(engine, "checkout", self._out)
        event.listen(engine, "checkin", self._in)
        threading.Thread(target=self._watch, name="stuck-connections", daemon=True).start()

    def close(self) -> None:
        """Whoever still waits waits no longer."""
        self._closed.set()
        self._shut(0.0)

    def _out(self, raw: Any, record: object, _: object) -> None:
        self._in_use[id(record)] = (raw, time.monotonic())

    def _in(self, _: object, record: object) -> None:
        self._in_use.pop(id(record), None)

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY_S):
            self._shut(self.limit_s)

    def _shut(self, longer_than_s: float) -> None:
        now = time.monotonic()
        for raw, since in list(self._in_use.values()):
            if now - since >= longer_than_s:
                log.warning("database_says_nothing", for_s=round(now - since, 1))
                _shut_down(raw)


def _shut_down(raw: Any) -> None:
    """Only shut, not closed: its number stays its thread's, which closes it."""
    try:
        with socket.socket(fileno=os.dup(raw.fileno())) as ours:
            ours.shutdown(socket.SHUT_RDWR)
    except Exception as gone:  # it was closed just now, in the driver's words
        log.debug("connection_was_closed", why=str(gone))
