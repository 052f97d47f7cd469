"""What do the files of a centre's folder hold, and which of them cannot be used? Every problem is kept, none stops the reading."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.located_yaml import Located, load
from ivr_flows.problems import BadFile, Problem

M = TypeVar("M", bound=BaseModel)


class Folder:
    """Reads the files of a folder, keeping the problems of those that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def load(self, name: str, model: type[M]) -> Located[M] | None:
        text = self._text(self.folder / name)
        try:
            return None if text is None else load(text, str(self.folder / name), model)
        except BadFile as bad:
            self.problems += bad.problems
            return None

    def load_flows(self, surroundings: Surroundings) -> dict[str, Located[Flow] | None]:
        flows: dict[str, Located[Flow] | None] = {}
        for path in sorted((self.folder / "flows").glob("*.yaml")):
            flows[path.stem] = self._load_flow(path, surroundings)
        return flows

    def _load_flow(self, path: Path, surroundings: Surroundings) -> Located[Flow] | None:
        text = self._text(path)
        try:
            return None if text is None else load_flow(text, str(path), surroundings)
        except BadFile as bad:
            self.problems += bad.problems
            return None

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self.problems.append(
                Problem(str(path), 1, "", "the file is missing", "copy the demo centre's and change it")
            )
        except UnicodeDecodeError as other:
            line = other.object.count(b"\n", 0, other.start) + 1
            self.problems.append(Problem(str(path), line, "", "is not UTF-8", "save the file as UTF-8"))
        except OSError as failed:
            why = failed.strerror or str(failed)
            self.problems.append(Problem(str(path), 1, "", f"cannot be read ({why})", "let the engine's user read it"))
        return None
