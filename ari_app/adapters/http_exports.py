"""How are many recordings taken away at once? One bundle, made while it is sent: the sound as Opus, and what each is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from ari_app.adapters.export_bundle import Bundle
from ari_app.adapters.http_auth import AskedBy, demand
from ari_app.adapters.http_bodies import ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_library import Desk, library_router
from ari_app.adapters.http_recording_bodies import Filters
from ari_app.adapters.http_recordings import search_of
from ari_app.adapters.playing import broken
from ari_app.beside import beside
from ari_app.contract import timestamp
from recordings.search import Found, Search

AT_ONCE = 200


def export_routes(desk: Desk) -> APIRouter:
    """``POST /api/v1/exports``."""
    router = library_router("recordings")
    answers = {
        200: {"content": {"application/zip": {}}, "description": "The bundle"},
        413: {"model": ErrorBody, "description": "More than one bundle may hold"},
    }

    @router.post("/exports", response_class=Response, responses=answers)  # type: ignore[arg-type]
    async def export_recordings(body: Filters, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("export_recordings"))
        search, library = search_of(desk, caller, body), desk.library
        extent = await beside(library.shelves.extent, search)
        if extent.recordings > library.export_recordings or extent.audio_bytes > library.export_bytes:
            raise Refused(
                413,
                "export_too_large",
                f"{extent.recordings} recordings of {extent.audio_bytes} bytes fit; a bundle may hold "
                f"{library.export_recordings} of {library.export_bytes} bytes. Narrow the search, e.g. with from and to.",
            )
        library.player.demand_key()
        id_, asked = (
            library.new_id(),
            body.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"caller"}),
        )
        detail = {"filters": asked, "customer": search.caller_who, "recordings": extent.recordings}
        await beside(library.audit.note, desk.entry(request, caller, "exported", "export", id_, **detail))
        about = {"export": id_, "by": caller.account.code, "at": timestamp(desk.now()), "filters": asked}
        headers = {"Content-Disposition": f'attachment; filename="recordings-{id_}.zip"'}
        bundle = Bundle(library.player, about)
        return StreamingResponse(_sent(bundle, _all(desk, search), id_), 200, headers, "application/zip")

    return router


async def _sent(bundle: Bundle, found: AsyncIterator[Found], id_: str) -> AsyncIterator[bytes]:
    try:
        async with aclosing(bundle.of(found)) as chunks:
            async for chunk in chunks:
                yield chunk
    except Exception as error:
        broken(error, export=id_)
        raise


async def _all(desk: Desk, search: Search) -> AsyncIterator[Found]:
    """One page after the other; at most as many as a bundle may hold, even if more are entered meanwhile."""
    left, after = desk.library.export_recordings, None
    while left > 0:
        page = await beside(desk.library.shelves.search, search, min(AT_ONCE, left), after)
        for found in page.items:
            yield found
        left, after = left - len(page.items), page.next
        if after is None:
            return
