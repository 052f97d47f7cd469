"""Which calls were this customer's? Found by the keyed hash of the number, so that no whole number is stored for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.history_tables import calls
from console.figures.queries import FiguresStore, Found
from console.figures.scope import Scope

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest calls first; ``more``: there are older ones. Each as FiguresStore.calls has it."""

    calls: list[dict[str, Any]]
    more: bool


class PastCalls:
    """Reads the history in ``database``. Blocking; everything raises CatalogueAway."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = FiguresStore(database)

    def who_called(self, call: str) -> str | None:
        """The keyed hash of the caller's number, as far as it is known."""
        with self._database.reading() as connection:
            return connection.scalar(select(calls.c.caller_who).where(calls.c.id == call))

    def call(self, id_: str) -> Found | None:
        """One of them."""
        return self._store.call(id_)

    def of(self, whos: Iterable[str], scope: Scope, but: str | None = None) -> Earlier:
        """Those of the customer with these hashes, within ``scope``, but the one that goes on now."""
        found = self._store.calls_of(frozenset(whos), scope.queues, scope.operators, SHOWN + 1, but)
        return Earlier(found[:SHOWN], len(found) > SHOWN)
