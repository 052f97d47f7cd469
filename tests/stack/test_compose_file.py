"""Does docker-compose.yml speak of what there is? Without an engine for containers: that is `make test-compose`."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from ari_app.cli import PROJECT
from ari_app.secret_files import SUFFIX
from ari_app.settings import SECRETS, Settings, load_settings
from ari_app.stack.secret_files import PASSWORDS, make_secret_files

FILE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
KEYS = {"recordings.key", "recordings.pub"}
VARIABLES = {
    setting.metadata["env"]: bool(setting.metadata.get("secret")) for setting in fields(Settings) if setting.metadata
}
OF_SECRETS = {name for name, is_secret in VARIABLES.items() if is_secret}
LEFT_OUT = {name + SUFFIX for name in OF_SECRETS} | {"CENTRALITA_SIP_EXTERNAL_ADDRESS"}
KNOWN = {name + SUFFIX if is_secret else name for name, is_secret in VARIABLES.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_of_a_service_is_a_setting_and_no_secret_is_one(service: str) -> None:
    assert set(SERVICES[service].get("environment", {})) <= KNOWN


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_names_the_files_of_those_secrets_that_it_has(service: str) -> None:
    given = set(SERVICES[service].get("secrets", [])) & OF_SECRETS
    named = {name: path for name, path in SERVICES[service].get("environment", {}).items() if name.endswith(SUFFIX)}
    assert named == {name + SUFFIX: f"/run/secrets/{name}" for name in given}


def test_every_secret_is_a_file_that_is_made_by_the_command(tmp_path: Path) -> None:
    made = {*make_secret_files(tmp_path, lambda: "a-secret-of-this-test-long-enough"), *KEYS}
    assert set(FILE["secrets"]) == made
    assert {secret["file"].rpartition("/")[2] for secret in FILE["secrets"].values()} == made
    assert {*SECRETS, *PASSWORDS} <= made


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_common_limits(service: str) -> None:
    found = SERVICES[service]
    assert (found["user"], found["read_only"], found["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert set(found["logging"]["options"]) == {"max-size", "max-file"}
    assert service == "secrets" or set(found["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


def test_only_the_holder_of_the_network_and_the_console_publish_anything() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["voice", "console"]
    assert [port.partition(":")[0] for port in SERVICES["console"]["ports"]] == ["127.0.0.1"]
    assert [name for name, service in SERVICES.items() if service.get("network_mode") == "service:voice"] == [
        "asterisk",
        "controller",
        "standby",
        "phone-gate",
        "asterisk-b",
        "kamailio",
    ]


def test_without_the_profile_there_is_one_node_as_the_settings_have_it() -> None:
    assert [name for name, service in SERVICES.items() if service.get("profiles") == ["two-nodes"]] == [
        "configure-b",
        "asterisk-b",
        "configure-front",
        "kamailio",
    ]
    settings = SERVICES["controller"]["environment"]
    for name in ("CENTRALITA_SIP_PORT", "CENTRALITA_NODES", "CENTRALITA_SIP_FRONT", "CENTRALITA_SIP_FRONT_OUTSIDE"):
        assert settings[name].startswith("${COMPOSE_PROFILES:+")


def with_two_nodes(service: str, tmp_path: Path) -> Settings:
    """The settings of a service, its secrets left out."""
    given = SERVICES[service]["environment"].items()
    asked = {name: re.sub(r"^\$\{COMPOSE_PROFILES:\+(.*)\}$", r"\1", text) for name, text in given}
    asked = {name: re.sub(r"\$\{\w+:[-?]([^}]*)\}", r"\1", text) for name, text in asked.items()}
    return load_settings(tmp_path, {name: text for name, text in asked.items() if name not in LEFT_OUT})


def test_with_it_both_nodes_are_where_the_controllers_look_and_know_which_they_are(tmp_path: Path) -> None:
    a, b, front = (with_two_nodes(service, tmp_path) for service in ("configure", "configure-b", "configure-front"))
    assert a.node_addresses == b.node_addresses == front.node_addresses
    assert a.sip_front == b.sip_front == front.sip_front
    for own, node in zip((a, b), a.node_addresses, strict=True):
        assert (own.own_node, own.ami_port, own.sip_port) == (node.name, node.ami_port, node.sip_port)
    for controller in ("controller", "standby"):
        assert with_two_nodes(controller, tmp_path).node_addresses == a.node_addresses


def test_the_two_controllers_differ_in_their_own_ports_alone() -> None:
    one, other = SERVICES["controller"], SERVICES["standby"]
    differ = {name for name in one["environment"] if one["environment"][name] != other["environment"][name]}
    assert differ == {"CENTRALITA_API_PORT", "CENTRALITA_FASTAGI_PORT"}
    assert {key for key in one if one[key] != other[key]} == {"environment", "healthcheck", "depends_on"}


def test_the_console_finds_both_controllers_by_their_ports() -> None:
    asked = SERVICES["console"]["environment"]["CENTRALITA_CONTROLLERS"]
    ports = [SERVICES[name]["environment"]["CENTRALITA_API_PORT"] for name in ("controller", "standby")]
    assert asked.split(",") == [f"http://voice:{port}" for port in ports]
    for name in ("controller", "standby"):
        assert SERVICES[name]["healthcheck"]["test"] == [
            "CMD",
            "healthy",
            SERVICES[name]["environment"]["CENTRALITA_API_PORT"],
        ]


def test_the_console_finds_the_gate_and_the_gate_asterisk_and_sound_comes_in_where_voice_is() -> None:
    gate = (PROJECT / "containers" / "phone-gate.cfg").read_text(encoding="utf-8")
    (port,) = re.findall(r"^    bind :(\d+)$", gate, flags=re.MULTILINE)
    (behind,) = re.findall(r"^    server asterisk 127\.0\.0\.1:(\d+)$", gate, flags=re.MULTILINE)
    assert int(behind) == next(setting.default for setting in fields(Settings) if setting.name == "ari_port")
    assert SERVICES["console"]["environment"]["CENTRALITA_PHONE_LINES"] == f"ws://voice:{port}/ws"
    assert SERVICES["phone-gate"]["healthcheck"]["test"] == ["CMD", "refuses", port]
    sound = SERVICES["configure"]["environment"]["CENTRALITA_BROWSER_MEDIA_ADDRESS"]
    assert SERVICES["voice"]["networks"]["outside"]["ipv4_address"] == sound
