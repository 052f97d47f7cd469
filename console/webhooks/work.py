"""Which message is sent next, and what is noted of it? One at a time and in order to each webhook, by one process.

Synchronous: whoever is in an event loop calls from a thread. Every method raises CatalogueAway.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.sql import Select

from ari_app.adapters.catalogue_database import Database
from console.audit.book import SYSTEM, Audit
from console.webhooks.tables import attempts, messages, webhooks
from console.webhooks.webhook import Job, Outcome

CLAIMED_S: Final = 60.0
"""How long a process has a webhook for itself: longer than a request may take, so that another takes over only from a dead one."""

KEPT_S: Final = 30 * 24 * 3600.0
w, m = webhooks.c, messages.c


class Work:
    """``me`` names this process, and no other."""

    def __init__(self, database: Database, audit: Audit, me: str) -> None:
        self._database = database
        self._audit = audit
        self._me = me

    def due(self, now: float, busy: frozenset[str] = frozenset()) -> tuple[list[Job], float | None]:
        """The first message of each webhook that can be sent now, claimed; and when the next one can be (None: none waits).
        ``busy`` are webhooks that somebody of this process sends to already."""
        with self._database.reading() as connection:
            heads = [one for one in connection.execute(_heads()).all() if one.webhook not in busy]
        ready = [head for head in heads if head.next_at <= now]
        later = min((head.next_at for head in heads if head.next_at > now), default=None)
        if not ready:
            return [], later
        with self._database.writing() as connection:
            jobs = [self._claimed(connection, head.webhook, now) for head in ready]
        return [job for job in jobs if job is not None], later

    def _claimed(self, connection: Connection, webhook: str, now: float) -> Job | None:
        """Its first message as it is now: another process may have sent what we have seen a moment ago."""
        if not self._claim(connection, webhook, now):
            return None
        head = connection.execute(_heads().where(m.webhook == webhook, m.next_at <= now)).first()
        if head is None:
            connection.execute(update(webhooks).where(w.id == webhook).values(claimed_by=None))
        return None if head is None else _job(head, now)

    def _claim(self, connection: Connection, webhook: str, now: float) -> bool:
        free = or_(w.claimed_by.is_(None), w.claimed_by == self._me, w.claimed_until < now)
        claim = update(webhooks).where(w.id == webhook, free)
        return bool(connection.execute(claim.values(claimed_by=self._me, claimed_until=now + CLAIMED_S)).rowcount)

    def note(self, job: Job, outcome: Outcome) -> None:
        """What came of it, and let go of the webhook."""
        tried = outcome.attempt
        ended = None if outcome.again_at is not None or outcome.stop is not None else tried.at
        state = "delivered" if outcome.delivered else "dead" if ended is not None else "pending"
        values: dict[str, Any] = {"state": state, "attempts": m.attempts + 1, "ended_at": ended}
        if outcome.again_at is not None:
            values["next_at"] = outcome.again_at
        with self._database.writing() as connection:
            row = connection.execute(update(messages).where(m.id == job.message, m.state == "pending").values(**values))
            if row.rowcount:  # else it was removed or dropped meanwhile
                connection.execute(
                    insert(attempts).values(
                        message=job.message,
                        at=tried.at,
                        took_ms=tried.took_ms,
                        status=tried.status,
                        wrong=tried.wrong[:200],
                    )
                )
            if state == "dead":
                detail = {"webhook": job.webhook, "type": job.type}
                self._audit.note(SYSTEM, "webhook_gave_up", job.message, detail, connection=connection)
            stop = {} if outcome.stop is None else {"stopped_at": tried.at, "stopped_why": outcome.stop}
            mine = update(webhooks).where(w.id == job.webhook, w.claimed_by == self._me)
            connection.execute(mine.values(claimed_by=None, **stop))

    def dead(self) -> int:
        """How many messages were given up, and nobody has dealt with."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(messages).where(m.state == "dead")) or 0

    def clear(self, now: float) -> int:
        """Remove what was delivered or dropped long ago; how many messages."""
        old = delete(messages).where(m.state.in_(("delivered", "dropped")), m.ended_at < now - KEPT_S)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount


def _heads() -> Select[Any]:
    first = select(func.min(m.seq)).where(m.state == "pending").group_by(m.webhook)
    columns = (messages, w.url, w.secret, w.old_secret, w.old_until)
    joined = select(*columns).join(webhooks, w.id == m.webhook)
    return joined.where(m.seq.in_(first), w.stopped_at.is_(None))


def _job(head: Any, now: float) -> Job:
    old = [head.old_secret] if head.old_secret is not None and head.old_until > now else []
    return Job(
        head.webhook,
        head.url,
        (head.secret, *old),
        head.id,
        head.type,
        head.body.encode(),
        head.attempts,
    )
