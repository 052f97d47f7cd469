"""Callers in the demo's customers' line: what other systems, people and machines answer decides where they are led."""

from __future__ import annotations

import asyncio
from typing import Any

from ari_app.lookups import LookupAnswer
from ari_app.voicemail_book import VoicemailBook
from ivr_flows.journey import Journey
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time
from tests.ari_app.waiting_room import OUTSIDE, hears_it_out, is_for_the_worker, outside_leg, passes, played, presses
from tests.fakes.telephony import AgiAnswer
from tests.fakes.virtual_time import LoopClock

LINE = "900100211"
CARD = "4111111111111111"
ANA: dict[str, Any] = {
    "name": "Ana", "contract": "1234567897", "balance": 34.56, "due_date": "2026-12-05", "agent": {}, "vip": False,
}  # fmt: skip


async def listens(centre: FakeCentre, channel: str = "caller") -> None:
    """Hear out whatever is said, until nothing is."""
    while (up := centre.telephony.channels_up.get(channel)) is not None and up.playback is not None:
        await hears_it_out(centre, channel)


async def types(centre: FakeCentre, keys: str) -> None:
    for key in keys:
        await presses(centre, key)


async def in_the_menu(centre: FakeCentre, **other: Any) -> str:
    """A known customer has heard all up to the menu."""
    centre.services.answers["clientes"] = LookupAnswer(200, {**ANA, **other})
    shown = await centre.calls(number=LINE)
    await listens(centre)
    await passes(centre, 1.1)  # no English
    await listens(centre)
    return shown.id


def said(centre: FakeCentre) -> list[str]:
    return played(centre)


def last_journey(centre: FakeCentre) -> Journey:
    return centre.journeys[-1]


def steps(journey: Journey) -> list[str]:
    return [entry.step for entry in journey.trace if entry.what == "entered"]


@in_virtual_time
async def test_what_a_service_answers_is_said_and_shown_to_the_operator(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    assert centre.services.asked == [("clientes", {"caller": "600111222"})]
    told = said(centre)
    bill = told[told.index("your_bill_is") : told.index("client_menu")]
    assert bill[0] == "your_bill_is"
    assert len(bill) > 4, "money and a date in pieces"
    await presses(centre, "0")
    assert (centre.call(call).stage, centre.call(call).queue) == ("waiting", "soporte")
    assert centre.call(call).shown == {"contract": "1234567897"}
    assert steps(last_journey(centre))[-3:] == ["menu", "operador", "soporte"]
    assert (last_journey(centre).ending, last_journey(centre).to) == ("queue", "soporte")


@in_virtual_time
async def test_a_service_that_is_away_leads_on_to_people(centre: FakeCentre) -> None:
    await centre.calls(number=LINE)
    await listens(centre)
    await passes(centre, 1.1)
    await listens(centre)
    assert said(centre)[-1] == "short_menu"


@in_virtual_time
async def test_keys_pressed_while_a_service_is_asked_are_for_the_menu_after_it(centre: FakeCentre) -> None:
    centre.services.slow = asyncio.Event()
    call = await in_the_menu(centre)
    await presses(centre, "0")
    assert centre.call(call).stage == "menu"
    centre.services.slow.set()
    await centre.settle()
    assert centre.call(call).stage == "waiting"


@in_virtual_time
async def test_whoever_hangs_up_while_a_service_is_asked_is_noted_there_and_nothing_happens_later(
    centre: FakeCentre,
) -> None:
    centre.services.slow = asyncio.Event()
    call = await in_the_menu(centre)
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "caller_hung_up")
    assert (last_journey(centre).ending, last_journey(centre).trace[-1].step) == ("caller_hung_up", "ficha")
    centre.services.slow.set()
    await centre.settle()
    assert len(centre.journeys) == 1


@in_virtual_time
async def test_a_card_is_paid_with_the_recording_muted_and_no_digit_of_it_kept(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    await types(centre, "1")
    assert centre.mixmonitor.recording, "what is agreed to is recorded"
    await listens(centre)
    await types(centre, "1")
    assert centre.mixmonitor.muted == {"caller"}
    await types(centre, f"{CARD}#")
    await types(centre, "1228")
    centre.services.answers["pagos"] = LookupAnswer(201, {"receipt": "0815"})
    await types(centre, "123#")
    name, sent = centre.services.asked[-1]
    assert name == "pagos"
    assert sent == {"contract": "1234567897", "amount": 34.56, "card": CARD, "expiry": "1228", "code": "123"}
    assert centre.mixmonitor.muted == set()
    assert "payment_done" in said(centre)
    await listens(centre)
    assert not centre.mixmonitor.recording
    centre.telephony.hangs_up("caller")
    await centre.settle()
    kept = repr([centre.board.calls[call], last_journey(centre), centre.notebook.notes, centre.happened])
    assert CARD not in kept
    assert CARD not in last_journey(centre).line()


@in_virtual_time
async def test_what_cannot_be_muted_is_not_recorded_at_all(centre: FakeCentre) -> None:
    await in_the_menu(centre)
    await types(centre, "1")
    await listens(centre)
    centre.mixmonitor.away = True
    await types(centre, "1")
    assert not centre.mixmonitor.recording
    assert said(centre)[-1] == "card_number"


@in_virtual_time
async def test_a_service_of_agi_has_the_caller_and_gives_back_what_it_found(centre: FakeCentre) -> None:
    centre.telephony.agi_services["agi://somewhere/lecturas"] = AgiAnswer({"READING": "4731", "READ_AT": "08:15"})
    await in_the_menu(centre)
    await presses(centre, "2")
    assert centre.telephony.channels_up["caller"].variables["CONTRACT"] == "1234567897"
    told = said(centre)
    assert "your_reading_is" in told
    assert [one.ending for one in centre.journeys] == ["elsewhere"]
    await listens(centre)
    assert said(centre)[-1] == "client_menu"


@in_virtual_time
async def test_a_service_of_agi_that_takes_too_long_gives_the_caller_back(centre: FakeCentre) -> None:
    centre.telephony.agi_services["agi://somewhere/lecturas"] = None
    await in_the_menu(centre)
    await presses(centre, "2")
    await passes(centre, 9)
    assert centre.telephony.channels_up["caller"].agi is not None
    await passes(centre, 2)
    assert centre.telephony.channels_up["caller"].agi is None
    assert said(centre)[-1] == "technical_problem"


@in_virtual_time
async def test_whoever_hangs_up_in_a_service_of_agi_is_gone(centre: FakeCentre) -> None:
    centre.telephony.agi_services["agi://somewhere/lecturas"] = None
    call = await in_the_menu(centre)
    await presses(centre, "2")
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.call(call).stage == "ended"


@in_virtual_time
async def test_whoever_wants_to_be_called_keeps_a_place_and_is_called(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    await presses(centre, "3")
    assert said(centre)[-1] == "callback_ask"
    await presses(centre, "1")
    assert said(centre)[-1] == "callback_agreed"
    await listens(centre)
    assert (centre.call(call).stage, centre.board.queues["soporte"].callbacks) == ("callback", 1)
    assert last_journey(centre).ending == "callback"
    centre.telephony.phones[f"600111222{OUTSIDE}"] = "rings"
    await centre.at_work("1005")
    centre.telephony.picks_up(centre.telephony.leg_to("1005"))
    await centre.settle()
    centre.telephony.picks_up(outside_leg(centre))
    await centre.settle()
    assert centre.call(call).stage == "talking"


@in_virtual_time
async def test_a_message_is_counted_for_the_queues_operators_who_call_back(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    centre.mixmonitor.writes = b"\0" * 32_000 * 3
    await presses(centre, "4")
    assert centre.call(call).stage == "elsewhere"
    await listens(centre)
    await presses(centre, "#")
    assert said(centre)[-1] == "sound:vm-goodbye"
    await asyncio.sleep(2)
    assert is_for_the_worker(centre.folder, centre.call(call).voicemail)
    await passes(centre, 1)
    (message,) = centre.engine.voicemail_desk.voicemails()
    assert (message.id, message.queue, message.caller, message.callable) == (call, "soporte", "******222", True)
    centre.switchboard.publish_all()
    assert centre.board.queues["soporte"].voicemails == 1
    centre.telephony.phones[f"600111222{OUTSIDE}"] = "rings"
    await centre.at_work("1005")
    await centre.at_work("1006")
    centre.engine.voicemail_desk.call_back(call, "1006")
    await centre.settle()
    assert centre.state("1006") == "ringing", "who asked for it is rung first"
    assert centre.engine.voicemail_desk.voicemails() == []


@in_virtual_time
async def test_whoever_hangs_up_at_the_tone_has_left_no_message(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    await presses(centre, "4")
    await listens(centre)
    centre.telephony.hangs_up("caller")
    await centre.settle()
    await asyncio.sleep(2)
    assert is_for_the_worker(centre.folder, centre.call(call).voicemail)
    assert centre.engine.voicemail_desk.voicemails() == []


@in_virtual_time
async def test_a_message_outlives_the_controller(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    centre.mixmonitor.writes = b"\0" * 32_000 * 3
    await presses(centre, "4")
    await listens(centre)
    centre.telephony.hangs_up("caller")
    await centre.settle()
    await asyncio.sleep(2)
    assert is_for_the_worker(centre.folder, centre.call(call).voicemail)
    await passes(centre, 1)
    counted: dict[str, int] = {}
    later = VoicemailBook(centre.notebook, LoopClock(), counted.__setitem__)
    await later.remember()
    assert (list(later.messages), counted) == ([call], {"soporte": 1})


@in_virtual_time
async def test_a_customers_own_contact_is_dialled_and_connected(centre: FakeCentre) -> None:
    centre.telephony.phones[f"912345678{OUTSIDE}"] = "rings"
    call = await in_the_menu(centre, agent={"code": "1008", "number": "912345678"})
    await presses(centre, "5")
    assert centre.call(call).stage == "elsewhere"
    centre.telephony.picks_up(outside_leg(centre))
    await centre.settle()
    assert centre.telephony.hears("caller") == {outside_leg(centre)}
    centre.telephony.hangs_up(outside_leg(centre))
    await centre.settle()
    assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "forwarded")


@in_virtual_time
async def test_a_contact_who_does_not_answer_leaves_the_caller_to_the_queue(centre: FakeCentre) -> None:
    centre.telephony.phones[f"912345678{OUTSIDE}"] = "rings"
    call = await in_the_menu(centre, agent={"code": "1008", "number": "912345678"}, vip=True)
    await presses(centre, "5")
    await passes(centre, 21)
    assert (centre.call(call).stage, centre.call(call).priority) == ("waiting", 5)


@in_virtual_time
async def test_a_number_that_nobody_allows_is_never_dialled(centre: FakeCentre) -> None:
    call = await in_the_menu(centre, agent={"number": "999999999"})
    await presses(centre, "5")
    assert centre.call(call).stage == "waiting"
    assert not [leg for leg in centre.telephony.channels_up if "-out-" in leg]


@in_virtual_time
async def test_the_one_on_duty_is_rung_by_the_queues_and_counted(centre: FakeCentre) -> None:
    await centre.at_work("1015")
    shown = await centre.calls(number="900100212")
    await listens(centre)
    assert centre.state("1015") == "ringing"
    centre.telephony.picks_up(centre.telephony.leg_to("1015"))
    await centre.settle()
    assert (centre.call(shown.id).stage, centre.call(shown.id).operator) == ("talking", "1015")
    assert last_journey(centre).ending == "hang_up"
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.state("1015") == "wrap_up"


@in_virtual_time
async def test_if_nobody_is_on_duty_the_caller_waits_in_front(centre: FakeCentre) -> None:
    shown = await centre.calls(number="900100212")
    await listens(centre)
    assert (centre.call(shown.id).queue, centre.call(shown.id).priority) == ("soporte_n2", 9)


@in_virtual_time
async def test_after_an_operator_has_hung_up_the_flow_asks_how_it_was_and_the_operator_is_free(
    centre: FakeCentre,
) -> None:
    call = await in_the_menu(centre)
    await centre.at_work("1005")
    await presses(centre, "0")
    leg = centre.telephony.leg_to("1005")
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.call(call).stage == "talking"
    centre.telephony.hangs_up(leg)
    await centre.settle()
    assert centre.state("1005") == "wrap_up"
    assert said(centre)[-1] == "survey_question"
    assert centre.call(call).stage == "menu"
    await presses(centre, "4")
    await listens(centre)
    assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "done")
    assert (last_journey(centre).continues, last_journey(centre).operator) == (True, "1005")
    assert [entry.by for entry in last_journey(centre).trace if entry.what == "answered"] == ["4"]


@in_virtual_time
async def test_a_caller_who_hangs_up_first_is_asked_nothing(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    await centre.at_work("1005")
    await presses(centre, "0")
    centre.telephony.picks_up(centre.telephony.leg_to("1005"))
    await centre.settle()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.call(call).end_reason == "caller_hung_up"
    assert said(centre)[-1] == "client_menu"


@in_virtual_time
async def test_out_of_hours_by_the_calendar_a_caller_hears_so(centre: FakeCentre) -> None:
    await centre.calls(number="900100210")  # virtual time begins in the night
    assert said(centre) == ["out_of_hours"]


@in_virtual_time
async def test_a_caller_cannot_be_in_a_flow_for_ever(centre: FakeCentre) -> None:
    call = await in_the_menu(centre)
    for _ in range(2000):
        if centre.call(call).stage != "menu":
            break
        await presses(centre, "2")
        await listens(centre)
        await passes(centre, 3)
    assert centre.call(call).end_reason == "endless_flow"
