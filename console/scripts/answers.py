"""What was answered in a call, and where in the script is its operator? Kept at each key stroke's pause, so a closed browser
loses nothing.

What is saved has a number (``revision``) that its page counts: the same one again changes nothing, an older one is refused, and so
is the same one with other answers, which comes from another window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from ari_app.adapters.catalogue_database import Database, insert_once
from console.scripts.folder import ScriptFolder, script_of
from console.scripts.tables import answers
from console.scripts.versions import ScriptVersions
from ivr_flows.expressions import Value
from ivr_flows.scripts import running
from ivr_flows.scripts.questions import BadAnswer
from ivr_flows.scripts.running import CannotGoOn, Facts, Run
from ivr_flows.scripts.script import Script

Move = Literal["stay", "on", "back", "objection", "close", "end"]
c = answers.c
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page saves: ``given`` answers, and where its operator goes. ``version``: that with which it began, None: the one
    in force."""

    revision: int
    language: str
    given: Mapping[str, object] = field(default_factory=dict, repr=False)
    move: Move = "stay"
    objection: str | None = None
    version: str | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """A script in one call, as it was last saved. ``counted``: the names of the answers that were asked for on the way;
    ``ended_at``: when the operator was through."""

    call: str
    name: str
    version: str
    language: str
    queue: str
    known: bool
    begun_by: str
    operator: str
    revision: int
    run: Run
    types: Mapping[str, str]
    counted: tuple[str, ...]
    disposition: str | None
    started_at: float
    saved_at: float
    ended_at: float | None

    @property
    def facts(self) -> Facts:
        """What conditions read."""
        return Facts(self.language, self.queue, self.known)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is saved now, and its script. ``wrong``: those of the given answers that were not taken; ``stays``: why the
    operator could not go where he or she wanted; what was answered is saved all the same."""

    followed: Followed
    script: Script
    wrong: Mapping[str, BadAnswer]
    stays: CannotGoOn | None = None


class Stale(ValueError):
    """Something newer has been saved; ``now`` is it."""

    def __init__(self, now: Followed) -> None:
        super().__init__(f"revision {now.revision} is saved")
        self.now = now


class UnknownVersion(LookupError):
    """There is no such script, or no such version of it."""


class Answers:
    """What was answered, in ``database``. Blocking; ``now`` is Unix seconds."""

    def __init__(
        self, database: Database, versions: ScriptVersions, folder: ScriptFolder, now: Callable[[], float]
    ) -> None:
        self._database = database
        self._versions = versions
        self._folder = folder
        self._now = now

    def of_call(self, call: str) -> list[Followed]:
        """All scripts of a call, the first begun first. Raises CatalogueAway."""
        wanted = select(answers).where(c.call == call).order_by(c.started_at, c.script)
        with self._database.reading() as connection:
            return [_followed(row) for row in connection.execute(wanted)]

    def one(self, call: str, name: str) -> Followed | None:
        """Raises CatalogueAway."""
        with self._database.reading() as connection:
            return _one(connection, call, name)

    def script(self, followed: Followed) -> Script:
        """The very version that is followed. Raises UnknownVersion, CatalogueAway."""
        text = self._versions.text(followed.name, followed.version)
        if text is None:
            raise UnknownVersion(f"version {followed.version} of {followed.name!r} is not kept")
        return script_of(text)

    def save(self, call: str, name: str, queue: str, by: str, saved: Saved) -> Outcome:
        """Save it; the first time is the beginning. Raises Stale, UnknownVersion, CatalogueAway."""
        with self._database.writing() as connection:
            before = _one(connection, call, name) or self._begin(connection, call, name, queue, by, saved)
            script = self._script(connection, before)
            if saved.revision < before.revision:
                raise Stale(before)
            run, wrong = running.answered(script, before.run, saved.given, self.today())
            if saved.revision == before.revision:
                if run.answers != before.run.answers:  # it is another window's, which has counted to the same number
                    raise Stale(before)
                return Outcome(before, script, wrong)
            run, stays = moved(
                script, run, Facts(saved.language, before.queue, saved.known), saved.move, saved.objection
            )
            ends = saved.move == "end" and stays is None
            return Outcome(self._write(connection, before, script, run, by, saved, ends=ends), script, wrong, stays)

    def forgotten(self, connection: Connection, calls: Iterable[str]) -> int:
        """Remove all that was answered in these calls; how many scripts that was."""
        listed = sorted(set(calls))
        parts = [listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE)]
        return sum(connection.execute(delete(answers).where(c.call.in_(part))).rowcount for part in parts)

    def pages(self, name: str, since: float, until: float) -> Iterator[list[Followed]]:
        """All of a script that began in this time, in its order, a page at a time. Raises CatalogueAway."""
        after = (since, "")
        while True:
            later = or_(c.started_at > after[0], and_(c.started_at == after[0], c.call > after[1]))
            wanted = select(answers).where(c.script == name, later, c.started_at < until)
            with self._database.reading() as connection:
                rows = connection.execute(wanted.order_by(c.started_at, c.call).limit(AT_ONCE)).all()
            if not rows:
                return
            page = [_followed(row) for row in rows]
            yield page
            after = (page[-1].started_at, page[-1].call)

    def versions_followed(self, name: str, since: float, until: float) -> list[str]:
        """The versions of a script that were begun in this time. Raises CatalogueAway."""
        wanted = select(c.version).where(c.script == name, c.started_at >= since, c.started_at < until).distinct()
        with self._database.reading() as connection:
            return sorted(connection.scalars(wanted))

    # -- within a transaction ----------------------------------------------------------------------------------------------

    def _begin(self, connection: Connection, call: str, name: str, queue: str, by: str, saved: Saved) -> Followed:
        version, script = self._wanted(connection, name, saved.version)
        run = running.begin(script, Facts(saved.language, queue, saved.known))
        now = self._now()
        values = {
            "call": call, "script": name, "version": version, "language": saved.language, "queue": queue, "known": saved.known,
            "begun_by": by, "operator": by, "revision": 0, "started_at": now, "saved_at": now, "ended_at": None,
            "disposition": None, "answers": {}, "counted": [], **_placed(run),
        }  # fmt: skip
        insert_once(connection, answers, values)
        begun = _one(connection, call, name)
        assert begun is not None, "it has just been inserted, here or elsewhere"
        return begun

    def _wanted(self, connection: Connection, name: str, version: str | None) -> tuple[str, Script]:
        in_force = self._versions.in_force(connection, name)
        if in_force is not None and version in (None, in_force.version):
            self._versions.keep(connection, in_force)
            return in_force.version, in_force.script
        text = None if version is None else self._versions.text_in(connection, name, version)
        if version is None or text is None:
            raise UnknownVersion(
                f"there is no script {name!r}" if version is None else f"version {version} is not kept"
            )
        return version, script_of(text)

    def _script(self, connection: Connection, followed: Followed) -> Script:
        text = self._versions.text_in(connection, followed.name, followed.version)
        if text is None:
            raise UnknownVersion(f"version {followed.version} of {followed.name!r} is not kept")
        return script_of(text)

    def _write(
        self, connection: Connection, before: Followed, script: Script, run: Run, by: str, saved: Saved, *, ends: bool
    ) -> Followed:
        questions = script.questions
        typed = {name: {"type": questions[name].type, "value": value} for name, value in run.answers.items()}
        now = self._now()
        values = {
            "language": saved.language, "known": saved.known, "operator": by, "revision": saved.revision, "saved_at": now,
            "ended_at": now if ends else before.ended_at, "disposition": running.suggested(script, run), "answers": typed,
            "counted": list(running.counting(script, run)), **_placed(run),
        }  # fmt: skip
        same = (c.call == before.call, c.script == before.name, c.revision == before.revision)
        if connection.execute(update(answers).where(*same).values(**values)).rowcount == 0:
            newer = _one(connection, before.call, before.name)
            raise Stale(newer or before)
        after = _one(connection, before.call, before.name)
        assert after is not None, "it has just been written"
        return after

    def today(self) -> date:
        """In the centre's time zone."""
        try:
            zone: Any = ZoneInfo(self._folder.around().time_zone)
        except (ValueError, OSError, LookupError):
            zone = UTC
        return datetime.fromtimestamp(self._now(), zone).date()


def moved(script: Script, run: Run, facts: Facts, move: Move, objection: str | None) -> tuple[Run, CannotGoOn | None]:
    """Where ``move`` leads; where it leads nowhere, ``run`` as it is, and why."""
    try:
        return _moved(script, run, facts, move, objection), None
    except CannotGoOn as why:
        return run, why


def _moved(script: Script, run: Run, facts: Facts, move: Move, objection: str | None) -> Run:
    match move:
        case "stay":
            return run
        case "on":
            return running.goes_on(script, run, facts)
        case "back" | "close":
            return running.goes_back(script, run)
        case "objection":
            return running.opens(script, run, objection or "")
        case "end":
            if missing := running.missing_at(script, run):
                raise CannotGoOn(f"first, answer {', '.join(missing)}", missing)
            return run


def _placed(run: Run) -> dict[str, Any]:
    return {
        "at": run.at,
        "path": list(run.path),
        "objection": run.objection,
        "objections": list(run.objections),
    }


def _one(connection: Connection, call: str, name: str) -> Followed | None:
    row = connection.execute(select(answers).where(c.call == call, c.script == name)).first()
    return None if row is None else _followed(row)


def _followed(row: Row[*tuple[Any, ...]]) -> Followed:
    values: dict[str, Value] = {name: one["value"] for name, one in row.answers.items()}
    run = Run(row.at, tuple(row.path), row.objection, tuple(row.objections), values)
    return Followed(
        row.call,
        row.script,
        row.version,
        row.language,
        row.queue,
        row.known,
        row.begun_by,
        row.operator,
        row.revision,
        run,
        {name: one["type"] for name, one in row.answers.items()},
        tuple(row.counted),
        row.disposition,
        row.started_at,
        row.saved_at,
        row.ended_at,
    )
