"""What do the tests of contacts share? A desk over a SQLite file, its API, and people of each role."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.centre_contacts import ContactsEntry
from ari_app.lookups import LookupAnswer
from ari_app.permissions import Role
from ari_app.services import HttpService, Services
from console.contacts.book import ContactBook
from console.contacts.contact import Contact, ContactNumber, Details
from console.contacts.desk import Desk
from console.contacts.import_routes import READ_PIECEWISE
from console.contacts.parts import open_contacts
from console.contacts.ports import FollowsMerges, Forgets
from console.contacts.routes import contact_routes
from console.people import Person
from ivr_flows.expressions import Value
from tests.console.reception import FakeReception

PEOPLE: Mapping[str, Role] = {
    "1005": "operator",
    "1900": "team_leader",
    "2001": "supervisor",
    "3001": "coordinator",
    "4001": "administrator",
}
ANA = "+34611222333"


class FakeAudit:
    """The Audit port: it remembers. ``away``: it cannot note anything."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str, str, Mapping[str, object]]] = []

    def note(self, who: Person, what: str, on: str, details: Mapping[str, object]) -> None:
        """See Audit."""
        self.noted.append((who.code, what, on, dict(details)))

    def acts(self, *, by: str | None = None) -> list[str]:
        """What was done, in order."""
        return [what for who, what, _, _ in self.noted if by in (None, who)]


class FakeLookups:
    """The Lookups port: ``answer`` is given at once, or never while it is None."""

    def __init__(self) -> None:
        self.answer: LookupAnswer | None = LookupAnswer(404)
        self.asked: list[tuple[str, dict[str, Value]]] = []

    async def ask(self, service: HttpService, sent: Mapping[str, Value]) -> LookupAnswer:
        """See Lookups."""
        self.asked.append((service.name, dict(sent)))
        if self.answer is None:
            await asyncio.get_running_loop().create_future()
        assert self.answer is not None
        return self.answer


@dataclass
class Centre:
    """A console's contacts, with all around them that a test may turn."""

    database: Database
    folder: Path
    now_s: float = 1_800_000_000.0
    entry: ContactsEntry = field(default_factory=ContactsEntry)
    services: Services = field(default_factory=Services)
    audit: FakeAudit = field(default_factory=FakeAudit)
    lookups: FakeLookups = field(default_factory=FakeLookups)
    followers: list[FollowsMerges] = field(default_factory=list)
    places: list[Forgets] = field(default_factory=list)
    calls: dict[str, str] = field(default_factory=dict)
    desks: list[Desk] = field(default_factory=list)

    def open(self) -> Desk:
        """The desk as a new process makes it."""
        desk = open_contacts(
            self.database,
            self.folder,
            "a key of at least thirty-two characters",
            lambda: self.now_s,
            self.audit,
            self.lookups,
            self,
            entry=lambda: self.entry,
            services=lambda: self.services,
            followers=self.followers,
            places=self.places,
        )
        self.desks.append(desk)
        return desk

    async def number_of(self, call: str, authorization: str, address: str) -> str | None:
        """See NumbersOfCalls: everybody may know all that ``calls`` says."""
        return self.calls.get(call)

    def close(self) -> None:
        for desk in self.desks:
            desk.jobs.close()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables in it, made once."""
    path = tmp_path_factory.mktemp("contacts") / "empty.db"
    made = Database(sqlite_url(path))
    made.migrate()
    made.close()
    return path


@pytest.fixture
def database(tmp_path: Path, empty: Path) -> Iterator[Database]:
    """With our tables in it."""
    shutil.copy(empty, tmp_path / "centralita.db")
    made = Database(sqlite_url(tmp_path / "centralita.db"), patience_s=2.0)
    yield made
    made.close()


@pytest.fixture
def centre(database: Database, tmp_path: Path) -> Iterator[Centre]:
    """A centre without contacts."""
    made = Centre(database, tmp_path)
    yield made
    made.close()


@pytest.fixture
def book(centre: Centre) -> ContactBook:
    """Its contacts."""
    return centre.open().book


@pytest.fixture
def ana(book: ContactBook) -> Contact:
    """A customer."""
    return book.create(Details("Ana García", (ContactNumber(ANA, "mobile"),), email="ana@example.com"), "1005")


@dataclass
class Api:
    """Asks as one person."""

    client: httpx.AsyncClient
    code: str

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.code}", **more.pop("headers", {})}
        return await self.client.request(method, f"/api/v1/{path}", json=body, headers=headers, **more)


@pytest.fixture
async def api(centre: Centre) -> AsyncIterator[Callable[[str], Api]]:
    """The API over a desk, asked as the person with a code."""
    app = FastAPI()
    http_errors.install(app, READ_PIECEWISE)
    app.state.reception = FakeReception({code: Person(code, code, role) for code, role in PEOPLE.items()})
    app.include_router(contact_routes(centre.open()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console") as client:
        yield lambda code: Api(client, code)
