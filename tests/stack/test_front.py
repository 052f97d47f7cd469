"""What is written for several nodes and the Kamailio in front of them, and where Kamailio is found."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ari_app.centre import Centre, load_centre
from ari_app.cli import cli
from ari_app.settings import BadSettings, NodeAddress, Settings, load_settings
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.conf import context_for, rendered
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders
from ari_app.stack.front import KAMAILIO, REALM, KamailioInstall, front_context, provide_kamailio, write_front
from ari_app.stack.instance import settings_environment

NOWHERE = AsteriskInstall(("asterisk",), Path("/m"), Path("/d"), Path("/d/moh"), (22, 10, 1))
NODES = "a=10.0.0.1:8088:5038,b=10.0.0.2:8088:5038:5070"


@pytest.fixture
def centre(settings: Settings) -> Centre:
    return load_centre(settings.centre)


@pytest.fixture
def several(settings: Settings) -> Settings:
    """The settings of node b."""
    return replace(settings, nodes=NODES, sip_front="10.0.0.9:5060", bind_address="10.0.0.2", ari_port=8088)


def of_asterisk(settings: Settings, centre: Centre) -> dict[str, str]:
    context = context_for(settings, centre, NOWHERE, Folders.below(settings.state))
    return rendered(settings.project / "asterisk_conf", context)


def of_kamailio(settings: Settings, centre: Centre) -> dict[str, str]:
    return rendered(settings.project / "kamailio_conf", front_context(settings, centre, Path("/k")))


def test_a_node_names_its_channels_after_itself_and_the_only_one_names_none(
    settings: Settings, several: Settings
) -> None:
    centre = load_centre(settings.centre)
    assert "systemname = b\n" in of_asterisk(several, centre)["asterisk.conf"]
    assert "systemname" not in of_asterisk(settings, centre)["asterisk.conf"]


def test_behind_a_front_nobody_registers_at_a_node_nor_is_anybody_known_by_a_name(
    several: Settings, centre: Centre
) -> None:
    pjsip = of_asterisk(several, centre)["pjsip.conf"]
    assert "password" not in pjsip
    assert several.demo_sip_secret not in pjsip
    assert "endpoint_identifier_order = header,ip\n" in pjsip
    assert pjsip.count("contact = sip:") - 1 == len(centre.people)  # and the carrier's
    assert "match = 127.0.0.2" not in pjsip


def test_an_encrypted_phone_is_refused_behind_a_front_rather_than_left_unencrypted(
    several: Settings, centre: Centre
) -> None:
    people = (replace(person, encrypted=person.code == "1009") for person in centre.people)
    with pytest.raises(SetupFailed, match="1009"):
        of_asterisk(several, replace(centre, people=tuple(people)))


def test_a_phone_in_a_browser_is_refused_behind_a_front(several: Settings, centre: Centre) -> None:
    people = (replace(person, phone="browser" if person.code == "1009" else "sip") for person in centre.people)
    with pytest.raises(SetupFailed, match=r"1009 .* leave CENTRALITA_SIP_FRONT out, or give them other phones"):
        of_asterisk(replace(several, sip_external_address="192.0.2.7"), replace(centre, people=tuple(people)))


def test_the_front_knows_every_phone_by_a_digest_and_no_secret(several: Settings, centre: Centre) -> None:
    files = of_kamailio(several, centre)
    assert not [name for name, text in files.items() if several.demo_sip_secret in text]
    for person in centre.people:
        text = f"{person.code}:{REALM}:{several.demo_sip_secret}"
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        assert f":{person.code}:0:0:{digest}:0\n" in files["phones"]
    assert len(files["phones"].splitlines()) == len(centre.people) + 1


def test_the_front_spreads_calls_over_all_nodes(several: Settings, centre: Centre) -> None:
    lines = of_kamailio(several, centre)["dispatcher.list"].splitlines()[1:]
    assert lines == [f"1 sip:{node} 0 0 socket=udp:10.0.0.9:5060" for node in ("10.0.0.1:5060", "10.0.0.2:5070")]


def test_where_the_front_stands_at_a_translation_it_tells_the_external_address_and_asterisk_does_not(
    several: Settings, centre: Centre
) -> None:
    alone = replace(several, sip_external_address="192.0.2.7")
    both = replace(alone, sip_front_outside="10.0.9.9:5070")
    assert "external_media_address = 192.0.2.7" in of_asterisk(alone, centre)["pjsip.conf"]
    assert "external_" not in of_asterisk(both, centre)["pjsip.conf"]
    told = of_kamailio(both, centre)["kamailio.cfg"]
    assert of_kamailio(alone, centre)["kamailio.cfg"].count("\nlisten=") == 1
    assert "\nlisten=udp:10.0.9.9:5070 advertise 192.0.2.7:5070\n" in told
    assert 'fix_nated_sdp("10", "192.0.2.7")' in told


def test_only_the_carriers_addresses_are_the_carriers(several: Settings, centre: Centre) -> None:
    carrier = replace(centre.carriers[0], addresses=("192.0.2.7", "198.51.100.0/28"))
    text = of_kamailio(several, replace(centre, carriers=(carrier,)))["kamailio.cfg"]
    assert text.count("is_in_subnet(") == 2
    assert '"192.0.2.7/32"' in text
    assert '"198.51.100.0/28"' in text


def test_phones_come_to_the_front_where_there_is_one(settings: Settings, several: Settings) -> None:
    assert several.registrar == ("10.0.0.9", 5060)
    assert settings.registrar == (settings.bind_address, settings.sip_port)


def test_without_the_setting_there_is_one_node_where_the_ports_say(settings: Settings) -> None:
    only = NodeAddress("asterisk", settings.bind_address, settings.ari_port, settings.ami_port, settings.sip_port)
    assert settings.node_addresses == (only,)
    assert settings.own_node == ""


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("CENTRALITA_NODES", "a=10.0.0.1:8088", "'a=10.0.0.1:8088'"),
        ("CENTRALITA_NODES", "a-b=10.0.0.1:8088:5038", "small letters and digits"),
        ("CENTRALITA_NODES", "a=10.0.0.1:8088:99999", "99999"),
        ("CENTRALITA_NODES", "a=10.0.0.1:8088:5038,a=10.0.0.2:8088:5038", "twice"),
        ("CENTRALITA_SIP_FRONT", "10.0.0.9", "10.0.0.9"),
        ("CENTRALITA_SIP_FRONT", "front.example:5060", "front.example"),
        ("CENTRALITA_SIP_FRONT_OUTSIDE", "10.0.0.9", "10.0.0.9"),
    ],
)
def test_nodes_and_a_front_that_cannot_be_are_refused_by_name(tmp_path: Path, name: str, text: str, wrong: str) -> None:
    with pytest.raises(BadSettings, match=wrong) as refused:
        load_settings(tmp_path, {name: text})
    assert name in str(refused.value)


def test_the_machines_own_kamailio_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = Path("/usr/lib/x86_64-linux-gnu/kamailio/modules")
    monkeypatch.setattr("shutil.which", lambda name, path=None: f"/usr/sbin/{name}" if path else None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [modules] if self == Path("/usr/lib") else [])
    assert provide_kamailio(tmp_path, print) == KamailioInstall(("/usr/sbin/kamailio",), modules)
    assert list(tmp_path.iterdir()) == []


def test_where_debians_libraries_are_in_two_folders_they_are_brought_into_one(tmp_path: Path) -> None:
    for file in ("lib/arch/ld.so.2", "usr/lib/arch/libz.so.1"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    (tmp_path / "lib/arch/libc.so").symlink_to("ld.so.2")
    KAMAILIO.complete(tmp_path)
    there = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if not file.is_dir()}
    assert there == {"usr/lib/arch/ld.so.2", "usr/lib/arch/libc.so", "usr/lib/arch/libz.so.1"}


def test_configure_front_writes_files_that_only_this_user_reads(
    several: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings_environment(several).items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(cli, ["configure-front", str(tmp_path / "k")])
    assert told.exit_code == 0, told.output
    assert {file.name for file in (tmp_path / "k").iterdir()} == {
        "kamailio.cfg",
        "dispatcher.list",
        "phones",
        "version",
    }
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "k").iterdir()} == {0o600}
    assert f'"text://{tmp_path / "k"}"' in (tmp_path / "k" / "kamailio.cfg").read_text(encoding="utf-8")


def test_without_a_place_to_listen_at_no_front_is_configured(
    settings: Settings, centre: Centre, tmp_path: Path
) -> None:
    with pytest.raises(SetupFailed, match="CENTRALITA_SIP_FRONT"):
        write_front(settings, centre, tmp_path)
