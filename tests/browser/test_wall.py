"""A supervisor at the wallboard: real calls seen, heard and moved from a real page, with SIP phones whose tones are measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from sip_agents import SipAgent
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import LOOKS, Language, Theme, findings, signed_in
from tests.browser.tools import Tools
from tests.e2e.stack import Stack, dial, quick_centre, running_stack
from tests.e2e.waiting_centre import change

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

CALLER_HZ, OPERATOR_HZ, BOSS_HZ = 640.0, 1250.0, 3000.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ, BOSS_HZ)
OPERATOR, OPERATORS_NAME, BOSS = "1011", "Irene Lozano Mora", "2002"
HEARD_WITHIN_S: Final = 20.0


def wall_centre(folder: Path) -> Path:
    """The quick centre, with phones that ring for a while and a wrap-up that can be seen."""
    centre = quick_centre(folder)
    long = {"es": "Departamento de Atención Comercial y Reclamaciones", "en": "Department of Commerce and Complaints"}
    soporte = {"ring_timeout_s": 60.0, "wrap_up_s": 8.0, "record": "all"}
    change(centre / "queues.yaml", {"soporte": soporte, "con_tecla": {"title": long}})
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("wall"), centre=wall_centre) as stack:
        await stack.instance.start_console()
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def stack(running: Stack) -> AsyncIterator[Stack]:
    yield running
    await running.nothing_is_left()


@asynccontextmanager
async def wall(browser: Browser, stack: Stack, path: str = "/wall", **how: Any) -> AsyncIterator[Page]:
    async with signed_in(browser, stack.settings.console_url, BOSS, path, **how) as page:
        await page.locator("[data-stale=false]").wait_for()
        yield page


@asynccontextmanager
async def boss_phone(stack: Stack) -> AsyncIterator[SipAgent]:
    """The supervisor's, which answers by itself."""
    async with stack.phone(BOSS, BOSS_HZ) as phone:
        phone.auto_answer = 0.05
        await phone.register()
        yield phone


async def figure(page: Page, what: str, queue: str = "soporte") -> str:
    shown: str = await page.locator(f".queues [data-queue={queue}] [data-figure={what}]").inner_text()
    return shown.split()[0]


async def comes_to_show(page: Page, what: str, wanted: str, queue: str = "soporte") -> None:
    await page.wait_for_function(
        "([queue, what, wanted]) => document.querySelector(`.queues [data-queue=${queue}] [data-figure=${what}]`)"
        ".innerText.trim().split(/\\s/)[0] === wanted",
        arg=[queue, what, wanted],
    )


async def test_no_row_slips_away_under_a_hand(browser: Browser, stack: Stack) -> None:
    """Sorted by state, whoever pauses goes down, but not while a pointer is at the list."""
    one, other = "1003", "1004"
    rows = f".operators :is([data-operator='{one}'], [data-operator='{other}'])"
    order = "(rows) => [...document.querySelectorAll(rows)].map((row) => row.dataset.operator).join()"
    async with wall(browser, stack) as page:
        await stack.set_state(one, "ready")
        await stack.set_state(other, "paused")
        await page.wait_for_function(f"(rows) => ({order})(rows) === '{one},{other}'", arg=rows)
        await page.locator(f".operators [data-operator='{one}'] .name").hover()
        await stack.set_state(one, "paused")
        for step in range(12):  # 3.6 s: the order would have changed by now
            await page.locator(f".operators [data-operator='{one}'] .name").hover(position={"x": 1 + step, "y": 3})
            await asyncio.sleep(0.3)
        await page.locator(f".operators [data-operator='{one}'] [data-operator-state=paused]").wait_for()
        assert await page.evaluate(order, rows) == f"{one},{other}"
        await page.mouse.move(2, 2)
        await page.wait_for_function(f"(rows) => ({order})(rows) === '{other},{one}'", arg=rows)
        for code in (one, other):
            await stack.set_state(code, "logged_out")


async def test_the_wall_follows_a_call_from_its_arrival_to_its_end(browser: Browser, stack: Stack) -> None:
    async with wall(browser, stack) as page, stack.watch() as watch:
        answered = int(await figure(page, "answered"))
        async with stack.carrier(CALLER_HZ) as line:
            caller = await dial(line)
            call = (await watch.call(stage="waiting"))["id"]
            row = page.locator(f".calls [data-call='{call}']")
            await row.locator("[data-stage=waiting]").wait_for()
            await comes_to_show(page, "waiting", "1")
            await comes_to_show(page, "longest", "0:02")  # it ticks
            await page.locator("[data-why=soporte]").get_by_text("espera desde hace").wait_for()
            assert call not in await page.locator("[data-why=soporte]").inner_text()

            async with stack.operator(OPERATOR, OPERATOR_HZ) as phone:
                rings = await phone.incoming(30.0)
                await row.locator("[data-stage=ringing]").wait_for()
                operator = page.locator(f".operators [data-operator='{OPERATOR}']")
                await operator.locator("[data-operator-state=ringing]").wait_for()
                await rings.answer()
                await row.locator("[data-stage=talking]").wait_for()
                await operator.locator("[data-operator-state=talking]").wait_for()
                await row.get_by_text(OPERATORS_NAME).wait_for()
                await comes_to_show(page, "waiting", "0")
                await comes_to_show(page, "answered", str(answered + 1))

                await caller.hang_up()
                await row.wait_for(state="detached")
                await operator.locator("[data-operator-state=wrap_up]").wait_for()
                await operator.get_by_text("quedan").wait_for()
                await operator.locator("[data-operator-state=ready]").wait_for()

            await page.locator(".queues [data-queue=soporte] [data-figure=answered] a").click()
            await page.locator(f".panel a[href='/calls/{call}']").click()
            for step in ("CallerEntered", "OfferMade", "CallConnected", "ConversationOver"):
                await page.locator(f".story [data-step={step}]").wait_for()
            for part in ("waiting", "ringing", "talking"):
                assert await page.locator(f".timeline .{part}").count() == 1


async def test_beside_a_number_are_the_calls_of_the_last_hour_and_no_older_ones(browser: Browser, stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator(OPERATOR) as phone, stack.carrier() as line:
        asked: list[str] = []

        async def older(route: Any) -> None:
            """The server remembers the newest two thousand, from whichever day."""
            asked.append(route.request.url)
            known = (await (await route.fetch()).json())["items"]
            yesterday = {**known[0], "id": "of-yesterday", "stage": "ended", "queue": "soporte", "operator": OPERATOR}
            yesterday["since"] = "2026-11-01T09:00:00.000Z"
            await route.fulfill(json={"items": [*known, yesterday]})

        first = await dial(line)
        await (await phone.incoming(30.0)).answer()
        await watch.call(stage="talking")
        async with wall(browser, stack, "/wall?panel=queue:soporte:answered") as page:
            await page.route("**/calls?ended=true", older)
            await page.reload()
            await page.locator(".panel h3").first.wait_for()
            await first.hang_up()
            ended = await watch.call(stage="ended", operator=OPERATOR)
            await page.locator(f".panel a[href='/calls/{ended['id']}']").wait_for()
            await asyncio.sleep(1.0)
            assert await page.locator(".panel a[href='/calls/of-yesterday']").count() == 0
            assert len(asked) == 1


async def test_one_click_listens_another_whispers_and_the_bar_ends_it(browser: Browser, stack: Stack) -> None:
    async with (
        wall(browser, stack) as page,
        stack.operator(OPERATOR, OPERATOR_HZ) as operator_phone,
        stack.carrier(CALLER_HZ) as line,
    ):
        caller = await dial(line)
        operator = await operator_phone.incoming(30.0)
        await operator.answer()
        listen = page.get_by_role("button", name=f"Escuchar: {OPERATORS_NAME}")

        await listen.click()  # without a phone
        await page.get_by_text(f"Su teléfono ({BOSS}) no está registrado").wait_for()

        async with boss_phone(stack) as phone:
            await listening(page, listen)
            boss = await phone.incoming()
            await asyncio.gather(
                caller.heard_only({OPERATOR_HZ}, TONES, HEARD_WITHIN_S),
                operator.heard_only({CALLER_HZ}, TONES, HEARD_WITHIN_S),
                boss.heard_only({CALLER_HZ, OPERATOR_HZ}, TONES, HEARD_WITHIN_S),
            )
            bar = page.locator("[data-supervision]")
            await bar.get_by_role("button", name="Susurrar").click()
            await bar.locator("button[aria-pressed=true]", has_text="Susurrar").wait_for()
            await asyncio.gather(
                caller.heard_only({OPERATOR_HZ}, TONES, HEARD_WITHIN_S),
                operator.heard_only({CALLER_HZ, BOSS_HZ}, TONES, HEARD_WITHIN_S),
            )
            await bar.get_by_role("button", name="Terminar").click()
            assert await boss.ended(20.0) == "remote_bye"
            await bar.wait_for(state="detached")
            await operator.heard_only({CALLER_HZ}, TONES, HEARD_WITHIN_S)
        await caller.hang_up()
        await operator.ended()


async def listening(page: Page, listen: Any) -> None:
    """Press until the engine knows of the phone that has just registered; then once is enough."""
    async with asyncio.timeout(30):
        while not await page.locator("[data-supervision]").count():
            await listen.click()
            await asyncio.sleep(0.5)
    await page.locator("[data-supervision=listening]").wait_for()


async def test_an_alarm_rises_is_seen_and_falls(browser: Browser, stack: Stack) -> None:
    async with wall(browser, stack) as page, stack.carrier(CALLER_HZ) as line:
        await page.get_by_role("button", name="Alarmas").click()
        limit = page.get_by_label("Límite: Espera más larga")
        await limit.fill("1")
        await limit.press("Tab")
        await page.keyboard.press("Escape")
        chip = page.locator("[data-alarm='longest_wait:soporte']")
        caller = await dial(line)
        await chip.wait_for()
        assert "límite 0:01" in await chip.inner_text()
        await page.get_by_role("status").get_by_text("límite 0:01").wait_for(state="attached")
        await chip.get_by_role("button", name="Vista").click()
        await chip.wait_for(state="detached")
        assert int(await page.locator("[data-count=alarms]").inner_text()) >= 1
        await caller.hang_up()
        await page.wait_for_function("!document.querySelector('.queues [data-queue=soporte] .alarm')")
        await page.get_by_role("button", name="Alarmas").click()
        await page.get_by_role("button", name="Volver a los del centro", exact=True).click()
        await page.locator("[data-limit=longest_wait][data-of=usual]").wait_for()


async def test_keys_pause_an_operator_and_move_a_call(browser: Browser, stack: Stack) -> None:
    async with (
        wall(browser, stack) as page,
        stack.watch() as watch,
        stack.operator(OPERATOR, OPERATOR_HZ),
        stack.carrier() as line,
    ):
        row = page.locator(f".operators [data-operator='{OPERATOR}']")
        await row.locator("a.name").focus()
        await page.keyboard.press("p")
        await page.get_by_label("Formación").check()
        await page.get_by_role("button", name="Aplicar").click()
        paused = await watch.operator(OPERATOR, state="paused")
        assert (paused["reason"], paused["forced_by"]) == ("formacion", BOSS)
        await row.get_by_text("Formación").wait_for()

        caller = await dial(line)
        call = await watch.call(stage="waiting", queue="soporte")
        await said_in_the_dialog(page, call["id"])
        await page.locator(f"[data-call='{call['id']}'] a.name").focus()
        await page.keyboard.press("m")
        await page.get_by_label("A la cola").select_option(label="Reclamaciones")
        await page.get_by_label("Prioridad").fill("7")
        await page.get_by_role("button", name="Aplicar").click()
        await watch.call(id=call["id"], queue="reclamaciones", priority=7)
        await page.locator(f"[data-call='{call['id']}']").get_by_text("prioridad 7").wait_for()

        await page.locator(f"[data-call='{call['id']}'] a.name").focus()
        await page.keyboard.press("x")
        await page.get_by_role("button", name="Colgar", exact=True).click()
        assert await caller.ended(20.0) == "remote_bye"


async def test_a_recording_is_played_and_noted_where_it_matters(browser: Browser, stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator(OPERATOR, OPERATOR_HZ) as phone, stack.carrier(CALLER_HZ) as line:
        caller = await dial(line)
        rings = await phone.incoming(30.0)
        await rings.answer()
        await caller.heard_only({OPERATOR_HZ}, TONES, HEARD_WITHIN_S)
        await asyncio.sleep(3.0)  # of sound
        await caller.hang_up()
        ended = await watch.call(stage="ended", operator=OPERATOR)
    async with signed_in(browser, stack.settings.console_url, BOSS, f"/calls/{ended['id']}") as page:
        player = page.locator(f"[data-recording='{ended['id']}']")
        await player.wait_for(timeout=60_000)
        await page.route("**/audio?*", lambda route: route.fulfill(body="no sound", content_type="audio/ogg"), times=1)
        await player.get_by_role("button", name="Reproducir").click()
        await player.get_by_role(
            "alert"
        ).wait_for()  # a link that is over, a line that was cut: the next press fetches it anew
        await player.get_by_role("button", name="Reproducir").click()
        await page.wait_for_function("document.querySelector('audio').currentTime > 0.5")
        await page.keyboard.press("Space")
        await page.locator("[data-playing=false]").wait_for()
        wave = player.get_by_role("slider")
        await wave.focus()
        await page.keyboard.press("Home")
        await page.keyboard.press("Shift+ArrowRight")
        await page.locator("[data-at='1.0']").wait_for()
        assert await wave.get_attribute("aria-valuenow") == "1"
        await player.get_by_label("Añadir una nota en 0:01").fill("Saluda por su nombre <b>siempre</b>")
        await player.get_by_role("button", name="Guardar").click()
        await page.locator("[data-notes='1']").get_by_text("<b>siempre</b>").wait_for()
        (note,) = (await stack.ask(BOSS, "GET", f"recordings/{ended['id']}"))["notes"]
        assert (note["at_s"], note["by"]) == (1.0, BOSS)
        await page.get_by_role("button", name="Borrar la nota de 0:01").click()
        await player.get_by_text("Sin notas").wait_for()
        await page.goto(f"{stack.settings.console_url}/recordings?operator={OPERATOR}&queue=soporte")
        await page.locator(f".found a[href='/calls/{ended['id']}']").wait_for()


async def test_behind_who_waits_are_those_whom_the_number_counts(browser: Browser, stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator(OPERATOR) as phone, stack.carrier() as line:
        caller = await dial(line)
        rings = await phone.incoming(30.0)
        call = await watch.call(stage="ringing", queue="soporte")
        async with wall(browser, stack, "/wall?panel=queue:soporte:waiting") as page:
            await page.locator(f".calls [data-call='{call['id']}'] [data-stage=ringing]").wait_for()
            await comes_to_show(page, "waiting", "0")  # a phone rings for this one
            await page.locator(".panel").get_by_text("Ninguna.").wait_for()
            assert await page.locator(f".panel a[href='/calls/{call['id']}']").count() == 0
        await rings.answer()
        await caller.hang_up()


CALLED_BACK: Final = """async () => {
  const { queues } = await import("/js/live.js");
  const changed = new Map(queues.value);
  for (const name of ["soporte", "ventas"]) changed.set(name, { ...changed.get(name), callbacks: 2, calling: 1 });
  queues.value = changed;
}"""


async def test_all_queues_together_are_the_sum_of_their_rows(browser: Browser, stack: Stack) -> None:
    async with wall(browser, stack) as page:
        await page.evaluate(CALLED_BACK)
        await comes_to_show(page, "callbacks", "3")
        await comes_to_show(page, "callbacks", "3", "ventas")
        await page.locator("[data-total=callbacks]").get_by_text("6", exact=True).wait_for()


COLUMNS: Final = """([shown, columns]) => {
  const tiles = document.querySelector(".tiles");
  tiles.className = `tiles of-${shown}`;
  return getComputedStyle(tiles).gridTemplateColumns.split(" ").length === columns;
}"""


async def test_however_many_queues_there_are_the_wall_has_large_tiles(browser: Browser, stack: Stack) -> None:
    """Also with the figures' own style sheet, which comes with the day's curve."""
    async with signed_in(browser, stack.settings.console_url, BOSS, "/wall?full=1") as page:
        await page.locator(".tile").first.wait_for()
        await page.locator(".beside .curve-card").wait_for()
        for shown, columns in {1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3}.items():
            assert await page.evaluate(COLUMNS, [shown, columns]), shown


async def said_in_the_dialog(page: Page, call: str) -> None:
    """A refusal stands where the button was pressed: here, of a queue that there is not any more."""
    await page.locator(f"[data-call='{call}'] a.name").focus()
    await page.keyboard.press("m")
    await page.get_by_label("A la cola").evaluate(
        "select => { select.options[1].value = 'otra_cosa'; select.selectedIndex = 1 }"
    )
    await page.get_by_role("button", name="Aplicar").click()
    await page.locator("dialog [role=alert]").get_by_text("otra_cosa").wait_for()
    await page.keyboard.press("Escape")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
async def test_nothing_hinders_anybody(
    browser: Browser, stack: Stack, tools: Tools, size: tuple[int, int], language: Language, theme: Theme
) -> None:
    async with (
        stack.watch() as watch,
        stack.operator(OPERATOR) as phone,
        stack.carrier() as line,
        stack.carrier() as other,
    ):
        caller = await dial(line)
        rings = await phone.incoming(30.0)
        await rings.answer()
        waiting = await dial(other)
        call = await watch.call(stage="talking")
        async with wall(browser, stack, size=size, language=language, theme=theme) as page:
            await page.locator(f"[data-call='{call['id']}']").wait_for()
            found = {"wall": await findings(page, tools.axe)}
            await page.locator(f".operators [data-operator='{OPERATOR}'] a.name").click()
            await page.locator(".panel h3").first.wait_for()
            found["panel"] = await findings(page, tools.axe)
            await page.keyboard.press("Escape")
            for key in ("?", "a"):
                await page.keyboard.press(key)
                await page.locator("dialog[open]").wait_for()
                found[f"dialog {key}"] = await findings(page, tools.axe)
                await page.keyboard.press("Escape")
                await page.locator("dialog").wait_for(state="detached")
            for path, there in (
                ("/wall?full=1", ".tile"),
                (f"/calls/{call['id']}", ".story li"),
                ("/recordings", ".filters"),
            ):
                await page.goto(stack.settings.console_url + path)
                await page.locator(there).first.wait_for()
                found[path.partition("?")[0] if "full" not in path else path] = await findings(page, tools.axe)
        await caller.hang_up()
        await waiting.hang_up()
    assert {where: what for where, what in found.items() if what} == {}
