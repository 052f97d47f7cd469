"""The whole API over a small centre: every part that the product wires is there, so that OpenAPI lists every route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from ari_app.adapters.http_api import create_app
from ari_app.adapters.http_library import OpenDoor
from ari_app.centre import Centre, load_centre
from ari_app.phone_desk import PhoneDesk
from ari_app.phone_watch import PhoneWatch
from ari_app.sessions import Sessions
from ari_app.supervision_desk import SupervisionDesk
from ari_app.supervisions import Supervisions
from recordings.custody import AuditEntry
from tests.adapters.conftest import TOKEN_KEY, Api, FakeCentre
from tests.adapters.test_http_api_voicemails import MESSAGE
from tests.fakes.nodes import FakeNodes
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import LoopClock
from tests.library.conftest import Archive

PROJECT: Final = Path(__file__).resolve().parents[2]
LIFE_S: Final = 12 * 3600.0


@cache
def valdeluna() -> Centre:
    """The demo centre."""
    return load_centre(PROJECT / "centres" / "valdeluna")


class NobodyWaits:
    """An ACD with operators who serve what the files say, and nobody in line."""

    def call(self, call: str) -> None:
        """Not in a queue."""

    def operator(self, code: str) -> Any:
        """Logged into nothing else."""
        return SimpleNamespace(queues=())


class Whole:
    """The application, and the parts of it that tests look at; without the library, which takes time, if no ``folder`` is given."""

    def __init__(self, folder: Path | None, **options: Any) -> None:
        self.archive = None if folder is None else Archive(folder)
        self.centre = FakeCentre() if self.archive is None else self.archive.centre
        self.centre.open()
        self.centre.messages = [replace(MESSAGE, queue="ventas")]
        self.notebook = FakeNotebook()
        self.conversations: dict[str, Any] = {}
        self.numbers: dict[str, str] = {}
        self.acts: list[AuditEntry] = []
        self.options = options
        self.sessions = Sessions(lambda: self.centre.now_s, LIFE_S, self.notebook)
        self.begin()

    def begin(self) -> None:
        """Make the application, as a new process would."""
        centre = self.centre
        supervision = SupervisionDesk(
            valdeluna,
            cast(Any, SimpleNamespace(calls=self.conversations, conversation_of=lambda code: None, acd=NobodyWaits())),
            Supervisions(),
            LoopClock(),
            lambda act: None,
            lambda code: False,  # so whoever may supervise is told that no phone is there
            cast(Any, None),
        )
        centre.app = create_app(
            centre.board,
            centre,
            centre.accounts,
            TOKEN_KEY,
            lambda: centre.now_s,
            lambda: centre.parts,
            desk=centre,
            reload=centre.reload,
            callbacks=centre,
            voicemails=centre,
            calls=centre,
            supervision=supervision,
            nodes=FakeNodes(),
            phones=PhoneDesk(valdeluna, PhoneWatch(), LoopClock(), lambda verdicts: None),
            history=centre.history,
            load=centre.load,
            library=None if self.archive is None else OpenDoor(self.archive.open.library),
            recordings=None if self.archive is None else self.archive.folder,
            sessions=self.sessions,
            centre=valdeluna,
            numbers=self,
            note_act=self.acts.append,
            keep_alive_s=3600.0,
            **self.options,
        )

    def number_of(self, call: str) -> str | None:
        """See NumbersOfCalls."""
        return self.numbers.get(call)

    async def restarted(self) -> None:
        """A new process: what is remembered is what was noted."""
        self.sessions = Sessions(lambda: self.centre.now_s, LIFE_S, self.notebook)
        await self.sessions.remember()
        self.begin()

    @asynccontextmanager
    async def api(self) -> AsyncIterator[Api]:
        """A client."""
        made = Api(self.centre)
        try:
            yield made
        finally:
            await made.http.aclose()
