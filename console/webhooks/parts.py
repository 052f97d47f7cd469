"""What are webhooks made of? All their parts, put together for the console's one place of wiring."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.own_seal import OwnSeal
from ari_app.clock import Clock
from ari_app.new_ids import new_id
from ari_app.settings import Settings
from console.audit.book import Audit
from console.webhooks.book import WebhookBook
from console.webhooks.deliveries import Deliveries
from console.webhooks.ended_calls import EndedCalls
from console.webhooks.guard import Guard
from console.webhooks.outbox import Outbox
from console.webhooks.retries import Schedule
from console.webhooks.routes import webhook_routes
from console.webhooks.sender import Sender
from console.webhooks.work import Work


@dataclass(frozen=True, slots=True)
class WebhooksPart:
    """``outbox`` is for every part that has something to tell; ``wrong`` says in words what a person should look at."""

    outbox: Outbox
    router: APIRouter
    works: dict[str, Callable[[], Coroutine[Any, Any, None]]]
    wrong: Callable[[], str | None]


def open_webhooks(settings: Settings, database: Database, audit: Audit, clock: Clock) -> WebhooksPart:
    """Inside a running loop. Raises ValueError for a network in the settings that is none."""
    guard, outbox = Guard(settings.webhook_networks), Outbox(new_id, clock.now)
    seal = OwnSeal(settings.webhooks_key)
    book = WebhookBook(database, seal, audit, outbox, new_id, clock.now)
    work = Work(database, audit, f"{socket.gethostname()[:30]}:{os.getpid()}:{new_id()[:12]}")
    sender = Sender(guard)
    deliveries = Deliveries(work, sender, seal, Schedule(), clock, random.random)
    ended = EndedCalls(settings.redis_address, settings.redis_prefix, database, outbox, clock)

    async def deliver() -> None:
        try:
            await deliveries.run()
        finally:
            await asyncio.shield(sender.close())

    return WebhooksPart(
        outbox,
        webhook_routes(book, guard, deliveries.nudge),
        {"webhooks": deliver, "ended_calls": ended.run},
        lambda: deliveries.wrong,
    )
