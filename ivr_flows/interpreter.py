"""Given this flow, this caller's session and this event, what happens next?

Effects come back for the shell to carry out; nothing here does I/O or knows the time. Every event is right in every state:
a late key, the end of a prompt that was stopped, or an answer that nobody waits for any more, changes nothing.

Keys may be pressed ahead: one that comes while something is being said or done is kept for the next step that asks for keys, which
then uses it without a word; what may be interrupted falls silent or is passed over. A wrong key also discards those typed after it.
"""

from __future__ import annotations

import re
from typing import Final, assert_never

from ivr_flows import messages
from ivr_flows.asking import AsksForKeys, Leads, Turn, begin_asking, nothing_pressed, pressed
from ivr_flows.doing import computed, end, perform, say, unmute
from ivr_flows.expressions import Value, bounded
from ivr_flows.located_yaml import Path
from ivr_flows.messages import (
    AskCallable,
    AskHours,
    AskService,
    AwaitDigit,
    ConnectWith,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    MuteRecording,
    OutOfTime,
    Performed,
    PromptsFinished,
    Request,
    RunAgi,
    StopSpeaking,
    TakeMessage,
    TimedOut,
)
from ivr_flows.session import Listening, NotBegun, Over, Performing, Session, Speaking
from ivr_flows.steps import (
    Branch,
    Collect,
    Menu,
    OfferCallback,
    Record,
    Return,
    Say,
    Set,
    SetLanguage,
    SubFlow,
    Survey,
)
from ivr_flows.steps_outside import (
    FAILED,
    Agi,
    Asked,
    End,
    Enqueue,
    Hours,
    LookUp,
    Outside,
    Payment,
    Transfer,
    Voicemail,
)

TOO_LONG: Final = "endless_flow"
"""The reason of the hang-up when a flow has gone on beyond every measure."""


def start(session: Session) -> list[FlowEffect]:
    """The caller enters. Once: started again, nothing happens."""
    return _enter(session, session.step) if isinstance(session.doing, NotBegun) else []


def resume(session: Session, *, again: bool) -> list[FlowEffect]:
    """A caller whom an earlier process left at the present step (flow_place.session_at): the step is begun again.

    What was being done outside is done again only if ``again``; else nobody knows what came of it, and it has failed.
    """
    if not isinstance(session.doing, NotBegun | Performing):
        return []
    if isinstance(session.doing, Performing) and not again and not isinstance(session.here, Enqueue):
        return _performed(session, Performed(session.doing.id, FAILED))
    return _enter(session, session.step)


def handle(session: Session, event: FlowEvent) -> list[FlowEffect]:
    """What must be done because of ``event``, in order. The last effect of a flow is JoinQueue or HangUp; after a JoinQueue that
    ``goes_on`` it may still be gone on with."""
    match event:
        case PromptsFinished(id=id_):
            return _spoken(session) if session.doing == Speaking(id_) else []
        case DigitPressed(digit=digit):
            return _pressed(session, digit) if session.heard_key(digit) else []
        case TimedOut():
            return _silent(session) if isinstance(session.doing, Listening) else []
        case Performed(id=id_):
            return _performed(session, event) if session.doing == Performing(id_) else []
        case OutOfTime():
            return _out_of_time(session)
        case _:
            assert_never(event)


def _enter(session: Session, name: str) -> list[FlowEffect]:
    """Go to the step ``name`` and on, until something must be said or done, or the flow is over."""
    effects: list[FlowEffect] = []
    while session.enter(name):
        step = session.here
        match step:
            case Say() if step.interruptible and session.typed:
                session.note("skipped")
                name = session.leave(("next",))
            case Say():
                return [*effects, say(session, step.prompts, interruptible=step.interruptible)]
            case Menu() | Survey() | Collect() | Payment():
                return effects + _mute(session, step) + _taken(session, begin_asking(session, step))
            case Set():
                _set(session, step)
                name = session.leave(("next",))
            case Branch():
                name = session.leave(_way(session, step))
            case SetLanguage():
                session.language = step.to
                session.skills = {**session.skills, **step.skills}
                name = session.leave(("next",))
            case Record():
                effects.append(messages.Record(step.on and not step.refused, step.refused))
                name = session.leave(("next",))
            case SubFlow():
                first = session.dive(step)
                if first is None:
                    break
                name = first
            case Return():
                if session.surface() is None:
                    return effects + end(session, HangUp("returned"))
                name = session.leave(("next",))
            case Enqueue():
                return effects + _enqueue(session, step)
            case Hours() | LookUp() | Agi() | Transfer() | Voicemail() | OfferCallback():
                return effects + perform(session, _request(session, step))
            case End() if step.prompts:
                return [*effects, say(session, step.prompts, interruptible=False)]
            case End():
                return effects + end(session, HangUp(step.reason))
            case _:
                assert_never(step)
    session.note("gave_up")
    return effects + end(session, HangUp(TOO_LONG))


def _spoken(session: Session) -> list[FlowEffect]:
    """The prompts of the present step have been heard."""
    step = session.here
    if isinstance(step, AsksForKeys):
        session.doing = Listening()
        return [AwaitDigit(step.timeout_s)]
    if isinstance(step, End):
        return end(session, HangUp(step.reason))
    return _enter(session, session.leave(("next",)))


def _pressed(session: Session, digit: str) -> list[FlowEffect]:
    speaking = isinstance(session.doing, Speaking)
    if isinstance(session.doing, Performing) and not isinstance(session.here, Enqueue):
        session.typed.append(digit)
    if not speaking and not isinstance(session.doing, Listening):
        return []
    stop: list[FlowEffect] = [StopSpeaking()] if speaking else []
    match session.here:
        case Menu() | Survey() | OfferCallback() | Collect() | Payment() as step:
            return stop + _taken(session, pressed(session, step, digit))
        case Say() as speech:
            session.typed.append(digit)
            if not speech.interruptible:
                return []
            session.note("interrupted")
            return stop + _enter(session, session.leave(("next",)))
        case _:
            return []


def _silent(session: Session) -> list[FlowEffect]:
    step = session.here
    assert isinstance(step, AsksForKeys), "nothing else awaits keys"
    return _taken(session, nothing_pressed(session, step))


def _taken(session: Session, turn: Turn) -> list[FlowEffect]:
    return unmute(session) + _enter(session, session.leave(turn.path)) if isinstance(turn, Leads) else turn


def _mute(session: Session, step: AsksForKeys) -> list[FlowEffect]:
    """From before the first digit of a card is asked for: some callers know, and type ahead."""
    if not isinstance(step, Payment):
        return []
    session.muted = True
    return [MuteRecording(muted=True)]


def _out_of_time(session: Session) -> list[FlowEffect]:
    if isinstance(session.doing, NotBegun | Over):
        return []
    stop: list[FlowEffect] = [StopSpeaking()] if isinstance(session.doing, Speaking) else []
    session.note("gave_up")
    return stop + end(session, HangUp(TOO_LONG))


# -- the flow's own affairs ------------------------------------------------------------------------------------------------


def _set(session: Session, step: Set) -> None:
    session.variables |= step.values
    for variable, expression in step.computed.items():
        session.variables[variable] = session.evaluate(expression)


def _way(session: Session, branch: Branch) -> Path:
    """The first way whose condition is true."""
    for place, way in enumerate(branch.ways):
        if session.evaluate(way.when):
            return ("ways", place, "next")
    return ("otherwise",)


def _enqueue(session: Session, step: Enqueue) -> list[FlowEffect]:
    goes_on = None
    if step.after is not None:
        session.performed += 1
        goes_on = session.performed
    wanted = step.operator_from and _text(session.evaluate(step.operator_from))
    joins = JoinQueue(
        step.queue,
        tuple(sorted({**session.skills, **step.skills}.items())),
        step.priority,
        session.language,
        wanted or step.operator,
        tuple((name, _text(session.evaluate(expression))) for name, expression in step.show.items()),
        goes_on=goes_on,
    )
    ended = end(session, joins)
    if goes_on is not None:
        session.doing = Performing(goes_on)
    return ended


# -- what is done outside --------------------------------------------------------------------------------------------------


def _request(session: Session, step: Hours | LookUp | Agi | Transfer | Voicemail | OfferCallback) -> Request:
    match step:
        case Hours():
            return AskHours(step.calendar)
        case LookUp():
            return AskService(step.service, computed(session, step.send), tuple(step.save.items()))
        case Agi():
            sent = {name: _text(session.evaluate(expression)) for name, expression in step.send.items()}
            return RunAgi(step.service, sent, tuple(step.save.items()))
        case Transfer():
            number = step.number if step.number_from is None else _text(session.evaluate(step.number_from))
            return ConnectWith(step.operator, number, step.ring_s)
        case Voicemail():
            return TakeMessage(step.queue, step.mailbox)
        case OfferCallback():
            return AskCallable()
        case _:
            assert_never(step)


def _performed(session: Session, event: Performed) -> list[FlowEffect]:
    step = session.here
    if isinstance(step, OfferCallback):
        if event.outcome == "yes":
            return _taken(session, begin_asking(session, step))
        return _enter(session, session.leave(("otherwise",)))
    assert isinstance(step, Outside), "nothing else is done outside"
    if isinstance(step, Transfer) and event.outcome == "over":
        session.note("connected")
        return end(session, HangUp("forwarded"))
    known = {name for _, name in step.sets()}
    session.variables |= {name: bounded(value) for name, value in event.values.items() if name in known}
    if isinstance(step, Asked) and step.status is not None:
        session.variables[step.status] = int(event.outcome) if re.fullmatch("[0-9]{3}", event.outcome) else None
    return unmute(session) + _enter(session, session.leave(step.way_of(event.outcome)))


def _text(value: Value) -> str:
    return "" if value is None else str(value)
