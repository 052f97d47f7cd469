"""Through which doors does a centre let anybody in? The carrier's address, phones' secrets, and nothing that others reach."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ari_app.stack.child import Child
from sip_agents import RegistrationRefused, SipAgent
from tests.e2e.stack import SIP_SECRET, Stack, dial
from tests.security.conftest import ENCRYPTED
from tests.security.raw_sip import raw_sip, sdp

ANY_ADDRESS = ("00000000", "0" * 32)


async def calls_made(stack: Stack) -> int:
    """How many channels with a dialplan Asterisk has had."""
    found = re.search(r"^(\d+) calls? processed", await stack.instance.asterisk_rx("core show channels"), re.MULTILINE)
    assert found is not None
    return int(found[1])


# -- who may call --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nth", range(8))
async def test_an_invite_from_any_other_address_reaches_no_context_whoever_it_says_it_is(
    stack: Stack, nth: int
) -> None:
    address = (
        "127.0.0.3",
        "127.0.0.10",
        "127.0.1.2",
        "127.1.0.2",
        "127.2.0.0",
        "127.0.0.254",
        "127.255.255.254",
        "127.77.3.1",
    )[nth]
    before = await calls_made(stack)
    names = ("600111222", "carrier-demo", "1009", ENCRYPTED, "anonymous", "127.0.0.2")
    async with raw_sip(stack.registrar, address) as stranger, stack.watch() as watch:
        for name in names:
            for number in ("900100200", "900100201"):
                more = "P-Asserted-Identity: <sip:600111222@127.0.0.2>\r\nX-Forwarded-For: 127.0.0.2\r\n"
                uri = f"sip:{number}@{stack.registrar[0]}:{stack.registrar[1]}"
                answer = await stranger.ask("INVITE", uri, f"<sip:{name}@127.0.0.2>", more=more, body=sdp("127.0.0.2"))
                assert answer.status in (401, 403), name
        assert await watch.listed("calls") == set()
    assert await calls_made(stack) == before


async def test_the_carrier_is_let_in_without_a_secret(stack: Stack) -> None:
    before = await calls_made(stack)
    async with stack.carrier() as carrier:
        call = await dial(carrier)
        await call.hang_up()
    assert await calls_made(stack) == before + 1


# -- what can be learned by asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE"])
async def test_known_and_unknown_users_are_answered_alike(stack: Stack, method: str) -> None:
    """An old phone of somebody who has left, a person without a phone, the name of a template of pjsip.conf: all are nobody."""
    shapes = []
    for nth, name in enumerate(
        ("1009", "1101", ENCRYPTED, "5555", "nobody", "phone-auth", "encrypted", "carrier-demo")
    ):
        async with raw_sip(stack.registrar, f"127.0.2.{10 + nth}") as one:
            uri = f"sip:{'900100201' if method == 'INVITE' else name}@127.0.0.1"
            answer = await one.ask(
                method, uri, f"<sip:{name}@127.0.0.1>", body=sdp("127.0.0.1") if method == "INVITE" else ""
            )
            challenge = re.sub(r'(nonce|opaque)="[^"]*"', r"\1", answer.header("WWW-Authenticate"))
            shapes.append((answer.status, answer.shape, challenge, answer.header("Server")))
    assert shapes[0][0] == 401
    assert [shape for shape in shapes if shape != shapes[0]] == []


async def test_a_wrong_secret_and_an_unknown_name_get_the_same_answer_to_their_proof(stack: Stack) -> None:
    refused = []
    for nth, code in enumerate(("1009", "5555")):
        async with SipAgent(f"127.0.2.{30 + nth}", registrar=stack.registrar, user=code, secret="wrong") as phone:
            with pytest.raises(RegistrationRefused) as why:
                await phone.register()
            answers = [entry.message for entry in phone.trace if entry.way == "in"]
            refused.append((str(why.value), [[name for name, _ in answer.headers.fields] for answer in answers]))
    assert refused[0] == refused[1]


# -- brute force ---------------------------------------------------------------------------------------------------------


async def statuses(stack: Stack, address: str, code: str, secret: str, number: int) -> list[int]:
    """What so many registrations in a row are answered."""
    found = []
    for nth in range(number):
        async with SipAgent(address, registrar=stack.registrar, user=code, secret=f"{secret}{nth}") as phone:
            with pytest.raises(RegistrationRefused) as refused:
                await phone.register()
            found.append(refused.value.status)
    return found


@pytest.mark.parametrize(("address", "code"), [("127.0.3.66", "1009"), ("127.0.3.67", "7777")])
async def test_an_address_that_guesses_is_banned_within_ten_seconds_and_others_are_not(
    stack: Stack, address: str, code: str
) -> None:
    """Wrong secrets of a known name, and names that there are none: each try is answered, so this one is as quick as they get."""
    async with asyncio.timeout(10.0):
        while 403 not in await statuses(stack, address, code, "guess", 3):
            pass
    async with SipAgent(address, registrar=stack.registrar, user="1009", secret=SIP_SECRET) as right_at_last:
        with pytest.raises(RegistrationRefused, match="403"):
            await right_at_last.register()
    async with SipAgent("127.0.3.10", registrar=stack.registrar, user="1009", secret=SIP_SECRET) as colleague:
        await colleague.register()
    log = (stack.settings.state / "log" / "engine.out").read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if '"address_banned"' in line and f'"{address}"' in line]


async def test_the_carrier_is_served_whatever_is_tried_from_its_address(stack: Stack) -> None:
    await statuses_from_the_carrier(stack)
    async with stack.carrier() as carrier:
        call = await dial(carrier)
        await call.hang_up()


async def statuses_from_the_carrier(stack: Stack) -> None:
    """REGISTERs and INVITEs that prove nothing, from the carrier's address."""
    async with raw_sip(stack.registrar, "127.0.0.2") as carrier:
        for nth in range(30):
            await carrier.ask("REGISTER", "sip:127.0.0.1", f"<sip:{1000 + nth}@127.0.0.1>")


# -- what listens --------------------------------------------------------------------------------------------------------


def processes(child: Child) -> Iterator[int]:
    """The process of a part, and all below it."""
    assert child.pid is not None
    pids = [child.pid]
    for pid in pids:
        yield pid
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())


def listening(pid: int) -> Iterator[tuple[str, str, int]]:
    """(protocol, address as /proc has it, port) of every socket of a process at which anybody can arrive."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(descriptor))
        except OSError:
            continue
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]:
            fields = line.split()
            waits = fields[3] == ("0A" if protocol.startswith("tcp") else "07")
            if waits and f"socket:[{fields[9]}]" in inodes:
                address, _, port = fields[1].partition(":")
                yield protocol, address, int(port, 16)


async def test_every_part_listens_at_the_bind_address_and_at_its_own_ports_only(stack: Stack) -> None:
    settings, instance = stack.settings, stack.instance
    parts = {
        "asterisk": instance.asterisk,
        "redis": instance.redis,
        "engine": instance.engine,
        "recordings": instance.recordings,
    }
    found = {name: {one for pid in processes(child) for one in listening(pid)} for name, child in parts.items()}
    local = "0100007F"
    assert settings.bind_address == "127.0.0.1"
    assert found["redis"] == {("tcp", local, settings.redis_port)}
    assert found["engine"] == {("tcp", local, settings.api_port), ("tcp", local, settings.fastagi_port)}
    assert found["recordings"] == set()
    tcp = {(protocol, address, port) for protocol, address, port in found["asterisk"] if protocol == "tcp"}
    assert tcp == {("tcp", local, port) for port in (settings.ari_port, settings.ami_port, settings.sip_tls_port)}
    assert ("udp", local, settings.sip_port) in found["asterisk"]
    others = found["asterisk"] - tcp - {("udp", local, settings.sip_port)}
    assert {protocol for protocol, _, _ in others} <= {"udp", "udp6"}
    asking = [port for _, address, port in others if address in ANY_ADDRESS]
    assert (
        len(asking) <= 2
    )  # PJSIP's resolver asks name servers from these, one a family, though no name is ever looked up
    assert {address for _, address, _ in others if address not in ANY_ADDRESS} <= {local}
    for port in asking:
        async with raw_sip((settings.bind_address, port), "127.0.0.90") as nobody:
            answer = await nobody.ask("OPTIONS", "sip:127.0.0.1", "<sip:x@127.0.0.1>", within_s=0.3)
            assert answer.status == 0


# -- what AMI and ARI let do ---------------------------------------------------------------------------------------------


class Ami:
    """A connection with the controller's own name and secret: what a thief of the secret could do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, action: str, **fields: str) -> str:
        """The response."""
        lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        while True:
            message = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            if message.startswith("Response:") or "\r\nResponse:" in message:
                return message


@asynccontextmanager
async def ami(stack: Stack) -> AsyncIterator[Ami]:
    reader, writer = await asyncio.open_connection(stack.settings.bind_address, stack.settings.ami_port)
    try:
        await reader.readline()
        made = Ami(reader, writer)
        assert "Success" in await made.ask("Login", Username="centralita", Secret=stack.settings.ami_secret)
        yield made
    finally:
        writer.close()


REFUSED_ACTIONS = {
    "Originate": {"Channel": "PJSIP/1009", "Application": "System", "Data": "touch /tmp/x"},
    "Command": {"Command": "core show channels"},
    "UpdateConfig": {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
    "AOCMessage": {"Channel": "PJSIP/1009", "MsgType": "D", "ChargeType": "Free"},
    "AGI": {"Channel": "PJSIP/1009", "Command": "EXEC System id"},
    "UserEvent": {"UserEvent": "x"},
}


@pytest.mark.parametrize("action", sorted(REFUSED_ACTIONS))
async def test_the_amis_user_may_neither_originate_nor_command_nor_configure(stack: Stack, action: str) -> None:
    async with ami(stack) as connection:
        answer = await connection.ask(action, **REFUSED_ACTIONS[action])
    assert "Response: Error" in answer
    assert "Permission denied" in answer or "Invalid/unknown command" in answer


async def test_the_amis_user_has_no_class_that_the_controller_does_not_use(stack: Stack) -> None:
    told = await stack.instance.asterisk_rx("manager show user centralita")
    found = dict(re.findall(r"^\s*(read perm|write perm): (\S+)", told, re.MULTILINE))
    assert found == {"read perm": "system,call,security", "write perm": "system,call"}
    needed = {"MixMonitor": "system", "PJSIPShowContacts": "system", "PJSIPShowEndpoints": "system", "Reload": "system"}
    for action, privilege in {**needed, "Redirect": "call"}.items():
        shown = await stack.instance.asterisk_rx(f"manager show command {action}")
        assert privilege in shown.partition("[Privilege]")[2].split("[")[0].strip().split(","), action


async def test_functions_that_reach_files_or_the_shell_are_refused_outside_the_dialplan(
    stack: Stack, tmp_path: Path
) -> None:
    """live_dangerously is off; and func_shell, func_env, func_curl and app_system are not there at all."""
    mark = tmp_path / "mark"
    async with stack.carrier() as carrier:
        call = await dial(carrier)
        (channel,) = [line.split("!")[0] for line in await stack.channels()]
        async with ami(stack) as connection:
            for name in (f"SHELL(touch {mark})", f"FILE({mark})", "DB(a/b)", "PJSIP_HEADER(add,X)"):
                await connection.ask("Setvar", Channel=channel, Variable=name, Value="x")
                assert not mark.exists(), name
            assert "uid=" not in await connection.ask("Getvar", Channel=channel, Variable="SHELL(id)")
            dangerous = await connection.ask("Getvar", Channel=channel, Variable="CHANNEL(language)")
            assert "Value: es" in dangerous  # so that what was refused above was refused, not merely asked wrongly
        await call.hang_up()
    assert not mark.exists()
    conf = (stack.instance.folders.etc / "asterisk.conf").read_text(encoding="utf-8")
    assert re.search(r"^live_dangerously = no$", conf, re.MULTILINE)


UNWANTED = (
    "chan_sip", "chan_iax2", "chan_unistim", "chan_mgcp", "app_system", "app_originate", "app_externalivr", "app_confbridge",
    "app_disa", "app_voicemail", "app_userevent", "app_chanspy", "app_db", "func_shell", "func_env", "func_curl", "func_db",
    "func_odbc",
    "res_curl", "res_config_curl", "res_phoneprov", "res_pjsip_endpoint_identifier_anonymous", "res_pjsip_messaging",
    "res_pjsip_notify", "res_pjsip_mwi", "res_pjsip_exten_state", "res_pjsip_publish_asterisk", "res_pjsip_outbound_registration",
    "res_ari_mailboxes",
    "res_ari_device_states", "res_http_post", "res_http_media_cache",
    "res_prometheus", "res_snmp", "res_manager_devicestate",
    "cdr_csv", "cel_custom", "pbx_spool", "pbx_dundi", "pbx_ael", "pbx_lua", "pbx_realtime",
)  # fmt: skip


async def test_no_module_is_loaded_that_is_not_wanted(stack: Stack) -> None:
    told = await stack.instance.asterisk_rx("module show")
    loaded = set(re.findall(r"^(\S+)\.so ", told, re.MULTILINE))
    wanted = (stack.instance.folders.etc / "modules.conf").read_text(encoding="utf-8")
    assert loaded == set(re.findall(r"^load = (\S+)\.so$", wanted, re.MULTILINE))
    assert loaded & set(UNWANTED) == set()
    for application in ("System", "TrySystem", "Originate", "DISA", "SendText", "ExternalIVR", "ChanSpy"):
        assert "not registered" in await stack.instance.asterisk_rx(f"core show application {application}"), application
    for function in ("SHELL", "FILE", "ENV", "CURL", "DB"):
        assert "No function by that name" in await stack.instance.asterisk_rx(f"core show function {function}"), (
            function
        )


async def test_ari_wants_the_secret_and_shows_nothing_else_over_http(stack: Stack) -> None:
    settings = stack.settings
    for path in (
        "/ari/channels",
        "/ari/asterisk/info",
        "/ari/events?app=centralita",
        "/httpstatus",
        "/static/x",
        "/metrics",
        "/ws",
        "/",
    ):
        reader, writer = await asyncio.open_connection(settings.bind_address, settings.ari_port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        status = (await reader.readline()).split()[1]
        writer.close()
        # Without browsers no protocol is spoken at the websocket of Asterisk's own; it asks for one and has none.
        assert status == (b"401" if path.startswith("/ari/") else b"426" if path == "/ws" else b"404"), path


# -- what others on the machine can see ----------------------------------------------------------------------------------


async def test_no_secret_is_in_a_command_line_a_log_or_a_file_that_others_may_read(stack: Stack) -> None:
    settings, instance = stack.settings, stack.instance
    secrets = [
        settings.ari_secret,
        settings.ami_secret,
        settings.token_key,
        settings.demo_sip_secret,
        settings.demo_web_secret,
    ]
    for child in (instance.asterisk, instance.redis, instance.engine, instance.recordings):
        for pid in processes(child):
            argv = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
            assert [secret for secret in secrets if secret in argv] == []
    for path in settings.state.rglob("*"):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            held = [secret for secret in secrets if secret.encode() in text]
            assert not held or (path.parent == instance.folders.etc and path.stat().st_mode & 0o077 == 0), path
    assert settings.state.stat().st_mode & 0o077 == 0
