"""Run the race: every case on both systems in turns, A B A B. Prints a table with ratios; writes JSON and a document."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.race.arena import Race, race
from benchmarks.race.cases import CASES
from benchmarks.race.measured import Case, Measured
from benchmarks.race.profile import BEFORE, compared, profile
from benchmarks.race.report import Raced, as_json, from_json, machine, table, write_document
from benchmarks.race.sipp import LoadFailed
from tests.conformance.scenario import SYSTEMS, SystemName

TURNS = 2
Note = Callable[[list[Raced]], None]


async def run(cases: list[Case], full: bool, profiled: bool, folder: Path, note: Note) -> tuple[list[Raced], str]:
    """Play ``cases``, and tell where that was and, if ``profiled``, what the engine's time went into; progress goes to stderr.

    ``note(raced)`` is called after each case. One that breaks off is told, left out, and keeps no other from its turn.
    """
    raced: list[Raced] = []
    async with race(folder) as on:
        where = f"{machine(await on.asterisk())} A {'full' if full else 'quick'} run."
        for case in cases:
            try:
                raced.append(await _in_turns(case, full, on, where))
            except (AssertionError, LoadFailed, OSError) as broken:
                print(f"{case.name} broke off: {broken}", file=sys.stderr, flush=True)
                await on.stack.instance.asterisk_rx("channel request hangup all")
                continue
            print(table(raced[-1:]), file=sys.stderr, flush=True)
            note(raced)
        before = json.loads(BEFORE.read_text(encoding="utf-8"))
        profiles = compared(before, await profile(on)) if profiled else ""
        return raced, profiles


async def _in_turns(case: Case, full: bool, on: Race, where: str) -> Raced:
    """Both systems, A B A B."""
    turns: dict[SystemName, list[Measured]] = {name: [] for name in SYSTEMS}
    for turn in range(1, 1 + (1 if case.engine_only else TURNS)):
        for name in SYSTEMS[1:] if case.engine_only else SYSTEMS:
            print(f"{case.name}, turn {turn}: {name}", file=sys.stderr, flush=True)
            async with on.arena(name) as arena:
                turns[name].append(await case.play(arena, case.full if full else case.quick))
    ours, theirs = (Measured.of_turns(turns[name]) for name in ("engine", "Queue()"))
    return Raced(case, ours, theirs, where)


def main() -> int:
    """0 also when an aim is missed: the table says so. 1 when a case broke off."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--case", help="only cases whose name begins so")
    parser.add_argument("--full", action="store_true", help="more samples")
    parser.add_argument(
        "--json", type=Path, help="where to write every time that was measured; what it has of other cases stays"
    )
    parser.add_argument("--document", action="store_true", help="write docs/benchmarks.md and its plots")
    asked = parser.parse_args()
    cases = [case for case in CASES if case.name.startswith(asked.case or "")]
    if not cases:
        parser.error(f"no case begins with {asked.case!r}; there are {', '.join(case.name for case in CASES)}")

    earlier: list[Raced] = []
    if asked.json is not None and asked.json.exists():
        others = [case for case in CASES if case not in cases]
        earlier = from_json(json.loads(asked.json.read_text(encoding="utf-8")), others)

    def together(raced: list[Raced]) -> list[Raced]:
        return sorted((*earlier, *raced), key=lambda one: CASES.index(one.case))

    def note(raced: list[Raced]) -> None:
        if asked.json is not None:
            asked.json.write_text(json.dumps(as_json(together(raced)), indent=1) + "\n", encoding="utf-8")

    with tempfile.TemporaryDirectory(prefix="centralita-bench-") as folder, contextlib.redirect_stdout(sys.stderr):
        raced, profiles = asyncio.run(run(cases, asked.full, asked.document, Path(folder), note))
    print(*{one.where for one in raced}, table(raced), sep="\n")
    broke_off = [case.name for case in cases if case.name not in {one.case.name for one in raced}]
    if broke_off:
        print(f"broke off: {', '.join(broke_off)}; nothing is written into docs/")
    elif asked.document:
        write_document(together(raced), profiles)
    return 1 if broke_off else 0


if __name__ == "__main__":
    sys.exit(main())
