"""Which cases are there, in which order?"""

from __future__ import annotations

from benchmarks.race.load import SUSTAINED
from benchmarks.race.measured import Case
from benchmarks.race.timed import TIMED

CASES: tuple[Case, ...] = (*TIMED, SUSTAINED)
