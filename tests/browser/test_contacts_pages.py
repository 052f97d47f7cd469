"""Can people find, correct, merge, import and erase contacts in the pages, on a wide screen, a narrow one, and by ear?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from benchmarks.contact_files import make
from console.contacts.book import Wanted
from console.contacts.contact import Contact, ContactNumber, Details
from console.contacts.desk import Desk
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import NARROW, WIDE, Language, findings, signed_in
from tests.browser.contacts_served import served
from tests.browser.tools import Tools
from tests.console.contacts.conftest import ANA, Centre, centre, database, empty  # noqa: F401 - fixtures
from tests.e2e.stack import WEB_SECRET

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(centre: Centre) -> Desk:  # noqa: F811
    """A few contacts."""
    desk = centre.open()
    for name, number in (("Luis Peña", "622333444"), ("Ana García (bis)", "911234567"), ("Begoña Ruiz", "633444555")):
        desk.book.create(Details(name, (ContactNumber(number, "mobile"),), external_id=f"C-{number[:3]}"), "2001")
    return desk


@pytest_asyncio.fixture(loop_scope="session")
async def ana(desk: Desk) -> Contact:
    """A customer with everything."""
    made = desk.book.create(
        Details(
            "Ana García",
            (ContactNumber(ANA, "mobile"), ContactNumber("+34911234568", "home")),
            "ana@example.com",
            "es",
            "Prefiere que la llamen por la tarde.",
            {"tarifa": "2.0TD", "zona": "norte"},
            "C-0001",
            "feria",
        ),
        "2001",
    )
    return desk.book.edit(made.id, lambda old: replace(old, fields={**old.fields, "zona": "sur"}), 1, "1005")


@pytest_asyncio.fixture(loop_scope="session")
async def url(desk: Desk) -> AsyncIterator[str]:
    """Where the pages are."""
    async with served(desk) as address:
        yield address


async def _search(page: Page, text: str) -> None:
    await page.get_by_label("Nombre o teléfono").fill(text)
    await page.get_by_role("button", name="Buscar").click()


async def _shown(page: Page, tools: Tools, name: str) -> None:
    """Nothing serious is wrong with what is shown now; a picture of it, if a folder for them is named."""
    if folder := os.environ.get("CONTACTS_PICTURES"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert await findings(page, tools.axe) == [], name


async def test_a_contact_is_found_and_corrected_without_losing_what_another_did(
    browser: Browser, desk: Desk, ana: Contact, url: str
) -> None:
    async with signed_in(browser, url, "1005", "/contacts") as page:
        await _search(page, "611 22")
        await page.get_by_role("link", name="Ana García").click()
        await page.get_by_role("button", name="Editar").click()
        await page.get_by_label("Correo").fill("ana.garcia@example.com")
        await page.get_by_role("button", name="Añadir teléfono").click()
        await page.get_by_label("Teléfono", exact=True).last.fill("655 66 67 77")
        desk.book.edit(ana.id, lambda old: replace(old, name="Ana María García"), ana.version, "1900")
        await page.get_by_role("button", name="Guardar").click()
        await page.get_by_text("1900 ha modificado este contacto mientras tanto").wait_for()
        assert await page.get_by_label("Nombre", exact=True).input_value() == "Ana María García"
        await page.get_by_role("button", name="Guardar").click()
        await page.get_by_role("heading", name="Ana María García").wait_for()
    now = desk.book.find(ana.id).details
    assert (now.name, now.email) == ("Ana María García", "ana.garcia@example.com")
    assert [one.number for one in now.numbers] == [ANA, "+34911234568", "+34655666777"]
    assert now.fields == {"tarifa": "2.0TD", "zona": "sur"}


async def test_whoever_signs_in_next_does_not_see_what_another_has_found(
    browser: Browser, desk: Desk, ana: Contact, url: str
) -> None:
    async with signed_in(browser, url, "2001", "/contacts") as page:
        await _search(page, "garcia")
        await page.get_by_role("link", name="Ana García", exact=True).wait_for()
        await page.locator("details.account summary").click()
        await page.get_by_role("button", name="Salir").click()
        await page.locator("input[name=code]").fill("1005")
        await page.locator("input[name=secret]").fill(WEB_SECRET)
        await page.locator("form button.primary").click()
        await page.get_by_text("Busque por nombre, teléfono o código.").wait_for()
        assert await page.get_by_label("Nombre o teléfono").input_value() == ""


async def test_a_new_contact_is_written_down_and_what_is_wrong_is_told_at_its_field(
    browser: Browser, desk: Desk, url: str
) -> None:
    async with signed_in(browser, url, "1005", "/contacts/new") as page:
        await page.get_by_label("Nombre", exact=True).fill("<b>Zoé</b>")
        await page.get_by_role("button", name="Añadir teléfono").click()
        await page.get_by_label("Teléfono", exact=True).fill("61")
        await page.get_by_role("button", name="Guardar").click()
        await page.locator(".error[role=alert]").get_by_text("No existe ese número en su país").wait_for()
        await page.get_by_label("Teléfono", exact=True).fill("644555666")
        await page.get_by_role("button", name="Guardar").click()
        await page.get_by_role("heading", name="<b>Zoé</b>").wait_for()
        assert await page.locator("h1 b").count() == 0
    assert [one.details.name for one in desk.book.look_up("644555666")] == ["<b>Zoé</b>"]


async def test_two_contacts_become_one_side_by_side(browser: Browser, desk: Desk, ana: Contact, url: str) -> None:
    async with signed_in(browser, url, "2001", "/contacts") as page:
        await _search(page, "garcia")
        await page.get_by_label("Marcar Ana García", exact=True).check()
        await page.get_by_label("Marcar Ana García (bis)").check()
        await page.get_by_role("link", name="Unir los dos marcados").click()
        await page.get_by_role("radio", name="Ana García (bis)").check()
        await page.get_by_role("button", name="Unir los dos").click()
        await page.get_by_role("heading", name="Ana García (bis)").wait_for()
    (one,) = desk.book.search(Wanted("garcia"), 9).contacts
    assert (one.id, len(one.details.numbers)) == (ana.id, 3)


async def test_a_file_is_brought_checked_imported_and_its_report_taken(
    browser: Browser, desk: Desk, url: str, tmp_path: Path, tools: Tools
) -> None:
    file = make(tmp_path / "clientes.csv", 300, spoilt_every=10)
    async with signed_in(browser, url, "2001", "/contacts/imports") as page:
        await page.get_by_label("Fichero").set_input_files(str(file.path))
        await page.get_by_role("button", name="Subir y revisar").click()
        assert await page.get_by_label("Qué es «Código de cliente»").input_value() == "external_id"
        await _shown(page, tools, "import-columns-es-1440")
        await page.get_by_role("button", name="Comprobar todas las líneas").click()
        await page.get_by_text("Todavía no se ha escrito nada.").wait_for()
        await _shown(page, tools, "import-checked-es-1440")
        await page.get_by_role("button", name=f"Importar las {file.good} líneas buenas").click()
        await page.get_by_text("Importación terminada.").wait_for()
        await page.get_by_text("no es un número de teléfono").first.wait_for()
        async with page.expect_download() as taken:
            await page.get_by_role("button", name="Descargar las líneas que faltan").click()
        report = Path(await (await taken.value).path()).read_text(encoding="utf-8-sig")
        assert report.startswith("línea;qué corregir;Código de cliente;")
        assert len(report.splitlines()) == 1 + file.bad + file.repeated
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        await _shown(page, tools, "import-done-es-390")
    assert desk.imports.latest(1)[0].created == file.good


async def test_a_coordinator_erases_by_writing_the_name(
    browser: Browser, desk: Desk, ana: Contact, url: str, tools: Tools
) -> None:
    async with signed_in(browser, url, "3001", f"/contacts/{ana.id}") as page:
        await page.get_by_role("button", name="Borrar datos").click()
        erase = page.get_by_role("button", name="Borrar para siempre")
        assert await erase.is_disabled()
        await page.get_by_label("Escriba «Ana García» para confirmar").fill("ana garcia")
        await _shown(page, tools, "erase-es-1440")
        await erase.click()
        await page.get_by_text("Los datos se han borrado").wait_for()
    assert desk.book.look_up(ANA) == ()


async def test_whoever_calls_for_the_first_time_is_written_down_with_the_number(
    browser: Browser, desk: Desk, url: str
) -> None:
    async with signed_in(browser, url, "1005", "/contacts/new?call=c-1") as page:
        await page.get_by_label("Nombre", exact=True).fill("Nora")
        assert await page.get_by_label("Teléfono", exact=True).input_value() == "0034677888999"
        await page.get_by_role("button", name="Guardar").click()
        await page.get_by_role("heading", name="Nora").wait_for()
    assert [one.details.name for one in desk.book.look_up("677888999")] == ["Nora"]


async def test_an_operator_is_offered_only_what_an_operator_may(browser: Browser, ana: Contact, url: str) -> None:
    async with signed_in(browser, url, "1005", f"/contacts/{ana.id}") as page:
        await page.get_by_role("button", name="Editar").wait_for()
        assert await page.get_by_role("button", name="Borrar datos").count() == 0
        assert await page.get_by_role("link", name="Unir con otro").count() == 0
        calls, tickets = (page.get_by_role("region", name=name, exact=True) for name in ("Llamadas", "Solicitudes"))
        await calls.get_by_text("Contador revisado").wait_for()
        await calls.get_by_text("Persona 1005").first.wait_for()
        assert await calls.get_by_role("link", name="Ver la llamada").count() == 0
        await tickets.get_by_role("link", name="No tiene luz").wait_for()


@pytest.mark.parametrize("language", ["es", "en"])
async def test_the_pages_can_be_used_at_both_widths_and_by_a_screen_reader(
    browser: Browser, desk: Desk, ana: Contact, url: str, tools: Tools, language: Language
) -> None:
    (other,) = desk.book.search(Wanted("bis"), 1).contacts
    paths = {
        "card": f"/contacts/{ana.id}",
        "merge": f"/contacts/{ana.id}/merge?with={other.id}",
        "new": "/contacts/new",
        "imports": "/contacts/imports",
    }
    for size in (WIDE, NARROW):
        for theme in ("light", "dark"):
            async with signed_in(browser, url, "2001", "/contacts", size=size, language=language, theme=theme) as page:
                told = f"{language}-{size[0]}-{theme}"
                await page.locator("main form button.primary").click()
                await page.locator(".contact-list tbody tr").first.wait_for()
                await _shown(page, tools, f"search-{told}")
                for name, path in paths.items():
                    await page.goto(url + path)
                    await page.locator("main h1").wait_for()
                    if name == "card":
                        await page.locator("summary h2").click()
                        await page.locator(".contact-history li").first.wait_for()
                        await page.locator(".past-calls li").first.wait_for()
                    await asyncio.sleep(0)
                    await _shown(page, tools, f"{name}-{told}")
