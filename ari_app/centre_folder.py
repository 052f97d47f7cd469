"""What do the files of a centre's folder hold, and which of them cannot be used? Every problem is kept, none stops the reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, check_flow
from ivr_flows.located_yaml import Located, load
from ivr_flows.problem_words import Words
from ivr_flows.problems import BadFile, Problem

M = TypeVar("M", bound=BaseModel)


class Folder:
    """Reads the files of a folder, keeping the problems of those that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.flow_texts: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    @property
    def version(self) -> str:
        """Of all that was read: the same as long as every file has the same text."""
        return hashlib.sha256(json.dumps(self._texts, sort_keys=True).encode()).hexdigest()[:16]

    def load(self, name: str, model: type[M]) -> Located[M] | None:
        path = self.folder / name
        text = self.text(path)
        return None if text is None else self._understood(text, path, model)

    def _understood(self, text: str, path: Path, model: type[M]) -> Located[M] | None:
        try:
            return load(text, str(path), model)
        except BadFile as bad:
            self.problems += bad.problems
            return None

    def load_if_there(self, name: str, model: type[M]) -> Located[M] | None:
        """A file that a centre can do without: one that is missing is as an empty one."""
        path = self.folder / name
        return self.load(name, model) if path.exists() else load("", str(path), model)

    def load_flows(self) -> dict[str, Located[Flow] | None]:
        """By their names; None for those that cannot be read. Whether what they name exists is for ``check_flows``."""
        flows: dict[str, Located[Flow] | None] = {}
        for path in sorted((self.folder / "flows").glob("*.yaml")):
            text = self.text(path)
            flows[path.stem] = None if text is None else self._understood(text, path, Flow)
            self.flow_texts[path.stem] = text or ""
        return flows

    def check_flows(self, flows: Mapping[str, Located[Flow] | None], surroundings: Surroundings) -> None:
        """Keep every problem of those flows whose shape is right."""
        for name, flow in flows.items():
            if flow is not None:
                self.problems += check_flow(name, flow.value, flow.places, surroundings)

    def text(self, path: Path) -> str | None:
        """A file as it was written; None if it cannot be had, and then its problem is kept."""
        try:
            with path.open(encoding="utf-8", newline="") as file:  # as it was written, line ends too
                read = file.read()
            self._texts[path.relative_to(self.folder).as_posix()] = read
            return read
        except FileNotFoundError:
            self.problems.append(Problem(str(path), 1, "", Words("file_missing"), Words("copy_the_demos")))
        except UnicodeDecodeError as other:
            line = other.object.count(b"\n", 0, other.start) + 1
            self.problems.append(Problem(str(path), line, "", Words("not_utf8"), Words("save_as_utf8")))
        except OSError as failed:
            why = failed.strerror or str(failed)
            self.problems.append(Problem(str(path), 1, "", Words("not_read", why=why), Words("let_it_be_read")))
        return None
