"""How is the API served beside the engine? Uvicorn in the engine's own event loop, without its signals and its start-up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import uvicorn
from fastapi import FastAPI

from ari_app.adapters.http_events import EventHub

GRACE_S: Final = 0.8
"""How long a stop waits for answers under way; then their connections are cut."""

WEBSOCKET_FRAME: Final = 64 * 1024
WEBSOCKET_PING_S: Final = 10.0

CUT_S: Final = 0.5
"""How long the answers so cut have to notice it."""


async def serve_on(
    app: FastAPI, listener: socket.socket, *, websockets: bool = False, proxies: Sequence[str] = ()
) -> None:
    """Answer requests until cancelled; then end the event streams, finish answers under way, and close within 2 s.

    With ``websockets`` these are served, too; who does not answer their pings is gone. ``proxies``: the networks whose word
    (``X-Forwarded-For``) is taken for whose request it is; anybody else could pretend to be another address.
    """
    server = _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="websockets-sansio" if websockets else "none",
            ws_max_size=WEBSOCKET_FRAME,
            ws_ping_interval=WEBSOCKET_PING_S,
            ws_ping_timeout=WEBSOCKET_PING_S,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=1,  # the last resort: ours below comes first
        )
    )
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        hub: EventHub = app.state.events
        hub.close()
        server.should_exit = True
        await asyncio.wait({serving}, timeout=GRACE_S)
        for connection in list(server.server_state.connections):
            connection.transport.abort()  # a client that does not read would never let its connection close
        await asyncio.wait({serving}, timeout=CUT_S)
        serving.cancel()
        await asyncio.wait({serving})
        listener.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the engine's business."""
        yield
