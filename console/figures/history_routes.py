"""What does the API say of the calls that have been? The list behind any figure, a call with its stretches, operators' days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.clock import Clock
from ari_app.contract import timestamp
from console.figures.asking import Asked, Asking, answer_to, answering
from console.figures.centre import KnowsCentre
from console.figures.counting import LISTS
from console.figures.csv_text import Language, csv_text
from console.figures.queries import FiguresStore, Found, Page, summed
from console.figures.routes import as_csv
from console.figures.spans import begin_of
from console.people import AskedBy, PersonRoute, demand, needs_token

CSV_MAX: Final = 100_000
TIMES: Final = ("at", "started", "ended", "answered", "begin", "end")
HIDDEN: Final = ("caller_who", "noted_at", "source", "place", "piece", "quarter")
"""What is the program's own, or tells one customer from another."""

Counted = Annotated[str | None, Query(description=f"a list behind a figure: {', '.join(LISTS)}; without it: all calls")]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Equal = Annotated[str | None, Query(max_length=64)]
COUNTED_COLUMNS: Final = (
    ("at", "Momento", "Time"),
    ("call", "Llamada", "Call"),
    ("what", "Qué", "What"),
    ("queue", "Cola", "Queue"),
    ("operator", "Operador", "Operator"),
    ("seconds", "Segundos", "Seconds"),
    ("hold_s", "En espera (s)", "Hold (s)"),
    ("within", "En plazo", "In time"),
    ("cause", "Causa", "Cause"),
    ("number", "Número", "Number"),
    ("caller_shown", "Quien llama", "Caller"),
    ("started", "Comienzo", "Began"),
    ("ended", "Fin", "Ended"),
    ("end_reason", "Motivo del fin", "End reason"),
    ("disposition", "Tipificación", "Disposition"),
    ("ticket", "Solicitud", "Ticket"),
)
CALL_COLUMNS: Final = (
    ("id", "Llamada", "Call"),
    ("direction", "Sentido", "Direction"),
    ("number", "Número", "Number"),
    ("caller_shown", "Quien llama", "Caller"),
    ("started", "Comienzo", "Began"),
    ("answered", "Atendida", "Answered"),
    ("ended", "Fin", "Ended"),
    ("end_reason", "Motivo del fin", "End reason"),
    ("queues", "Colas", "Queues"),
    ("operators", "Operadores", "Operators"),
    ("wait_s", "Espera en cola (s)", "Time in queue (s)"),
    ("talk_s", "Conversación (s)", "Talk (s)"),
    ("hold_s", "En espera (s)", "Hold (s)"),
    ("wrap_up_s", "Poscall (s)", "Wrap-up (s)"),
    ("disposition", "Tipificación", "Disposition"),
    ("ticket", "Solicitud", "Ticket"),
    ("flow", "Locución", "Flow"),
    ("flow_version", "Versión", "Version"),
)


def call_history_routes(database: Database, knows: KnowsCentre, clock: Clock) -> APIRouter:
    """The routes."""
    store = FiguresStore(database)
    router = APIRouter(prefix="/api/v1/history", tags=["history"], route_class=PersonRoute, dependencies=[needs_token])

    async def found(asking: Asking, counted: str | None, limit: int, offset: int, **equal: str | None) -> Page:
        wanted, zone = asking.wanted, asking.centre.zone
        if counted is not None:
            if counted not in LISTS:
                raise Refused(422, "invalid", f"counted is one of {', '.join(LISTS)}.", "counted")
            return await answering(store.listed, counted, wanted, zone, limit, offset)
        begin, end = begin_of(wanted.days.first, zone), begin_of(wanted.days.last + timedelta(days=1), zone)
        if wanted.hour is not None:
            begin, end = wanted.hour.begin, wanted.hour.end
        return await answering(store.calls, begin, end, wanted, limit, offset, **equal)

    @router.get("/calls")
    async def list_calls(
        person: AskedBy,
        question: Asked,
        counted: Counted = None,
        number: Equal = None,
        disposition: Equal = None,
        end_reason: Equal = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        """With ``counted``: what that figure counts, one by one, each with its call (``about``); ``total`` is the figure."""
        asking = await answer_to(question, person, knows, clock)
        equal = {"number": number, "disposition": disposition, "end_reason": end_reason}
        page = await found(asking, counted, limit, offset, **equal)
        items = [shown(one) for one in page.items]
        return json_answer({"counted": counted, "total": page.total, "limit": limit, "offset": offset, "items": items})

    @router.get("/calls.csv")
    async def download_calls(
        person: AskedBy, question: Asked, counted: Counted = None, lang: Language = "es"
    ) -> Response:
        """The whole list, up to 100,000 lines, for a spreadsheet of that language; times are the centre's."""
        asking = await answer_to(question, person, knows, clock)
        page = await found(asking, counted, CSV_MAX, 0)
        columns = CALL_COLUMNS if counted is None else COUNTED_COLUMNS
        days = asking.wanted.days
        table = await answering(_table, page.items, columns, lang, asking.centre.zone)
        return as_csv(table, f"{counted or 'calls'}_{days.first}_{days.last}.csv")

    @router.get("/calls/{call_id}")
    async def show_call(call_id: str, person: AskedBy, question: Asked) -> Response:
        """A call with its stretches in order, and what was counted of it."""
        asking = await answer_to(question, person, knows, clock)
        call = await answering(store.call, call_id)
        if call is None or not asking.scope.covers(call):
            raise Refused(404, "not_found", "There is no such call.")
        return json_answer(_whole(call_id, call))

    @router.get("/operators/{code}/states")
    async def show_states(code: str, person: AskedBy, question: Asked) -> Response:
        """The stretches of an operator's day, those that are over."""
        asking = await answer_to(question, person, knows, clock)
        demand(asking.scope.operators is None or code in asking.scope.operators)
        day = asking.wanted.days.first
        items = await answering(store.states, code, day)
        return json_answer({"operator": code, "day": day.isoformat(), "items": [shown(one) for one in items]})

    return router


def _whole(id_: str, found: Found) -> dict[str, Any]:
    call = found.call or {"id": id_}
    return shown(
        call
        | summed(found.counted)
        | {
            "segments": [shown(one) for one in found.segments],
            "counted": [shown(one) for one in found.counted],
        }
    )


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """As the API shows it: times as ISO 8601, nothing of the program's own."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if name in HIDDEN:
            continue
        if isinstance(value, dict):
            made[name] = shown(value)
        else:
            made[name] = timestamp(value) if name in TIMES and isinstance(value, float) else value
    return made


def _table(
    items: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str, str]], lang: Language, zone: ZoneInfo
) -> str:
    header = [es if lang == "es" else en for _, es, en in columns]
    names = [name for name, _, _ in columns]
    return csv_text(header, (list(_cells(one, names, zone)) for one in items), lang)


def _cells(item: dict[str, Any], columns: Sequence[str], zone: ZoneInfo) -> Iterator[object]:
    flat = {**(item.get("about") or {}), **item}
    for name in columns:
        value = flat.get(name)
        if isinstance(value, list):
            yield ", ".join(value)
        elif name in TIMES and isinstance(value, float):
            yield datetime.fromtimestamp(value, zone).isoformat(timespec="seconds")
        else:
            yield value
