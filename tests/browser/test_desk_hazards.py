"""What must not happen at the desk when things come at once: a call ends under a dialog, the next comes, buttons are hit twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, Final

import pytest
import pytest_asyncio

from ari_app.adapters.catalogue_database import Database
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import NARROW, WIDE, findings, signed_in
from tests.browser.desk_served import OPERATOR, ServedDesk, served
from tests.browser.tools import Tools

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FIRST, SECOND = "c1", "c2"
PATIENCE_S: Final = 30.0


@pytest_asyncio.fixture(loop_scope="session")
async def desk(database: Database) -> AsyncIterator[ServedDesk]:
    """The pages, and an operator who talks with a caller."""
    async with served(database) as made:
        made.shows("talking", FIRST)
        yield made


async def until(true: Callable[[], Any]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.02)


async def talks(page: Page) -> None:
    await page.locator(".controls .hold").wait_for()


# -- a dialog is of the call for which it was opened ---------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", ["wrap_up", "ready"])
async def test_to_whom_a_call_goes_is_not_asked_of_the_next_one(
    browser: Browser, desk: ServedDesk, meanwhile: str
) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        await page.keyboard.press("t")
        await page.get_by_role("combobox").fill("teresa")
        if meanwhile == "wrap_up":
            desk.shows("wrap_up", FIRST, stage="ended", control=None)
            await page.locator(".wrap-up").wait_for()
        else:
            desk.shows("ready")
            await page.locator(".idle-card").wait_for()
        await page.locator("dialog").wait_for(state="detached")
        desk.shows("talking", SECOND)
        await talks(page)
        assert await page.locator("dialog").count() == 0


async def test_a_call_that_follows_another_in_an_instant_is_not_passed_to_whom_the_other_was_meant_for(
    browser: Browser, desk: ServedDesk
) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        await page.keyboard.press("t")
        await page.get_by_role("combobox").fill("teresa")
        await page.get_by_role("option", name="Teresa").wait_for()
        desk.shows("talking", SECOND, caller="******999")
        await page.locator("dialog").wait_for(state="detached")
        await page.keyboard.press("Enter")
        assert desk.commands == []


async def test_a_ticket_being_written_outlives_the_wrap_up_and_stays_the_ticket_of_its_call(
    browser: Browser, desk: ServedDesk
) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.get_by_role("button", name="Nueva solicitud").click()
        await page.get_by_role("dialog").get_by_label("Asunto").fill("No llega la factura")
        desk.shows("wrap_up", FIRST, stage="ended", control=None)
        await page.locator(".wrap-up").wait_for()
        desk.shows("ready")
        await page.locator(".idle-card").wait_for()
        assert await page.get_by_role("dialog").get_by_label("Asunto").input_value() == "No llega la factura"
        desk.shows("talking", SECOND)
        await page.locator(".call.talks").wait_for()
        await page.get_by_role("dialog").wait_for(state="hidden")  # it does not stand before the next caller
        await page.locator(".control.hold").click()
        await page.get_by_role("button", name="Seguir con ella").click()
        assert await page.get_by_role("dialog").get_by_label("Asunto").input_value() == "No llega la factura"
        desk.centre.call(FIRST, stage="ended")  # as the console knows it for an hour
        await page.get_by_role("button", name="Abrir", exact=True).click()
        await page.get_by_text("Abierta: ").wait_for()
        await page.locator("dialog").wait_for(state="detached")
    (ticket,) = (await desk.centre.done("leader", "GET", "/tickets"))["items"]
    assert [one["call"] for one in desk.centre.search.show(ticket["ref"]).calls] == [FIRST]


async def test_a_ticket_whose_caller_is_gone_while_it_is_being_passed_on_goes_on_for_later(
    browser: Browser, desk: ServedDesk
) -> None:
    ref = await desk.centre.opened("ana", subject="Sin luz", call=FIRST)
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.locator(".ticket-panel").get_by_role("button", name="Pasar").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Qué debe saber quien la recibe").fill("Ha mirado el automático")
        desk.shows("ready")
        await page.locator(".idle-card").wait_for()
        desk.shows("talking", SECOND)
        await page.locator(".call.talks").wait_for()
        await page.get_by_role("button", name="Seguir con ella").click()
        assert await dialog.get_by_label("Qué debe saber quien la recibe").input_value() == "Ha mirado el automático"
        assert await dialog.get_by_label("Para después").is_checked()
        await dialog.get_by_role("button", name="Pasar").click()
        await dialog.wait_for(state="detached")
    shown = desk.centre.search.show(ref)
    assert (shown.ticket.queue, [note["text"] for note in shown.notes]) == ("soporte_n2", ["Ha mirado el automático"])
    assert desk.centre.controllers.commands == []


# -- what is written is kept -----------------------------------------------------------------------------------------------------


async def test_a_note_that_the_server_does_not_take_at_the_end_of_the_wrap_up_is_kept_afterwards(
    browser: Browser, desk: ServedDesk
) -> None:
    desk.shows("wrap_up", FIRST, stage="ended", control=None)
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.get_by_label("Nota", exact=True).fill("Llamará su hija")
        desk.refusals = [(503, "database_away")] * 3
        desk.shows("ready")
        await page.locator(".idle-card").wait_for()
        await until(lambda: desk.notes == {FIRST: "Llamará su hija"})


async def test_a_tickets_note_that_a_call_interrupts_is_still_there_when_one_comes_back_to_it(
    browser: Browser, desk: ServedDesk
) -> None:
    ref = await desk.centre.opened("ana", subject="Sin luz", call=FIRST)
    async with signed_in(browser, desk.url, OPERATOR, f"/tickets/{ref}") as page:
        await page.get_by_label("Nota", exact=False).fill("Ha llamado el vecino")
        await page.get_by_role("link", name="Puesto").click()
        await talks(page)
        await page.go_back()
        assert await page.get_by_label("Nota", exact=False).input_value() == "Ha llamado el vecino"
        await page.get_by_role("button", name="Añadir nota").click()
        await page.locator(".ticket-timeline").get_by_text("Ha llamado el vecino").wait_for()
        await page.reload()
        await page.locator(".ticket-timeline").get_by_text("Ha llamado el vecino").wait_for()
        assert await page.get_by_label("Nota", exact=False).input_value() == ""


async def test_a_note_is_kept_when_the_page_is_closed(browser: Browser, desk: ServedDesk) -> None:
    desk.shows("wrap_up", FIRST, stage="ended", control=None)
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.get_by_label("Nota", exact=True).fill("Llamará su hija")
        await page.close()
        await until(lambda: desk.notes == {FIRST: "Llamará su hija"})


async def test_what_is_typed_on_when_the_field_is_gone_commands_nothing(browser: Browser, desk: ServedDesk) -> None:
    desk.shows("wrap_up", FIRST, stage="ended", control=None)
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.get_by_label("Nota", exact=True).focus()
        await page.keyboard.type("Llama")
        desk.shows("ready")
        while await page.locator(".wrap-up").count():
            await page.keyboard.type("x")
        await page.keyboard.type("por la tarde, 1 vez")
        assert await page.locator("[role=menu]").count() == 0
        assert [path for path, _ in desk.commands if path.endswith("/state")] == []


async def test_a_contact_that_was_written_down_during_the_call_is_shown_beside_it(
    browser: Browser, desk: ServedDesk
) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.get_by_text("Ningún contacto tiene este número").wait_for()
        await page.get_by_role("link", name="Dar de alta").click()
        await page.locator(".contact-form").wait_for()
        desk.floor.contacts = [{"id": "k-1", "name": "Ana García", "numbers": [], "fields": {}}]
        await page.get_by_role("link", name="Puesto").click()
        await page.locator(".contact-name").get_by_text("Ana García").wait_for()


async def test_a_number_that_could_not_be_told_at_first_is_asked_for_again(browser: Browser, desk: ServedDesk) -> None:
    asked: list[str] = []

    async def at_first_not(route: Any) -> None:
        asked.append(route.request.url)
        await (
            route.fulfill(status=503, json={"error": {"code": "no_controller"}})
            if len(asked) == 1
            else route.continue_()
        )

    desk.shows("ready")
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await page.route("**/caller", at_first_not)
        desk.shows("talking", FIRST)
        await page.locator(".caller-number").get_by_text("600 111 789").wait_for()


async def test_an_english_page_says_nothing_in_spanish_of_what_the_menu_found_out(
    browser: Browser, desk: ServedDesk
) -> None:
    known = {"contract": "12-34", "customer": "77", "saldo": "81,40"}
    desk.shows("talking", FIRST, shown=known)
    async with signed_in(browser, desk.url, OPERATOR, "/desk", language="en") as page:
        await page.get_by_text("Known from the menu").wait_for()
        facts = page.locator("h3:text('Known from the menu') + dl dt")
        assert await facts.all_inner_texts() == ["contract", "customer", "balance"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_however_many_queues_and_long_names_there_are_the_call_is_seen_and_nothing_is_wider_than_the_window(
    browser: Browser, desk: ServedDesk, tools: Tools, size: tuple[int, int]
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff" * 4
    desk.floor.contacts = [
        {"id": "k-1", "name": name, "numbers": [], "email": f"{name}@example.com", "fields": {"a": name}}
    ]
    await desk.centre.opened("ana", subject=name, call=FIRST)
    desk.shows("talking", FIRST, caller="", shown={"name": name}, ticket=name[:64])
    served_by = desk.centre.board.operators[OPERATOR]
    desk.centre.board.operators[OPERATOR] = replace(served_by, serves=tuple(f"cola_de_averias_{n}" for n in range(30)))
    async with signed_in(browser, desk.url, OPERATOR, "/desk", size=size) as page:
        await page.locator(".controls .hold").wait_for()
        bar = await page.locator(".state-bar").bounding_box()
        assert bar["height"] < size[1] / 4
        if size == NARROW:
            await page.get_by_role("tab", name="Cliente").click()
        await page.locator(".contact-name").wait_for()
        await page.locator(".ticket-panel li").wait_for()
        assert await findings(page, tools.axe) == []


# -- buttons and keys ------------------------------------------------------------------------------------------------------------


async def test_a_button_that_is_hit_twice_in_a_hurry_does_once_what_it_says(browser: Browser, desk: ServedDesk) -> None:
    desk.shows("talking", FIRST, recording_state="on")
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        button = page.locator(".control.recording")
        await button.click(click_count=1)
        await until(lambda: desk.commands)
        desk.shows("talking", FIRST, recording_state="paused")
        await page.locator(".recording-sign.paused").wait_for()
        box = await button.bounding_box()
        # The second half of a double click: where the first was, within the time that the system takes for one.
        await page.mouse.move(box["x"] + 5, box["y"] + 5)
        await page.mouse.down(click_count=2)
        await page.mouse.up(click_count=2)
        await page.keyboard.press("h")
        await until(lambda: f"{FIRST}/hold" in [path for path, _ in desk.commands])
    assert [body["action"] for path, body in desk.commands if path.endswith("/recording")] == ["pause"]


async def test_with_caps_lock_on_no_letter_hangs_up(browser: Browser, desk: ServedDesk) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        await page.keyboard.press("E")  # as with Caps Lock: the letter is large, Shift is not held
        await page.keyboard.press("H")
        await until(lambda: desk.commands)
        assert desk.commands == [(f"{FIRST}/hold", None)]
        desk.commands.clear()
        await page.locator(".control.hangup:not([aria-disabled])").wait_for()
        await page.keyboard.press("Shift+E")
        await until(lambda: desk.commands)
        assert desk.commands == [(f"{FIRST}/hangup", None)]


async def test_the_keyboard_stays_at_the_controls_when_they_change(browser: Browser, desk: ServedDesk) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        await page.locator(".control.hold").focus()
        await page.keyboard.press("Enter")
        await until(lambda: desk.commands)
        desk.shows("on_hold", FIRST, control="held", held=True)
        await page.locator(".control.resume:not([aria-disabled])").wait_for()
        await page.keyboard.press("Enter")
        await until(lambda: len(desk.commands) == 2)
        assert desk.commands[1] == (f"{FIRST}/resume", None)


async def test_a_request_that_is_never_answered_does_not_take_the_buttons_away_for_good(
    browser: Browser, desk: ServedDesk
) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        await page.route("**/hold", lambda route: None)
        await page.locator(".control.hold").click()
        await page.get_by_text("No hay conexión con el servidor").wait_for()
        await page.locator(".control.hangup").click()
        await until(lambda: (f"{FIRST}/hangup", None) in desk.commands)


async def test_what_no_controller_took_is_not_said_to_be_tried_on(browser: Browser, desk: ServedDesk) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        desk.refusals = [(503, "no_controller")]
        await page.locator(".control.hold").click()
        said = page.locator(".toast.bad")
        await said.wait_for()
        assert await said.inner_text() == "La centralita no responde en este momento; inténtelo de nuevo."


async def test_a_machine_that_has_slept_asks_at_once_what_is_true_now(browser: Browser, desk: ServedDesk) -> None:
    async with signed_in(browser, desk.url, OPERATOR, "/desk") as page:
        await talks(page)
        async with page.expect_request("**/api/v1/events*", timeout=20_000):  # it would only miss the stream after 40 s
            await page.evaluate("{ const now = Date.now; Date.now = () => now() + 600_000; }")
