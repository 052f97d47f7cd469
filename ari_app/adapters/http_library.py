"""What is the library to the HTTP API? Its parts, who sees which recordings, and how what goes wrong in it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from fastapi import APIRouter, FastAPI, Request, Response

from ari_app.accounts import Accounts
from ari_app.adapters.http_auth import AuthenticatedRoute, Caller, Now, asker_of, demand, forbidden, needs_token
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused, error_json
from ari_app.adapters.http_recording_bodies import MORE_REFUSALS
from ari_app.adapters.playing import NoSuchFormat, Player
from ari_app.adapters.unsealing import CannotUnseal, TooMany
from ari_app.beside import beside
from ari_app.board import StatusBoard
from ari_app.erasing import Erasing
from ari_app.keeping.ports import NotStored, StoreRefuses
from ari_app.library import AuditBook, Custody, Shelves
from ari_app.listening import Listening
from recordings.custody import RECORDING_ID, Act, AuditEntry, BadKey, SubjectKind
from recordings.record import CatalogueAway
from recordings.retention import RetentionRule
from recordings.search import Found, Sight

log = structlog.get_logger(__name__)
EXPORT_RECORDINGS = 2_000
EXPORT_BYTES = 2 * 1024**3
RETRY_AFTER_S = 5
LIBRARY_AWAY = (
    "The database with the catalogue of recordings and the audit cannot be reached now; calls go on. Try again."
)


@dataclass(frozen=True, slots=True)
class Library:
    """The library's parts. ``who`` makes the keyed hash of a whole number, ``link_key`` signs links, ``new_id`` makes ids that
    cannot be guessed. ``rules`` and ``operators_hear_own`` are asked each time, since a reload may change them."""

    shelves: Shelves
    custody: Custody
    audit: AuditBook
    player: Player
    erasing: Erasing
    who: Callable[[str], str | None]
    link_key: str
    new_id: Callable[[], str]
    rules: Callable[[], Sequence[RetentionRule]] = tuple
    operators_hear_own: Callable[[], bool] = bool
    export_recordings: int = EXPORT_RECORDINGS
    export_bytes: int = EXPORT_BYTES


class Door(Protocol):
    """The way to a library that may be away (library_door.LibraryDoor)."""

    def library(self) -> Library:
        """Raises CatalogueAway."""
        ...

    async def settled(self) -> None:
        """Wait a little if it is just being opened for the first time."""
        ...

    def doubt(self) -> None:
        """It has been found away."""
        ...


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A library that is open already."""

    opened: Library

    def library(self) -> Library:
        """See Door."""
        return self.opened

    async def settled(self) -> None:
        """See Door."""

    def doubt(self) -> None:
        """See Door."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The library with what the API knows besides: who is in sight of whom, and the time."""

    door: Door
    board: StatusBoard
    accounts: Accounts
    now: Now
    listening: Listening = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listening", Listening(self.now))

    @property
    def library(self) -> Library:
        """Its parts. Raises CatalogueAway, which is answered 503."""
        return self.door.library()

    def sight(self, caller: Caller) -> Sight:
        """Which recordings this person may find and hear. Raises Refused (403) for who may hear none, as an operator if the centre
        does not let them hear their own."""
        match caller.reach("hear_recordings"):
            case "own":
                demand(self.library.operators_hear_own())
                return Sight(operators=frozenset({caller.account.code}))
            case "team":
                return Sight(operators=caller.team or frozenset())
            case "queues" | "all":
                return Sight(asker_of(self.board, caller).sight)
            case None:
                raise forbidden()

    async def found(self, caller: Caller, id_: str) -> Found:
        """The recording. Raises Refused: 404, 403."""
        sight = self.sight(caller)
        found = await self.stored(id_)
        demand(sight.sees(found.recording.queues, found.recording.operators))
        return found

    async def stored(self, id_: str) -> Found:
        """The recording, whoever asks. Raises Refused (404)."""
        found = await beside(self.library.shelves.show, id_) if RECORDING_ID.fullmatch(id_) else None
        if found is None:
            raise Refused(404, "not_found", "There is no such recording.")
        return found

    def entry(
        self, request: Request, caller: Caller, act: Act, kind: SubjectKind, subject: str, **detail: object
    ) -> AuditEntry:
        """What goes into the audit."""
        who = caller.account
        return AuditEntry(self.now(), who.code, who.role, act, kind, subject, address_of(request), detail)


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def library_router(tag: str) -> APIRouter:
    """For routes that need a token."""
    return APIRouter(
        prefix="/api/v1",
        tags=[tag],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **MORE_REFUSALS},
    )


def install_library_errors(app: FastAPI, door: Door) -> None:
    """What goes wrong in the library in the API's one shape."""
    app.add_exception_handler(CatalogueAway, _away(door))
    for kind, status, code, message in (
        (StoreRefuses, 503, "store_away", "The store of recordings cannot be reached now; try again."),
        (TooMany, 503, "too_many_plays", "As many recordings are being played as can be at once; try again."),
        (CannotUnseal, 409, "cannot_unseal", ""),
        (NoSuchFormat, 422, "bad_field", "Recordings cannot be had in this format here."),
        (NotStored, 404, "audio_gone", "The catalogue knows this recording, but the store does not have its sound."),
        (
            BadKey,
            404,
            "audio_gone",
            "The catalogue knows this recording, but its name in the store is not one of ours.",
        ),
    ):
        app.add_exception_handler(kind, _answering(status, code, message))


def _away(door: Door) -> Callable[[Request, Exception], Response]:
    away = _answering(503, "library_away", LIBRARY_AWAY)

    def answer(request: Request, error: Exception) -> Response:
        door.doubt()
        return away(request, error)

    return answer


def _answering(status: int, code: str, message: str) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        log.warning("library_refused", code=code, path=request.scope["route"].path, why=str(error))
        field_ = "format" if code == "bad_field" else None
        headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None
        return Response(error_json(code, message or f"{error}.", field_), status, headers, "application/json")

    return answer
