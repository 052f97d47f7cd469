"""What the events of a channel that is with a service of AGI mean."""

from __future__ import annotations

import pytest

from ari_app.adapters.ari_agi import AwayInAgi, known_again, on_one_line
from ari_app.telephony import AgiEnded, CallArrived, ChannelEnded, DigitPressed

CHANNEL = "1795737435.0"
GONE = ChannelEnded(CHANNEL, "failed")


def back(status: str = "SUCCESS") -> CallArrived:
    return CallArrived(CHANNEL, ("agi-return", "900100201", status), "600111222", answered=True)


@pytest.fixture
def away() -> AwayInAgi:
    away = AwayInAgi()
    away.leaves(CHANNEL)
    return away


def test_leaving_for_a_service_is_not_the_end_and_hanging_up_there_is(away: AwayInAgi) -> None:
    assert away.meaning("StasisEnd", GONE) is None
    assert away.meaning("ChannelDtmfReceived", DigitPressed(CHANNEL, "5")) == DigitPressed(CHANNEL, "5")
    assert away.meaning("ChannelDestroyed", GONE) == GONE


def test_what_comes_back_is_no_new_call(away: AwayInAgi) -> None:
    assert away.meaning("StasisStart", back("NOTFOUND")) == AgiEnded(CHANNEL, "NOTFOUND")
    assert not away.has(CHANNEL)
    assert not away.is_fetched(CHANNEL)


def test_a_status_that_nobody_knows_is_a_failure(away: AwayInAgi) -> None:
    assert away.meaning("StasisStart", back("")) == AgiEnded(CHANNEL, "FAILURE")


def test_a_channel_that_has_not_left_yet_is_not_back(away: AwayInAgi) -> None:
    assert away.came_back(CHANNEL, ("inbound", "900100201")) is None
    assert away.came_back(CHANNEL, ()) is None
    assert away.has(CHANNEL)


def test_who_comes_back_while_being_taken_away_is_back_only_the_second_time(away: AwayInAgi) -> None:
    assert away.is_fetched(CHANNEL)
    assert away.meaning("StasisStart", back()) is None
    assert away.meaning("StasisEnd", GONE) is None
    assert away.meaning("StasisStart", back("STOPPED")) == AgiEnded(CHANNEL, "STOPPED")


def test_who_came_back_and_could_not_be_taken_away_is_back(away: AwayInAgi) -> None:
    assert away.is_fetched(CHANNEL)
    assert away.meaning("StasisStart", back()) is None
    assert away.is_not_fetched(CHANNEL) == AgiEnded(CHANNEL, "SUCCESS")
    assert not away.has(CHANNEL)


def test_who_could_not_be_taken_away_comes_back_in_time(away: AwayInAgi) -> None:
    assert away.is_fetched(CHANNEL)
    assert away.is_not_fetched(CHANNEL) is None
    assert away.meaning("StasisStart", back()) == AgiEnded(CHANNEL, "SUCCESS")
    assert away.is_not_fetched(CHANNEL) is None


def test_a_caller_whom_nobody_expects_back_begins_anew() -> None:
    assert known_again(back()).args == ("inbound", "900100201")
    assert known_again(CallArrived(CHANNEL, ("agi-return", "", "SUCCESS"), "")).args == ("agi-return", "", "SUCCESS")
    assert known_again(CallArrived(CHANNEL, ("feature", "11", "1001"), "")).args == ("feature", "11", "1001")


def test_a_callers_text_stays_on_one_line_and_is_else_as_it_was() -> None:
    assert on_one_line("Peña\n200 result=1 (forged)\r\0") == "Peña 200 result=1 (forged)  "
    assert on_one_line('"${EXTEN}", 100 %') == '"${EXTEN}", 100 %'
