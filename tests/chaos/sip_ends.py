"""Who is at the other end while Asterisk is fuzzed? Lines that answer what it asks, acknowledge what it answers, and hang up."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sip_agents.digest import Credentials, authorization, strongest
from sip_agents.errors import MalformedMessage
from sip_agents.message import Request, Response, parse
from tests.chaos.sip_messages import Address, Dialog, Sender, in_dialog, request, response, sdp, token, written
from tests.chaos.sip_mutations import spoilt_message

ANSWERED_S: Final = 10.0
LAST_SEQUENCE: Final = 2**31 - 1
Noted = Callable[[str, bytes], None]
"""Told of each fuzzed datagram that an end sends by itself: its kind, and the datagram."""


class SipEnd(asyncio.DatagramProtocol):
    """One UDP socket. ``dialogs``: calls that stand, by Call-ID; only those that were opened on purpose stay up.

    ``statuses`` counts what was answered, ``unreadable`` what came and was no SIP for our own parser.
    """

    def __init__(self, user: str, to: Address, chance: random.Random, noted: Noted) -> None:
        self.dialogs: dict[str, Dialog] = {}
        self.statuses: Counter[str] = Counter()
        self.unreadable = 0
        self.chance = chance
        self._user, self._to, self._noted = user, to, noted
        self._awaited: dict[str, asyncio.Future[Response]] = {}
        self._kept: set[str] = set()
        self._known: dict[str, Dialog] = {}

    async def open(self, ip: str) -> SipEnd:
        """Bind to a free port of ``ip``."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(ip, 0))
        self.sender = Sender(self._transport.get_extra_info("sockname")[:2], self._user, self._to)
        return self

    def close(self) -> None:
        """Nothing more is sent or heard."""
        self._transport.close()

    def send(self, datagram: bytes) -> None:
        """To Asterisk."""
        self._transport.sendto(datagram, self._to)

    async def ask(self, message: bytes) -> Response:
        """Send a proper request; the final answer. Raises TimeoutError."""
        call_id = _call_id(message)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._awaited[call_id] = answer
        try:
            self.send(message)
            async with asyncio.timeout(ANSWERED_S):
                return await answer
        finally:
            del self._awaited[call_id]

    async def call(self, number: str) -> Dialog | None:
        """A proper call that stays up; None if it is refused. Raises TimeoutError."""
        invite = request(self.sender, self.chance, "INVITE", number, body=sdp(self.sender, self.chance))
        self._kept.add(_call_id(invite))
        answer = await self.ask(invite)
        return self.dialogs.get(answer.headers.call_id)

    def hang_up(self, dialog: Dialog) -> None:
        """A proper BYE, whatever has become of the call; with the last CSeq, lest a spoilt one has been higher."""
        self.dialogs.pop(dialog.call_id, None)
        dialog.sequence = LAST_SEQUENCE - 1
        self.send(in_dialog(self.sender, self.chance, dialog, "BYE"))

    async def register(self, secret: str, expires_s: int) -> int:
        """The final status of a registration as ``user``. Raises TimeoutError."""
        uri = f"sip:{self._to[0]}:{self._to[1]}"
        asked = request(self.sender, self.chance, "REGISTER", self._user, f"Expires: {expires_s}")
        challenge = strongest((await self.ask(asked)).headers.every("WWW-Authenticate"))
        assert challenge is not None, "a registrar asks for proof"
        who = Credentials(self._user, secret)
        proof = authorization(challenge, who, "REGISTER", uri, token(self.chance))
        again = request(
            self.sender, self.chance, "REGISTER", self._user, f"Expires: {expires_s}", f"Authorization: {proof}"
        )
        return (await self.ask(again)).status

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """See DatagramProtocol. What cannot be read is Asterisk's answer to nonsense, and no harm."""
        try:
            message = parse(data)
            if isinstance(message, Response):
                self._answered(message)
            else:
                self._asked(message)
        except MalformedMessage:
            self.unreadable += 1

    def error_received(self, exc: Exception) -> None:
        """Nobody listens: whether Asterisk is there is asked elsewhere."""

    def _answered(self, answer: Response) -> None:
        self.statuses[str(answer.status)] += 1
        if answer.status < 200:
            return
        headers = answer.headers
        if headers.cseq.method == "INVITE":
            self._acknowledge(answer)
        waiting = self._awaited.get(headers.call_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _acknowledge(self, answer: Response) -> None:
        headers = answer.headers
        contact = headers.contact
        dialog = Dialog(
            headers.call_id,
            headers.need("From"),
            headers.need("To"),
            str(contact.uri) if contact is not None else f"sip:{self._to[0]}:{self._to[1]}",
            headers.cseq.number,
        )
        if answer.status >= 300:
            copied = [f"Via: {headers.listed('Via')[0]}", f"From: {dialog.local}", f"To: {dialog.remote}"]
            copied += [f"Call-ID: {dialog.call_id}", f"CSeq: {dialog.sequence} ACK", "Max-Forwards: 70"]
            self.send(written(f"ACK sip:x@{self._to[0]}:{self._to[1]} SIP/2.0", copied))
            return
        self.send(in_dialog(self.sender, self.chance, dialog, "ACK"))
        if dialog.call_id in self._kept:
            self.dialogs.setdefault(dialog.call_id, dialog)
        elif dialog.call_id not in self._known:
            self._known[dialog.call_id] = dialog
            asyncio.get_running_loop().call_later(self.chance.random() / 2, self._end, dialog)

    def _end(self, dialog: Dialog) -> None:
        if not self._transport.is_closing():
            self.send(in_dialog(self.sender, self.chance, dialog, "BYE"))

    def _asked(self, asked: Request) -> None:
        self.statuses[f"{asked.method} from Asterisk"] += 1
        match asked.method:
            case "ACK":
                self._confirmed(asked)
            case "INVITE":
                self._called(asked)
            case "BYE":
                self.dialogs.pop(asked.headers.call_id, None)
                self.send(response(asked, 200, self.sender, token(self.chance)))
            case "OPTIONS" if self.chance.random() < 0.3:
                self._answer_oddly(asked, 200)
            case _:
                self.send(response(asked, 200, self.sender, token(self.chance)))

    def _called(self, invite: Request) -> None:
        """Asterisk offers a call: odd answers to it, then a proper refusal."""
        if ";tag=" in invite.headers.need("To"):
            self.send(response(invite, 488, self.sender, ""))
            return
        for _ in range(self.chance.choice((1, 2, 4))):
            self._answer_oddly(invite, self.chance.choice((100, 180, 183, 200, 200, 200, 302, 401, 407, 420, 480, 503)))
        asyncio.get_running_loop().call_later(0.2, self._refuse, invite)

    def _answer_oddly(self, asked: Request, status: int) -> None:
        body = sdp(self.sender, self.chance) if status in (180, 183, 200) and asked.method == "INVITE" else ""
        _, odd = spoilt_message(self.chance, response(asked, status, self.sender, token(self.chance), body))
        self._noted(f"answer to {asked.method}", odd)
        self.send(odd)

    def _refuse(self, invite: Request) -> None:
        if not self._transport.is_closing():
            self.send(response(invite, 486, self.sender, token(self.chance)))

    def _confirmed(self, ack: Request) -> None:
        """An odd answer was taken for a good one: hang up."""
        headers = ack.headers
        if headers.contact is None and ";tag=" not in headers.need("To"):
            return
        with suppress(MalformedMessage):
            target = f"sip:{self._to[0]}:{self._to[1]}"
            self._end(Dialog(headers.call_id, headers.need("To"), headers.need("From"), target, 1))


def _call_id(message: bytes) -> str:
    """Of a proper message of ours."""
    parsed = parse(message)
    return parsed.headers.call_id
