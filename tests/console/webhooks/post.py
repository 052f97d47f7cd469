"""A post office of the tests: a database, webhooks in it, and deliveries that do not wait for days. Also a process of its own.

``python -m tests.console.webhooks.post FOLDER commit N`` puts N messages into the outbox, says so, and waits to be killed;
``... deliver`` delivers until it is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.adapters.own_seal import OwnSeal
from ari_app.clock import SystemClock
from ari_app.new_ids import new_id
from console.audit.book import Audit, By
from console.webhooks.book import WebhookBook
from console.webhooks.deliveries import Deliveries
from console.webhooks.guard import Guard
from console.webhooks.outbox import Outbox
from console.webhooks.retries import Schedule
from console.webhooks.sender import Sender
from console.webhooks.work import Work

COORDINATOR = By("3001", "coordinator", "192.0.2.1")
SOON = Schedule(delays_s=(0.01, 0.02, 0.02, 0.02), jitter=0.0)


class Post:
    """Everything of webhooks over one database. ``name``: of the process that delivers."""

    _nth = itertools.count()

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock = SystemClock()
        self.database = database
        self.audit = Audit(database, self.clock.now)
        self.outbox = Outbox(new_id, self.clock.now)
        self.seal = OwnSeal(folder / "keys" / "console.key")
        self.book = WebhookBook(database, self.seal, self.audit, self.outbox, new_id, self.clock.now)

    def put(self, nth: int, key: str | None = None, fails: bool = False) -> None:
        """A change, and what is told of it, in one transaction."""
        with self.database.writing() as connection:
            self.audit.note(COORDINATOR, "ticket_opened", f"S-{nth}", connection=connection)
            self.outbox.put(connection, "ticket.opened", {"ticket": f"S-{nth}"}, f"S-{nth}", key)
            if fails:
                raise ZeroDivisionError

    def deliveries(self, sender: Sender, schedule: Schedule = SOON) -> Deliveries:
        """A worker with a name of its own."""
        work = Work(self.database, self.audit, f"worker {next(self._nth)}")
        return Deliveries(work, sender, self.seal, schedule, self.clock, lambda: 0.5, look_every_s=0.01)

    @contextlib.asynccontextmanager
    async def delivering(self, schedule: Schedule = SOON, within_s: float = 10.0) -> AsyncIterator[Deliveries]:
        """Deliver meanwhile."""
        sender = Sender(Guard(["127.0.0.0/8"]), within_s)
        deliveries = self.deliveries(sender, schedule)
        running = asyncio.create_task(deliveries.run())
        try:
            yield deliveries
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await sender.close()

    async def until(self, true: Callable[[], bool], within_s: float = 30.0) -> None:
        """Wait for it."""
        async with asyncio.timeout(within_s):
            while not true():
                await asyncio.sleep(0.01)


async def _main(folder: Path, what: str, count: int) -> None:
    database = Database(sqlite_url(folder / "centralita.db"))
    post = Post(database, folder)
    if what == "commit":
        for nth in range(count):
            post.put(nth)
        sys.stdout.write("committed\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
    async with post.delivering():
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
