"""docs/conformance.md, written from the scenarios; what it says of the two systems is what the tests compare with."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.scenario import all_scenarios, row

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
INTRODUCTION = """\
# The engine beside Asterisk's `Queue()`

Asterisk tests its own queues with 18 scenarios (`tests/apps/queues` of its testsuite). Each of them is written afresh here as a
story that is seen and heard from outside only, and played on **both** systems: on `Queue()` and on this engine, on the same
Asterisk, with the same SIP phones, which send a tone each and measure what they hear. What was found is compared, word for word,
with the table below, so the table cannot say what is not so:

    make conformance          # play all of them on both systems
    make conformance-table    # write this file again after a scenario has changed

Of {scenarios} scenarios the two systems agree wholly in {agree}; in {differ} the engine differs in one point, on purpose.

| Scenario | What happens | Found on both | On `Queue()` alone | On the engine alone | Verdict |
|---|---|---|---|---|---|
"""


def document() -> str:
    """The whole file."""
    scenarios = all_scenarios()
    agree = sum(one.verdict == "agree" for one in scenarios)
    head = INTRODUCTION.format(scenarios=len(scenarios), agree=agree, differ=len(scenarios) - agree)
    return head + "".join(f"{row(one)}\n" for one in scenarios)


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
