"""Is what is wrong with a script told in the language of whoever writes it, wherever it is told?"""

from __future__ import annotations

import pytest

from console.scripts.folder import script_of
from tests.browser.chromium import Browser
from tests.browser.console_page import Language, findings, signed_in
from tests.browser.scripts_served import ServedScripts
from tests.browser.test_scripts_pages import SUPERVISOR, console
from tests.browser.tools import Tools

__all__ = ["console"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("language", "told", "no_yaml", "taken"),
    [
        (
            "es",
            "no hay ningún paso 'identificacon'; ¿quería decir 'identificacion'?",
            "faltan los dos puntos detrás de un nombre",
            "el guion 'ventas' es también para 'ventas'; quítelo de uno de los dos",
        ),
        (
            "en",
            "there is no step 'identificacon'; did you mean 'identificacion'?",
            "could not find expected ':'",
            "the script 'ventas' is for 'ventas', too; take it out of one of the two",
        ),
    ],
    ids=["es", "en"],
)
async def test_what_is_wrong_with_a_script_is_told_in_the_language_of_the_page(
    browser: Browser, console: ServedScripts, tools: Tools, language: Language, told: str, no_yaml: str, taken: str
) -> None:
    text = console.desk.versions.all().in_force["soporte"].text
    async with signed_in(browser, console.url, SUPERVISOR, "/scripts", language=language) as page:
        broken = page.locator(".script-broken")
        await broken.get_by_text(
            {"es": "aquí falta un nombre o un valor", "en": "a name or value is missing here"}[language]
        ).first.wait_for()
        await page.goto(f"{console.url}/scripts/soporte/edit")
        area, problems = page.locator(".script-lines textarea"), page.locator(".script-problems")
        await page.wait_for_function("document.querySelector('.script-lines textarea')?.value")
        await area.fill(text.replace("next: identificacion", "next: identificacon", 1))
        await problems.get_by_text(told).wait_for()
        await page.locator(f'.script-gutter [title="{told}"]').wait_for(state="attached")
        assert await findings(page, tools.axe) == []
        await area.fill(text.replace("\nstart: ", "\nstart\nx: ", 1))
        await problems.get_by_text(no_yaml).wait_for()
        await area.fill(text.replace("queues: [soporte]", "queues: [ventas]", 1))
        await problems.get_by_text(taken).wait_for()


async def test_what_keeps_a_version_from_being_put_back_is_told_in_the_language_of_the_page(
    browser: Browser, console: ServedScripts
) -> None:
    before = console.desk.versions.all().in_force["ventas"]
    changed = before.text.replace("title: {es:", "title: {es: Otra", 1)
    console.desk.versions.publish("ventas", script_of(changed), changed, before.version, "2002", "otro nombre")
    queues = console.desk.folder.folder / "queues.yaml"
    queues.write_text(queues.read_text("utf-8").replace("\nventas:", "\nventa:"), "utf-8")
    async with signed_in(browser, console.url, SUPERVISOR, "/scripts/ventas/edit") as page:
        await page.get_by_role("button", name="Versiones").click()
        await page.get_by_role("button", name=f"Volver a la versión {before.version}").click()
        await page.get_by_label("Por qué").fill("mejor la de antes")
        await page.get_by_role("dialog").get_by_role("button", name="Volver a la versión").click()
        refused = page.get_by_role("dialog").get_by_role("alert")
        await refused.get_by_text("no puede entrar en vigor así").wait_for()
        await refused.get_by_text("no hay ninguna cola 'ventas'; ¿quería decir 'venta'?").first.wait_for()
