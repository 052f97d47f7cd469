from __future__ import annotations

import socket
import threading
from dataclasses import replace
from pathlib import Path

from ari_app.settings import Settings
from ari_app.stack.doctor import Check, failed, report
from ari_app.stack.doctor_machine import host_name_check, machine_checks
from ari_app.stack.doctor_running import count_contacts, redis_check


def test_each_check_is_one_line_with_its_remedy_below() -> None:
    told = report([Check("ports", "ok", "all free"), Check("host name", "fail", "does not resolve", "edit /etc/hosts")])
    assert told.splitlines() == [
        "ok    ports          all free",
        "fail  host name      does not resolve",
        "                     -> edit /etc/hosts",
    ]


def test_only_a_fail_fails() -> None:
    assert failed([Check("a", "ok", ""), Check("b", "fail", "")])
    assert not failed([Check("a", "ok", ""), Check("b", "warn", "")])


def test_host_name_without_address_fails_with_the_line_for_etc_hosts() -> None:
    def refuse(_: str) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    check = host_name_check("pbx", refuse)
    assert check.outcome == "fail"
    assert "127.0.1.1 pbx" in check.remedy


def test_host_name_that_resolves_only_after_a_stall_fails() -> None:
    never = threading.Event()
    check = host_name_check("pbx", lambda _: never.wait(), within_s=0.01)
    never.set()
    assert check.outcome == "fail"
    assert "within" in check.detail


def test_host_name_that_resolves_is_ok() -> None:
    assert host_name_check("pbx", lambda _: []).outcome == "ok"


def test_taken_port_fails_with_the_setting_to_change(settings: Settings) -> None:
    with socket.create_server((settings.bind_address, settings.api_port)):
        found = [check for check in machine_checks(settings) if check.name == "ports"]
    assert [check.outcome for check in found] == ["fail"]
    assert "CENTRALITA_API_PORT" in found[0].remedy


def test_env_file_that_others_can_read_fails(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").touch(mode=0o644)
    (tmp_path / ".env").chmod(0o644)
    checks = machine_checks(replace(settings, project=tmp_path))
    assert [check.outcome for check in checks if check.name == "secrets"] == ["fail"]


def test_secrets_that_are_not_made_yet_are_named(settings: Settings) -> None:
    checks = machine_checks(replace(settings, ami_secret=""))
    told = next(check for check in checks if check.name == "secrets")
    assert (told.outcome, "CENTRALITA_AMI_SECRET" in told.detail) == ("warn", True)
    assert settings.ari_secret not in report(checks)


async def test_redis_that_does_not_answer_fails_and_its_password_is_not_shown(settings: Settings) -> None:
    url = f"redis://:a-password@{settings.bind_address}:{settings.redis_port}/0"
    check = await redis_check(replace(settings, redis_url=url))
    assert check.outcome == "fail"
    assert "a-password" not in report([check])


def test_contacts_that_do_not_answer_are_counted_apart() -> None:
    told = """
  Contact:  <Aor/ContactUri............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

  Contact:  1001/sip:1001@127.0.0.1:5062               0b1c2d3e4f Avail         0.512
  Contact:  1002/sip:1002@127.0.0.1:5064               1b1c2d3e4f Unavail         nan

Objects found: 2
"""
    assert count_contacts(told) == (1, 2)
