"""Who among the free operators is rung first? One pure ranking function; the lowest rank is first.

Ranks are tuples that end in a turn, a number that the core gives out only once, so no two are equal and ties fall the
same way every time. An operator's penalty always comes before the strategy. What a rank is made of changes only while
the operator is not free, so it is worked out once, on becoming ready.
"""

from __future__ import annotations

from math import log
from typing import Final, Literal, NamedTuple, assert_never, get_args

Rank = tuple[float, ...]

Strategy = Literal[
    "longest_idle",  # ready for longest
    "round_robin",  # in the queue's fixed order, going on after the one rung last
    "round_robin_memory",  # the same, in the order of log-in
    "fewest_calls",  # answered the fewest calls of this queue today
    "least_talk_time",  # talked least on calls of this queue today
    "random",
    "weighted_random",  # with a chance in proportion to the membership's weight
    "linear",  # in the queue's fixed order, always from the top
    "ring_all",  # all at once; the first to answer has the call
    "ring_progressively",  # longest idle first, then one more every ring_step_s
]
STRATEGIES: Final[tuple[str, ...]] = get_args(Strategy)
ROTATING: Final[frozenset[str]] = frozenset({"round_robin", "round_robin_memory"})
DRAWING: Final[frozenset[str]] = frozenset({"random", "weighted_random"})
AT_ONCE: Final[frozenset[str]] = frozenset({"ring_all", "ring_progressively"})


class Standing(NamedTuple):
    """What a strategy may look at, of one operator in one queue at the moment of becoming ready.

    ``idle_since`` (s); ``order``, ``logged_in`` and ``turn`` are places in an order; ``answered`` and ``talked_s`` are today's in
    this queue; ``chance`` is drawn between 0 and 1 (0 excluded); ``drawn`` is the draw of the one chosen last (see below).
    """

    penalty: int
    idle_since: float
    order: int
    logged_in: int
    answered: int
    talked_s: float
    weight: float
    chance: float
    drawn: float
    turn: int


def operator_rank(strategy: Strategy, at: Standing) -> Rank:
    """The operator's rank in a queue of this strategy.

    *Longest idle*, not round robin, is the default: with round robin part-timers, who join late, would get fewer calls
    an hour; an offer that fell through by no fault of the operator does not touch ``idle_since``.

    *Random* draws, for each operator, a time from an exponential distribution whose rate is the weight, counted from the
    draw of the one chosen last; the earliest is first. Since the exponential has no memory, each choice is as if drawn
    afresh among all who are free, in proportion to their weights (Efraimidis and Spirakis 2006, "Weighted random sampling
    with a reservoir"), yet the order can be kept sorted.
    """
    match strategy:
        case "longest_idle" | "ring_all" | "ring_progressively":
            return (at.penalty, at.idle_since, at.turn)
        case "round_robin" | "linear":
            return (at.penalty, at.order, at.turn)
        case "round_robin_memory":
            return (at.penalty, at.logged_in, at.turn)
        case "fewest_calls":
            return (at.penalty, at.answered, at.idle_since, at.turn)
        case "least_talk_time":
            return (at.penalty, at.talked_s, at.idle_since, at.turn)
        case "random":
            return (at.penalty, at.drawn - log(at.chance), at.turn)
        case "weighted_random":
            return (at.penalty, at.drawn - log(at.chance) / at.weight, at.turn)
        case _:
            assert_never(strategy)


def caller_rank(weight: int, priority: int, arrived_at: float, turn: int) -> Rank:
    """The heavier queue first, then the higher priority, then the earlier arrival (s): over all of an operator's queues."""
    return (-weight, -priority, arrived_at, turn)
