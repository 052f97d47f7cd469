"""Which of Erlang's assumptions hold: each that does not is named."""

from __future__ import annotations

from dataclasses import replace

from queues.assumptions import theory
from queues.erlang import Expectation
from queues.rules import Destination, Exit
from queues.traffic import Answering, Duration, Rate, Shift, Wanted
from tests.queues.simulated_queue import SUPPORT, staff, textbook_traffic


def test_theory_names_every_assumption_that_does_not_hold() -> None:
    good = textbook_traffic()
    assert isinstance(theory("support", [SUPPORT], staff(14), good).expected, Expectation)
    one = good.queues[0]
    broken = {
        "wrap_up": ([replace(SUPPORT, wrap_up_s=5)], staff(14), good),
        "ways_out": ([replace(SUPPORT, capacity=3)], staff(14), good),
        "penalties": ([replace(SUPPORT, min_penalty=1)], staff(14), good),
        "overload": ([SUPPORT], staff(10), good),
        "no_operators": ([SUPPORT], [], good),
        "no_warm_up": ([SUPPORT], staff(14), replace(good, warm_up_s=0)),
        "shifts": ([SUPPORT], staff(14), replace(good, shifts=(Shift("1001"),))),
        "offers_refused": ([SUPPORT], staff(14), replace(good, answering=Answering(refused=0.1))),
        "answering_takes_time": ([SUPPORT], staff(14), replace(good, answering=Answering(Duration(1)))),
        "calls_vary": ([SUPPORT], staff(14), replace(good, queues=(replace(one, rates=(Rate(0, 9, 9),)),))),
        "handling_not_exponential": (
            [SUPPORT],
            staff(14),
            replace(good, queues=(replace(one, handling=Duration(9, "fixed")),)),
        ),
        "skills_wanted": ([SUPPORT], staff(14), replace(good, queues=(replace(one, wants=(Wanted(0.1, {"x": 1}),)),))),
        "shared_operators": (
            [SUPPORT, replace(SUPPORT, name="sales")],
            staff(14, "support", "sales"),
            replace(good, queues=(one, replace(one, queue="sales"))),
        ),
        "calls_from_elsewhere": (
            [SUPPORT, replace(SUPPORT, name="sales", exits=(Exit("closed", Destination("queue", "support")),))],
            staff(14),
            good,
        ),
    }
    for name, (queues, operators, traffic) in broken.items():
        verdict = theory("support", queues, operators, traffic)
        assert verdict.broken == (name,), name
        assert verdict.expected is None
