"""What are the contacts made of? All their parts, put together for the console's one place of wiring."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.catalogue_database import Database
from ari_app.centre_contacts import ContactsEntry
from ari_app.clock import Clock
from ari_app.lookups import Lookups
from ari_app.services import Services
from console.contacts.book import ContactBook, Tell
from console.contacts.company_crm import Crm, WhoIsCalling
from console.contacts.desk import Desk
from console.contacts.erasing import Erasing
from console.contacts.import_files import ImportFiles
from console.contacts.import_jobs import ImportJobs
from console.contacts.importing import Importer
from console.contacts.imports import Imports
from console.contacts.merging import Merging
from console.contacts.ports import Audit, FollowsMerges, Forgets, NumbersOfCalls
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
FINISHES_EVERY_S: Final = 30.0
"""An erasure that could not reach a place is tried again."""


def open_contacts(
    database: Database,
    state: Path,
    token_key: str,
    now: Callable[[], float],
    audit: Audit,
    lookups: Lookups,
    call_numbers: NumbersOfCalls,
    *,
    entry: Callable[[], ContactsEntry] = ContactsEntry,
    services: Callable[[], Services] = Services,
    followers: Sequence[FollowsMerges] = (),
    places: Sequence[Forgets] = (),
    tell: Tell | None = None,
) -> Desk:
    """The desk for ``contact_routes``. ``state`` is the state folder, ``now`` Unix seconds; ``entry`` and ``services`` are
    the centre's, asked each time, since a reload may change them. ``followers`` and ``places`` are other parts of the
    console that hang things on contacts, ``tell`` is told of each change. Afterwards: ``keep_on``.
    """
    book = ContactBook(database, lambda: entry().country, now, tell)
    imports, files = Imports(database), ImportFiles(state / "contact_imports")
    return Desk(
        book,
        Merging(book, followers),
        Erasing(book, places, hmac.digest(token_key.encode(), b"certificates of contacts", "sha256")),
        WhoIsCalling(book, lookups, lambda: _crm(entry(), services())),
        imports,
        files,
        ImportJobs(imports, files, lambda: Importer(database, entry().country, now()), now),
        audit,
        call_numbers,
        lambda: entry().operators_edit,
    )


def _crm(entry: ContactsEntry, services: Services) -> Crm | None:
    """The company's system, if there is one."""
    if entry.crm is None:
        return None
    return Crm(services.http[entry.crm.service], entry.crm.deadline_s, entry.crm.answers)


async def keep_on(desk: Desk, clock: Clock) -> None:
    """Until cancelled: go on with the imports and erasures that an earlier process left in the middle, and remove the files that
    have been kept for long enough."""
    desk.jobs.go_on()
    tidied: Future[None] | None = None
    try:
        while True:
            if tidied is None or tidied.done():
                tidied = desk.jobs.tidy()
            try:
                await desk.erasing.finish()
            except CatalogueAway as away:
                log.info("contact_erasures_wait", why=str(away))
            await clock.sleep(FINISHES_EVERY_S)
    finally:
        await asyncio.to_thread(desk.jobs.close)
