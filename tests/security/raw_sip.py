"""SIP as an attacker sends it: any text anywhere, which no proper phone would put there."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sip_agents.digest import Credentials, authorization, parse_challenge

_numbers = itertools.count(1)


@dataclass
class Answered:
    """What came of one request: its final status and the headers of that answer, 0 and none when nothing came."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def shape(self) -> list[str]:
        """The names of its headers, in their order."""
        return [name for name, _ in self.headers]


class RawSip(asyncio.DatagramProtocol):
    """A socket at ``address``; answers are told apart by Call-ID and CSeq."""

    def __init__(self, registrar: tuple[str, int]) -> None:
        self._registrar = registrar
        self._waiting: dict[tuple[str, str], asyncio.Future[Answered]] = {}
        self._socket: asyncio.DatagramTransport | None = None
        self.requests: list[str] = []
        """The first lines of the requests that came."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = transport  # type: ignore[assignment]

    @property
    def address(self) -> tuple[str, int]:
        assert self._socket is not None
        name: tuple[str, int] = self._socket.get_extra_info("sockname")
        return name

    def datagram_received(self, data: bytes, addr: object) -> None:
        head = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
        if not head[0].startswith("SIP/2.0 "):
            self.requests.append(head[0])
            return
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
        answer = Answered(int(head[0].split()[1]), headers)
        waiting = self._waiting.get((answer.header("Call-ID"), answer.header("CSeq")))
        if answer.status >= 200 and waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def send(self, text: str) -> None:
        """Whatever it is."""
        assert self._socket is not None
        self._socket.sendto(text.encode("utf-8", "surrogateescape"), self._registrar)

    def send_within(self, method: str, uri: str, call: str, number: int) -> None:
        """A request of a call that is up, by way of whom this socket speaks to; its answer is not waited for."""
        route = f"Route: <sip:{self._registrar[0]}:{self._registrar[1]};lr>\r\n"
        self.send(
            self._text(
                method, uri, f"<sip:node@{self.address[0]}>", call, number, "<sip:phone@127.0.0.1>;tag=t", route, ""
            )
        )

    def users_asked(self) -> list[str]:
        """The user part of each request's URI, in the order in which they came."""
        return [line.partition("sip:")[2].partition("@")[0] for line in self.requests]

    async def ask(
        self,
        method: str,
        uri: str,
        sender: str,
        *,
        who: Credentials | None = None,
        more: str = "",
        within_s: float = 5.0,
        to: str | None = None,
        body: str = "",
    ) -> Answered:
        """Send a request, with a proof of ``who`` when it is asked for; a call that is answered is ended at once. ``sender`` is the
        whole From without its tag, ``more`` are whole header lines."""
        call = f"raw-{next(_numbers)}-{self.address[1]}"
        answer = await self._once(method, uri, sender, call, 1, to, more, body, within_s)
        if answer.status == 401 and who is not None:
            challenge = parse_challenge(answer.header("WWW-Authenticate"))
            proof = f"Authorization: {authorization(challenge, who, method, uri, 'a-nonce-of-ours')}\r\n"
            answer = await self._once(method, uri, sender, call, 2, to, more + proof, body, within_s)
        if answer.status and method == "INVITE" and answer.status < 300:
            self.send(self._text("BYE", uri, sender, call, 3, answer.header("To"), "", ""))
        return answer

    async def _once(
        self,
        method: str,
        uri: str,
        sender: str,
        call: str,
        number: int,
        to: str | None,
        more: str,
        body: str,
        within_s: float,
    ) -> Answered:
        waiting: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[call, f"{number} {method}"] = waiting
        self.send(self._text(method, uri, sender, call, number, to, more, body))
        try:
            async with asyncio.timeout(within_s):
                answer = await waiting
        except TimeoutError:
            return Answered()
        if method == "INVITE":
            self.send(self._text("ACK", uri, sender, call, number, answer.header("To"), "", ""))
        return answer

    def _text(
        self, method: str, uri: str, sender: str, call: str, number: int, to: str | None, more: str, body: str
    ) -> str:
        ip, port = self.address
        branch = f"z9hG4bK{call}-{number}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:{port};rport;branch={branch}\r\nMax-Forwards: 70\r\n"
            f"From: {sender};tag={call}\r\nTo: {to or f'<{uri}>'}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:raw@{ip}:{port}>\r\n{more}{kind}Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )


@asynccontextmanager
async def raw_sip(registrar: tuple[str, int], ip: str, port: int = 0) -> AsyncIterator[RawSip]:
    """A socket at ``ip``."""
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(lambda: RawSip(registrar), local_addr=(ip, port))
    try:
        yield made
    finally:
        transport.close()


def sdp(ip: str) -> str:
    """An offer of plain sound at a port where nobody listens."""
    return f"v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
