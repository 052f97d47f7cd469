"""How do the tests that run only when asked for get what they need? Programs of the system's apt, and a folder of the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from ari_app.settings import load_settings
from tests.network import may_have_one

PROJECT: Final = Path(__file__).parents[1]


class ToolsMissing(Exception):
    """These tests cannot run here. The message says what to do."""


def cache_folder() -> Path:
    """The product's cache, where Asterisk is, too."""
    return load_settings(PROJECT).cache


def program(name: str) -> str | None:
    """Where a program is, those for root included."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def missing_programs(package_of: Mapping[str, str]) -> list[str]:
    """Those of the programs that are not there; ``package_of`` names Debian's package for each."""
    return sorted(name for name in package_of if program(name) is None)


def provide_programs(package_of: Mapping[str, str], told: Path) -> None:
    """Install the packages of those that are missing; what apt says of it is in the file ``told``. Raises ToolsMissing."""
    packages = sorted({package_of[name] for name in missing_programs(package_of)})
    if not packages:
        return
    if os.geteuid() != 0 or program("apt-get") is None:
        raise ToolsMissing(f"install as root: apt-get install {' '.join(packages)}; then run this again")
    say(f"installing {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-qq", "update"], told, quiet)
    run(["apt-get", "-qq", "install", "--no-install-recommends", *packages], told, quiet)


def run(command: Sequence[str], told: Path, environment: Mapping[str, str] | None = None) -> None:
    """To its end; what it says is in the file ``told``. Raises ToolsMissing."""
    with told.open("a", encoding="utf-8") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}, check=False
        )
    if done.returncode != 0:
        raise ToolsMissing(f"`{' '.join(command[:3])} ...` failed; the reason is at the end of {told}")


def say(line: str) -> None:
    """To whoever waits at the terminal."""
    print(line, file=sys.stderr)  # noqa: T201 - minutes of silence otherwise


def only_when_asked(
    config: pytest.Config, items: Sequence[pytest.Item], kind: str, *marks: pytest.MarkDecorator
) -> None:
    """Mark the tests in tests/``kind``; skip them where nobody asks (``-m kind``), or they may have no network of their own."""
    asked = kind in config.option.markexpr.replace(f"not {kind}", "")
    for item in items:
        if f"tests/{kind}/" not in item.nodeid:
            continue
        for mark in (getattr(pytest.mark, kind), *marks):
            item.add_marker(mark)
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if not asked or not may_have_one():
            item.add_marker(
                pytest.mark.skip(reason=f"{'needs root' if asked else 'not asked for'}: `make test-{kind}`")
            )
