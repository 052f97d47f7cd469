"""Is what was answered to a script read on the call's page, by whoever may, in both languages and at both widths?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from ari_app.adapters.catalogue_database import Database
from tests.browser.chromium import Browser
from tests.browser.console_page import NARROW, WIDE, Language, findings, signed_in
from tests.browser.scripts_served import OPERATOR, ServedScripts, served
from tests.browser.tools import Tools

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SUPERVISOR, OF_SUPPORT = "2001", "2003"
OPERATORS_NAME: Final = "Lucía"
VENTA: Final = """\
title: {es: Venta, en: Sale}
queues: [ventas]
start: quiere
steps:
  quiere:
    kind: ask
    text: {es: Dígame, en: Tell me}
    questions:
      que: {type: choice, text: {es: Qué quiere, en: Wants}, choices: {luz: {es: Luz, en: Power}, gas: {es: Gas, en: Gas}}}
      nota: {type: text, required: false, text: {es: Nota, en: Note}}
      vacia: {type: text, required: false, text: {es: Vacía, en: Empty}}
    next: adios
  adios: {kind: end, text: {es: Adiós, en: Bye}, disposition: venta}
objections:
  caro: {title: {es: Es caro, en: It is expensive}, text: {es: Lo entiendo, en: I see}}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ServedScripts]:
    """The pages, and an operator who talks with somebody in `ventas`."""
    async with served(database, tmp_path / "centre", ventas=VENTA) as made:
        made.shows("talking", queue="ventas")
        yield made


async def save(console: ServedScripts, **body: Any) -> Any:
    """As the operator's page does."""
    async with httpx.AsyncClient(base_url=console.url) as client:
        answer = await client.put(
            "/api/v1/calls/c-1/scripts/ventas",
            json={"language": "es", **body},
            headers={"Authorization": f"Bearer {OPERATOR}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


async def followed(console: ServedScripts) -> str:
    """To its end, with an objection on the way; the version."""
    await save(console, revision=1, move="objection", objection="caro")
    await save(console, revision=2, move="close")
    await save(console, revision=3, move="on", answers={"que": "luz", "nota": "<b>mañana</b>"})
    version: str = (await save(console, revision=4, move="end"))["version"]
    return version


async def test_questions_and_answers_stand_there_with_who_when_and_which_version(
    browser: Browser, console: ServedScripts
) -> None:
    version = await followed(console)
    async with signed_in(browser, console.url, SUPERVISOR, "/calls/c-1") as page:
        answered = page.locator(".script-answered")
        await answered.wait_for()
        given = await answered.locator("dl > div").all_inner_texts()
        assert [one.split("\n") for one in given] == [["Qué quiere", "Luz"], ["Nota", "<b>mañana</b>"]]
        told = await answered.inner_text()
        assert f"Lo empezó {OPERATORS_NAME} ({OPERATOR})" in told
        assert f"Lo terminó {OPERATORS_NAME} ({OPERATOR})" in told
        assert "Objeciones: Es caro" in told
        assert "Tipificación sugerida: Venta" in told
        await answered.get_by_role("link", name=version).click()
        await page.get_by_text(f"Versión {version}").wait_for()


async def test_the_very_version_is_read_and_what_is_answered_meanwhile_comes_by_itself(
    browser: Browser, console: ServedScripts
) -> None:
    begun = await save(console, revision=1)
    ventas = console.desk.folder.folder / "scripts" / "ventas.yaml"
    ventas.write_text(VENTA.replace("Qué quiere", "Qué desea"), "utf-8")
    async with signed_in(browser, console.url, SUPERVISOR, "/calls/c-1", language="en") as page:
        await page.get_by_text("Nothing was answered.").wait_for()
        await save(console, revision=2, answers={"que": "gas"}, version=begun["version"])
        answer = page.locator("[data-answer=que]")
        await answer.get_by_text("Qué quiere").wait_for()
        await answer.get_by_text("Gas", exact=True).wait_for()
        await page.get_by_text("Not finished; saved last by").wait_for()


async def test_whoever_may_not_see_the_answers_is_shown_none(browser: Browser, console: ServedScripts) -> None:
    await followed(console)
    async with signed_in(browser, console.url, OF_SUPPORT, "/calls/c-1") as page:
        await page.get_by_text("No hay respuestas que usted pueda ver.").wait_for()
        assert "Luz" not in await page.locator("main").inner_text()


async def test_while_the_database_is_away_it_is_said(browser: Browser, console: ServedScripts) -> None:
    await followed(console)
    console.away = True
    async with signed_in(browser, console.url, SUPERVISOR, "/calls/c-1") as page:
        await page.get_by_text("Las respuestas no se pueden leer ahora.").wait_for()
        console.away = False
        await page.locator("[data-answer=que]").wait_for()


@pytest.mark.parametrize(("size", "language"), [(WIDE, "es"), (WIDE, "en"), (NARROW, "es"), (NARROW, "en")])
async def test_the_answers_hinder_nobody(
    browser: Browser, console: ServedScripts, tools: Tools, size: tuple[int, int], language: Language
) -> None:
    await followed(console)
    async with signed_in(browser, console.url, SUPERVISOR, "/calls/c-1", size=size, language=language) as page:
        await page.locator("[data-answer=que]").wait_for()
        if folder := os.environ.get("SCRIPTS_PICTURES"):
            await page.screenshot(path=str(Path(folder) / f"answers-{size[0]}-{language}.png"), full_page=True)
        assert await findings(page, tools.axe) == []
