"""Figures and lists are the same from either database."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from ari_app.adapters.catalogue_database import Database
from console.figures.counting import LISTS
from console.figures.queries import Dimension, FiguresStore, Wanted
from console.figures.spans import Days, begin_of
from tests.console.figures.past import CENTRE, DAYS, MADRID, day_fold, fill, past_of


def test_every_group_and_every_list_of_a_past(database: Database) -> None:
    fill(database, past_of(1))
    store, wanted = FiguresStore(database), Wanted(Days(DAYS[0], DAYS[-1]))
    for dimension in get_args(Dimension):
        for key, sums in list(store.sums(wanted, (dimension,), MADRID, CENTRE.team_of).items())[:4]:
            assert sums.number or sums.state_s, key
    whole = store.sums(wanted, (), MADRID, CENTRE.team_of)[()]
    assert whole.count("offered") == sum(
        day.offered for one in DAYS for day in day_fold(past_of(1), one).queues.values()
    )
    for name in LISTS:
        page = store.listed(name, wanted, MADRID, limit=10)
        assert page.total == whole.count(name)
        assert len(page.items) == min(10, page.total)
    begin, end = begin_of(DAYS[0], MADRID), begin_of(DAYS[-1] + timedelta(days=1), MADRID)
    calls = store.calls(begin, end, wanted, limit=5)
    assert calls.total == len(past_of(1).calls)
    found = store.call(calls.items[0]["id"])
    assert found is not None
    assert found.segments
    assert store.states("1003", DAYS[0])
    assert sum(sums.count("offered") for sums in store.by_quarter(wanted, MADRID).values()) == whole.count("offered")
    assert store.arrivals("soporte", begin, end) > 0
    assert store.is_known(DAYS[0])
    assert store.until(wanted) is not None
