"""Does a spoilt file of a centre ever do more than be refused? 10,000 of them through what ``centralita check`` reads them with.

A file is accepted, or refused with problems that each name file and line; anything else is a crash. Callers then walk through what
was accepted, with keys taken at random: none may stay for ever, or hear nothing where something is to be heard.
"""

from __future__ import annotations

import random
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Final
from unittest.mock import patch

from ari_app import centre_folder
from ari_app.centre import Centre, load_centre
from ivr_flows import located_yaml
from ivr_flows.problems import BadFile
from tests.chaos.flow_walks import walk_through
from tests.chaos.fuzz_results import FuzzResult, Progress, Teller
from tests.chaos.yaml_mutations import spoilt_file

DEMO: Final = Path(__file__).parents[2] / "centres" / "valdeluna"
LONGEST_S: Final = 5.0
"""Processor time for one file and its walks: a hundred times what the demo's files take."""
WALKS: Final = 3
_PROBLEM: Final = re.compile(r"(?P<file>[^\n]+?\.yaml):(?P<line>[0-9]+): [^\n]+; [^\n]+")
_LINE_ENDS: Final = re.compile(rb"\r\n|[\n\r]|\xc2\x85|\xe2\x80\xa8|\xe2\x80\xa9")


class TookTooLong(BaseException):
    """More than LONGEST_S of processor time. Nothing on the way may take it for an error of the file."""


def run(count: int, seed: int, report_progress: Progress) -> FuzzResult:
    """``count`` files made from ``seed``. Needs nothing but the demo's files; ends in the same way each time."""
    result = FuzzResult("flows", seed)
    teller = Teller(result, count, report_progress)
    with tempfile.TemporaryDirectory(prefix="fuzz-flows-") as parent, _unchanged_files_read_once():
        folder = Path(parent) / "centre"
        shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.wav", "tests"))
        files = sorted([*folder.glob("*.yaml"), *(folder / "flows").glob("*.yaml")])
        texts = {file: file.read_text(encoding="utf-8") for file in files if file.name not in _NOT_THE_LOADERS}
        for number in range(count):
            _one(folder, texts, random.Random(f"{seed} flows {number}"), result)
            teller.tell()
    teller.tell(last=True)
    return result


_NOT_THE_LOADERS: Final = ("traffic.yaml", "traffic_textbook.yaml", "voices.yaml")
_OFTEN: Final = ("centre.yaml", "operators.yaml")


def _one(folder: Path, texts: dict[Path, str], chance: random.Random, result: FuzzResult) -> None:
    flows = [file for file in texts if file.parent.name == "flows"]
    often = [file for file in texts if file.name in _OFTEN]
    file = chance.choice([*texts, *flows, *flows, *often, *often])
    others = tuple(text for path, text in texts.items() if path != file)
    kind, content = spoilt_file(chance, texts[file], others)
    began = time.process_time()
    file.write_bytes(content)
    try:
        answer, harm = _came_of(folder, chance)
    finally:
        file.write_text(texts[file], encoding="utf-8")
    result.note(
        f"{kind}: {file.relative_to(folder)}" if file.parent == folder else f"{kind}: flows",
        answer,
        time.process_time() - began,
    )
    if harm is not None:
        result.harmed("hang" if answer == "hang" else "crash", kind, f"{file.name}: {harm}", content)


def _came_of(folder: Path, chance: random.Random) -> tuple[str, str | None]:
    """(the answer in a word, the harm done if any)."""
    try:
        with limited_time(LONGEST_S):
            centre = load_centre(folder, dict)
            return _walked(centre, chance)
    except BadFile as bad:
        unclean = _unclean([str(problem) for problem in bad.problems], folder)
        if unclean or not bad.problems:
            return "refused uncleanly", f"no file and line in {unclean or 'no problem at all'}"
        return "refused", None
    except TookTooLong:
        return "hang", f"more than {LONGEST_S:g} s"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "crash", f"{type(error).__name__}: {str(error)[:300]}"


def _walked(centre: Centre, chance: random.Random) -> tuple[str, str | None]:
    try:
        walk_through(centre, chance, WALKS)
    except Exception as error:
        return "crash on a walk", f"on a walk, {type(error).__name__}: {str(error)[:300]}"
    return "accepted and walked through", None


def _unclean(problems: list[str], folder: Path) -> list[str]:
    """Those that are not one line that names a file of the centre, and a line that is in it."""
    lines: dict[str, int] = {}
    unclean = []
    for problem in problems:
        found = _PROBLEM.fullmatch(problem)
        if found is None or not Path(found["file"]).is_relative_to(folder):
            unclean.append(problem)
            continue
        named = found["file"]
        if named not in lines:
            written = Path(named).read_bytes() if Path(named).exists() else b""
            lines[named] = len(_LINE_ENDS.findall(written)) + 1
        if not 1 <= int(found["line"]) <= lines[named]:
            unclean.append(problem)
    return unclean


@contextmanager
def limited_time(seconds: float) -> Iterator[None]:
    """Raises TookTooLong within, after so much processor time of this process. In the main thread only; in others, no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGVTALRM, too_long)  # SIGALRM is taken by those who limit tests
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _unchanged_files_read_once() -> Iterator[None]:
    """Nine of ten files are as they were: what they say is remembered. Every new text goes through the loader itself."""
    with patch.object(centre_folder, "load", lru_cache(maxsize=64)(located_yaml.load)):
        yield
