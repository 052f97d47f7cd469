"""How is a caller guided through a flow? Carries out what the interpreter asks for and tells it what the caller does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from ari_app.asked import ServiceAnswered
from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.calls.flow_recording import FlowRecording
from ari_app.calls.speech import Speech
from ari_app.flow_note import FlowNote
from ari_app.outbound import NotAllowed, way_out
from ari_app.telephony import DigitPressed as KeyPressed
from ari_app.travelogue import Travelogue
from ivr_flows import interpreter
from ivr_flows.calendars import state_at
from ivr_flows.expressions import Value
from ivr_flows.fields import field_of
from ivr_flows.flow_place import place_of, session_at
from ivr_flows.messages import (
    AskCallable,
    AskHours,
    AskService,
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    MuteRecording,
    OutOfTime,
    Perform,
    Performed,
    PromptsFinished,
    Record,
    Request,
    SayPrompts,
    Spoken,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.session import Session
from ivr_flows.steps_outside import FAILED, Agi, LookUp, Payment

log = structlog.get_logger(__name__)
NOTHING: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The flow needs the caller elsewhere: with somebody, at a voicemail, in a service of AGI. After it, the flow goes on."""

    guidance: Guidance
    asked: Perform


Outcome = JoinQueue | HangUp | Elsewhere
"""How a flow ends, or where it leads for a while."""


async def guide(call: Call, exchange: Exchange) -> Outcome:
    """Take the caller through the flow of the number that was dialled, up to a queue or the end."""
    route = exchange.centre.route(call.number)
    if route.queue is not None:
        return JoinQueue(route.queue, (), 0, call.language)
    assert route.flow is not None
    return await guide_through(call, exchange, route.flow, route.entry)


async def guide_through(
    call: Call, exchange: Exchange, flow: str, entry: str, skills: Mapping[str, int] | None = None
) -> Outcome:
    """Take the caller through ``flow`` from ``entry`` on; ``skills`` are wanted already."""
    guidance = call.guided = Guidance(call, exchange)
    exchange.show_stage(call, "menu")
    return await _follow(call, exchange, guidance, await guidance.enter(flow, entry, skills))


async def guide_again(call: Call, exchange: Exchange, note: FlowNote) -> Outcome:
    """Go on with a flow in which an earlier life of the controller left the caller; from the number's start if it is no more so."""
    guidance = Guidance(call, exchange)
    if not guidance.stand_at(note):
        return await guide(call, exchange)
    call.guided = guidance
    exchange.show_stage(call, "menu")
    return await _follow(call, exchange, guidance, await guidance.resume())


async def guide_on(
    call: Call, exchange: Exchange, guidance: Guidance, outcome: str, values: Mapping[str, Value] = NOTHING
) -> Outcome:
    """Go on with a flow after what it asked for has come to ``outcome``."""
    call.guided = guidance
    exchange.show_stage(call, "menu")
    return await _follow(call, exchange, guidance, await guidance.go_on(outcome, values))


async def _follow(call: Call, exchange: Exchange, guidance: Guidance, outcome: Outcome | None) -> Outcome:
    try:
        while outcome is None:
            outcome = await guidance.take(await exchange.next_item(call, guidance.deadline))
    except BaseException:
        guidance.break_off()
        raise
    await guidance.leave()
    return outcome


async def play_to_end(call: Call, exchange: Exchange, prompts: tuple[str, ...]) -> None:
    """Play prompts in the call's language and wait until they have ended."""
    speech = Speech(call, exchange)
    await speech.say(exchange.media(prompts, call.language), call.language)
    while speech.speaks:
        speech.ended(await exchange.next_item(call, None))


class Guidance:
    """One caller's way through one flow: whatever happens goes in, until there is an outcome."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._speech = Speech(call, exchange)
        self._recording = FlowRecording(call, exchange)
        self._session: Session | None = None
        self._said: int = 0
        self._tells = False
        self._waits_for: int = 0
        self._key_until: float | None = None
        self._over_at = 0.0
        self._asking: asyncio.Task[None] | None = None
        self._travelogue: Travelogue | None = None
        self._entered: tuple[str, str, str] | None = None

    async def enter(self, flow: str, entry: str, skills: Mapping[str, int] | None = None) -> Outcome | None:
        """Begin."""
        call, exchange, flows = self._call, self._exchange, self._exchange.flows(flow)
        session = Session.begin(flows, flow, entry, call.language, caller=call.caller, number=call.number)
        session.skills = dict(skills or {})
        self._begin(session, flow, entry, exchange.flow_version(flow))
        return await self._carry_out(interpreter.start(session))

    def _begin(self, session: Session, flow: str, entry: str, version: str) -> None:
        entered = session.flows[flow]
        self._call.flow_record = entered.record or self._call.flow_record
        self._session, self._entered = session, (flow, entry, version)
        self._over_at = self._exchange.clock.now() + entered.max_s
        self._travelogue = Travelogue(self._call, session, entry, version, self._exchange.clock)

    def stand_at(self, note: FlowNote) -> bool:
        """Where an earlier life of the controller left the caller; False if the flow is another by now."""
        try:
            if self._exchange.flow_version(note.flow) != note.version:
                log.info("flow_has_changed_meanwhile", flow=note.flow)
                return False
            flows, call = self._exchange.flows(note.flow), self._call
            session = session_at(note.place, flows, caller=call.caller, number=call.number)
        except LookupError as gone:
            log.info("flow_has_changed_meanwhile", flow=note.flow, why=str(gone))
            return False
        self._begin(session, note.flow, note.entry, note.version)
        self._waits_for = note.place.performing or 0
        return True

    async def resume(self) -> Outcome | None:
        """After stand_at: the step is begun again. What changes something elsewhere is not asked for twice."""
        return await self._carry_out(interpreter.resume(self._flow_session, again=self._may_ask_again()))

    def _may_ask_again(self) -> bool:
        match self._flow_session.here:
            case LookUp(service=name) | Payment(service=name):
                return self._exchange.http_service(name).repeatable
            case Agi():
                return False
            case _:
                return True

    @property
    def mark(self) -> Hashable:
        """See Guided."""
        session = self._session
        return None if session is None else (id(session), session.steps, session.performed, session.doing)

    def noted(self) -> FlowNote | None:
        """See Guided."""
        if self._session is None or self._entered is None:
            return None
        return FlowNote(*self._entered, place_of(self._session))

    async def take(self, item: CallItem | None) -> Outcome | None:
        """What has happened (None: the deadline has come), as far as it concerns the flow."""
        event = self._event_of(item)
        return None if event is None else await self._happens(event)

    async def go_on(self, outcome: str, values: Mapping[str, Value] = NOTHING) -> Outcome | None:
        """What the flow asked for, or the conversation after it, is over. The time until now was not spent in the flow."""
        flow = self._flow_session.flows[self._flow_session.name]
        self._over_at = self._exchange.clock.now() + flow.max_s
        if self._call.in_flow is self:
            self._call.in_flow = None
        self._note_outcome(outcome)
        return await self._happens(Performed(self._waits_for, outcome, values))

    async def leave(self) -> None:
        """Fall silent; the language that was chosen stays."""
        if self._session is not None:
            self._call.language = self._session.language
        self._tell_journal()
        await self._recording.stop()
        await self._speech.stop()

    def break_off(self) -> None:
        """The caller has hung up. Immediate."""
        self._tell_journal()
        self._recording.finish()

    def _tell_journal(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        if self._travelogue is not None and (journey := self._travelogue.told()) is not None:
            self._exchange.note_journey(journey)

    @property
    def deadline(self) -> float | None:
        """When ``take(None)`` is due."""
        return self._over_at if self._key_until is None else min(self._key_until, self._over_at)

    # -- parts ---------------------------------------------------------------------------------------------------------

    @property
    def _flow_session(self) -> Session:
        assert self._session is not None, "enter() comes first"
        return self._session

    async def _happens(self, event: FlowEvent) -> Outcome | None:
        return await self._carry_out(interpreter.handle(self._flow_session, event))

    async def _carry_out(self, effects: Iterable[FlowEffect]) -> Outcome | None:
        ahead = deque(effects)
        self._keep_up()
        while ahead:
            effect = ahead.popleft()
            match effect:
                case JoinQueue() | HangUp():
                    return self._ends_with(effect)
                case Perform() if (known := self._at_once(effect.request)) is not None:
                    self._note_outcome(known)
                    ahead.extend(interpreter.handle(self._flow_session, Performed(effect.id, known, NOTHING)))
                case Perform(request=AskService() as request):
                    self._ask(effect.id, request)
                case Perform(id=asked):
                    self._waits_for = asked
                    if self._travelogue is not None:
                        self._travelogue.goes_elsewhere()
                    return Elsewhere(self, effect)
                case SayPrompts() if not (media := self._media(effect)):
                    ahead.extend(interpreter.handle(self._flow_session, PromptsFinished(effect.id)))
                case SayPrompts():
                    self._said, self._key_until = effect.id, None
                    self._tells = self._exchange.in_force().recording_notice in effect.prompts
                    await self._speech.say(media, effect.language)
                case StopSpeaking():
                    await self._speech.stop()
                case AwaitDigit(timeout_s=timeout_s):
                    self._key_until = self._exchange.clock.now() + timeout_s
                case Record(on=on, refused=refused):
                    if refused:
                        await self._exchange.refuse_recording(self._call)
                    await self._recording.turn(on=on)
                case MuteRecording(muted=muted):
                    await self._recording.mute(muted=muted)
            self._keep_up()
        return None

    def _ends_with(self, effect: JoinQueue | HangUp) -> Outcome:
        if self._travelogue is not None:
            self._travelogue.ended_with(effect)
        if isinstance(effect, JoinQueue) and effect.goes_on is not None:
            self._waits_for, self._call.in_flow = effect.goes_on, self
        if self._call.guided is self:
            self._call.guided = None
        return effect

    def _keep_up(self) -> None:
        self._exchange.keep(self._call.id)
        if self._travelogue is not None:
            self._travelogue.keep_up()

    def _note_outcome(self, outcome: str) -> None:
        if self._travelogue is not None:
            self._travelogue.came_of(outcome)

    def _media(self, said: SayPrompts) -> list[str]:
        media: list[str] = []
        for item in said.prompts:
            if isinstance(item, Spoken):
                media += self._exchange.spoken_media(item, said.language)
            else:
                media += self._exchange.prompt_media(item, said.language)
        return media

    def _event_of(self, item: CallItem | None) -> FlowEvent | None:
        match item:
            case None:
                self._key_until = None
                return OutOfTime() if self._exchange.clock.now() >= self._over_at else TimedOut()
            case KeyPressed(digit=digit):
                return DigitPressed(digit)
            case ServiceAnswered(id=id_, outcome=outcome, values=values):
                self._note_outcome(outcome)
                return Performed(id_, outcome, values)
            case _ if self._speech.ended(item):
                self._call.told = self._call.told or self._tells
                return PromptsFinished(self._said)
            case _:
                return None

    # -- what the flow asks for ----------------------------------------------------------------------------------------

    def _at_once(self, request: Request) -> str | None:
        """The outcome of what is known without waiting."""
        exchange = self._exchange
        match request:
            case AskHours(calendar=calendar):
                return state_at(exchange.calendar(calendar), exchange.clock.now())
            case AskCallable():
                try:
                    way_out(exchange.in_force(), self._call.caller)
                except NotAllowed:
                    return "no"
                return "yes"
            case _:
                return None

    def _ask(self, id_: int, request: AskService) -> None:
        self._key_until = None
        self._asking = self._exchange.in_background(self._until_answered(id_, request))

    async def _until_answered(self, id_: int, request: AskService) -> None:
        answer = await self._exchange.lookups.ask(self._exchange.http_service(request.service), request.sent)
        outcome = FAILED if answer.status is None else str(answer.status)
        values = {variable: field_of(answer.body, path) for variable, path in request.saved}
        self._call.put_nowait(ServiceAnswered(id_, outcome, values))
