"""How many calls of one number are let in, at once and a minute? The rule alone, its file, and the engine that keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.caller_limits import REMEMBERED, Bound, CallerLimits, CallLimits
from ari_app.centre import load_centre
from ivr_flows.problems import BadFile
from tests.ari_app.fake_centre import FakeCentre, changed_demo, with_files

ONE, ANOTHER = "600111222", "600333444"
RULES = CallLimits(Bound(3, 5), Bound(4, 6), at_once=10)
WIDE = "caller: {at_once: 50, per_minute: 600}"


@pytest.fixture
def limits() -> CallerLimits:
    return CallerLimits()


def enter(limits: CallerLimits, caller: str, ongoing: list[str] | None = None, now: float = 0.0) -> bool:
    return limits.may_enter(RULES, caller, ongoing or [], now)


def test_one_number_has_so_many_calls_at_once_and_another_number_its_own(limits: CallerLimits) -> None:
    assert [enter(limits, ONE, [ONE] * up) for up in range(5)] == [True, True, True, False, False]
    assert enter(limits, ANOTHER, [ONE] * 5)
    assert limits.refused == {"caller_at_once": 2}


def test_one_number_may_call_so_often_a_minute_and_refusals_cost_it_nothing(limits: CallerLimits) -> None:
    assert [enter(limits, ONE, now=at) for at in (0, 10, 20, 30, 40, 50, 55, 59.9)] == [True] * 5 + [False] * 3
    assert enter(limits, ONE, now=60.0)
    assert not enter(limits, ONE, now=61.0)
    assert limits.refused == {"caller_per_minute": 4}


@pytest.mark.parametrize(
    "withheld", ["", "anonymous", "Restricted", "+", "12", "600 111 222", "x" * 40, "٦٠٠١١١٢٢٢", "1" * 16]
)
def test_whoever_sends_no_number_counts_with_all_who_do(limits: CallerLimits, withheld: str) -> None:
    assert enter(limits, withheld, ["anonymous", "", "unknown"])
    assert not enter(limits, withheld, ["anonymous", "", "unknown", withheld])
    assert enter(limits, ONE, ["anonymous"] * 9)
    assert limits.refused == {"withheld_at_once": 1}


def test_all_calls_together_have_a_bound_if_the_centre_says_one(limits: CallerLimits) -> None:
    many = [str(610_000_000 + number) for number in range(10)]
    assert not enter(limits, ONE, many)
    assert enter(limits, ONE, many[:9])
    assert limits.may_enter(CallLimits(), ONE, many * 100, 0.0)


def test_what_is_remembered_is_bounded_and_forgotten_after_a_minute(limits: CallerLimits) -> None:
    for number in range(REMEMBERED + 10):
        enter(limits, str(600_000_000 + number))
    assert len(limits._came) == REMEMBERED
    enter(limits, ONE, now=61.0)
    assert list(limits._came) == [ONE]


# -- the file ------------------------------------------------------------------------------------------------------------


def limits_of(folder: Path, text: str) -> CallLimits:
    return load_centre(changed_demo(folder, centre=(WIDE, text))).limits


def test_a_centre_that_says_nothing_has_the_usual_bounds_and_may_lift_each(tmp_path: Path) -> None:
    assert limits_of(tmp_path, "caller: {}") == CallLimits(Bound(10, 30), Bound(50, 200), None)
    lifted = limits_of(
        tmp_path, "caller: {at_once: none, per_minute: none}\n  withheld: {per_minute: none}\n  at_once: 300"
    )
    assert lifted == CallLimits(Bound(None, None), Bound(50, None), 300)


@pytest.mark.parametrize(
    "wrong", ["caller: {at_once: 0}", "caller: {per_minute: often}", "caller: {a_day: 5}", "never_banned: [office]"]
)
def test_a_wrong_bound_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BadFile) as bad:
        limits_of(tmp_path, wrong)
    assert all(problem.line > 1 and "centre.yaml:" in str(problem) for problem in bad.value.problems)


# -- the engine ----------------------------------------------------------------------------------------------------------


@with_files(centre=(WIDE, "caller: {at_once: 2}"))
async def test_the_third_call_of_a_number_is_refused_unanswered_and_the_next_is_served_after_one_has_ended(
    centre: FakeCentre,
) -> None:
    for channel in ("one", "two", "three"):
        centre.telephony.call_arrives(channel, "inbound", "900100201")
        await centre.settle()
    assert centre.telephony.refused == ["three"]
    assert set(centre.telephony.channels_up) == {"one", "two"}
    centre.telephony.hangs_up("one")
    await centre.settle()
    centre.telephony.call_arrives("four", "inbound", "900100201")
    await centre.settle()
    assert centre.telephony.refused == ["three"]
    assert set(centre.telephony.channels_up) == {"two", "four"}
