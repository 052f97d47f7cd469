"""Between a client and a server on this machine: lets through, refuses with a status, delays, or is gone. A thread of its own."""

from __future__ import annotations

import http.client
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Mood = Literal["open", "refuses", "slow", "drops"]


class InBetween:
    """Listens on a free port of 127.0.0.1. ``mood`` may be changed at any time; ``seen`` counts requests."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.mood: Mood = "open"
        self.status = 503
        self.refuses_only: str | None = None
        self.delay_s = 0.5
        self.seen = 0
        self._go_on = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                outer.seen += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if outer.mood == "refuses" and outer.refuses_only in (None, self.command):
                    self._answer(outer.status, [], b"<Error><Code>Refused</Code></Error>")
                    return
                if outer.mood == "drops":
                    self.close_connection = True
                    return
                if outer.mood == "slow":
                    outer._go_on.wait(outer.delay_s)
                answer = outer._ask(self.command, self.path, dict(self.headers.items()), body)
                with suppress(OSError):  # whoever asked waits no longer
                    self._answer(*answer)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                length = next((value for name, value in headers if name.lower() == "content-length"), None)
                if length is None:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """End it, whatever it waits for."""
        self._go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=30)
        try:
            # The Host header is signed: it stays the one that the client wrote.
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
            kept = [
                (name, value)
                for name, value in answer.getheaders()
                if name.lower() not in ("transfer-encoding", "connection")
            ]
            return answer.status, kept, content
        except OSError:
            return 502, [], b""
        finally:
            connection.close()
