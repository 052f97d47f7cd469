"""The console's pages over tickets and webhooks alone: no telephones, no controller; people are known by their codes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ari_app.adapters import http_errors
from console.tickets.routes import ticket_routes
from console.webhooks.guard import Guard
from console.webhooks.routes import webhook_routes
from tests.browser.frame_served import Floor, frame, listening, pages
from tests.console.tickets.desk import PEOPLE, Centre
from tests.console.webhooks.post import Post

BY_CODE = {person.code: person for person in PEOPLE.values()}


@asynccontextmanager
async def served(centre: Centre, post: Post) -> AsyncIterator[str]:
    """The console's address."""
    app = FastAPI()
    http_errors.install(app)
    app.include_router(ticket_routes(centre.desk))
    app.include_router(webhook_routes(post.book, Guard(["127.0.0.0/8"])))
    frame(app, BY_CODE, Floor(centre.board.operators.values, centre.board.calls.values))
    pages(app)
    async with listening(app) as url:
        yield url
