"""What does the world outside answer a caller who is not real? The time and the answers that a scene gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ivr_flows.calendars import Calendar, state_at
from ivr_flows.explain import wrong
from ivr_flows.fields import field_of
from ivr_flows.messages import AskCallable, AskHours, AskService, ConnectWith, Request, RunAgi, TakeMessage
from ivr_flows.rehearsal import Outcome
from ivr_flows.session import Session
from ivr_flows.shapes import Name, NoOtherKeys, Shape, is_name
from ivr_flows.steps_outside import FAILED

Calendars = Mapping[str, Calendar]
UNSAID: Final[Mapping[type[Request], str]] = {
    AskService: FAILED,
    RunAgi: FAILED,
    ConnectWith: "over",
    TakeMessage: "next",
}
"""What comes of a request of which a scene says nothing."""


def _clock(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(f"{text!r} is no time", 'write the local time as "2026-11-26T10:30"') from None
    if moment.tzinfo is not None:
        raise wrong(f"{text!r} has a time zone", "leave it out: it is that of the calendar")
    return text


class Answer(Shape):
    """What comes of one request: of a service the ``status`` and the ``body``, of AGI the ``variables`` of the channel, of the
    others (and of whatever fails) the ``outcome``, which may be written alone: ``failed``."""

    status: Annotated[int | None, Field(ge=100, le=599)] = None
    body: Any = None
    variables: dict[str, str] | None = None
    outcome: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _outcome_alone(cls, value: Any) -> Any:
        return {"outcome": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_of_three(self) -> Any:
        if len([one for one in (self.status, self.variables, self.outcome) if one is not None]) != 1:
            raise wrong("is no answer", "give a status (and body), or variables, or an outcome such as failed")
        return self

    def came_of(self, request: Request) -> Outcome:
        """The outcome for the interpreter."""
        match request:
            case AskService(saved=saved) if self.status is not None:
                return str(self.status), {variable: field_of(self.body, path) for variable, path in saved}
            case RunAgi(saved=saved) if self.variables is not None:
                return "next", {variable: self.variables.get(name) for variable, name in saved}
            case _:
                return self.outcome or FAILED, {}


def _in_turn(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


Answers = Annotated[tuple[Answer, ...], Field(min_length=1), BeforeValidator(_in_turn)]


class Given(Shape):
    """The world of a scene. ``clock``: the local time. ``answers`` by step: one, or several in turn, the last one staying.
    ``like``: what is not given here is as in that one of the file's ``worlds``, whose name alone will do."""

    like: Name | None = None
    clock: Annotated[str, AfterValidator(_clock)] | None = None
    answers: Annotated[dict[Name, Answers], NoOtherKeys()] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _like_alone(cls, value: Any) -> Any:
        return {"like": is_name(value)} if isinstance(value, str) else value

    def within(self, worlds: Mapping[str, Given]) -> Given:
        """This one, with what is not given in it as in the one that it is ``like``, if that is there."""
        other = worlds.get(self.like) if self.like is not None else None
        if other is None:
            return self
        return Given(clock=self.clock or other.clock, answers={**other.answers, **self.answers})


class GivenWorld:
    """Answers for one caller. ``missing``: what the scene should have said and did not."""

    def __init__(self, given: Given, calendars: Calendars) -> None:
        self._given = given
        self._calendars = calendars
        self._asked: dict[str, int] = {}
        self.missing: list[str] = []

    def answers(self, session: Session, request: Request) -> Outcome:
        """See rehearsal.World."""
        known = self._given.answers.get(session.step)
        if known is not None:
            turn = self._asked[session.step] = self._asked.get(session.step, -1) + 1
            return known[min(turn, len(known) - 1)].came_of(request)
        if isinstance(request, AskHours):
            return self._hours(request.calendar), {}
        if isinstance(request, AskCallable):
            return "yes" if session.variables["caller"] else "no", {}
        return UNSAID[type(request)], {}

    def _hours(self, calendar: str) -> str:
        if self._given.clock is None:
            told = "the flow asks for the time, and the scene gives no clock"
            self.missing += [told] if told not in self.missing else []
            return "closed"
        if calendar not in self._calendars:
            return "closed"
        return hours_at(self._calendars[calendar], self._given.clock)


def hours_at(calendar: Calendar, clock: str) -> str:
    """What the calendar is at the local time ``clock`` (ISO)."""
    here = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(calendar.time_zone))
    return state_at(calendar, here.timestamp())
