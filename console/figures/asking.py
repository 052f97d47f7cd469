"""Of which days, queues, operators and hours does somebody ask, and how much of that may he or she see?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from ari_app.adapters.http_errors import Refused
from ari_app.clock import Clock
from console.figures.centre import Centre, KnowsCentre
from console.figures.queries import NO_TEAM, Wanted
from console.figures.scope import Scope, scope_of
from console.figures.spans import Days, Hour, day_of, hour_named
from console.people import Person, demand
from recordings.record import CatalogueAway

P = ParamSpec("P")
T = TypeVar("T")
DAYS_MAX: Final = 366
YEARS: Final = range(1970, 9999)
"""Of others no clock tells when their days begin and end."""

MANY: Final = 200
"""Queues or operators that may be named."""

_Day = Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="a date in the centre's time zone; without it: today")


@dataclass(frozen=True, slots=True)
class Question:
    """As it stands in the address."""

    first: str | None
    last: str | None
    queues: tuple[str, ...]
    operators: tuple[str, ...]
    team: str | None
    hour: str | None
    hour_of_day: str | None
    authorization: str


def _question(
    request: Request,
    first: Annotated[str | None, Query(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    last: Annotated[str | None, Query(alias="to", pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    day: Annotated[str | None, _Day] = None,
    queue: Annotated[list[str] | None, Query(max_length=MANY)] = None,
    operator: Annotated[list[str] | None, Query(max_length=MANY)] = None,
    team: Annotated[str | None, Query(max_length=64)] = None,
    hour: Annotated[str | None, Query(max_length=32, description="such as 2026-11-28T09:00+01:00")] = None,
    hour_of_day: Annotated[str | None, Query(pattern=r"^[0-2]\d$", description="of each day, such as 09")] = None,
) -> Question:
    """``from`` and ``to``, or one ``day``; of these queues, operators, and this team (empty: of those who are in none)."""
    return Question(
        day or first or last,
        day or last or first,
        tuple(queue or ()),
        tuple(operator or ()),
        team,
        hour,
        hour_of_day,
        request.headers.get("authorization", ""),
    )


Asked = Annotated[Question, Depends(_question)]
"""The argument of a route."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for, as far as it may be seen."""

    wanted: Wanted
    centre: Centre
    scope: Scope
    question: Question

    def calls_query(self, key: Mapping[str, str]) -> str:
        """What to ask of ``/api/v1/history/calls`` for the calls of one group, but for the name of the list."""
        named: list[tuple[str, str]] = []
        if "day" in key or "hour" in key:
            named.append(("day", key.get("day") or key["hour"][:10]))
        else:
            days = self.wanted.days
            named += [("from", days.first.isoformat()), ("to", days.last.isoformat())]
        for name, given in (("queue", self.question.queues), ("operator", self.question.operators)):
            named += [(name, one) for one in ([key[name]] if name in key else given)]
        for name, value in (
            ("team", self.question.team),
            ("hour", self.question.hour),
            ("hour_of_day", self.question.hour_of_day),
        ):
            if (wanted := key.get(name, value)) is not None:
                named.append((name, wanted))
        return urlencode(named)


async def answer_to(
    question: Question, person: Person, knows: KnowsCentre, clock: Clock, *, of_figures: bool = False
) -> Asking:
    """What is to be looked for. ``of_figures``: an operator's are of today. Raises Refused: 403 for others' figures, and for
    whoever may see none, 422, 503."""
    demand(person.may("history"))
    centre = await knows.centre(question.authorization)
    scope = scope_of(person, centre.operators_of(person.team))
    today = day_of(clock.now(), centre.zone)
    days = Days(_date(question.first, today), _date(question.last, today))
    if days.last < days.first:
        raise Refused(422, "invalid", "The last day is before the first one.", "to")
    if (days.last - days.first).days >= DAYS_MAX:
        raise Refused(422, "invalid", f"At most {DAYS_MAX} days can be asked for at once.", "to")
    if of_figures and scope.today_only:
        demand(days.first == days.last == today)
    operators, but = frozenset(question.operators) or None, None
    if question.team == NO_TEAM:
        but = frozenset(one for team in centre.teams for one in centre.operators_of(team))
    elif question.team is not None:
        members = centre.operators_of(question.team)
        operators = members if operators is None else operators & members
    if scope.operators is not None and question.operators:
        demand(frozenset(question.operators) <= scope.operators)
    wanted = Wanted(days, frozenset(question.queues) or None, operators, hour_of_day=question.hour_of_day, but=but)
    if question.hour is not None:
        wanted = replace(wanted, hour=_hour(question.hour, centre))
    return Asking(wanted.within(scope.queues, scope.operators), centre, scope, question)


async def answering(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask the database, in a thread. Raises Refused (503) while it is away."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except CatalogueAway:
        raise Refused(
            503,
            "database_away",
            "The database cannot be reached at the moment; nothing is lost, try again.",
            headers={"Retry-After": "5"},
        ) from None


def _date(text: str | None, today: date) -> date:
    if text is None:
        return today
    try:
        found = date.fromisoformat(text)
        if found.year in YEARS:
            return found
    except ValueError:
        pass
    raise Refused(422, "invalid", f"{text} is no date that can be asked for; give one such as 2026-11-28.", "from")


def _hour(name: str, centre: Centre) -> Hour:
    try:
        return hour_named(re.sub(r" (?=\d\d:\d\d$)", "+", name), centre.zone)
    except (ValueError, OverflowError) as bad:
        raise Refused(422, "invalid", f"{name}: {bad}", "hour") from None
