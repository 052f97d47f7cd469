"""What does the running centre do with what arrives? New channels, commands of people, and what a crash left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import PurePosixPath
from typing import Any

import structlog

from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.calls.conversation import adopted_conversation
from ari_app.calls.exchange import Exchange
from ari_app.calls.feature_code import feature_code
from ari_app.calls.inbound_call import inbound_call
from ari_app.calls.waiting import OperatorLeg
from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.commands import UnknownCall, UnknownOperator, WantedState
from ari_app.contract import OperatorStatus
from ari_app.lives import Lives
from ari_app.recorder import Recorder
from ari_app.sweep import FoundConversation, plan_sweep
from ari_app.switchboard import Switchboard
from ari_app.telephony import CallArrived, ChannelInfo, Telephony, TelephonyEvent
from queues.errors import UnknownOperator as AcdUnknownOperator
from queues.events import (
    AcdEvent,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
)
from recordings.plan import RecordingPlan, plan_recording

log = structlog.get_logger(__name__)
TICK_S = 1.0
ENDED_CALLS_KEPT = 2000
"""Ended calls that the API still shows; Redis keeps each for an hour."""


class Engine:
    """The centre at work on one Asterisk. ``new_call_id(now)`` makes ids that are never used twice."""

    def __init__(
        self,
        centre: Centre,
        board: StatusBoard,
        switchboard: Switchboard,
        recorder: Recorder,
        clock: Clock,
        new_call_id: Callable[[float], str],
    ) -> None:
        self._centre = centre
        self._board = board
        self._switchboard = switchboard
        self._recorder = recorder
        self._clock = clock
        self._new_call_id = new_call_id
        self._exchange: Exchange | None = None
        self._lives: Lives | None = None
        self._group: asyncio.TaskGroup | None = None
        self._letting_go = False
        # Until the first sweep has told who talks, new callers would be offered to operators who are not free.
        self._held: list[CallArrived] | None = []

    def start(self, group: asyncio.TaskGroup, telephony: Telephony) -> None:
        """Be ready for events; lives run in ``group``."""
        self._group = group
        self._lives = Lives(group, telephony, self._switchboard)
        self._exchange = Exchange(
            centre=self._centre,
            telephony=telephony,
            switchboard=self._switchboard,
            recorder=self._recorder,
            commands=self,
            clock=self._clock,
            in_background=self._in_background,
        )

    async def cancel_lives(self, within_s: float) -> None:
        """After let_go: end the coroutines; the calls themselves stay in Asterisk."""
        await self._running_lives.cancel(within_s)

    def let_go(self) -> None:
        """From now on nothing that a life does while it is cancelled reaches callers, operators or the figures."""
        self._letting_go = True
        self._switchboard.close()

    # -- what arrives --------------------------------------------------------------------------------------------------

    def put_nowait(self, event: TelephonyEvent, /) -> None:
        """The arrivals' inbox: a channel entered the application."""
        assert isinstance(event, CallArrived)
        if self._held is not None:
            self._held.append(event)
            return
        match event.args:
            case ("inbound", number):
                self._begin_inbound(event.channel, number, event.caller)
            case ("feature", code, operator):
                self._begin_feature_code(event.channel, code, operator)
            case _:
                log.error("unknown_arrival", channel=event.channel, args=event.args)

    def _begin_inbound(self, channel: str, number: str, caller: str) -> None:
        if self._running_lives.has(channel):
            return
        call = self._new_call(channel, number, caller)
        log.info("call_arrived", call=call.id, number=number)
        self._running_lives.begin(call, inbound_call(call, self._running))

    def _begin_feature_code(self, channel: str, code: str, operator: str) -> None:
        if not self._running_lives.has(channel):
            call = self._new_call(channel, f"*{code}", operator)
            self._running_lives.begin(call, feature_code(call, code, operator, self._running), shown=False)

    def _new_call(self, channel: str, number: str, caller: str, call_id: str | None = None) -> Call:
        now = self._clock.now()
        return Call(
            id=call_id or self._new_call_id(now),
            channel=channel,
            number=number,
            caller=caller,
            language=self._centre.default_language,
            started=now,
            stage_since=now,
        )

    def phone_changed(self, code: str, reachable: bool) -> None:
        """A phone came or went."""
        try:
            self._switchboard.apply(PhoneBecameReachable(code) if reachable else PhoneBecameUnreachable(code))
        except AcdUnknownOperator:
            log.debug("phone_of_nobody_in_the_queues", code=code)

    # -- what people ask -----------------------------------------------------------------------------------------------

    def set_operator_state(self, code: str, wanted: WantedState, reason: str | None) -> OperatorStatus:
        """See CentreCommands."""
        events: dict[WantedState, AcdEvent] = {
            "ready": OperatorBecameReady(code),
            "paused": OperatorPaused(code, reason),
            "logged_out": OperatorLoggedOut(code),
        }
        try:
            self._switchboard.apply(events[wanted])
        except AcdUnknownOperator as unknown:
            raise UnknownOperator(f"no operator has the code {code}") from unknown
        return self._board.operators[code]

    def hang_up_call(self, call: str) -> None:
        """See CentreCommands."""
        living = self._switchboard.calls.get(call)
        if living is None:
            raise UnknownCall(f"no call {call} is up")
        living.end_reason = "hung_up_by_command"
        self._in_background(self._running.hang_up(living.channel))

    def queue_for_dialplan(self, queue: str) -> tuple[int, int, tuple[float, float] | None]:
        """Waiting, ready and expected wait of ``queue``, for the dialplan. Raises LookupError."""
        return self._switchboard.acd.waiting_ready_wait(queue, self._clock.now())

    async def tick(self) -> None:
        """Once a second: what changes by itself. Waits grow, a new day counts from zero, ended calls are forgotten."""
        day = self._switchboard.day()
        while True:
            await self._clock.sleep(TICK_S)
            if self._switchboard.day() != day:
                day = self._switchboard.day()
                self._switchboard.start_new_day()
            self._switchboard.publish_waiting()
            self._board.forget_ended_calls(ENDED_CALLS_KEPT)

    # -- what an earlier life left -------------------------------------------------------------------------------------

    def restore_operators(self, states: Mapping[str, tuple[str, str | None]]) -> None:
        """Give operators the states of an earlier life, by code: (state, reason). Those on a call become ready."""
        for code, (state, reason) in states.items():
            if state == "logged_out":
                continue
            event = OperatorPaused(code, reason) if state == "paused" else OperatorBecameReady(code)
            try:
                self._switchboard.apply(event)
            except AcdUnknownOperator:
                log.info("operator_left_the_centre", operator=code)

    async def sweep(self) -> None:
        """After connecting: adopt conversations that talk, begin again with waiting callers, remove what is nobody's."""
        channels = await self._running.telephony.channels()
        bridges = await self._running.telephony.bridges()
        plan = plan_sweep(channels, bridges, self._known(channels, [bridge.id for bridge in bridges]))
        for leg in plan.hang_up:
            await self._running.hang_up(leg)
        for bridge in plan.destroy:
            await self._running.destroy_bridge(bridge)
        for conversation in plan.adopt:
            self._adopt(conversation)
        for caller in plan.begin_again:
            self._begin_inbound(caller.id, caller.variables["CENTRALITA_NUMBER"], caller.caller)
        held, self._held = self._held, None
        for arrival in held or ():
            self.put_nowait(arrival)
        self._in_background(self._recorder.keep_leftovers(except_for=set(self._switchboard.calls)))
        log.info(
            "swept",
            adopted=len(plan.adopt),
            begun_again=len(plan.begin_again),
            hung_up=len(plan.hang_up),
            bridges_removed=len(plan.destroy),
        )

    def _known(self, channels: list[ChannelInfo], bridges: list[str]) -> set[str]:
        """Channels and bridges of living calls: the callers', and whatever is named after a living call."""
        alive = tuple(f"{call}-" for call in self._switchboard.calls)
        ids = [channel.id for channel in channels] + bridges
        return {id_ for id_ in ids if self._running_lives.has(id_) or (alive and id_.startswith(alive))}

    def _adopt(self, found: FoundConversation) -> None:
        leg = OperatorLeg(
            channel=found.operator_leg.id,
            operator=found.operator_leg.variables["CENTRALITA_OPERATOR"],
            queue=found.operator_leg.variables["CENTRALITA_QUEUE"],
            bridge=found.bridge,
        )
        number = found.caller.variables["CENTRALITA_NUMBER"]
        call = self._new_call(found.caller.id, number, found.caller.caller, call_id=found.call)
        recording = self._recording_of(found)
        call.recording = str(recording.kept) if recording else None
        self._running.telephony.watch(leg.channel, call)
        self._running_lives.begin(call, adopted_conversation(call, leg, recording, self._running))
        self._switchboard.adopt(call.id, leg.queue, leg.operator)
        log.info("conversation_adopted", call=call.id, operator=leg.operator)

    def _recording_of(self, found: FoundConversation) -> RecordingPlan | None:
        kept = found.caller.variables.get("CENTRALITA_RECORDING")
        plan = plan_recording(found.call, "all", self._clock.now())
        return RecordingPlan(plan.raw, PurePosixPath(kept)) if kept and plan else None

    # -- parts ---------------------------------------------------------------------------------------------------------

    @property
    def _running(self) -> Exchange:
        assert self._exchange is not None, "start() comes first"
        return self._exchange

    @property
    def _running_lives(self) -> Lives:
        assert self._lives is not None, "start() comes first"
        return self._lives

    def _in_background(self, work: Coroutine[Any, Any, None], /) -> None:
        if self._letting_go or self._group is None:
            work.close()
            return
        self._group.create_task(_logged(work))


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("background_work_failed")
