"""What the tests of waiting share: a demo queue with rules of the test's own, and the outside that can be called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import indent

from recordings.notes import Ended, PartBegan, from_lines
from tests.ari_app.fake_centre import FakeCentre, Test, with_files
from tests.fakes.notebook import FakeNotebook

SOPORTE = "soporte:         # support, first level\n"
OUTSIDE = "@carrier-demo"
CALLER = "600111222"


def soporte(rules: str) -> Callable[[Test], Callable[[Path], None]]:
    """The demo centre with further ``rules`` (YAML) for the queue soporte, where 900100201 leads."""
    return with_files(queues=(SOPORTE, SOPORTE + indent(rules.strip("\n"), "  ") + "\n"))


def played(centre: FakeCentre, channel: str = "caller") -> list[str]:
    """The sounds that ``channel`` was played so far, by their last name."""
    return [uri.rpartition("/")[2] for to, media, _ in centre.telephony.played if to == channel for uri in media]


async def passes(centre: FakeCentre, seconds: float) -> None:
    """Time passes, and everything that it brings has happened."""
    await asyncio.sleep(seconds)
    await centre.settle()


async def presses(centre: FakeCentre, digit: str, channel: str = "caller") -> None:
    """The caller presses a key."""
    centre.telephony.presses(channel, digit)
    await centre.settle()


async def hears_it_out(centre: FakeCentre, channel: str = "caller") -> None:
    """What is being said to ``channel`` comes to its end."""
    centre.telephony.prompt_ends(channel)
    await centre.settle()


@asynccontextmanager
async def ticking(centre: FakeCentre) -> AsyncIterator[None]:
    """The engine looks at the clock once a second meanwhile."""
    tick = asyncio.create_task(centre.engine.tick())
    yield
    tick.cancel()


def outside_leg(centre: FakeCentre) -> str:
    """The newest leg to the outside."""
    return [leg for leg in centre.telephony.channels_up if "-out-" in leg][-1]


def callbacks_noted(notebook: FakeNotebook) -> list[str]:
    """The calls whose callbacks are noted."""
    return [key.partition(":")[2] for key in notebook.notes if key.startswith("callback:")]


def nothing_is_left(centre: FakeCentre) -> None:
    """No channel, no bridge, no recording under way, no callback that nobody will make."""
    assert centre.telephony.channels_up == {}
    assert centre.telephony.bridges_up == {}
    assert centre.mixmonitor.recording == {}
    assert callbacks_noted(centre.notebook) == []


def is_for_the_worker(folder: Path, key: str | None) -> bool:
    """Whether the recording of that name in the store has been left to the worker: its audio, and notes that have ended."""
    id_ = Path(key or "").name.partition(".")[0]
    raw = folder / "raw"
    notes = from_lines((raw / f"{id_}.notes").read_text(encoding="utf-8"))
    parts = [note.file for note in notes if isinstance(note, PartBegan)]
    return bool(parts) and all((raw / part).exists() for part in parts) and isinstance(notes[-1], Ended)
