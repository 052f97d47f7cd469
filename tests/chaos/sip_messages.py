"""Which proper SIP messages does a fuzzer begin with? Every method that a carrier or a phone sends, and answers, with SDP."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sip_agents.message import Request

Address = tuple[str, int]
NUMBERS: Final = (
    "900100200",
    "900100201",
    "900100202",
    "900100210",
    "900100999",
    "1009",
    "*11",
    "nobody",
    "900100201;phone-context=x",
)
ALLOW: Final = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, INFO, NOTIFY, UPDATE, PRACK"
METHODS: Final = (
    "INVITE",
    "REGISTER",
    "OPTIONS",
    "SUBSCRIBE",
    "NOTIFY",
    "MESSAGE",
    "PUBLISH",
    "INFO",
    "UPDATE",
    "PRACK",
    "BYE",
    "CANCEL",
    "ACK",
    "REFER",
)


@dataclass(slots=True)
class Dialog:
    """A call that stands: what in-dialog requests need. ``sequence`` is the last CSeq that was used."""

    call_id: str
    local: str
    remote: str
    target: str
    sequence: int = 1


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose messages these are: its address, its number, and where they are sent."""

    own: Address
    user: str
    to: Address

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.own[0]}:{self.own[1]}>"

    def via(self, branch: str) -> str:
        """A Via with ``rport``, so that answers come back here."""
        return f"Via: SIP/2.0/UDP {self.own[0]}:{self.own[1]};rport;branch=z9hG4bK{branch}"


def token(chance: random.Random) -> str:
    """For a tag, a branch or a Call-ID."""
    return f"{chance.getrandbits(64):016x}"


def sdp(sender: Sender, chance: random.Random, direction: str = "sendrecv", port: int | None = None) -> str:
    """An offer or answer of G.711; the sound's port is nobody's."""
    ip, number = sender.own[0], chance.getrandbits(31)
    lines = ["v=0", f"o=- {number} {number} IN IP4 {ip}", "s=-", f"c=IN IP4 {ip}", "t=0 0"]
    lines += [f"m=audio {port or chance.randrange(20_000, 60_000, 2)} RTP/AVP 8 0 101", "a=rtpmap:8 PCMA/8000"]
    lines += [
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        f"a={direction}",
    ]
    return "\r\n".join(lines) + "\r\n"


def written(start: str, headers: list[str], body: str = "", kind: str = "application/sdp") -> bytes:
    """A message as it is sent."""
    about = [f"Content-Type: {kind}"] if body else []
    return "\r\n".join([start, *headers, *about, f"Content-Length: {len(body.encode())}", "", body]).encode()


def request(
    sender: Sender,
    chance: random.Random,
    method: str,
    number: str,
    *more: str,
    body: str = "",
    kind: str = "application/sdp",
) -> bytes:
    """A request outside any dialog."""
    host = f"{sender.to[0]}:{sender.to[1]}"
    headers = [
        sender.via(token(chance)),
        "Max-Forwards: 70",
        f"From: <sip:{sender.user}@{sender.own[0]}>;tag={token(chance)}",
    ]
    headers += [f"To: <sip:{number}@{host}>", f"Call-ID: {token(chance)}@{sender.own[0]}", f"CSeq: 1 {method}"]
    headers += [f"Contact: {sender.contact}", ALLOW, "User-Agent: fuzz", *more]
    return written(f"{method} sip:{number}@{host} SIP/2.0", headers, body, kind)


def in_dialog(
    sender: Sender,
    chance: random.Random,
    dialog: Dialog,
    method: str,
    *more: str,
    body: str = "",
    kind: str = "application/sdp",
) -> bytes:
    """A request in a dialog; its CSeq is the next one but for ACK and CANCEL."""
    if method not in ("ACK", "CANCEL"):
        dialog.sequence += 1
    headers = [sender.via(token(chance)), "Max-Forwards: 70", f"From: {dialog.local}", f"To: {dialog.remote}"]
    headers += [f"Call-ID: {dialog.call_id}", f"CSeq: {dialog.sequence} {method}", f"Contact: {sender.contact}", *more]
    return written(f"{method} {dialog.target} SIP/2.0", headers, body, kind)


def response(to: Request, status: int, sender: Sender, tag: str, body: str = "") -> bytes:
    """A response to a request that came; its headers are copied."""
    copied = [
        f"{name}: {value}"
        for name in ("Via", "Record-Route", "From", "Call-ID", "CSeq")
        for value in to.headers.every(name)
    ]
    recipient = to.headers.need("To")
    tagged = recipient if ";tag=" in recipient or status == 100 else f"{recipient};tag={tag}"
    return written(f"SIP/2.0 {status} Whatever", [*copied, f"To: {tagged}", f"Contact: {sender.contact}", ALLOW], body)


def invite(sender: Sender, chance: random.Random) -> bytes:
    """A new call."""
    more = chance.choice(
        (
            (),
            ("Supported: 100rel, timer, replaces",),
            ("Session-Expires: 90;refresher=uac", "Supported: timer"),
            ('Replaces: "x";to-tag=a;from-tag=b',),
        )
    )
    return request(sender, chance, "INVITE", chance.choice(NUMBERS), *more, body=sdp(sender, chance))


def _register(sender: Sender, chance: random.Random) -> bytes:
    parts = {
        "username": sender.user,
        "realm": "asterisk",
        "nonce": token(chance),
        "uri": "sip:x",
        "response": token(chance),
    }
    proof = "Authorization: Digest " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
    more = ("Expires: 60", proof) if chance.random() < 0.5 else ("Expires: 60",)
    return request(sender, chance, "REGISTER", chance.choice(("1009", "1001", "nobody")), *more)


def _refer(sender: Sender, chance: random.Random) -> bytes:
    return request(
        sender, chance, "REFER", "900100201", "Refer-To: <sip:1009@127.0.0.1>", f"Referred-By: {sender.contact}"
    )


def _subscribe(sender: Sender, chance: random.Random) -> bytes:
    event = chance.choice(("presence", "dialog", "message-summary", "refer", "x"))
    return request(
        sender, chance, "SUBSCRIBE", "1009", f"Event: {event}", "Accept: application/pidf+xml", "Expires: 60"
    )


def _message(sender: Sender, chance: random.Random) -> bytes:
    return request(sender, chance, "MESSAGE", "900100201", body="hello", kind="text/plain")


def _plain(sender: Sender, chance: random.Random) -> bytes:
    return request(
        sender,
        chance,
        chance.choice(METHODS),
        chance.choice(NUMBERS),
        body=sdp(sender, chance) if chance.random() < 0.3 else "",
    )


def _stray_response(sender: Sender, chance: random.Random) -> bytes:
    """An answer to nothing."""
    status = chance.choice((100, 180, 183, 200, 202, 302, 401, 407, 422, 486, 487, 491, 500, 503, 603, 699))
    method = chance.choice(METHODS)
    headers = [
        f"Via: SIP/2.0/UDP {sender.to[0]}:{sender.to[1]};rport;branch=z9hG4bKPj{token(chance)}",
        f"From: <sip:x@{sender.to[0]}>;tag={token(chance)}",
    ]
    headers += [
        f"To: {sender.contact};tag={token(chance)}",
        f"Call-ID: {token(chance)}",
        f"CSeq: {chance.randrange(1, 60_000)} {method}",
        f"Contact: {sender.contact}",
    ]
    return written(f"SIP/2.0 {status} Whatever", headers, sdp(sender, chance) if status < 300 else "")


OUTSIDE: Final[Mapping[str, Callable[[Sender, random.Random], bytes]]] = {
    "INVITE": invite,
    "REGISTER": _register,
    "REFER": _refer,
    "SUBSCRIBE": _subscribe,
    "MESSAGE": _message,
    "other methods": _plain,
    "stray response": _stray_response,
}
"""Messages that need no dialog."""


def _reinvite(sender: Sender, chance: random.Random, dialog: Dialog) -> bytes:
    direction = chance.choice(("sendrecv", "sendonly", "recvonly", "inactive"))
    return in_dialog(sender, chance, dialog, "INVITE", body=sdp(sender, chance, direction))


def _info(sender: Sender, chance: random.Random, dialog: Dialog) -> bytes:
    body, kind = chance.choice(
        (
            ("Signal=5\r\nDuration=160\r\n", "application/dtmf-relay"),
            ("7", "application/dtmf"),
            ("<media_control/>", "application/media_control+xml"),
        )
    )
    return in_dialog(sender, chance, dialog, "INFO", body=body, kind=kind)


def _refer_in(sender: Sender, chance: random.Random, dialog: Dialog) -> bytes:
    target = chance.choice(
        ("<sip:1009@127.0.0.1>", "<sip:soporte@127.0.0.1?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>", "tel:1009")
    )
    return in_dialog(sender, chance, dialog, "REFER", f"Refer-To: {target}", f"Referred-By: {sender.contact}")


def _bare(method: str) -> Callable[[Sender, random.Random, Dialog], bytes]:
    return lambda sender, chance, dialog: in_dialog(sender, chance, dialog, method)


INSIDE: Final[Mapping[str, Callable[[Sender, random.Random, Dialog], bytes]]] = {
    "re-INVITE": _reinvite,
    "INFO": _info,
    "REFER in dialog": _refer_in,
    "BYE": _bare("BYE"),
    "ACK": _bare("ACK"),
    "CANCEL": _bare("CANCEL"),
    "UPDATE": lambda sender, chance, dialog: in_dialog(sender, chance, dialog, "UPDATE", body=sdp(sender, chance)),
    "OPTIONS in dialog": _bare("OPTIONS"),
    "NOTIFY": lambda sender, chance, dialog: in_dialog(
        sender,
        chance,
        dialog,
        "NOTIFY",
        "Event: refer",
        "Subscription-State: active",
        body="SIP/2.0 200 OK",
        kind="message/sipfrag",
    ),
    "PRACK": lambda sender, chance, dialog: in_dialog(sender, chance, dialog, "PRACK", "RAck: 1 1 INVITE"),
}
"""Requests in a dialog that stands."""
