"""Services of AGI on real Asterisk: what the caller hears of them, plain scripts, and what a lost connection changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.adapters.ami import AmiLink
from ari_app.adapters.ari import AriTelephony
from ari_app.adapters.fastagi import serve_fastagi
from ari_app.services import AgiScript
from ari_app.telephony import AgiEnded, AgiStatus, CallArrived, CallerShown, ChannelEnded, LegAnswered, TelephonyEvent
from sip_agents import OutgoingCall
from tests.adapters.agi_services import BROKEN, METER, STUBBORN, AgiServer, agi_server, script_in
from tests.e2e.stack import Stack, dial, running_stack

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]
NUMBER = "900100201"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Asterisk without the engine, whose place the tests take."""
    async with running_stack(tmp_path_factory.mktemp("agi"), engine=False) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[AgiServer]:
    async with agi_server() as served:
        yield served


class Controller:
    """As much of the engine as takes one caller to a service of AGI. Its connection can be lost and made again."""

    def __init__(self, stack: Stack, ami: AmiLink) -> None:
        settings = stack.settings
        self.stack = stack
        self.arrivals: asyncio.Queue[TelephonyEvent] = asyncio.Queue()
        self.inbox: asyncio.Queue[TelephonyEvent] = asyncio.Queue()
        self._connected = asyncio.Event()
        address = f"http://{settings.bind_address}:{settings.ari_port}/"
        self.telephony = AriTelephony(
            address, settings.ari_secret, self.arrivals, self._on_connected, None, ami.redirect
        )
        self._link: asyncio.Task[None] | None = None

    async def _on_connected(self) -> None:
        self._connected.set()

    async def connect(self) -> None:
        self._connected.clear()
        self._link = asyncio.create_task(self.telephony.run())
        await asyncio.wait_for(self._connected.wait(), 10)

    async def disconnect(self) -> None:
        assert self._link is not None
        self._link.cancel()
        await asyncio.wait({self._link})

    async def arrived(self) -> CallArrived:
        arrived = await asyncio.wait_for(self.arrivals.get(), 15)
        assert isinstance(arrived, CallArrived)
        return arrived

    async def takes(self) -> str:
        """The next caller's channel, answered."""
        channel = (await self.arrived()).channel
        self.telephony.watch(channel, self.inbox)
        await self.telephony.answer(channel)
        return channel

    async def told(self, kind: type[TelephonyEvent]) -> TelephonyEvent:
        """The next event of that kind about the caller; others pass by."""
        async with asyncio.timeout(15):
            while not isinstance(event := await self.inbox.get(), kind):
                pass
        return event

    async def nobody_is_left(self) -> None:
        async with asyncio.timeout(10):
            while await self.stack.channels():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def controller_of(stack: Stack) -> AsyncIterator[Controller]:
    settings = stack.settings
    ami = AmiLink(settings.bind_address, settings.ami_port, "centralita", settings.ami_secret, lambda _code, _up: None)
    works = asyncio.create_task(ami.run())
    controller = Controller(stack, ami)
    await controller.connect()
    try:
        yield controller
    finally:
        await stack.instance.asterisk_rx("channel request hangup all")
        await controller.nobody_is_left()
        await controller.disconnect()
        works.cancel()
        await asyncio.wait({works})


@pytest_asyncio.fixture(loop_scope="module")
async def controller(stack: Stack) -> AsyncIterator[Controller]:
    async with controller_of(stack) as running:
        yield running


@asynccontextmanager
async def caller_at(controller: Controller) -> AsyncIterator[tuple[str, OutgoingCall]]:
    """A caller who talks (a tone) and has been answered: the channel, and the caller's own side."""
    async with controller.stack.carrier() as carrier:
        dialling = asyncio.create_task(dial(carrier, NUMBER))
        channel = await controller.takes()
        yield channel, await dialling


@asynccontextmanager
async def scripts(folder: Path, **texts: str) -> AsyncIterator[str]:
    """The controller's own FastAGI server with these scripts; how their URLs begin."""
    known = {name: AgiScript(name, script_in(folder, f"{name}.agi", text), 1.0) for name, text in texts.items()}
    server = await serve_fastagi("127.0.0.1", 0, lambda _queue: (0, 0, None), known.__getitem__)
    try:
        yield f"agi://127.0.0.1:{server.sockets[0].getsockname()[1]}/script,"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_panoramisk_service_is_heard_by_the_caller_and_its_variables_come_back(
    controller: Controller, server: AgiServer
) -> None:
    async with caller_at(controller) as (caller, call):
        await controller.telephony.run_agi(caller, server.url("doubles"), {"NUMBER": "21"})
        await call.heard_sound()
        assert await controller.told(AgiEnded) == AgiEnded(caller, "SUCCESS")
        assert await controller.telephony.get_variable(caller, "DOUBLE") == "42"


async def test_a_plain_script_is_heard_by_the_caller_and_its_variables_come_back(
    controller: Controller, tmp_path: Path
) -> None:
    async with scripts(tmp_path, meter=METER) as url, caller_at(controller) as (caller, call):
        await controller.telephony.run_agi(caller, f"{url}meter", {"CONTRACT": "4711"})
        await call.heard_sound()
        assert await controller.told(AgiEnded) == AgiEnded(caller, "SUCCESS")
        assert await controller.telephony.get_variable(caller, "READING") == "9422"
        assert await controller.telephony.get_variable(caller, "SCRIPT_SAW") == "meter 600111222 False"


@pytest.mark.parametrize(
    ("script", "status"), [("broken", "FAILURE"), ("stubborn", "FAILURE"), ("no_such_script", "NOTFOUND")]
)
async def test_a_script_that_fails_is_late_or_is_not_there_says_so(
    controller: Controller, tmp_path: Path, script: str, status: AgiStatus
) -> None:
    async with scripts(tmp_path, broken=BROKEN, stubborn=STUBBORN) as url, caller_at(controller) as (caller, _):
        await controller.telephony.run_agi(caller, f"{url}{script}", {})
        assert await controller.told(AgiEnded) == AgiEnded(caller, status)
        expected = "half" if script == "broken" else ""
        assert await controller.telephony.get_variable(caller, "READING") == expected


async def test_a_customer_whom_we_have_called_may_be_given_to_a_service_too(
    controller: Controller, server: AgiServer
) -> None:
    async with controller.stack.phone("1001") as phone:
        phone.auto_answer = 0.02
        await phone.register()
        controller.telephony.watch("leg-to-agi", controller.inbox)
        await controller.telephony.ring("leg-to-agi", "1001", CallerShown("600111222", "x"), {}, 10.0)
        await controller.told(LegAnswered)
        await controller.telephony.run_agi("leg-to-agi", server.url("doubles"), {"NUMBER": "4"})
        assert await controller.told(AgiEnded) == AgiEnded("leg-to-agi", "SUCCESS")
        assert await controller.telephony.get_variable("leg-to-agi", "DOUBLE") == "8"
        await controller.telephony.run_agi("leg-to-agi", server.url("waits"), {})
        await server.reached.wait()
        await phone.calls[-1].hang_up()
        assert isinstance(await controller.told(ChannelEnded), ChannelEnded)
        await controller.nobody_is_left()
        assert controller.inbox.empty()


async def test_a_service_that_ends_just_when_the_caller_is_taken_from_it_ends_once(
    controller: Controller, server: AgiServer
) -> None:
    async with caller_at(controller) as (caller, _):
        for turn in range(30):
            server.release.clear()
            server.reached.clear()
            await controller.telephony.run_agi(caller, server.url("waits"), {})
            await server.reached.wait()
            server.release.set()
            await asyncio.sleep(turn % 6 * 0.00005)  # AMI and AGI are about as fast
            await controller.telephony.stop_agi(caller)
            ended = await controller.told(AgiEnded)
            assert isinstance(ended, AgiEnded)
            assert ended.status in ("SUCCESS", "STOPPED")
            await controller.telephony.start_music(caller, "default")  # it is ours to command
            await controller.telephony.stop_music(caller)
            assert controller.inbox.empty()


async def test_a_service_that_ends_while_asterisk_loses_where_the_caller_should_go_on_has_ended(
    controller: Controller, server: AgiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk's Redirect says that it was done, and its dialplan in the same instant goes on elsewhere."""
    redirecting = asyncio.Event()

    async def loses(_channel: str, _context: str, _extension: str) -> None:
        server.release.set()
        await redirecting.wait()

    monkeypatch.setattr(controller.telephony, "_redirect", loses)
    async with caller_at(controller) as (caller, _):
        for answered_before in (True, False):
            server.release.clear()
            server.reached.clear()
            redirecting.clear()
            await controller.telephony.run_agi(caller, server.url("waits"), {})
            await server.reached.wait()
            stopping = asyncio.create_task(controller.telephony.stop_agi(caller))
            if not answered_before:
                while caller not in [found.id for found in await controller.telephony.channels() if found.in_our_app]:
                    await asyncio.sleep(0.01)
            redirecting.set()
            await stopping
            assert await controller.told(AgiEnded) == AgiEnded(caller, "SUCCESS")
            await controller.telephony.start_music(caller, "default")  # it is ours to command
            await controller.telephony.stop_music(caller)
            assert controller.inbox.empty()


async def test_a_caller_who_comes_back_to_a_controller_that_knows_nothing_begins_anew(
    controller: Controller, server: AgiServer
) -> None:
    async with caller_at(controller) as (caller, _):
        await controller.telephony.run_agi(caller, server.url("waits"), {})
        await server.reached.wait()
        await controller.disconnect()
        async with controller_of(controller.stack) as next_one:
            (found,) = await next_one.telephony.channels()
            assert not found.in_our_app  # so that no sweep touches it
            server.release.set()
            arrived = await next_one.arrived()
            assert (arrived.channel, arrived.args, arrived.answered) == (caller, ("inbound", NUMBER), True)
        await controller.connect()


async def test_a_caller_who_comes_back_while_the_connection_is_lost_hears_music_and_is_known_afterwards(
    controller: Controller, server: AgiServer
) -> None:
    async with caller_at(controller) as (caller, call):
        await controller.telephony.run_agi(caller, server.url("waits"), {})
        await server.reached.wait()
        await controller.disconnect()
        server.release.set()
        await call.heard_sound()
        await controller.connect()
        assert await controller.told(AgiEnded) == AgiEnded(caller, "SUCCESS")
        await controller.telephony.start_music(caller, "default")


async def test_a_caller_who_hangs_up_in_a_service_while_the_connection_is_lost_has_ended_afterwards(
    controller: Controller, server: AgiServer
) -> None:
    async with caller_at(controller) as (caller, call):
        await controller.telephony.run_agi(caller, server.url("waits"), {})
        await server.reached.wait()
        await controller.disconnect()
        await call.hang_up()
        await controller.nobody_is_left()
        await controller.connect()
        ended = await controller.told(ChannelEnded)
        assert isinstance(ended, ChannelEnded)
        assert ended.channel == caller


async def test_a_service_is_left_within_a_second_of_being_told_to(controller: Controller, server: AgiServer) -> None:
    async with caller_at(controller) as (caller, _):
        await controller.telephony.run_agi(caller, server.url("waits"), {})
        await server.reached.wait()
        async with asyncio.timeout(1):
            await controller.telephony.stop_agi(caller)
            assert await controller.told(AgiEnded) == AgiEnded(caller, "STOPPED")
