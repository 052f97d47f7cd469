"""What can be asked over HTTP of the limits of alarms? See the centre's and one's own; set them, as far as one's role goes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ari_app.adapters.http_bodies import REFUSALS, ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.beside import beside
from console.alarms.book import CENTRE, AlarmLimits, Changed, Limits
from console.alarms.limits import KINDS, BadLimits, Rules, changes, queues_of, read_rules
from console.answers import CATALOGUE_AWAY, answering_when_away
from console.audit.asking import by
from console.people import AskedBy, Person, PersonRoute, demand, needs_token

MOVED: Final[dict[int | str, dict[str, Any]]] = {
    409: {
        "model": ErrorBody,
        "description": "Others have been set meanwhile; look at them, and send it with their version",
    }
}


class LimitsBody(BaseModel):
    """All limits from now on. ``version``: of those that they take the place of (0: none yet). ``rules``: by kind of alarm
    ``{"on"?, "limit"?, "of"?: {queue: {"on"?, "limit"?}}}``; s in seconds, shares 0 to 1."""

    model_config = ConfigDict(extra="forbid", strict=True)
    version: int = Field(ge=0)
    rules: dict[str, Any] = Field(max_length=len(KINDS) * 2)


class LimitsShown(BaseModel):
    """``version`` 0, ``at`` and ``by`` null: nobody has set any yet."""

    rules: dict[str, Any]
    version: int
    at: str | None
    by: str | None


class BothShown(BaseModel):
    """What ``mine`` does not say, ``centre`` does, and what neither does is as usual."""

    centre: LimitsShown
    mine: LimitsShown


def alarm_routes(limits: AlarmLimits, queues: Callable[[], Collection[str]]) -> APIRouter:
    """``/api/v1/alarms/limits``. ``queues`` are the centre's names of them, asked each time."""
    router = APIRouter(
        prefix="/api/v1/alarms/limits",
        tags=["alarms"],
        route_class=PersonRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **CATALOGUE_AWAY},
    )

    async def both(person: Person) -> Response:
        with answering_when_away():
            centre, mine = await beside(limits.of, CENTRE, person.code)
        return json_answer({"centre": centre.as_json(), "mine": mine.as_json()})

    async def put(owner: str, body: LimitsBody, person: Person, request: Request) -> Response:
        with answering_when_away():
            centre, kept = await beside(limits.of, CENTRE, owner)
            if kept.version != body.version:
                raise _moved()
            rules = _read(body, {*queues(), *queues_of(centre.rules), *queues_of(kept.rules)})
            if owner == CENTRE:
                _demand_reach(person, kept, rules, queues())
            try:
                await beside(limits.put, owner, rules, kept, by(person, request))
            except Changed:
                raise _moved() from None
        return await both(person)

    @router.get("", response_model=BothShown)
    async def show_limits(person: AskedBy) -> Response:
        demand(person.may("alarms"))
        return await both(person)

    @router.put("/mine", response_model=BothShown, responses=MOVED)
    async def set_mine(body: LimitsBody, request: Request, person: AskedBy) -> Response:
        """Your own; they go before the centre's."""
        demand(person.may("alarms"))
        return await put(person.code, body, person, request)

    @router.put("/centre", response_model=BothShown, responses=MOVED)
    async def set_centres(body: LimitsBody, request: Request, person: AskedBy) -> Response:
        """For everybody who has set none; a supervisor of some queues, those of these queues alone."""
        demand(person.reach("alarms") in ("queues", "all"))
        return await put(CENTRE, body, person, request)

    return router


def _read(body: LimitsBody, queues: Collection[str]) -> Rules:
    """Of queues that have left the centre what was set may stay. Raises Refused (422)."""
    try:
        return read_rules(body.rules, queues)
    except BadLimits as bad:
        raise Refused(422, bad.code, str(bad), bad.field) from None


def _demand_reach(person: Person, kept: Limits, rules: Rules, queues: Collection[str]) -> None:
    """Who looks after all ``queues`` sets what is for all, too. Raises Refused (403)."""
    if person.reach("alarms") == "all" or not person.queues or set(queues) <= set(person.queues):
        return
    for kind, queue in changes(kept.rules, rules):
        if queue not in person.queues:
            message = "You set the limits of your own queues only: " + ", ".join(person.queues) + "."
            raise Refused(403, "out_of_sight", message, f"rules.{kind}.of.{queue}" if queue else f"rules.{kind}")


def _moved() -> Refused:
    message = "The limits have been changed meanwhile; look at them, and send yours with their version."
    return Refused(409, "changed", message, "version")
