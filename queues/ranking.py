"""Who comes first? One pure function ranks operators, one ranks callers; the lowest rank is first.

Ranks are tuples that end in a turn, a number that the core gives out only once, so no two are equal and ties fall the
same way every time.
"""

from __future__ import annotations

from queues.effects import RankingRule

Rank = tuple[float, ...]

OPERATOR_RULE: RankingRule = "longest_idle"


def operator_rank(idle_since: float, turn: int) -> Rank:
    """Longest idle, not round robin: with round robin part-timers, who join late, would get fewer calls an hour.

    ``idle_since`` (s) is when the operator last became ready, after a log-in, a pause or a wrap-up; an offer that fell
    through by no fault of the operator does not touch it.
    """
    return (idle_since, turn)


def caller_rank(priority: int, arrived_at: float, turn: int) -> Rank:
    """Higher priority first, then the earlier arrival (s), over all the queues that an operator serves."""
    return (-priority, arrived_at, turn)
