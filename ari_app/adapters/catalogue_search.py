"""How does a search become SQL? One condition for each thing that is asked; every one can use an index of its own."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_tables import dispositions, holds, marks, operators, queues, recordings
from recordings.search import Search, Sight, folded

r = recordings.c


def conditions(search: Search) -> list[ColumnElement[bool]]:
    """All that must be true of a recording; one that is being removed is never found."""
    return [r.doomed_at.is_(None), *_exact(search), *_between(search), *_elsewhere(search), *_within(search.sight)]


def _exact(search: Search) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (r.number, search.number),
        (r.caller_who, search.caller_who),
        (r.kind, search.kind),
        (r.mode, search.mode),
        (r.call, search.call),
    ):
        if value is not None:
            yield column == value


def _between(search: Search) -> Iterator[ColumnElement[bool]]:
    for column, least, most in (
        (r.length_s, search.min_length_s, search.max_length_s),
        (r.silence, search.min_silence, search.max_silence),
        (r.over_talk, search.min_over_talk, search.max_over_talk),
    ):
        if least is not None:
            yield column >= least
        if most is not None:
            yield column <= most
    if search.since is not None:
        yield r.started_at >= search.since
    if search.until is not None:
        yield r.started_at < search.until


def _elsewhere(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.queue is not None:
        yield _listed(queues, queues.c.queue == search.queue)
    if search.operator is not None:
        yield _listed(operators, operators.c.operator == search.operator)
    if search.disposition is not None:
        yield r.call.in_(select(dispositions.c.call).where(dispositions.c.disposition == search.disposition))
    if search.text is not None:
        yield _noted(search.text)
    if search.held is not None:
        held = _listed(holds, holds.c.released_at.is_(None))
        yield held if search.held else ~held


def _listed(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return r.id.in_(select(table.c.recording).where(condition))


def _noted(text: str) -> ColumnElement[bool]:
    """As catalogue_rows.stands_on says which notes are a recording's."""
    m = marks.c
    says = and_(m.removed_at.is_(None), m.folded.contains(folded(text), autoescape=True))
    of_call = select(m.call).where(says, m.recording.is_(None))
    return or_(
        r.id.in_(select(m.recording).where(says, m.recording.is_not(None))), and_(r.kind == "call", r.call.in_(of_call))
    )


def _within(sight: Sight) -> Iterator[ColumnElement[bool]]:
    if sight.operators is not None:
        seen = sorted(sight.operators)
        yield _listed(operators, operators.c.operator.in_(seen))
        of_others = select(operators.c.recording).where(
            operators.c.recording == r.id, operators.c.operator.not_in(seen)
        )
        yield ~of_others.exists()
    elif sight.queues is not None:
        yield _listed(queues, queues.c.queue.in_(sorted(sight.queues)))
