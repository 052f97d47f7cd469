"""An operator at the desk: real calls, all of it done by pressing what the page shows; a SIP phone is answered beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from ari_app.demo.api_client import ApiClient
from sip_agents import Call, OutgoingCall, SipAgent
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import NARROW, WIDE, Language, Theme, findings, signed_in
from tests.browser.tools import Tools
from tests.e2e.stack import WEB_SECRET, Stack, dial, quick_centre, running_stack
from tests.e2e.waiting_centre import change
from tests.e2e.watch import Watch

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ, OTHER_HZ)
OPERATOR, OTHER, SUPERVISOR = "1009", "1015", "2001"
OUTCOMES: Final = ["resuelto", "pendiente_de_cliente", "visita_tecnica"]


def desk_centre(folder: Path) -> Path:
    """The quick centre, with phones that ring for a while, and outcomes that `soporte` insists on."""
    centre = quick_centre(folder)
    support = {
        "ring_timeout_s": 30.0,
        "wrap_up_s": 60.0,
        "dispositions": OUTCOMES,
        "wrap_up_until_disposition": True,
    }
    second_level = {"ring_timeout_s": 30.0, "dispositions": ["cerrado"]}
    change(centre / "queues.yaml", {"soporte": support, "soporte_n2": second_level})
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("desk"), centre=desk_centre) as stack:
        await stack.instance.start_console()
        yield stack


@dataclass
class Scene:
    """The operator's page and phone, and what the engine says."""

    stack: Stack
    page: Page
    phone: SipAgent
    watch: Watch

    async def press(self, name: str) -> None:
        """The button of that name, once it can be pressed."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def shows(self, text: str, *, within: str = ".desk") -> None:
        """Wait until the desk shows this."""
        await self.page.locator(within).get_by_text(text).first.wait_for()

    async def call(self, carrier: SipAgent) -> tuple[OutgoingCall, Call]:
        """A caller rings, the page shows it, the phone is answered."""
        dialled = asyncio.ensure_future(dial(carrier, "900100201"))
        rings = await self.phone.incoming(30.0)
        await self.shows("Llamada entrante")
        await rings.answer()
        caller = await dialled
        await self.shows("En conversación", within=".call")
        return caller, rings


@asynccontextmanager
async def at_desk(
    stack: Stack, browser: Browser, *, size: tuple[int, int] = WIDE, language: Language = "es", theme: Theme = "light"
) -> AsyncIterator[Scene]:
    """An operator with a SIP phone who has signed in, and is logged out of the queues afterwards."""
    url = stack.settings.console_url
    async with stack.watch() as watch, stack.phone(OPERATOR, OPERATOR_HZ) as phone:
        await phone.register()
        await watch.operator(OPERATOR, phone="reachable")
        try:
            async with signed_in(browser, url, OPERATOR, "/desk", size=size, language=language, theme=theme) as page:
                await page.locator(".state-bar").wait_for()
                yield Scene(stack, page, phone, watch)
        finally:
            await stack.set_state(OPERATOR, "logged_out")
    await stack.nothing_is_left()


async def test_a_day_at_the_desk_from_log_in_to_outcome_all_by_pressing(running: Stack, browser: Browser) -> None:
    async with at_desk(running, browser) as scene, running.operator(OTHER, OTHER_HZ) as second_phone:
        page, watch = scene.page, scene.watch
        await scene.press("Conectar y quedar disponible")
        await watch.operator(OPERATOR, state="ready")
        await scene.shows("Listo para la siguiente llamada")
        async with running.carrier(CALLER_HZ) as carrier:
            caller, first = await scene.call(carrier)
            await scene.shows("600 111 222", within=".call")
            shown = await watch.call(stage="talking", operator=OPERATOR)

            await scene.press("Retener")
            await watch.call(id=shown["id"], control="held")
            await scene.shows("oye música")
            await scene.press("Recuperar")
            await watch.call(id=shown["id"], control="talking")
            await caller.heard_only([OPERATOR_HZ], TONES)

            await scene.press("Consultar")
            await page.get_by_role("combobox").fill("teresa")
            await page.get_by_role("option", name="Teresa").wait_for()
            await page.keyboard.press("Enter")
            second = await second_phone.incoming(30.0)
            await scene.shows("se le llama…")
            await second.answer()
            await watch.call(id=shown["id"], control="consulting", consulting=OTHER)
            await second.heard_only([OPERATOR_HZ], TONES)
            await scene.press("Alternar")
            await watch.call(id=shown["id"], control="swapped")
            await scene.press("Pasar la llamada")
            await watch.call(id=shown["id"], operator=OTHER)
            await caller.heard_only([OTHER_HZ], TONES)
            await first.ended()

            await scene.shows("¿Cómo ha terminado la llamada?")
            assert await page.get_by_role("button", name="Terminar y quedar disponible").is_disabled()
            await page.keyboard.press("3")
            await watch.call(id=shown["id"], disposition="visita_tecnica")
            await watch.operator(OPERATOR, state="ready")
            await scene.shows("Listo para la siguiente llamada")
            await caller.hang_up()
            await second.ended()


async def test_times_are_the_centres_wherever_the_operator_works(running: Stack, browser: Browser) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, _ = await scene.call(carrier)
        steps = scene.page.locator(".story time")
        await steps.first.wait_for()
        shown = await steps.evaluate_all("all => all.map((one) => [one.dateTime, one.textContent])")
        madrid = [datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Madrid")) for at, _ in shown]
        assert [text for _, text in shown] == [f"{at:%H:%M:%S}" for at in madrid]
        await scene.page.locator(".account summary").click()
        await scene.shows("Todas las horas son las de Europe/Madrid", within=".account")
        await caller.hang_up()
        await scene.press("Resuelto")


async def test_a_page_that_stays_open_knows_what_a_reload_has_brought(running: Stack, browser: Browser) -> None:
    files = {name: running.settings.centre / f"{name}.yaml" for name in ("centre", "queues", "operators")}
    before = {path: path.read_text(encoding="utf-8") for path in files.values()}
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.page.evaluate("globalThis.neverLoadedAgain = true")
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        try:
            change(files["centre"], {"pauses": {"simulacro": {"es": "Simulacro", "en": "Drill"}}})
            change(
                files["queues"],
                {"soporte": {"title": {"es": "Averías", "en": "Faults"}, "dispositions": [*OUTCOMES, "derivada"]}},
            )
            renamed = before[files["operators"]].replace("Teresa Gallardo", "Maite Gallardo")
            files["operators"].write_text(renamed, "utf-8")
            await running.ask("3001", "POST", "reload")
            caller, _ = await scene.call(carrier)
            await scene.shows("Averías", within=".call")
            await scene.press("Consultar")
            await scene.page.get_by_role("combobox").fill("maite")
            await scene.page.get_by_role("option", name="Maite").wait_for()
            await scene.page.keyboard.press("Escape")
            await caller.hang_up()
            await scene.press("Derivada")
            await scene.watch.operator(OPERATOR, state="ready")
            await scene.page.get_by_role("button", name="Pausa").click()
            await scene.page.get_by_text("Simulacro").wait_for()
            assert await scene.page.evaluate("globalThis.neverLoadedAgain")
        finally:
            for path, text in before.items():
                path.write_text(text, encoding="utf-8")
            await running.ask("3001", "POST", "reload")


async def test_a_page_loaded_again_in_the_midst_of_a_call_goes_on_with_it_and_with_its_wrap_up(
    running: Stack, browser: Browser
) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, first = await scene.call(carrier)
        await scene.press("Retener")
        await scene.watch.call(control="held", operator=OPERATOR)
        await scene.page.reload()
        await scene.shows("600 111 222", within=".call")
        await scene.press("Recuperar")
        shown = await scene.watch.call(control="talking", operator=OPERATOR)
        await caller.heard_only([OPERATOR_HZ], TONES)
        await scene.press("Colgar")
        await caller.ended()
        await first.ended()
        await scene.shows("¿Cómo ha terminado la llamada?")
        await scene.shows("Colgó usted", within=".wrap-up")
        await scene.page.reload()
        await scene.press("Resuelto")
        await scene.watch.call(id=shown["id"], disposition="resuelto")
        await scene.watch.operator(OPERATOR, state="ready")


async def test_what_was_noted_at_wrap_up_is_read_when_the_same_caller_rings_again(
    running: Stack, browser: Browser
) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        page = scene.page
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, first = await scene.call(carrier)
        shown = await scene.watch.call(stage="talking", operator=OPERATOR)
        await caller.hang_up()
        await first.ended()
        await page.get_by_label("Nota", exact=True).fill("Factura revisada; <b>llama su hija</b>")
        await page.keyboard.press("Tab")
        await scene.shows("Nota guardada")
        await page.reload()
        await scene.shows("Nota guardada")
        assert await page.get_by_label("Nota", exact=True).input_value() == "Factura revisada; <b>llama su hija</b>"
        await scene.press("Resuelto")
        await scene.watch.call(id=shown["id"], disposition="resuelto")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, again = await scene.call(carrier)
        past = page.locator(".past-calls > li").first
        await past.get_by_text("Factura revisada; <b>llama su hija</b>").wait_for()
        await past.get_by_text("Resuelto").wait_for()
        await past.get_by_text("Nuria Campos Vega").first.wait_for()
        await caller.hang_up()
        await again.ended()
        await scene.press("Resuelto")
        await scene.watch.operator(OPERATOR, state="ready")


async def test_an_outcome_that_was_not_given_in_time_is_asked_for_afterwards(running: Stack, browser: Browser) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, first = await scene.call(carrier)
        shown = await scene.watch.call(stage="talking", operator=OPERATOR)
        await caller.hang_up()
        await first.ended()
        await scene.shows("¿Cómo ha terminado la llamada?")
        await running.set_state(OPERATOR, "ready")  # a supervisor needs the operator at once
        await scene.shows("Sin tipificar")
        await scene.page.locator(".untyped select").first.select_option("resuelto")
        await scene.watch.call(id=shown["id"], disposition="resuelto")
        await scene.page.locator(".untyped").wait_for(state="detached")


async def test_who_calls_is_shown_as_the_contact_of_that_number_while_it_rings(
    running: Stack, browser: Browser
) -> None:
    async with ApiClient(running.settings.console_url) as api:
        await api.log_in(SUPERVISOR, WEB_SECRET)
        written = {"name": "Ana García López", "numbers": [{"number": "600111222"}], "note": "Mejor por la tarde"}
        await api.ask("POST", "/api/v1/contacts", written)
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        dialled = asyncio.ensure_future(dial(carrier, "900100201"))
        rings = await scene.phone.incoming(30.0)
        await scene.shows("Ana García López")
        await scene.shows("Mejor por la tarde")
        await rings.answer()
        caller = await dialled
        await scene.shows("En conversación", within=".call")  # else nobody has talked, and nothing is written up
        await caller.hang_up()
        await rings.ended()
        await scene.press("Resuelto")
        await scene.watch.operator(OPERATOR, state="ready")


async def test_what_follows_the_call_is_chosen_during_it_and_a_refusal_is_said_in_words(
    running: Stack, browser: Browser
) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        caller, first = await scene.call(carrier)
        await scene.page.keyboard.press("p")
        await scene.page.get_by_role("menuitemradio", name="Formación").click()
        await scene.watch.operator(OPERATOR, wish="paused", reason="formacion")
        await scene.page.keyboard.press("t")
        await scene.page.get_by_role("combobox").fill(OTHER)
        await scene.page.get_by_role("option", name="Teresa").wait_for()
        await scene.page.keyboard.press("Enter")
        await scene.shows("El teléfono de Teresa Gallardo Nieto (1015) no responde.", within=".toasts")
        await scene.page.keyboard.press("Escape")
        await scene.press("Colgar")
        await caller.ended()
        await first.ended()
        await scene.press("Pendiente de cliente")
        await scene.watch.operator(OPERATOR, state="paused", reason="formacion")
        await scene.shows("En pausa: no recibe llamadas")


async def test_whom_a_supervisor_pauses_sees_by_whom_and_a_phone_that_is_gone_what_to_do(
    running: Stack, browser: Browser
) -> None:
    async with at_desk(running, browser) as scene:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        body = {"state": "paused", "reason": "reunion"}
        await running.ask(SUPERVISOR, "POST", f"operators/{OPERATOR}/state", body)
        await scene.shows("Pausa puesta por Ana Belén Cortés Luna (2001)")
        await scene.phone.unregister()
        await scene.shows("El teléfono no está registrado")


async def test_while_the_tab_is_out_of_sight_a_call_shows_in_its_title(running: Stack, browser: Browser) -> None:
    async with at_desk(running, browser) as scene, running.carrier(CALLER_HZ) as carrier:
        await scene.press("Conectar y quedar disponible")
        await scene.watch.operator(OPERATOR, state="ready")
        dialled = asyncio.ensure_future(dial(carrier, "900100201"))
        rings = await scene.phone.incoming(30.0)
        await scene.page.wait_for_function("document.title.startsWith('☎ Llamada')")
        await rings.answer()
        caller = await dialled
        await scene.page.wait_for_function("document.title.startsWith('Puesto')")
        await caller.hang_up()
        await rings.ended()
        await scene.press("Resuelto")
        await scene.watch.operator(OPERATOR, state="ready")


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")])
async def test_nothing_serious_is_found_by_axe_in_any_state_and_nothing_is_wider_than_the_window(
    running: Stack, browser: Browser, tools: Tools, size: tuple[int, int], theme: Theme
) -> None:
    found: dict[str, list[str]] = {}
    async with (
        at_desk(running, browser, size=size, language="en", theme=theme) as scene,
        running.carrier(CALLER_HZ) as carrier,
    ):

        async def look(state: str) -> None:
            found[state] = await findings(scene.page, tools.axe)

        await look("logged out")
        await scene.press("Log in and be ready")
        await scene.shows("Ready for the next call")
        await look("ready")
        await scene.page.keyboard.press("?")
        await scene.page.locator("dialog[open]").wait_for()
        await look("help")
        await scene.page.keyboard.press("Escape")
        dialled = asyncio.ensure_future(dial(carrier, "900100201"))
        rings = await scene.phone.incoming(30.0)
        await scene.shows("Incoming call")
        await look("ringing")
        await rings.answer()
        caller = await dialled
        await scene.shows("talks with you")
        await look("talking")
        await scene.page.keyboard.press("t")
        await scene.page.get_by_role("option").first.wait_for()
        await look("picker")
        await scene.page.keyboard.press("Escape")
        await scene.page.keyboard.press("h")
        await scene.shows("hears music")
        await look("held")
        await caller.hang_up()
        await rings.ended()
        await scene.shows("How did the call end?")
        await look("wrap-up")
        await scene.page.keyboard.press("1")
        await scene.watch.operator(OPERATOR, state="ready")
    assert {state: some for state, some in found.items() if some} == {}
