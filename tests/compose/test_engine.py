"""Does the engine for containers of the tests leave the machine as it was?"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.compose.engine import engine
from tests.network import network_of_its_own


def told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def machine() -> dict[str, object]:
    """What dockerd is known to leave behind: links, rules, mounts, control groups, folders."""
    return {
        "links": told("ip", "-brief", "link"),
        "rules": [line for line in told("iptables-save").splitlines() if not line.startswith("#")],
        "forwards": Path("/proc/sys/net/ipv4/ip_forward").read_text(encoding="ascii"),
        "mounts": Path("/proc/self/mounts").read_text(encoding="utf-8"),
        "groups": sorted(path for path in Path("/sys/fs/cgroup").glob("**/centralita-docker-*")),
        "folders": sorted(Path("/tmp").glob("centralita-docker-*")),
    }


async def test_nothing_is_left_of_an_engine_and_nothing_of_it_is_outside_while_it_runs(tmp_path: Path) -> None:
    before = machine()
    with network_of_its_own(), engine(tmp_path / "images", tmp_path / "log", builds=False) as docker:
        assert "docker0" in told("ip", "-brief", "link")
        assert "-N DOCKER" in told("iptables", "-S")
        assert Path(f"/proc/{docker.pid}").is_dir()
    assert machine() == before
    assert not Path(f"/proc/{docker.pid}").is_dir()


async def test_one_that_builds_leaves_the_network_of_the_machine_and_another_engine_in_it_as_they_are(
    tmp_path: Path,
) -> None:
    with network_of_its_own(), engine(tmp_path / "images", tmp_path / "log", builds=False) as docker:
        docker.run("docker", "network", "create", "left-by-a-run-that-was-killed")
    with network_of_its_own():
        told("ip", "link", "add", "docker0", "type", "bridge")
        before = machine()
        with engine(tmp_path / "images", tmp_path / "log", builds=True):
            while_it_runs = machine()
        assert machine() == before
    links = [line.split()[0] for line in str(while_it_runs["links"]).splitlines()]
    assert [name for name in links if name not in str(before["links"])] == ["centralita0"]
    assert "docker0" in links
    assert [while_it_runs[name] for name in ("rules", "forwards", "mounts")] == [
        before[name] for name in ("rules", "forwards", "mounts")
    ]
