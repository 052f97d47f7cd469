"""Scripts in real calls: an operator follows the demo's, a supervisor changes one, and the next call has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.demo.api_client import ApiClient
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import findings, signed_in
from tests.browser.test_desk import CALLER_HZ, OPERATOR, SUPERVISOR, at_desk, desk_centre
from tests.browser.tools import Tools
from tests.e2e.stack import WEB_SECRET, Stack, running_stack
from tests.e2e.waiting_centre import change

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


OUTCOMES = ["resuelto", "escalado", "emergencia", "averia_zona"]


def scripted_centre(folder: Path) -> Path:
    """The desk's centre, with the outcomes that the demo's script for `soporte` suggests."""
    centre = desk_centre(folder)
    change(centre / "queues.yaml", {"soporte": {"dispositions": OUTCOMES}})
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("scripts"), centre=scripted_centre) as stack:
        await stack.instance.start_console()
        yield stack


async def _says(page: Page, text: str) -> None:
    await page.locator(".script-say").get_by_text(text).wait_for()


async def test_an_operator_follows_the_script_through_a_branch_and_an_objection_and_a_closed_page_loses_nothing(
    centre: Stack, browser: Browser, tools: Tools
) -> None:
    async with at_desk(centre, browser) as scene, centre.carrier(CALLER_HZ) as carrier:
        page = scene.page
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, rings = await scene.call(carrier)
        shown = await scene.watch.call(stage="talking", operator=OPERATOR)
        await _says(page, "¿En qué puedo ayudarle?")
        await scene.press("Siguiente")
        await _says(page, "Para ver su contrato")
        await page.keyboard.type("Rosa Marín")
        await scene.press("Ya llamé por esto")
        await page.locator(".script-objection").wait_for()
        assert await findings(page, tools.axe) == []
        await scene.press("Volver al guion")
        await _says(page, "Para ver su contrato")
        await page.get_by_role("textbox", name="Nombre").press("Enter")
        await _says(page, "Gracias, Rosa Marín.")
        await page.get_by_label("Dar la lectura del contador").check()
        await page.keyboard.press("Enter")
        await _says(page, "Dígame los números del contador")
        await page.get_by_role("textbox", name="Lectura").fill("10423")
        await page.locator(".script-saved").get_by_text("Guardado", exact=True).wait_for()
        await page.close()
        async with signed_in(browser, centre.settings.console_url, OPERATOR, "/desk") as again:
            await _says(again, "Dígame los números del contador")
            assert await again.get_by_role("textbox", name="Lectura").input_value() == "10423"
            await again.get_by_label("Leído el").fill("2026-01-15")
            await again.keyboard.press("Enter")
            await _says(again, "¿Hay algo más")
            await again.get_by_label("9", exact=True).check()
            await again.keyboard.press("Enter")
            await again.get_by_role("button", name="Terminar guion").click()
            await again.get_by_text("Guion terminado").wait_for()
            await caller.hang_up()
            await rings.ended()
            suggested = again.locator(".outcome.suggested")
            await suggested.get_by_text("Resuelto").wait_for()
            assert await again.locator(".script").get_by_text("Guion terminado").is_visible()
            assert await findings(again, tools.axe) == []
            assert (await scene.watch.call(id=shown["id"], stage="ended"))["disposition"] is None
            await suggested.click()
            await scene.watch.call(id=shown["id"], disposition="resuelto")
            await scene.watch.operator(OPERATOR, state="ready")
    async with ApiClient(centre.settings.console_url) as api:
        await api.log_in(SUPERVISOR, WEB_SECRET)
        (kept,) = (await api.ask("GET", f"/api/v1/calls/{shown['id']}/scripts", None))["items"]
    assert kept["counted"] == ["nombre", "motivo", "lectura", "leido_el", "recomendaria"]
    assert kept["objections"] == ["ya_llame"]


async def test_what_a_supervisor_mends_previews_and_publishes_is_said_in_the_operators_next_call(
    centre: Stack, browser: Browser, tools: Tools
) -> None:
    async with signed_in(browser, centre.settings.console_url, SUPERVISOR, "/scripts") as page:
        await page.locator("a[href='/scripts/soporte/edit']").click()
        await page.get_by_text("Sin problemas").wait_for()
        area = page.locator(".script-lines textarea")
        text = await area.input_value()
        mended = text.replace("buenos días. Le atiende", "muy buenos días. Le atiende")
        await area.fill(mended.replace("next: identificacion", "next: identificacon", 1))
        problem = page.locator(".script-problems button").first
        await problem.get_by_text("identificacon").wait_for()
        line = mended[: mended.index("next: identificacion")].count("\n") + 1
        assert f"Línea {line}" in await problem.inner_text()
        await problem.click()
        assert "identificacon" in await area.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
        await area.fill(mended)
        await _says(page, "muy buenos días. Le atiende")
        await page.locator(".script").get_by_role("button", name="Siguiente").click()
        await _says(page, "may I have its number")
        assert await findings(page, tools.axe) == []
        await page.get_by_role("button", name="Publicar…").click()
        await page.get_by_label("Por qué").fill("Saludo más amable")
        await page.get_by_role("dialog").get_by_role("button", name="Publicar", exact=True).click()
        await page.get_by_text("Saludo más amable").wait_for()
    async with at_desk(centre, browser) as scene, centre.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, rings = await scene.call(carrier)
        await _says(scene.page, "muy buenos días. Le atiende")
        await caller.hang_up()
        await rings.ended()
        await scene.press("Resuelto")
        await scene.watch.operator(OPERATOR, state="ready")
