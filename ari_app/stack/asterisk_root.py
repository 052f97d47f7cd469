"""Which Asterisk do we run: the system's own, or the cached one?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ari_app.stack.faults import SetupFailed
from ari_app.stack.forky_root import ForkyRoot, cached_root, provide_root
from ari_app.stack.machine import this_machine
from ari_app.stack.versions import ASTERISK_FLOOR, Version, new_enough, parse_asterisk, shown, told_by

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AsteriskInstall:
    """An Asterisk that can be run: its command line's beginning and the folders with its modules, data and music."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    music: Path
    version: Version

    @property
    def where(self) -> str:
        """The program's path, for messages."""
        return self.command[-1]


def provide_asterisk(cache: Path, say: Say, mirror: str = "") -> AsteriskInstall:
    """The Asterisk on PATH if it is new enough and whole, else the one in the cached root (made if need be).

    Raises SetupFailed with what to do.
    """
    return asterisk_on_path(say) or _from_root(provide_root(cache, say, mirror))


def asterisk_at_hand(cache: Path, say: Say) -> AsteriskInstall | None:
    """As provide_asterisk, but without downloading anything: None when the cached root is not there yet."""
    found = asterisk_on_path(say)
    root = None if found else cached_root(cache)
    return found or (_from_root(root) if root else None)


def asterisk_on_path(say: Say) -> AsteriskInstall | None:
    """The system's Asterisk, or None (said why) when there is none, it is too old or it lacks sounds or modules."""
    program = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    version = banner_version((program,))
    if not new_enough(version, ASTERISK_FLOOR):
        say(
            f"{program} is version {shown(version)}; at least {shown(ASTERISK_FLOOR)} is needed, so the cached one is used"
        )
        return None
    folders = _system_folders()
    modules = _first_with(folders["astmoddir"], "res_ari.so")
    data = _first_with(folders["astdatadir"], "sounds/es", "sounds/en", "rest-api")
    if version is None or modules is None or data is None:
        lacking = "its modules (res_ari.so)" if modules is None else "sounds/es and sounds/en or the REST descriptions"
        say(f"{program} lacks {lacking}, so the cached one is used")
        return None
    return AsteriskInstall((program,), modules, data, data / "moh", version)


def banner_version(command: tuple[str, ...]) -> Version | None:
    """What ``asterisk -V`` says, as numbers; None when it cannot be run or understood."""
    return told_by(command, "-V", parse_asterisk)


def _from_root(root: ForkyRoot) -> AsteriskInstall:
    command = root.command("usr/sbin/asterisk")
    version = banner_version(command)
    if version is None or not new_enough(version, ASTERISK_FLOOR):
        raise SetupFailed(
            f"The Asterisk in {root.folder} says version {shown(version)}; at least {shown(ASTERISK_FLOOR)} is needed. "
            "Remove that folder and run the same command again; if it stays, name another mirror in CENTRALITA_DEBIAN_MIRROR."
        )
    data = root.folder / "usr/share/asterisk"
    return AsteriskInstall(command, root.libraries / "asterisk/modules", data, data / "moh", version)


def _system_folders() -> dict[str, list[Path]]:
    """Where the system's Asterisk may keep modules and data: as its asterisk.conf says, else the usual places."""
    triplet = this_machine().triplet
    found = {
        "astmoddir": [Path(f"/usr/lib/{triplet}/asterisk/modules"), Path("/usr/lib/asterisk/modules")],
        "astdatadir": [Path("/usr/share/asterisk"), Path("/var/lib/asterisk")],
    }
    try:
        text = Path("/etc/asterisk/asterisk.conf").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return found
    for key, value in re.findall(r"^\s*(astmoddir|astdatadir)\s*=>?\s*([^;\s]+)", text, flags=re.MULTILINE):
        found[key].insert(0, Path(value))
    return found


def _first_with(folders: Iterable[Path], *inside: str) -> Path | None:
    return next((folder for folder in folders if all((folder / name).exists() for name in inside)), None)
