"""What may the dialplan ask the controller? A FastAGI server, through panoramisk, that tells a queue's state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import structlog
from panoramisk.fast_agi import Application, Request

log = structlog.get_logger(__name__)
logging.getLogger("panoramisk.fast_agi").disabled = True

QueueAnswer = tuple[int, int, tuple[float, float] | None]
"""Callers waiting, operators ready, and the expected wait as (low_s, high_s) or None when it is not known."""

REQUEST_DEADLINE_S = 5.0


async def serve_fastagi(host: str, port: int, ask_queue: Callable[[str], QueueAnswer]) -> asyncio.Server:
    """Listen for ``agi://host:port/queue-status,QUEUE`` and answer with channel variables.

    Sets CENTRALITA_WAITING, CENTRALITA_READY, and CENTRALITA_WAIT_LOW_S and _HIGH_S (empty when not known). ``ask_queue``
    raises LookupError for an unknown queue: then no variable is set. The caller closes the server.
    """

    async def queue_status(request: Request) -> None:
        queue = request.headers.get("agi_arg_1", "")
        try:
            waiting, ready, expected = ask_queue(queue)
        except LookupError:
            log.warning("fastagi_unknown_queue", queue=queue[:40])
            return
        low, high = expected or ("", "")
        answer = {"WAITING": waiting, "READY": ready, "WAIT_LOW_S": low, "WAIT_HIGH_S": high}
        for name, value in answer.items():
            await request.send_command(f'SET VARIABLE CENTRALITA_{name} "{value}"')

    application = Application(loop=asyncio.get_running_loop())
    application.add_route("queue-status", queue_status)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # panoramisk reads the header block without a deadline, and for ever after an early end of file.
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_S):
                await application.handler(_EndsAtEof(reader), writer)
        except (TimeoutError, ConnectionError, EOFError) as broken:
            log.warning("fastagi_request_broken", why=type(broken).__name__)
        finally:
            writer.close()

    return await asyncio.start_server(handle, host, port)


class _EndsAtEof:
    """A StreamReader whose read raises EOFError at the end, where panoramisk's loop would spin on empty reads."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def read(self, size: int) -> bytes:
        got = await self._reader.read(size)
        if not got:
            raise EOFError
        return got

    async def readline(self) -> bytes:
        return await self._reader.readline()
