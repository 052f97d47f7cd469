"""Random and hostile YAML: it is a flow or a script, or there are clean errors, each with a line and a remedy; never anything else.

800 texts as flows, 100 as scripts; 10,000 and 600 with ``HYPOTHESIS_PROFILE=deep``, as `make test-deep` has it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.problems import BadFile, Problem
from ivr_flows.scripts.script_checks import ScriptSurroundings, load_script
from tests.ivr_flows.hostile_yaml import hostile
from tests.ivr_flows.test_script_checks import GOOD

A_BATCH = 100
BATCHES = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 8
LONGEST_S = 20.0  # of CPU: what grows without bound takes minutes; a busy machine, and a large heap to look through, take seconds
"""CPU time for one text of at most some 100 kB."""
LONGEST_TOLD = 1300
CENTRE = Path(__file__).parents[2] / "centres" / "valdeluna"
FLOWS = sorted((CENTRE / "flows").glob("*.yaml"))
VALID = tuple(path.read_text(encoding="utf-8") for path in FLOWS)
AS_SCRIPTS = (GOOD, (CENTRE / "scripts" / "soporte_n2.yaml").read_text(encoding="utf-8"))
JARGON = re.compile(
    r"\b(None|NoneType|True|False|dict|str|int|float|bool|tuple|frozenset|pydantic|yaml|JSON|Traceback|object at|self"
    r"|regex|byte|codec|ordinal|recursion|surrogate|discriminator|validator|node|scalar|chomping|alias|hexadecimal"
    r"|\w+Error|\w+Exception|__\w+__)\b|<\w+ |\\u[0-9a-f]{4}"
)
QUOTED = re.compile(r"the tag \S+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
LINE_ENDS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


def not_clean(problem: Problem, text: str) -> str | None:
    """Why the person who wrote the file could not use this; None if he or she can."""
    told = str(problem)
    words = QUOTED.sub("", f"{problem.what}; {problem.remedy}")
    if not 1 <= problem.line <= len(LINE_ENDS.findall(text)) + 1:
        return f"line {problem.line} is not in the file"
    if not problem.what.strip() or not problem.remedy.strip():
        return "something is not said"
    if found := JARGON.search(words):
        return f"jargon: {found[0]}"
    if not told.isprintable():
        return "not one line of printable text"
    return f"{len(told)} characters long" if len(told) > LONGEST_TOLD else None


def problems_of(text: str) -> tuple[Problem, ...]:
    """None for a flow; else at least one."""
    return problems_found(lambda: load_flow(text, "hostile.yaml", Surroundings()))


def problems_found(load: Callable[[], object]) -> tuple[Problem, ...]:
    """None where it loads; else at least one."""
    try:
        load()
    except BadFile as bad:
        return bad.problems or (Problem("", 0, "", "", ""),)
    return ()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_hostile_text_is_a_flow_or_has_clean_errors_in_bounded_time(batch: int) -> None:
    for number in range(batch * A_BATCH, (batch + 1) * A_BATCH):
        text = hostile(f"flow {number}", VALID)
        began = time.process_time()
        problems = problems_of(text)
        assert time.process_time() - began < LONGEST_S, number
        unclean = [(why, str(problem)[:300]) for problem in problems if (why := not_clean(problem, text))]
        assert not unclean, (number, unclean[:3])


@pytest.mark.parametrize("batch", range(max(1, BATCHES // 16)))
def test_hostile_text_is_a_script_or_has_clean_errors_in_bounded_time(batch: int) -> None:
    for number in range(batch * A_BATCH, (batch + 1) * A_BATCH):
        text = hostile(f"script {number}", AS_SCRIPTS)
        began = time.process_time()
        problems = problems_found(lambda text=text: load_script(text, "hostile.yaml", ScriptSurroundings()))  # type: ignore[misc]
        assert time.process_time() - began < LONGEST_S, number
        unclean = [(why, str(problem)[:300]) for problem in problems if (why := not_clean(problem, text))]
        assert not unclean, (number, unclean[:3])


def test_texts_are_the_same_in_every_run_and_differ_from_one_another() -> None:
    texts = [hostile(f"flow {number}", VALID) for number in range(200)]
    assert texts == [hostile(f"flow {number}", VALID) for number in range(200)]
    assert len(set(texts)) > 150
