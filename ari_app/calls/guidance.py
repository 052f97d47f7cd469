"""How is a caller guided through a flow? Carries out what the interpreter asks for and tells it what the caller does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import assert_never

import structlog

from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.telephony import DigitPressed as KeyPressed
from ari_app.telephony import PlaybackEnded
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
    StopSpeaking,
    TimedOut,
)

log = structlog.get_logger(__name__)


async def guide(call: Call, exchange: Exchange) -> JoinQueue | HangUp:
    """Take the caller through the flow of the number that was dialled, up to a queue or the end."""
    route = exchange.centre.route(call.number)
    if route.queue is not None:
        return JoinQueue(route.queue, (), 0, call.language)
    assert route.flow is not None
    call.stage, call.stage_since = "menu", exchange.clock.now()
    exchange.switchboard.publish_call(call.id)
    session = Session.begin(exchange.centre.flow(route.flow), route.entry, call.language)
    guidance = _Guidance(call, exchange)
    outcome = await guidance.carry_out(interpreter.start(session))
    while outcome is None:
        outcome = await guidance.carry_out(interpreter.handle(session, await guidance.next_event()))
    call.language = session.language
    await guidance.stop_speaking()
    return outcome


async def play_to_end(call: Call, exchange: Exchange, prompts: tuple[str, ...]) -> None:
    """Play prompts in the call's language and wait until they have ended."""
    guidance = _Guidance(call, exchange)
    await guidance.carry_out([SayPrompts(0, prompts, call.language, interruptible=False)])
    while not isinstance(await guidance.next_event(), PromptsFinished):
        pass


class _Guidance:
    """One caller's speaking and listening: at most one playback and one deadline at a time."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._playback: str | None = None
        self._said: int = 0
        self._deadline: float | None = None

    async def carry_out(self, effects: Iterable[FlowEffect]) -> JoinQueue | HangUp | None:
        """Do what is asked, in order; returns the outcome of the flow when it has one."""
        for effect in effects:
            match effect:
                case SayPrompts():
                    await self._say(effect)
                case StopSpeaking():
                    await self.stop_speaking()
                case AwaitDigit(timeout_s=timeout_s):
                    self._deadline = self._exchange.clock.now() + timeout_s
                case JoinQueue() | HangUp():
                    return effect
                case _:
                    assert_never(effect)
        return None

    async def _say(self, say: SayPrompts) -> None:
        await self.stop_speaking()
        self._deadline = None
        media = [uri for prompt in say.prompts for uri in self._exchange.centre.prompt_media(prompt, say.language)]
        playback = self._call.next_playback()
        self._playback, self._said = playback, say.id
        self._exchange.telephony.watch(playback, self._call)
        await self._exchange.telephony.play(self._call.channel, playback, media, say.language)

    async def stop_speaking(self) -> None:
        """Silence a prompt that still plays."""
        if self._playback is not None:
            playback, self._playback = self._playback, None
            self._exchange.telephony.unwatch(playback)
            await self._exchange.telephony.stop_playback(playback)

    async def next_event(self) -> FlowEvent:
        """What the caller does next, or that the time for it is over."""
        while True:
            item = await self._next_item()
            match item:
                case None:
                    self._deadline = None
                    return TimedOut()
                case KeyPressed(digit=digit):
                    return DigitPressed(digit)
                case PlaybackEnded(playback=playback, failed=failed) if playback == self._playback:
                    if failed:
                        log.error("prompt_not_played", playback=playback)
                    self._playback = None
                    return PromptsFinished(self._said)
                case _:
                    pass

    async def _next_item(self) -> CallItem | None:
        if self._deadline is None:
            return await self._call.inbox.get()
        try:
            async with asyncio.timeout(max(0.0, self._deadline - self._exchange.clock.now())):
                return await self._call.inbox.get()
        except TimeoutError:
            return None
