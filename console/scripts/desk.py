"""What do the routes of scripts share? The stores behind them, how what goes wrong there is answered, and who may write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, ParamSpec, Protocol, TypeVar

from fastapi import Path, Request

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_errors import Refused
from ari_app.contract import CallStatus
from console.audit.book import Audit
from console.people import Person, demand
from console.scripts.answers import Answers, Followed, Stale, UnknownVersion
from console.scripts.folder import ScriptFolder, script_of
from console.scripts.versions import InForce, ScriptVersions, VersionMoved
from ivr_flows.scripts.script import Script
from recordings.record import CatalogueAway

P = ParamSpec("P")
T = TypeVar("T")
RETRY_S: Final = "5"
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Version = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
CallId = Annotated[str, Path(min_length=1, max_length=64)]


class CallsNow(Protocol):
    """Knows the calls of now, and those that ended within the hour."""

    def call(self, id: str) -> CallStatus | None:
        """None for one that it does not know."""
        ...

    def busy_with(self, call: str) -> set[str]:
        """Who has the call, or writes it up still after passing it on."""
        ...


Sight = Callable[[str, Request, Person], Awaitable[None]]
"""Raises Refused (403, 404) unless that person may see this call, now or in the history."""

Leads = Callable[[Person, str], bool]
"""Whether somebody is the leader of the team that the operator with this code is in."""


@dataclass(frozen=True, slots=True)
class ScriptDesk:
    """What the routes need."""

    folder: ScriptFolder
    versions: ScriptVersions
    answers: Answers
    calls: CallsNow
    leads: Leads
    audit: Audit

    @classmethod
    def over(
        cls, database: Database, folder: ScriptFolder, calls: CallsNow, now: Callable[[], float], leads: Leads
    ) -> ScriptDesk:
        """All of it in one ``database``; ``now`` is Unix seconds."""
        versions = ScriptVersions(database, folder, now)
        return cls(folder, versions, Answers(database, versions, folder, now), calls, leads, Audit(database, now))

    def sees(self, person: Person, one: Followed) -> bool:
        """Whether what was answered there may be seen: what one has asked oneself always."""
        if person.code in (one.operator, one.begun_by):
            return True
        match person.reach("see_answers"):
            case "all":
                return True
            case "queues":
                return not person.queues or one.queue in person.queues
            case "team":
                return self.leads(person, one.operator) or self.leads(person, one.begun_by)
            case _:
                return False


async def kept(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``work`` in a thread. Raises Refused (503) while the database is away, 409 and 404 for what the store does not take."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except CatalogueAway:
        message = "What was written cannot be kept or read now: the database is away. Try again in a moment."
        raise Refused(503, "database_away", message, headers={"Retry-After": RETRY_S}) from None
    except VersionMoved as moved:
        message = f"Another version is in force now ({moved.now or 'none'}); look at it, then publish over it."
        raise Refused(409, "version_moved", message, "over") from None
    except UnknownVersion as unknown:
        raise Refused(404, "not_found", f"{unknown}.") from None
    except Stale as stale:
        message = f"Revision {stale.now.revision} is saved already; read it, and go on from there."
        raise Refused(409, "stale", message, "revision") from None


def demand_writing(person: Person, *scripts: Script | None) -> None:
    """Raises Refused (403) unless this person may write scripts, and these: those for the queues that he or she looks after."""
    reach = person.reach("write_scripts")
    demand(reach is not None)
    if reach == "queues" and person.queues:
        demand(all(queue in person.queues for script in scripts if script is not None for queue in script.queues))


def with_centre(desk: ScriptDesk, told: dict[str, Any]) -> dict[str, Any]:
    """With what a page needs to know of the centre."""
    around = desk.folder.around()
    return {**told, "languages": list(around.surroundings.languages or ()), "company": around.company}


async def in_force(desk: ScriptDesk, name: str) -> InForce | None:
    """The script ``name`` as it is followed now. Raises Refused (503)."""
    return (await kept(desk.versions.all)).in_force.get(name)


async def of_version(desk: ScriptDesk, name: str, version: str) -> Script:
    """A version of it. Raises Refused: 404, 503."""
    return script_of(await text_of(desk, name, version))


async def text_of(desk: ScriptDesk, name: str, version: str) -> str:
    """A version as it was written. Raises Refused: 404, 503."""
    text = await kept(desk.versions.text, name, version)
    if text is None:
        raise Refused(404, "not_found", f"There is no version {version} of the script {name}.")
    return text


def no_script(name: str) -> Refused:
    """404."""
    return Refused(404, "not_found", f"There is no script {name}.")
