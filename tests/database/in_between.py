"""Between a client and PostgreSQL: counts what the client says, and cuts or kills at one of its words. Threads of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.database.postgres import Postgres


class InBetween:
    """Listens on ``port``. ``at``: the word of the client (from 1, over all its connections) at which ``deed`` is done, once.
    ``answer_lost``: the server still does what it was told, but the client never hears of it."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.said = 0
        self.at = 0
        self.deed: Callable[[], None] = lambda: None
        self.answer_lost = False
        threading.Thread(target=self._accept, daemon=True).start()

    def next_life(self, at: int) -> None:
        """Count from the beginning, and do the deed at that word."""
        self.said, self.at = 0, at

    def close(self) -> None:
        """No new connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        """One word, one answer: the client of a database says nothing before it has heard."""
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._server.port)) as server:
            while word := client.recv(1 << 20):
                self.said += 1
                mine = self.said == self.at
                if mine and not self.answer_lost:
                    self.deed()
                    return
                server.sendall(word)
                if word[:1] == b"X":
                    return
                answer = server.recv(1 << 20)
                if mine:
                    self.deed()
                    return
                client.sendall(answer)
