"""Run the race: every case on both systems in turns, A B A B. Prints a table with ratios; writes JSON and a document."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.race.arena import race
from benchmarks.race.cases import CASES
from benchmarks.race.measured import Case, Measured
from benchmarks.race.profile import BEFORE, compared, profile
from benchmarks.race.report import Raced, as_json, machine, table, write_document
from tests.conformance.scenario import SYSTEMS, SystemName

TURNS = 2


async def run(cases: list[Case], full: bool, profiled: bool, folder: Path) -> tuple[list[Raced], str, str]:
    """Play ``cases``, and tell where that was and, if ``profiled``, what the engine's time went into; progress goes to stderr."""
    raced: list[Raced] = []
    async with race(folder) as on:
        for case in cases:
            turns: dict[SystemName, list[Measured]] = {name: [] for name in SYSTEMS}
            for turn in range(1, 1 + (1 if case.engine_only else TURNS)):
                for name in SYSTEMS[1:] if case.engine_only else SYSTEMS:
                    print(f"{case.name}, turn {turn}: {name}", file=sys.stderr, flush=True)
                    async with on.arena(name) as arena:
                        turns[name].append(await case.play(arena, case.full if full else case.quick))
            ours, theirs = (Measured.of_turns(turns[name]) for name in ("engine", "Queue()"))
            raced.append(Raced(case, ours, theirs))
            print(table(raced[-1:]), file=sys.stderr, flush=True)
        before = json.loads(BEFORE.read_text(encoding="utf-8"))
        profiles = compared(before, await profile(on)) if profiled else ""
        return raced, machine(await on.asterisk()), profiles


def main() -> int:
    """0 also when an aim is missed: the table says so."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--case", help="only cases whose name begins so")
    parser.add_argument("--full", action="store_true", help="more samples")
    parser.add_argument("--json", type=Path, help="where to write every time that was measured")
    parser.add_argument("--document", action="store_true", help="write docs/benchmarks.md and its plots")
    asked = parser.parse_args()
    cases = [case for case in CASES if case.name.startswith(asked.case or "")]
    if not cases:
        parser.error(f"no case begins with {asked.case!r}; there are {', '.join(case.name for case in CASES)}")
    with tempfile.TemporaryDirectory(prefix="centralita-bench-") as folder, contextlib.redirect_stdout(sys.stderr):
        raced, where, profiles = asyncio.run(run(cases, asked.full, asked.document, Path(folder)))
    print(where)
    print(table(raced))
    if asked.json is not None:
        asked.json.write_text(json.dumps(as_json(raced, where), indent=1) + "\n", encoding="utf-8")
    if asked.document:
        write_document(raced, where, profiles, full=asked.full)
    return 0


if __name__ == "__main__":
    sys.exit(main())
