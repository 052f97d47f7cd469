"""What are the contacts made of? All their parts, put together for the console's one place of wiring."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from pathlib import Path

from ari_app.adapters.catalogue_database import Database
from ari_app.centre_contacts import ContactsEntry
from ari_app.lookups import Lookups
from ari_app.services import Services
from console.contacts.book import ContactBook
from console.contacts.company_crm import Crm, WhoIsCalling
from console.contacts.desk import Desk
from console.contacts.erasing import Erasing
from console.contacts.import_files import ImportFiles
from console.contacts.import_jobs import ImportJobs
from console.contacts.importing import Importer
from console.contacts.imports import Imports
from console.contacts.merging import Merging
from console.contacts.ports import Audit, FollowsMerges, Forgets


def open_contacts(
    database: Database,
    state: Path,
    token_key: str,
    now: Callable[[], float],
    audit: Audit,
    lookups: Lookups,
    *,
    entry: Callable[[], ContactsEntry] = ContactsEntry,
    services: Callable[[], Services] = Services,
    followers: Sequence[FollowsMerges] = (),
    places: Sequence[Forgets] = (),
) -> Desk:
    """The desk for ``contact_routes``. ``state`` is the state folder, ``now`` Unix seconds; ``entry`` and ``services`` are
    the centre's, asked each time, since a reload may change them. ``followers`` and ``places`` are other parts of the
    console that hang things on contacts.

    Afterwards: ``desk.jobs.go_on()`` and, as long as it answers more than 0, ``desk.erasing.finish()``; at the end
    ``desk.jobs.close()``.
    """
    book = ContactBook(database, lambda: entry().country, now)
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
        lambda: entry().operators_edit,
    )


def _crm(entry: ContactsEntry, services: Services) -> Crm | None:
    """The company's system, if there is one."""
    if entry.crm is None:
        return None
    return Crm(services.http[entry.crm.service], entry.crm.deadline_s, entry.crm.answers)
