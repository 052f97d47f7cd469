"""How would a queue fare under Erlang's assumptions? The formulas B, C and A, against which the simulator is checked.

Callers come at random (Poisson) at one rate, handling times are exponential, ``operators`` are all alike, every call is
answered the moment an operator is free, in order of arrival. Loads are in erlangs (calls under way on average), times in
seconds. Nothing here overflows with thousands of operators: B is worked out by its recursion, A on a logarithmic scale.

Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges", 1917 (B and C). C. Palm, "Research on telephone traffic carried by full availability groups", 1957; F. Baccelli
and G. Hebuterne, "On queues with impatient customers", 1981; A. Mandelbaum and S. Zeltyn, "Service engineering in action:
the Palm/Erlang-A queue", 2005 (A).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, fsum, inf, isfinite, log

_NEGLIGIBLE = 45.0
"""e^-45 = 3e-20 of the highest value adds nothing to a sum of doubles."""
_INTERVALS = 200
"""Of Simpson's rule, for each piece of the bell: the error is below 1e-6 of the result (tests)."""
_LOG_MAX = 700.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a queue in the long run, by the definitions of figures.py. Shares are 0 to 1, waits in seconds.

    ``sl2`` = (answered + abandoned within T) / offered; ``sl`` = answered within T / answered; ``asa_s`` is the mean wait of
    those answered, ``mean_wait_s`` of all. A load that no patience relieves and that is too high has no long run: all wait,
    ``asa_s`` is inf.
    """

    wait_probability: float
    sl2: float
    sl: float
    asa_s: float
    mean_wait_s: float
    abandonment: float
    occupancy: float


def erlang_b(operators: int, load: float) -> float:
    """The share of callers who are lost if nobody can wait: B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)) with a = ``load``."""
    _check(operators >= 0, "operators", "0 or more")
    _check(isfinite(load) and load >= 0, "load", "a number, 0 or more")
    blocked = 1.0
    for k in range(1, operators + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(*, calls_per_hour: float, aht_s: float, operators: int, target_s: float) -> Expectation:
    """M/M/n: everybody waits as long as it takes. ``target_s`` is the T of the service level.

    With a = rate x AHT and n operators: Pw = B / (1 - (a/n)(1 - B)), SL = 1 - Pw e^(-(n-a)T/AHT), ASA = Pw AHT/(n-a).
    """
    _check_queue(calls_per_hour, aht_s, operators, target_s)
    load = calls_per_hour / 3600 * aht_s
    spare = operators - load
    if spare <= 0:
        return Expectation(1.0, 0.0, 0.0, inf, inf, 0.0, 1.0)
    lost = erlang_b(operators, load)
    waits = lost / (1 - load / operators * (1 - lost))
    level = 1 - waits * exp(-spare * target_s / aht_s)
    asa_s = waits * aht_s / spare
    return Expectation(waits, level, level, asa_s, asa_s, 0.0, load / operators)


def erlang_a(*, calls_per_hour: float, aht_s: float, operators: int, target_s: float, patience_s: float) -> Expectation:
    """M/M/n+M: callers hang up after an exponential time of mean ``patience_s`` (inf: Erlang C), if not answered by then.

    A caller of endless patience would wait for V. With l calls/s, m = 1/AHT and h = 1/patience, V has an atom at 0 and the
    density l p(n-1) e^(l (1 - e^(-h x))/h - n m x) for x > 0, where p(n-1), the share of time with n-1 operators busy, is
    B(n-1, l/m) times the share with any free. From it: SL2 = 1 - P(V > T) e^(-hT), as whoever's lesser of V and patience is
    within T counts; answered within T: the integral of e^(-h x) up to T; abandoned = 1 - the same over all x.
    """
    _check_queue(calls_per_hour, aht_s, operators, target_s)
    _check(patience_s > 0, "patience_s", "above 0")
    if calls_per_hour == 0 or patience_s == inf:
        return erlang_c(calls_per_hour=calls_per_hour, aht_s=aht_s, operators=operators, target_s=target_s)
    rate, leaves = calls_per_hour / 3600, 1 / patience_s
    wait = _Wait(rate, operators / aht_s, leaves)
    waits = wait.probability(erlang_b(operators - 1, rate * aht_s))
    some, late = wait.points(0.0), wait.points(target_s)
    whole = fsum(weight for _, weight in some)
    stays = [(x, weight * exp(-leaves * x)) for x, weight in some]
    mean_wait_s = waits * fsum(-expm1(-leaves * x) * weight for x, weight in some) / leaves / whole
    abandonment = mean_wait_s * leaves  # whoever waits leaves at the rate 1/patience
    answered = 1 - abandonment
    answered_late = waits * fsum(weight * exp(-leaves * x) for x, weight in late) / whole
    return Expectation(
        wait_probability=waits,
        sl2=1 - waits * fsum(weight for _, weight in late) / whole * exp(-leaves * target_s),
        sl=1 - answered_late / answered,
        asa_s=waits * fsum(x * weight for x, weight in stays) / whole / answered,
        mean_wait_s=mean_wait_s,
        abandonment=abandonment,
        occupancy=rate * aht_s * answered / operators,
    )


class _Wait:
    """The wait V of a caller of endless patience who has to wait: its density is as e^f(x), f concave with one peak.

    f(x) = rate (1 - e^(-leaves x)) / leaves - served x, from f(0) = 0.
    """

    def __init__(self, rate: float, served: float, leaves: float) -> None:
        self._rate, self._served, self._leaves = rate, served, leaves
        self._peak = max(0.0, log(rate / served) / leaves)
        self._top = self._f(self._peak)
        self._low = self._edge(-self._peak) if self._peak else 0.0
        self._high = self._edge(1 / served)

    def _f(self, x: float) -> float:
        return -self._rate * expm1(-self._leaves * x) / self._leaves - self._served * x

    def _edge(self, step: float) -> float:
        """Where the density has become negligible on that side of the peak (0 at least)."""
        if step < 0 and self._top - self._f(0.0) < _NEGLIGIBLE:
            return 0.0
        near, far = self._peak, self._peak + step
        while step > 0 and self._top - self._f(far) < _NEGLIGIBLE:
            near, far = far, self._peak + 2 * (far - self._peak)
        for _ in range(60):
            middle = (near + far) / 2
            near, far = (near, middle) if self._top - self._f(middle) > _NEGLIGIBLE else (middle, far)
        return far

    def probability(self, lost_with_one_less: float) -> float:
        """That a caller has to wait: p(n-1) rate times the integral of e^f, against the share of time with anyone free."""
        if lost_with_one_less == 0:
            return 0.0
        whole = fsum(weight for _, weight in self.points(0.0))
        log_odds = log(lost_with_one_less) + log(self._rate) + log(whole) + self._top
        return 1 / (1 + exp(-log_odds)) if log_odds > -_LOG_MAX else 0.0

    def points(self, above: float) -> list[tuple[float, float]]:
        """Waits longer than ``above`` with their weights: the sum of weight times value(x) is the integral of value(x) e^f(x),
        but for a factor that is the same for any ``above``. By Simpson's rule, in pieces by the peak and the two paces."""
        low = max(above, self._low)
        breaks = [self._peak, *(many / pace for many in (1, 4, 16, 64) for pace in (self._leaves, self._served))]
        ends = sorted({min(max(low, end), self._high) for end in (low, *breaks, self._high)})
        return [point for a, b in pairwise(ends) for point in self._simpson(a, b)]

    def _simpson(self, low: float, high: float) -> list[tuple[float, float]]:
        step = (high - low) / _INTERVALS
        weights = [1, *([4, 2] * (_INTERVALS // 2))[:-1], 1]
        at = [low + k * step for k in range(_INTERVALS + 1)]
        return [(x, w * step / 3 * exp(self._f(x) - self._top)) for x, w in zip(at, weights, strict=True)]


def _check_queue(calls_per_hour: float, aht_s: float, operators: int, target_s: float) -> None:
    _check(isfinite(calls_per_hour) and calls_per_hour >= 0, "calls_per_hour", "a number, 0 or more")
    _check(isfinite(aht_s) and aht_s > 0, "aht_s", "a number above 0")
    _check(operators >= 1, "operators", "1 or more")
    _check(target_s >= 0, "target_s", "0 or more")


def _check(holds: bool, name: str, must: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {must}")
