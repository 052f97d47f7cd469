"""How is each of the two systems asked and watched? The same verbs for Asterisk's Queue() and for the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from ari_app.demo.api_client import ApiRefused
from sip_agents import SipAgent
from tests.conformance.ami import Ami, Message
from tests.conformance.scenario import SystemName
from tests.conformance.written import AMI_SECRET, AMI_USER, Written, in_asterisk
from tests.e2e.stack import LATE_S, WEB_SECRET, Stack, running_stack

SUPERVISOR, COORDINATOR = "2001", "3001"


class System(Protocol):
    """One of the two, as seen from outside."""

    name: SystemName

    def named(self, queue: str) -> str:
        """The queue's name there."""

    def at_work(self, code: str, tone_hz: float) -> AbstractAsyncContextManager[SipAgent]:
        """An operator's phone, registered and counted as free; gone afterwards."""

    async def ready(self, codes: Sequence[str]) -> None:
        """The operators whose phones are registered are at work; wait until calls can be offered to them."""

    async def gone(self, codes: Sequence[str]) -> None:
        """They are at work no more."""

    async def pause(self, code: str, reason: str) -> None: ...

    async def paused(self, code: str) -> str | None:
        """The reason of the operator's pause; None: not paused."""

    async def back_from_pause(self, code: str) -> None:
        """End the operator's pause, and any other reason to be left out."""

    async def line(self, queue: str) -> list[str]:
        """The callers' numbers, in the order in which they wait."""

    async def set_penalty(self, code: str, penalty: int, queue: str | None) -> None:
        """In one queue, or in all that the operator serves."""

    async def members(self, queue: str) -> set[str]:
        """The codes of those who are offered this queue's calls when they are at work."""

    async def reload(self) -> None:
        """Read the memberships again from the files."""

    async def free_again(self, code: str) -> None:
        """Wait until calls can be offered to the operator."""

    async def takes_to(self, caller: str, code: str) -> None:
        """Take the caller away from the conversation, to the phone with this code, from outside of it."""


async def until(true: Callable[[], Awaitable[bool]], awaited: str, within_s: float = 10.0) -> None:
    """Look again until it is so. Raises AssertionError."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not await true():
        assert asyncio.get_running_loop().time() < deadline, f"{awaited}: not within {within_s:g} s"
        await asyncio.sleep(0.03)


@asynccontextmanager
async def both_systems(
    folder: Path, written: Written, refuse_above_lag_s: float = LATE_S
) -> AsyncIterator[tuple[Stack, dict[SystemName, System]]]:
    """Start one centre below ``folder`` in which both serve the same phones; nothing runs afterwards."""
    written.make_centre()
    async with running_stack(folder, centre=lambda _: written.centre, refuse_above_lag_s=refuse_above_lag_s) as stack:
        written.append_to(stack.instance.folders.etc)
        for command in ("manager reload", "module reload pbx_config.so", "module reload app_queue.so"):
            await stack.instance.asterisk_rx(command)
        settings = stack.settings
        async with Ami(settings.bind_address, settings.ami_port, AMI_USER, AMI_SECRET) as ami:
            yield stack, {"Queue()": AppQueue(stack, written, ami), "engine": Engine(stack, written)}


class AppQueue:
    """Asterisk's ``Queue()``, configured in queues.conf and asked over AMI."""

    name: SystemName = "Queue()"

    def __init__(self, stack: Stack, written: Written, ami: Ami) -> None:
        self._stack, self._written, self._ami = stack, written, ami

    def named(self, queue: str) -> str:
        return in_asterisk(queue)

    @asynccontextmanager
    async def at_work(self, code: str, tone_hz: float) -> AsyncIterator[SipAgent]:
        async with self._stack.phone(code, tone_hz) as phone:
            await phone.register()
            await self.free_again(code)
            yield phone

    async def free_again(self, code: str) -> None:
        async def free() -> bool:
            return all(member["Status"] == "1" for member in await self._memberships(code))

        await until(free, f"{code} is not in use")

    async def ready(self, codes: Sequence[str]) -> None:
        for code in codes:
            await self.free_again(code)

    async def gone(self, codes: Sequence[str]) -> None:
        """A member without a phone is offered nothing."""

    async def pause(self, code: str, reason: str) -> None:
        await self._ami.ask("QueuePause", Interface=f"PJSIP/{code}", Paused="true", Reason=reason)

    async def paused(self, code: str) -> str | None:
        paused = [member for member in await self._memberships(code) if member["Paused"] == "1"]
        return paused[0]["PausedReason"] if paused else None

    async def back_from_pause(self, code: str) -> None:
        await self._ami.ask("QueuePause", Interface=f"PJSIP/{code}", Paused="false")
        await self.free_again(code)

    async def line(self, queue: str) -> list[str]:
        told = await self._ami.ask("QueueStatus", Queue=in_asterisk(queue))
        waiting = [entry for entry in told if entry.get("Event") == "QueueEntry"]
        return [entry["CallerIDNum"] for entry in sorted(waiting, key=lambda entry: int(entry["Position"]))]

    async def set_penalty(self, code: str, penalty: int, queue: str | None) -> None:
        where = {} if queue is None else {"Queue": in_asterisk(queue)}
        await self._ami.ask("QueuePenalty", Interface=f"PJSIP/{code}", Penalty=str(penalty), **where)

    async def members(self, queue: str) -> set[str]:
        told = await self._ami.ask("QueueStatus", Queue=in_asterisk(queue))
        return {member["Name"] for member in told if member.get("Event") == "QueueMember"}

    async def reload(self) -> None:
        self._written.append_to(self._stack.instance.folders.etc)
        for module in ("pbx_config.so", "app_queue.so"):
            await self._ami.ask("Reload", Module=module)

    async def takes_to(self, caller: str, code: str) -> None:
        told = await self._ami.ask("CoreShowChannels")
        (channel,) = [one["Channel"] for one in told if one.get("Channel", "").startswith("PJSIP/carrier-")]
        await self._ami.ask("Redirect", Channel=channel, Context="straight-to-a-phone", Exten=code, Priority="1")

    async def _memberships(self, code: str) -> list[Message]:
        told = await self._ami.ask("QueueStatus", Member=f"PJSIP/{code}")
        return [
            member
            for member in told
            if member.get("Event") == "QueueMember" and member["Queue"].startswith(in_asterisk(""))
        ]


class Engine:
    """This engine, asked over its HTTP API."""

    name: SystemName = "engine"

    def __init__(self, stack: Stack, written: Written) -> None:
        self._stack, self._written = stack, written

    def named(self, queue: str) -> str:
        return queue

    @asynccontextmanager
    async def at_work(self, code: str, tone_hz: float) -> AsyncIterator[SipAgent]:
        async with self._stack.operator(code, tone_hz) as phone:
            yield phone

    async def free_again(self, code: str) -> None:
        async with self._stack.watch() as watch:
            await watch.operator(code, state="ready", phone="reachable")

    async def ready(self, codes: Sequence[str]) -> None:
        async with self._stack.api() as api, self._stack.watch() as watch:
            await api.log_in(SUPERVISOR, WEB_SECRET)
            for code in codes:
                await watch.operator(code, phone="reachable")
                await api.set_state(code, "ready")
            for code in codes:
                await watch.operator(code, state="ready")

    async def gone(self, codes: Sequence[str]) -> None:
        async with self._stack.api() as api:
            await api.log_in(SUPERVISOR, WEB_SECRET)
            for code in codes:
                await api.set_state(code, "logged_out")

    async def pause(self, code: str, reason: str) -> None:
        await self._ask("POST", f"operators/{code}/state", {"state": "paused", "reason": reason})

    async def paused(self, code: str) -> str | None:
        shown = await self._ask("GET", f"operators/{code}")
        return shown["reason"] if shown["state"] == "paused" else None

    async def back_from_pause(self, code: str) -> None:
        await self._stack.set_state(code, "ready")
        await self.free_again(code)

    async def line(self, queue: str) -> list[str]:
        shown = (await self._ask("GET", "calls"))["items"]
        waiting = [call for call in shown if call["queue"] == queue and call["position"] is not None]
        return [call["caller"] for call in sorted(waiting, key=lambda call: call["position"])]

    async def set_penalty(self, code: str, penalty: int, queue: str | None) -> None:
        serves = (await self._ask("GET", f"operators/{code}"))["serves"]
        penalties = {name: penalty if queue in (None, name) else 0 for name in serves}
        await self._ask("PUT", f"operators/{code}/queues", {"queues": penalties})

    async def members(self, queue: str) -> set[str]:
        shown = (await self._ask("GET", "operators"))["items"]
        return {one["code"] for one in shown if queue in one["serves"]}

    async def reload(self) -> None:
        self._written.write_operators()
        await self._ask("POST", "reload", None, COORDINATOR)

    async def takes_to(self, caller: str, code: str) -> None:
        (call,) = [one for one in (await self._ask("GET", "calls"))["items"] if one["caller"] == caller]
        await self._ask("POST", f"calls/{call['id']}/transfer", {"to": {"operator": code}})

    async def move_to_place(self, caller: str, place: int) -> bool:
        """Ask for another place in the line, as only ``Queue()`` knows it; False: refused."""
        (call,) = [one for one in (await self._ask("GET", "calls"))["items"] if one["caller"] == caller]
        try:
            await self._ask("POST", f"calls/{call['id']}/move", {"position": place})
        except ApiRefused:
            return False
        return True

    async def _ask(self, method: str, path: str, body: object = None, code: str = SUPERVISOR) -> Any:
        async with self._stack.api() as api:
            await api.log_in(code, WEB_SECRET)
            return await api.ask(method, f"/api/v1/{path}", body)
