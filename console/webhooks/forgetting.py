"""How do messages about a contact go when the contact is erased? All of them, sent or not: their bodies are kept for weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from ari_app.adapters.catalogue_database import Database
from ari_app.beside import beside
from console.webhooks.outbox import forget
from recordings.certificate import Erased

REMOVED: Final = "what webhooks were told of the contact"


class Gone(Protocol):
    """Who is to be forgotten: ``ids`` of the contact and of those merged into it."""

    @property
    def ids(self) -> Sequence[str]:
        """Contacts."""


class MessagesOfContacts:
    """See contacts.ports.Forgets."""

    name = "messages to webhooks"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, person: Gone) -> Erased:
        """Remove them. Raises CatalogueAway."""
        return await beside(self._forget, person)

    def _forget(self, person: Gone) -> Erased:
        with self._database.writing() as connection:
            return Erased(forget(connection, *person.ids), REMOVED)
