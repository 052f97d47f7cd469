"""Which cases are there, in which order?"""

from __future__ import annotations

from benchmarks.race.core import ACD
from benchmarks.race.load import LOADED
from benchmarks.race.measured import Case
from benchmarks.race.timed import TIMED

CASES: tuple[Case, ...] = tuple(sorted((*TIMED, *LOADED, ACD), key=lambda case: case.name != "crowd"))
"""``crowd`` first: memory that an engine once had is no measure of what it needs."""
