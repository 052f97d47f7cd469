"""Are scripts followed without losing a word, and read and written at both widths, with the keyboard and by ear?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.adapters.catalogue_database import Database
from console.scripts.folder import script_of
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import NARROW, WIDE, Language, Theme, findings, signed_in
from tests.browser.scripts_served import OPERATOR, ServedScripts, served
from tests.browser.tools import Tools
from tests.browser.watched import watched

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SUPERVISOR, LEADER = "2001", "2101"


@pytest_asyncio.fixture(loop_scope="session")
async def console(database: Database, tmp_path: Path) -> AsyncIterator[ServedScripts]:
    """The pages, and an operator who talks with somebody in `soporte`."""
    async with served(database, tmp_path / "centre", rota="start: [") as made:
        made.floor.contacts = [{"id": "k-1", "name": "Ana García", "numbers": [], "fields": {}}]
        made.shows("talking")
        yield made


async def _shown(page: Page, tools: Tools, name: str) -> None:
    """Nothing serious is wrong with what is shown now; a picture of it, if a folder for them is named."""
    if folder := os.environ.get("SCRIPTS_PICTURES"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert await findings(page, tools.axe) == [], name


async def _says(page: Page, text: str) -> None:
    await page.locator(".script-say").get_by_text(text).wait_for()


async def _saved(page: Page) -> None:
    await page.locator(".script-saved").get_by_text("Guardado", exact=True).wait_for()


async def _to_the_bill(page: Page) -> None:
    """From the greeting to the questions about a bill, by keyboard alone."""
    await _says(page, "¿Hablo con Ana García?")
    await page.get_by_role("button", name="Siguiente").focus()
    await page.keyboard.press("Enter")
    await _says(page, "Para ver su contrato")
    await page.keyboard.type("Ana")
    await page.keyboard.press("Enter")
    await _says(page, "Gracias, Ana.")
    await page.get_by_label("Duda sobre la factura").check()
    await page.keyboard.press("Enter")
    await _says(page, "Tengo su factura delante")


async def test_a_script_is_followed_by_keyboard_and_what_is_missing_or_wrong_is_said_at_its_question(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        await _to_the_bill(page)
        await page.get_by_label("Importe de la factura").fill("mucho")
        await page.keyboard.press("Enter")
        await page.get_by_text("Escriba un número.").wait_for()
        await page.get_by_text("Falta esta respuesta.").wait_for()
        await page.get_by_label("No entiende un concepto").check()
        await page.get_by_label("Importe de la factura").fill("81,40")
        await page.keyboard.press("Enter")
        await _says(page, "Se lo explico paso a paso")
        await page.keyboard.press("Control+ArrowUp")
        await _says(page, "Tengo su factura delante")
        assert await page.get_by_label("Importe de la factura").input_value() == "81,40"
    assert console.answered() == {"nombre": "Ana", "motivo": "factura", "duda": "concepto", "importe": 81.4}


ALL_TYPES = """\
title: {es: Todo, en: All}
queues: [reclamaciones]
start: todo
steps:
  todo:
    kind: ask
    text: {es: "Le llama {customer.name}, de {customer.field.calle}", en: All}
    questions:
      una: {type: choice, text: {es: Una, en: One}, choices: {luz: {es: Luz, en: Power}, gas: {es: Gas, en: Gas}}}
      si: {type: yes_no, text: {es: Quiere, en: Wants}}
      nota: {type: text, lines: true, text: {es: Nota, en: Note}}
      cuanto: {type: number, least: 1, most: 15, text: {es: Cuanto, en: How much}}
      agrado: {type: scale, lowest: 1, highest: 5, text: {es: Agrado, en: Liking}}
      dia: {type: date, latest: "2026-01-31", text: {es: Dia, en: Day}}
      movil: {type: phone, text: {es: Movil, en: Mobile}}
      correo: {type: email, text: {es: Correo, en: E-mail}}
    next: fin
  fin: {kind: end, text: {es: Fin, en: End}, links: [{title: {es: Ficha, en: Card}, url: "https://crm.example/{answer.correo}"}]}
"""


async def test_every_type_of_answer_is_read_as_people_write_it_or_said_to_be_wrong_at_its_question(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    async with served(database, tmp_path / "centre", reclamaciones=ALL_TYPES) as console:
        console.shows("talking", queue="reclamaciones")
        async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
            blank = page.locator(".script-say .script-blank")
            await blank.first.wait_for()
            assert await blank.count() == 2
            on = page.get_by_role("button", name="Siguiente")
            boxes = {name: page.get_by_role("textbox", name=name) for name in ("Nota", "Cuanto", "Movil", "Correo")}
            await boxes["Cuanto"].fill("16")
            await page.get_by_label("Dia").fill("2026-02-01")
            await boxes["Movil"].fill("seis")
            await boxes["Correo"].fill("ana@")
            await on.click()
            for said in (
                "Debe estar entre 1 y 15.",
                "Esa fecha es demasiado tardía.",
                "Escriba un teléfono en cifras",
                "Escriba un correo",
            ):
                await page.locator(".error").get_by_text(said).wait_for()
            assert await page.locator(".error").get_by_text("Falta esta respuesta.").count() == 4
            await page.get_by_role("radio", name="Gas").check()
            await page.get_by_role("radio", name="No", exact=True).check()
            await boxes["Nota"].fill("una línea\ny otra")
            await boxes["Cuanto"].fill("4,6")
            await page.get_by_role("radio", name="3", exact=True).check()
            await page.get_by_label("Dia").fill("2026-01-31")
            await boxes["Movil"].fill("600 111 222")
            await boxes["Correo"].fill("ana@ejemplo.es")
            await boxes["Nota"].press("Control+Enter")
            card = page.get_by_role("link", name="Ficha")
            assert await card.get_attribute("href") == "https://crm.example/ana%40ejemplo.es"
            assert "noopener" in await card.get_attribute("rel")
        assert console.answered(name="reclamaciones") == {
            "una": "gas",
            "si": False,
            "nota": "una línea\ny otra",
            "cuanto": 4.6,
            "agrado": 3,
            "dia": "2026-01-31",
            "movil": "600111222",
            "correo": "ana@ejemplo.es",
        }


LIVE = """
    globalThis.spoken = [];
    new MutationObserver((all) => {
        for (const { target } of all) {
            const live = (target.closest ? target : target.parentElement)?.closest("[role=status], [role=alert], [aria-live]");
            if (live?.textContent.trim()) spoken.push(live.textContent.trim());
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
"""


async def test_who_listens_to_the_page_is_not_told_at_every_word_that_it_is_being_saved(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        await _to_the_bill(page)
        await page.evaluate(LIVE)
        for text in ("8", "81", "81,4"):
            await page.get_by_label("Importe de la factura").fill(text)
            await _saved(page)
        assert await page.evaluate("spoken") == []
        console.away = True
        await page.get_by_label("Importe de la factura").fill("81,40")
        await page.wait_for_function("spoken.includes('Sin guardar: se sigue intentando')")
        console.away = False
        await _saved(page)


async def test_what_was_answered_before_stands_above_the_script_of_the_queue_that_the_call_came_to(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        await _to_the_bill(page)
        console.shows("talking", queue="soporte_n2")
        await _says(page, "del segundo nivel")
        await page.locator(".script-before summary").click()
        await page.locator(".script-before dd").get_by_text("Duda sobre la factura").wait_for()


async def test_while_the_database_is_away_nothing_that_is_typed_is_lost_even_if_the_page_is_loaded_again(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        await _to_the_bill(page)
        console.away = True
        await page.get_by_label("Importe de la factura").fill("81,40")
        await page.locator(".script-saved").get_by_text("se sigue intentando").wait_for()
        await page.reload()
        await page.get_by_text("El guion no se puede leer ahora").wait_for()
        console.away = False
        await page.locator(".script").get_by_role("button", name="Intentar").click()
        await _says(page, "Tengo su factura delante")
        assert await page.get_by_label("Importe de la factura").input_value() == "81,40"
        await _saved(page)
    assert console.answered()["importe"] == 81.4


async def test_what_was_typed_the_moment_before_the_page_was_closed_is_kept(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        await _to_the_bill(page)
        await page.get_by_label("Importe de la factura").fill("81,40")
        await page.close(run_before_unload=True)
        async with asyncio.timeout(20):
            while "importe" not in console.answered():
                await asyncio.sleep(0.05)
    assert console.answered()["importe"] == 81.4


async def test_of_two_windows_the_older_reads_anew_and_keeps_what_was_typed_in_it(
    browser: Browser, console: ServedScripts
) -> None:
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        await _to_the_bill(page)
        other = await page.context.new_page()
        await other.goto(console.url)
        await other.evaluate(f"sessionStorage.setItem('centralita.token', '{OPERATOR}')")
        await other.goto(f"{console.url}/desk")
        await _says(other, "Tengo su factura delante")
        await other.get_by_label("No entiende un concepto").check()
        await _saved(other)
        await page.get_by_label("Importe de la factura").fill("12")
        await page.get_by_text("Se ha guardado algo más reciente").wait_for()
        await _saved(page)
        assert await page.get_by_label("No entiende un concepto").is_checked()
    assert (console.answered()["duda"], console.answered()["importe"]) == ("concepto", 12)


async def test_at_its_end_the_script_suggests_the_outcome_which_only_a_person_gives(
    browser: Browser, console: ServedScripts
) -> None:
    console.floor.rules = {"dispositions": ["resuelto", "escalado"], "wrap_up_until_disposition": True}
    asked: list[str] = []
    async with signed_in(browser, console.url, OPERATOR, "/desk") as page:
        page.on("request", lambda request: asked.append(request.url))
        await _to_the_bill(page)
        await page.get_by_role("button", name="Ya llamé").first.click()
        await page.get_by_role("button", name="Volver al guion").click()
        await page.get_by_label("Cree que se ha cobrado dos veces").check()
        await page.keyboard.press("Enter")
        await _says(page, "Esto lo ve mejor mi compañero")
        console.shows("wrap_up")
        suggested = page.locator(".outcome.suggested")
        await suggested.get_by_text("sugerida por el guion").wait_for()
        assert "Escalado" in await suggested.inner_text()
        await _says(page, "Esto lo ve mejor mi compañero")
        await page.reload()
        await page.locator(".outcome.suggested").get_by_text("Escalado").wait_for()
        console.floor.rules = {}
        await page.reload()
        await page.wait_for_function("document.querySelector('.free-outcome input')?.value === 'escalado'")
    assert not any(url.endswith("/disposition") for url in asked)


async def test_an_error_is_shown_at_its_line_and_published_over_another_version_only_after_a_look(
    browser: Browser, console: ServedScripts
) -> None:
    before = console.desk.versions.all().in_force["ventas"]
    async with signed_in(browser, console.url, SUPERVISOR, "/scripts") as page:
        await page.locator(".script-broken").get_by_text("Línea 1").first.wait_for()
        await page.locator("a[href='/scripts/ventas/edit']").click()
        area = page.locator(".script-lines textarea")
        await page.get_by_text("Sin problemas").wait_for()
        await area.fill(before.text.replace("\nstart:", "\nstat:"))
        await page.locator(".script-gutter .bad").first.wait_for()
        await page.locator(".script-problems button", has_text="Línea").first.click()
        assert await page.evaluate("document.activeElement === document.querySelector('.script-lines textarea')")
        mended = before.text.replace("title: {es:", "title: {es: Nueva", 1)
        await area.fill(mended)
        await page.get_by_text("Sin problemas").wait_for()
        await page.get_by_text("Borrador guardado").wait_for()
        await page.reload()
        await page.wait_for_function(
            "text => document.querySelector('.script-lines textarea')?.value === text", arg=mended
        )
        others = before.text.replace("title: {es:", "title: {es: Otra", 1)
        console.desk.versions.publish("ventas", script_of(others), others, before.version, "2002", "otro nombre")
        await page.get_by_text("Sin problemas").wait_for()
        await _publish(page, "nombre nuevo")
        await page.get_by_role("button", name="Ver la que está en vigor").click()
        await page.locator(".script-old").get_by_text("title: {es: Otra").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Publicar sobre ella").click()
        await page.get_by_text("Sin problemas").wait_for()
        await _publish(page, "nombre nuevo")
        await page.get_by_text("Sin cambios").wait_for()
        assert console.desk.versions.all().in_force["ventas"].text == mended
        await page.get_by_role("button", name="Versiones").click()
        await page.get_by_role("button", name=f"Volver a la versión {before.version}").click()
        await page.get_by_label("Por qué").fill("mejor la de antes")
        await page.get_by_role("dialog").get_by_role("button", name="Volver a la versión").click()
        await page.get_by_text("mejor la de antes").wait_for()
    assert console.desk.versions.all().in_force["ventas"].text == before.text


async def _publish(page: Page, why: str) -> None:
    await page.get_by_role("button", name="Publicar…").click()
    await page.get_by_label("Por qué").fill(why)
    await page.get_by_role("dialog").get_by_role("button", name="Publicar", exact=True).click()


@pytest.mark.parametrize(
    ("language", "size", "theme"),
    [("es", WIDE, "light"), ("en", NARROW, "light"), ("es", NARROW, "dark"), ("en", WIDE, "dark")],
)
async def test_no_page_of_scripts_hinders_anybody(
    browser: Browser, tools: Tools, console: ServedScripts, language: Language, size: tuple[int, int], theme: Theme
) -> None:
    name = f"{language}_{size[0]}_{theme}"
    seen = {"size": size, "language": language, "theme": theme}
    async with signed_in(browser, console.url, OPERATOR, "/desk", **seen) as page:  # type: ignore[arg-type]
        if size == NARROW:
            await page.locator("#tab-script").click()
        await page.locator(".script-say").wait_for()
        await page.locator(".script-ways .primary").click()
        await page.locator(".script input").first.wait_for()
        await page.keyboard.press("Enter")
        await page.locator(".script .error").first.wait_for()
        await _shown(page, tools, f"desk_script_{name}")
        await page.locator(".script-objections button").first.click()
        await page.locator(".script-objection").wait_for()
        await _shown(page, tools, f"desk_objection_{name}")
    async with signed_in(browser, console.url, SUPERVISOR, "/scripts", **seen) as page:  # type: ignore[arg-type]
        await page.locator(".script-one").first.wait_for()
        await _shown(page, tools, f"scripts_{name}")
        await page.goto(f"{console.url}/scripts/soporte/edit")
        await page.locator(".script-editor .script-say").first.wait_for()
        await _shown(page, tools, f"editor_{name}")
        await page.locator("#script-tab-drawing").click()
        await page.locator(".script-drawing img").wait_for()
        await _shown(page, tools, f"drawing_{name}")
        await page.locator(".script-editor header button").first.click()
        await page.get_by_role("dialog").wait_for()
        await _shown(page, tools, f"versions_{name}")
    async with signed_in(browser, console.url, LEADER, "/scripts/reclamaciones", **seen) as page:  # type: ignore[arg-type]
        await page.locator(".script-whole").wait_for()
        await _shown(page, tools, f"reader_{name}")


async def test_under_the_real_policy_nothing_of_the_editor_is_refused_and_the_drawing_is_seen(
    browser: Browser, console: ServedScripts
) -> None:
    async with watched(browser, console.url, "/scripts/soporte/edit") as seen:
        await seen.sign_in(SUPERVISOR)
        await seen.page.locator("#script-tab-drawing").click()
        image = seen.page.locator(".script-drawing img")
        await image.wait_for()
        await seen.page.wait_for_function("document.querySelector('.script-drawing img').naturalWidth > 300")
        assert (seen.wrong, seen.elsewhere) == ([], [])
