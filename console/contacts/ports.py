"""What do the contacts ask of other parts of the console? To note who did what, who calls, to follow a merge, to forget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from console.people import Person
from recordings.certificate import Erased


class Audit(Protocol):
    """Notes who did or read what. Blocking: called from a thread."""

    def note(self, who: Person, what: str, on: str, details: Mapping[str, object]) -> None:
        """``what`` is an act in the past tense, ``on`` the id of what was acted on; ``details`` hold no personal data. Raises
        CatalogueAway: then what was asked for is refused, too."""
        ...


class NumbersOfCalls(Protocol):
    """Knows from which number a call comes; on screens it is masked."""

    async def number_of(self, call: str, authorization: str, address: str) -> str | None:
        """The caller's number as the carrier sent it, as far as whoever sends that ``Authorization`` from that address may
        know it; None for one that is withheld, and for a call that is written up or that there is not. Raises Refused: 403, 503."""
        ...


class FollowsMerges(Protocol):
    """Has things that hang on a contact, such as tickets."""

    @property
    def name(self) -> str:
        """What it has, for the record of the merge."""
        ...

    def merged(self, connection: Connection, gone: str, kept: str) -> int:
        """Move all that hangs on ``gone`` to ``kept``, in the merge's own transaction; how many things. Whatever it raises
        undoes the merge."""
        ...


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who is to be forgotten: ``ids`` are the contact's and of those merged into it, ``numbers`` E.164."""

    ids: tuple[str, ...]
    name: str
    numbers: tuple[str, ...]
    external_ids: tuple[str, ...]


class Forgets(Protocol):
    """Has personal data of contacts beyond what the contacts themselves keep."""

    @property
    def name(self) -> str:
        """The place, for the certificate."""
        ...

    async def forget(self, person: Forgotten) -> Erased:
        """Remove all of it, and say what that was, without personal data. It may be asked again about what it has removed.
        Raises OSError or CatalogueAway when it cannot now: it is asked again later."""
        ...
