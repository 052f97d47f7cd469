"""What do the browser tests need besides the tests' libraries, and how does it get here? ``python -m tests.browser.tools``.

Chromium, Node and ``ip`` come from the system's apt. Playwright (the extra ``browser`` of pyproject.toml) and JsSIP in one file
(page/package-lock.json) come into a folder of the cache that is named after their pins and moved there once it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.settings import load_settings

PROJECT = Path(__file__).parents[2]
PAGE = Path(__file__).parent / "page"
PACKAGE_OF = {"chromium": "chromium", "node": "nodejs", "npm": "npm", "ip": "iproute2"}
"""Programs, and Debian's packages that have them."""
_RECIPE_VERSION = 1
_TOLD = "browser-tools.log"


class ToolsMissing(Exception):
    """The browser tests cannot run here. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the parts are: the browser, Playwright's folder for ``sys.path``, and JsSIP as one script."""

    chromium: str
    python: Path
    jssip: Path


def cache_folder() -> Path:
    """The product's cache, where Asterisk is, too."""
    return load_settings(PROJECT).cache


def find_tools(cache: Path) -> Tools:
    """The tools, if all are there. Raises ToolsMissing."""
    lacking = sorted(_missing_programs())
    if lacking or not _place(cache).is_dir():
        raise ToolsMissing(f"{', '.join(lacking) or 'Playwright and JsSIP'} not there; `make test-browser` installs it")
    return _tools(cache)


def provide_tools(cache: Path) -> Tools:
    """The tools, installed first if need be. Raises ToolsMissing."""
    cache.mkdir(parents=True, exist_ok=True)
    lacking = _missing_programs()
    if lacking:
        _install_packages(sorted(lacking.values()), cache / _TOLD)
    if not _place(cache).is_dir():
        print("installing Playwright and JsSIP", file=sys.stderr)  # noqa: T201 - half a minute of silence otherwise
        _make(cache)
    return _tools(cache)


def _tools(cache: Path) -> Tools:
    place, chromium = _place(cache), shutil.which("chromium")
    assert chromium is not None
    return Tools(chromium, place / "python", place / "jssip.js")


def _playwright() -> str:
    pins = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    (pin,) = pins["project"]["optional-dependencies"]["browser"]
    return str(pin)


def _place(cache: Path) -> Path:
    pins = f"{_RECIPE_VERSION} {_playwright()} {sys.version_info[:2]}".encode()
    lock = (PAGE / "package-lock.json").read_bytes()
    return cache / f"browser-{hashlib.sha256(pins + lock).hexdigest()[:12]}"


def _missing_programs() -> Mapping[str, str]:
    return {program: package for program, package in PACKAGE_OF.items() if shutil.which(program) is None}


def _install_packages(packages: Sequence[str], told: Path) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ToolsMissing(f"install as root: apt-get install {' '.join(packages)}; then run this again")
    print(f"installing {' '.join(packages)}", file=sys.stderr)  # noqa: T201 - a minute of silence otherwise
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "-qq", "update"], told, quiet)
    _run(["apt-get", "-qq", "install", "--no-install-recommends", *packages], told, quiet)


def _make(cache: Path) -> None:
    """Everything in a folder of a temporary name, which is then moved into place: a half-made one is never used."""
    told = cache / _TOLD
    with tempfile.TemporaryDirectory(prefix="making-browser-", dir=cache) as folder:
        making = Path(folder) / "whole"
        making.mkdir(mode=0o755)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        _run([*pip, "--target", str(making / "python"), _playwright()], told)
        _bundle_jssip(Path(folder) / "npm", making / "jssip.js", told)
        if not _place(cache).exists():
            making.rename(_place(cache))


def _bundle_jssip(npm: Path, into: Path, told: Path) -> None:
    """JsSIP as one script that makes the global ``JsSIP``. Nothing of the packages is run but esbuild's own program."""
    npm.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PAGE / name, npm)
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(npm)], told)
    programs = list((npm / "node_modules/@esbuild").glob("*/bin/esbuild"))
    if len(programs) != 1:
        raise ToolsMissing(f"esbuild has no program for this machine; see {told}")
    options = ["--bundle", "--minify", "--format=iife", "--global-name=JsSIP", "--define:global=window"]
    jssip = npm / "node_modules/jssip/lib/JsSIP.js"
    _run([str(programs[0]), str(jssip), *options, "--log-level=warning", f"--outfile={into}"], told)


def _run(command: Sequence[str], told: Path, environment: Mapping[str, str] | None = None) -> None:
    with told.open("a", encoding="utf-8") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}, check=False
        )
    if done.returncode != 0:
        raise ToolsMissing(f"`{' '.join(command[:3])} ...` failed; the reason is at the end of {told}")


if __name__ == "__main__":
    try:
        provide_tools(cache_folder())
    except ToolsMissing as missing:
        sys.exit(str(missing))
