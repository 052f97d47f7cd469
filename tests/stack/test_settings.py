from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.settings import BadSettings, load_settings


@pytest.mark.parametrize(("text", "value"), [("0.2", 0.2), ("1000", 1000.0), ("-1", -1.0), ("", 0.15)])
def test_a_number_of_seconds_may_have_a_point_and_a_sign(tmp_path: Path, text: str, value: float) -> None:
    assert load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text}).refuse_above_lag_s == value


@pytest.mark.parametrize("text", ["much", "nan", "1e3", "0,2", "1.", "--1"])
def test_anything_else_is_refused_with_the_variable_and_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_REFUSE_ABOVE_LAG_S=.* is not a number; give one such as 0\.15"):
        load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text})


def test_the_catalogue_and_the_store_are_in_the_state_folder_unless_said_otherwise(tmp_path: Path) -> None:
    found = load_settings(tmp_path, {"CENTRALITA_STATE": "my state"})
    assert found.database == f"sqlite:///{tmp_path}/my state/centralita.db"
    assert found.recordings_store_url == f"file://{tmp_path}/my%20state/recordings/stored"
    assert found.recordings_identity is None


def test_the_catalogue_the_store_and_the_key_may_be_elsewhere(tmp_path: Path) -> None:
    said = {
        "CENTRALITA_DATABASE_URL": "postgresql+psycopg://me:hunter2@db/centralita",
        "CENTRALITA_RECORDINGS_STORE": "s3://bucket/prefix",
        "CENTRALITA_RECORDINGS_IDENTITY": "keys/identity.txt",
    }
    found = load_settings(tmp_path, said)
    assert (found.database, found.recordings_store_url) == tuple(list(said.values())[:2])
    assert found.recordings_identity == tmp_path / "keys/identity.txt"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("text", ["127.0.0.1", "localhost", "192.0.2.1:5060"])
def test_an_address_that_no_browser_can_be_offered_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_BROWSER_MEDIA_ADDRESS=.* give an IPv4 address"):
        load_settings(tmp_path, {"CENTRALITA_BROWSER_MEDIA_ADDRESS": text})
    assert load_settings(tmp_path, {}).browser_media_address == "0.0.0.0"  # noqa: S104


def test_sip_and_the_api_may_listen_elsewhere_than_what_only_the_engine_reaches(tmp_path: Path) -> None:
    said = {"CENTRALITA_SIP_ADDRESS": "0.0.0.0", "CENTRALITA_API_ADDRESS": "192.0.2.7"}  # noqa: S104
    found = load_settings(tmp_path, said)
    assert (found.sip_listens_at, found.api_listens_at, found.bind_address) == ("0.0.0.0", "192.0.2.7", "127.0.0.1")  # noqa: S104
    assert (found.registrar, found.api_url) == (("127.0.0.1", 5060), "http://192.0.2.7:8081")


def test_without_addresses_of_their_own_they_listen_where_everything_does(tmp_path: Path) -> None:
    found = load_settings(tmp_path, {"CENTRALITA_BIND_ADDRESS": "127.0.0.9"})
    assert (found.sip_listens_at, found.api_listens_at) == ("127.0.0.9", "127.0.0.9")
    assert (found.registrar, found.api_url) == (("127.0.0.9", 5060), "http://127.0.0.9:8081")


@pytest.mark.parametrize("name", ["SIP_ADDRESS", "SIP_EXTERNAL_ADDRESS", "API_ADDRESS"])
@pytest.mark.parametrize("text", ["here", "192.0.2.1:5060", "192.0.2.1\nbind = 192.0.2.2"])
def test_what_is_no_address_is_refused_with_the_variable(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(BadSettings, match=f"CENTRALITA_{name}=.* is no IPv4 address"):
        load_settings(tmp_path, {f"CENTRALITA_{name}": text})


@pytest.mark.parametrize("text", ["192.0.2.7/24", "everybody", "192.0.2.7;192.0.2.8", "192.0.2.7/32\nx = y"])
def test_what_is_no_network_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"^CENTRALITA_SIP_LOCAL_NETWORKS: .* give networks such as 192\.0\.2\.7/32"):
        load_settings(tmp_path, {"CENTRALITA_SIP_LOCAL_NETWORKS": text})


def test_this_machine_is_never_told_the_external_address(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).sip_not_translated == ("127.0.0.0/8",)
    found = load_settings(tmp_path, {"CENTRALITA_SIP_LOCAL_NETWORKS": "192.0.2.7/32, 198.51.100.0/24"})
    assert found.sip_not_translated == ("127.0.0.0/8", "192.0.2.7/32", "198.51.100.0/24")


def test_nobody_is_told_to_send_to_every_address(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_SIP_EXTERNAL_ADDRESS .* name one address"):
        load_settings(tmp_path, {"CENTRALITA_SIP_EXTERNAL_ADDRESS": "0.0.0.0"})  # noqa: S104


def test_the_dialplan_asks_our_own_fastagi_first_and_that_of_each_other_controller_once(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"CENTRALITA_FASTAGI_PEERS": "127.0.0.1:4573, 127.0.0.1:4574"})
    assert settings.fastagi_addresses == ("127.0.0.1:4573", "127.0.0.1:4574")
    assert load_settings(tmp_path, {}).fastagi_addresses == ("127.0.0.1:4573",)


@pytest.mark.parametrize("text", ["4574", "127.0.0.1", "127.0.0.1:0", "standby:4574", "127.0.0.1:4574)"])
def test_a_peer_without_address_or_port_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match="CENTRALITA_FASTAGI_PEERS"):
        load_settings(tmp_path, {"CENTRALITA_FASTAGI_PEERS": text})


def test_the_console_asks_the_controller_beside_it_unless_others_are_named(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).controller_urls == ("http://127.0.0.1:8081",)
    named = load_settings(tmp_path, {"CENTRALITA_CONTROLLERS": "http://a:8081/, http://b:8082"})
    assert named.controller_urls == ("http://a:8081", "http://b:8082")
    with pytest.raises(BadSettings, match="CENTRALITA_CONTROLLERS names 'a:1'"):
        load_settings(tmp_path, {"CENTRALITA_CONTROLLERS": "a:1"})


def test_whose_word_the_console_takes_is_named_and_is_not_everybodys(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).console_proxy_networks == ()
    named = load_settings(tmp_path, {"CENTRALITA_CONSOLE_PROXIES": "127.0.0.1, 10.1.0.0/16"})
    assert named.console_proxy_networks == ("127.0.0.1", "10.1.0.0/16")
    for text, why in (("a proxy", "is no network"), ("10.1.0.1/16", "is no network"), ("0.0.0.0/0", "is everybody")):
        with pytest.raises(BadSettings, match=f"CENTRALITA_CONSOLE_PROXIES names '{text}', which {why}"):
            load_settings(tmp_path, {"CENTRALITA_CONSOLE_PROXIES": text})


def test_phones_in_browsers_are_passed_on_to_every_node_unless_said_otherwise(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).phone_line_urls == ("ws://127.0.0.1:8088/ws",)
    several = {"CENTRALITA_NODES": "a=10.0.0.1:8088:5038,b=10.0.0.2:8089:5038"}
    assert load_settings(tmp_path, several).phone_line_urls == ("ws://10.0.0.1:8088/ws", "ws://10.0.0.2:8089/ws")
    said = several | {
        "CENTRALITA_PHONE_LINES": "ws://voice:8090/ws, wss://other.example:443/phones",
        "DEMO_SIP_SECRET": "x",
    }
    assert load_settings(tmp_path, said).phone_line_urls == ("ws://voice:8090/ws", "wss://other.example:443/phones")


def test_behind_a_front_there_are_no_phones_in_browsers_whatever_is_said(tmp_path: Path) -> None:
    said = {
        "CENTRALITA_PHONE_LINES": "ws://voice:8090/ws",
        "DEMO_SIP_SECRET": "x",
        "CENTRALITA_SIP_FRONT": "127.0.0.3:5060",
    }
    assert load_settings(tmp_path, said).phone_line_urls == ()


@pytest.mark.parametrize(
    "text", ["voice:8090", "http://voice:8090/ws", "ws://voice/ws", "ws://voice:8090", "ws://a:1/ws,", "ws://a:1/w?s"]
)
def test_what_is_no_websocket_for_phones_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(
        BadSettings, match=r"CENTRALITA_PHONE_LINES names .* write one such as ws://10\.0\.0\.1:8090/ws"
    ):
        load_settings(tmp_path, {"CENTRALITA_PHONE_LINES": text, "DEMO_SIP_SECRET": "x"})


def test_who_passes_phones_on_must_be_able_to_prove_them(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_PHONE_LINES .* give DEMO_SIP_SECRET"):
        load_settings(tmp_path, {"CENTRALITA_PHONE_LINES": "ws://voice:8090/ws"})
