"""What do the tests of the composition need, and how does it get here? ``python -m tests.compose.tools``.

The engine for containers, debootstrap and ``ip`` come from the system's apt, Compose from Debian testing into the cache. There,
too, are the images: Debian's two bases, made with debootstrap, and on them the composition's own, built from its Dockerfiles.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.stack.faults import SetupFailed
from ari_app.stack.forky_root import Recipe, cached_root, provide_root
from ari_app.stack.private_apt import system_mirror
from tests.compose.engine import Engine, EngineFailed, engine
from tests.network import ADDRESS
from tests.on_request import PROJECT, ToolsMissing, cache_folder, missing_programs, provide_programs, run, say

BUILT: Final = ("asterisk", "controller", "redis", "postgres", "kamailio", "phone-gate")
"""The services whose images are built; the others share them."""

COMPOSE: Final = Recipe("compose", ("docker-compose",), assumed=("libc6", "libgcc-s1"))
"""Its program runs with the system's own libraries."""

BASES: Final = {"bookworm": "bookworm", "forky": "sid"}
"""Debian's releases, and debootstrap's script for each: Debian 12's knows no forky."""

PACKAGE_OF: Final = {"dockerd": "docker.io", "docker": "docker.io", "debootstrap": "debootstrap", "ip": "iproute2"}
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_TOLD: Final = "compose-tools.log"


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the parts are: Compose's program, and the folder with the images."""

    compose: str
    images: Path
    log: Path


def find_tools(cache: Path) -> Tools:
    """The tools, if all are there. Raises ToolsMissing."""
    lacking = missing_programs(PACKAGE_OF)
    tools = _tools(cache)
    if lacking or cached_root(cache, COMPOSE) is None or not tools.images.is_dir():
        raise ToolsMissing(
            f"{', '.join(lacking) or 'Compose and the images'} not there; `make test-compose` makes them"
        )
    return tools


def provide_tools(cache: Path) -> Tools:
    """The tools, installed first if need be, and the images as the checkout would have them now. Raises ToolsMissing."""
    if os.geteuid() != 0:
        raise ToolsMissing("an engine for containers needs root: as root, `make test-compose`")
    cache.mkdir(parents=True, exist_ok=True)
    provide_programs(PACKAGE_OF, cache / _TOLD)
    provide_root(cache, say, recipe=COMPOSE)
    tools = _tools(cache)
    with engine(tools.images, tools.log, builds=True) as builder:
        known = builder.run("docker", "images", "--format", "{{.Repository}}:{{.Tag}}").split()
        for release in BASES:
            if f"debian:{release}-slim" not in known:
                say(f"making debian:{release}-slim")
                _make_base(builder, release, cache, tools.log)
        say("building the images")
        builder.run(*compose_command(tools, "tests/compose/building.yml"), "build", *BUILT, told=tools.log)
    return tools


def compose_command(tools: Tools, *more: str) -> list[str]:
    """How Compose is begun: with the composition, and on it the files ``more``."""
    files = [argument for name in ("docker-compose.yml", *more) for argument in ("-f", str(PROJECT / name))]
    return [
        "env",
        f"CENTRALITA_SIP_EXTERNAL_ADDRESS={ADDRESS}",
        tools.compose,
        "--project-directory",
        str(PROJECT),
        *files,
    ]


def _tools(cache: Path) -> Tools:
    root = cached_root(cache, COMPOSE)
    compose = "" if root is None else str(root.folder / "usr/libexec/docker/cli-plugins/docker-compose")
    return Tools(compose, cache / "containers", cache / _TOLD)


def _make_base(builder: Engine, release: str, cache: Path, told: Path) -> None:
    """An image like Debian's own, which also trusts whom this machine does when packages are fetched through it."""
    with tempfile.TemporaryDirectory(prefix="making-base-", dir=cache) as folder:
        root, script = Path(folder) / "root", f"/usr/share/debootstrap/scripts/{BASES[release]}"
        run(["debootstrap", "--variant=minbase", release, str(root), system_mirror(), script], told)
        (root / "etc/apt/apt.conf.d/99late").write_text('Acquire::Check-Valid-Until "false";\n', encoding="ascii")
        (root / "etc/ssl").mkdir(exist_ok=True)
        (root / "etc/ssl/of-the-builder.pem").write_bytes(_CERTIFICATES.read_bytes())
        (root / "etc/pip.conf").write_text("[global]\ncert = /etc/ssl/of-the-builder.pem\n", encoding="ascii")
        archive = Path(folder) / "root.tar"
        left_out = [f"--exclude=./{name}/*" for name in ("var/cache/apt/archives", "var/lib/apt/lists")]
        run(["tar", *left_out, "-C", str(root), "-cf", str(archive), "."], told)
        builder.run("docker", "import", str(archive), f"debian:{release}-slim", told=told)


if __name__ == "__main__":
    try:
        provide_tools(cache_folder())
    except (ToolsMissing, EngineFailed, SetupFailed) as missing:
        sys.exit(str(missing))
