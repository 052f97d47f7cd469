"""Erlang's formulas: the textbook's figures, an independent way to work them out, and what must hold for all of them."""

from __future__ import annotations

import os
from math import exp, fsum, inf, isclose, lgamma, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.erlang import Expectation, erlang_a, erlang_b, erlang_c

PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
VECTOR = {"calls_per_hour": 200.0, "aht_s": 180.0, "target_s": 20.0}
RATES = st.floats(1, 2000)
TIMES = st.floats(10, 1000)
OPERATORS = st.integers(1, 60)


def test_erlang_c_gives_the_known_figures_of_200_calls_an_hour() -> None:
    expected = erlang_c(**VECTOR, operators=14)
    assert round(expected.wait_probability, 4) == 0.1741
    assert round(expected.sl2, 4) == round(expected.sl, 4) == 0.8884
    assert round(expected.asa_s, 2) == 7.84
    assert round(expected.occupancy, 3) == 0.714
    assert expected.abandonment == 0


def test_erlang_b_of_a_published_table() -> None:
    # Load for 1 % of loss with 10 and with 100 lines, from the usual Erlang B table.
    assert round(erlang_b(10, 4.461), 4) == 0.0100
    assert round(erlang_b(100, 84.06), 4) == 0.0100
    assert erlang_b(0, 5) == 1
    assert erlang_b(3, 0) == 0


@settings(PROFILE)
@given(st.integers(1, 40), st.floats(0.1, 60))
def test_erlang_b_is_the_share_of_the_sum_that_its_definition_says(operators: int, load: float) -> None:
    terms = [exp(k * log(load) - lgamma(k + 1)) for k in range(operators + 1)]
    assert isclose(erlang_b(operators, load), terms[-1] / fsum(terms), rel_tol=1e-9)


@settings(PROFILE)
@given(RATES, TIMES, OPERATORS, st.floats(0, 300), st.floats(5, 2000))
def test_erlang_a_agrees_with_the_chain_of_states_summed_up(
    calls: float, aht_s: float, operators: int, target_s: float, patience_s: float
) -> None:
    given_a = erlang_a(calls_per_hour=calls, aht_s=aht_s, operators=operators, target_s=target_s, patience_s=patience_s)
    chain = _by_states(calls / 3600, 1 / aht_s, operators, 1 / patience_s)
    waits, abandonment, asa_s, occupancy = chain
    assert isclose(given_a.wait_probability, waits, rel_tol=1e-6, abs_tol=1e-12)
    assert isclose(given_a.abandonment, abandonment, rel_tol=1e-6, abs_tol=1e-12)
    assert isclose(given_a.occupancy, occupancy, rel_tol=1e-6)
    assert isclose(given_a.asa_s, asa_s, rel_tol=1e-6, abs_tol=1e-9)


def _by_states(rate: float, serves: float, operators: int, leaves: float) -> tuple[float, float, float, float]:
    """Waiting, abandonment, the wait of the answered, and occupancy from the stationary chain of callers there.

    Who finds j before him or her moves up at the rates n m + i h (i from j down to 0), and leaves at h meanwhile.
    """
    logs, k = [0.0], 0
    while k < operators or logs[-1] > max(logs) - 50 or logs[-1] > logs[-2]:
        k += 1
        logs.append(logs[-1] + log(rate) - log(min(k, operators) * serves + max(0, k - operators) * leaves))
    top = max(logs)
    share = [exp(one - top) for one in logs]
    total = fsum(share)
    share = [one / total for one in share]
    queue = fsum((k - operators) * p for k, p in enumerate(share) if k > operators)
    busy = fsum(min(k, operators) * p for k, p in enumerate(share))
    served, served_wait_s = fsum(share[:operators]), 0.0
    reaches, took_s = 1.0, 0.0
    for j in range(len(share) - operators):
        # One stage: with j before, the next of n + j callers served or gone, or of oneself, goes at this rate.
        stage = operators * serves + (j + 1) * leaves
        reaches *= (stage - leaves) / stage
        took_s += 1 / stage
        served += share[operators + j] * reaches
        served_wait_s += share[operators + j] * reaches * took_s
    return fsum(share[operators:]), queue * leaves / rate, served_wait_s / served, busy / operators


@settings(PROFILE)
@given(st.floats(0.1, 0.95), TIMES, OPERATORS, st.floats(0, 300))
def test_endless_patience_makes_erlang_a_erlang_c(busy: float, aht_s: float, operators: int, target_s: float) -> None:
    calls = busy * operators / aht_s * 3600
    plain = erlang_c(calls_per_hour=calls, aht_s=aht_s, operators=operators, target_s=target_s)
    patient = _a(calls, aht_s, operators, target_s, 1e12)
    assert _a(calls, aht_s, operators, target_s, inf) == plain
    for name in Expectation.__slots__:
        assert isclose(getattr(patient, name), getattr(plain, name), rel_tol=1e-5, abs_tol=1e-8), name


def _a(calls: float, aht_s: float, operators: int, target_s: float, patience_s: float) -> Expectation:
    return erlang_a(calls_per_hour=calls, aht_s=aht_s, operators=operators, target_s=target_s, patience_s=patience_s)


@settings(PROFILE)
@given(RATES, TIMES, OPERATORS, st.floats(0, 300), st.floats(5, 2000))
def test_one_more_operator_never_makes_it_worse(
    calls: float, aht_s: float, operators: int, target_s: float, patience_s: float
) -> None:
    fewer = _a(calls, aht_s, operators, target_s, patience_s)
    more = _a(calls, aht_s, operators + 1, target_s, patience_s)
    slack = 1e-6
    assert more.wait_probability <= fewer.wait_probability + slack
    assert more.abandonment <= fewer.abandonment + slack
    assert more.sl2 >= fewer.sl2 - slack
    assert more.mean_wait_s <= fewer.mean_wait_s * (1 + 1e-6) + 1e-9


@settings(PROFILE)
@given(RATES, TIMES, st.integers(1, 3000), st.floats(0, 300), st.floats(5, 2000))
def test_figures_stay_within_their_bounds(
    calls: float, aht_s: float, operators: int, target_s: float, patience_s: float
) -> None:
    expected = _a(calls, aht_s, operators, target_s, patience_s)
    for name in ("wait_probability", "sl2", "sl", "abandonment", "occupancy"):
        assert -1e-6 <= getattr(expected, name) <= 1 + 1e-6, name  # as exact as the module says
    assert 0 <= expected.asa_s <= expected.mean_wait_s * 1e6 + 1e-9
    assert expected.wait_probability >= expected.abandonment - 1e-6


@pytest.mark.parametrize("operators", [1000, 5000])
def test_thousands_of_operators_neither_overflow_nor_lose_digits(operators: int) -> None:
    calls = 3600 * operators * 1.2 / 300  # a fifth more than they can handle: about a sixth of the callers must go
    busy = _a(calls, 300, operators, 20, 60)
    assert isclose(busy.abandonment, 1 - 1 / 1.2, rel_tol=1e-3)
    assert isclose(busy.occupancy, 1, rel_tol=1e-4)
    # In the limit everybody waits as long as a sixth takes to lose patience.
    assert isclose(busy.asa_s, 60 * log(1.2), rel_tol=2e-2)
    quiet = erlang_c(calls_per_hour=calls / 3, aht_s=300, operators=operators, target_s=20)
    assert 0 <= quiet.wait_probability < 1e-9


def test_too_high_a_load_has_no_long_run_without_abandonment() -> None:
    expected = erlang_c(**VECTOR, operators=10)
    assert (expected.wait_probability, expected.sl2, expected.asa_s, expected.occupancy) == (1, 0, inf, 1)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"calls_per_hour": -1.0}, "calls_per_hour"),
        ({"aht_s": 0.0}, "aht_s"),
        ({"operators": 0}, "operators"),
        ({"target_s": -1.0}, "target_s"),
        ({"patience_s": 0.0}, "patience_s"),
    ],
)
def test_impossible_input_is_refused_by_its_name(wrong: dict[str, float], named: str) -> None:
    right = {"calls_per_hour": 200.0, "aht_s": 180.0, "operators": 14, "target_s": 20.0, "patience_s": 60.0}
    with pytest.raises(ValueError, match=named):
        erlang_a(**(right | wrong))  # type: ignore[arg-type]


def test_nobody_calls_nobody_waits() -> None:
    expected = _a(0, 180, 3, 20, 60)
    assert (expected.sl2, expected.asa_s, expected.occupancy) == (1, 0, 0)
