"""What does the race make of what it measures? The race itself is `make bench`."""

from __future__ import annotations

from benchmarks.race.cases import CASES
from benchmarks.race.measured import Measured
from benchmarks.race.profile import by_part, compared
from benchmarks.race.report import Raced, as_json, from_json, table
from benchmarks.race.timed import TIMED


def test_shares_are_by_nearest_rank() -> None:
    measured = Measured(tuple(float(ms) for ms in range(100, 0, -1)))
    assert (measured.p50, measured.p99, Measured((7.0,)).p99) == (50.0, 99.0, 7.0)


def test_turns_are_taken_together() -> None:
    both = Measured.of_turns([Measured((1.0,), {"CPU, ms": 4.0}), Measured((3.0, 2.0), {"CPU, ms": 6.0})])
    assert (both.times, both.figures) == ((1.0, 3.0, 2.0), {"CPU, ms": 5.0})


def test_the_table_tells_which_aims_were_missed_and_the_json_has_every_time() -> None:
    raced = Raced(TIMED[0], Measured((8.0, 9.0, 31.0), {"cores": 2.0}), Measured((450.0, 460.0, 470.0)), "here")
    p50, p99, cores = table([raced]).splitlines()[2:]
    assert p50.startswith("| next_call_1 | p50, ms | 9.0 | 460.0 | 0.020 | p50 <= 10 ms: met; p99 <= 30 ms: MISSED")
    assert p99.startswith("|  | p99, ms | 31.0 | 470.0 | 0.066 |")
    assert cores.startswith("|  | cores | 2.0 |  |  |")
    told = as_json([raced])
    assert told[0]["engine"] == {"times_ms": (8.0, 9.0, 31.0), "cores": 2.0}
    assert from_json(told, CASES) == [raced]


def test_a_profile_counts_the_innermost_part_and_leaves_out_what_was_idle() -> None:
    samples = [
        "main (ari_app/process.py:41);_flush_once (ari_app/adapters/redis_status.py:245);execute (redis/asyncio/client.py:9) 6",
        "main (ari_app/process.py:41);_live (ari_app/lives.py:56);apply (ari_app/switchboard.py:9);handle (queues/acd.py:7) 3",
        "main (ari_app/process.py:41);run_forever (asyncio/base_events.py:607) 1",
        "_worker (concurrent/futures/thread.py:81) 50",
    ]
    assert by_part(samples) == {
        "status to Redis": 0.6,
        "the ACD's decisions": 0.3,
        "event loop, sockets and the rest": 0.1,
    }
    assert compared({"logs": 2.0}, {"logs": 1.0}).splitlines()[2:] == [
        "| logs | 2.00 | 1.00 |",
        "| all | 2.00 | 1.00 |",
    ]
