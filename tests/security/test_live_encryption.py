"""SIP over TLS and encrypted sound on real Asterisk: offered to everybody, demanded of whom the centre's files say."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ari_app.centre import load_centre
from ari_app.stack.conf import context_for, rendered
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders
from ari_app.stack.written_for import recall
from ivr_flows.problems import BadFile
from sip_agents import Call, CallRefused, RegistrationRefused, SipAgent
from sip_agents.message import Request
from sip_agents.trace import Way
from tests.e2e.recorded import heard_in_recording
from tests.e2e.stack import PROJECT, SIP_SECRET, Stack, dial, quick_centre
from tests.e2e.test_call_control import ask
from tests.e2e.test_reload import ask_reload
from tests.e2e.waiting_centre import insert
from tests.e2e.watch import Watch
from tests.security.conftest import ENCRYPTED
from tests.security.tls import make_certificate, trusting

CALLER_HZ, OPERATOR_HZ, BOSS_HZ = 640.0, 1250.0, 3000.0
BOTH = (CALLER_HZ, OPERATOR_HZ)
TONES = (*BOTH, BOSS_HZ)
BOSS, WHISPER = "2001", {"mode": "whisper"}


def phone_over_tls(
    stack: Stack, cert: Path, code: str, secret: str = SIP_SECRET, tone_hz: float = OPERATOR_HZ, srtp: bool = False
) -> SipAgent:
    way = (stack.registrar[0], stack.settings.sip_tls_port)
    return SipAgent(registrar=way, user=code, secret=secret, tone_hz=tone_hz, tls=trusting(cert), srtp=srtp)


def sound_in(phone: SipAgent, way: Way) -> str:
    """The SDP of the last INVITE that came or went."""
    requests = [traced.message for traced in phone.trace if traced.way == way and isinstance(traced.message, Request)]
    return [message for message in requests if message.method == "INVITE"][-1].body.decode()


def nobody_on_the_way_heard(call: Call) -> None:
    assert call.on_the_wire.packets >= call.heard.packets > 0
    assert call.on_the_wire.tones_heard(TONES, 60.0) == frozenset()


@asynccontextmanager
async def at_work(stack: Stack, phone: SipAgent) -> AsyncIterator[Watch]:
    """Registered and ready; logged out afterwards."""
    await phone.register()
    async with stack.watch() as watch:
        await watch.operator(phone.user, phone="reachable")
        await stack.set_state(phone.user, "ready")
        try:
            yield watch
        finally:
            await stack.set_state(phone.user, "logged_out")


async def test_a_phone_registers_over_tls_is_offered_encrypted_sound_and_talks_without_it_where_that_is_allowed(
    stack: Stack, certificate: Path
) -> None:
    async with (
        phone_over_tls(stack, certificate, "1009") as phone,
        at_work(stack, phone),
        stack.carrier(CALLER_HZ) as carrier,
    ):
        call = await dial(carrier)
        incoming = await phone.incoming()
        sound = sound_in(phone, "in")
        assert re.search(r"^m=audio \d+ RTP/AVP ", sound, re.MULTILINE)
        assert re.search(r"^a=crypto:1 AES_CM_128_HMAC_SHA1_\S+ inline:\S{40}", sound, re.MULTILINE)
        await incoming.answer()
        await asyncio.gather(call.heard_only([OPERATOR_HZ], BOTH), incoming.heard_only([CALLER_HZ], BOTH))
        await call.hang_up()
        await incoming.ended()


async def test_an_encrypted_conversation_is_heard_recorded_and_supervised_by_whom_it_may_and_by_nobody_on_the_way(
    stack: Stack, certificate: Path
) -> None:
    """The operator's phone must encrypt; the supervisor's takes the encryption that everybody is offered."""
    async with (
        phone_over_tls(stack, certificate, ENCRYPTED, srtp=True) as phone,
        phone_over_tls(stack, certificate, BOSS, tone_hz=BOSS_HZ, srtp=True) as boss,
        at_work(stack, phone) as watch,
        stack.carrier(CALLER_HZ) as carrier,
    ):
        await boss.register()
        call = await dial(carrier)
        operator = await phone.incoming()
        assert "RTP/AVP" not in sound_in(phone, "in")
        await operator.answer()
        await asyncio.gather(call.heard_only([OPERATOR_HZ], TONES), operator.heard_only([CALLER_HZ], TONES))
        shown = await watch.call(stage="talking", operator=ENCRYPTED)
        async with asyncio.timeout(10):  # the engine may not know of the boss's phone yet
            while "not registered" in str(said := await ask(stack, f"/calls/{shown['id']}/supervise", WHISPER, BOSS)):
                await asyncio.sleep(0.02)
        assert said[0] == 202, said
        ear = await boss.incoming()
        await ear.answer()
        await asyncio.gather(
            ear.heard_only(BOTH, TONES),
            operator.heard_only([CALLER_HZ, BOSS_HZ], TONES),
            call.heard_only([OPERATOR_HZ], TONES),
        )
        await operator.hold()  # the phone's own: a re-INVITE, after which the packets' numbers go on
        await operator.resume()
        await asyncio.gather(operator.heard_only([CALLER_HZ, BOSS_HZ], TONES), call.heard_only([OPERATOR_HZ], TONES))
        nobody_on_the_way_heard(operator)
        nobody_on_the_way_heard(ear)
        await call.hang_up()
        await asyncio.gather(operator.ended(), ear.ended())
        ended = await watch.call(id=shown["id"], stage="ended")
    heard = await heard_in_recording(stack, ended, TONES)
    assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})


async def test_a_phone_that_must_be_encrypted_is_heard_when_it_calls_and_refused_when_it_offers_plain_sound(
    stack: Stack, certificate: Path
) -> None:
    async with phone_over_tls(stack, certificate, ENCRYPTED, srtp=True) as phone:
        await phone.register()
        call = await phone.call("*11")
        await call.answered()
        assert "RTP/SAVP" in sound_in(phone, "out")
        await call.ended()
        await stack.set_state(ENCRYPTED, "logged_out")
    async with phone_over_tls(stack, certificate, ENCRYPTED) as phone:
        await phone.register()
        call = await phone.call("*11")
        with pytest.raises(CallRefused, match="488"):
            await call.answered()
        assert "RTP/AVP" in sound_in(phone, "out")


async def test_a_phone_that_must_be_encrypted_is_refused_over_udp_with_the_right_secret_too(stack: Stack) -> None:
    async with SipAgent("127.0.0.71", registrar=stack.registrar, user=ENCRYPTED, secret=SIP_SECRET) as phone:
        with pytest.raises(RegistrationRefused, match="401"):
            await phone.register()
        with pytest.raises(CallRefused, match="401"):
            await (await phone.call("*11")).answered()


async def test_tls_proves_who_the_centre_is_and_wrong_secrets_are_refused_there_as_well(
    stack: Stack, certificate: Path, tmp_path: Path
) -> None:
    async with phone_over_tls(stack, certificate, ENCRYPTED, "wrong") as phone:
        with pytest.raises(RegistrationRefused, match="401"):
            await phone.register()
    stranger, _ = make_certificate(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        async with phone_over_tls(stack, stranger, ENCRYPTED):
            pass


# -- what the files may say ----------------------------------------------------------------------------------------------


def changed_centre(folder: Path, operator: str, centre_line: str = "") -> Path:
    centre = quick_centre(folder)
    insert(centre / "operators.yaml", "operators:\n", operator)
    if centre_line:
        path = centre / "centre.yaml"
        path.write_text(path.read_text(encoding="utf-8") + centre_line, encoding="utf-8")
    return centre


async def test_encrypted_belongs_to_a_sip_phone(tmp_path: Path) -> None:
    folder = changed_centre(tmp_path, "1201: {name: Ana, queues: [], phone: browser, encrypted: true}")
    line = (folder / "operators.yaml").read_text(encoding="utf-8").splitlines().index("operators:") + 2
    with pytest.raises(
        BadFile, match=rf"operators\.yaml:{line}: .*a browser's sound is always encrypted; remove encrypted"
    ):
        load_centre(folder)


async def test_the_centre_says_it_for_everybody_and_a_person_may_be_an_exception(tmp_path: Path) -> None:
    folder = changed_centre(tmp_path, "1201: {name: Ana, encrypted: false}", "encrypted_phones: true\n")
    centre = load_centre(folder)
    assert [person.code for person in centre.people if not person.encrypted] == ["1201"]


async def test_without_a_certificate_nobody_can_be_demanded_to_encrypt(stack: Stack, tmp_path: Path) -> None:
    folders = Folders.below(stack.settings.state)
    known = recall(folders)
    assert known is not None
    plain = stack.settings.__class__(
        **{name: getattr(stack.settings, name) for name in stack.settings.__slots__} | {"sip_tls_cert": None}
    )
    with pytest.raises(SetupFailed, match="no certificate: give CENTRALITA_SIP_TLS_CERT"):
        rendered(PROJECT / "asterisk_conf", context_for(plain, load_centre(plain.centre), known[0], folders))


async def test_a_reload_makes_a_phone_encrypt_from_its_next_registration_on(stack: Stack, certificate: Path) -> None:
    path = stack.settings.centre / "operators.yaml"
    before = path.read_text(encoding="utf-8")
    line = next(line for line in before.splitlines() if line.startswith("  1013:"))
    try:
        path.write_text(before.replace(line, line.replace("}", ", encrypted: true}")), encoding="utf-8")
        status, told = await ask_reload(stack)
        assert (status, told["needs_restart"]) == (200, [])
        async with SipAgent("127.0.0.72", registrar=stack.registrar, user="1013", secret=SIP_SECRET) as phone:
            async with asyncio.timeout(10):
                while await registers(phone):  # Asterisk reads its files in its own time
                    await asyncio.sleep(0.1)
        async with phone_over_tls(stack, certificate, "1013") as phone:
            await phone.register()
    finally:
        path.write_text(before, encoding="utf-8")
        assert (await ask_reload(stack))[0] == 200


async def registers(phone: SipAgent) -> bool:
    try:
        await phone.register()
    except RegistrationRefused as refused:
        return refused.status != 401
    return True


async def test_browsers_keep_their_own_encryption_where_other_phones_are_offered_sdes(
    stack: Stack, tmp_path: Path
) -> None:
    folders = Folders.below(stack.settings.state)
    known = recall(folders)
    assert known is not None
    centre = load_centre(changed_centre(tmp_path, "1202: {name: Ana, phone: browser}"))
    pjsip = rendered(PROJECT / "asterisk_conf", context_for(stack.settings, centre, known[0], folders))["pjsip.conf"]
    template = pjsip.partition("[browser](!,phone)")[2].partition("\n[")[0]
    assert re.search(r"^media_encryption = dtls\nmedia_encryption_optimistic = no$", template, re.MULTILINE)
