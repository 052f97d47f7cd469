"""How does the console look? ``python -m tests.browser.screenshots [NAME...]``: docs/images/console/, in both languages and at both
widths; of all pages, or of these.

Beside them it writes README.md, where all of them are to be seen. A whole centre with people at work and callers (demo_floor),
photographed by a real Chromium. A page with an error ends it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Final

from tests.browser.chromium import Page, chromium
from tests.browser.console_page import NARROW, WIDE, Language
from tests.browser.demo_floor import floor, floor_centre
from tests.browser.tools import find_tools
from tests.browser.watched import watched
from tests.e2e.stack import PROJECT, running_stack
from tests.on_request import cache_folder

FOLDER: Final = PROJECT / "docs" / "images" / "console"
BUSY_S: Final = 45.0
"""The centre has been at work for so long when the first picture is taken."""
SETTLES_S: Final = 2.0
Wait = Callable[[Page], Awaitable[None]]


async def at_once(_page: Page) -> None:
    """The page is shown as it opens."""


async def in_a_call(page: Page) -> None:
    """Once the operator talks."""
    await page.wait_for_selector("[data-control=hold], .call-card, .controls", timeout=60_000)


async def with_its_script(page: Page) -> None:
    """Once the operator talks and the script has begun; on a telephone its section is opened."""
    await in_a_call(page)
    section = page.locator("#tab-script")
    if await section.count():
        await section.click()
    await page.wait_for_selector(".script-ways", timeout=60_000)


async def tried_out(page: Page) -> None:
    """Once the script's first screen is there in both languages."""
    await page.wait_for_selector(".script-editor .script-say", timeout=60_000)


async def the_newest_call(page: Page) -> None:
    """From the list of recordings to the newest one's call, once its sound is drawn."""
    await page.locator("tbody a[href^='/calls/']").first.click(timeout=60_000)
    await page.wait_for_selector(".wave canvas", timeout=60_000)


SHOTS: Final[dict[str, tuple[str, str, Wait]]] = {
    "wall": ("2001", "/wall", at_once),
    "wall-full": ("2001", "/wall?full=1", at_once),
    "recordings": ("2001", "/recordings", at_once),
    "call": ("2001", "/recordings", the_newest_call),
    "figures": ("3001", "/figures", at_once),
    "desk": ("1009", "/desk", in_a_call),
    "contacts": ("2001", "/contacts", at_once),
    "desk-script": ("1009", "/desk", with_its_script),
    "scripts": ("2001", "/scripts", at_once),
    "script-editor": ("2001", "/scripts/soporte/edit", tried_out),
    "tickets": ("2001", "/tickets", at_once),
    "webhooks": ("3001", "/webhooks", at_once),
}
"""Who looks at what."""
SPOKEN: Final[dict[Language, str]] = {"es": "Spanish", "en": "English"}
SIGN_IN: Final = "sign-in"


async def main(names: Collection[str]) -> int:
    """Take these; 1 when a page had an error."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        async with (
            chromium(find_tools(cache_folder())) as browser,
            running_stack(Path(folder), centre=floor_centre) as stack,
        ):
            await stack.instance.start_console()
            async with floor(stack):
                await asyncio.sleep(BUSY_S)
                for language in SPOKEN:
                    for size in (WIDE, NARROW):
                        wrong += await _pictures(browser, stack.settings.console_url, language, size, names)
    (FOLDER / "README.md").write_text(gallery(), encoding="utf-8")
    for line in wrong:
        print(line, file=sys.stderr)  # noqa: T201 - for whoever started it
    return 1 if wrong else 0


def gallery() -> str:
    """What is photographed, as a page with all of it."""
    shown = [
        "# The console's pages",
        "",
        "Made by `make screenshots` from a centre at work.",
    ]
    for name in (SIGN_IN, *SHOTS):
        shown += ["", f"## {name.replace('-', ' ').capitalize()}", ""]
        shown += [
            f'<a href="{file}"><img src="{file}" width="{size[0] // 4}" alt="{name}, {spoken}, {size[0]} pixels wide"></a>'
            for language, spoken in SPOKEN.items()
            for size in (WIDE, NARROW)
            for file in [f"{name}-{language}-{size[0]}.jpg"]
        ]
    return "\n".join([*shown, ""])


async def _pictures(
    browser: Page, url: str, language: Language, size: tuple[int, int], names: Collection[str]
) -> list[str]:
    wrong: list[str] = []
    if SIGN_IN in names:
        async with watched(browser, url, size=size, language=language) as seen:
            await seen.page.locator("form button.primary").wait_for()
            await seen.page.screenshot(path=_file(SIGN_IN, language, size), type="jpeg", quality=82)
    for name, (code, path, wait) in SHOTS.items():
        if name not in names:
            continue
        async with watched(browser, url, path, size=size, language=language) as seen:
            await seen.sign_in(code)
            await wait(seen.page)
            await asyncio.sleep(SETTLES_S)
            await seen.page.screenshot(path=_file(name, language, size), type="jpeg", quality=82)
            wrong += [f"{name} ({language}, {size[0]} px): {one}" for one in (*seen.wrong, *seen.elsewhere)]
            print(f"{name} {language} {size[0]}", flush=True)  # noqa: T201 - progress
    return wrong


def _file(name: str, language: str, size: tuple[int, int]) -> str:
    return str(FOLDER / f"{name}-{language}-{size[0]}.jpg")


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:] or [SIGN_IN, *SHOTS])))
