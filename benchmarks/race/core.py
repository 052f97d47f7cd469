"""How fast does the ACD's core decide, alone? The same measurement as `make bench-acd`, in short."""

from __future__ import annotations

from benchmarks import acd
from benchmarks.race.arena import Arena
from benchmarks.race.measured import Aim, Case, Measured

SMALL, LARGE = 100, 10_000


async def decisions(_: Arena, steps: int) -> Measured:
    """No Asterisk, no I/O: 100 and 10,000 operators, all talking, as many callers waiting."""
    figures: dict[str, float] = {}
    for row in acd.measure([SMALL, LARGE], steps, 1):
        operators = f"{row['operators']:,.0f} operators"
        figures[f"decisions a second, {operators}"] = row["decisions_per_s"]
        figures[f"p99 of a decision, us, {operators}"] = row["p99_us"]
    return Measured((), figures)


ACD = Case(
    "acd",
    f"the core alone, {SMALL} and {LARGE:,} operators",
    decisions,
    trial=50,
    quick=1000,
    full=20_000,
    aims=(
        Aim(
            "10,000 operators: >= 20,000 decisions a second",
            lambda ours, _: ours.figures["decisions a second, 10,000 operators"] >= 20_000,
        ),
        Aim("p99 <= 200 us", lambda ours, _: ours.figures["p99 of a decision, us, 10,000 operators"] <= 200),
    ),
    engine_only=True,
)
