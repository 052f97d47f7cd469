"""What may the parts of the composition do, and who may reach them? As the kernel and docker tell it of those that run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.compose.composition import OURS, RUNNING, Composition
from tests.compose.engine import EngineFailed

PUBLISHED: Final = {"5060/udp": "0.0.0.0", "8080/tcp": "127.0.0.1"}  # noqa: S104
SEES: Final = {
    "voice": set[str](),
    "asterisk": set[str](),
    "phone-gate": set[str](),
    "console": {"CENTRALITA_CONSOLE_KEY", "DEMO_SIP_SECRET", "REDIS_URL", "CENTRALITA_DATABASE_URL"},
    "recordings": {"CENTRALITA_DATABASE_URL", "recordings.pub"},
    "redis": {"redis_password"},
    "postgres": {"postgres_password"},
}
FASTAGI: Final = {"controller": "4573", "standby": "4574"}
"""Where it is while that controller leads."""

CONNECT: Final = """
import socket, sys
for port in map(int, sys.argv[2:]):
    try:
        socket.create_connection((sys.argv[1], port), 3).close()
        print(port, "open")
    except OSError as refused:
        print(port, type(refused).__name__)
"""


def status_of(pid: int) -> dict[str, str]:
    """What the kernel tells of a process (proc(5), status)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


def told_of_processes(running: Composition, service: str) -> list[str]:
    """The command line, whole, of every process in the service's container, and the environment of the first."""
    pids = running.engine.run("docker", "top", f"centralita-{service}-1", "-eo", "pid").split()[1:]
    found = [Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") for pid in pids]
    assert found
    return [*found, Path(f"/proc/{running.pid(service)}/environ").read_text(encoding="utf-8")]


@pytest.mark.parametrize("service", RUNNING)
async def test_no_process_has_a_right_that_it_does_not_need(running: Composition, service: str) -> None:
    found = status_of(running.pid(service))
    assert found["Uid"].split() == found["Gid"].split() == [str(OURS)] * 4
    assert {name: int(found[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == dict.fromkeys(
        ("CapEff", "CapPrm", "CapBnd", "CapAmb"), 0
    )
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")


@pytest.mark.parametrize("service", RUNNING)
async def test_nobody_can_change_the_programs(running: Composition, service: str) -> None:
    for place in ("/usr/bin", "/etc", "/opt", "/"):
        with pytest.raises(EngineFailed, match=r"Read-only file system|Permission denied"):
            running.within(service, "touch", f"{place}/left-by-a-test")
    assert running.container(service)["HostConfig"]["ReadonlyRootfs"] is True


@pytest.mark.parametrize("service", RUNNING)
async def test_no_part_can_take_the_whole_machine(running: Composition, service: str) -> None:
    host = running.container(service)["HostConfig"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert host["PidsLimit"] > 0
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "5", "max-size": "10m"}}
    assert host["RestartPolicy"]["Name"] == "unless-stopped"


async def test_only_sip_sound_and_the_console_are_published(running: Composition) -> None:
    published: dict[str, str] = {}
    for service in running.services:
        for port, bound in (running.container(service)["NetworkSettings"]["Ports"] or {}).items():
            for one in bound or ():
                published[port] = one["HostIp"]
    sound = {f"{port}/udp": "0.0.0.0" for port in range(10000, 10100)}  # noqa: S104
    assert published == PUBLISHED | sound


async def test_what_only_the_engine_may_reach_listens_for_nobody_else(running: Composition) -> None:
    """Asked from a container that shares a network with `voice`, and knows its name."""
    kept_in = ("8088", "5038", FASTAGI[await running.leader()])
    asked = running.within("recordings", "python", "-c", CONNECT, "voice", *kept_in, "8081", "8090")
    refused = [f"{port} ConnectionRefusedError" for port in kept_in]
    assert asked.splitlines() == [*refused, "8081 open", "8090 open"]
    here = running.within("controller", "python", "-c", CONNECT, "127.0.0.1", *kept_in)
    assert here.split()[1::2] == ["open"] * 3


async def test_redis_and_postgresql_have_no_way_out(running: Composition) -> None:
    (network,) = json.loads(running.engine.run("docker", "network", "inspect", "centralita_data"))
    assert network["Internal"] is True
    for service in ("redis", "postgres", "recordings"):
        assert set(running.container(service)["NetworkSettings"]["Networks"]) == {"centralita_data"}


async def test_redis_wants_its_password(running: Composition) -> None:
    with pytest.raises(EngineFailed, match="NOAUTH"):
        running.within("redis", "redis-cli", "-e", "get", "anything")


async def test_each_service_sees_only_the_secrets_that_it_needs_and_only_its_owner_reads_them(
    running: Composition,
) -> None:
    for service, wanted in SEES.items():
        mounts = running.container(service)["Mounts"]
        seen = {Path(mount["Destination"]).name for mount in mounts if mount["Destination"].startswith("/run/secrets/")}
        assert seen == wanted, service
    listed = running.within(
        "controller", "stat", "-L", "-c", "%a %u", "/run/secrets/REDIS_URL", "/run/secrets/recordings.key"
    )
    assert listed.splitlines() == [f"400 {OURS}"] * 2


async def test_no_secret_is_shown_by_docker_an_image_or_a_process(running: Composition) -> None:
    told = [json.dumps(running.container(service)) for service in running.services]
    told += [text for service in running.services for text in told_of_processes(running, service)]
    told.append(running.engine.run("docker", "history", "--no-trunc", "centralita/controller"))
    told.append(running.compose("logs", "--no-color"))
    secrets = {name: running.secret(name) for name in sorted(path.name for path in running.secrets.iterdir())}
    del secrets["recordings.pub"]  # everybody may know it
    assert len(secrets) == 11
    assert [name for name, secret in secrets.items() if any(secret in text for text in told)] == []
