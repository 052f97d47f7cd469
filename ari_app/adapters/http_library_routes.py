"""Which routes does the library of recordings add to the API? All of them, in one call."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from ari_app.adapters.http_audio import audio_routes, listen_routes
from ari_app.adapters.http_custody import custody_routes
from ari_app.adapters.http_erasures import erasure_routes
from ari_app.adapters.http_exports import export_routes
from ari_app.adapters.http_library import Desk, install_library_errors
from ari_app.adapters.http_recordings import recording_routes


def include_library(app: FastAPI, desk: Desk) -> None:
    """Add them to ``app``."""
    install_library_errors(app, desk.door)
    for routes in (recording_routes, audio_routes, listen_routes, custody_routes, erasure_routes, export_routes):
        app.include_router(routes(desk), dependencies=[Depends(desk.door.settled)])
