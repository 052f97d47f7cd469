"""``python -m tests.chaos``: every experiment, or some; the report as a table, and as JSON below the state's folder."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.chaos import crashes, inputs, loads, outages, sockets, steps
from tests.chaos.report import Finding, keep, table

Experiment = Callable[..., Awaitable[Finding]]

FULL: Final[dict[str, Experiment]] = {
    "crashes": partial(crashes.crashes, talking=50, waiting=20, rounds=20),
    "called_while_away": partial(outages.called_while_away, rounds=10),
    "fallback": partial(outages.fallback, callers=20),
    "frozen_leader": partial(outages.frozen_leader, rounds=5, frozen_s=30.0),
    "redis_killed": partial(outages.redis_killed, away_s=30.0, calls=100),
    "redis_forgets": partial(outages.redis_forgets, rounds=5),
    "steps": partial(steps.steps, samples=None),
    "sockets": partial(sockets.sockets, rounds=100),
    "asterisk_killed": partial(outages.asterisk_killed, rounds=10),
    "rolling_upgrade": partial(loads.rolling_upgrade, rate=20, seconds=60, hand_overs=3),
    "many_calls": partial(loads.many_calls, calls=17_000, rate=40),
    "twice_the_load": partial(loads.twice_the_load, tenths=100),
    "mutated_inputs": partial(inputs.mutated_inputs, count=10_000, seed=1),
}
"""By name; the samples are those that the report is about."""


def main() -> int:
    """0 if every aim was reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", choices=sorted(FULL), action="append", help="this one; may be given more than once")
    parser.add_argument("--json", type=Path, default=Path(".state/chaos.json"), help="where the figures are kept")
    asked = parser.parse_args()
    findings: list[Finding] = []
    for name, experiment in FULL.items():
        if asked.only and name not in asked.only:
            continue
        began = time.monotonic()
        _say(f"{name}...")
        findings.append(_found(name, experiment))
        _say(f"  {'held' if findings[-1].held else 'FAILED'} in {time.monotonic() - began:.0f} s")
        keep(asked.json, findings)
    _say(f"\n{table(findings)}\n\nThe figures are in {asked.json}.")
    return 0 if all(finding.held for finding in findings) else 1


def _found(name: str, experiment: Experiment) -> Finding:
    """What it found; an experiment that breaks has failed, and its folder stays, to be looked at."""
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{name}-"))
    try:
        finding = asyncio.run(_to_its_end(experiment, folder))
    except Exception as broken:  # the others are made all the same
        return Finding(name, "broke off", (), remark=f"{type(broken).__name__}: {broken}; see {folder}", broke=True)
    shutil.rmtree(folder, ignore_errors=True)
    return finding


async def _to_its_end(experiment: Experiment, folder: Path) -> Finding:
    return await experiment(folder, progress=lambda text: _say(f"  {text}"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
