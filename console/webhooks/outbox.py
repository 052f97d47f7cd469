"""How does a change come to those who want to know of it? Written beside it, in its transaction: both are there, or neither."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, select

from ari_app.adapters.catalogue_database import insert_once
from ari_app.contract import timestamp
from console.webhooks.tables import messages, webhooks

EventType = Literal[
    "ticket.opened", "ticket.changed", "ticket.passed", "ticket.closed", "contact.changed", "call.ended", "webhook.test"
]
EVENTS: Final[tuple[str, ...]] = tuple(one for one in get_args(EventType) if one != "webhook.test")
"""Those that can be subscribed to."""

AT_ONCE: Final = 500
w = webhooks.c


class Outbox:
    """``new_id`` makes ids that nobody guesses; ``now`` is Unix seconds."""

    def __init__(self, new_id: Callable[[], str], now: Callable[[], float]) -> None:
        self._new_id = new_id
        self._now = now

    def put(
        self, connection: Connection, type_: EventType, told: Mapping[str, Any], about: str, key: str | None = None
    ) -> int:
        """Note for each webhook that wants ``type_`` what is ``told`` (JSON) about the thing with this id, as the last thing in
        ``connection``'s transaction; how many do. With a ``key`` each hears of it once, however often it is put."""
        # The rows stay locked until the transaction ends: so messages are in the order in which changes took effect.
        wanting = connection.execute(select(w.id, w.events).order_by(w.id).with_for_update()).all()
        chosen = [one.id for one in wanting if type_ in one.events]
        for webhook in chosen:
            self.put_for(connection, webhook, type_, told, about, key)
        return len(chosen)

    def put_for(
        self,
        connection: Connection,
        webhook: str,
        type_: EventType,
        told: Mapping[str, Any],
        about: str,
        key: str | None = None,
    ) -> str:
        """The same for one webhook, whatever it wants; the message's id."""
        now, id_ = self._now(), f"msg_{self._new_id()}"
        body = json.dumps({"type": type_, "timestamp": timestamp(now), "data": told}, ensure_ascii=False)
        row = {
            "id": id_,
            "webhook": webhook,
            "type": type_,
            "about": about,
            "key": key,
            "body": body,
            "made_at": now,
            "state": "pending",
            "attempts": 0,
            "next_at": now,
        }
        insert_once(connection, messages, row)
        return id_


def forget(connection: Connection, *about: str) -> int:
    """Nothing more is told of these things, and nothing that was is kept: they have been erased. How many messages that were."""
    parts = [about[start : start + AT_ONCE] for start in range(0, len(about), AT_ONCE)]
    return sum(connection.execute(messages.delete().where(messages.c.about.in_(part))).rowcount for part in parts)
