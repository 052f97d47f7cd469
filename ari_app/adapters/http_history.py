"""What does the API say of what has happened? The day's figures, a call's story, and why a caller still waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, Caller, busy_with, demand, may_see, needs_token
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.answers import CentreHistory
from ari_app.board import StatusBoard
from ari_app.contract import timestamp
from queues.day_report import OperatorFigures, QueueFigures
from queues.reasons import WhyWaiting
from queues.story import left_out
from queues.story_words import Language

AskedLanguage = Annotated[Language, Query(description="the language of the words")]
_TIMES = ("arrived_at", "relaxes_at", "since", "until")


class Figures(BaseModel):
    """Today's figures (docs/journal.md says how each is defined)."""

    day: str
    since: str | None
    until: str | None
    queues: list[QueueFigures]
    operators: list[OperatorFigures]


class Step(BaseModel):
    """One step of a call: when, in words, and the fact with its numbers."""

    at: str
    kind: str
    text: str
    fact: dict[str, Any]


class Story(BaseModel):
    """A call's story. ``left_out``: steps in the middle that were not kept, of a very long one."""

    call: str
    language: Language
    steps: list[Step]
    left_out: int


class Waiting(BaseModel):
    """Why the first caller of a queue still waits, in words and in numbers."""

    queue: str
    language: Language
    text: str
    why: dict[str, Any]


def history_routes(board: StatusBoard, history: CentreHistory, day: Callable[[float], str]) -> APIRouter:
    """The routes; ``day`` tells the centre's date at a time."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["history"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.get("/figures", response_model=Figures)
    async def show_figures(caller: AskedBy) -> Response:
        demand(caller.may("figures"))
        figures = history.figures()
        theirs = tuple(one for one in figures.operators if caller.reaches("figures", one.code))
        shown = {"day": day(figures.until or 0.0), **asdict(replace(figures, operators=theirs))}
        return json_answer(_with_timestamps(shown))

    @router.get("/calls/{call_id}/why", response_model=Story)
    async def tell_call(call_id: str, caller: AskedBy, lang: AskedLanguage = "es") -> Response:
        _demand_call(board, call_id, caller)
        told = history.story(call_id, lang)
        if told is None:
            raise _not_found("call")
        lines, missing = told
        steps = [
            {
                "at": timestamp(line.fact.at),
                "kind": type(line.fact).__name__,
                "text": line.text,
                "fact": history.fields_of(line),
            }
            for line in lines
        ]
        if missing:
            steps[len(steps) // 2]["text"] = f"{left_out(missing, lang)} {steps[len(steps) // 2]['text']}"
        return json_answer({"call": call_id, "language": lang, "steps": steps, "left_out": missing})

    @router.get("/queues/{name}/why-waiting", response_model=Waiting)
    async def tell_waiting(name: str, caller: AskedBy, lang: AskedLanguage = "es") -> Response:
        demand(caller.may("why_waiting"))
        try:
            why, text = history.why_waiting(name, lang)
        except LookupError:
            raise _not_found("queue") from None
        return json_answer({"queue": name, "language": lang, "text": text, "why": _waiting(why)})

    return router


def _demand_call(board: StatusBoard, call_id: str, caller: Caller) -> None:
    """A call that the board has forgotten is nobody's but theirs who see all calls."""
    demand(caller.may("see_calls"))
    shown = board.calls.get(call_id)
    if shown is None:
        if caller.reach("see_calls") != "all":
            raise _not_found("call")
        return
    demand(may_see(caller, shown) or bool(busy_with(board, caller, call_id)))


def _waiting(why: WhyWaiting) -> dict[str, Any]:
    shown = _with_timestamps(asdict(why))
    shown["operators"] = dict(why.operators)
    shown["soonest"] = [_with_timestamps(one) for one in shown["soonest"]]
    return shown


def _with_timestamps(shown: dict[str, Any]) -> dict[str, Any]:
    """Times on the core's clock as ISO 8601."""
    return {
        name: timestamp(value) if name in _TIMES and isinstance(value, float) else value
        for name, value in shown.items()
    }


def _not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"There is no such {what}.")
