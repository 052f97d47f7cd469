"""What does the running centre do with what arrives? New channels, commands of people, and what a crash left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any, Final

import structlog

from ari_app.admission import Admission
from ari_app.adoption import Adoption, Lists, Notes
from ari_app.asked import ToOperator, ToQueue
from ari_app.audit import NoteAct
from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.call_desk import CallDesk
from ari_app.callback_book import CallbackBook, CallbackIntent
from ari_app.callback_desk import CallbackDesk
from ari_app.caller_book import CallerBook
from ari_app.caller_gate import CallerGate
from ari_app.caller_limits import CallerLimits
from ari_app.calls.ear import Ear, dialled_supervision, supervise_by_ringing
from ari_app.calls.exchange import Exchange
from ari_app.calls.feature_code import feature_code
from ari_app.calls.inbound_call import call_of_a_phone, inbound_call, restored_callback
from ari_app.calls.internal_call import internal_call
from ari_app.calls.targets import dialled_target
from ari_app.centre import Centre, Person
from ari_app.clock import Clock
from ari_app.commands import UnknownCall, WantedState
from ari_app.contract import OperatorStatus
from ari_app.desk import OperatorDesk
from ari_app.ear_book import EarBook
from ari_app.known_callers import KnownCallers
from ari_app.lives import Lives
from ari_app.lookups import Lookups
from ari_app.opening import Opening
from ari_app.operator_commands import Asker
from ari_app.overload_control import OverloadControl
from ari_app.own_calls import OwnCalls
from ari_app.phone_desk import PhoneDesk
from ari_app.phone_watch import PhoneVerdict, PhoneWatch
from ari_app.recorder import Recorder
from ari_app.reload_plan import ReloadPlan, plan_reload
from ari_app.rosters import Rosters
from ari_app.services import AgiService
from ari_app.supervision import OnOperator, SuperviseAsked, SupervisionStatus
from ari_app.supervision_desk import SupervisionDesk
from ari_app.supervision_keys import MODES
from ari_app.supervisions import Supervisions
from ari_app.switchboard import Switchboard
from ari_app.telephony import CallArrived, Telephony, TelephonyEvent
from ari_app.voicemail_book import Message, VoicemailBook
from ari_app.voicemail_desk import VoicemailDesk
from ivr_flows.journey import Journey
from queues.errors import UnknownOperator as AcdUnknownOperator
from queues.events import (
    CallbacksAllowed,
    CallbacksHeldBack,
    OperatorHired,
)
from recordings.custody import AuditEntry

log = structlog.get_logger(__name__)
BESIDE_ENDS_WITHIN_S: Final = 1.0
TICK_S = 1.0
LOOK_AT_PHONES_S = 0.5
FREED_WITHIN_S = 2.0
ENDED_CALLS_KEPT = 2000
"""Ended calls that the API still shows; Redis keeps each for an hour."""


class Engine:
    """The centre at work on one Asterisk. ``new_call_id(now)`` makes ids that are never used twice. ``store_is_away``: whether what
    is noted now would be lost with this process."""

    def __init__(
        self,
        centre: Centre,
        board: StatusBoard,
        switchboard: Switchboard,
        recorder: Recorder,
        clock: Clock,
        new_call_id: Callable[[float], str],
        known_callers: KnownCallers,
        callbacks: CallbackBook,
        callers: CallerBook,
        ears: EarBook,
        voicemails: VoicemailBook,
        lookups: Lookups,
        note_journey: Callable[[Journey], None],
        agi_url: Callable[[AgiService], str],
        note_act: NoteAct,
        admission: Admission | None = None,
        caller_limits: CallerLimits | None = None,
        store_is_away: Callable[[], bool] = lambda: False,
        phones: PhoneWatch | None = None,
    ) -> None:
        self._centre = centre
        self._board = board
        self._switchboard = switchboard
        self._recorder = recorder
        self._clock = clock
        self._new_call_id = new_call_id
        self._known_callers = known_callers
        self._callbacks = callbacks
        self._callers = callers
        self._ears = ears
        self._voicemails = voicemails
        self._lookups = lookups
        self._note_journey = note_journey
        self._agi_url = agi_url
        self._admission = admission or Admission()
        self._store_is_away = store_is_away
        self._callbacks_wait = False
        self._phones = phones or PhoneWatch()
        self.phone_desk = PhoneDesk(lambda: self._centre, self._phones, clock, self._phones_changed)
        self._overload: OverloadControl | None = None
        self._gate = CallerGate(caller_limits or CallerLimits(), lambda: self._centre, self._living, clock)
        self.callback_desk = CallbackDesk(callbacks, switchboard, lambda: self._centre)
        self.voicemail_desk = VoicemailDesk(voicemails, lambda: self._centre, self._call_back)
        self._opening = Opening(lambda: self._centre, switchboard, clock)
        self.rosters = Rosters(centre.operators)
        self.desk = OperatorDesk(lambda: self._centre, board, switchboard, self.rosters, clock, self._hang_up_legs)
        self.own_calls = OwnCalls(switchboard)
        self.call_desk = CallDesk(lambda: self._centre, board, switchboard)
        self._supervisions = Supervisions()
        self._note_act = note_act
        self.supervision_desk = SupervisionDesk(
            lambda: self._centre,
            switchboard,
            self._supervisions,
            clock,
            note_act,
            self._phones.may_ring,
            self._begin_supervision,
        )
        self._exchange: Exchange | None = None
        self._lives: Lives | None = None
        self._adoption: Adoption | None = None
        self._group: asyncio.TaskGroup | None = None
        self._letting_go = False
        self._beside: set[asyncio.Task[None]] = set()
        # Until the first sweep has told who talks, new callers would be offered to operators who are not free.
        self._held: list[CallArrived] | None = []
        self._earlier = Notes()

    def start(self, group: asyncio.TaskGroup, telephony: Telephony) -> None:
        """Be ready for events; lives run in ``group``."""
        self._group = group
        self._lives = Lives(group, telephony, self._switchboard, self._call_over)
        self._overload = OverloadControl(self._admission, telephony)
        self._exchange = Exchange(
            centre=self._centre,
            in_force=lambda: self._centre,
            telephony=telephony,
            switchboard=self._switchboard,
            recorder=self._recorder,
            commands=self,
            clock=self._clock,
            known_callers=self._known_callers,
            callbacks=self._callbacks,
            in_background=self._in_background,
            own_calls=self.own_calls,
            voicemails=self._voicemails,
            lookups=self._lookups,
            note_journey=self._note_journey,
            agi_url=self._agi_url,
            note_act=self._note_act_of_a_life,
            keep=self._callers.keep,
            written=self._callers.written,
            ears=self._ears,
            why_not_supervised=self.supervision_desk.why_not,
            supervisions=self._supervisions,
        )
        self._switchboard.tell_of_calls(self._callers.keep)
        self._adoption = Adoption(
            lambda: self._running,
            self._lives,
            self._switchboard,
            self._recorder,
            self._callbacks,
            self._new_call,
            self._begin_inbound,
            self._begin_callback,
            self._callers.forget,
        )

    def _note_act_of_a_life(self, act: AuditEntry) -> None:
        """One that is cancelled because the controller lets go ends nothing."""
        if not self._letting_go:
            self._note_act(act)

    def _call_over(self, call: Call) -> None:
        self._supervisions.conversation_changed()
        if call.channel:
            self._callers.forget(call.channel)

    def reload(self, centre: Centre) -> ReloadPlan:
        """``centre`` is in force from now on, all at once. Calls that are up go on in the flows that they entered.

        The status must know the new names before (StatusPublisher.centre_changed).
        """
        plan = plan_reload(self._centre, centre, set(self._board.queues), self.rosters.serving)
        self._centre = centre
        for event in plan.events:
            self._switchboard.apply(event)
            if isinstance(event, OperatorHired) and self._phones.may_ring(event.profile.code):
                self._tell_of_phone(event.profile.code)
        self._phones_changed(self._phones.await_only([one.code for one in centre.browsers], self._clock.now()))
        self.rosters.reload({person.code: person.memberships for person in centre.operators}, plan.serving)
        if self._exchange is not None:
            self._exchange = replace(self._exchange, centre=centre)
        self._opening.look()
        return plan

    async def cancel_lives(self, within_s: float) -> None:
        """After let_go: end the coroutines; the calls themselves stay in Asterisk. What is done beside them has a second to end by
        itself: it may wait for what was closed."""
        await self._running_lives.cancel(within_s)
        if self._beside:
            _, late = await asyncio.wait(self._beside, timeout=BESIDE_ENDS_WITHIN_S)
            for task in late:
                task.cancel()

    def let_go(self) -> None:
        """From now on nothing that a life does while it is cancelled reaches callers, operators or the figures."""
        self._letting_go = True
        self._recorder.let_go()
        self._switchboard.close()
        self._callbacks.close()
        self._callers.close()
        self._ears.close()

    # -- what arrives --------------------------------------------------------------------------------------------------

    def put_nowait(self, event: TelephonyEvent, /) -> None:
        """The arrivals' inbox: a channel entered the application."""
        assert isinstance(event, CallArrived)
        if self._held is not None:
            self._held.append(event)
            return
        match event.args:
            case ("inbound", number):
                self._take_inbound(event, number)
            case ("feature", code, operator, *further):
                self._begin_feature_code(event.channel, code, operator, "".join(further))
            case ("internal", dialled, operator):
                self._begin_internal(event.channel, dialled, operator)
            case ("supervise", mode_key, operator, supervisor):
                self._begin_dialled_supervision(event.channel, mode_key, operator, supervisor)
            case _:
                log.error("unknown_arrival", channel=event.channel, args=event.args, replaces=event.replaces)
                for channel in filter(None, (event.channel, event.replaces)):
                    self._in_background(self._running.hang_up(channel))

    def _take_inbound(self, arrival: CallArrived, number: str) -> None:
        """Who has been answered already, or has a life, is no new call and never turned away."""
        known = arrival.answered or self._running_lives.has(arrival.channel)
        if known or (self._overload_control.may_enter() and self._gate.may_enter(arrival.caller)):
            self._begin_inbound(arrival.channel, number, arrival.caller)
        else:
            self._in_background(self._overload_control.turn_away(arrival.channel))

    def _begin_inbound(self, channel: str, number: str, caller: str) -> None:
        if self._running_lives.has(channel):
            return
        call = self._new_call(channel, number, caller)
        log.info("call_arrived", call=call.id, number=number)
        self._running_lives.begin(call, inbound_call(call, self._running))

    def _begin_feature_code(self, channel: str, code: str, operator: str, further: str) -> None:
        if not self._running_lives.has(channel):
            call = self._new_call(channel, f"*{code}", operator)
            self._running_lives.begin(call, feature_code(call, code, operator, self._running, further), shown=False)

    def _begin_internal(self, channel: str, dialled: str, operator: str) -> None:
        """A phone of the centre dials another, or a queue."""
        if self._running_lives.has(channel):
            return
        target = dialled_target(dialled, self._centre)
        if isinstance(target, ToOperator):
            call = self._new_call(channel, dialled, operator)
            self._running_lives.begin(call, internal_call(call, target.code, self._running), shown=False)
        elif isinstance(target, ToQueue):
            call = self._new_call(channel, dialled, operator)
            call.from_phone = True
            self._running_lives.begin(call, call_of_a_phone(call, target.name, self._running))
        else:
            self._in_background(self._running.hang_up(channel))

    def _begin_dialled_supervision(self, channel: str, mode_key: str, operator: str, supervisor: str) -> None:
        """A supervisor's phone has dialled *31 to *34 and an operator's code."""
        if self._running_lives.has(channel):
            return
        asked = SuperviseAsked(OnOperator(operator), MODES[mode_key])
        call = self._new_call(channel, f"*3{mode_key}", supervisor)
        life = dialled_supervision(call, supervisor, asked, self.supervision_desk, self._running)
        self._running_lives.begin(call, life, shown=False)

    def _begin_supervision(self, person: Person, asked: SuperviseAsked) -> SupervisionStatus:
        """Ring a supervisor's phone."""
        call = self._new_call("", person.code, person.code)
        call.channel = call.next_leg(person.code)
        ear = Ear(call, person.code, person.role, asked, self._running)
        self._running_lives.begin(call, supervise_by_ringing(call, ear, self._running), shown=False)
        return ear.status()

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
        """Asterisk says that a phone came or went."""
        self._phones_changed(self._phones.registered(code, reachable, self._clock.now()))

    async def watch_phones(self) -> None:
        """Until cancelled: pages that fall silent are noticed."""
        while True:
            self._phones_changed(self._phones.look(self._clock.now()))
            await self._clock.sleep(LOOK_AT_PHONES_S)

    def _phones_changed(self, verdicts: Iterable[PhoneVerdict]) -> None:
        for verdict in verdicts:
            log.info("phone_changed", operator=verdict.code, reachable=verdict.reason is None, reason=verdict.reason)
            if self._held is None:
                self._tell_of_phone(verdict.code)

    def _tell_of_phone(self, code: str) -> None:
        """Not before those who waited have their places back."""
        try:
            self._switchboard.phone_changed(code, self._phones.why_not(code))
        except AcdUnknownOperator:
            log.debug("phone_of_nobody_in_the_queues", code=code)

    # -- what people ask -----------------------------------------------------------------------------------------------

    def set_operator_state(self, code: str, wanted: WantedState, reason: str | None) -> OperatorStatus:
        """See CentreCommands."""
        return self.desk.set_state(Asker(code), code, wanted, reason)

    def _hang_up_legs(self, code: str, call: str | None) -> None:
        self._in_background(self._free(code, call))

    async def _free(self, code: str, call: str | None) -> None:
        """End the operator's channels; a ``call`` that its own life does not end then (a ghost) is taken off the ACD."""
        for channel in await self._running.telephony.channels():
            if channel.variables.get("CENTRALITA_OPERATOR") == code:
                await self._running.hang_up(channel.id)
        if call is None:
            return
        await self._clock.sleep(FREED_WITHIN_S)
        view = self._switchboard.acd.operator(code)
        if view.call == call and view.state in ("talking", "on_hold"):
            living = self._switchboard.calls.get(call)
            if living is not None and living.life is not None:
                living.life.cancel()
            self._switchboard.leave(call)

    def hang_up_call(self, call: str, own: bool = False) -> None:
        """See CentreCommands."""
        living = self._switchboard.calls.get(call)
        if living is None:
            raise UnknownCall(f"no call {call} is up")
        if living.goes_on_alone:
            living.end("callback_cancelled")
            return
        living.end_reason = "operator_hung_up" if own else "hung_up_by_command"
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
            self._opening.look()
            self._overload_control.look()
            self._look_at_store()
            self._gate.look()
            self._switchboard.publish_waiting()
            self._board.forget_ended_calls(ENDED_CALLS_KEPT)

    def _look_at_store(self) -> None:
        """What must not be done twice waits while it cannot be noted."""
        if self._store_is_away() != self._callbacks_wait:
            self._callbacks_wait = not self._callbacks_wait
            log.warning("callbacks_held_back" if self._callbacks_wait else "callbacks_allowed")
            self._switchboard.apply(CallbacksHeldBack() if self._callbacks_wait else CallbacksAllowed())

    # -- what an earlier life left -------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """After connecting: adopt what goes on, remove what is nobody's, and then begin to take calls."""
        self._opening.look()
        notes = Notes()
        notes.add(self._callers.take_earlier(), self._ears.take_earlier())
        await self._running_adoption.sweep(notes)
        await self._take_calls()

    async def sweep_node(self, node: str, lists: Lists, node_of: Callable[[str], str | None]) -> None:
        """As ``sweep``, of one node of several: what is on the others is left alone. No calls are taken before take_calls.

        ``node_of`` tells whose a channel of an earlier life was, by its id; None where that cannot be told.
        """
        self._opening.look()
        self._earlier.add(self._callers.take_earlier(), self._ears.take_earlier())
        notes = self._earlier.of(lambda channel: node_of(channel) in (node, None))
        there = await self._running_adoption.sweep_lists(lists, notes)
        own = notes.of(lambda channel: channel in there or node_of(channel) == node)
        self._running_adoption.account_for_lost(there, own)
        self._earlier.drop(own)

    async def take_calls(self, node_of: Callable[[str], str | None]) -> None:
        """All nodes have been swept, or are not waited for: whoever is in none of them is lost. Once."""
        if self._held is None:
            return
        lost = self._earlier.of(lambda channel: node_of(channel) is None)
        self._running_adoption.restore_callbacks()
        self._running_adoption.account_for_lost((), lost)
        self._earlier.drop(lost)
        await self._take_calls()

    async def _take_calls(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await asyncio.sleep(0)  # whoever was adopted comes to the first step
            for code in list(self._phones.known):
                self._tell_of_phone(code)
        for arrival in held or ():
            self.put_nowait(arrival)
        self._in_background(self._recorder.end_abandoned(set(self._switchboard.calls)))

    def _begin_callback(self, intent: CallbackIntent) -> None:
        call = self._new_call("", intent.number, intent.caller, call_id=intent.call)
        call.take_over(intent.lives, intent.started, intent.language, intent.arrived_at)
        self._running_lives.begin(call, restored_callback(call, intent, self._running))

    def _call_back(self, message: Message, operator: str | None) -> None:
        """Somebody wants the caller of a message called back: a callback like any other, with that operator first."""
        now = self._clock.now()
        first = self._centre.queue(message.queue).entry.callback.first
        who = self._known_callers.who(message.caller)
        intent = CallbackIntent(
            call=self._new_call_id(now),
            caller=message.caller,
            number=message.number,
            language=message.language,
            queue=message.queue,
            skills=(),
            priority=0,
            operator=operator,
            who=who,
            first=first,
            arrived_at=now,
            joined_at=now,
            agreed_at=now,
            started=now,
        )
        self._callbacks.put(intent)
        self._begin_callback(intent)

    # -- parts ---------------------------------------------------------------------------------------------------------

    @property
    def _running(self) -> Exchange:
        assert self._exchange is not None, "start() comes first"
        return self._exchange

    @property
    def _running_lives(self) -> Lives:
        assert self._lives is not None, "start() comes first"
        return self._lives

    def has_life(self, channel: str) -> bool:
        """Whether a life looks after that caller's channel."""
        return self._running_lives.has(channel)

    def callers(self) -> list[str]:
        """The channels of those who are up."""
        return [] if self._lives is None else [call.channel for call in self._lives.calls() if call.channel]

    def _living(self) -> list[Call]:
        return self._running_lives.calls()

    @property
    def _running_adoption(self) -> Adoption:
        assert self._adoption is not None, "start() comes first"
        return self._adoption

    @property
    def _overload_control(self) -> OverloadControl:
        assert self._overload is not None, "start() comes first"
        return self._overload

    def in_background(self, work: Coroutine[Any, Any, None], /) -> None:
        """Nobody waits for it; it ends with the controller."""
        self._in_background(work)

    def _in_background(self, work: Coroutine[Any, Any, None], /) -> asyncio.Task[None] | None:
        if self._letting_go or self._group is None:
            work.close()
            return None
        task = self._group.create_task(_logged(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
        return task


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("background_work_failed")
