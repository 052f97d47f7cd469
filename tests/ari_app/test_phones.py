"""What becomes of calls when an operator's phone in a browser fails: offers, conversations, and what is shown of it."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.asked import HoldAsked
from ari_app.calls.talking import CUT_OFF_PRIORITY
from ari_app.centre import load_centre
from ari_app.phone_desk import NotInBrowser
from ari_app.phone_watch import SILENT_AFTER_S, PhoneHealth
from tests.ari_app.fake_centre import DEMO, FakeCentre, in_virtual_time, with_files

WELL = PhoneHealth(registered=True)
in_browser = with_files(
    operators=("1009: {name: Nuria Campos Vega, ", "1009: {name: Nuria Campos Vega, phone: browser, ")
)


async def at_work_in_a_browser(centre: FakeCentre, behaviour: str = "rings") -> None:
    await centre.at_work("1009", behaviour)
    centre.engine.phone_desk.tell_health("1009", "page-0001", WELL)


async def watched(centre: FakeCentre, seconds: float) -> None:
    """The engine looks at its phones for so long."""
    looks = asyncio.create_task(centre.engine.watch_phones())
    await asyncio.sleep(seconds)
    looks.cancel()
    await centre.settle()


@in_browser
async def test_an_offer_that_rings_at_a_page_that_fell_silent_is_offered_on(centre: FakeCentre) -> None:
    await at_work_in_a_browser(centre)
    call = await centre.calls()
    assert (call.stage, call.operator) == ("ringing", "1009")
    await watched(centre, SILENT_AFTER_S + 1)
    assert centre.call(call.id).stage == "waiting"
    shown = centre.board.operators["1009"]
    assert (shown.state, shown.phone, shown.phone_reason) == ("ready", "unreachable", "browser_silent")
    told = centre.engine.phone_desk.tell_health("1009", "page-0001", WELL)
    await centre.settle()
    assert (told.reachable, told.reason) == (True, None)
    assert centre.call(call.id).stage == "ringing"
    assert centre.board.operators["1009"].phone_reason is None


@in_browser
async def test_a_lost_microphone_is_told_and_no_call_is_offered_until_it_is_back(centre: FakeCentre) -> None:
    await at_work_in_a_browser(centre)
    told = centre.engine.phone_desk.tell_health("1009", "page-0001", PhoneHealth(True, "lost"))
    assert (told.reachable, told.reason) == (False, "microphone_lost")
    call = await centre.calls()
    assert call.stage == "waiting"
    assert centre.board.operators["1009"].phone_reason == "microphone_lost"
    centre.engine.phone_desk.tell_health("1009", "page-0001", WELL)
    await centre.settle()
    assert centre.call(call.id).stage == "ringing"


@in_browser
async def test_an_older_page_is_told_that_another_is_the_phone(centre: FakeCentre) -> None:
    await at_work_in_a_browser(centre)
    assert not centre.engine.phone_desk.tell_health("1009", "page-0002", WELL).older
    assert centre.engine.phone_desk.tell_health("1009", "page-0001", WELL).older


@in_browser
async def test_a_page_that_is_closed_is_waited_for_no_longer(centre: FakeCentre) -> None:
    await at_work_in_a_browser(centre)
    centre.engine.phone_desk.leave("1009", "page-0001")
    centre.engine.phone_changed("1009", reachable=False)
    await watched(centre, SILENT_AFTER_S + 1)
    assert centre.board.operators["1009"].phone_reason == "not_registered"


@in_virtual_time
async def test_whoever_has_a_sip_phone_has_no_page_that_could_speak_for_it(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    with pytest.raises(NotInBrowser, match=r"operators\.yaml"):
        centre.engine.phone_desk.tell_health("1009", "page-0001", PhoneHealth(False))
    assert centre.board.operators["1009"].phone == "reachable"


@in_browser
async def test_a_reload_that_gives_a_sip_phone_waits_for_no_page_any_more(centre: FakeCentre) -> None:
    await at_work_in_a_browser(centre)
    await watched(centre, SILENT_AFTER_S + 1)
    assert centre.board.operators["1009"].phone_reason == "browser_silent"
    centre.reload(load_centre(DEMO))
    await centre.settle()
    shown = centre.board.operators["1009"]
    assert (shown.phone, shown.phone_reason) == ("reachable", None)


@in_virtual_time
async def test_a_phone_that_an_offer_did_not_reach_is_shown_so(centre: FakeCentre) -> None:
    await centre.at_work("1009", "unregistered")
    call = await centre.calls()
    assert centre.call(call.id).stage == "waiting"
    assert centre.board.operators["1009"].phone_reason == "not_reached"


@in_virtual_time
async def test_a_caller_whose_operator_vanished_is_the_first_in_the_queue_again(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls("ana")
    await centre.calls("berta")
    centre.telephony.vanishes(centre.telephony.leg_to("1009"))
    await centre.settle()
    back = centre.call(call.id)
    assert (back.stage, back.position, back.priority) == ("waiting", 1, CUT_OFF_PRIORITY)
    assert centre.state("1009") == "wrap_up"
    await centre.at_work("1010", "answers")
    assert (centre.call(call.id).stage, centre.call(call.id).operator) == ("talking", "1010")


@in_virtual_time
async def test_a_held_caller_whose_operator_vanished_is_back_in_the_queue_too(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    centre.engine.call_desk.ask(call.id, HoldAsked(), None)
    await centre.settle()
    centre.telephony.vanishes(centre.telephony.leg_to("1009"))
    await centre.settle()
    assert (centre.call(call.id).stage, centre.call(call.id).position) == ("waiting", 1)


@in_virtual_time
async def test_an_operator_who_hangs_up_ends_the_call_as_ever(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    call = await centre.calls()
    centre.telephony.hangs_up(centre.telephony.leg_to("1009"))
    await centre.settle()
    assert centre.call(call.id).end_reason == "operator_hung_up"
