"""Which keys does the controller hear? By RFC 4733, in band and by SIP INFO, with one configuration: each key once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.adapters.ari import AriTelephony
from ari_app.telephony import CallArrived, DigitPressed, TelephonyEvent
from sip_agents import Dtmf, Law, OutgoingCall, SipAgent
from tests.e2e.stack import Stack, running_stack

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

WAYS: tuple[Dtmf, ...] = ("rfc4733", "inband", "info")
EVERY_KEY = "0123456789*#ABCD1155"
DEADLINE_S = 10.0


class Controller:
    """Answers a carrier's call over ARI, plays something to it, and notes the keys that it hears."""

    def __init__(self, telephony: AriTelephony, arrivals: asyncio.Queue[TelephonyEvent]) -> None:
        self._telephony, self._arrivals = telephony, arrivals
        self._heard: asyncio.Queue[TelephonyEvent] = asyncio.Queue()
        self._channel = ""

    async def takes_a_call(self, carrier: SipAgent) -> OutgoingCall:
        call = await carrier.call("900100201", from_user="600111222")
        arrived = await asyncio.wait_for(self._arrivals.get(), DEADLINE_S)
        assert isinstance(arrived, CallArrived)
        self._channel = arrived.channel
        self._telephony.watch(self._channel, self._heard)
        await self._telephony.answer(self._channel)
        await call.answered()
        return call

    async def plays(self, what: str, prompts: Path) -> None:
        if what == "music":
            await self._telephony.start_music(self._channel, "default")
        else:
            await self._telephony.play(
                self._channel, f"{self._channel}-prompt", [f"sound:{prompts / 'tono'}"] * 9, "es"
            )

    async def heard(self, count: int) -> str:
        """The next ``count`` keys."""
        keys = ""
        async with asyncio.timeout(DEADLINE_S):
            while len(keys) < count:
                event = await self._heard.get()
                keys += event.digit if isinstance(event, DigitPressed) else ""
        return keys


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Asterisk without the engine, whose place under the application's name the tests take."""
    async with running_stack(tmp_path_factory.mktemp("bare"), engine=False) as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="module")
async def controller(bare_stack: Stack) -> AsyncIterator[Controller]:
    connected = asyncio.Event()

    async def on_connected() -> None:
        connected.set()

    settings, arrivals = bare_stack.settings, asyncio.Queue[TelephonyEvent]()
    address = f"http://{settings.bind_address}:{settings.ari_port}/"
    telephony = AriTelephony(address, settings.ari_secret, arrivals, on_connected)
    async with asyncio.TaskGroup() as group:
        link = group.create_task(telephony.run())
        await asyncio.wait_for(connected.wait(), DEADLINE_S)
        yield Controller(telephony, arrivals)
        link.cancel()


@pytest.mark.parametrize(("law", "playing"), [("PCMA", "prompts"), ("PCMU", "music")])
@pytest.mark.parametrize("dtmf", WAYS)
async def test_every_key_is_heard_once_and_in_order_whatever_is_played(
    bare_stack: Stack, controller: Controller, dtmf: Dtmf, law: Law, playing: str
) -> None:
    async with bare_stack.carrier(dtmf=dtmf, laws=(law,)) as carrier:
        call = await controller.takes_a_call(carrier)
        await controller.plays(playing, bare_stack.settings.centre / "prompts" / "es")
        await call.heard_sound()
        await call.send_digits(EVERY_KEY)
        assert await controller.heard(len(EVERY_KEY)) == EVERY_KEY
        await call.hang_up()
