"""An ARI command always ends: with its answer, with a refusal in our own words, or at its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ari_app.adapters.ari_http import AriHttp
from ari_app.telephony import AlreadyThere, ChannelGone, PhoneUnreachable, TelephonyAway, TelephonyError


@asynccontextmanager
async def asterisk_that_answers(answer: bytes | None) -> AsyncIterator[str]:
    """The address of a server that answers so, or, with None, never."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await done.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ari/channels/c1"
        done.set()


async def ask(url: str, deadline_s: float = 10.0) -> None:
    http = AriHttp("centralita", "the-secret", deadline_s)
    try:
        await http.request("POST", url)
    finally:
        await http.close()


async def test_a_command_that_is_never_answered_ends_at_its_deadline() -> None:
    async with asterisk_that_answers(None) as url:
        with pytest.raises(TelephonyAway, match=r"POST channels/c1: no answer in 0\.1 s"):
            await ask(url, deadline_s=0.1)


async def test_an_asterisk_that_is_not_there_is_away() -> None:
    async with asterisk_that_answers(None) as url:
        pass
    with pytest.raises(TelephonyAway, match="POST channels/c1"):
        await ask(url)


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        ("404 Not Found", "Channel not found", ChannelGone),
        ("409 Conflict", "Channel not in Stasis application", ChannelGone),
        ("409 Conflict", "Channel with given unique ID already exists", AlreadyThere),
        ("500 Internal Server Error", "Allocation failed", PhoneUnreachable),
        ("503 Service Unavailable", "busy", TelephonyError),
    ],
)
async def test_each_refusal_has_its_meaning_and_tells_no_secret(
    status: str, body: str, meaning: type[TelephonyError]
) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    async with asterisk_that_answers((head + body).encode()) as url:
        with pytest.raises(meaning) as told:
            await ask(url)
    assert told.type is meaning
    assert body in str(told.value)
    assert "the-secret" not in str(told.value)
