from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ari_app.adapters.ari_events import has_vanished, lag_s_of, translate
from ari_app.telephony import CallArrived, ChannelEnded

HAPPENED = datetime(2026, 11, 26, 16, 3, 53, 123_000, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("stamp", ["2026-11-26T16:03:53.123+0000", "2026-11-26T17:03:53.123+0100"])
def test_the_lag_is_counted_from_the_events_own_time_whatever_its_offset(stamp: str) -> None:
    assert lag_s_of({"timestamp": stamp}, HAPPENED + 0.25) == pytest.approx(0.25)


@pytest.mark.parametrize("event", [{}, {"timestamp": None}, {"timestamp": "soon"}])
def test_an_event_that_does_not_say_when_it_happened_has_no_lag(event: dict[str, object]) -> None:
    assert lag_s_of(event, HAPPENED) is None


@pytest.mark.parametrize(("state", "answered"), [("Ring", False), ("Up", True)])
def test_a_call_that_arrives_says_whether_it_has_been_answered(state: str, answered: bool) -> None:
    channel = {"id": "1.1", "state": state, "caller": {"number": "600"}}
    event = {"type": "StasisStart", "args": ["inbound", "900"], "channel": channel}
    assert translate(event, "failed") == CallArrived("1.1", ("inbound", "900"), "600", None, answered)


@pytest.mark.parametrize(
    ("event", "vanished"),
    [
        ({"soft": True, "cause": 1}, True),
        ({"soft": True, "cause": 32}, False),  # ended by a command
        ({"cause": 1}, False),  # Q.850: no such number
        ({"cause": 16}, False),
    ],
)
def test_who_was_ended_for_want_of_sound_is_told_from_who_hung_up(event: dict[str, object], vanished: bool) -> None:
    assert has_vanished(event) is vanished
    ended = {"type": "StasisEnd", "channel": {"id": "1.1"}}
    assert translate(ended, "failed", vanished) == ChannelEnded("1.1", "failed", vanished)
