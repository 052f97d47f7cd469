"""What does the race make of its times? The race itself is `make bench`."""

from __future__ import annotations

from benchmarks.race.cases import CASES, Spread
from benchmarks.race.report import Raced, as_json, table


def test_shares_are_by_nearest_rank() -> None:
    spread = Spread(tuple(float(ms) for ms in range(100, 0, -1)))
    assert (spread.p50, spread.p99, Spread((7.0,)).p99) == (51.0, 100.0, 7.0)


def test_the_table_tells_which_aims_were_missed_and_the_json_has_every_time() -> None:
    raced = Raced(CASES[0], Spread((8.0, 9.0, 31.0)), Spread((450.0, 460.0, 470.0)))
    told = table([raced]).splitlines()[-1]
    assert "| next_call_1 | 9.0 ms | 31.0 ms | 460.0 ms | 470.0 ms | 3 | 0.020 |" in told
    assert "p50 <= 10 ms: met; p99 <= 30 ms: MISSED" in told
    assert as_json([raced], "here")["cases"][0]["engine"] == (8.0, 9.0, 31.0)
