"""What comes of the keys that a caller presses while something is asked? Menus, surveys, offers, digits and payments.

A turn is what must be done now, or the way on which the step is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr_flows.digits import holds
from ivr_flows.doing import computed, end, perform, resolved, say, say_these
from ivr_flows.located_yaml import Path
from ivr_flows.messages import AskService, AwaitDigit, FlowEffect, JoinQueue, Spoken
from ivr_flows.questions import Question, question_of, questions_of
from ivr_flows.said import Items
from ivr_flows.session import Asking, Listening, Session
from ivr_flows.steps import Collect, Menu, OfferCallback, Survey
from ivr_flows.steps_outside import Payment

AsksForDigits = Collect | Payment
AsksForKeys = Menu | Survey | OfferCallback | AsksForDigits


@dataclass(frozen=True, slots=True)
class Leads:
    """The step is left by the field at ``path``."""

    path: Path


Turn = list[FlowEffect] | Leads


def begin_asking(session: Session, step: AsksForKeys) -> Turn:
    """With the keys that were typed ahead, if any; else in words."""
    session.asking = Asking(step.tries)
    if isinstance(step, Collect):
        session.asking.question = question_of(step)
    if isinstance(step, Payment):
        session.asking.question, *session.asking.to_ask = questions_of(step)
    return _ask(session, step)


def pressed(session: Session, step: AsksForKeys, digit: str) -> Turn:
    """A key, while something is being asked."""
    return _typed(session, step, digit) if isinstance(step, AsksForDigits) else _choose(session, step, digit)


def nothing_pressed(session: Session, step: AsksForKeys) -> Turn:
    """The time for a key is over."""
    if isinstance(step, AsksForDigits) and session.asking.collected and not session.asking.confirming:
        return _collected(session, step)
    session.note("silence")
    return _again(session, step, () if session.asking.confirming else step.silence)


def _ask(session: Session, step: AsksForKeys, first: Items = ()) -> Turn:
    session.asking.collected, session.asking.confirming = "", False
    if session.typed:
        return pressed(session, step, session.typed.popleft())
    question = session.asking.question
    asked = step.prompts if not isinstance(step, Payment) else question.prompts if question else ()
    return [say(session, first + asked, interruptible=True)]


def _choose(session: Session, menu: Menu | Survey | OfferCallback, digit: str) -> Turn:
    way = menu.way_of(digit)
    if way is None:
        return _not_these(session, menu)
    if isinstance(menu, Survey):
        session.variables[menu.question] = int(digit)
        session.note("answered", digit)
    if isinstance(menu, OfferCallback) and way == ("yes",):
        session.note("agreed")
        skills = tuple(sorted({**session.skills, **menu.skills}.items()))
        return end(session, JoinQueue(menu.queue, skills, menu.priority, session.language, called_back=True))
    return Leads(way)


def _not_these(session: Session, step: AsksForKeys) -> Turn:
    """A wrong key, or wrong digits."""
    session.note("invalid")
    return _again(session, step, step.invalid)


def _again(session: Session, step: AsksForKeys, first: Items) -> Turn:
    """Another try: say what was wrong and ask again, or give up. What was typed ahead was meant for something else."""
    session.typed.clear()
    session.asking.tries_left -= 1
    if session.asking.tries_left <= 0:
        return Leads(("otherwise",))
    return _ask(session, step, first)


# -- digits ----------------------------------------------------------------------------------------------------------------


def _typed(session: Session, step: AsksForDigits, digit: str) -> Turn:
    """A key, and whatever was typed ahead after it."""
    asking, question = session.asking, _question(session)
    if asking.confirming:
        return _confirm(session, step, digit)
    if digit == question.terminator:
        return _collected(session, step)
    if not digit.isdigit():
        return _not_these(session, step)
    asking.collected += digit
    if len(asking.collected) == question.max_digits:
        return _collected(session, step)
    if session.typed:
        return _typed(session, step, session.typed.popleft())
    session.doing = Listening()
    return [AwaitDigit(step.between_s)]


def _collected(session: Session, step: AsksForDigits) -> Turn:
    """The caller has ended; are they what they must be?"""
    digits, question = session.asking.collected, _question(session)
    if len(digits) < question.min_digits or not holds(question.must, digits):
        return _not_these(session, step)
    if question.read_back is None:
        return _keep(session, step)
    session.asking.confirming = True
    if session.typed:
        return _confirm(session, step, session.typed.popleft())
    said = resolved(session, question.read_back.before), resolved(session, question.read_back.after)
    return [say_these(session, (*said[0], Spoken("digits", digits), *said[1]), interruptible=True)]


def _confirm(session: Session, step: AsksForDigits, digit: str) -> Turn:
    read_back = _question(session).read_back
    if read_back is not None and digit == read_back.yes:
        return _keep(session, step)
    session.note("not_confirmed")
    return _again(session, step, ())


def _keep(session: Session, step: AsksForDigits) -> Turn:
    asking, question = session.asking, _question(session)
    if isinstance(step, Collect):
        session.variables[question.variable] = asking.collected
        session.asking = Asking()
        return Leads(("next",))
    asking.secret[question.variable] = asking.collected
    if asking.to_ask:
        asking.question, asking.tries_left = asking.to_ask.pop(0), step.tries
        return _ask(session, step)
    sent = {**computed(session, step.send), **asking.secret}
    session.asking = Asking()
    session.typed.clear()
    return perform(session, AskService(step.service, sent, tuple(step.save.items())))


def _question(session: Session) -> Question:
    assert session.asking.question is not None, "digits are only typed when they were asked for"
    return session.asking.question
