"""What does the API say of the centre's figures? By group, over days, as CSV; the day's curve; what the next minutes bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Query, Request, Response

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer, json_bytes
from ari_app.board import StatusBoard
from ari_app.clock import Clock
from ari_app.contract import timestamp
from console.figures.asking import Asked, Asking, answer_to, answering
from console.figures.centre import Centre, KnowsCentre
from console.figures.counting import Sums, figures
from console.figures.csv_text import Language, csv_text
from console.figures.curve import day_curve
from console.figures.definitions import DEFINITIONS
from console.figures.forecast import QueuePast, forecast
from console.figures.queries import NO_TEAM, Dimension, FiguresStore, Key, TooManyGroups, Wanted
from console.figures.spans import Days
from console.people import AskedBy, PersonRoute, demand, needs_token

WEEKS: Final = 8
HANDLED_WITHIN_DAYS: Final = 14
MINUTES: Final = (15, 30)
GROUPS_MAX: Final = 20_000
"""More are no table that anybody reads: every hour of every operator's year."""

KEPT_S: Final = 20.0
"""For so long a queue's past counts for whoever asks for its forecast: many wallboards ask for the same."""
DIMENSIONS: Final[dict[Dimension, tuple[str, str]]] = {
    "queue": ("Cola", "Queue"),
    "operator": ("Operador", "Operator"),
    "team": ("Equipo", "Team"),
    "day": ("Día", "Day"),
    "hour": ("Hora", "Hour"),
    "hour_of_day": ("Hora del día", "Hour of the day"),
}
WITHOUT_TEAM: Final = {"es": "Sin equipo", "en": "In no team"}
By = Annotated[
    str, Query(description="one or two of queue, operator, team, day, hour, hour_of_day, with a comma between")
]


def figures_routes(database: Database, board: StatusBoard, knows: KnowsCentre, clock: Clock) -> APIRouter:
    """The routes. ``board`` tells who is at work now."""
    store = FiguresStore(database)
    pasts: dict[str, QueuePast] = {}
    router = APIRouter(prefix="/api/v1", tags=["figures"], route_class=PersonRoute, dependencies=[needs_token])

    async def grouped(asking: Asking, by: str) -> tuple[list[Dimension], dict[Key, Sums], Sums, bool, bool]:
        dimensions = _dimensions(by)
        wanted, centre = asking.wanted, asking.centre
        named = wanted.operators is not None or wanted.but is not None
        of_operators = named or bool({"operator", "team"} & set(dimensions))
        times = wanted.queues is None and "queue" not in dimensions
        try:
            found = await answering(store.sums, wanted, dimensions, centre.zone, centre.team_of, GROUPS_MAX)
        except TooManyGroups:
            message = f"These are more than {GROUPS_MAX} lines; choose fewer days, or group by less."
            raise Refused(422, "too_many_groups", message, "by") from None
        whole = Sums()
        for sums in found.values():
            whole.add(sums)
        return dimensions, found, whole, of_operators, times

    @router.get("/figures/definitions")
    async def define(person: AskedBy) -> Response:
        return json_answer({"items": [one.as_json() for one in DEFINITIONS.values()]})

    @router.get("/figures/by")
    async def show(person: AskedBy, question: Asked, by: By = "queue") -> Response:
        asking = await answer_to(question, person, knows, clock, of_figures=True)
        dimensions, found, whole, of_operators, times = await grouped(asking, by)
        until = await answering(store.until, asking.wanted)

        def told() -> bytes:
            said = {
                "by": dimensions,
                "from": asking.wanted.days.first.isoformat(),
                "to": asking.wanted.days.last.isoformat(),
                "time_zone": asking.centre.zone.key,
                "until": timestamp(until) if until is not None else None,
                "definitions": [one.as_json() for one in DEFINITIONS.values()],
                "total": _row((), (), whole, asking, of_operators, times),
                "items": [_row(dimensions, key, found[key], asking, of_operators, times) for key in sorted(found)],
            }
            return json_bytes(said)

        # Beside the loop: thousands of lines take seconds, in which no wallboard and no phone would hear anything.
        return Response(await answering(told), media_type="application/json")

    @router.get("/figures/by.csv")
    async def download(person: AskedBy, question: Asked, by: By = "queue", lang: Language = "es") -> Response:
        asking = await answer_to(question, person, knows, clock, of_figures=True)
        dimensions, found, _, of_operators, times = await grouped(asking, by)
        which = get_args(Language).index(lang)
        header = [DIMENSIONS[one][which] for one in dimensions]
        header += [_title(id_, lang) for id_ in DEFINITIONS]

        def table() -> str:
            rows = (
                [*_names(dimensions, key, asking.centre, lang), *figures(found[key], of_operators, times).values()]
                for key in sorted(found)
            )
            return csv_text(header, rows, lang)

        name = f"{'-'.join(dimensions)}_{asking.wanted.days.first}_{asking.wanted.days.last}.csv"
        return as_csv(await answering(table), name)

    @router.get("/figures/day-curve")
    async def curve(person: AskedBy, question: Asked) -> Response:
        """By quarters of an hour: offered, answered, abandoned, and how many were waiting at its end."""
        demand(person.reach("history") not in ("own", None))
        asking = await answer_to(question, person, knows, clock, of_figures=True)
        zone = asking.centre.zone
        wanted = replace(
            asking.wanted, operators=None
        )  # waits are of queues; a team leader sees those of the wallboard, too
        day = wanted.days.first
        if day != wanted.days.last:
            raise Refused(422, "invalid", "A curve is of one day: give day=YYYY-MM-DD.", "day")
        found = await answering(store.by_quarter, wanted, zone)
        return json_answer(
            {
                "day": day.isoformat(),
                "time_zone": zone.key,
                "queues": sorted(wanted.queues) if wanted.queues is not None else None,
                "items": [{**one, "at": timestamp(one["at"])} for one in day_curve(found, day, zone, clock.now())],
            }
        )

    @router.get("/queues/{name}/forecast")
    async def foresee(name: str, request: Request, person: AskedBy) -> Response:
        """What is to be expected of the next 15 and 30 minutes, as ranges, or nothing."""
        demand(person.reach("history") not in ("own", None))
        centre = await knows.centre(request.headers.get("authorization", ""))
        if name not in centre.queues:
            raise Refused(404, "not_found", "There is no such queue.")
        at_work = [
            one
            for one in board.operators.values()
            if name in one.serves and one.state not in ("logged_out", "paused") and one.phone == "reachable"
        ]
        shared = any(len(one.serves) > 1 for one in at_work)
        level_s = centre.queues[name].service_level_s
        known = pasts.get(name)
        if known is None or clock.now() - known.at > KEPT_S:
            known = pasts[name] = await answering(_past_of, store, name, centre, clock.now())
        items = [
            forecast(minutes, came, known.handled, known.handling_s, len(at_work), shared, level_s)
            for minutes, came in known.came.items()
        ]
        return json_answer({"queue": name, "at": timestamp(clock.now()), "items": [asdict(one) for one in items]})

    return router


def _dimensions(by: str) -> list[Dimension]:
    asked = [one for one in by.split(",") if one]
    found = [one for one in DIMENSIONS if one in asked]
    if not 1 <= len(asked) <= 2 or len(found) != len(set(asked)) or len(asked) != len(set(asked)):
        raise Refused(422, "invalid", f"by is one or two of {', '.join(DIMENSIONS)}, with a comma between.", "by")
    return sorted(found, key=asked.index)


def _row(
    by: Sequence[Dimension], key: Key, sums: Sums, asking: Asking, of_operators: bool, times: bool
) -> dict[str, Any]:
    """One group: its names, its figures, and what to ask of ``/history/calls`` for the calls behind them."""
    named: dict[str, str] = dict(zip(by, key, strict=True))
    return {
        "key": named,
        "names": {
            language: dict(zip(by, _names(by, key, asking.centre, language), strict=True))
            for language in get_args(Language)
        },
        "figures": figures(sums, of_operators, times),
        "calls": asking.calls_query(named),
    }


def _names(by: Sequence[Dimension], key: Key, centre: Centre, language: str) -> list[str]:
    names: list[str] = []
    for dimension, value in zip(by, key, strict=True):
        match dimension:
            case "queue":
                titled = centre.queues.get(value)
                names.append(titled.names.get(language, value) if titled else value)
            case "team" if value == NO_TEAM:
                names.append(WITHOUT_TEAM[language])
            case "team":
                titled = centre.teams.get(value)
                names.append(titled.names.get(language, value) if titled else value)
            case "operator":
                names.append(f"{value} {centre.people[value]}" if value in centre.people else value)
            case _:
                names.append(value)
    return names


def _title(id_: str, language: Language) -> str:
    definition = DEFINITIONS[id_]
    name = (definition.es if language == "es" else definition.en)[0]
    return f"{name} (s)" if definition.unit == "seconds" else name


def _past_of(store: FiguresStore, queue: str, centre: Centre, now: float) -> QueuePast:
    """At this time of this weekday, by the clock on the wall, in the weeks before; weeks without any call at all were no work."""
    zone = centre.zone
    here = datetime.fromtimestamp(now, zone)
    today = here.date()
    before = [
        here - timedelta(weeks=number) for number in range(1, WEEKS + 1)
    ]  # of aware times the clock's reading is kept
    begins = [then.timestamp() for then in before if store.is_known(then.date())]
    lately = Wanted(Days(today - timedelta(days=HANDLED_WITHIN_DAYS), today), queues=frozenset({queue}))
    sums = store.sums(lately, (), zone, centre.team_of).get((), Sums())
    handling_s = sums.seconds["handled"] + sums.hold_s + sums.seconds["wrap_up"]
    came = {minutes: [store.arrivals(queue, begin, begin + 60 * minutes) for begin in begins] for minutes in MINUTES}
    return QueuePast(now, came, sums.count("handled"), handling_s)


def as_csv(text: str, name: str) -> Response:
    """A file to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), headers=headers, media_type="text/csv; charset=utf-8")
