"""The scenes that are played without a phone, over real SIP with keys in three ways: does each call come to the same steps?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
import pytest_asyncio

from ari_app.adapters.journey_files import journeys_in
from ivr_flows.journey import Journey
from ivr_flows.scenes import transcript
from sip_agents import CallOver, Dtmf, IncomingCall, OutgoingCall, SipAgent
from tests.e2e.scenes_live import ON_DUTY, SERVES, LiveCentre, LiveScene, Services, live_scenes
from tests.e2e.stack import Stack, running_stack

QUIET_S = 0.6
TAKEN_IN_S = 0.2
"""For a key to be taken in before the caller hangs up; shorter than any prompt."""
WRITTEN_S = 0.5
"""For the journal to be written, a tenth of a second after what happened."""
AT_ONCE = 16
"""Calls at a time."""
SCENES = live_scenes()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services() -> AsyncIterator[Services]:
    async with Services(SCENES).serving() as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live_stack(tmp_path_factory: pytest.TempPathFactory, services: Services) -> AsyncIterator[Stack]:
    centre = LiveCentre(SCENES, services.port)
    async with running_stack(tmp_path_factory.mktemp("scenes"), centre=centre.made) as stack:
        yield stack


class Callers:
    """The scenes' callers, the operator who serves them, and the carrier's other end."""

    def __init__(self, stack: Stack, carrier: SipAgent, dtmf: Dtmf) -> None:
        self._dtmf = dtmf
        self._stack = stack
        self._carrier = carrier
        self._seen: set[str] = set()
        self.served: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def begin_anew(self, services: Services) -> None:
        """Another round: what was told before does not count, and every answer is given again."""
        self._seen = {one.call for one in journeys_in(self._stack.settings.journal / "flows")}
        self.served.clear()
        services.begin_anew()

    def journeys(self, scene: LiveScene) -> list[Journey]:
        """Of this round, in order."""
        folder = self._stack.settings.journal / "flows"
        return [one for one in journeys_in(folder) if one.number == scene.number and one.call not in self._seen]

    async def play(self, scene: LiveScene) -> list[Journey]:
        call = await self._carrier.call(scene.number, from_user=scene.caller)
        await call.answered()
        for what in scene.scene.does:
            await self._do(what, scene, call)
        await self._to_the_end(scene, call)
        with suppress(CallOver):
            await call.hang_up()
        await asyncio.sleep(WRITTEN_S)
        await _until(lambda: bool(self.journeys(scene)), 5.0)
        return self.journeys(scene)

    async def _do(self, what: str, scene: LiveScene, call: OutgoingCall) -> None:
        match what:
            case "listens":
                await _quiet(call)
            case "waits":
                await self._waits(scene, call)
            case "is_served":
                async with asyncio.timeout(30):
                    await self.served[scene.caller].wait()
                await asyncio.sleep(0.3)
            case "hangs_up":
                await asyncio.sleep(TAKEN_IN_S if len(scene.scene.does) > 1 else TAKEN_IN_S / 2)
                await call.hang_up()
            case keys:
                with suppress(CallOver):
                    await call.send_digits(keys)
                if self._dtmf == "info":  # sent at once; Asterisk hears them one after the other
                    await asyncio.sleep(0.15 * len(keys))

    async def _waits(self, scene: LiveScene, call: OutgoingCall) -> None:
        await _quiet(call)
        await _until(lambda: not call.heard.silent(0.1) or self._is_over(scene, call), 5.0)

    async def _to_the_end(self, scene: LiveScene, call: OutgoingCall) -> None:
        """Silence, until the flow is over; but a message is ended by a key."""
        if "mensaje" in scene.steps:
            await _quiet(call)
            await asyncio.sleep(1.0)
            with suppress(CallOver):
                await call.send_digit("#")
        for _ in range(20):
            if self._is_over(scene, call):
                return
            await self._waits(scene, call)

    def _is_over(self, scene: LiveScene, call: OutgoingCall) -> bool:
        if call.end_reason is not None:
            return True
        told = self.journeys(scene)
        if "is_served" in scene.scene.does and len(told) < 2:
            return False
        return bool(told) and told[-1].ending in ("queue", "callback", "hang_up")

    async def serve(self, phone: SipAgent) -> None:
        """Whoever comes is answered, and hung up on."""
        while True:
            incoming = await _next_call(phone)
            await incoming.answer()
            await asyncio.sleep(0.4)
            await incoming.hang_up()
            self.served[incoming.from_user].set()

    async def contacts(self, outside: SipAgent, answering: set[str]) -> None:
        """Customers' own contacts: some answer, some are busy."""
        while True:
            incoming = await _next_call(outside)
            if incoming.to_user in answering:
                await incoming.answer()
                await asyncio.sleep(0.4)
                await incoming.hang_up()
            else:
                incoming.reject(486)


async def _next_call(phone: SipAgent) -> IncomingCall:
    return await phone.incoming(timeout_s=600.0)


async def _until(there: Callable[[], bool], within_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not there():
                await asyncio.sleep(0.05)


async def _quiet(call: OutgoingCall) -> None:
    """Nothing is being said any more."""
    await asyncio.sleep(QUIET_S)
    await _until(lambda: call.end_reason is not None or call.heard.silent(QUIET_S), 25.0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dtmf", ["rfc4733", "inband", "info"])
async def test_every_scene_goes_live_as_without_a_phone(live_stack: Stack, services: Services, dtmf: Dtmf) -> None:
    stack = live_stack
    answering = {scene.contact for scene in SCENES if scene.outcome("con_gestor", "failed") == "over"}
    async with (
        stack.operator(SERVES) as serving,
        stack.operator(ON_DUTY) as on_duty,
        stack.outside() as outside,
        stack.carrier(dtmf=dtmf) as carrier,
    ):
        callers = Callers(stack, carrier, dtmf)
        callers.begin_anew(services)
        async with asyncio.TaskGroup() as people:
            tasks = [
                people.create_task(callers.serve(serving)),
                people.create_task(callers.serve(on_duty)),
                people.create_task(callers.contacts(outside, answering)),
            ]
            differing = await _all_differing(callers, SCENES, AT_ONCE)
            if differing:  # on a busy machine a key may be pressed later than was meant: once more, one by one
                callers.begin_anew(services)
                differing = await _all_differing(callers, [scene for scene, _ in differing], 1)
            for task in tasks:
                task.cancel()
    assert not differing, "\n".join(told for _, told in differing)
    await _cancel_callbacks(stack)
    await stack.nothing_is_left()


async def _all_differing(callers: Callers, scenes: list[LiveScene], at_once: int) -> list[tuple[LiveScene, str]]:
    """Those scenes that went otherwise, and how."""
    gate = asyncio.Semaphore(at_once)

    async def played(scene: LiveScene) -> list[Journey]:
        async with gate:
            return await callers.play(scene)

    went = await asyncio.gather(*(played(scene) for scene in scenes))
    differing: list[tuple[LiveScene, str]] = []
    for scene, journeys in zip(scenes, went, strict=True):
        found = (_steps(scene, journeys), _ending(journeys))
        if found != (scene.steps, scene.ending):
            differing.append((scene, f"{scene.scene.name}: {found} in place of {scene.steps}, {scene.ending}"))
    return differing


def _steps(scene: LiveScene, journeys: list[Journey]) -> tuple[str, ...]:
    prefix = f"s{scene.place}_"
    entered = [
        (entry.flow.removeprefix(prefix), entry.step)
        for one in journeys
        for entry in one.trace
        if entry.what == "entered"
    ]
    return transcript(scene.flow, entered)


def _ending(journeys: list[Journey]) -> str:
    last = journeys[-1]
    return last.ending if last.ending == "caller_hung_up" else last.to


async def _cancel_callbacks(stack: Stack) -> None:
    for callback in (await stack.ask("3001", "GET", "callbacks"))["items"]:
        await stack.ask("3001", "DELETE", f"callbacks/{callback['id']}")


async def test_only_one_scene_cannot_be_played_live() -> None:
    assert len(SCENES) == 13 + 29 + 2 - 1
