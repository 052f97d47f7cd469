"""Given this flow, this caller's session and this event, what happens next?

Effects come back for the shell to carry out; nothing here does I/O or knows the time. Every event is right in every state:
a late key, or the end of a prompt that was stopped, changes nothing.

Keys may be pressed ahead: one that comes while something is being said is kept for the next step that asks for keys, which then
uses it without a word; what may be interrupted falls silent or is passed over. A wrong key also discards those typed after it.
"""

from __future__ import annotations

from typing import assert_never

from ivr_flows.digits import holds
from ivr_flows.flow import Branch, Collect, End, Enqueue, Menu, Say, Set, SetLanguage
from ivr_flows.messages import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    Spelled,
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
    "Spelled",
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
            case Collect():
                session.tries_left = step.tries
                return _ask_for_digits(session, step)
            case Set():
                session.variables |= step.values
                for variable, expression in step.computed.items():
                    session.variables[variable] = session.evaluate(expression)
                name = step.next
            case Branch():
                name = _branch(session, step)
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
        case Menu() | Collect():
            session.doing = Listening()
            return [AwaitDigit(step.timeout_s)]
        case End():
            return _end(session, HangUp(step.reason))
        case SetLanguage() | Set() | Branch() | Enqueue():
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
        case Collect() as collect:
            return stop + _typed(session, collect, digit)
        case Say() as say:
            session.typed.append(digit)
            if not say.interruptible:
                return []
            session.note("interrupted")
            return stop + _enter(session, say.next)
        case _:
            return []


def _silent(session: Session) -> list[FlowEffect]:
    step = session.flow.steps[session.step]
    assert isinstance(step, (Menu, Collect)), "nothing else awaits keys"
    if isinstance(step, Collect) and session.collected and not session.confirming:
        return _collected(session, step)
    session.note("silence")
    return _again(session, step, () if session.confirming else step.silence)


def _branch(session: Session, branch: Branch) -> str:
    """The step that comes next."""
    for place, way in enumerate(branch.ways, 1):
        if session.evaluate(way.when):
            session.note("branched", str(place))
            return way.next
    session.note("branched", "otherwise")
    return branch.otherwise


# -- digits ----------------------------------------------------------------------------------------------------------------


def _ask_for_digits(session: Session, collect: Collect) -> list[FlowEffect]:
    """With those that were typed ahead, if any; else in words."""
    session.collected, session.confirming = "", False
    if session.typed:
        return _typed(session, collect, session.typed.popleft())
    return [_say(session, collect.prompts, interruptible=True)]


def _typed(session: Session, collect: Collect, digit: str) -> list[FlowEffect]:
    """A key, and whatever was typed ahead after it."""
    if session.confirming:
        return _confirm(session, collect, digit)
    if digit == collect.terminator:
        return _collected(session, collect)
    if not digit.isdigit():
        return _not_these(session, collect)
    session.collected += digit
    if len(session.collected) == collect.max_digits:
        return _collected(session, collect)
    if session.typed:
        return _typed(session, collect, session.typed.popleft())
    session.doing = Listening()
    return [AwaitDigit(collect.between_s)]


def _collected(session: Session, collect: Collect) -> list[FlowEffect]:
    """The caller has ended; are they what they must be?"""
    digits = session.collected
    if len(digits) < collect.min_digits or not holds(collect.must, digits):
        return _not_these(session, collect)
    if collect.read_back is None:
        return _keep(session, collect)
    session.confirming = True
    if session.typed:
        return _confirm(session, collect, session.typed.popleft())
    read_back = collect.read_back
    return [_say(session, (*read_back.before, Spelled(digits), *read_back.after), interruptible=True)]


def _confirm(session: Session, collect: Collect, digit: str) -> list[FlowEffect]:
    if collect.read_back is not None and digit == collect.read_back.yes:
        return _keep(session, collect)
    session.typed.clear()
    session.note("not_confirmed")
    return _again(session, collect, ())


def _keep(session: Session, collect: Collect) -> list[FlowEffect]:
    session.variables[collect.variable] = session.collected
    session.collected, session.confirming = "", False
    session.note("collected")
    return _enter(session, collect.next)


# -- menus -----------------------------------------------------------------------------------------------------------------


def _choose(session: Session, menu: Menu, digit: str) -> list[FlowEffect]:
    if digit in menu.choices:
        session.note("chose", digit)
        return _enter(session, menu.choices[digit])
    return _not_these(session, menu)


def _not_these(session: Session, step: Menu | Collect) -> list[FlowEffect]:
    """A wrong key, or wrong digits: what was typed after them was meant for something else."""
    session.typed.clear()
    session.note("invalid")
    return _again(session, step, step.invalid)


def _again(session: Session, step: Menu | Collect, first: tuple[str, ...]) -> list[FlowEffect]:
    """Another try: say what was wrong and ask again, or give up."""
    session.collected, session.confirming = "", False
    session.tries_left -= 1
    if session.tries_left <= 0:
        return _enter(session, step.otherwise)
    return [_say(session, first + step.prompts, interruptible=True)]


def _say(session: Session, prompts: tuple[str | Spelled, ...], *, interruptible: bool) -> SayPrompts:
    session.said += 1
    session.doing = Speaking(session.said)
    return SayPrompts(session.said, prompts, session.language, interruptible)


def _end(session: Session, effect: JoinQueue | HangUp) -> list[FlowEffect]:
    session.doing = Over()
    return [effect]
