"""REFER: one phone tells another to call a third, and hears how that came out (RFC 3515, 3891, 3892)."""

from __future__ import annotations

import asyncio

import pytest

from sip_agents import CallOver, CallRefused, NotInTime, SipAgent
from sip_agents.address import parse_name_addr
from sip_agents.message import Headers, Request, parse, response_to, serialise
from sip_agents.refer import Replaces, refer_to, sipfrag, status_in
from sip_agents.sdp import LocalAudio, offer

from .conftest import Phones, Stranger, talk

ANA_HZ, BEA_HZ, EVA_HZ = 697.0, 1336.0, 941.0
ALL_HZ = (ANA_HZ, BEA_HZ, EVA_HZ)


async def three(phone: Phones) -> tuple[SipAgent, SipAgent, SipAgent]:
    """Ana, who is asked to call Eva; Bea, who asks her; and Eva."""
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    eva = await phone(user="eva", tone_hz=EVA_HZ)
    ana.follows_refer = True
    return ana, bea, eva


def sent(phone: SipAgent, method: str) -> list[Request]:
    """The requests of ``method`` that ``phone`` has sent, oldest first."""
    return [
        traced.message
        for traced in phone.trace
        if traced.way == "out" and isinstance(traced.message, Request) and traced.message.method == method
    ]


async def test_blind_transfer_is_followed_and_reported_to_its_end(phone: Phones) -> None:
    """RFC 3515, 2.4: 202, then NOTIFYs with the answers that the new call gets."""
    ana, bea, eva = await three(phone)
    call, _ = await talk(bea, ana)
    referral = await call.refer(eva.uri)
    assert referral.response is not None
    assert referral.response.status == 202
    incoming = await eva.incoming()
    incoming.ring()
    await referral.reported(180)
    assert referral.progress == [100, 180]
    await incoming.answer()
    assert await referral.finished() == 200
    assert referral.terminated
    followed = await ana.followed()
    await asyncio.gather(followed.heard_only({EVA_HZ}, ALL_HZ), incoming.heard_only({ANA_HZ}, ALL_HZ))


async def test_referred_call_says_who_asked_for_it(phone: Phones) -> None:
    """RFC 3892: the referrer names itself in Referred-By, and the new INVITE carries that on."""
    ana, bea, eva = await three(phone)
    call, _ = await talk(bea, ana)
    await call.refer(eva.uri)
    assert (await eva.incoming()).header("Referred-By") == f"<{bea.uri}>"


@pytest.mark.parametrize("status", [486, 603, 404])
async def test_failure_of_the_referred_call_is_reported_and_the_first_call_goes_on(phone: Phones, status: int) -> None:
    ana, bea, eva = await three(phone)
    eva.auto_reject = status
    call, incoming = await talk(bea, ana)
    referral = await call.refer(eva.uri)
    assert await referral.finished() == status
    await asyncio.gather(call.heard_only({ANA_HZ}, ALL_HZ), incoming.heard_only({BEA_HZ}, ALL_HZ))


async def test_reports_go_on_after_the_call_that_the_refer_was_sent_in(phone: Phones) -> None:
    """RFC 5057, 4.1: the subscription outlives the call; many phones hang up as soon as their REFER is accepted."""
    ana, bea, eva = await three(phone)
    call, incoming = await talk(bea, ana)
    referral = await call.refer(eva.uri)
    await call.hang_up()
    assert await incoming.ended() == "remote_bye"
    assert bea.calls == ()
    await (await eva.incoming()).answer()
    assert await referral.finished() == 200
    assert (referral.progress, referral.is_open) == ([100, 200], False)


async def test_ended_call_takes_nothing_but_reports(phone: Phones, stranger: Stranger) -> None:
    ana, bea, eva = await three(phone)
    call, incoming = await talk(bea, ana)
    referral = await call.refer(eva.uri)
    await call.hang_up()
    ended = f"<{bea.uri}>;tag={call.local_tag}"
    stranger.ask(bea, f"INFO {call.id} i {ended}", sequence=90)
    assert (await stranger.answer()).startswith(b"SIP/2.0 481")
    (await eva.incoming()).reject(486)
    assert await referral.finished() == 486
    assert incoming.end_reason == "remote_bye"


async def next_request(stranger: Stranger, method: str) -> Request:
    """The next request of ``method`` that comes to the stranger, whatever comes before it."""
    while True:
        message = parse(await stranger.answer())
        if isinstance(message, Request) and message.method == method:
            return message


async def test_challenged_refer_is_sent_again_with_proof(phone: Phones, stranger: Stranger) -> None:
    """RFC 3261, 22.2; and the CSeq that counts for the reports' id is the second one's (RFC 3515, 2.4.6)."""
    bea = await phone(user="bea", secret="s")
    sdp = offer(LocalAudio("127.0.0.1", stranger.port, 1), 1, "inactive")
    stranger.ask(bea, f"INVITE c 1 <{bea.uri}>", "Content-Type: application/sdp", body=sdp)
    incoming = await bea.incoming()
    incoming.accept()
    stranger.ask(bea, f"ACK c 2 <{bea.uri}>;tag={incoming.local_tag}")
    await incoming.answered()
    async with asyncio.TaskGroup() as group:
        referring = group.create_task(incoming.refer("sip:eva@127.0.0.1"))
        first = await next_request(stranger, "REFER")
        challenge = ("WWW-Authenticate", 'Digest realm="r", nonce="n"')
        stranger.send(serialise(response_to(first, 401, "", None, challenge)), bea.address)
        second = await next_request(stranger, "REFER")
        assert second.headers.first("Authorization") is not None
        assert second.headers.cseq.number == first.headers.cseq.number + 1
        stranger.send(serialise(response_to(second, 202)), bea.address)
    referral = referring.result()
    event, state = f"Event: refer;id={second.headers.cseq.number}", "Subscription-State: terminated"
    report = f"NOTIFY c 3 <{bea.uri}>;tag={incoming.local_tag}"
    stranger.ask(bea, report, event, state, body=sipfrag(200, "OK"), sequence=2)
    assert await referral.finished() == 200


async def test_phone_that_does_not_follow_refuses_and_the_call_goes_on(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    ana.follows_refer = False
    call, incoming = await talk(bea, ana)
    with pytest.raises(CallRefused, match="405"):
        await call.refer(eva.uri)
    assert call.end_reason is incoming.end_reason is None
    ana.follows_refer = True
    assert (await (await call.refer(eva.uri)).answered(1)).status == 202


async def test_refer_needs_an_answered_call_and_an_answer(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    call = await bea.call(ana.uri)
    with pytest.raises(CallOver):
        await call.refer(eva.uri)
    await (await ana.incoming()).answer()
    await call.answered()
    ana.silent = True
    with pytest.raises(NotInTime, match="REFER"):
        await call.refer(eva.uri, timeout_s=0.1)


async def test_unfinished_referral_says_what_was_reported_so_far(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    call, _ = await talk(bea, ana)
    referral = await call.refer(eva.uri)
    await eva.incoming()
    await referral.reported(100)
    with pytest.raises(NotInTime, match=r"(?s)reported so far: 100\n.*REFER.*202.*NOTIFY"):
        await referral.finished(timeout_s=0.1)


async def test_two_referrals_of_one_call_are_told_apart(phone: Phones) -> None:
    """RFC 3515, 2.4.6: the id of a report's Event is the CSeq of its REFER."""
    ana, bea, eva = await three(phone)
    call, _ = await talk(bea, ana)
    first = await call.refer(eva.uri)
    incoming = await eva.incoming()
    second = await call.refer(eva.uri)
    (await eva.incoming()).reject(486)
    assert await second.finished() == 486
    assert first.final_status is None
    await incoming.answer()
    assert await first.finished() == 200


async def test_number_is_meant_at_the_far_side(phone: Phones) -> None:
    ana, bea, _ = await three(phone)
    call, _ = await talk(bea, ana)
    await call.refer("900100201")
    (refer,) = sent(bea, "REFER")
    uri = refer_to(refer).uri
    assert (uri.user, uri.host, uri.port) == ("900100201", *ana.address)


async def test_name_that_cannot_be_reached_is_reported_as_not_found(phone: Phones) -> None:
    ana, bea, _ = await three(phone)
    call, _ = await talk(bea, ana)
    referral = await call.refer("sip:eva@example.org")
    assert await referral.finished() == 404
    assert len(sent(ana, "INVITE")) == 0


@pytest.mark.parametrize("headers", [(), ("Refer-To: <sip:a@127.0.0.1>", "Refer-To: <sip:b@127.0.0.1>")])
async def test_refer_that_names_nobody_or_two_is_400(
    phone: Phones, stranger: Stranger, headers: tuple[str, ...]
) -> None:
    """RFC 3515, 2.4.2."""
    ana, bea, _ = await three(phone)
    _, incoming = await talk(bea, ana)
    dialog = f"<{ana.uri}>;tag={incoming.local_tag}"
    stranger.ask(ana, f"REFER {incoming.id} r {dialog}", *headers, sequence=9)
    assert (await stranger.answer()).startswith(b"SIP/2.0 400")
    assert incoming.end_reason is None


async def test_attended_transfer_joins_the_two_who_were_talked_to(phone: Phones) -> None:
    """Bea talks to Ana, asks Eva, and joins them: Ana calls Eva with Replaces (RFC 5589, 7.3)."""
    ana, bea, eva = await three(phone)
    call, incoming = await talk(bea, ana)
    await call.hold()
    consult, consulted = await talk(bea, eva)
    referral = await call.refer(consult.far_uri, replaces=consult)
    assert await referral.finished() == 200
    joined, followed = await eva.incoming(), await ana.followed()
    assert joined.took_over is consulted
    assert await consult.ended() == "remote_bye"
    await call.hang_up()
    assert await incoming.ended() == "remote_bye"
    await asyncio.gather(followed.heard_only({EVA_HZ}, ALL_HZ), joined.heard_only({ANA_HZ}, ALL_HZ))


async def test_replaces_is_escaped_in_the_refer_to_uri(phone: Phones) -> None:
    """RFC 3261, 19.1.2 and RFC 3891, 3: ``;`` and ``=`` of the header would else be the URI's own."""
    ana, bea, eva = await three(phone)
    call, _ = await talk(bea, ana)
    consult, consulted = await talk(bea, eva)
    await call.refer(consult.far_uri, replaces=consult)
    value = sent(bea, "REFER")[0].headers.need("Refer-To")
    assert f"?Replaces={consult.id}%3Bto-tag%3D{consulted.local_tag}%3Bfrom-tag%3D{consult.local_tag}>" in value
    ((name, replaces),) = parse_name_addr(value).uri.headers
    assert (name, replaces) == ("Replaces", f"{consult.id};to-tag={consulted.local_tag};from-tag={consult.local_tag}")
    assert sent(ana, "INVITE")[0].headers.first("Replaces") == replaces
    assert "?" not in sent(ana, "INVITE")[0].uri


async def test_attended_transfer_to_somebody_who_has_hung_up_fails(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    call, incoming = await talk(bea, ana)
    consult, consulted = await talk(bea, eva)
    eva.lose(lambda way, message: isinstance(message, Request) and message.method == "BYE")
    with pytest.raises(NotInTime):
        await consulted.hang_up(timeout_s=0.05)
    referral = await call.refer(consult.far_uri, replaces=consult)
    assert await referral.finished() == 481
    await incoming.heard_only({BEA_HZ}, ALL_HZ)


def test_status_of_a_report_is_read_from_its_first_line() -> None:
    """RFC 3515, 2.4.5 and RFC 3420."""
    assert status_in(sipfrag(486, "Busy Here")) == 486
    assert status_in(b"SIP/2.0 200") == 200
    assert status_in(b"SIP/2.0 180 Ringing\r\nContact: <sip:a@127.0.0.1>\r\n") == 180
    for nothing in (b"", b"INVITE sip:a SIP/2.0\r\n", b"SIP/2.0 2000 no", b"SIP/2.0 777 no"):
        assert status_in(nothing) is None


def test_replaces_reads_back() -> None:
    wanted = Replaces("call@host", "to", "from", early_only=True)
    assert Replaces.of(Headers((("Replaces", str(wanted)),))) == wanted
    assert Replaces.of(Headers()) is None
