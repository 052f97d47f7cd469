"""An INVITE with Replaces takes over a call, and only one that it may have (RFC 3891, section 3)."""

from __future__ import annotations

import pytest

from sip_agents import CallRefused, IncomingCall, OutgoingCall, SipAgent

from .conftest import Phones, talk

ANA_HZ, BEA_HZ, EVA_HZ = 697.0, 1336.0, 941.0
ALL_HZ = (ANA_HZ, BEA_HZ, EVA_HZ)


async def three(phone: Phones) -> tuple[SipAgent, SipAgent, SipAgent]:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    return ana, bea, await phone(user="eva", tone_hz=EVA_HZ)


async def take_over(eva: SipAgent, of: SipAgent, call: tuple[str, str, str], more: str = "") -> OutgoingCall:
    """Eva calls ``of`` to replace the call with these Call-ID, tag of ``of`` and other tag."""
    value = f"{call[0]};to-tag={call[1]};from-tag={call[2]}{more}"
    return await eva.call(of.uri, headers=(("Replaces", value), ("Require", "replaces")))


async def refused(eva: SipAgent, of: SipAgent, call: tuple[str, str, str], more: str = "") -> int:
    with pytest.raises(CallRefused) as refusal:
        await (await take_over(eva, of, call, more)).answered()
    return refusal.value.status


@pytest.mark.parametrize("of_the_caller", [True, False])
async def test_answered_call_is_replaced_without_a_hand_on_the_phone(phone: Phones, of_the_caller: bool) -> None:
    ana, bea, eva = await three(phone)
    call, incoming = await talk(ana, bea)
    near, far, of = (call, incoming, ana) if of_the_caller else (incoming, call, bea)
    new = await take_over(eva, of, (call.id, near.local_tag, far.local_tag))
    await new.answered()
    assert await far.ended() == "remote_bye"
    assert near.end_reason == "local_bye"
    taken = await of.incoming()
    assert taken.took_over is near
    await taken.heard_only({EVA_HZ}, ALL_HZ)
    assert of.calls == (taken,)


async def test_unknown_call_is_481_and_no_call_ends(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    call, incoming = await talk(ana, bea)
    assert await refused(eva, bea, ("other", incoming.local_tag, call.local_tag)) == 481
    assert await refused(eva, bea, (call.id, call.local_tag, incoming.local_tag)) == 481  # tags the wrong way round
    assert await refused(eva, bea, (call.id, incoming.local_tag, "other")) == 481
    await incoming.heard_only({ANA_HZ}, ALL_HZ)
    assert bea.calls == (incoming,)


async def test_call_that_rings_here_is_not_given_away(phone: Phones) -> None:
    """481: "an early dialog that was not initiated by this UA"."""
    ana, bea, eva = await three(phone)
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    incoming.ring()
    assert await refused(eva, bea, (call.id, incoming.local_tag, call.local_tag)) == 481
    await incoming.answer()
    await call.heard_only({BEA_HZ}, ALL_HZ)


async def test_call_that_we_make_and_that_rings_there_is_picked_up(phone: Phones) -> None:
    """The early dialog is cancelled: this is how a colleague's phone picks up a ringing call."""
    ana, bea, eva = await three(phone)
    call = await ana.call(bea.uri)
    ringing = await bea.incoming()
    ringing.ring()
    await call.reached("ringing")
    new = await take_over(eva, ana, (call.id, call.local_tag, ringing.local_tag), ";early-only")
    await new.answered()
    await ringing.cancelled()
    assert await call.ended() == "cancelled"
    taken: IncomingCall = await ana.incoming()
    await taken.heard_only({EVA_HZ}, ALL_HZ)


async def test_answered_call_is_not_given_to_who_wanted_an_early_one(phone: Phones) -> None:
    ana, bea, eva = await three(phone)
    call, incoming = await talk(ana, bea)
    assert await refused(eva, bea, (call.id, incoming.local_tag, call.local_tag), ";early-only") == 486
    await incoming.heard_only({ANA_HZ}, ALL_HZ)


async def test_offer_that_cannot_be_answered_leaves_the_old_call_alone(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", laws=("PCMA",))
    eva = await phone(user="eva", laws=("PCMU",))
    call, incoming = await talk(ana, bea)
    assert await refused(eva, bea, (call.id, incoming.local_tag, call.local_tag)) == 488
    await incoming.heard_only({ANA_HZ}, ALL_HZ)


@pytest.mark.parametrize("value", ["x", "x;to-tag=a", ";to-tag=a;from-tag=b"])
async def test_unreadable_replaces_is_400(phone: Phones, value: str) -> None:
    _, bea, eva = await three(phone)
    call = await eva.call(bea.uri, headers=(("Replaces", value),))
    with pytest.raises(CallRefused, match="400"):
        await call.answered()
