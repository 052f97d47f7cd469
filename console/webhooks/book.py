"""Where do webhooks stand, and who changes them? In the database: subscriptions, sealed secrets, and a look at their messages.

Synchronous: whoever is in an event loop calls from a thread. Every method raises CatalogueAway.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ari_app.adapters.catalogue_database import Database
from console.audit.book import Audit, By
from console.webhooks.outbox import Outbox
from console.webhooks.signing import SECRET_BYTES, secret_of
from console.webhooks.tables import attempts, messages, webhooks
from console.webhooks.webhook import Attempt, Message, MessageState, NoSuchMessage, NoSuchWebhook, Webhook

OLD_SECRET_S: Final = 24 * 3600.0
"""How long the secret before signs as well, so that the receiver can change over without losing anything."""

w, m, a = webhooks.c, messages.c, attempts.c


class Seal(Protocol):
    """Keeps secrets from whoever reads the database (own_seal.OwnSeal)."""

    def seal(self, text: str) -> str:
        """Raises OSError."""

    def open(self, sealed: str) -> str:
        """Raises ValueError for what was not sealed here, OSError."""


class WebhookBook:
    """``new_id`` makes ids that nobody guesses; ``now`` is Unix seconds."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        audit: Audit,
        outbox: Outbox,
        new_id: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._seal = seal
        self._audit = audit
        self._outbox = outbox
        self._new_id = new_id
        self._now = now

    def make(self, url: str, events: Sequence[str], about: str, by: By) -> tuple[str, str]:
        """A new one; its id and its secret, which nobody is shown again. The URL has been checked. Raises OSError."""
        id_, secret = self._new_id(), secret_of(secrets.token_bytes(SECRET_BYTES))
        row = {
            "id": id_,
            "url": url,
            "events": sorted(set(events)),
            "about": about,
            "secret": self._seal.seal(secret),
            "made_at": self._now(),
            "made_by": by.code,
            "claimed_until": 0.0,
        }
        with self._database.writing() as connection:
            connection.execute(insert(webhooks).values(**row))
            self._audit.note(by, "webhook_made", id_, {"url": url, "events": row["events"]}, connection=connection)
        return id_, secret

    def change(self, id_: str, by: By, **values: Any) -> None:
        """Another ``url``, ``events`` or ``about``, as they are given. Raises NoSuchWebhook."""
        self._update(id_, by, "webhook_changed", values, values)

    def stop(self, id_: str, why: str, by: By) -> None:
        """Send nothing more to it; what happens meanwhile waits. Raises NoSuchWebhook."""
        self._update(id_, by, "webhook_stopped", {"stopped_at": self._now(), "stopped_why": why}, {"why": why})

    def resume(self, id_: str, by: By) -> None:
        """Send again, at once. Raises NoSuchWebhook."""
        waiting = update(messages).where(m.webhook == id_, m.state == "pending").values(next_at=self._now())
        with self._database.writing() as connection:
            _demand(connection, id_)
            connection.execute(update(webhooks).where(w.id == id_).values(stopped_at=None, stopped_why=None))
            connection.execute(waiting)
            self._audit.note(by, "webhook_resumed", id_, connection=connection)

    def remove(self, id_: str, by: By) -> None:
        """It, its secrets and what waits for it. Raises NoSuchWebhook."""
        with self._database.writing() as connection:
            _demand(connection, id_)
            connection.execute(delete(webhooks).where(w.id == id_))
            self._audit.note(by, "webhook_removed", id_, connection=connection)

    def new_secret(self, id_: str, by: By) -> str:
        """Another secret, shown now and never again; the old one signs as well for OLD_SECRET_S. Raises NoSuchWebhook, OSError."""
        secret = secret_of(secrets.token_bytes(SECRET_BYTES))
        sealed = self._seal.seal(secret)
        with self._database.writing() as connection:
            before = _demand(connection, id_)
            changed = {"secret": sealed, "old_secret": before.secret, "old_until": self._now() + OLD_SECRET_S}
            connection.execute(update(webhooks).where(w.id == id_).values(**changed))
            self._audit.note(by, "webhook_secret_changed", id_, connection=connection)
        return secret

    def try_out(self, id_: str, by: By) -> str:
        """Send it a ``webhook.test``, after what waits; the message's id. Raises NoSuchWebhook."""
        with self._database.writing() as connection:
            _demand(connection, id_)
            message = self._outbox.put_for(connection, id_, "webhook.test", {"by": by.code}, id_)
            self._audit.note(by, "webhook_tried", id_, {"message": message}, connection=connection)
        return message

    def replay(self, message: str, by: By) -> None:
        """Send it once more with the same id, whatever became of it. Raises NoSuchMessage."""
        again = {"state": "pending", "attempts": 0, "next_at": self._now(), "ended_at": None}
        self._of_message(message, by, "webhook_replayed", again)

    def drop(self, message: str, by: By) -> None:
        """It need not be sent. Raises NoSuchMessage."""
        self._of_message(message, by, "webhook_dropped", {"state": "dropped", "ended_at": self._now()})

    def all(self) -> list[Webhook]:
        """The oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(webhooks).order_by(w.made_at, w.id)).all()
            counted = connection.execute(
                select(m.webhook, m.state, func.count())
                .where(m.state.in_(("pending", "dead")))
                .group_by(m.webhook, m.state)
            )
            counts = {(one[0], one[1]): one[2] for one in counted}
            return [_webhook(row, counts, _last(connection, row.id)) for row in rows]

    def find(self, id_: str) -> Webhook:
        """One of them. Raises NoSuchWebhook."""
        found = next((one for one in self.all() if one.id == id_), None)
        if found is None:
            raise NoSuchWebhook(id_)
        return found

    def messages(
        self, webhook: str, state: MessageState | None = None, before: int | None = None, limit: int = 50
    ) -> list[Message]:
        """The newest first, made before the one with the number ``before``."""
        wanted = select(messages).where(m.webhook == webhook).order_by(m.seq.desc()).limit(limit)
        wanted = wanted if state is None else wanted.where(m.state == state)
        wanted = wanted if before is None else wanted.where(m.seq < before)
        with self._database.reading() as connection:
            return [_message(row) for row in connection.execute(wanted)]

    def message(self, id_: str) -> Message:
        """One with all its attempts. Raises NoSuchMessage."""
        with self._database.reading() as connection:
            row = connection.execute(select(messages).where(m.id == id_)).first()
            if row is None:
                raise NoSuchMessage(id_)
            tries = connection.execute(select(attempts).where(a.message == id_).order_by(a.id))
            return _message(row, [_attempt(one) for one in tries])

    def _update(self, id_: str, by: By, act: str, values: dict[str, Any], detail: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            _demand(connection, id_)
            if values:
                connection.execute(update(webhooks).where(w.id == id_).values(**values))
            self._audit.note(by, act, id_, detail, connection=connection)

    def _of_message(self, message: str, by: By, act: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            if not connection.execute(update(messages).where(m.id == message).values(**values)).rowcount:
                raise NoSuchMessage(message)
            self._audit.note(by, act, message, connection=connection)


def _demand(connection: Connection, id_: str) -> Row[Any]:
    row = connection.execute(select(webhooks).where(w.id == id_).with_for_update()).first()
    if row is None:
        raise NoSuchWebhook(id_)
    return row


def _last(connection: Connection, webhook: str) -> Attempt | None:
    of_it = select(attempts).join(messages, m.id == a.message).where(m.webhook == webhook)
    row = connection.execute(of_it.order_by(a.id.desc()).limit(1)).first()
    return None if row is None else _attempt(row)


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(row.at, row.took_ms, row.status, row.wrong)


def _message(row: Row[Any], tries: Sequence[Attempt] = ()) -> Message:
    names = ("seq", "id", "webhook", "type", "about", "body", "made_at", "state", "attempts", "next_at", "ended_at")
    return Message(**{name: row._mapping[name] for name in names}, tries=tries)


def _webhook(row: Row[Any], counts: dict[tuple[str, str], int], last: Attempt | None) -> Webhook:
    return Webhook(
        row.id,
        row.url,
        tuple(row.events),
        row.about,
        row.made_at,
        row.made_by,
        row.stopped_at,
        row.stopped_why,
        counts.get((row.id, "pending"), 0),
        counts.get((row.id, "dead"), 0),
        last,
    )
