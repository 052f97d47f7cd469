from __future__ import annotations

import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.centre import Centre, load_centre
from ari_app.settings import Settings
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.conf import context_for, render_all, rendered
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders

NOWHERE = AsteriskInstall(("asterisk",), Path("/m"), Path("/d"), Path("/d/moh"), (22, 10, 1))


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    return folder


@pytest.fixture
def centre(settings: Settings) -> Centre:
    return load_centre(settings.centre)


def test_template_becomes_a_file_that_only_this_user_reads(templates: Path, etc: Path) -> None:
    (templates / "a.conf.j2").write_text("[general]\n{% if on %}\nport = {{ port }}\n{% endif %}\n", encoding="utf-8")
    assert render_all(templates, etc, {"on": True, "port": 5060}) == [etc / "a.conf"]
    assert (etc / "a.conf").read_text(encoding="utf-8") == "[general]\nport = 5060\n"
    assert stat.S_IMODE((etc / "a.conf").stat().st_mode) == 0o600


def test_undefined_name_is_refused_with_the_template(templates: Path, etc: Path) -> None:
    (templates / "a.conf.j2").write_text("port = {{ sip_prot }}\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match=r"a\.conf\.j2.*sip_prot"):
        render_all(templates, etc, {"sip_port": 5060})
    assert not (etc / "a.conf").exists()


@pytest.mark.parametrize("name", ["Ana\nexten => 1,1,System(id)", "Ana ; the rest is a comment", "Ana\x00"])
def test_value_that_would_change_the_files_structure_is_refused(templates: Path, etc: Path, name: str) -> None:
    (templates / "a.conf.j2").write_text("callerid = {{ name }}\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match="cannot carry"):
        render_all(templates, etc, {"name": name})


def test_file_whose_template_is_gone_is_removed(templates: Path, etc: Path) -> None:
    (etc / "old.conf").touch()
    (templates / "a.conf.j2").touch()
    render_all(templates, etc, {})
    assert [file.name for file in etc.iterdir()] == ["a.conf"]


def test_every_template_of_the_product_renders_for_the_demo(settings: Settings, centre: Centre, etc: Path) -> None:
    folders = Folders.below(settings.state)
    templates = settings.project / "asterisk_conf"
    written = render_all(templates, etc, context_for(settings, centre, NOWHERE, folders))
    assert [file.name for file in written] == sorted(path.stem for path in templates.glob("*.j2"))
    pjsip = (etc / "pjsip.conf").read_text(encoding="utf-8")
    assert pjsip.count(f"password = {settings.demo_sip_secret}\n") == len(centre.people)


def files_for(settings: Settings, centre: Centre) -> dict[str, str]:
    """All of Asterisk's files, as they are written for this centre."""
    context = context_for(settings, centre, NOWHERE, Folders.below(settings.state))
    return rendered(settings.project / "asterisk_conf", context)


def in_a_browser(centre: Centre, *codes: str) -> Centre:
    """The centre, in which these people telephone in a browser."""
    people = (replace(person, phone="browser") if person.code in codes else person for person in centre.people)
    return replace(centre, people=tuple(people))


def test_a_centre_of_sip_phones_has_nothing_of_what_browsers_need(settings: Settings, centre: Centre) -> None:
    files = files_for(settings, centre)
    assert "res_pjsip_transport_websocket" not in files["modules.conf"]
    assert "icesupport = no\n" in files["rtp.conf"]
    for word in ("transport-ws", "webrtc", "browser"):
        assert word not in files["pjsip.conf"]


def test_people_in_browsers_and_with_sip_phones_each_get_what_their_phone_speaks(
    settings: Settings, centre: Centre
) -> None:
    files = files_for(settings, in_a_browser(centre, "1009", "2001"))
    assert "load = res_pjsip_transport_websocket.so\n" in files["modules.conf"]
    assert "icesupport = yes\n" in files["rtp.conf"]
    pjsip = files["pjsip.conf"]
    assert "[transport-ws]\ntype = transport\nprotocol = ws\nbind = 0.0.0.0\n" in pjsip
    for person in centre.people:
        kind = "browser" if person.code in ("1009", "2001") else "phone"
        assert f"[{person.code}]({kind})\nauth = {person.code}\n" in pjsip
    assert pjsip.count(f"password = {settings.demo_sip_secret}\n") == len(centre.people)


def test_nobody_is_offered_sound_at_a_rate_that_spoils_recordings(settings: Settings, centre: Centre) -> None:
    """MixMonitor writes what it is given at the rate of whatever is bridged (asterisk/asterisk#1779)."""
    files = files_for(settings, in_a_browser(centre, "1009"))
    allowed = re.findall("^allow = (.*)$", files["pjsip.conf"], flags=re.MULTILINE)
    assert allowed
    assert set(allowed) == {"alaw,ulaw"}
    assert not re.findall("codec_(g722|opus)", files["modules.conf"])


def test_the_first_browser_needs_other_modules_and_the_next_only_another_endpoint(
    settings: Settings, centre: Centre
) -> None:
    """So a reload puts the second to work at once, and says of the first that Asterisk has to be started anew."""
    none, one, two = (files_for(settings, in_a_browser(centre, *codes)) for codes in ((), ("1009",), ("1009", "1010")))
    assert {name for name in one if one[name] != none[name]} == {"http.conf", "modules.conf", "pjsip.conf", "rtp.conf"}
    assert {name for name in two if two[name] != one[name]} == {"pjsip.conf"}


def test_prompt_in_a_folder_that_a_dialplan_cannot_name_is_refused(
    settings: Settings, tmp_path: Path, etc: Path
) -> None:
    odd = tmp_path / "a&b"
    shutil.copytree(settings.centre, odd)
    context = context_for(settings, load_centre(odd), NOWHERE, Folders.below(settings.state))
    with pytest.raises(SetupFailed, match="plain name"):
        render_all(settings.project / "asterisk_conf", etc, context)


def test_phones_without_a_secret_are_refused(settings: Settings, centre: Centre, etc: Path) -> None:
    without = replace(settings, demo_sip_secret="")
    with pytest.raises(SetupFailed, match="DEMO_SIP_SECRET"):
        render_all(
            settings.project / "asterisk_conf",
            etc,
            context_for(without, centre, NOWHERE, Folders.below(settings.state)),
        )


def test_run_folder_moves_when_a_socket_there_would_have_too_long_a_name(tmp_path: Path) -> None:
    short, long = Folders.below(Path("/s")), Folders.below(tmp_path / ("x" * 100))
    assert short.run == Path("/s/run")
    assert len(str(long.run)) < 90
    long.make()
    (long.run / "asterisk.ctl").touch()
    long.end_run()
    assert not long.run.exists()


def test_only_sip_and_sound_leave_the_machine_and_only_others_are_told_the_external_address(
    settings: Settings, centre: Centre
) -> None:
    plain = files_for(settings, centre)
    assert not re.findall("external|local_net", plain["pjsip.conf"])
    elsewhere = replace(
        settings,
        sip_address="0.0.0.0",  # noqa: S104
        sip_external_address="192.0.2.7",
        sip_local_networks="198.51.100.2/32",
    )
    open_ = files_for(elsewhere, centre)
    assert f"\nbind = 0.0.0.0:{settings.sip_port}\n" in open_["pjsip.conf"]
    told = re.findall("^(?:external|local).*$", open_["pjsip.conf"], flags=re.MULTILINE)
    assert told == [
        "external_signaling_address = 192.0.2.7",
        "external_media_address = 192.0.2.7",
        "local_net = 127.0.0.0/8",
        "local_net = 198.51.100.2/32",
    ]
    assert {name for name in open_ if open_[name] != plain[name]} == {"pjsip.conf"}


def test_browsers_are_offered_the_external_address_and_asterisks_own_only_where_somebody_reaches_it(
    settings: Settings, centre: Centre
) -> None:
    browsers = in_a_browser(centre, "1009")
    behind = replace(
        settings,
        sip_external_address="192.0.2.7",
        browser_media_address="198.51.100.2",
        sip_local_networks="198.51.100.2/32",
    )
    files = files_for(behind, browsers)
    told = re.findall(r"^(?:ice_|\[|198).*$", files["rtp.conf"], flags=re.MULTILINE)
    assert told == [
        "[general]",
        "ice_deny = 0.0.0.0/0.0.0.0",
        "ice_permit = 198.51.100.2/255.255.255.255",
        "ice_permit = 192.0.2.7/255.255.255.255",
        "[ice_host_candidates]",
        "198.51.100.2 => 192.0.2.7",
    ]
    (browser,) = re.findall(r"\[browser\]\(!,phone\)\n(?:.+\n)+", files["pjsip.conf"])
    assert "\nmedia_address = 192.0.2.7\n" in browser
    for networks in ("198.51.100.0/24", "198.51.100.2/32,10.8.0.0/16"):
        office = files_for(replace(behind, sip_local_networks=networks), browsers)
        assert office["rtp.conf"].endswith("\n198.51.100.2 => 192.0.2.7,include_local_address\n")
    for none in (files_for(settings, browsers), files_for(behind, centre)):
        assert not re.findall("ice_[dph]", none["rtp.conf"])
        assert "media_address =" not in none["pjsip.conf"].replace("external_media_address", "")


def test_one_address_for_the_sound_of_browsers_is_the_only_one_that_they_are_offered(
    settings: Settings, centre: Centre
) -> None:
    rtp = files_for(replace(settings, browser_media_address="198.51.100.2"), in_a_browser(centre, "1009"))["rtp.conf"]
    told = re.findall("^ice_.*$|^.*=>.*$", rtp, flags=re.MULTILINE)
    assert told == ["ice_deny = 0.0.0.0/0.0.0.0", "ice_permit = 198.51.100.2/255.255.255.255"]


def test_behind_a_translation_it_must_be_said_where_the_sound_of_browsers_comes_in(
    settings: Settings, centre: Centre
) -> None:
    behind = replace(settings, sip_external_address="192.0.2.7", sip_local_networks="198.51.100.0/24")
    with pytest.raises(SetupFailed, match=r"rtp\.conf.*192\.0\.2\.7.* give CENTRALITA_BROWSER_MEDIA_ADDRESS"):
        files_for(behind, in_a_browser(centre, "1009"))
    assert files_for(behind, centre)


def test_whom_no_controller_takes_in_hand_comes_to_the_fallback_after_a_minute_and_then_has_all_the_time(
    settings: Settings, centre: Centre
) -> None:
    dialplan = files_for(replace(settings, fastagi_peers="127.0.0.1:4999"), centre)["extensions.conf"]
    inbound, fallback = (dialplan.split(f"[{name}]")[1].split("\n[")[0] for name in ("inbound", "fallback"))
    assert inbound.count("Set(TIMEOUT(absolute)=60)") == len(centre.numbers)
    assert "Set(TIMEOUT(absolute)=14400)" not in inbound
    assert "exten => T,1,Answer()\n same => n,Goto(${CENTRALITA_NUMBER},nobody)" in inbound
    assert fallback.count("Set(TIMEOUT(absolute)=14400)") == len(centre.queues)
    asked = re.findall(r"agi://([0-9.:]+)/queue-status,soporte\)", fallback)
    assert asked == [f"{settings.bind_address}:{settings.fastagi_port}", "127.0.0.1:4999"]
