"""Rules that make no sense are refused, naming the field; small parts that the rest stands on."""

from __future__ import annotations

from typing import Any

import pytest

from queues.acd import Acd
from queues.deadlines import Deadlines
from queues.ranked import Ranked
from queues.rules import OperatorProfile, QueueRules, Ring


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("ring_timeout_s", 0),
        ("ring_timeout_s", float("inf")),
        ("wrap_up_s", -1),
        ("service_level_s", float("nan")),
        ("no_answer_pause_s", 0),
        ("reject_pause_s", -1),
        ("busy_pause_s", 0),
        ("unreachable_pause_s", 0),
        ("max_misses", 0),
        ("sticky_s", -0.1),
        ("strategy", "leastrecent"),
        ("capacity", 0),
        ("max_wait_s", 0),
        ("join_empty", frozenset({"asleep"})),
        ("rings", (Ring(10), Ring(5))),
    ],
)
def test_queue_rule_that_makes_no_sense_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        QueueRules(**{"name": "support", field: value})


def test_operator_profile_that_makes_no_sense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="code"):
        OperatorProfile("", ("support",))
    with pytest.raises(ValueError, match="queues"):
        OperatorProfile("1001", ("support", "support"))


def test_centre_that_does_not_fit_together_is_refused() -> None:
    support, one = QueueRules("support"), OperatorProfile("1001", ("support",))
    with pytest.raises(ValueError, match="name is given twice"):
        Acd([support, support], [])
    with pytest.raises(ValueError, match="code is given twice"):
        Acd([support], [one, one])
    with pytest.raises(ValueError, match="unknown queue 'sales'"):
        Acd([support], [OperatorProfile("1001", ("sales",))])


def test_ranked_keeps_order_whatever_the_order_of_adding() -> None:
    ranked: Ranked[str] = Ranked()
    assert (ranked.first(), len(ranked)) == (None, 0)
    for rank, item in (((2.0, 1), "c"), ((1.0, 9), "b"), ((1.0, 3), "a")):
        ranked.add(rank, item)
    assert list(ranked) == ["a", "b", "c"]
    assert (ranked.first(), ranked.ahead_of((2.0, 1)), ranked.rank_from((1.0, 4))) == ("a", 2, (1.0, 9))
    ranked.remove((1.0, 9))
    assert list(ranked) == ["a", "c"]
    with pytest.raises(KeyError):
        ranked.remove((1.0, 9))


def test_deadlines_fall_due_in_order_and_only_as_last_set() -> None:
    deadlines = Deadlines()
    for subject, at_s in (("b", 2.0), ("a", 1.0), ("c", 2.0), ("d", 9.0), ("e", 1.5)):
        deadlines.set("state", subject, at_s)
    deadlines.set("state", "a", 3.0)
    deadlines.cancel("state", "e")
    deadlines.cancel("phone", "d")
    assert deadlines.next() == 2.0
    assert [subject for _, subject in deadlines.pop_due(3.0)] == ["b", "c", "a"]
    assert (deadlines.next(), deadlines.is_set("state", "a"), deadlines.is_set("state", "d")) == (9.0, False, True)


def test_deadline_cancelled_while_others_are_handled_does_not_fall_due() -> None:
    deadlines = Deadlines()
    deadlines.set("state", "a", 1.0)
    deadlines.set("state", "b", 1.0)
    due = deadlines.pop_due(1.0)
    assert next(due) == ("state", "a")
    deadlines.cancel("state", "b")
    assert list(due) == []


def test_deadlines_set_over_and_over_do_not_pile_up() -> None:
    deadlines = Deadlines()
    for number in range(10_000):
        deadlines.set("state", f"operator{number % 10}", float(number))
    assert len(deadlines._heap) < 200
    assert [subject for _, subject in deadlines.pop_due(1e9)] == [f"operator{n}" for n in range(10)]
