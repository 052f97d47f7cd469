"""Inputs that nobody means, by the ten thousand: the API, the centre's files, SIP (fuzz.py has each for itself)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.chaos import fuzz_api, fuzz_flows, fuzz_sip
from tests.chaos.report import Aim, Finding

RUNS = {"API": fuzz_api.run, "the centre's files": fuzz_flows.run, "SIP": fuzz_sip.run}


async def mutated_inputs(folder: Path, *, count: int, seed: int, progress: Callable[[str], None]) -> Finding:
    """``count`` of each kind. What did harm is kept in ``folder``."""
    aims = []
    for name, run in RUNS.items():
        result = await asyncio.to_thread(run, count, seed, progress)
        if not result.unharmed:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.json").write_text(str(result.as_json()), encoding="utf-8")
        aims.append(Aim(f"{name}: 0 crashes", str(result.crashes), result.crashes == 0 and result.unharmed))
        if name == "API":
            aims.append(Aim("API: 0 HTTP 500", str(result.errors_500), result.errors_500 == 0))
    return Finding("mutated inputs", f"{count} to each, seed {seed}", tuple(aims))
