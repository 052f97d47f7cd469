"""How is a caller recorded in a flow? From the step that says so to the flow's end, silent while a card's digits are typed."""

from __future__ import annotations

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.recorded import Recorded
from recordings.modes import mode_of


class FlowRecording:
    """The recording of one caller in one flow, if there is any: a part of the call's recording like a conversation."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._recorded: Recorded | None = None

    async def turn(self, *, on: bool) -> None:
        """Begin, or stop; harmless where it is so already. The caller has been told."""
        if not on:
            await self.stop()
        elif self._recorded is None:
            call, exchange = self._call, self._exchange
            mode = mode_of(("all", exchange.recorded_by_number(call)), refused=call.refuses_recording)
            exchange.tape(call).stage("flow")
            self._recorded = Recorded(call, mode, None, exchange)
            await self._recorded.start()

    async def mute(self, *, muted: bool) -> None:
        """Let nothing be recorded, or go on."""
        if self._recorded is not None:
            await self._recorded.mute(muted=muted, by="flow")

    async def stop(self) -> None:
        """Now, before another recording of the channel may start."""
        recorded, self._recorded = self._recorded, None
        if recorded is not None:
            await recorded.stop()

    def finish(self) -> None:
        """The caller has gone: stop beside."""
        recorded, self._recorded = self._recorded, None
        if recorded is not None:
            recorded.finish()
