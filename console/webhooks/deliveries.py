"""How does what stands in the outbox reach its receivers? In order to each, one at a time, again and again until it is taken.

At least once: a message counts as delivered when that has been noted, so one whose answer, or note, was lost is sent again with the
same ``webhook-id``. Webhooks do not wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from ari_app.beside import beside
from ari_app.clock import Clock
from console.webhooks import signing
from console.webhooks.book import Seal
from console.webhooks.retries import Schedule
from console.webhooks.sender import Answer
from console.webhooks.webhook import Attempt, Job, Outcome
from console.webhooks.work import Work
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
LOOK_EVERY_S: Final = 1.0
CLEAR_EVERY_S: Final = 3600.0
GONE: Final = 410


class Sends(Protocol):
    """sender.Sender."""

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Never raises."""


class Deliveries:
    """``chance`` gives numbers in 0..1 for the jitter. ``wrong`` says in words what a person should look at; None: all is well."""

    def __init__(
        self,
        work: Work,
        sender: Sends,
        seal: Seal,
        schedule: Schedule,
        clock: Clock,
        chance: Callable[[], float],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._work = work
        self._sender = sender
        self._seal = seal
        self._schedule = schedule
        self._clock = clock
        self._chance = chance
        self._look_every_s = look_every_s
        self._busy: set[str] = set()
        self._look = asyncio.Event()
        self._cleared_at = 0.0
        self._away: str | None = None
        self._dead = 0

    @property
    def wrong(self) -> str | None:
        """See the class."""
        if self._away is not None:
            return f"webhooks wait for the database: {self._away}"
        return f"{self._dead} messages to webhooks were given up: replay or drop them" if self._dead else None

    def nudge(self) -> None:
        """Something has just been put into the outbox: look at once. From the loop's own thread."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled: send what is due."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._look.clear()
                for job in await self._due():
                    self._busy.add(job.webhook)
                    group.create_task(self._one(job))
                await self._wait()

    async def _due(self) -> list[Job]:
        now = self._clock.now()
        try:
            jobs, _ = await beside(self._work.due, now, frozenset(self._busy))
            self._dead = await beside(self._work.dead)
            if now - self._cleared_at >= CLEAR_EVERY_S:
                self._cleared_at = now
                await beside(self._work.clear, now)
        except CatalogueAway as away:
            self._found_away(away)
            return []
        self._away = None
        return jobs

    async def _wait(self) -> None:
        looking, sleeping = asyncio.ensure_future(self._look.wait()), asyncio.ensure_future(self._pause())
        try:
            await asyncio.wait((looking, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            looking.cancel()
            sleeping.cancel()

    async def _pause(self) -> None:
        await self._clock.sleep(self._look_every_s)

    async def _one(self, job: Job) -> None:
        try:
            outcome = await self._sent(job)
            await beside(self._work.note, job, outcome)
        except CatalogueAway as away:  # it is sent again: the receiver knows it by its id
            self._found_away(away)
            await self._pause()
        finally:
            self._busy.discard(job.webhook)
            self._look.set()

    async def _sent(self, job: Job) -> Outcome:
        began = self._clock.now()
        try:
            secrets = [self._seal.open(sealed) for sealed in job.sealed]
        except (ValueError, OSError) as unreadable:
            log.error("webhook_secret_unreadable", webhook=job.webhook, why=str(unreadable))
            wrong = "its secret cannot be opened with this installation's key: give it a new one"
            return Outcome(Attempt(began, 0, None, wrong), stop=wrong)
        headers = signing.headers(secrets, job.message, int(began), job.body)
        answer = await self._sender.send(job.url, job.body, headers)
        took_ms = round(1000 * (self._clock.now() - began))
        return self._outcome(job, answer, Attempt(began, took_ms, answer.status, answer.wrong))

    def _outcome(self, job: Job, answer: Answer, attempt: Attempt) -> Outcome:
        if answer.status is not None and 200 <= answer.status < 300:
            return Outcome(attempt, delivered=True)
        if answer.status == GONE:
            log.error("webhook_gone", webhook=job.webhook)
            return Outcome(attempt, stop="the receiver answered 410: it wants no more messages")
        now = self._clock.now()
        again_at = self._schedule.again_at(job.failures + 1, now, self._chance(), answer.retry_after_s)
        if again_at is None:
            log.error("webhook_gave_up", webhook=job.webhook, message=job.message, attempts=job.failures + 1)
        else:
            log.warning(
                "webhook_failed", webhook=job.webhook, message=job.message, status=answer.status, why=answer.wrong
            )
        return Outcome(attempt, again_at=again_at)

    def _found_away(self, away: CatalogueAway) -> None:
        if self._away is None:
            log.error("webhooks_wait", why=str(away))
        self._away = str(away)
