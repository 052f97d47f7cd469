"""Which version of a script is in force, and what was in force before? The centre's file, until somebody publishes another.

A published version wins over the file until the file changes: whoever changes it then has the last word, and the page says
so. Nothing is ever lost: whatever was followed or published can be had again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ari_app.adapters.catalogue_database import Database, insert_once
from console.scripts.folder import ScriptFolder, script_of, version_of_text
from console.scripts.tables import drafts, versions
from ivr_flows.problems import Problem
from ivr_flows.scripts.script import Script, version_of

Source = Literal["file", "console"]
v, d = versions.c, drafts.c
VERSIONS_TOLD: Final = 200


Noted = Callable[[Connection, str], None]
"""Notes, in the transaction, that this version has been published."""


def _unnoted(connection: Connection, version: str) -> None:
    """For whoever keeps no audit."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A script as operators follow it now. ``at``, ``by`` and ``why`` are None while it is the file's. ``file_version``: what
    the file says now; None without one, or while it cannot be read. ``overruled``: the file has changed since ``published``
    was put into force."""

    name: str
    version: str
    text: str
    source: Source
    script: Script
    at: float | None = None
    by: str | None = None
    why: str | None = None
    file_version: str | None = None
    overruled: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that can be had again. ``at`` is when it was published, or first followed."""

    id: int
    version: str
    source: Source
    at: float
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is writing, and over which version."""

    text: str
    over: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Scripts:
    """All scripts: those ``in_force`` by name, and what is wrong with files that cannot be used."""

    in_force: dict[str, InForce]
    broken: dict[str, tuple[Problem, ...]]

    def of_queue(self, queue: str) -> InForce | None:
        """The script for the calls of ``queue``; the first by name, should the files name two."""
        return next((one for _, one in sorted(self.in_force.items()) if queue in one.script.queues), None)


class VersionMoved(ValueError):
    """Another version has come into force meanwhile; ``now`` is it."""

    def __init__(self, now: str | None) -> None:
        super().__init__(f"version {now} is in force now")
        self.now = now


class ScriptVersions:
    """Versions and drafts in ``database``, beside the centre's ``folder``. Blocking; ``now`` is Unix seconds."""

    def __init__(self, database: Database, folder: ScriptFolder, now: Callable[[], float]) -> None:
        self._database = database
        self._folder = folder
        self._now = now

    def all(self) -> Scripts:
        """Raises CatalogueAway."""
        with self._database.reading() as connection:
            return self._all(connection)

    def _all(self, connection: Connection) -> Scripts:
        newest = select(func.max(v.id)).where(v.source == "console").group_by(v.script)
        published = {row.script: row for row in connection.execute(select(versions).where(v.id.in_(newest)))}
        files = self._folder.files()
        in_force: dict[str, InForce] = {}
        broken = {name: file.problems for name, file in files.items() if file.problems}
        for name in sorted({*files, *published}):
            file = files.get(name)
            of_file = None if file is None or file.script is None else file
            file_version = None if of_file is None else version_of_text(of_file.text)
            row = published.get(name)
            if row is not None and (file is None or of_file is None or row.file_version == file_version):
                try:
                    in_force[name] = _published(row, file_version)
                except ValueError as other:
                    broken[name] = (Problem(name, 1, "", str(other), "publish it anew"),)
            elif of_file is not None and of_file.script is not None and file_version is not None:
                overruled = None if row is None else row.version
                in_force[name] = InForce(
                    name,
                    file_version,
                    of_file.text,
                    "file",
                    of_file.script,
                    file_version=file_version,
                    overruled=overruled,
                )
        return Scripts(in_force, broken)

    def text(self, name: str, version: str) -> str | None:
        """A version as it was written; None if there is none. Raises CatalogueAway."""
        with self._database.reading() as connection:
            return self.text_in(connection, name, version)

    def in_force(self, connection: Connection, name: str) -> InForce | None:
        """The script ``name`` as it is followed now, within a transaction."""
        return self._all(connection).in_force.get(name)

    def text_in(self, connection: Connection, name: str, version: str) -> str | None:
        """As ``text``, within a transaction."""
        wanted = select(v.text).where(v.script == name, v.version == version).order_by(v.id.desc()).limit(1)
        kept = connection.scalar(wanted)
        if kept is not None:
            return kept
        file = self._folder.files().get(name)
        if file is not None and file.script is not None and version_of(file.script) == version:
            return file.text
        return None

    def history(self, name: str) -> list[Kept]:
        """The newest first, VERSIONS_TOLD at most. Raises CatalogueAway."""
        wanted = select(v.id, v.version, v.source, v.at, v.by, v.why).where(v.script == name)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(v.id.desc()).limit(VERSIONS_TOLD))
            return [Kept(row.id, row.version, _source(row.source), row.at, row.by, row.why) for row in rows]

    def keep(self, connection: Connection, one: InForce) -> None:
        """Note a version that is about to be followed, so that it can be had again."""
        there = select(v.id).where(v.script == one.name, v.version == one.version).limit(1)
        if connection.scalar(there) is None:
            self._insert(connection, one.name, one.version, one.text, "file", None, "", "")

    def publish(
        self, name: str, script: Script, text: str, over: str | None, by: str, why: str, noted: Noted = _unnoted
    ) -> InForce:
        """Put ``text``, which ``script`` is, into force, if ``over`` is in force until then (None: there is no such script yet).

        The draft that ``by`` has of it is gone with it; ``noted`` is told within the transaction. Raises VersionMoved,
        CatalogueAway.
        """
        version = version_of(script)
        with self._database.writing() as connection:
            before = self._all(connection).in_force.get(name)
            if (None if before is None else before.version) != over:
                raise VersionMoved(None if before is None else before.version)
            if before is not None:
                self.keep(connection, before)
            file_version = before.file_version if before is not None else None
            self._insert(connection, name, version, text, "console", file_version, by, why)
            connection.execute(delete(drafts).where(d.script == name, d.by == by))
            noted(connection, version)
            return self._all(connection).in_force[name]

    def _insert(
        self,
        connection: Connection,
        name: str,
        version: str,
        text: str,
        source: Source,
        file: str | None,
        by: str,
        why: str,
    ) -> None:
        values = {"script": name, "version": version, "text": text, "source": source, "file_version": file}
        connection.execute(insert(versions).values(**values, at=self._now(), by=by, why=why))

    # -- drafts ----------------------------------------------------------------------------------------------------------

    def draft(self, name: str, by: str) -> Draft | None:
        """What ``by`` is writing. Raises CatalogueAway."""
        with self._database.reading() as connection:
            row = connection.execute(select(d.text, d.over, d.at).where(d.script == name, d.by == by)).first()
            return None if row is None else Draft(row.text, row.over, row.at)

    def save_draft(self, name: str, by: str, text: str, over: str | None) -> Draft:
        """Keep it, whatever is wrong with it. Raises CatalogueAway."""
        saved = Draft(text, over, self._now())
        values = {"text": saved.text, "over": saved.over, "at": saved.at}
        with self._database.writing() as connection:
            insert_once(connection, drafts, {"script": name, "by": by, **values})
            connection.execute(update(drafts).where(d.script == name, d.by == by).values(**values))
        return saved

    def drop_draft(self, name: str, by: str) -> None:
        """It is as if there had been none. Raises CatalogueAway."""
        with self._database.writing() as connection:
            connection.execute(delete(drafts).where(d.script == name, d.by == by))

    def drafts_of(self, by: str) -> Iterator[str]:
        """The names of scripts that ``by`` is writing at. Raises CatalogueAway."""
        with self._database.reading() as connection:
            yield from connection.scalars(select(d.script).where(d.by == by).order_by(d.script))


def _published(row: Row[*tuple[object, ...]], file_version: str | None) -> InForce:
    script = script_of(row.text)
    return InForce(row.script, row.version, row.text, "console", script, row.at, row.by, row.why, file_version)


def _source(source: str) -> Source:
    return "console" if source == "console" else "file"
