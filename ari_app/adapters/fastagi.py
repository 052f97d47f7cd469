"""What may the dialplan ask the controller? A FastAGI server, through panoramisk: a queue's state, and the centre's own scripts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import structlog
from panoramisk.fast_agi import Application, Request

from ari_app.adapters.agi_script import ScriptEnd, run_script, tell_failed
from ari_app.services import AgiScript

log = structlog.get_logger(__name__)
logging.getLogger("panoramisk.fast_agi").disabled = True

QueueAnswer = tuple[int, int, tuple[float, float] | None]
"""Callers waiting, operators ready, and the expected wait as (low_s, high_s) or None when it is not known."""

REQUEST_DEADLINE_S = 5.0
SCRIPT_OVERTIME_S = 2.0
"""For how long a script may go on after its own time: the call, which takes the caller away, comes first."""
ENDS_WITHIN_S = 10.0
"""For all that comes after a script's deadline."""
TOLD: dict[ScriptEnd, str] = {"done": "", "failed": "FAILURE", "late": "FAILURE", "left": ""}
"""What the dialplan is told of each end, by Asterisk's words for it."""


def no_script(name: str) -> AgiScript:
    """Raises LookupError."""
    raise LookupError(name)


async def serve_fastagi(
    host: str, port: int, ask_queue: Callable[[str], QueueAnswer], script_of: Callable[[str], AgiScript] = no_script
) -> asyncio.Server:
    """Listen for ``agi://host:port/queue-status,QUEUE`` and ``agi://host:port/script,NAME``. The caller closes the server.

    The first sets CENTRALITA_WAITING, CENTRALITA_READY, and CENTRALITA_WAIT_LOW_S and _HIGH_S (empty when not known). ``ask_queue``
    raises LookupError for an unknown queue: then no variable is set. The second lets the script that ``script_of`` gives serve the
    call; nothing else is ever started. It raises LookupError for an unknown name. CENTRALITA_AGI_FAILED tells what went wrong.
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

    async def script(request: Request) -> None:
        name = request.headers.get("agi_arg_1", "")
        try:
            found = script_of(name)
            deadline_s = found.timeout_s + SCRIPT_OVERTIME_S
            request.reader.allow_s(deadline_s + ENDS_WITHIN_S)
            end = await run_script(found, request.headers, request.reader, request.writer, deadline_s)
            told = TOLD[end]
        except (LookupError, OSError) as unknown:
            end, told = "failed", "NOTFOUND"
            log.warning("agi_script_not_started", script=name[:40], why=str(unknown))
        log.info("agi_script_ended", script=name[:40], end=end)
        if end != "left":
            await tell_failed(told, request.reader, request.writer)

    application = Application(loop=asyncio.get_running_loop())
    application.add_route("queue-status", queue_status)
    application.add_route("script", script)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # panoramisk reads the header block without a deadline, and for ever after an early end of file.
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_S) as deadline:
                await application.handler(_FromAsterisk(reader, deadline), writer)
        except (TimeoutError, ConnectionError, EOFError) as broken:
            log.warning("fastagi_request_broken", why=type(broken).__name__)
        finally:
            writer.close()

    return await asyncio.start_server(handle, host, port)


class _FromAsterisk:
    """A StreamReader whose ``read`` raises EOFError at the end, where panoramisk's loop would spin on empty reads.

    A caller's name may hold bytes that are no text; panoramisk would end the connection for them.
    """

    def __init__(self, reader: asyncio.StreamReader, deadline: asyncio.Timeout) -> None:
        self._reader = reader
        self._deadline = deadline

    def allow_s(self, from_now_s: float) -> None:
        """The whole request may take so much longer."""
        self._deadline.reschedule(asyncio.get_running_loop().time() + from_now_s)

    async def read(self, _size: int) -> bytes:
        if not (got := await self.readline()):
            raise EOFError
        return got

    async def readline(self) -> bytes:
        return (await self._reader.readline()).decode(errors="replace").encode()
