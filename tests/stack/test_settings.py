from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.settings import BadSettings, load_settings


@pytest.mark.parametrize(("text", "value"), [("0.2", 0.2), ("1000", 1000.0), ("-1", -1.0), ("", 0.15)])
def test_a_number_of_seconds_may_have_a_point_and_a_sign(tmp_path: Path, text: str, value: float) -> None:
    assert load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text}).refuse_above_lag_s == value


@pytest.mark.parametrize("text", ["much", "nan", "1e3", "0,2", "1.", "--1"])
def test_anything_else_is_refused_with_the_variable_and_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_REFUSE_ABOVE_LAG_S=.* is not a number; give one such as 0\.15"):
        load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text})
