"""Is an operator who calls somebody by himself or herself left alone, and offered calls again afterwards?"""

from __future__ import annotations

import pytest

from tests.ari_app.fake_centre import FakeCentre, in_virtual_time


@in_virtual_time
async def test_who_is_on_a_call_of_the_own_is_not_offered_another_and_then_is(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    with centre.engine.own_calls.during("1009", "mine"):
        assert centre.state("1009") == "own_call"
        shown = await centre.calls()
        assert centre.call(shown.id).stage == "waiting"
    await centre.settle()
    assert centre.call(shown.id).operator == "1009"


@in_virtual_time
async def test_what_rings_when_an_own_call_begins_goes_to_another(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    await centre.at_work("1010")
    centre.engine.own_calls.began("1009", "mine")
    await centre.settle()
    assert (centre.state("1009"), centre.call(shown.id).operator) == ("own_call", "1010")


@in_virtual_time
async def test_the_last_of_two_own_calls_is_the_one_that_counts(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    own = centre.engine.own_calls
    for channel in ("one", "two", "two"):
        own.began("1009", channel)
    own.over("1009", "one")
    own.over("1009", "unknown")
    assert centre.state("1009") == "own_call"
    own.over("1009", "two")
    assert centre.state("1009") == "ready"


@in_virtual_time
async def test_an_own_call_ends_also_when_it_fails_and_a_supervisors_concerns_nobody(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    with pytest.raises(ZeroDivisionError), centre.engine.own_calls.during("1009", "mine"):
        raise ZeroDivisionError
    assert centre.state("1009") == "ready"
    with centre.engine.own_calls.during("2001", "theirs"):
        pass


@in_virtual_time
async def test_offers_that_come_to_nothing_at_a_phone_are_counted_by_cause(centre: FakeCentre) -> None:
    await centre.at_work("1009", "unregistered")
    await centre.at_work("1010", "rejects")
    await centre.calls()
    assert dict(centre.board.offers_not_taken) == {"unreachable": 1, "rejected": 1}
    await centre.at_work("1011")
    centre.engine.phone_changed("1011", reachable=False)
    assert centre.board.offers_not_taken["unreachable"] == 2
