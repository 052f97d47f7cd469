"""What do the centre's files say of scripts now? Read again only when they have changed, since a page asks often."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ari_app.centre_scripts import FOLDER, CentreOfScripts, ScriptFile, read_around, script_files, understood
from ivr_flows.scripts.script import Script, version_of
from ivr_flows.scripts.script_checks import ScriptSurroundings

Seen = tuple[tuple[str, int, int, int], ...]
_AROUND = ("centre.yaml", "queues.yaml")


class ScriptFolder:
    """The scripts of the centre in ``folder``. From any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._seen: Seen | None = None
        self._around: CentreOfScripts | None = None
        self._files: dict[str, ScriptFile] = {}

    def around(self) -> CentreOfScripts:
        """The centre, as far as its files can be read."""
        return self._now()[0]

    def files(self) -> dict[str, ScriptFile]:
        """By name; those that cannot be used with their problems."""
        return self._now()[1]

    def _now(self) -> tuple[CentreOfScripts, dict[str, ScriptFile]]:
        with self._lock:
            seen = self._look()
            if self._around is None or seen != self._seen:
                self._around = read_around(self.folder)
                self._files = {file.name: file for file in script_files(self.folder, self._around.surroundings)}
                self._seen = seen
            return self._around, self._files

    def _look(self) -> Seen:
        paths: Iterable[Path] = [
            *(self.folder / name for name in _AROUND),
            *sorted((self.folder / FOLDER).glob("*.yaml")),
        ]
        return tuple(one for path in paths if (one := _state(path)) is not None)


def _state(path: Path) -> tuple[str, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return path.name, found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=256)
def script_of(text: str) -> Script:
    """The script in a ``text`` that was good when it was kept; what it names may be gone by now. Raises ValueError if it is
    none."""
    file = understood("kept", text, "kept", ScriptSurroundings())
    if file.script is None:
        raise ValueError(f"a kept script is none of this version of the program: {file.problems[0]}")
    return file.script


@lru_cache(maxsize=256)
def version_of_text(text: str) -> str:
    """The version of the script in a good ``text``. Raises ValueError."""
    return version_of(script_of(text))
