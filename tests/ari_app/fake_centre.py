"""The engine on a telephone system in memory and virtual time: whole calls in milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ari_app.board import StatusBoard
from ari_app.bootstrap import build_acd
from ari_app.centre import load_centre
from ari_app.contract import CallStatus, OperatorState
from ari_app.engine import Engine
from ari_app.recorder import Recorder
from ari_app.status import StatusPublisher
from ari_app.switchboard import Switchboard
from tests.fakes.telephony import FakeTelephony
from tests.fakes.virtual_time import LoopClock, VirtualTimeLoop

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


@dataclass
class FakeMixMonitor:
    """Notes which channels are being recorded."""

    recording: dict[str, Path] = field(default_factory=dict)
    away: bool = False

    async def start_recording(self, channel: str, path: Path) -> None:
        if self.away:
            raise RuntimeError("AMI is away")
        self.recording[channel] = path
        path.write_bytes(b"\0" * 320)

    async def stop_recording(self, channel: str) -> None:
        self.recording.pop(channel, None)


@dataclass
class FakeCentre:
    """The demo centre at work; ``settle`` lets everything happen that can happen without time passing."""

    engine: Engine
    telephony: FakeTelephony
    board: StatusBoard
    mixmonitor: FakeMixMonitor
    switchboard: Switchboard

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

    def call(self, call: str) -> CallStatus:
        """How the call is shown now."""
        return self.board.calls[call]

    def state(self, code: str) -> OperatorState:
        """How the operator is shown now."""
        return self.board.operators[code].state


def ids() -> Iterator[str]:
    """Call ids that are valid and never repeat."""
    for number in range(1_000_000):
        yield f"20261124-042201-{number:08x}"


@asynccontextmanager
async def fake_centre(folder: Path, *, swept: bool = True) -> AsyncIterator[FakeCentre]:
    """A running engine on the demo centre; everything is cancelled afterwards."""
    centre = load_centre(DEMO)
    clock = LoopClock()
    board = StatusBoard(clock.now)
    names = {operator.code: operator.name for operator in centre.operators}
    levels = {queue.name: queue.service_level_s for queue in centre.queues}
    status = StatusPublisher(board, names, levels, centre.time_zone, centre.mask_callers, clock.now())
    switchboard = Switchboard(build_acd(centre), clock, status, asyncio.get_running_loop().call_later)
    mixmonitor = FakeMixMonitor()
    recorder = Recorder(folder, mixmonitor, clock)
    fresh = ids()
    engine = Engine(centre, board, switchboard, recorder, clock, lambda _now: next(fresh))
    telephony = FakeTelephony(arrivals=engine)
    switchboard.publish_all()
    async with asyncio.TaskGroup() as lives:
        engine.start(lives, telephony)
        if swept:
            await engine.sweep()
        yield FakeCentre(engine, telephony, board, mixmonitor, switchboard)
        engine.let_go()
        telephony.away = True
        await engine.cancel_lives(5.0)


def in_virtual_time(test: Callable[[FakeCentre], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """A pytest test that gives ``test`` a fake centre, in a loop whose time passes only when nobody has anything to do."""

    async def with_centre(folder: Path) -> None:
        async with fake_centre(folder) as centre:
            await test(centre)

    def run(tmp_path: Path) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(with_centre(tmp_path))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run
