"""How is one conversation recorded, from its first word to the last? On the caller's channel, as a part of the call's recording.

Nothing is recorded of a caller who has not been told, nor while it is paused: a part that would begin then waits.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from ari_app.asked import RecordAction, RecordAsked
from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.feature_keys import RecordKey
from ari_app.telephony import PlaybackEnded, TelephonyError
from recordings.modes import mode_of
from recordings.notes import RecordingMode
from recordings.plan import RecordingPlan

log = structlog.get_logger(__name__)
NOTICE_WITHIN_S = 60.0
LEAST_S = 0.001
"""Shorter waits may be none: a time of day has not that many digits."""


def mode_with(call: Call, queue: str, operator: str, exchange: Exchange) -> RecordingMode:
    """Whether the conversation with ``operator``, for ``queue``, is recorded."""
    person = exchange.in_force().operator(operator)
    said = (
        exchange.queue(queue).entry.record,
        person.record if person is not None else None,
        exchange.recorded_by_number(call),
        call.flow_record,
    )
    return mode_of(said, refused=call.refuses_recording)


class Recorded:
    """One conversation's recording, in its ``mode``. The call never waits for the channel to be free for it.

    ``bridge`` is where the notice is heard, if the caller has to be told first; None: it has been.
    """

    def __init__(self, call: Call, mode: RecordingMode, bridge: str | None, exchange: Exchange) -> None:
        self._call = call
        self._mode = mode
        self._bridge = bridge
        self._exchange = exchange
        self._wanted = False
        self._asked_for = False
        self._plan: RecordingPlan | None = None
        self._one_at_a_time = asyncio.Lock()

    def adopt(self, plan: RecordingPlan) -> None:
        """A part that an earlier life of the controller began goes on."""
        self._plan, self._wanted = plan, True
        self._asked_for = self._mode == "on_demand"
        self._exchange.tape(self._call).adopted()

    async def start_again(self) -> None:
        """As ``start``, where an earlier life of the controller had begun, or meant to: on demand this counts as asked for."""
        self._asked_for = True
        await self.start()

    async def start(self) -> None:
        """Begin what is recorded by rule or has been asked for, as soon as the caller has been told and the channel lets it."""
        if self._mode in ("all", "forced") or (self._mode == "on_demand" and self._asked_for):
            self._want()

    def _want(self) -> None:
        self._wanted = True
        if self._exchange.tape(self._call).muted:
            self._show()
        self._exchange.in_background(self._begin())

    def may(self, action: RecordAction) -> str | None:
        """Why what an operator or supervisor asks for cannot be done now; None: it can."""
        if self._mode == "never":
            return "this conversation is not recorded"
        tape = self._call.tape
        match action:
            case "start" if self._wanted:
                return "it is recorded already"
            case "stop" if self._mode != "on_demand":
                return "this recording may not be stopped; pause it"
            case "stop" | "pause" if not self._wanted:
                return "nothing is recorded now"
            case "pause" if tape is not None and tape.muted:
                return "it is paused already"
            case "resume" if tape is None or not tape.muted:
                return "it is not paused"
        return None

    async def ask(self, asked: RecordAsked) -> None:
        """Do it, if it can still be done."""
        if (why := self.may(asked.action)) is not None:
            log.info("recording_asked_too_late", action=asked.action, why=why)
            return
        match asked.action:
            case "start":
                self._asked_for = True
                self._want()
            case "stop":
                self._asked_for = False
                await self.stop()
            case "pause":
                await self._pause(asked.by)
            case "resume":
                await self._resume()

    def meant_by(self, key: RecordKey, operator: str) -> RecordAsked:
        """What the operator's key asks for: each turns something on or off."""
        tape = self._call.tape
        if key == "pause":
            return RecordAsked("resume" if tape is not None and tape.muted else "pause", operator)
        return RecordAsked("stop" if self._wanted else "start", operator)

    async def mute(self, *, muted: bool, by: str) -> None:
        """As asked, for a card's digits: whatever cannot be muted is stopped."""
        if muted:
            await self._pause(by)
        else:
            await self._resume()

    async def _pause(self, by: str) -> None:
        """Silence from now on. What cannot be muted is stopped: no digit of a card is worth a recording."""
        call = self._call
        self._exchange.tape(call).mute(by)
        async with self._one_at_a_time:
            if self._plan is not None and not await self._exchange.recorder.mute(call.channel, muted=True):
                log.error("recording_stopped_since_it_could_not_pause", call=call.id)
                await self._stop_part()
        self._show()

    async def _resume(self) -> None:
        """Sound again; of a part that was stopped, or never begun, a new one."""
        call, tape = self._call, self._exchange.tape(self._call)
        async with self._one_at_a_time:
            if self._plan is not None and not await self._exchange.recorder.mute(call.channel, muted=False):
                await self._stop_part()
            tape.unmute()
        self._show()
        if self._wanted and self._plan is None:
            self._want()

    async def _begin(self) -> None:
        """Tell the caller if need be, wait for the channel, and begin a part; nothing of it if it is over meanwhile."""
        exchange, call = self._exchange, self._call
        with contextlib.suppress(TelephonyError):  # the call's own life will hear of it
            if self._bridge is not None and not exchange.is_told(call) and not await self._tell(self._bridge):
                return
            while (free_in_s := exchange.recorder.free_in_s(call.channel)) > 0:
                await exchange.clock.sleep(max(free_in_s, LEAST_S))
            async with self._one_at_a_time:
                if self._wanted and self._plan is None and not exchange.tape(call).muted:
                    await self._begin_part()

    async def _tell(self, bridge: str) -> bool:
        """Let both hear the notice, to its end. False if that could not be: then nothing is recorded."""
        exchange, call = self._exchange, self._call
        playback, inbox = call.next_playback(), asyncio.Queue[object]()
        exchange.telephony.watch(playback, inbox)
        try:
            await exchange.telephony.play_to_all(bridge, playback, exchange.notice(call.language), call.language)
            async with asyncio.timeout(NOTICE_WITHIN_S):
                while not isinstance(ended := await inbox.get(), PlaybackEnded):
                    pass
        except (TelephonyError, TimeoutError) as failed:
            log.error("recording_notice_not_heard", call=call.id, why=str(failed))
            return False
        finally:
            exchange.telephony.unwatch(playback)
        if ended.failed or not self._wanted:
            return False
        call.told = True
        return True

    async def _begin_part(self) -> None:
        """Note it on the channel too, where a later life of the controller finds it."""
        call, exchange = self._call, self._exchange
        call.conversations += 1
        plan = exchange.recorder.plan(call.id, call.conversations)
        tape = exchange.tape(call)
        if not await tape.part_begins(plan, self._mode):
            return
        self._plan = plan
        if not await exchange.recorder.start(plan, call.channel):
            await self._stop_part()  # without an answer it may have begun all the same
            return
        call.recording = plan.key
        self._show()
        await exchange.telephony.set_variable(call.channel, "CENTRALITA_RECORDING", plan.raw.name)

    async def go_on_as(self, mode: RecordingMode) -> None:
        """Another operator has the caller from now on: that is a part of its own."""
        self._mode = mode
        await self.start()

    async def go_on_anew(self) -> None:
        """Several were mixed, and two are left: what translates for the recording may be deaf to one of them, so that is a new part
        (ARCHITECTURE.md, decision 62)."""
        async with self._one_at_a_time:
            if self._plan is None:
                return
            await self._stop_part()
        self._exchange.in_background(self._begin())

    async def stop(self) -> None:
        """Now, before the next conversation may start another on the same channel."""
        self._wanted = False
        async with self._one_at_a_time:
            await self._stop_part()
        self._show()

    async def _stop_part(self) -> None:
        plan, self._plan = self._plan, None
        if plan is not None:
            try:
                await self._exchange.recorder.stop(self._call.channel)
            finally:  # a caller who hangs up meanwhile ends the part as well
                self._exchange.in_background(self._settle(plan))

    def finish(self) -> None:
        """The call is over: stop beside, so that nobody waits for a file."""
        self._wanted = False
        self._exchange.tape(self._call).hold()
        self._exchange.in_background(self._finish())

    async def _finish(self) -> None:
        try:
            async with self._one_at_a_time:
                await self._stop_part()
        finally:
            self._exchange.tape(self._call).release()

    async def _settle(self, plan: RecordingPlan) -> None:
        await self._exchange.tape(self._call).part_over(plan)

    def _show(self) -> None:
        tape = self._call.tape
        paused = self._wanted and tape is not None and tape.muted
        self._call.recording_state = "paused" if paused else "on" if self._plan is not None else None
        self._exchange.switchboard.publish_call(self._call.id)
