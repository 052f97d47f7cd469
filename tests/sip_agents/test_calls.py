"""Two phones call each other: what each hears, presses, refuses and ends is exactly what the other did."""

from __future__ import annotations

import asyncio

import pytest

from sip_agents import CallOver, CallRefused, DigitsNotNegotiated, NotHeard, NotInTime, Refused, SipAgent
from sip_agents.message import parse
from sip_agents.sdp import LocalAudio, agree, answer, parse_sdp

from .conftest import Phones, Stranger, talk

ANA_HZ, BEA_HZ, EVA_HZ = 697.0, 1336.0, 941.0
ALL_HZ = (ANA_HZ, BEA_HZ, EVA_HZ)


async def test_each_hears_the_other_and_nothing_else(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone("127.0.0.3", user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await asyncio.gather(call.heard_only({BEA_HZ}, ALL_HZ), incoming.heard_only({ANA_HZ}, ALL_HZ))
    assert incoming.heard.loudest_hz() == pytest.approx(ANA_HZ, abs=2)
    await call.hang_up()


async def test_milestones_are_passed_in_order(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    incoming.ring()
    await call.reached("ringing")
    await incoming.answer()
    await call.answered()
    await call.heard_silence(for_s=0.1)
    await call.hang_up()
    names = [name for name, _ in call.timeline()]
    assert names[:5] == ["invite_sent", "trying", "ringing", "answered", "ack"]
    assert "first_rtp" in names[5:]
    assert names[-1] == "ended"
    await incoming.ended()
    assert incoming.received_at == incoming.timeline()[0][1]


async def test_keys_arrive_both_ways_once_each(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await asyncio.gather(call.send_digits("11#"), incoming.send_digits("*9", held_ms=60))
    await asyncio.gather(call.received_digits("*9"), incoming.received_digits("11#"))
    assert [(digit.key, digit.held_ms) for digit in incoming.digits] == [("1", 100), ("1", 100), ("#", 100)]
    assert [(digit.key, digit.held_ms) for digit in call.digits] == [("*", 60), ("9", 60)]
    await incoming.heard_only({ANA_HZ}, ALL_HZ)  # sound goes on after the keys


async def test_muted_phone_goes_on_sending_silence(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    await incoming.heard_tone(ANA_HZ)
    call.mute()
    await incoming.heard_silence(for_s=0.2)
    sent = call.rtp_sent
    with pytest.raises(NotHeard, match="heard silence") as failure:
        await incoming.heard_tone(ANA_HZ, timeout_s=0.3)
    assert failure.value.heard_hz is None
    assert call.rtp_sent > sent
    call.unmute()
    await incoming.heard_tone(ANA_HZ)
    call.say_tone(EVA_HZ)
    await incoming.heard_only({EVA_HZ}, ALL_HZ)


async def test_wrong_tone_is_not_heard_and_the_error_says_what_was(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, _ = await talk(ana, bea)
    with pytest.raises(NotHeard, match=r"(?s)697 Hz .*heard 1336 Hz.*INVITE.*200 OK.*ACK"):
        await call.heard_tone(ANA_HZ, timeout_s=0.4)


async def test_tone_heard_before_is_found_when_asked_since_then(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    await incoming.heard_tone(ANA_HZ)
    call.mute()
    await incoming.heard_silence(for_s=0.3)
    await incoming.heard_tone(ANA_HZ, timeout_s=0.1, since=incoming.times["answered"])


async def test_mu_law_is_spoken_when_it_is_the_only_common_law(phone: Phones) -> None:
    ana = await phone(user="ana", tone_hz=ANA_HZ, laws=("PCMU",))
    bea = await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await asyncio.gather(call.heard_tone(BEA_HZ), incoming.heard_tone(ANA_HZ))


async def test_no_common_law_is_488(phone: Phones) -> None:
    ana, bea = await phone(user="ana", laws=("PCMU",)), await phone(user="bea", laws=("PCMA",))
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="488"):
        await call.answered()


async def test_two_calls_at_once_on_one_phone_are_kept_apart(phone: Phones) -> None:
    ana, eva = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="eva", tone_hz=EVA_HZ)
    bea = await phone(user="bea", tone_hz=BEA_HZ)
    _, from_ana = await talk(ana, bea)
    eva_call, from_eva = await talk(eva, bea)
    await asyncio.gather(from_ana.heard_only({ANA_HZ}, ALL_HZ), from_eva.heard_only({EVA_HZ}, ALL_HZ))
    await from_ana.hang_up()
    await from_eva.heard_only({EVA_HZ}, ALL_HZ)
    assert eva_call.end_reason is None


@pytest.mark.parametrize("caller_ends", [True, False])
async def test_bye_of_either_side_ends_both(phone: Phones, caller_ends: bool) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    first, second = (call, incoming) if caller_ends else (incoming, call)
    await first.hang_up()
    assert (first.end_reason, await second.ended()) == ("local_bye", "remote_bye")
    assert (ana.calls, bea.calls) == ((), ())
    await first.hang_up()  # once more does no harm


async def test_caller_who_gives_up_while_ringing_cancels(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    incoming.ring()
    await call.reached("ringing")
    await call.hang_up()
    await incoming.cancelled()
    assert (call.end_reason, incoming.end_reason) == ("cancelled", "cancelled")
    with pytest.raises(CallRefused, match="487"):
        await call.answered()
    with pytest.raises(CallOver):
        await incoming.answer()


async def test_cancel_waits_for_a_first_sign_of_the_far_side(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.silent = True
    call = await ana.call(bea.uri)
    with pytest.raises(NotInTime):
        await call.hang_up(timeout_s=0.02)
    assert "CANCEL" not in ana.trace.ladder()
    bea.silent = False
    incoming = await bea.incoming()
    await incoming.cancelled()
    assert await call.ended() == "cancelled"


async def test_answer_that_crosses_a_cancel_is_hung_up_at_once(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    await call.reached("trying")
    incoming.accept()  # the 200 is on its way when the CANCEL leaves
    await call.hang_up()
    assert (call.end_reason, await incoming.ended()) == ("cancelled", "remote_bye")


@pytest.mark.parametrize("status", [486, 603, 480, 302])
def test_refusals_are_told_apart(status: int) -> None:
    async def check() -> None:
        async with SipAgent(user="ana") as ana, SipAgent(user="bea") as bea:
            call = await ana.call(bea.uri)
            (await bea.incoming()).reject(status)
            with pytest.raises(CallRefused) as refusal:
                await call.answered()
            assert (refusal.value.status, call.end_reason) == (status, "refused")

    asyncio.run(check())


async def test_called_side_that_hangs_up_before_answering_is_480(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    await (await bea.incoming()).hang_up()
    with pytest.raises(CallRefused, match="480"):
        await call.answered()


async def test_required_extension_that_the_phone_lacks_is_420(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri, headers=(("Require", "100rel"),))
    with pytest.raises(CallRefused, match="420"):
        await call.answered()


async def test_held_phone_stops_sending_and_hears_nothing_until_resumed(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await incoming.hold()
    assert call.held_by_far_side
    await incoming.hold()  # once more, with the very same SDP
    await asyncio.gather(call.heard_silence(0.2), incoming.heard_silence(0.2))
    sent = call.rtp_sent
    await incoming.resume()
    await asyncio.gather(call.heard_only({BEA_HZ}, ALL_HZ), incoming.heard_only({ANA_HZ}, ALL_HZ))
    assert not call.held_by_far_side
    assert call.rtp_sent > sent
    versions = [
        int(traced.message.body.split()[3]) for traced in bea.trace if traced.way == "out" and traced.message.body
    ]
    assert versions == [1, 2, 2, 3]  # o= counts changes, not messages (RFC 3264, section 8)
    await call.hold()  # from the caller's side as well
    await incoming.heard_silence(0.2)


async def test_two_reinvites_that_cross_are_both_refused_and_the_call_goes_on(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    results = await asyncio.gather(call.hold(), incoming.hold(), return_exceptions=True)
    assert [result.status for result in results if isinstance(result, Refused)] == [491, 491]
    await asyncio.gather(call.heard_only({BEA_HZ}, ALL_HZ), incoming.heard_only({ANA_HZ}, ALL_HZ))


async def test_carriers_line_shows_the_number_and_name_it_is_given(phone: Phones) -> None:
    carrier, bea = await phone("127.0.0.2", user="trunk"), await phone(user="bea")
    await carrier.call(bea.uri, from_user="600111222", display='Ana "la jefa", Ruiz', headers=(("X-Test", "yes"),))
    incoming = await bea.incoming()
    assert (incoming.from_user, incoming.from_name) == ("600111222", 'Ana "la jefa", Ruiz')
    assert (incoming.to_user, incoming.headers.first("x-test")) == ("bea", "yes")


async def test_keys_need_a_call_that_takes_them(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    with pytest.raises(DigitsNotNegotiated):
        await call.send_digit("1")
    await (await bea.incoming()).answer()
    await call.answered()
    with pytest.raises(ValueError, match="key"):
        await call.send_digit("x")
    pressed, _ = await asyncio.gather(call.send_digit("1", held_ms=8000), call.hang_up(), return_exceptions=True)
    assert isinstance(pressed, CallOver)
    with pytest.raises(CallOver):
        await call.send_digit("1")


async def test_number_without_a_registrar_is_refused_before_anything_is_sent(phone: Phones) -> None:
    ana = await phone(user="ana")
    with pytest.raises(ValueError, match="registrar"):
        await ana.call("900100200")
    with pytest.raises(ValueError, match="IPv4"):
        await ana.call("sip:ana@example.org")
    with pytest.raises(ValueError, match="registrar"):
        await ana.register()
    assert len(ana.trace) == 0


async def test_offer_in_the_answer_is_answered_in_the_ack(phone: Phones, stranger: Stranger) -> None:
    """An INVITE without SDP (RFC 3261, 13.2.1), as some exchanges send it: the phone offers, the ACK answers."""
    bea = await phone(user="bea", tone_hz=BEA_HZ)
    stranger.ask(bea, f"INVITE offerless 1 <{bea.uri}>")
    incoming = await bea.incoming()
    incoming.accept()
    message = parse(await stranger.answer())
    while message.headers.recipient.tag is None:
        message = parse(await stranger.answer())
    far, local = parse_sdp(message.body), LocalAudio("127.0.0.1", stranger.port, 1)
    body = answer(far, agree(far, local.laws), local, 1)
    to = message.headers.need("To")
    stranger.ask(bea, f"ACK offerless 2 {to}", "Content-Type: application/sdp", body=body)
    await incoming.answered()
    assert len(await stranger.answer()) == 12 + 160
