from __future__ import annotations

import pytest

from ari_app.stack.progress import Steps


def test_each_step_shows_its_number_its_remarks_and_its_time() -> None:
    lines: list[str] = []
    times = iter([10.0, 11.25, 20.0, 20.5])
    steps = Steps(2, lines.append, lambda: next(times))
    with steps.step("Asterisk") as remark:
        remark("22.10.1")
    with steps.step("Redis"):
        pass
    assert lines == ["[1/2] Asterisk", "      22.10.1", "      done in 1.2 s", "[2/2] Redis", "      done in 0.5 s"]


def test_failed_step_says_so_and_lets_the_error_through() -> None:
    lines: list[str] = []
    times = iter([0.0, 2.0])
    with pytest.raises(OSError, match="disk"), Steps(1, lines.append, lambda: next(times)).step("Unpacking"):
        raise OSError("disk full")
    assert lines[-1] == "      failed after 2.0 s"


def test_interrupted_step_is_not_called_failed() -> None:
    lines: list[str] = []
    times = iter([0.0, 2.0])
    with pytest.raises(KeyboardInterrupt), Steps(1, lines.append, lambda: next(times)).step("Unpacking"):
        raise KeyboardInterrupt
    assert lines[-1] == "      interrupted after 2.0 s"
