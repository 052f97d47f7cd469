from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.settings import Settings
from ari_app.stack.faults import StartFailed
from ari_app.stack.ports import describe_taken, holder_of, ports_of, require_free, settings_with_free_ports, taken_ports


def test_taken_tcp_port_is_named_with_its_holder_and_its_setting(settings: Settings) -> None:
    taken = socket.create_server((settings.bind_address, settings.ari_port))
    with taken, pytest.raises(StartFailed) as refused:
        require_free(settings, ports_of(settings))
    message = str(refused.value)
    assert f"ARI port 127.0.0.1:{settings.ari_port}/tcp" in message
    assert f"(pid {os.getpid()})" in message
    assert "CENTRALITA_ARI_PORT" in message


def test_taken_udp_port_is_found(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((settings.bind_address, settings.sip_port))
        taken = taken_ports(settings.bind_address, ports_of(settings))
        assert [port.setting for port in taken] == ["CENTRALITA_SIP_PORT"]
        assert f"pid {os.getpid()}" in (holder_of(taken[0]) or "")


def test_every_taken_port_is_told_at_once(settings: Settings) -> None:
    address = settings.bind_address
    taken = [socket.create_server((address, port)) for port in (settings.ari_port, settings.ami_port)]
    with taken[0], taken[1], pytest.raises(StartFailed) as refused:
        require_free(settings, ports_of(settings))
    assert {"CENTRALITA_ARI_PORT", "CENTRALITA_AMI_PORT"} <= set(str(refused.value).replace(":", " ").split())


def test_listener_on_every_address_takes_the_port_too(settings: Settings) -> None:
    with socket.create_server(("0.0.0.0", settings.api_port)):  # noqa: S104 - the case in question
        assert [p.setting for p in taken_ports(settings.bind_address, ports_of(settings))] == ["CENTRALITA_API_PORT"]


def test_free_ports_are_no_obstacle(settings: Settings) -> None:
    require_free(settings, ports_of(settings))


def test_port_of_a_redis_that_is_not_ours_is_not_looked_at(settings: Settings) -> None:
    theirs = replace(settings, redis_url="redis://127.0.0.1:6379/0")
    assert "CENTRALITA_REDIS_PORT" in {port.setting for port in ports_of(settings)}
    assert "CENTRALITA_REDIS_PORT" not in {port.setting for port in ports_of(theirs)}


def test_foreign_address_is_refused_with_the_setting(settings: Settings) -> None:
    with pytest.raises(StartFailed, match="CENTRALITA_BIND_ADDRESS"):
        require_free(replace(settings, bind_address="192.0.2.1"), ports_of(settings))


def test_unseen_holder_is_admitted(settings: Settings) -> None:
    sentence = describe_taken("127.0.0.1", ports_of(settings)[0], None)
    assert "a process that this user cannot see" in sentence
    assert "CENTRALITA_SIP_PORT" in sentence


def test_two_trials_get_different_ports(settings: Settings, tmp_path: Path) -> None:
    one, other = (settings_with_free_ports(settings, tmp_path / name) for name in ("one", "other"))
    assert not {port.number for port in ports_of(one)} & {port.number for port in ports_of(other)}


def test_port_with_an_address_of_its_own_is_looked_for_there(settings: Settings) -> None:
    elsewhere = replace(settings, api_address="127.0.0.8")
    with socket.create_server((settings.bind_address, settings.api_port)):
        assert taken_ports(settings.bind_address, ports_of(elsewhere)) == []
    with socket.create_server(("127.0.0.8", settings.api_port)), pytest.raises(StartFailed) as refused:
        require_free(elsewhere, ports_of(elsewhere))
    assert f"API port 127.0.0.8:{settings.api_port}/tcp" in str(refused.value)


def test_foreign_address_of_one_port_is_refused_with_its_own_setting(settings: Settings) -> None:
    with pytest.raises(StartFailed, match=r"CENTRALITA_SIP_ADDRESS=192\.0\.2\.1 "):
        require_free(settings, ports_of(replace(settings, sip_address="192.0.2.1")))
