"""Does the console go by the centre's files with which the controller leads, whatever stands in the folder meanwhile?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.centre import Centre, load_centre
from ari_app.contract import CentreInForce
from console.centre_files import CentreFiles
from tests.ari_app.fake_centre import changed_demo

SINCE = "2026-11-24T04:12:33.123Z"
LATER = "2026-11-24T04:15:00.000Z"


class Clock:
    """Stands still; whoever would sleep waits until the test lets them look once more."""

    def __init__(self) -> None:
        self._looked = asyncio.Condition()
        self._looks = 0
        self._allowed = 1

    def now(self) -> float:
        """Unix seconds."""
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        async with self._looked:
            self._looks += 1
            self._looked.notify_all()
            await self._looked.wait_for(lambda: self._looks < self._allowed)

    async def look(self) -> None:
        """Return when it has looked once more."""
        async with self._looked:
            wanted = self._allowed
            await self._looked.wait_for(lambda: self._looks == wanted)
            self._allowed += 1
            self._looked.notify_all()
            await self._looked.wait_for(lambda: self._looks == wanted + 1)


@dataclass
class Followed:
    """A folder, what the controller says of it, and the console's own view."""

    folder: Path
    files: CentreFiles
    clock: Clock
    told: list[CentreInForce | None]
    readers: list[str] = field(default_factory=list)

    def change(self, old: str, new: str, name: str = "queues.yaml") -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def reload(self, at: str = LATER) -> None:
        """As a controller does that takes the files as they are."""
        self.told.append(CentreInForce(load_centre(self.folder).version, at))

    def next_level(self, queue: str) -> str | None:
        return self.files.now().queue(queue).entry.next_level


@asynccontextmanager
async def following(folder: Path) -> AsyncIterator[Followed]:
    centre, clock, readers = changed_demo(folder), Clock(), list[str]()
    told: list[CentreInForce | None] = [None]

    def read(path: Path) -> Centre:
        readers.append(threading.current_thread().name)
        return load_centre(path)

    files = CentreFiles(centre, load_centre(centre), lambda: told[-1], clock, read)
    run = asyncio.ensure_future(files.run())
    try:
        yield Followed(centre, files, clock, told, readers)
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def test_a_reload_brings_the_new_files_and_they_are_read_in_a_thread(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.reload(SINCE)
        await it.clock.look()
        assert it.readers == [], "those of the start are there already"
        it.change("next_level: soporte_n2", "next_level: ventas")
        await it.clock.look()
        assert it.next_level("soporte") == "soporte_n2", "nobody has put them in force yet"
        it.reload()
        await it.clock.look()
        assert (it.next_level("soporte"), it.files.wrong()) == ("ventas", None)
        assert len(it.readers) == 1
        assert it.readers[0].startswith("library")
        await it.clock.look()
        assert len(it.readers) == 1, "only what has changed is read"


async def test_a_reload_of_the_same_texts_reads_them_again_for_their_secrets(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.reload(SINCE)
        await it.clock.look()
        it.reload(LATER)
        await it.clock.look()
        assert len(it.readers) == 1


async def test_while_nobody_says_anything_what_is_in_force_stays(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.change("next_level: soporte_n2", "next_level: ventas")
        await it.clock.look()
        assert (it.readers, it.next_level("soporte"), it.files.wrong()) == ([], "soporte_n2", None)


async def test_files_that_were_broken_after_the_reload_leave_the_last_good_ones_and_are_named_by_line(
    tmp_path: Path,
) -> None:
    async with following(tmp_path) as it:
        it.change("next_level: soporte_n2", "next_level: ventas")
        it.reload()
        it.change("next_level: ventas", "next_level: vetas")
        await it.clock.look()
        assert it.next_level("soporte") == "soporte_n2"
        wrong = it.files.wrong()
        assert wrong is not None
        assert wrong.startswith(f"{it.folder}/queues.yaml:31: soporte.next_level")
        it.change("next_level: vetas", "next_level: ventas")
        await it.clock.look()
        assert (it.next_level("soporte"), it.files.wrong()) == ("ventas", None)


async def test_good_files_that_the_controller_does_not_lead_with_are_not_used(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.change("next_level: soporte_n2", "next_level: ventas")
        it.reload()
        it.change("next_level: ventas", "next_level: reclamaciones")
        await it.clock.look()
        assert it.next_level("soporte") == "soporte_n2"
        assert it.files.wrong() == (
            f"{it.folder}: the files are others than those with which the controller leads; reload, or put the "
            "former ones back"
        )
        it.reload("2026-11-24T04:20:00.000Z")
        await it.clock.look()
        assert (it.next_level("soporte"), it.files.wrong()) == ("reclamaciones", None)


async def test_whoever_keeps_the_state_true_no_more_changes_nothing(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.reload(SINCE)
        await it.clock.look()
        it.told.append(None)
        await it.clock.look()
        assert (it.readers, it.files.wrong()) == ([], None)


async def test_another_controller_that_leads_with_the_files_that_we_have_makes_nothing_wrong(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.reload(SINCE)
        await it.clock.look()
        for text in ("next_level: ventas", "next_level: vetas"):  # being written: good, then broken
            it.change("next_level: soporte_n2", text)
            it.told.append(CentreInForce(it.told[-1].version if it.told[-1] else "", f"{LATER} {text}"))
            await it.clock.look()
            assert (it.next_level("soporte"), it.files.wrong()) == ("soporte_n2", None)
            it.change(text, "next_level: soporte_n2")


async def test_of_several_problems_the_first_is_named_and_the_others_counted(tmp_path: Path) -> None:
    async with following(tmp_path) as it:
        it.change("next_level: soporte_n2", "next_level: ventas")
        it.reload()
        it.change("next_level: ventas", "next_level: vetas")
        it.change("company:", "compny:", "centre.yaml")
        await it.clock.look()
        assert (it.files.wrong() or "").endswith(" more)")
