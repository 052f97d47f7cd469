"""How is a caller guided through a flow? Carries out what the interpreter asks for and tells it what the caller does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.calls.speech import Speech
from ari_app.telephony import DigitPressed as KeyPressed
from ivr_flows import interpreter
from ivr_flows.interpreter import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    Session,
    Spelled,
    StopSpeaking,
    TimedOut,
)

Outcome = JoinQueue | HangUp
"""How a flow ends."""


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
    call.stage, call.stage_since = "menu", exchange.clock.now()
    exchange.switchboard.publish_call(call.id)
    guidance = Guidance(call, exchange)
    outcome = await guidance.enter(flow, entry, skills)
    while outcome is None:
        outcome = await guidance.take(await exchange.next_item(call, guidance.deadline))
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
        self._session: Session | None = None
        self._said: int = 0
        self.deadline: float | None = None

    async def enter(self, flow: str, entry: str, skills: Mapping[str, int] | None = None) -> Outcome | None:
        """Begin."""
        call = self._call
        self._session = Session.begin(
            self._exchange.flow(flow), entry, call.language, caller=call.caller, number=call.number
        )
        self._session.skills = dict(skills or {})
        return await self._carry_out(interpreter.start(self._session))

    async def take(self, item: CallItem | None) -> Outcome | None:
        """What has happened (None: the deadline has come), as far as it concerns the flow."""
        event = self._event_of(item)
        if event is None:
            return None
        assert self._session is not None, "enter() comes first"
        return await self._carry_out(interpreter.handle(self._session, event))

    async def leave(self) -> None:
        """Fall silent; the language that was chosen stays."""
        if self._session is not None:
            self._call.language = self._session.language
        await self._speech.stop()

    async def _carry_out(self, effects: Iterable[FlowEffect]) -> Outcome | None:
        for effect in effects:
            match effect:
                case SayPrompts():
                    self._said, self.deadline = effect.id, None
                    await self._speech.say(self._media(effect), effect.language)
                case StopSpeaking():
                    await self._speech.stop()
                case AwaitDigit(timeout_s=timeout_s):
                    self.deadline = self._exchange.clock.now() + timeout_s
                case JoinQueue() | HangUp():
                    return effect
                case _:
                    assert_never(effect)
        return None

    def _media(self, said: SayPrompts) -> list[str]:
        media: list[str] = []
        for item in said.prompts:
            if isinstance(item, Spelled):
                media.append(f"digits:{item.digits}")
            else:
                media += self._exchange.prompt_media(item, said.language)
        return media

    def _event_of(self, item: CallItem | None) -> FlowEvent | None:
        match item:
            case None:
                self.deadline = None
                return TimedOut()
            case KeyPressed(digit=digit):
                return DigitPressed(digit)
            case _ if self._speech.ended(item):
                return PromptsFinished(self._said)
            case _:
                return None
