"""How is one conversation recorded, from its first word to the last? On the caller's channel; the file is kept beside the call."""

from __future__ import annotations

import asyncio
import contextlib

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.telephony import ChannelGone
from recordings.plan import RecordingPlan


def plan_next(call: Call, queue: str, exchange: Exchange) -> RecordingPlan | None:
    """The plan of the call's next conversation, which ``queue`` gave; None when it is not recorded."""
    call.conversations += 1
    return exchange.recorder.plan(call.id, exchange.recording_policy(queue), call.conversations)


class Recorded:
    """One conversation's recording; with no ``plan`` there is none. The call never waits for the channel to be free for it."""

    def __init__(self, call: Call, plan: RecordingPlan | None, exchange: Exchange) -> None:
        self._call = call
        self._plan = plan
        self._exchange = exchange
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Begin, now or as soon as the last recording of the channel lets it."""
        plan = self._plan
        if plan is None:
            return
        free_in_s = self._exchange.recorder.free_in_s(self._call.channel)
        if free_in_s:
            self._exchange.in_background(self._start_later(plan, free_in_s))
        else:
            await self._start(plan)

    async def _start_later(self, plan: RecordingPlan, free_in_s: float) -> None:
        await self._exchange.clock.sleep(free_in_s)
        with contextlib.suppress(ChannelGone):
            await self._start(plan)

    async def _start(self, plan: RecordingPlan) -> None:
        """Note it on the channel too, where a later life of the controller finds it."""
        call, exchange = self._call, self._exchange
        async with self._one_at_a_time:
            if self._plan is not plan or not await exchange.recorder.start(plan, call.channel):
                return
            await exchange.telephony.set_variable(call.channel, "CENTRALITA_RECORDING", str(plan.kept))
            call.recording = str(plan.kept)
            exchange.switchboard.publish_call(call.id)

    async def go_on_as(self, plan: RecordingPlan | None) -> None:
        """Another operator has the caller from now on: that is a conversation of its own."""
        self._plan = plan
        await self.start()

    async def stop(self) -> None:
        """Now, before the next conversation may start another on the same channel."""
        plan, self._plan = self._plan, None
        if plan is not None:
            async with self._one_at_a_time:
                await self._exchange.recorder.stop(self._call.channel)
            self._exchange.in_background(self._keep(plan))

    async def _keep(self, plan: RecordingPlan) -> None:
        await self._exchange.recorder.keep(plan)

    def finish(self) -> None:
        """The call is over: stop and keep it beside, so that nobody waits for a file."""
        plan, self._plan = self._plan, None
        if plan is not None:
            self._exchange.in_background(self._finish(plan))

    async def _finish(self, plan: RecordingPlan) -> None:
        async with self._one_at_a_time:
            await self._exchange.recorder.finish(plan, self._call.channel)
