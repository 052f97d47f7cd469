"""What may a call's life use? The engine's parts, in one value, and the few steps that every life shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from ari_app.audit import NoteAct
from ari_app.call import Call, CallItem
from ari_app.callback_book import CallbackBook
from ari_app.centre import Centre, Queue, UnknownPrompt
from ari_app.clock import Clock
from ari_app.commands import CentreCommands
from ari_app.contract import CallStage
from ari_app.dialled_calls import DialledCalls
from ari_app.ear_book import EarBook
from ari_app.known_callers import KnownCallers
from ari_app.lookups import Lookups
from ari_app.own_calls import OwnCalls
from ari_app.recorder import Recorder
from ari_app.services import AgiService, HttpService
from ari_app.supervision import SupervisionTarget
from ari_app.supervisions import Supervisions
from ari_app.switchboard import Switchboard
from ari_app.tape import Tape
from ari_app.telephony import Telephony, TelephonyError
from ari_app.voicemail_book import VoicemailBook
from ivr_flows.calendars import Calendar
from ivr_flows.flow import Flow
from ivr_flows.journey import Journey
from ivr_flows.messages import Spoken
from ivr_flows.saying import pieces
from recordings.names import VOICEMAIL
from recordings.notes import Began, RecordingKind, RecordingMode

log = structlog.get_logger(__name__)


class Background(Protocol):
    """Runs work beside the calls, supervised: an error is logged, the end of the engine waits for it."""

    def __call__(self, work: Coroutine[Any, Any, None], /) -> asyncio.Task[None] | None:
        """Start ``work``; None when nothing is begun any more."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """The parts that a call's life uses.

    ``centre`` is the one under which the call began: a flow is gone through as it was entered. ``in_force`` gives the one
    that a reload may have brought since. ``keep``: where a call (by its id) stands may be other than noted;
    ``written``: it is noted so, before the next step.
    """

    centre: Centre
    in_force: Callable[[], Centre]
    telephony: Telephony
    switchboard: Switchboard
    recorder: Recorder
    commands: CentreCommands
    clock: Clock
    known_callers: KnownCallers
    callbacks: CallbackBook
    in_background: Background
    own_calls: OwnCalls
    voicemails: VoicemailBook
    lookups: Lookups
    note_journey: Callable[[Journey], None]
    agi_url: Callable[[AgiService], str]
    note_act: NoteAct
    keep: Callable[[str], None]
    written: Callable[[str], Awaitable[None]]
    ears: EarBook
    why_not_supervised: Callable[[str, SupervisionTarget], str | None]
    dialled_calls: DialledCalls = field(default_factory=DialledCalls)
    supervisions: Supervisions = field(default_factory=Supervisions)

    def queue(self, name: str) -> Queue:
        """The queue as it is now; one that has left the files since, as this call has known it. Raises KeyError."""
        try:
            return self.in_force().queue(name)
        except KeyError:
            return self.centre.queue(name)

    def flows(self, name: str) -> Mapping[str, Flow]:
        """All flows, to enter ``name`` now: as the files have it now; one that has left them, as this call has known it."""
        return self._centre_with(name).flows

    def flow_version(self, name: str) -> str:
        """The version of the flow ``name``, and of those that it goes through, which ``flows`` gives."""
        return self._centre_with(name).flow_versions[name]

    def _centre_with(self, flow: str) -> Centre:
        in_force = self.in_force()
        return in_force if flow in in_force.flows else self.centre

    def calendar(self, name: str) -> Calendar:
        """A calendar as it is now, or as this call has known it."""
        return self.in_force().calendars.get(name) or self.centre.calendars[name]

    def http_service(self, name: str) -> HttpService:
        """A service over HTTP as it is now, or as this call has known it."""
        return self.in_force().services.http.get(name) or self.centre.services.http[name]

    def agi_service(self, name: str) -> AgiService:
        """A service of AGI as it is now, or as this call has known it."""
        return self.in_force().services.agi.get(name) or self.centre.services.agi[name]

    def spoken_media(self, spoken: Spoken, language: str) -> list[str]:
        """What is played for a value; nothing for one that is no number, date or time."""
        found = None if spoken.value is None else pieces(spoken.kind, spoken.value, language)
        return [self.centre.piece_media(piece, language) for piece in found or ()]

    def prompt_media(self, prompt: str, language: str) -> tuple[str, ...]:
        """A prompt as this call has known it, else as it is now. Raises UnknownPrompt."""
        try:
            return self.centre.prompt_media(prompt, language)
        except UnknownPrompt:
            return self.in_force().prompt_media(prompt, language)

    def answers_by_itself(self, operator: str, queue: str) -> bool:
        """Whether the phone is asked to answer at once: a headset, or a queue where nobody clicks."""
        person = self.in_force().operator(operator)
        return self.queue(queue).entry.auto_answer or (person is not None and person.auto_answer)

    def media(self, prompts: Iterable[str], language: str) -> list[str]:
        """What is played for ``prompts``, one after the other. Raises UnknownPrompt."""
        return [uri for prompt in prompts for uri in self.prompt_media(prompt, language)]

    async def next_item(self, call: Call, until: float | None) -> CallItem | None:
        """What comes next into the call's inbox, or None when it is ``until`` (s) first."""
        if until is None:
            return await call.inbox.get()
        try:
            async with asyncio.timeout(max(0.0, until - self.clock.now())):
                return await call.inbox.get()
        except TimeoutError:
            return None

    def show_stage(self, call: Call, stage: CallStage) -> None:
        """From now on the call, in no queue, is at ``stage``."""
        call.stage, call.stage_since = stage, self.clock.now()
        self.switchboard.publish_call(call.id)

    def music_of(self, queue: str) -> str:
        """The class of music that callers hear in ``queue``."""
        return self.queue(queue).entry.music

    async def start_music(self, call: Call, queue: str) -> None:
        """Let the caller hear the music of ``queue``."""
        call.hears_music = True
        await self.telephony.start_music(call.channel, self.music_of(queue))

    async def stop_music(self, call: Call, *, in_bridge: bool = False) -> None:
        """End the caller's music, if there is any; in a bridge a phone's hold may have begun it without us."""
        if call.hears_music or in_bridge:
            call.hears_music = False
            await self.telephony.stop_music(call.channel, in_bridge=in_bridge)

    def ring_timeout_s(self, queue: str) -> float:
        """How long an operator's phone rings for ``queue``."""
        return self.queue(queue).rules.ring_timeout_s

    def recorded_by_number(self, call: Call) -> RecordingMode | None:
        """What the number that was dialled says of recording."""
        number = self.in_force().number(call.number)
        return number.record if number is not None else None

    async def refuse_recording(self, call: Call) -> None:
        """The caller says no. Noted on the channel, too, where a later life of the controller finds it."""
        call.refuses_recording = True
        await self.telephony.set_variable(call.channel, "CENTRALITA_REFUSES", "1")

    def is_told(self, call: Call) -> bool:
        """Whether the caller knows that calls are recorded: works here, has heard the notice, or is told otherwise."""
        number = self.in_force().number(call.number)
        known = call.told or call.from_phone or (number is not None and number.told)
        return known or self.in_force().recording_notice is None

    def notice(self, language: str) -> list[str]:
        """What is played to tell callers."""
        prompt = self.in_force().recording_notice
        return [] if prompt is None else self.media([prompt], language)

    def tape(self, call: Call) -> Tape:
        """The call's recording, of which nothing may have been made yet."""
        if call.tape is None:
            call.tape = self._new_tape(call, "call", call.id)
        return call.tape

    def voicemail_tape(self, call: Call) -> Tape:
        """The recording of the message that the caller leaves."""
        return self._new_tape(call, "voicemail", f"{call.id}{VOICEMAIL}")

    def _new_tape(self, call: Call, kind: RecordingKind, id_: str) -> Tape:
        who, shown = self.known_callers.who(call.caller), self.switchboard.shown_caller(call.caller)
        began = Began(call.started, id_, call.id, kind, call.direction, call.number, shown, who)
        return Tape(began, self.recorder, self.clock.now)

    async def welcome(self, call: Call) -> None:
        """Take a caller who has just come in, and answer: both at once, since everybody waits for it."""
        await asyncio.gather(self.telephony.take_in_hand(call.channel), self.telephony.answer(call.channel))

    async def hang_up(self, channel: str) -> None:
        """End a channel as part of tidying up: what cannot be ended now is swept later."""
        try:
            await self.telephony.hang_up(channel)
        except TelephonyError as failed:
            log.warning("channel_not_ended", channel=channel, why=str(failed))

    async def release(self, call: Call) -> None:
        """End the call for good: the caller first, then the ACD, which must not ring the operator while it still sounds.

        The caller is no longer listened to: our own hang-up would come back as the caller's, cancel this, and leave an
        operator who is shown talking for ever.
        """
        if call.channel:
            await self.end_leg(call.channel)
        self.switchboard.leave(call.id, call.ended_by)

    async def end_leg(self, leg: str) -> None:
        """End a channel; what it says from now on is not heard."""
        self.telephony.unwatch(leg)
        await self.hang_up(leg)

    async def destroy_bridge(self, bridge: str) -> None:
        """Remove a bridge as part of tidying up."""
        try:
            await self.telephony.destroy_bridge(bridge)
        except TelephonyError as failed:
            log.warning("bridge_not_destroyed", bridge=bridge, why=str(failed))
