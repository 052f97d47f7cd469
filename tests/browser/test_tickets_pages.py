"""Can people open, find, take and pass on tickets in the pages, and coordinators manage webhooks, at both widths and by ear?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.adapters.catalogue_database import Database
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import NARROW, WIDE, Language, Theme, findings, signed_in
from tests.browser.tickets_served import served
from tests.browser.tools import Tools
from tests.console.tickets.desk import Centre, refusal
from tests.console.webhooks.post import COORDINATOR, Post
from tests.console.webhooks.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def centre(database: Database) -> Centre:
    """Some tickets; one of them about the call that Ana has."""
    made = Centre(database)
    made.call(queue="soporte", shown={"name": "Rosa Marín", "contract": "12-34"})
    await made.opened(
        "ana",
        subject="Sin luz en toda la escalera",
        call="c1",
        note="Ya ha mirado el automático.",
        priority=1,
    )
    await made.opened("luis", subject="Cambio de titular", mine=False, due="2026-11-23T10:00:00Z")
    await made.opened("luis", subject="El contador marca de más", mine=False, priority=2)
    later = await made.opened("ana", subject="Factura duplicada de octubre", note="Espera copia del recibo.")
    await made.done("ana", "POST", f"/tickets/{later}/wait")
    await made.opened("eva", subject="Oferta para la segunda vivienda", queue="ventas")
    return made


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    """The outbox of the same."""
    return Post(database, tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def url(centre: Centre, post: Post) -> AsyncIterator[str]:
    """Where the pages are."""
    async with served(centre, post) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    """Listening."""
    made = Receiver()
    await made.start()
    yield made
    await made.stop()


async def _shown(page: Page, tools: Tools, name: str) -> None:
    """Nothing serious is wrong with what is shown now; a picture of it, if a folder for them is named."""
    if folder := os.environ.get("TICKETS_PICTURES"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert await findings(page, tools.axe) == [], name


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def test_one_is_opened_noted_and_passed_on_and_the_second_level_finds_everything(
    browser: Browser, centre: Centre, url: str
) -> None:
    async with signed_in(browser, url, "1005", "/tickets") as page:
        await _press(page, "Nueva solicitud")
        await page.get_by_label("Asunto").fill("No llega la factura")
        await page.get_by_role("dialog").get_by_label("Nota", exact=False).fill("La quiere por correo.")
        await _press(page, "Abrir")
        await page.get_by_role("heading", name="No llega la factura").wait_for()
        await page.get_by_label("Nota", exact=False).fill("Dirección comprobada.")
        await _press(page, "Añadir nota")
        await page.locator(".ticket-timeline").get_by_text("Dirección comprobada.").wait_for()
        ref = page.url.rsplit("/", 1)[1]
        await _press(page, "Pasar")
        await page.get_by_role("dialog").get_by_label("Qué debe saber quien la recibe").fill("Revisar el alta.")
        await page.get_by_role("dialog").get_by_role("button", name="Pasar").click()
        await page.locator("header.card").get_by_text("pasada").wait_for()
    async with signed_in(browser, url, "1015", "/tickets?view=work") as page:
        await page.get_by_role("button", name=f"Coger {ref}").click()
        await page.get_by_role("heading", name="No llega la factura").wait_for()
        for text in ("La quiere por correo.", "Dirección comprobada.", "Revisar el alta."):
            await page.locator(".ticket-timeline").get_by_text(text).wait_for()
    assert centre.search.show(ref).ticket.owner == "1015"


async def test_what_the_controller_refuses_is_said_and_the_dialog_keeps_what_was_written(
    browser: Browser, centre: Centre, url: str
) -> None:
    centre.controllers.answers = [refusal(message="Nobody can take it.")]
    async with signed_in(browser, url, "1005", "/tickets/S-2026-000001") as page:
        await _press(page, "Pasar")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Directa", exact=False).check()
        await dialog.get_by_label("Qué debe saber quien la recibe").fill("Es urgente.")
        await dialog.get_by_role("button", name="Pasar").click()
        await page.get_by_text("Nobody can take it.").first.wait_for()
        assert await dialog.get_by_label("Qué debe saber quien la recibe").input_value() == "Es urgente."
        await dialog.get_by_role("button", name="Pasar").click()
        await page.locator("header.card").get_by_text("pasada").wait_for()
        await page.locator(".ticket-timeline").get_by_text("No se pudo pasar").wait_for()
    assert [path for path, _ in centre.controllers.commands] == ["c1/transfer"] * 2


async def test_at_the_desk_a_ticket_is_opened_from_the_call_and_passed_on_with_the_caller(
    browser: Browser, tools: Tools, centre: Centre, url: str
) -> None:
    centre.free("1005", "soporte")
    talking = replace(centre.board.operators["1005"], name="Ana", state="talking", call="c1", queue="soporte")
    centre.board.operators["1005"] = talking
    async with signed_in(browser, url, "1005", "/desk") as page:
        panel = page.locator(".ticket-panel")
        await panel.get_by_text("Sin luz en toda la escalera").wait_for()
        await _shown(page, tools, "desk_es_1440_light")
        await panel.get_by_role("button", name="Nueva solicitud").click()
        await page.get_by_role("dialog").get_by_label("Asunto").fill("Quiere otra tarifa")
        await _press(page, "Abrir")
        await panel.get_by_text("Quiere otra tarifa").wait_for()
        line = panel.locator("li", has_text="Quiere otra tarifa")
        await line.get_by_role("button", name="Pasar").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Directa", exact=False).check()
        await dialog.get_by_role("button", name="Pasar").click()
        await line.get_by_text("pasada").wait_for()
    ((path, body),) = centre.controllers.commands
    assert (path, body["to"]) == ("c1/transfer", {"queue": "soporte_n2"})
    assert centre.search.show(body["ticket"]).ticket.subject == "Quiere otra tarifa"


async def test_lists_are_searched_and_filtered(browser: Browser, url: str) -> None:
    async with signed_in(browser, url, "2001", "/tickets") as page:
        rows = page.locator(".ticket-list tbody tr")
        await page.get_by_text("5 solicitudes").wait_for()
        await page.get_by_label("Buscar").fill("titular")
        await page.get_by_label("Buscar").press("Enter")
        await page.get_by_text("1 solicitudes").wait_for()
        assert "Cambio de titular" in await rows.first.inner_text()
        await page.get_by_label("Buscar").fill("")
        await page.get_by_label("Buscar").press("Enter")
        await page.get_by_text("5 solicitudes").wait_for()
        await page.get_by_label("Cola").select_option("ventas")
        await page.get_by_text("Oferta para la segunda vivienda").wait_for()
        await page.get_by_text("1 solicitudes").wait_for()


async def test_a_coordinator_makes_a_webhook_sees_its_secret_once_and_what_became_of_a_try(
    browser: Browser, post: Post, receiver: Receiver, url: str
) -> None:
    async with signed_in(browser, url, "3001", "/webhooks") as page:
        await _press(page, "Nuevo webhook")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Dirección").fill("http://10.0.0.1/hooks")
        await dialog.get_by_label("solicitud abierta", exact=False).check()
        await _press(page, "Crear")
        await dialog.get_by_text("no está en Internet", exact=False).wait_for()
        await dialog.get_by_label("Dirección").fill(receiver.url)
        await _press(page, "Crear")
        receiver.secret = await page.locator(".hook-secret").inner_text()
        await _press(page, "Ya lo tengo")
        await _press(page, "Probar")
        async with post.delivering():
            await page.get_by_role("link", name="Mensajes").click()
            await page.get_by_text("entregado").wait_for()
        await page.get_by_role("link", name="Webhooks").last.click()
        await _press(page, "Parar")
        await page.get_by_text("Parado: lo paró 3001").wait_for()
        assert receiver.taken[0]["type"] == "webhook.test"


@pytest.mark.parametrize(
    ("language", "size", "theme"),
    [("es", WIDE, "light"), ("en", NARROW, "light"), ("es", NARROW, "dark"), ("en", WIDE, "dark")],
)
async def test_no_page_hinders_anybody(
    browser: Browser, tools: Tools, post: Post, url: str, language: Language, size: tuple[int, int], theme: Theme
) -> None:
    id_, _ = post.book.make("https://crm.example.com/hooks", ["ticket.opened", "call.ended"], "CRM", COORDINATOR)
    post.book.try_out(id_, COORDINATOR)
    name = f"{language}_{size[0]}_{theme}"
    seen = {"size": size, "language": language, "theme": theme}
    async with signed_in(browser, url, "1005", "/tickets/S-2026-000001", **seen) as page:  # type: ignore[arg-type]
        await page.locator(".ticket-timeline li").first.wait_for()
        await _shown(page, tools, f"ticket_{name}")
        await page.locator("header.card button.primary").first.click()
        await page.get_by_role("dialog").wait_for()
        await _shown(page, tools, f"ticket_pass_{name}")
    async with signed_in(browser, url, "1006", "/tickets?view=work", **seen) as page:  # type: ignore[arg-type]
        await page.locator(".ticket-list tbody tr").first.wait_for()
        await _shown(page, tools, f"tickets_{name}")
    async with signed_in(browser, url, "3001", "/webhooks", **seen) as page:  # type: ignore[arg-type]
        await page.locator(".hook").first.wait_for()
        await _shown(page, tools, f"webhooks_{name}")
        await page.locator(".hook a.button").click()
        await page.locator(".ticket-list tbody tr").first.wait_for()
        await _shown(page, tools, f"webhook_messages_{name}")
