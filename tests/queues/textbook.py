"""The queue of the textbooks, worked out without any ACD: whoever comes first is served first by whoever is free first.

Only the moments at which each operator will be free are kept (Kiefer and Wolfowitz, "On the theory of queues with many
servers", 1955): the next caller has to wait until the earliest of them, and hangs up if patience ends before.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from queues.traffic import Caller


def waits(callers: Iterable[Caller], operators: int, began_at: float) -> Iterator[tuple[Caller, float, bool]]:
    """Each caller with the time waited, and whether answered. All operators are free at ``began_at``."""
    free_at = [began_at] * operators
    for caller in callers:
        starts = max(caller.at, free_at[0])
        if caller.at + caller.patience_s < starts:
            yield caller, caller.patience_s, False
            continue
        heapq.heapreplace(free_at, starts + caller.handling_s)
        yield caller, starts - caller.at, True


@dataclass(frozen=True, slots=True)
class LongRun:
    """The figures of many runs side by side (one array element each), by the definitions of figures.py."""

    wait_probability: np.ndarray
    sl2: np.ndarray
    asa_s: np.ndarray
    abandonment: np.ndarray
    occupancy: np.ndarray


def long_run(
    seed: int,
    runs: int,
    callers: int,
    *,
    per_hour: float,
    aht_s: float,
    operators: int,
    target_s: float,
    patience_s: float,
) -> LongRun:
    """``runs`` queues at once, each with ``callers`` after a warm-up of 500; ``patience_s`` may be inf."""
    rng = np.random.default_rng(seed)
    warm_up, row = 500, np.arange(runs)
    free_at, now, began = np.zeros((runs, operators)), np.zeros(runs), np.zeros(runs)
    delayed, within, waited, gone, talked = (np.zeros(runs) for _ in range(5))
    for number in range(callers + warm_up):
        now = now + rng.exponential(3600 / per_hour, runs)
        first = free_at.argmin(axis=1)
        wait = np.maximum(free_at[row, first] - now, 0)
        patience = rng.exponential(patience_s, runs) if patience_s < np.inf else np.full(runs, np.inf)
        answered = wait <= patience
        handling = rng.exponential(aht_s, runs)
        free_at[row, first] = np.where(answered, now + wait + handling, free_at[row, first])
        if number < warm_up:
            began = now
            continue
        delayed += wait > 0
        within += np.minimum(wait, patience) <= target_s
        waited += np.where(answered, wait, 0)
        gone += ~answered
        talked += np.where(answered, handling, 0)
    return LongRun(
        delayed / callers,
        within / callers,
        waited / (callers - gone),
        gone / callers,
        talked / (now - began) / operators,
    )
