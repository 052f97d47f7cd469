"""A phone registers with a proof, keeps it fresh, takes it back, and says why it was refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest

from sip_agents import NotInTime, RegistrationRefused, SipAgent, Timing
from sip_agents.address import parse_uri
from sip_agents.digest import Challenge, Credentials, answer
from sip_agents.exchange import Exchange
from sip_agents.message import Headers, Message, Request, Response, response_to
from sip_agents.registration import granted_s
from sip_agents.trace import Way
from sip_agents.transactions import ServerTransaction
from sip_agents.udp import UdpSocket

from .conftest import Phones

SECRET = 'p4ss "word"'


class Registrar:
    """A registrar written by hand: challenges with MD5 and SHA-256, knows one secret, grants ``grants_s`` seconds."""

    def __init__(self) -> None:
        self.exchange = Exchange(partial(UdpSocket, "127.0.0.1", 0), Timing(), lambda: 0.0, self)
        self.bound: dict[str, int] = {}
        self.heard: asyncio.Queue[Request] = asyncio.Queue()
        self.grants_s = 300
        self.least_s = 0
        self.refuses: int | None = None
        self.nonce = "n0nce"

    @property
    def address(self) -> tuple[str, int]:
        return self.exchange.wire.address

    def on_ack(self, ack: Request) -> None:
        raise AssertionError("a registrar gets no ACK")

    def on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        self.heard.put_nowait(request)
        expires_s = int(request.headers.need("Expires"))
        if self.refuses is not None:
            transaction.respond(response_to(request, self.refuses, "", "r"))
        elif not self.proven(request):
            stale = ", stale=true" if request.headers.first("Authorization") and self.nonce != "n0nce" else ""
            offers = [
                f'Digest realm="centre, one", nonce="{self.nonce}", qop="auth"{stale}, algorithm={name}'
                for name in ("MD5", "SHA-256")
            ]
            fields = [("WWW-Authenticate", offer) for offer in offers]
            transaction.respond(response_to(request, 401, "", "r", *fields))
        elif 0 < expires_s < self.least_s:
            transaction.respond(response_to(request, 423, "", "r", ("Min-Expires", str(self.least_s))))
        else:
            self.bind(transaction, expires_s)

    def bind(self, transaction: ServerTransaction, expires_s: int) -> None:
        contact = str(transaction.request.headers.contact)
        granted = min(expires_s, self.grants_s)
        self.bound = {contact: granted} if granted else {}
        fields = [("Contact", f"{contact};expires={granted}")] if granted else []
        transaction.respond(response_to(transaction.request, 200, "", "r", *fields))

    def proven(self, request: Request) -> bool:
        proof = request.headers.first("Authorization") or ""
        given = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', proof))
        if "algorithm=SHA-256" not in proof or given.get("nonce") != self.nonce:
            return False
        challenge = Challenge("centre, one", self.nonce, "SHA-256", None, uses_qop=True, stale=False)
        who = Credentials(given["username"], SECRET)
        return bool(given["response"] == answer(challenge, who, "REGISTER", given["uri"], given["cnonce"]))


@pytest.fixture
async def registrar() -> AsyncIterator[Registrar]:
    registrar = Registrar()
    yield registrar
    registrar.exchange.close()


async def test_phone_registers_and_unregisters_with_a_proof(registrar: Registrar, phone: Phones) -> None:
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    assert ana.registered_until is None
    await ana.register(expires_s=600)
    assert registrar.bound == {f"<{ana.uri}>": 300}
    assert ana.registered_until is not None
    await ana.unregister()
    assert (registrar.bound, ana.registered_until) == ({}, None)


async def test_closing_a_registered_phone_unregisters_it(registrar: Registrar) -> None:
    async with SipAgent(registrar=registrar.address, user="1001", secret=SECRET) as ana:
        await ana.register()
        assert registrar.bound
    assert not registrar.bound


async def test_wrong_secret_is_refused_after_one_try(registrar: Registrar, phone: Phones) -> None:
    ana = await phone(registrar=registrar.address, user="1001", secret="wrong")
    with pytest.raises(RegistrationRefused, match="401"):
        await ana.register()
    assert registrar.heard.qsize() == 2
    assert ana.registered_until is None


async def test_refusal_says_its_status(registrar: Registrar, phone: Phones) -> None:
    registrar.refuses = 403
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    with pytest.raises(RegistrationRefused) as refusal:
        await ana.register()
    assert refusal.value.status == 403


async def test_too_short_an_expiry_is_asked_for_again_as_long_as_the_registrar_wants(
    registrar: Registrar, phone: Phones
) -> None:
    registrar.least_s, registrar.grants_s = 120, 3600
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    await ana.register(expires_s=10)
    assert list(registrar.bound.values()) == [120]


async def test_registration_is_refreshed_before_it_lapses(registrar: Registrar, phone: Phones) -> None:
    registrar.grants_s = 1
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    await ana.register()
    async with asyncio.timeout(5):
        for _ in range(4):  # two requests, challenged and proven, for each of two rounds
            request = await registrar.heard.get()
    assert request.headers.cseq.number == 4
    assert len(set(registrar.bound)) == 1


async def test_phone_that_unregistered_is_not_refreshed_any_more(registrar: Registrar, phone: Phones) -> None:
    registrar.grants_s = 1
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    bea = await phone(registrar=registrar.address, user="1002", secret=SECRET)
    await ana.register()
    await ana.unregister()
    await bea.register()
    asked = len(ana.trace)
    refreshed = asyncio.Event()

    def notices(way: Way, message: Message) -> bool:
        refreshed.set()
        return False

    bea.lose(notices)
    await asyncio.wait_for(refreshed.wait(), 5)  # ana's turn would have come before
    assert len(ana.trace) == asked


async def test_stale_nonce_is_no_refusal(registrar: Registrar, phone: Phones) -> None:
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    registrar.nonce = "n0nce"

    def changes_nonce(way: object, message: object) -> bool:
        if isinstance(message, Request) and message.headers.first("Authorization") and way == "out":
            registrar.nonce = "an0ther"
        return False

    ana.lose(changes_nonce)
    await ana.register()
    assert registrar.bound
    assert registrar.heard.qsize() == 3


async def test_silent_registrar_is_408_when_given_up_and_not_in_time_before(
    registrar: Registrar, phone: Phones
) -> None:
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET, timing=Timing(t1_s=0.01))
    ana.lose(lambda way, message: True)
    with pytest.raises(NotInTime, match="REGISTER"):
        await ana.register(timeout_s=0.05)
    with pytest.raises(RegistrationRefused, match="408"):
        await ana.register(timeout_s=5)


async def test_secret_never_shows_in_the_trace(registrar: Registrar, phone: Phones) -> None:
    ana = await phone(registrar=registrar.address, user="1001", secret=SECRET)
    await ana.register()
    proofs = [traced.text() for traced in ana.trace if "Authorization" in traced.text()]
    assert len(proofs) == 1
    assert "Authorization: Digest (redacted)\n" in proofs[0]
    assert "response=" not in proofs[0]
    assert (
        ana.trace.ladder()
        .splitlines()[0]
        .endswith(f"REGISTER sip:127.0.0.1:{registrar.address[1]} SIP/2.0  [1 REGISTER]")
    )


def test_granted_time_is_that_of_our_own_contact() -> None:
    contact = parse_uri("sip:1001@127.0.0.2:6000")

    def granted(*fields: tuple[str, str]) -> int:
        return granted_s(Response(200, "OK", Headers(fields)), contact, 300)

    other = "<sip:1001@127.0.0.9:7000>;expires=9"
    assert granted(("Contact", f"{other}, <sip:1001@127.0.0.2:6000>;expires=60"), ("Expires", "90")) == 60
    assert granted(("Contact", other), ("Expires", "90")) == 90
    assert granted() == 300
