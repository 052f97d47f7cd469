"""What does the history say? Sums by group, the calls behind them, and one call whole. Blocking; all raise CatalogueAway."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import fsum, inf
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, and_, exists, func, or_, select, true
from sqlalchemy import cast as as_type

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import dispositions
from ari_app.adapters.history_tables import calls, counted, segments, states
from console.figures.counting import LISTS, Sums
from console.figures.spans import Days, Hour, hour_at, hour_name, hour_of_day, hours_of

c, k, s = counted.c, calls.c, segments.c
Dimension = Literal["queue", "operator", "team", "day", "hour", "hour_of_day"]
Key = tuple[str, ...]
NO_TEAM: Final = ""
"""The group of those who are in none now."""
NO_QUEUE: Final = ("state",)
"""Kinds of rows that are of no queue."""

ORDER: Final = ("menu", "waiting", "callback", "calling", "ringing", "talking", "held", "consult", "conference")
"""Of stretches that began in one moment."""

AT_ONCE: Final = 500
"""Calls of one question: no database takes a hundred thousand ids in one."""

SHOWN: Final = ("at", "day", "what", "queue", "operator", "call", "seconds", "hold_s", "within", "cause", "reason")
"""Of one thing that is counted."""


class TooManyGroups(ValueError):
    """There are more groups than were asked for at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of these days, queues and operators (None: all), of one hour, or of one hour of each day (``09``). ``but``: of
    operators who are none of these."""

    days: Days
    queues: frozenset[str] | None = None
    operators: frozenset[str] | None = None
    hour: Hour | None = None
    hour_of_day: str | None = None
    but: frozenset[str] | None = None

    def within(self, queues: Collection[str] | None, operators: Collection[str] | None) -> Wanted:
        """Only what somebody may see of it."""
        return replace(self, queues=_both(self.queues, queues), operators=_both(self.operators, operators))


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, and how long it is."""

    items: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """One call: its row, its stretches, and what was counted of it, each in order."""

    call: dict[str, Any] | None
    segments: list[dict[str, Any]]
    counted: list[dict[str, Any]]


def _both(one: frozenset[str] | None, other: Collection[str] | None) -> frozenset[str] | None:
    if other is None:
        return one
    return frozenset(other) if one is None else one & frozenset(other)


class FiguresStore:
    """Reads the history of the centre. ``zone`` is its time zone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- Sums

    def sums(
        self,
        wanted: Wanted,
        by: Sequence[Dimension],
        zone: ZoneInfo,
        team_of: Callable[[str], str | None],
        most: float = inf,
    ) -> dict[Key, Sums]:
        """What the rows add up to, by these dimensions; with none there is one group, ``()``. Rows that have no value in a
        dimension (an abandoned call has no operator) are in no group of it. Raises TooManyGroups for more than ``most``."""
        columns = _columns_of(by)
        at_work = or_(c.what != "state", c.cause != "logged_out")
        some = [_conditions(wanted, zone), at_work, *(column.is_not(None) for column in columns)]
        if "queue" in by or wanted.queues is not None:
            some.append(c.what.not_in(NO_QUEUE))
        query = (
            select(
                *columns,
                c.what,
                c.cause,
                func.count(),
                func.sum(c.seconds),
                func.sum(c.hold_s),
                func.sum(as_type(c.within, Integer)),
            )
            .where(*some)
            .group_by(*columns, c.what, c.cause)
        )
        found: dict[Key, Sums] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                dimensions = dict(zip([column.name for column in columns], row, strict=False))
                key = _key(by, dimensions, zone, team_of)
                what, cause, number, seconds, hold_s, within = row[len(columns) :]
                found.setdefault(key, Sums()).take(what, cause, number, seconds or 0.0, hold_s or 0.0, within or 0)
                if len(found) > most:
                    raise TooManyGroups
        return found

    def until(self, wanted: Wanted) -> float | None:
        """Up to when something is known of these days (Unix s)."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.max(c.at)).where(_of_days(wanted.days)))

    def by_quarter(self, wanted: Wanted, zone: ZoneInfo) -> dict[int, Sums]:
        """What the rows add up to by quarters of an hour, each by its beginning (Unix s)."""
        query = (
            select(c.quarter, c.what, c.cause, func.count(), func.sum(c.seconds))
            .where(_conditions(wanted, zone), c.what.not_in(NO_QUEUE))
            .group_by(c.quarter, c.what, c.cause)
        )
        found: dict[int, Sums] = {}
        with self._database.reading() as connection:
            for quarter, what, cause, number, seconds in connection.execute(query):
                found.setdefault(quarter, Sums()).take(what, cause, number, seconds or 0.0, 0.0, 0)
        return found

    def arrivals(self, queue: str, begin: float, end: float) -> int:
        """How many came into a queue from then to then (Unix s); who was there at midnight or at a restart had come before."""
        came = and_(c.what == "offered", c.queue == queue, c.cause.not_in(("carried", "kept")))
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(came, c.at >= begin, c.at < end)) or 0

    def is_known(self, day: date) -> bool:
        """Whether anything was counted on that day."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(exists().where(c.day == day.isoformat(), c.what == "offered"))))

    # -- The calls behind them

    def listed(self, name: str, wanted: Wanted, zone: ZoneInfo, limit: int, offset: int = 0) -> Page:
        """What is counted, one by one, the newest first, each with its call: as many as the figure says. Raises KeyError."""
        conditions = [_conditions(wanted, zone), *_of_list(name)]
        query = (
            select(counted, *(column.label(f"call_{column.name}") for column in calls.c), dispositions.c.disposition)
            .select_from(
                counted.outerjoin(calls, k.id == c.call).outerjoin(dispositions, dispositions.c.call == c.call)
            )
            .where(*conditions)
            .order_by(c.at.desc(), c.source.desc(), c.place.desc(), c.piece.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(counted).where(*conditions)) or 0
            return Page([_item(row._mapping) for row in connection.execute(query)], total)

    def calls(self, begin: float, end: float, wanted: Wanted, limit: int, offset: int = 0, **equal: str | None) -> Page:
        """The calls that began from then to then (Unix s), the newest first. ``equal``: columns that must be so."""
        conditions = [k.started >= begin, k.started < end, *_of_calls(wanted.queues, wanted.operators, wanted.but)]
        conditions += [calls.c[name] == value for name, value in equal.items() if value is not None]
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(calls).where(*conditions)) or 0
            return Page(_newest(connection, conditions, limit, offset), total)

    def calls_of(
        self,
        whos: Collection[str],
        queues: frozenset[str] | None,
        operators: frozenset[str] | None,
        limit: int,
        but: str | None = None,
    ) -> list[dict[str, Any]]:
        """The newest calls of one customer, known by these hashes; of these queues and operators (None: all), and not ``but``."""
        conditions = [k.caller_who.in_(sorted(whos)), *_of_calls(queues, operators)]
        if but is not None:
            conditions.append(k.id != but)
        with self._database.reading() as connection:
            return _newest(connection, conditions, limit)

    def call(self, id_: str) -> Found | None:
        """One call; None for one that nothing is known of."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(calls, dispositions.c.disposition.label("noted"))
                .select_from(calls.outerjoin(dispositions, dispositions.c.call == k.id))
                .where(k.id == id_)
            ).one_or_none()
            parts = connection.execute(select(segments).where(s.call == id_))
            found = sorted((dict(part._mapping) for part in parts), key=_in_order)
            of = [dict(part._mapping) for _, rows in _by_call(connection, [id_]) for part in rows]
        if row is None and not found and not of:
            return None
        call = _call(dict(row._mapping)) if row is not None else None
        return Found(call, joined(found, call["ended"] if call else None), of)

    def states(self, operator: str, day: date) -> list[dict[str, Any]]:
        """The stretches of an operator's day."""
        wanted = (
            select(states)
            .where(states.c.operator == operator, states.c.day == day.isoformat())
            .order_by(states.c.begin, states.c.state)
        )
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(wanted)]


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What was counted of one call, put together: queues, operators, times (s), and when it was answered."""
    answered = [row for row in rows if row["what"] == "answered"]
    handled = [row for row in rows if row["what"] == "handled"]

    def sum_of(*kinds: str) -> float:
        return fsum(row["seconds"] for row in rows if row["what"] in kinds)

    return {
        "queues": list(dict.fromkeys(row["queue"] for row in rows if row["queue"] and row["what"] != "state")),
        "operators": list(dict.fromkeys(row["operator"] for row in [*answered, *handled] if row["operator"])),
        "answered": min((row["at"] for row in answered), default=None),
        "wait_s": sum_of("answered", "abandoned", "exited"),
        "talk_s": sum_of("handled"),
        "hold_s": sum(row["hold_s"] for row in handled),
        "wrap_up_s": sum_of("wrap_up"),
    }


def joined(parts: Sequence[dict[str, Any]], ended: float | None) -> list[dict[str, Any]]:
    """A call's stretches. One that a controller died in has no end of its own: it goes on in the next one of its kind and person,
    or up to the call's end."""
    kept: list[dict[str, Any]] = []
    open_: dict[tuple[str, str, str], dict[str, Any]] = {}
    for part in parts:
        name = (part["kind"], part["who"], part["outcome"])
        whole = open_.pop(name, None)
        if whole is None:
            whole = part
            kept.append(whole)
        else:
            whole["end"] = part["end"]
        if whole["end"] is None:
            open_[name] = whole
    for part in open_.values():
        part["end"] = ended
    return kept


def _in_order(part: dict[str, Any]) -> tuple[float, int, str]:
    """As they follow from each other, where they began in one moment."""
    return part["begin"], ORDER.index(part["kind"]) if part["kind"] in ORDER else len(ORDER), part["who"]


def _columns_of(by: Sequence[Dimension]) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = []
    for dimension in by:
        match dimension:
            case "queue":
                columns.append(c.queue)
            case "operator" | "team":
                columns.append(c.operator)
            case "day":
                columns.append(c.day)
            case "hour" | "hour_of_day":
                columns += [c.day, c.quarter]
    return list({column.name: column for column in columns}.values())


def _key(by: Sequence[Dimension], row: dict[str, Any], zone: ZoneInfo, team_of: Callable[[str], str | None]) -> Key:
    """Operators who are in no team are a group of their own, so that the groups are the whole."""
    key: list[str] = []
    for dimension in by:
        match dimension:
            case "queue" | "operator" | "day":
                key.append(row[dimension])
            case "team":
                key.append(team_of(row["operator"]) or NO_TEAM)
            case "hour":
                key.append(hour_name(hour_at(date.fromisoformat(row["day"]), row["quarter"], zone), zone))
            case "hour_of_day":
                key.append(hour_of_day(hour_at(date.fromisoformat(row["day"]), row["quarter"], zone), zone))
    return tuple(key)


def _of_days(days: Days) -> ColumnElement[bool]:
    return c.day.between(days.first.isoformat(), days.last.isoformat())


def _of_hour(hour: Hour) -> ColumnElement[bool]:
    return and_(
        c.day == hour.day.isoformat(),
        true() if hour.is_first else c.quarter >= hour.begin,
        true() if hour.is_last else c.quarter < hour.end,
    )


def _is_not(operators: frozenset[str]) -> ColumnElement[bool]:
    return and_(c.operator.is_not(None), c.operator.not_in(sorted(operators)))


def _conditions(wanted: Wanted, zone: ZoneInfo) -> ColumnElement[bool]:
    some = [_of_days(wanted.days)]
    if wanted.queues is not None:
        some.append(c.queue.in_(sorted(wanted.queues)))
    if wanted.operators is not None:
        some.append(c.operator.in_(sorted(wanted.operators)))
    if wanted.but is not None:
        some.append(_is_not(wanted.but))
    if wanted.hour is not None:
        some.append(_of_hour(wanted.hour))
    if wanted.hour_of_day is not None:
        hours = [hour for day in wanted.days for hour in hours_of(day, zone)]
        mine = [_of_hour(hour) for hour in hours if hour_of_day(hour, zone) == wanted.hour_of_day]
        some.append(or_(*mine) if mine else ~true())
    return and_(*some)


def _of_list(name: str) -> Iterator[ColumnElement[bool]]:
    listed = LISTS[name]
    yield c.what.in_(listed.what)
    if listed.causes:
        yield c.cause.in_(listed.causes)
    if listed.within:
        yield c.within
    if listed.but_lost:
        gone = counted.alias()
        g = gone.c
        yield ~exists().where(
            g.call == c.call, g.what == "lost", g.queue == c.queue, g.at == c.at, g.day == c.day
        ).correlate(counted)


def _of_calls(
    queues: frozenset[str] | None, operators: frozenset[str] | None, but: frozenset[str] | None = None
) -> Iterator[ColumnElement[bool]]:
    if queues is not None:
        mine = and_(c.call == k.id, c.queue.in_(sorted(queues)), c.what != "state")
        yield exists().where(mine).correlate(calls)
    had = c.call == k.id, c.what.in_(("answered", "handled"))
    if operators is not None:
        yield exists().where(*had, c.operator.in_(sorted(operators))).correlate(calls)
    if but is not None:
        yield exists().where(*had, _is_not(but)).correlate(calls)


def _newest(
    connection: Any, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """The calls that fit, the newest first, each with what was counted of it put together."""
    query = (
        select(calls, dispositions.c.disposition.label("noted"))
        .select_from(calls.outerjoin(dispositions, dispositions.c.call == k.id))
        .where(*conditions)
        .order_by(k.started.desc(), k.id.desc())
        .limit(limit)
        .offset(offset)
    )
    items = [_call(dict(row._mapping)) for row in connection.execute(query)]
    of = {id_: [dict(row._mapping) for row in rows] for id_, rows in _by_call(connection, [one["id"] for one in items])}
    return [item | summed(of.get(item["id"], [])) for item in items]


def _by_call(connection: Any, ids: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    for start in range(0, len(ids), AT_ONCE):
        found: dict[str, list[Any]] = {}
        some = c.call.in_(ids[start : start + AT_ONCE])
        wanted = select(counted).where(some, c.what != "state").order_by(c.at, c.source, c.place, c.piece)
        for row in connection.execute(wanted):
            found.setdefault(row.call, []).append(row)
        yield from found.items()


def _call(row: dict[str, Any]) -> dict[str, Any]:
    noted = row.pop("noted", None)
    return row | {"disposition": noted or row["disposition"]}


def _item(row: Any) -> dict[str, Any]:
    """One thing that is counted, and its call."""
    call = {name.removeprefix("call_"): value for name, value in row.items() if name.startswith("call_")}
    one = {name: row[name] for name in SHOWN}
    call["disposition"] = row["disposition"] or call["disposition"]
    return one | {"about": call if call["id"] is not None else None}
