"""Messages are lost, doubled and damaged on the way; calls go on, or end and say so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from sip_agents import CallRefused, SipAgent, Timing
from sip_agents.message import Message, Response, parse, serialise
from sip_agents.rtp import write_rtp
from sip_agents.trace import Way
from sip_agents.voice import tone_frames

from .conftest import Phones, Stranger


def first(count: int, way: Way, wanted: Callable[[Message], bool]) -> Callable[[Way, Message], bool]:
    """Lose the first ``count`` messages of a kind that go ``way``."""
    seen = 0

    def loses(went: Way, message: Message) -> bool:
        nonlocal seen
        seen += went == way and wanted(message)
        return went == way and wanted(message) and seen <= count

    return loses


def is_request(method: str) -> Callable[[Message], bool]:
    return lambda message: not isinstance(message, Response) and message.method == method


def is_response(status: int, method: str) -> Callable[[Message], bool]:
    return lambda message: (
        isinstance(message, Response)
        and (message.status, message.headers.cseq.method)
        == (
            status,
            method,
        )
    )


def noting(done: asyncio.Event, way: Way, wanted: Callable[[Message], bool]) -> Callable[[Way, Message], bool]:
    """Lose nothing, but set ``done`` when a message of a kind goes ``way``."""

    def loses(went: Way, message: Message) -> bool:
        if went == way and wanted(message):
            done.set()
        return False

    return loses


def sent(phone: SipAgent, start: str) -> int:
    """How many messages that begin with ``start`` a phone has put on the wire, lost ones included."""
    return sum(traced.way == "out" and traced.message.start_line.startswith(start) for traced in phone.trace)


@pytest.mark.parametrize("count", [1, 2])
async def test_lost_invite_is_sent_again(phone: Phones, count: int) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer = 0.0
    ana.lose(first(count, "out", is_request("INVITE")))
    await (await ana.call(bea.uri)).answered()
    assert sent(ana, "INVITE") == count + 1


async def test_lost_200_is_sent_again_until_it_is_acknowledged(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.lose(first(2, "out", is_response(200, "INVITE")))
    call = await ana.call(bea.uri)
    await (await bea.incoming()).answer()
    await call.answered()
    assert sent(bea, "SIP/2.0 200") == 3


async def test_lost_ack_is_sent_again_for_each_repeated_200(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    ana.lose(first(2, "out", is_request("ACK")))
    call = await ana.call(bea.uri)
    await (await bea.incoming()).answer()
    assert sent(ana, "ACK") == 3
    assert call.end_reason is None


async def test_answer_that_is_never_acknowledged_ends_with_bye(phone: Phones) -> None:
    quick = Timing(t1_s=0.01, t2_s=0.05, t4_s=0.05)
    ana, bea = await phone(user="ana"), await phone(user="bea", timing=quick)
    ana.lose(first(10_000, "out", is_request("ACK")))
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    incoming.accept()
    assert await incoming.ended() == "no_response"
    assert await call.ended() == "remote_bye"


async def test_lost_bye_is_sent_again(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer = 0.0
    call = await ana.call(bea.uri)
    await call.answered()
    ana.lose(first(2, "out", is_request("BYE")))
    await call.hang_up()
    assert ana.trace.ladder().endswith("200 OK  [2 BYE]")  # it waits for the far side's consent
    assert await (await bea.incoming()).ended() == "remote_bye"


@pytest.mark.parametrize("lost", ["CANCEL", "200", "487"])
async def test_cancel_survives_the_loss_of_any_of_its_messages(phone: Phones, lost: str) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_ring = True
    call = await ana.call(bea.uri)
    await call.reached("ringing")
    kind = {"CANCEL": is_request("CANCEL"), "200": is_response(200, "CANCEL"), "487": is_response(487, "INVITE")}[lost]
    bea.lose(first(2, "in" if lost == "CANCEL" else "out", kind))
    await call.hang_up()
    assert call.end_reason == "cancelled"
    await (await bea.incoming()).cancelled()


async def test_lost_ack_of_a_refusal_is_sent_again(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_reject = 486
    ana.lose(first(2, "out", is_request("ACK")))
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="486"):
        await call.answered()
    done = asyncio.Event()
    bea.lose(noting(done, "in", is_request("ACK")))
    await asyncio.wait_for(done.wait(), 5)
    assert sent(bea, "SIP/2.0 486") == 3


async def test_call_that_nobody_answers_at_all_is_408(phone: Phones) -> None:
    ana, bea = await phone(user="ana", timing=Timing(t1_s=0.005)), await phone(user="bea")
    bea.silent = True
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="408"):
        await call.answered()
    assert call.end_reason == "no_response"
    # At 0, 1, 3, 7, 15, 31 and 63 T1 (RFC 3261, 17.1.1.2); on a busy machine the last comes after the end at 64 T1.
    assert sent(ana, "INVITE") in (6, 7)


async def test_network_that_loses_the_first_two_copies_of_everything_still_carries_a_call(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea", tone_hz=1336.0)
    copies: Counter[tuple[Way, str, str]] = Counter()

    def loses(way: Way, message: Message) -> bool:
        same = way, message.start_line, str(message.headers.cseq)
        copies[same] += 1
        return copies[same] <= 2

    ana.lose(loses)
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    await asyncio.gather(incoming.answer(), call.answered())
    await asyncio.gather(call.heard_tone(1336.0), incoming.heard_tone(697.0))
    await call.hang_up()
    assert await incoming.ended() == "remote_bye"


async def test_malformed_datagrams_are_counted_and_harm_no_call(phone: Phones, stranger: Stranger) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea")
    bea.auto_answer = 0.0
    await (await ana.call(bea.uri)).answered()
    incoming = await bea.incoming()
    invite = serialise(next(iter(ana.trace)).message)
    junk = [b"junk", bytes(range(256)), invite[:100], invite.replace(b"CSeq: 1", b"CSeq: x"), b"\x80" * 9]
    other = invite.replace(b"branch=", b"branch=other")
    junk.append(other.replace(b"Contact: <sip:", b"Contact: <sip;"))
    for datagram in (b"\r\n\r\n", *junk):
        stranger.send(datagram, bea.address)
        stranger.send(datagram, ("127.0.0.1", incoming.rtp_port))
    await incoming.heard_only({697.0}, (697.0, 1336.0))
    assert bea.malformed == len(junk)  # a keep-alive is none
    assert len(bea.calls) == 1


async def test_invite_with_an_unreadable_contact_is_400_and_no_call(phone: Phones, stranger: Stranger) -> None:
    bea = await phone(user="bea")
    stranger.ask(bea, f"INVITE c 1 <{bea.uri}>", contact="<sip;broken>")
    assert (await stranger.answer()).startswith(b"SIP/2.0 400")
    assert (bea.malformed, bea.calls) == (1, ())


async def test_sound_from_a_port_that_is_not_the_far_sides_is_not_heard(phone: Phones, stranger: Stranger) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea")
    bea.auto_answer = 0.0
    await (await ana.call(bea.uri)).answered()
    incoming = await bea.incoming()
    for n, frame in enumerate(tone_frames("PCMA", 941.0)[:25]):
        stranger.send(write_rtp(8, False, n, 160 * n, 99, frame), ("127.0.0.1", incoming.rtp_port))
    await incoming.heard_tone(697.0)
    assert incoming.heard.tones_heard([697.0, 941.0], last_s=2.0) == {697.0}


@pytest.mark.parametrize("method", ["BYE", "CANCEL", "INVITE", "UPDATE"])
async def test_stranger_cannot_end_or_change_a_call(phone: Phones, stranger: Stranger, method: str) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer = 0.0
    call = await ana.call(bea.uri)
    await call.answered()
    stranger.ask(bea, f"{method} {call.id} {method} <{bea.uri}>;tag=guessed")
    assert (await stranger.answer()).startswith(b"SIP/2.0 481")
    assert (await bea.incoming()).end_reason is None


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("NOTIFY", 200), ("MESSAGE", 405), ("REGISTER", 405)])
async def test_requests_outside_a_call_get_a_plain_answer(
    phone: Phones, stranger: Stranger, method: str, status: int
) -> None:
    bea = await phone(user="bea")
    stranger.ask(bea, f"{method} outside 1 <{bea.uri}>")
    assert (await stranger.answer()).startswith(f"SIP/2.0 {status} ".encode())


async def test_unplugged_phone_answers_no_options_until_it_is_plugged_in(phone: Phones, stranger: Stranger) -> None:
    bea = await phone(user="bea")
    bea.silent = True
    stranger.ask(bea, f"OPTIONS first 1 <{bea.uri}>")
    while len(bea.trace) == 0:  # it came, and was lost
        await asyncio.sleep(0)
    bea.silent = False
    stranger.ask(bea, f"OPTIONS second 2 <{bea.uri}>")
    assert b"Call-ID: second" in await stranger.answer()


async def test_repeated_request_gets_the_same_answer_again(phone: Phones, stranger: Stranger) -> None:
    bea = await phone(user="bea")
    for _ in range(3):
        stranger.ask(bea, f"INVITE twice 1 <{bea.uri}>")
        assert (await stranger.answer()).startswith(b"SIP/2.0 100")
    assert len(bea.calls) == 1


@pytest.mark.parametrize(("method", "status"), [("INFO", 200), ("OPTIONS", 200), ("UPDATE", 200), ("REFER", 405)])
async def test_requests_inside_a_call_are_answered_and_old_ones_refused(
    phone: Phones, stranger: Stranger, method: str, status: int
) -> None:
    bea = await phone(user="bea")
    bea.auto_answer = 0.0
    stranger.ask(bea, f"INVITE inside 1 <{bea.uri}>")
    answer = await stranger.answer()
    while not answer.startswith(b"SIP/2.0 200"):
        answer = await stranger.answer()
    to = parse(answer).headers.need("To")
    stranger.ask(bea, f"ACK inside 2 {to}")
    await (await bea.incoming()).answered()
    stranger.ask(bea, f"{method} inside 3 {to}")
    assert (await stranger.answer()).startswith(b"SIP/2.0 500")  # CSeq 1 was the INVITE's
    stranger.send(_with_cseq(bea, stranger, method, to), bea.address)
    assert (await stranger.answer()).startswith(f"SIP/2.0 {status} ".encode())


def _with_cseq(bea: SipAgent, stranger: Stranger, method: str, to: str) -> bytes:
    here = f"127.0.0.1:{stranger.port}"
    return (
        f"{method} {bea.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK4\r\nFrom: <sip:x@{here}>;tag=x\r\n"
        f"To: {to}\r\nCall-ID: inside\r\nCSeq: 2 {method}\r\nContent-Length: 0\r\n\r\n"
    ).encode()
