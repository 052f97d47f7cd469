"""The pages' own rules that show nothing and ask no clock: run by node, each beside its tests in ``pure/``."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from console.pages import FOLDER
from tests.on_request import program

PURE = Path(__file__).parent / "pure"
MODULE_OF = {
    "alarms": "js/alarms.js",
    "timeline": "js/wall/timeline.js",
    "order": "js/wall/order.js",
    "zone": "js/zone.js",
}


@pytest.mark.parametrize("name", sorted(MODULE_OF))
async def test_what_a_page_decides_without_a_page(name: str, tmp_path: Path) -> None:
    node = program("node")
    assert node is not None, "there is no node; `make test-browser` installs it"
    shutil.copy(FOLDER / MODULE_OF[name], tmp_path / f"{name}.mjs")
    shutil.copy(PURE / f"{name}.test.mjs", tmp_path)
    running = await asyncio.create_subprocess_exec(
        node,
        "--test",
        str(tmp_path / f"{name}.test.mjs"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await running.communicate()
    assert running.returncode == 0, told.decode()
    assert "\n# pass 0\n" not in told.decode()
