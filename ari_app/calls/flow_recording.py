"""How is a caller recorded in a flow? From the step that says so to the flow's end, silent while a card's digits are typed."""

from __future__ import annotations

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.recorded import Recorded

log = structlog.get_logger(__name__)


class FlowRecording:
    """The recording of one caller in one flow, if there is any: a part of the call's recordings like a conversation."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._recorded: Recorded | None = None

    async def turn(self, *, on: bool) -> None:
        """Begin, or stop; harmless where it is so already."""
        if not on:
            await self.stop()
        elif self._recorded is None:
            call, exchange = self._call, self._exchange
            await exchange.clock.sleep(exchange.recorder.free_in_s(call.channel))
            call.conversations += 1
            plan = exchange.recorder.plan(call.id, "all", call.conversations)
            self._recorded = Recorded(call, plan, exchange)
            await self._recorded.start()

    async def mute(self, *, muted: bool) -> None:
        """Let nothing be recorded, or go on. What cannot be muted is stopped: no digit of a card is worth a recording."""
        if self._recorded is None:
            return
        if not await self._exchange.recorder.mute(self._call.channel, muted=muted):
            log.error("recording_stopped_for_a_payment", call=self._call.id)
            await self.stop()

    async def stop(self) -> None:
        """Now, before another recording of the channel may start."""
        recorded, self._recorded = self._recorded, None
        if recorded is not None:
            await recorded.stop()

    def finish(self) -> None:
        """The caller has gone: keep it beside."""
        recorded, self._recorded = self._recorded, None
        if recorded is not None:
            recorded.finish()
