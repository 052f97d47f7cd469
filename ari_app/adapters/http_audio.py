"""How is a recording heard over HTTP? With ranges, by those who see it; and by links that expire, without a log-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from itsdangerous import BadData, URLSafeSerializer

from ari_app.adapters.http_auth import AskedBy, Caller, demand
from ari_app.adapters.http_bodies import ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.adapters.http_library import Desk, address_of, library_router
from ari_app.adapters.http_ranges import OutOfRange, Stretch, is_current, is_known, wanted
from ari_app.adapters.http_recording_bodies import MORE_REFUSALS, LinkBody, MadeLink, ShownLink
from ari_app.adapters.http_recordings import shown_link
from ari_app.adapters.playing import MEDIA_TYPES, AudioFormat, Player, Sound, broken
from ari_app.beside import beside
from ari_app.permissions import reach_of
from recordings.custody import AuditEntry, Doomed, Link
from recordings.record import StoredRecording

log = structlog.get_logger(__name__)
Format = Annotated[AudioFormat, Query(description="opus is what is stored; the others are made while they are heard")]
SOUND: Final = {
    status: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": why}
    for status, why in ((200, "The whole"), (206, "The range that was asked for"))
} | {304: {"description": "You have it already"}, 416: {"model": ErrorBody, "description": "No such bytes"}}


@dataclass(frozen=True, slots=True)
class Answer:
    """What will be sent: a status without sound, or a sound (or a stretch of it) that has begun."""

    status: int
    headers: dict[str, str]
    sound: Sound | None = None
    stretch: Stretch | None = None


def audio_routes(desk: Desk) -> APIRouter:
    """``GET /api/v1/recordings/{id}/audio``, and the links: ``POST`` and ``DELETE .../links``."""
    router = library_router("recordings")
    _link_routes(router, desk)

    @router.get("/recordings/{recording_id}/audio", response_class=Response, responses=SOUND)  # type: ignore[arg-type]
    async def play_recording(recording_id: str, request: Request, caller: AskedBy, format: Format = "opus") -> Response:
        one = (await desk.found(caller, recording_id)).recording
        answer = await _begun(desk.library.player, one, format, request)
        if answer.sound is not None and desk.listening.begins(caller.account.code, address_of(request), one.id):
            entry = desk.entry(request, caller, "played", "recording", one.id, format=format)
            await _entered(desk, answer.sound, entry)
        return _sent(desk.library.player, one, answer)

    return router


def listen_routes(desk: Desk) -> APIRouter:
    """``GET /api/v1/listen/{token}``: no log-in; the token is what lets in."""
    router = APIRouter(prefix="/api/v1", tags=["recordings"], responses=MORE_REFUSALS)
    over = {404: {"model": ErrorBody}, 410: {"model": ErrorBody, "description": "The link is over"}}

    @router.get("/listen/{token}", response_class=Response, responses={**SOUND, **over})  # type: ignore[dict-item]
    async def listen(token: str, request: Request, format: Format = "opus") -> Response:
        link, one = await _linked(desk, token)
        answer = await _begun(desk.library.player, one, format, request)
        if answer.sound is not None:
            await _count_play(desk, link, answer.sound, request)
        return _sent(desk.library.player, one, answer)

    return router


def _link_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/recordings/{recording_id}/links", response_model=MadeLink, status_code=201)
    async def make_link(recording_id: str, body: LinkBody, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("link_recordings"))
        one, now = (await desk.found(caller, recording_id)).recording, desk.now()
        link = Link(desk.library.new_id(), one.id, caller.account.code, now, now + 60 * body.minutes, body.plays)
        entry = desk.entry(
            request, caller, "link_made", "recording", one.id, link=link.id, minutes=body.minutes, plays=body.plays
        )
        try:
            await beside(desk.library.custody.make_link, link, entry)
        except Doomed:
            raise Refused(404, "not_found", "There is no such recording.") from None
        url = f"/api/v1/listen/{_signer(desk).dumps([link.id, one.id, int(link.expires_at), link.by])}"
        return json_answer(shown_link(link) | {"url": url}, 201)

    @router.delete("/recordings/{recording_id}/links/{link_id}", response_model=ShownLink)
    async def revoke_link(recording_id: str, link_id: str, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("revoke_links"))
        one = (await desk.found(caller, recording_id)).recording
        link = await beside(desk.library.custody.find_link, link_id)
        if link is None or link.recording != one.id:
            raise Refused(404, "not_found", "There is no such link.")
        demand(caller.reaches("revoke_links", link.by))
        await beside(
            desk.library.custody.revoke_link,
            link_id,
            desk.entry(request, caller, "link_revoked", "recording", one.id, link=link_id),
        )
        revoked = await beside(desk.library.custody.find_link, link_id)
        return json_answer(shown_link(revoked or link))


def _signer(desk: Desk) -> URLSafeSerializer:
    return URLSafeSerializer(
        desk.library.link_key, salt="centralita-recording-link", signer_kwargs={"digest_method": sha256}
    )


async def _linked(desk: Desk, token: str) -> tuple[Link, StoredRecording]:
    """The link and its recording. Raises Refused: 404 for a token that is none of ours, 410 for a link that is over."""
    try:
        id_, recording, expires, _ = _signer(desk).loads(token)
    except (BadData, ValueError, TypeError):
        raise Refused(404, "not_found", "There is no such link.") from None
    link = await beside(desk.library.custody.find_link, id_)
    now = desk.now()
    if link is None or link.recording != recording or expires <= now or link.expires_at <= now or link.revoked_at:
        raise _over()
    found = await desk.stored(recording)
    maker = desk.accounts.get(link.by)
    if maker is None or reach_of(maker.role, "link_recordings") is None:
        raise _over()
    if not desk.sight(Caller(maker, link.expires_at)).sees(found.recording.queues, found.recording.operators):
        raise _over()
    return link, found.recording


def _over() -> Refused:
    return Refused(410, "link_over", "This link is over; ask whoever gave it to you for another.")


async def _count_play(desk: Desk, link: Link, sound: Sound, request: Request) -> None:
    """The first range of a play counts. Raises Refused (410) when there is none left."""
    who, address = f"link:{link.id}", address_of(request)
    if not desk.listening.begins(who, address, link.recording):
        return
    detail = {"link": link.id, "made_by": link.by}
    entry = AuditEntry(desk.now(), who, "link", "link_played", "recording", link.recording, address, detail)
    counted = False
    try:
        counted = await beside(desk.library.custody.use_link, link.id, desk.now(), entry)
    finally:
        if not counted:
            sound.close()
            desk.listening.not_begun(who, address, link.recording)
    if not counted:
        raise _over()


async def _entered(desk: Desk, sound: Sound, entry: AuditEntry) -> None:
    """Nobody listens without being entered."""
    try:
        await beside(desk.library.audit.note, entry)
    except BaseException:
        sound.close()
        desk.listening.not_begun(entry.who, entry.address, entry.subject)
        raise


async def _begun(player: Player, one: StoredRecording, format_: AudioFormat, request: Request) -> Answer:
    etag = f'"{one.audio_sha256}"' if format_ == "opus" else f'"{one.audio_sha256}-{format_}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{one.id}.{format_}"',
        "Content-Type": MEDIA_TYPES[format_],
        "Referrer-Policy": "no-referrer",
    }
    if is_known(request.headers.get("if-none-match", ""), etag):
        return Answer(304, headers)
    asked = request.headers.get("range", "")
    stretch = None
    if asked and is_current(request.headers.get("if-range", ""), etag):
        size = await player.size(one, format_)
        try:
            stretch = wanted(asked, size)
        except OutOfRange:
            message = f"The recording has {size} bytes in this format."
            raise Refused(416, "bad_range", message, headers={"Content-Range": f"bytes */{size}"}) from None
        if stretch is not None:
            headers["Content-Range"] = f"bytes {stretch.first}-{stretch.last}/{size}"
    sound = await player.begun(one, format_)
    length = sound.size if stretch is None else stretch.length
    if length is not None:
        headers["Content-Length"] = str(length)
    return Answer(200 if stretch is None else 206, headers, sound, stretch)


def _sent(player: Player, one: StoredRecording, answer: Answer) -> Response:
    sound = answer.sound
    if sound is None:
        return Response(status_code=answer.status, headers=answer.headers)

    async def body() -> AsyncIterator[bytes]:
        try:
            async with aclosing(player.bytes_of(sound, answer.stretch)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except Exception as error:
            broken(error, recording=one.id)
            raise

    return StreamingResponse(body(), answer.status, answer.headers)
