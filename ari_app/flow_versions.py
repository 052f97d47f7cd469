"""What did a flow say before, and how does it say so again? Every version that was in force is kept, as it was written.

In the state folder: ``flow_versions/NAME/VERSION.yaml``, and ``index.jsonl`` beside them with a line each time that one came into
force. The file is there before its line is, and a line that was cut short is passed over.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ari_app.whole_files import PRIVATE, sync_folder, write_whole
from ivr_flows.drawing import draw
from ivr_flows.flow import Flow
from ivr_flows.problems import choose_among
from ivr_flows.traffic import Traffic

INDEX = "index.jsonl"


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version of a flow, and when it last came into force (seconds since 1970)."""

    version: str
    at_s: float


class FlowVersions:
    """All versions of all flows, in a folder that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, text: str, version: str, now_s: float) -> None:
        """``version`` of the flow ``name`` is in force from now on, and this is its file. Done twice, it is as done once."""
        folder = self._of(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{_version(version)}.yaml"
        if _read(file) != text:  # the same meaning in other words: the latest are kept
            write_whole(file, text, PRIVATE)
        if self._in_force(folder) != version:
            at = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="milliseconds")
            _append(folder / INDEX, json.dumps({"version": version, "at": at, "file": file.name}))

    def versions(self, name: str) -> list[KeptVersion]:
        """Those of the flow ``name`` that can be had again, the one that last came into force last; none if it is unknown."""
        folder = self._of(name)
        latest: dict[str, float] = {}
        for kept in _index(folder):
            latest.pop(kept.version, None)
            latest[kept.version] = kept.at_s
        return [KeptVersion(version, at_s) for version, at_s in latest.items() if (folder / f"{version}.yaml").exists()]

    def text(self, name: str, version: str) -> str:
        """The file as it was. Raises LookupError, which tells the versions that there are."""
        known = [kept.version for kept in self.versions(name)]
        text = _read(self._of(name) / f"{version}.yaml") if version in known else None
        if text is None:
            remedy = choose_among(version, known, "none was kept yet")
            raise LookupError(f"there is no version {version!r} of the flow {name!r}; {remedy}")
        return text

    def _of(self, name: str) -> Path:
        return self._folder / _name(name)

    def _in_force(self, folder: Path) -> str | None:
        index = _index(folder)
        return index[-1].version if index else None


def roll_back(centre_folder: Path, name: str, text: str, check: Callable[[], object]) -> None:
    """Make ``text`` the file of the flow ``name``, if ``check``, which loads the centre, then finds no fault.

    Else, whatever it raises (BadFile, an interruption) goes on, and the former file is back: the very same one. It waits beside
    under another name meanwhile, and is found there if the machine stops just then.
    """
    path = (centre_folder / "flows" / f"{_name(name)}.yaml").resolve()
    former = path.with_name(f".{path.name}.former")
    former.unlink(missing_ok=True)
    there = path.exists()
    if there:
        _set_aside(path, former)
    try:
        write_whole(path, text)
        check()
    except BaseException:
        if there:
            former.replace(path)
        else:
            path.unlink(missing_ok=True)
        sync_folder(path.parent)
        raise
    finally:
        former.unlink(missing_ok=True)


def write_drawing(file: Path, flow: Flow, name: str, traffic: Traffic | None = None) -> None:
    """Draw a flow into ``file``, which is whole whenever somebody looks."""
    write_whole(file, draw(flow, name, traffic))


def _set_aside(path: Path, former: Path) -> None:
    try:
        os.link(path, former)
    except OSError:  # not every file system has a second name for a file
        shutil.copy2(path, former)


def _name(name: str) -> str:
    if name in ("", ".", "..") or "\0" in name or name != Path(name).name:
        raise ValueError(f"{name!r} cannot be the name of a flow")
    return name


def _version(version: str) -> str:
    if not re.fullmatch("[0-9a-f]{12}", version):
        raise ValueError(f"{version!r} is not a version")
    return version


def _read(file: Path, errors: str = "strict") -> str | None:
    try:
        with file.open(encoding="utf-8", errors=errors, newline="") as opened:  # as it was written, line ends too
            return opened.read()
    except FileNotFoundError:
        return None


def _index(folder: Path) -> list[KeptVersion]:
    """The lines of an index, but for those that are none."""
    found: list[KeptVersion] = []
    for line in (_read(folder / INDEX, errors="replace") or "").splitlines():
        try:
            told: Any = json.loads(line)
            found.append(KeptVersion(_version(told["version"]), datetime.fromisoformat(told["at"]).timestamp()))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _append(file: Path, line: str) -> None:
    """Add a line in one go, after the end of a line."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE)
    try:
        length = os.fstat(handle).st_size
        cut_short = length > 0 and os.pread(handle, 1, length - 1) != b"\n"
        os.write(handle, b"\n" * cut_short + line.encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
