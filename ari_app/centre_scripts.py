"""Which scripts (guiones) does a centre have? Its files ``scripts/*.yaml``, or all their faults. No call depends on them.

So neither the start nor a reload of the controller reads them: a fault in one stops nobody. ``centralita check`` and the
console do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.centre_files import CentreFile
from ari_app.centre_folder import Folder
from ari_app.centre_queues import QueuesFile
from ivr_flows.located_yaml import Located, Places, load
from ivr_flows.problem_words import Words
from ivr_flows.problems import BadFile, Problem
from ivr_flows.scripts.script import Script
from ivr_flows.scripts.script_checks import ScriptSurroundings, check_script
from ivr_flows.scripts.script_scenes import ScriptScenes
from ivr_flows.shapes import is_name

FOLDER: Final = "scripts"
LONGEST: Final = 40_000
"""Characters of a script's file: ten times what a long one has, and few enough for a request."""


@dataclass(frozen=True, slots=True)
class CentreOfScripts:
    """What scripts need to know of the centre. ``surroundings`` are those that could be read."""

    company: str
    default_language: str
    time_zone: str
    surroundings: ScriptSurroundings


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One file: its ``text``, and the script in it, or its ``problems``."""

    name: str
    text: str
    script: Script | None
    problems: tuple[Problem, ...] = ()


def script_path(folder: Path, name: str) -> Path:
    """The file of the script ``name`` of the centre in ``folder``."""
    return folder / FOLDER / f"{name}.yaml"


def read_around(folder: Path) -> CentreOfScripts:
    """Of the centre in ``folder``; what cannot be read is not known, and its problems are ``centralita check``'s to tell."""
    files = Folder(folder)
    centre, queues = files.load("centre.yaml", CentreFile), files.load("queues.yaml", QueuesFile)
    outcomes = None if queues is None else {name: entry.dispositions for name, entry in queues.value.root.items()}
    if centre is None:
        return CentreOfScripts("", "es", "UTC", ScriptSurroundings(None, outcomes))
    first = centre.value.default_language
    languages = (first, *(language for language in centre.value.languages if language != first))
    return CentreOfScripts(centre.value.company, first, centre.value.time_zone, ScriptSurroundings(languages, outcomes))


def understood(name: str, text: str, filename: str, around: ScriptSurroundings) -> ScriptFile:
    """What ``text`` says, as the script ``name``."""
    try:
        if len(text) > LONGEST:
            what, remedy = Words("script_too_long", length=len(text)), Words("two_scripts", most=LONGEST)
            raise BadFile([Problem(filename, 1, "", what, remedy)])
        _demand_name(name, filename)
        located = load(text, filename, Script)
    except BadFile as bad:
        return ScriptFile(name, text, None, bad.problems)
    if problems := list(check_script(located.value, located.places, around)):
        return ScriptFile(name, text, None, BadFile(problems).problems)
    return ScriptFile(name, text, located.value)


def _demand_name(name: str, filename: str) -> None:
    try:
        is_name(name)
    except ValueError:
        raise BadFile(
            [Problem(filename, 1, "", Words("no_script_name", name=name), Words("use_script_name"))]
        ) from None


def script_files(folder: Path, around: ScriptSurroundings) -> Iterator[ScriptFile]:
    """All of a centre, by name; those that cannot be used with their problems."""
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        files = Folder(folder)
        text = files.text(path)
        if text is None:
            yield ScriptFile(path.stem, "", None, tuple(files.problems))
        else:
            yield understood(path.stem, text, str(path), around)


def queues_taken_twice(files: Mapping[str, ScriptFile], folder: Path) -> Iterator[Problem]:
    """Queues for whose calls there would be two scripts."""
    first: dict[tuple[str, str], str] = {}
    for name, file in files.items():
        if file.script is None:
            continue
        places: Places = load(file.text, str(script_path(folder, name)), Script).places
        for field, taken in (("queues", "queue_taken"), ("campaigns", "campaign_taken")):
            for place, one in enumerate(getattr(file.script, field)):
                other = first.setdefault((field, one), name)
                if other != name:
                    what = Words(taken, script=other, name=one)
                    yield places.problem((field, place), what, Words("take_out_of_one"))


def load_scripts(folder: Path) -> dict[str, Script]:
    """All scripts of a centre, by name. Raises BadFile with every problem of all of them."""
    files = {file.name: file for file in script_files(folder, read_around(folder).surroundings)}
    problems = [problem for file in files.values() for problem in file.problems]
    problems += queues_taken_twice(files, folder)
    if problems:
        raise BadFile(problems)
    return {name: file.script for name, file in files.items() if file.script is not None}


def load_scenes(folder: Path, name: str) -> Located[ScriptScenes] | None:
    """Those of ``scripts/tests/<name>.yaml``; None if there are none. Raises BadFile."""
    file = f"{FOLDER}/tests/{name}.yaml"
    if not (folder / file).exists():
        return None
    files = Folder(folder)
    found = files.load(file, ScriptScenes)
    if found is None:
        raise BadFile(files.problems)
    return found
