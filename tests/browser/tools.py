"""What do the browser tests need besides the tests' libraries, and how does it get here? ``python -m tests.browser.tools``.

Chromium, Node, ``ip`` and ``iptables`` come from the system's apt. Playwright (the extra ``browser`` of pyproject.toml), JsSIP in
one file and axe (page/package-lock.json), which finds what hinders people, come into a folder of the cache that is named after
their pins and moved there once it is whole.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.on_request import PROJECT, ToolsMissing, cache_folder, missing_programs, program, provide_programs, run, say

PAGE = Path(__file__).parent / "page"
PACKAGE_OF = {"chromium": "chromium", "node": "nodejs", "npm": "npm", "ip": "iproute2", "iptables": "iptables"}
"""Programs, and Debian's packages that have them."""
_RECIPE_VERSION = 2
_TOLD = "browser-tools.log"


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the parts are: the browser, Playwright's folder for ``sys.path``, and JsSIP and axe as one script each."""

    chromium: str
    python: Path
    jssip: Path
    axe: Path


def find_tools(cache: Path) -> Tools:
    """The tools, if all are there. Raises ToolsMissing."""
    lacking = missing_programs(PACKAGE_OF)
    if lacking or not _place(cache).is_dir():
        raise ToolsMissing(f"{', '.join(lacking) or 'Playwright and JsSIP'} not there; `make test-browser` installs it")
    return _tools(cache)


def provide_tools(cache: Path) -> Tools:
    """The tools, installed first if need be. Raises ToolsMissing."""
    cache.mkdir(parents=True, exist_ok=True)
    provide_programs(PACKAGE_OF, cache / _TOLD)
    if not _place(cache).is_dir():
        say("installing Playwright and JsSIP")
        _make(cache)
    return _tools(cache)


def _tools(cache: Path) -> Tools:
    place, chromium = _place(cache), program("chromium")
    assert chromium is not None
    return Tools(chromium, place / "python", place / "jssip.js", place / "axe.js")


def _playwright() -> str:
    pins = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    (pin,) = pins["project"]["optional-dependencies"]["browser"]
    return str(pin)


def _place(cache: Path) -> Path:
    pins = f"{_RECIPE_VERSION} {_playwright()} {sys.version_info[:2]}".encode()
    lock = (PAGE / "package-lock.json").read_bytes()
    return cache / f"browser-{hashlib.sha256(pins + lock).hexdigest()[:12]}"


def _make(cache: Path) -> None:
    """Everything in a folder of a temporary name, which is then moved into place: a half-made one is never used."""
    told = cache / _TOLD
    with tempfile.TemporaryDirectory(prefix="making-browser-", dir=cache) as folder:
        making = Path(folder) / "whole"
        making.mkdir(mode=0o755)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        run([*pip, "--target", str(making / "python"), _playwright()], told)
        npm = Path(folder) / "npm"
        _bundle_jssip(npm, making / "jssip.js", told)
        shutil.copy(npm / "node_modules/axe-core/axe.min.js", making / "axe.js")
        if not _place(cache).exists():
            making.rename(_place(cache))


def _bundle_jssip(npm: Path, into: Path, told: Path) -> None:
    """JsSIP as one script that makes the global ``JsSIP``. Nothing of the packages is run but esbuild's own program."""
    npm.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PAGE / name, npm)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(npm)], told)
    programs = list((npm / "node_modules/@esbuild").glob("*/bin/esbuild"))
    if len(programs) != 1:
        raise ToolsMissing(f"esbuild has no program for this machine; see {told}")
    options = ["--bundle", "--minify", "--format=iife", "--global-name=JsSIP", "--define:global=window"]
    jssip = npm / "node_modules/jssip/lib/JsSIP.js"
    run([str(programs[0]), str(jssip), *options, "--log-level=warning", f"--outfile={into}"], told)


if __name__ == "__main__":
    try:
        provide_tools(cache_folder())
    except ToolsMissing as missing:
        sys.exit(str(missing))
