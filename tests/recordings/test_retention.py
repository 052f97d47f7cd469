"""Is a recording kept for as long as the first rule that fits it says, and never removed while it is held?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.retention import DAY_S, Kept, RetentionRule, expires_at, is_over, none_is_over_after

ONE = Kept("20261118-120000-00000001", "20261118-120000-00000001", 1000.0, "call", ("ventas", "soporte"), "sold")
RULES = st.lists(
    st.builds(
        RetentionRule,
        st.none() | st.integers(1, 400),
        st.sampled_from([None, "ventas", "quejas"]),
        st.sampled_from([None, "call", "voicemail"]),
        st.sampled_from([None, "sold"]),
    ),
    max_size=5,
)


def test_the_first_rule_that_fits_counts_and_without_one_it_is_kept_for_ever() -> None:
    rules = [RetentionRule(5, "quejas"), RetentionRule(7, "soporte", "call", "sold"), RetentionRule(30)]
    assert expires_at(rules, ONE) == 1000.0 + 7 * DAY_S
    assert expires_at([RetentionRule(None, "ventas"), RetentionRule(1)], ONE) is None
    assert expires_at([RetentionRule(1, kind="voicemail")], ONE) is None
    assert expires_at([RetentionRule(1, disposition="lost")], ONE) is None


def test_a_hold_is_stronger_than_any_rule() -> None:
    held = Kept(ONE.id, ONE.call, ONE.started_at, "call", held=True)
    over = 1000.0 + DAY_S
    assert [is_over([RetentionRule(1)], one, over) for one in (ONE, held)] == [True, False]
    assert not is_over([RetentionRule(1)], ONE, over - 1)


@given(RULES, st.floats(0, 1e9), st.booleans())
def test_nothing_is_over_that_began_after_the_shortest_time(rules: list[RetentionRule], now: float, held: bool) -> None:
    latest = none_is_over_after(rules, now)
    if is_over(rules, ONE, now):
        assert latest is not None
        assert ONE.started_at <= latest


def test_a_rule_of_less_than_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        RetentionRule(0)
