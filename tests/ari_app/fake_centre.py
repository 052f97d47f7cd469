"""The engine on a telephone system in memory and virtual time: whole calls in milliseconds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ari_app.board import StatusBoard
from ari_app.bootstrap import build_acd, shown_names
from ari_app.call import IDS_OF_ONE_LIFE
from ari_app.callback_book import CallbackBook
from ari_app.caller_book import CallerBook
from ari_app.centre import Centre, load_centre
from ari_app.contract import CallStatus, OperatorState
from ari_app.ear_book import EarBook
from ari_app.engine import Engine
from ari_app.known_callers import KnownCallers
from ari_app.last_calls import LastCalls
from ari_app.lookups import LookupAnswer
from ari_app.recorder import Recorder
from ari_app.reload_plan import ReloadPlan
from ari_app.services import HttpService
from ari_app.status import StatusPublisher
from ari_app.switchboard import Switchboard
from ari_app.voicemail_book import VoicemailBook
from ivr_flows.expressions import Value
from ivr_flows.journey import Journey
from queues.journal import Happened
from recordings.custody import AuditEntry
from tests.fakes.notebook import FakeNotebook
from tests.fakes.telephony import FakeTelephony
from tests.fakes.virtual_time import LoopClock, VirtualTimeLoop

F = TypeVar("F")
T = TypeVar("T")
DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


@dataclass
class FakeMixMonitor:
    """Notes which channels are being recorded."""

    recording: dict[str, Path] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)
    writes: bytes = b"\0" * 320
    away: bool = False
    answers: asyncio.Event | None = None
    stops: asyncio.Event | None = None

    async def start_recording(self, channel: str, path: Path) -> None:
        if self.away:
            raise RuntimeError("AMI is away")
        self.recording[channel] = path
        path.write_bytes(self.writes)
        if self.answers is not None:
            await self.answers.wait()

    async def stop_recording(self, channel: str) -> None:
        self.recording.pop(channel, None)
        if self.stops is not None:
            await self.stops.wait()

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        if self.away:
            raise RuntimeError("AMI is away")
        (self.muted.add if muted else self.muted.discard)(channel)


@dataclass
class FakeCentre:
    """The demo centre at work; ``settle`` lets everything happen that can happen without time passing."""

    engine: Engine
    telephony: FakeTelephony
    board: StatusBoard
    mixmonitor: FakeMixMonitor
    switchboard: Switchboard
    status: StatusPublisher
    folder: Path
    notebook: FakeNotebook
    happened: list[Happened]
    services: FakeLookups
    journeys: list[Journey]
    acts: list[AuditEntry]

    def facts(self, kind: type[F]) -> list[F]:
        """What the ACD noted of this kind, in order."""
        return [fact for one in self.happened for fact in one.facts if isinstance(fact, kind)]

    async def settle(self) -> None:
        for _ in range(60):
            await asyncio.sleep(0)

    async def at_work(self, code: str, behaviour: str = "rings") -> None:
        """Operator ``code`` has a phone that behaves so, and is ready."""
        self.telephony.phones[code] = behaviour  # type: ignore[assignment]
        self.engine.phone_changed(code, reachable=True)
        self.engine.set_operator_state(code, "ready", None)
        await self.settle()

    async def calls(self, channel: str = "caller", number: str = "900100201") -> CallStatus:
        """A caller dials ``number``."""
        self.telephony.call_arrives(channel, "inbound", number)
        await self.settle()
        return list(self.board.calls.values())[-1]

    def reload(self, centre: Centre) -> ReloadPlan:
        """As bootstrap's put_in_force, without accounts."""
        self.status.centre_changed(*shown_names(centre))
        return self.engine.reload(centre)

    def call(self, call: str) -> CallStatus:
        """How the call is shown now."""
        return self.board.calls[call]

    def state(self, code: str) -> OperatorState:
        """How the operator is shown now."""
        return self.board.operators[code].state


def ids(first: int = 0) -> Iterator[str]:
    """Call ids that are valid and never repeat."""
    for number in range(first, 1_000_000):
        yield f"20261124-042201-{number:08x}"


class AtOnce(Executor):
    """Writes notes in the loop's own thread: virtual time does not wait for threads."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class FakeLookups:
    """Services that answer as the test says: by the service's name; those of which it says nothing are away. ``slow``: they
    answer only once it is set."""

    def __init__(self) -> None:
        self.answers: dict[str, LookupAnswer] = {}
        self.asked: list[tuple[str, dict[str, Value]]] = []
        self.slow: asyncio.Event | None = None

    async def ask(self, service: HttpService, sent: Mapping[str, Value]) -> LookupAnswer:
        self.asked.append((service.name, dict(sent)))
        if self.slow is not None:
            await self.slow.wait()
        return self.answers.get(service.name, LookupAnswer(None, why="is away"))


@cache
def _demo() -> Centre:
    """Read once for all tests: nothing changes a centre."""
    return load_centre(DEMO)


@asynccontextmanager
async def fake_centre(
    folder: Path,
    *,
    swept: bool = True,
    centre: Centre | None = None,
    notebook: FakeNotebook | None = None,
    telephony: FakeTelephony | None = None,
) -> AsyncIterator[FakeCentre]:
    """A running engine on the demo centre, or another; everything is cancelled afterwards.

    ``telephony``: what an earlier life of the controller has left, with its calls.
    """
    centre = centre or _demo()
    clock = LoopClock()
    board = StatusBoard(clock.now)
    names, levels, masked, pauses = shown_names(centre)
    status = StatusPublisher(board, names, levels, centre.time_zone, masked, clock.now(), pauses)
    happened: list[Happened] = []
    later = asyncio.get_running_loop().call_later
    switchboard = Switchboard(build_acd(centre), clock, status, later, (happened.append,))
    mixmonitor = FakeMixMonitor()
    recorder = Recorder(folder, mixmonitor, clock, AtOnce())
    fresh = ids(IDS_OF_ONE_LIFE if telephony else 0)
    notebook = notebook or FakeNotebook()
    known_callers = KnownCallers(b"key of the tests", notebook, clock)
    callbacks = CallbackBook(notebook, clock, switchboard.acd)
    await known_callers.remember()
    await callbacks.remember()
    voicemails = VoicemailBook(notebook, clock, status.count_voicemails)
    await voicemails.remember()
    callers = CallerBook(notebook, clock, switchboard, asyncio.get_running_loop().call_soon)
    await callers.remember()
    ears = EarBook(notebook)
    await ears.remember()
    last_calls = LastCalls(notebook, board)
    await last_calls.remember()
    board.add_sink(last_calls.sink)
    services, journeys, acts = FakeLookups(), list[Journey](), list[AuditEntry]()
    engine = Engine(
        centre,
        board,
        switchboard,
        recorder,
        clock,
        lambda _now: next(fresh),
        known_callers,
        callbacks,
        callers,
        ears,
        voicemails,
        services,
        journeys.append,
        lambda service: f"agi://somewhere/{service.name}",
        acts.append,
        store_is_away=lambda: notebook.away,
    )
    telephony = telephony or FakeTelephony()
    telephony.serves(engine)
    switchboard.publish_all()
    async with asyncio.TaskGroup() as lives:
        engine.start(lives, telephony)
        if swept:
            await engine.sweep()
        yield FakeCentre(
            engine,
            telephony,
            board,
            mixmonitor,
            switchboard,
            status,
            folder,
            notebook,
            happened,
            services,
            journeys,
            acts,
        )
        engine.let_go()
        telephony.away = True
        await engine.cancel_lives(5.0)


Test = Callable[[FakeCentre], Coroutine[Any, Any, None]]


def in_virtual_time(test: Test) -> Callable[[Path], None]:
    """A pytest test that gives ``test`` a fake centre, in a loop whose time passes only when nobody has anything to do."""
    return _in_virtual_time(test, {})


def with_files(**changes: tuple[str, str]) -> Callable[[Test], Callable[[Path], None]]:
    """As in_virtual_time, on a copy of the demo centre in which text is replaced: ``queues=("old", "new")``."""
    return lambda test: _in_virtual_time(test, changes)


def changed_demo(folder: Path, **changes: tuple[str, str]) -> Path:
    """A copy of the demo centre in ``folder``, without audio, with each file's text ``old`` replaced by ``new`` once."""
    centre = folder / f"centre-{len(list(folder.iterdir()))}"
    shutil.copytree(DEMO, centre, ignore=shutil.ignore_patterns("*.wav"))
    for name, (old, new) in changes.items():
        path = centre / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name}.yaml has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return centre


def without_customers_line(centre: Path) -> Path:
    """Leave only the flow `bienvenida`: without the flows that need calendars, services and prompts of their own."""
    for flow in ("cliente", "identificacion", "averias"):
        (centre / "flows" / f"{flow}.yaml").unlink()
    path = centre / "centre.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "{flow: cliente" not in line and "{flow: averias" not in line]
    path.write_text("".join(kept), encoding="utf-8")
    return centre


def _in_virtual_time(test: Test, changes: dict[str, tuple[str, str]]) -> Callable[[Path], None]:
    async def with_centre(folder: Path) -> None:
        centre = load_centre(changed_demo(folder, **changes)) if changes else None
        async with fake_centre(folder, centre=centre) as running:
            await test(running)

    def run(tmp_path: Path) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(with_centre(tmp_path))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run
