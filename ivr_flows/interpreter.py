"""Given this flow, this caller's session and this event, what happens next?

Effects come back for the shell to carry out; nothing here does I/O or knows the time. Every event is right in every state:
a late key, or the end of a prompt that was stopped, changes nothing.

Keys may be pressed ahead: one that comes while something is being said is kept for the next menu, which then uses it
without a word; what may be interrupted falls silent or is passed over. A wrong key also discards those typed after it.
"""

from __future__ import annotations

from typing import assert_never

from ivr_flows.flow import End, Enqueue, Menu, Say, SetLanguage
from ivr_flows.messages import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.session import Listening, NotBegun, Over, Session, Speaking, TraceEntry

__all__ = [
    "AwaitDigit",
    "DigitPressed",
    "FlowEffect",
    "FlowEvent",
    "HangUp",
    "JoinQueue",
    "PromptsFinished",
    "SayPrompts",
    "Session",
    "StopSpeaking",
    "TimedOut",
    "TraceEntry",
    "handle",
    "start",
]

TOO_LONG = "endless_flow"
"""The reason of the hang-up when a flow has gone on beyond every measure."""


def start(session: Session) -> list[FlowEffect]:
    """The caller enters. Once: started again, nothing happens."""
    return _enter(session, session.step) if isinstance(session.doing, NotBegun) else []


def handle(session: Session, event: FlowEvent) -> list[FlowEffect]:
    """What must be done because of ``event``, in order. The last effect of a flow is JoinQueue or HangUp."""
    match event:
        case PromptsFinished(id=id_):
            return _spoken(session) if session.doing == Speaking(id_) else []
        case DigitPressed(digit=digit):
            return _pressed(session, digit) if session.heard_key(digit) else []
        case TimedOut():
            return _silent(session) if isinstance(session.doing, Listening) else []
        case _:
            assert_never(event)


def _enter(session: Session, name: str) -> list[FlowEffect]:
    """Go to the step ``name`` and on, until something must be said or the flow is over."""
    while session.enter(name):
        step = session.flow.steps[name]
        match step:
            case Say() if step.interruptible and session.typed:
                session.note("skipped")
                name = step.next
            case Say():
                return [_say(session, step.prompts, interruptible=step.interruptible)]
            case Menu():
                session.tries_left = step.tries
                if session.typed:
                    return _choose(session, step, session.typed.popleft())
                return [_say(session, step.prompts, interruptible=True)]
            case SetLanguage():
                session.language = step.to
                session.skills = {**session.skills, **step.skills}
                name = step.next
            case Enqueue():
                skills = tuple(sorted({**session.skills, **step.skills}.items()))
                return _end(session, JoinQueue(step.queue, skills, step.priority, session.language, step.operator))
            case End():
                if not step.prompts:
                    return _end(session, HangUp(step.reason))
                return [_say(session, step.prompts, interruptible=False)]
            case _:
                assert_never(step)
    return _end(session, HangUp(TOO_LONG))


def _spoken(session: Session) -> list[FlowEffect]:
    """The prompts of the present step have been heard."""
    step = session.flow.steps[session.step]
    match step:
        case Say():
            return _enter(session, step.next)
        case Menu():
            session.doing = Listening()
            return [AwaitDigit(step.timeout_s)]
        case End():
            return _end(session, HangUp(step.reason))
        case SetLanguage() | Enqueue():
            raise AssertionError(f"a {step.kind} step says nothing")
        case _:
            assert_never(step)


def _pressed(session: Session, digit: str) -> list[FlowEffect]:
    speaking = isinstance(session.doing, Speaking)
    if not speaking and not isinstance(session.doing, Listening):
        return []
    stop: list[FlowEffect] = [StopSpeaking()] if speaking else []
    match session.flow.steps[session.step]:
        case Menu() as menu:
            return stop + _choose(session, menu, digit)
        case Say() as say:
            session.typed.append(digit)
            if not say.interruptible:
                return []
            session.note("interrupted")
            return stop + _enter(session, say.next)
        case _:
            return []


def _silent(session: Session) -> list[FlowEffect]:
    menu = _menu(session)
    session.note("silence")
    return _again(session, menu, menu.silence)


def _choose(session: Session, menu: Menu, digit: str) -> list[FlowEffect]:
    if digit in menu.choices:
        session.note("chose", digit)
        return _enter(session, menu.choices[digit])
    session.typed.clear()
    session.note("invalid")
    return _again(session, menu, menu.invalid)


def _again(session: Session, menu: Menu, first: tuple[str, ...]) -> list[FlowEffect]:
    """Another try: say what was wrong and ask again, or give up."""
    session.tries_left -= 1
    if session.tries_left <= 0:
        return _enter(session, menu.otherwise)
    return [_say(session, first + menu.prompts, interruptible=True)]


def _say(session: Session, prompts: tuple[str, ...], *, interruptible: bool) -> SayPrompts:
    session.said += 1
    session.doing = Speaking(session.said)
    return SayPrompts(session.said, prompts, session.language, interruptible)


def _end(session: Session, effect: JoinQueue | HangUp) -> list[FlowEffect]:
    session.doing = Over()
    return [effect]


def _menu(session: Session) -> Menu:
    step = session.flow.steps[session.step]
    assert isinstance(step, Menu), "only a menu awaits keys"
    return step
