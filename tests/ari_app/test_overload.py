"""The engine that has fallen behind, on a telephone system in memory that tells it so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from ari_app.telephony import TelephonyAway
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time
from tests.fakes.telephony import FakeChannel

BEHIND_S, STILL_S = 0.2, 0.1
CALLER = {"CENTRALITA_ROLE": "caller", "CENTRALITA_NUMBER": "900100201"}
"""What the dialplan has set on a caller's channel."""


@pytest.fixture(autouse=True)
def everything_is_logged() -> Iterator[None]:
    """Other tests run commands that log errors alone from then on."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


def of_load(logs: list[Any]) -> list[tuple[str, int | None]]:
    """What was said about refusing, with the number refused."""
    names = ("calls_refused_for_load", "calls_taken_again")
    return [(entry["event"], entry.get("refused")) for entry in logs if entry["event"] in names]


@in_virtual_time
async def test_a_new_call_is_refused_and_leaves_nothing_behind(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    happened = len(centre.happened)
    centre.telephony.lag = BEHIND_S
    centre.telephony.call_arrives("caller", "inbound", "900100201")
    await centre.settle()
    assert centre.telephony.refused == ["caller"]
    assert centre.telephony.channels_up == {}
    assert (centre.board.calls, centre.switchboard.calls, centre.happened[happened:]) == ({}, {}, [])
    assert "caller" not in centre.telephony._watched


@in_virtual_time
async def test_calls_in_progress_are_not_touched_and_go_on_to_an_operator(centre: FakeCentre) -> None:
    shown = await centre.calls()
    centre.telephony.lag = BEHIND_S
    centre.telephony.call_arrives("another", "inbound", "900100201")
    await centre.at_work("1009", "answers")
    assert centre.telephony.refused == ["another"]
    assert centre.call(shown.id).stage == "talking"


@in_virtual_time
async def test_calls_are_taken_again_when_the_lag_is_well_below_and_both_changes_are_said_once(
    centre: FakeCentre,
) -> None:
    with capture_logs() as logs:
        for caller, lag_s in (("a", BEHIND_S), ("b", STILL_S), ("c", BEHIND_S), ("d", 0.0), ("e", STILL_S)):
            centre.telephony.lag = lag_s
            centre.telephony.call_arrives(caller, "inbound", "900100201")
            await centre.settle()
        centre.telephony.lag = BEHIND_S
        centre.telephony.call_arrives("f", "inbound", "900100201")
        await centre.settle()
        centre.telephony.lag = 0.0
        centre.telephony.call_arrives("g", "inbound", "900100201")
        await centre.settle()
    assert centre.telephony.refused == ["a", "b", "c", "f"]
    assert of_load(logs) == [
        ("calls_refused_for_load", None),
        ("calls_taken_again", 3),
        ("calls_refused_for_load", None),
        ("calls_taken_again", 1),
    ]


@in_virtual_time
async def test_the_end_of_an_overload_is_said_though_nobody_calls(centre: FakeCentre) -> None:
    tick = asyncio.create_task(centre.engine.tick())
    with capture_logs() as logs:
        centre.telephony.lag = BEHIND_S
        centre.telephony.call_arrives("caller", "inbound", "900100201")
        await asyncio.sleep(3.1)
        assert of_load(logs) == [("calls_refused_for_load", None)]
        centre.telephony.lag = 0.0
        await asyncio.sleep(1.1)
    tick.cancel()
    assert of_load(logs)[1:] == [("calls_taken_again", 1)]


@in_virtual_time
async def test_phones_of_the_centre_are_never_refused(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    await centre.at_work("1010")
    centre.telephony.lag = BEHIND_S
    centre.telephony.call_arrives("code", "feature", "12", "1009")
    centre.telephony.call_arrives("inside", "internal", "1010", "1009")
    await centre.settle()
    assert centre.state("1009") != "ready"
    assert centre.telephony.leg_to("1010")
    assert centre.telephony.refused == []


@in_virtual_time
async def test_who_waited_answered_in_the_dialplan_is_never_refused(centre: FakeCentre) -> None:
    centre.telephony.lag = BEHIND_S
    centre.telephony.call_arrives("caller", "inbound", "900100201", answered=True)
    await centre.settle()
    assert [call.stage for call in centre.board.calls.values()] == ["waiting"]
    assert centre.telephony.refused == []


@in_virtual_time
async def test_callers_whom_an_earlier_life_left_are_never_refused(centre: FakeCentre) -> None:
    centre.telephony.lag = BEHIND_S
    centre.telephony.channels_up["left"] = FakeChannel("600111222", variables=dict(CALLER))
    await centre.engine.sweep()
    await centre.settle()
    assert [call.stage for call in centre.board.calls.values()] == ["waiting"]
    assert "left" in centre.telephony.channels_up
    centre.telephony.call_arrives("left", "inbound", "900100201")  # its arrival is told after the sweep has taken it
    await centre.settle()
    assert centre.telephony.refused == []


@in_virtual_time
async def test_a_call_that_could_not_be_refused_is_taken_by_the_next_sweep(centre: FakeCentre) -> None:
    async def fails(_channel: str) -> None:
        raise TelephonyAway("no answer in 5 s")

    centre.telephony.refuse = fails  # type: ignore[assignment,method-assign]
    centre.telephony.lag = BEHIND_S
    with capture_logs() as logs:
        centre.telephony.call_arrives("caller", "inbound", "900100201")
        await centre.settle()
    assert "call_not_refused" in [entry["event"] for entry in logs]
    assert "background_work_failed" not in [entry["event"] for entry in logs]
    centre.telephony.channels_up["caller"].variables |= CALLER
    await centre.engine.sweep()
    await centre.settle()
    assert [call.stage for call in centre.board.calls.values()] == ["waiting"]
