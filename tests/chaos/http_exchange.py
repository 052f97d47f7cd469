"""What does the server say to these bytes? One connection, with an end to every wait."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Final

ATTACKER_IP: Final = "127.0.0.9"
"""Where fuzzed requests come from: some log-ins among them are tried, and for these the address is banned. Proper use goes on."""
QUIET_S: Final = 1.0
"""Nothing for so long: the request was not whole, and no more of it comes."""
HUNG_S: Final = 10.0
"""After the end of what is sent, the server closes within this time."""
_STATUS: Final = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2})[ \r]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_ENOUGH: Final = 300_000


@dataclass(frozen=True, slots=True)
class Answer:
    """``statuses`` in their order, none if the connection was only closed; ``hung``: not even that."""

    statuses: tuple[int, ...]
    took_s: float
    hung: bool = False

    @property
    def in_a_word(self) -> str:
        """For a count of answers."""
        return "hang" if self.hung else str(self.statuses[0]) if self.statuses else "closed without an answer"


async def exchange(host: str, port: int, sent: bytes) -> Answer:
    """Send from ATTACKER_IP, and read the answers. Raises OSError when nobody listens."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(host, port, local_addr=(ATTACKER_IP, 0))
    wanted = max(1, sent.count(b" HTTP/1."))
    received, hung = bytearray(), False
    try:
        writer.write(sent)
        try:
            closed = await _read(reader, received, wanted)
            if not closed and not _is_whole(received, wanted):
                writer.write_eof()
                hung = not await _closes(reader, received)
        except (ConnectionError, OSError):
            pass  # closed while we were still writing: an answer as good as any to what is not HTTP
    finally:
        writer.transport.abort()
    return Answer(tuple(map(int, _STATUS.findall(received))), time.monotonic() - began, hung)


async def _read(reader: asyncio.StreamReader, received: bytearray, wanted: int) -> bool:
    """Until the answers are whole or nothing comes for a while; whether the server has closed."""
    while not _is_whole(received, wanted):
        try:
            async with asyncio.timeout(QUIET_S):
                chunk = await reader.read(65_536)
        except TimeoutError:
            return False
        if not chunk:
            return True
        received += chunk
    return False


async def _closes(reader: asyncio.StreamReader, received: bytearray) -> bool:
    try:
        async with asyncio.timeout(HUNG_S):
            while chunk := await reader.read(65_536):
                received += chunk
    except TimeoutError:
        return False
    return True


def _is_whole(received: bytearray, wanted: int) -> bool:
    """Whether as many answers are there as were asked for; a stream of events is after its first bytes."""
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return False
    if b"text/event-stream" in head or len(received) > _ENOUGH:
        return len(body) > 0 or b"text/event-stream" not in head
    if len(_STATUS.findall(received)) < wanted:
        return False
    found = _LENGTH.search(head)
    return wanted > 1 or (len(body) >= int(found[1]) if found else body.endswith(b"0\r\n\r\n") or not body)
