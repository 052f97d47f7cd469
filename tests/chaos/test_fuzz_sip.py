"""RFC 4475 and some hundreds of spoilt datagrams to a real Asterisk; 10,000: ``python -m tests.chaos.fuzz --only sip``."""

from __future__ import annotations

import random

import pytest

from sip_agents import MalformedMessage
from sip_agents.message import Request, Response, parse
from tests.chaos import fuzz_sip, rfc4475
from tests.chaos.sip_messages import INSIDE, OUTSIDE, Dialog, Sender, in_dialog
from tests.chaos.sip_mutations import spoilt_message
from tests.network import may_have_one

COUNT, SEED = 400, 20261127
SENDER = Sender(("127.0.0.2", 5062), "600111222", ("127.0.0.1", 5060))
TORTURE = rfc4475.messages()


def dialog() -> Dialog:
    return Dialog("c1", "<sip:a@127.0.0.2>;tag=1", "<sip:b@127.0.0.1>;tag=2", "sip:b@127.0.0.1:5060")


@pytest.mark.e2e
@pytest.mark.skipif(
    not may_have_one(), reason="a network of its own needs root: mutated addresses must not lead outside"
)
def test_no_datagram_brings_asterisk_or_the_engine_down_and_nothing_is_left_of_any() -> None:
    result = fuzz_sip.run(COUNT, SEED, print)
    assert result.unharmed, result.in_words()
    assert result.sample >= COUNT
    assert result.sent["RFC 4475"] == 2 * len(TORTURE)
    assert result.beside["call afterwards served"] == 1
    assert result.answers["200"] > 0


def test_all_messages_of_rfc_4475_are_there() -> None:
    counts = {"3.1.1": 13, "3.1.2": 19, "3.2": 1, "3.3": 15, "3.4": 1}
    sections = [message.section for message in TORTURE]
    assert sections == [f"{section}.{number + 1}" for section, count in counts.items() for number in range(count)]


def test_what_cannot_be_seen_is_as_in_the_rfc() -> None:
    by_name = {message.name: message.datagram for message in TORTURE}
    assert b'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <' in by_name["intmeth"]
    assert by_name["trws"].startswith(b"OPTIONS sip:remote-target@example.com SIP/2.0  \r\n")
    assert by_name["noreason"].startswith(b"SIP/2.0 100 \r\n")
    assert by_name["wsinv"].partition(b"\r\n\r\n")[2].startswith(b"v=0\r\n")
    assert len(by_name["wsinv"].partition(b"\r\n\r\n")[2]) == 150
    assert all(b"<hex>" not in datagram and b"<end/>" not in datagram for datagram in by_name.values())


@pytest.mark.parametrize("message", TORTURE, ids=lambda message: message.name)
def test_our_own_parser_reads_or_refuses_each_message_of_the_rfc(message: rfc4475.Torture) -> None:
    read_or_refused(message.datagram)


def read_or_refused(datagram: bytes) -> Request | Response | None:
    try:
        return parse(datagram)
    except MalformedMessage:
        return None


def test_messages_before_mutation_are_proper() -> None:
    chance = random.Random(SEED)
    for _ in range(50):
        for make in OUTSIDE.values():
            assert read_or_refused(make(SENDER, chance)) is not None
        for make_inside in INSIDE.values():
            assert read_or_refused(make_inside(SENDER, chance, dialog())) is not None


def test_our_own_parser_reads_or_refuses_whatever_mutation_makes() -> None:
    chance = random.Random(SEED)
    read = [
        read_or_refused(spoilt_message(chance, OUTSIDE[chance.choice(sorted(OUTSIDE))](SENDER, chance))[1])
        for _ in range(3_000)
    ]
    assert 300 < sum(message is not None for message in read) < 2_900, "some are read, some refused"


def test_every_kind_of_mutation_is_made_and_none_is_larger_than_a_datagram() -> None:
    chance = random.Random(SEED)
    made = [spoilt_message(chance, OUTSIDE["INVITE"](SENDER, chance)) for _ in range(500)]
    assert {kind for kind, _ in made} == {"headers", "SDP", "bytes"}
    assert all(len(datagram) <= 60_000 for _, datagram in made)


def test_cseq_goes_on_in_a_dialog_but_for_ack_and_cancel() -> None:
    call, chance = dialog(), random.Random(SEED)
    numbers = [
        parse(in_dialog(SENDER, chance, call, method)).headers.cseq.number
        for method in ("INFO", "ACK", "CANCEL", "BYE")
    ]
    assert numbers == [2, 2, 2, 3]
