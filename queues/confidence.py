"""How sure is a simulated figure? A ratio of sums over independent replications, with its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

_T_95: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t for 95 % (two-sided) with 1 to 10 degrees of freedom."""
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and half the width of its 95 % confidence interval (None: too few replications to tell)."""

    value: float
    half_width: float | None

    def holds(self, expected: float) -> bool | None:
        """Is the expected value within the interval?"""
        return None if self.half_width is None else abs(self.value - expected) <= self.half_width


def student_t_95(degrees: int) -> float:
    """Student's t for 95 %, two-sided; beyond 10 degrees of freedom by the first terms of its expansion (error < 0.0005)."""
    if degrees <= len(_T_95):
        return _T_95[degrees - 1]
    z, n = _NORMAL_95, degrees
    first = (z**3 + z) / (4 * n)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
    return z + first + second + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)


def ratio(parts: Sequence[tuple[float, float]]) -> Estimate | None:
    """(sum of numerators) / (sum of denominators), each pair from one replication. None if there is nothing to divide by.

    The interval is the classical one of a ratio estimator: from the variance of numerator - ratio x denominator over the
    replications (W. G. Cochran, "Sampling Techniques", 1977, chapter 6), with Student's t.
    """
    many = len(parts)
    numerator, denominator = sum(part[0] for part in parts), sum(part[1] for part in parts)
    if denominator <= 0:
        return None
    value = numerator / denominator
    if many < 2:
        return Estimate(value, None)
    variance = sum((top - value * bottom) ** 2 for top, bottom in parts) / (many - 1)
    return Estimate(value, student_t_95(many - 1) * sqrt(variance * many) / denominator)
