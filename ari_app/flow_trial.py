"""How does somebody at a terminal play a caller, and the world around? What is typed is done; what is asked, answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ari_app.centre_files import InLanguages
from ari_app.texts import Text
from ivr_flows.calendars import Calendar, state_at
from ivr_flows.messages import (
    AskCallable,
    AskHours,
    AskService,
    ConnectWith,
    JoinQueue,
    Perform,
    Request,
    RunAgi,
    Spoken,
    TakeMessage,
)
from ivr_flows.rehearsal import Outcome, Rehearsal
from ivr_flows.saying import VOCABULARY, pieces
from ivr_flows.session import Session
from ivr_flows.shapes import KEYS
from ivr_flows.worlds import Answer, hours_at

HELP: Final = 'keys, or "timeout", "hangup", "clock 2026-12-24T18:30"; nothing: listen on'
FAILED: Final = Answer(outcome="failed")


class Trial:
    """A conversation with one caller's flow. ``now`` gives Unix seconds, until a clock is set."""

    def __init__(self, session: Session, calendars: Mapping[str, Calendar], now: Callable[[], float]) -> None:
        self._calendars = calendars
        self._now = now
        self._clock: str | None = None
        self.talk = Rehearsal(session, self._world)

    def does(self, typed: str) -> str | None:
        """Do what was typed; what is wrong with it, if anything is."""
        match typed.split():
            case []:
                self.talk.waits() if self.talk.awaits_key else self.talk.listens()
            case ["timeout"]:
                self.talk.waits()
            case ["hangup"]:
                self.talk.hangs_up()
            case ["served"] if isinstance(self.talk.ending, JoinQueue):
                self.talk.is_served()
            case ["clock", clock]:
                return self._set_clock(clock)
            case [keys] if set(keys) <= set(KEYS):
                self.talk.presses(keys)
            case _:
                return f"{typed!r} is none of {HELP}"
        return None

    def answers(self, typed: str) -> str | None:
        """Answer what the flow has asked the world; what is wrong with it, if anything is."""
        asked = self.talk.asked
        assert asked is not None, "ask only when something is asked"
        try:
            outcome, values = _answer(typed.strip(), asked.request).came_of(asked.request)
        except ValueError as bad:
            return f"that is no answer ({bad}); write {expected(asked)}"
        self.talk.comes_back(outcome, values)
        return None

    def _set_clock(self, clock: str) -> str | None:
        try:
            datetime.fromisoformat(clock)
        except ValueError:
            return f"{clock!r} is no time; write it as 2026-11-26T10:30"
        self._clock = clock
        return None

    def _world(self, session: Session, request: Request) -> Outcome | None:
        match request:
            case AskHours(calendar=name) if self._clock is not None:
                return hours_at(self._calendars[name], self._clock), {}
            case AskHours(calendar=name):
                return state_at(self._calendars[name], self._now()), {}
            case AskCallable():
                return ("yes" if session.variables["caller"] else "no"), {}
            case _:
                return None


def _answer(typed: str, request: Request) -> Answer:
    """Raises ValueError."""
    if not typed:
        return FAILED
    match request:
        case AskService():
            status, _, body = typed.partition(" ")
            return Answer(status=int(status), body=json.loads(body) if body.strip() else None)
        case RunAgi():
            variables = json.loads(typed)
            return Answer(variables=variables) if isinstance(variables, dict) else FAILED
        case _:
            return Answer(outcome=typed)


def expected(asked: Perform) -> str:
    """What may be typed as the answer."""
    match asked.request:
        case AskService():
            return 'a status and JSON, as 200 {"name": "Ana"}; nothing: it fails'
        case RunAgi():
            return 'the channel\'s variables, as {"SALDO": "12"}; nothing: it fails'
        case ConnectWith():
            return '"over" when they have talked; nothing: it fails'
        case _:
            return '"next" when it is done; nothing: it fails'


def in_words(asked: Perform) -> str:
    """What the flow asks the world for."""
    match asked.request:
        case AskService(service=service, sent=sent):
            return f"asks the service {service} with {', '.join(sent) or 'nothing'}"
        case RunAgi(service=service):
            return f"gives the call to the AGI service {service}"
        case ConnectWith(operator=operator, number=number):
            return f"connects with {operator or number}"
        case TakeMessage(queue=queue):
            return f"takes a message for {queue}"
        case AskHours() | AskCallable():
            return "asks the world"


def ended(talk: Rehearsal) -> Iterator[str]:
    """How it ended, and what the variables hold."""
    ending = talk.ending
    if isinstance(ending, JoinQueue):
        wishes = ", ".join(f"{skill} {level}" for skill, level in ending.skills)
        shown = ", ".join(f"{name}: {value}" for name, value in ending.shown)
        yield "".join(
            (
                f"into the queue {ending.queue}, in {ending.language!r}, priority {ending.priority}",
                f", skills {wishes}" if wishes else "",
                f", operator {ending.operator}" if ending.operator else "",
                f", shown {shown}" if shown else "",
                ", and will be called back" if ending.called_back else "",
            )
        )
    else:
        yield f"the call ends: {ending.reason if ending else ''}"
    for name, value in talk.session.variables.items():
        if name not in ("caller", "number"):
            yield f"  {name} = {value!r}"


class Words:
    """What is heard, as far as it is known in words: a recording's name else."""

    def __init__(self, prompts: Mapping[str, InLanguages], texts: tuple[Text, ...]) -> None:
        self._prompts = prompts
        self._texts = {(text.prompt, text.language): text.text for text in texts}

    def of(self, what: str | Spoken, language: str) -> str:
        """One thing that is said."""
        if isinstance(what, Spoken):
            return self._value(what, language)
        entry = self._prompts[what][language] if what in self._prompts else None
        source = entry.same_as if entry is not None and entry.same_as is not None else language
        text = self._texts.get((what, source))
        return f"{text}  ({what})" if text else f"({what})"

    def _value(self, what: Spoken, language: str) -> str:
        said = None if what.value is None else pieces(what.kind, what.value, language)
        if said is None:
            return f"(nothing: {what.value!r} is no {what.kind})"
        return " ".join(VOCABULARY[language][piece] for piece in said)
