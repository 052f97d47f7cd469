from __future__ import annotations

import pytest

from ari_app.admission import Admission
from ari_app.overload_control import admission_of


def test_it_refuses_above_one_lag_and_lets_in_again_below_another() -> None:
    admission = Admission(refuse_above_s=0.15, accept_below_s=0.05)
    lags = (0.0, 0.15, 0.151, 0.1, 0.05, 0.049, 0.1, 0.15)
    assert [admission.may_enter(lag) for lag in lags] == [True, True, False, False, False, True, True, True]
    assert admission.refused == 3


def test_looking_changes_its_mind_and_counts_nobody() -> None:
    admission = Admission()
    admission.look(0.2)
    assert admission.refusing
    admission.look(0.0)
    assert not admission.refusing
    assert admission.refused == 0


def test_the_lag_at_which_it_lets_in_again_is_not_above_the_one_at_which_it_refuses() -> None:
    with pytest.raises(ValueError, match="accept_below_s"):
        Admission(refuse_above_s=0.01, accept_below_s=0.05)


def test_a_negative_lag_lets_nobody_in() -> None:
    admission = admission_of(-1.0)
    assert [admission.may_enter(0.0) for _ in range(3)] == [False] * 3


def test_a_setting_of_a_second_lets_in_again_below_a_third_of_one() -> None:
    admission = admission_of(1.0)
    assert [admission.may_enter(lag) for lag in (1.0, 1.1, 0.4, 0.3)] == [True, False, False, True]
