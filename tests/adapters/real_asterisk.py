"""The contract suite's bench on real Asterisk: the ARI adapter, and SIP agents as the people's phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from ari_app.adapters.ami import AmiLink
from ari_app.adapters.ari import AriTelephony
from ari_app.telephony import CallArrived, Telephony, TelephonyEvent
from sip_agents import CallRefused, SipAgent
from tests.adapters.agi_services import AgiServer, agi_server
from tests.e2e.stack import Stack
from tests.fakes.telephony import Behaviour


class Bench(Protocol):
    """One telephone system with a carrier's line, phone 1001 (configurable) and the way to take it down."""

    @property
    def telephony(self) -> Telephony:
        """The system behind the port."""
        ...

    async def phone_behaves(self, behaviour: Behaviour) -> None:
        """How phone 1001 takes the next call."""
        ...

    async def phone_hangs_up(self) -> None:
        """The person at 1001 ends the call."""
        ...

    async def phone_holds(self) -> None:
        """The person at 1001 puts the newest call on hold..."""
        ...

    async def phone_comes_back(self) -> None:
        """...and comes back."""
        ...

    async def phone_presses(self, digit: str) -> None:
        """The person at 1001 presses a key in the newest call."""
        ...

    async def phone_refers(self, destination: str) -> None:
        """The person at 1001 passes the newest call on, blind."""
        ...

    async def phone_connects_its_calls(self) -> None:
        """The person at 1001 passes the older of two calls on to the newer."""
        ...

    async def call_arrives(self) -> CallArrived:
        """The carrier brings a call."""
        ...

    async def carrier_is_told(self) -> int:
        """The SIP status with which that call was refused."""
        ...

    async def caller_hangs_up(self) -> None:
        """Whoever called ends the call, which was answered."""
        ...

    def agi_url(self, service: str) -> str:
        """A service of AGI: ``doubles`` sets DOUBLE to 42 if NUMBER is 21, ``waits`` ends when it is told to; no other is known."""
        ...

    async def agi_runs(self) -> None:
        """``waits`` has the channel."""
        ...

    async def agi_is_done(self, channel: str) -> None:
        """``waits`` ends."""
        ...


class RealBench:
    def __init__(
        self,
        telephony: AriTelephony,
        phone: SipAgent,
        carrier: SipAgent,
        arrivals: asyncio.Queue[TelephonyEvent],
        agi: AgiServer,
    ) -> None:
        self.telephony = telephony
        self._agi = agi
        self._phone = phone
        self._carrier = carrier
        self._arrivals = arrivals

    async def phone_behaves(self, behaviour: Behaviour) -> None:
        self._phone.auto_answer = 0.02 if behaviour == "answers" else None
        self._phone.auto_ring = behaviour == "rings"
        self._phone.auto_reject = {"rejects": 603, "is_busy": 486}.get(behaviour)

    async def phone_hangs_up(self) -> None:
        (call,) = self._phone.calls
        await call.answered()
        await call.hang_up()

    async def phone_holds(self) -> None:
        await self._phone.calls[-1].answered()
        await self._phone.calls[-1].hold()

    async def phone_comes_back(self) -> None:
        await self._phone.calls[-1].resume()

    async def phone_presses(self, digit: str) -> None:
        await self._phone.calls[-1].answered()
        await self._phone.calls[-1].send_digit(digit)

    async def phone_refers(self, destination: str) -> None:
        await self._phone.calls[-1].answered()
        await self._phone.calls[-1].refer(destination)

    async def phone_connects_its_calls(self) -> None:
        older, newer = self._phone.calls
        await newer.answered()
        await older.refer(newer.far_uri, replaces=newer)

    async def call_arrives(self) -> CallArrived:
        self._brought = await self._carrier.call("900100201")
        arrived = await asyncio.wait_for(self._arrivals.get(), 10)
        assert isinstance(arrived, CallArrived)
        return arrived

    async def carrier_is_told(self) -> int:
        try:
            await self._brought.answered()
        except CallRefused as refused:
            return refused.status
        return 200

    async def caller_hangs_up(self) -> None:
        await self._brought.answered()
        await self._brought.hang_up()

    def agi_url(self, service: str) -> str:
        return self._agi.url(service) if hasattr(self._agi, service) else "agi://127.0.0.1:9/unknown"

    async def agi_runs(self) -> None:
        await asyncio.wait_for(self._agi.reached.wait(), 10)

    async def agi_is_done(self, channel: str) -> None:
        self._agi.release.set()


@asynccontextmanager
async def real_bench(stack: Stack) -> AsyncIterator[RealBench]:
    """An ARI connection, and an AMI one, the carrier's line, a server of AGI, and phone 1001, registered."""
    connected = asyncio.Event()

    async def on_connected() -> None:
        connected.set()

    settings = stack.settings
    arrivals: asyncio.Queue[TelephonyEvent] = asyncio.Queue()
    address = f"http://{settings.bind_address}:{settings.ari_port}/"
    ami = AmiLink(
        settings.bind_address, settings.ami_port, "centralita", settings.ami_secret, lambda _code, _reachable: None
    )
    telephony = AriTelephony(address, settings.ari_secret, arrivals, on_connected, redirect=ami.redirect)
    async with (
        agi_server() as agi,
        asyncio.TaskGroup() as group,
        stack.phone("1001") as phone,
        stack.carrier() as carrier,
    ):
        links = [group.create_task(link.run()) for link in (telephony, ami)]
        await phone.register()
        await asyncio.wait_for(connected.wait(), 10)
        yield RealBench(telephony, phone, carrier, arrivals, agi)
        for link in links:
            link.cancel()
