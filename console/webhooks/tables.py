"""Which tables hold webhooks and what is to be sent to them? The shape only; migration 0005 makes it. Times are Unix seconds."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


def _number() -> Any:
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


class WebhookColumns(TypedColumns):
    """A subscription. The secrets are sealed; ``old_secret`` signs as well until ``old_until``. ``claimed_by``: the process that
    sends to it, until ``claimed_until``. ``stopped_why``: why nothing is sent to it now, null while it is."""

    id: N[str] = Column(String(64), primary_key=True)
    url: N[str] = Column(Text)
    events: N[list[str]] = Column(JSON)
    about: N[str] = Column(Text)
    secret: N[str] = Column(Text)
    old_secret: N[str | None] = Column(Text)
    old_until: N[float | None]
    made_at: N[float]
    made_by: N[str] = Column(String(32))
    stopped_at: N[float | None]
    stopped_why: N[str | None] = Column(String(200))
    claimed_by: N[str | None] = Column(String(64))
    claimed_until: N[float]


webhooks: Final = Table("webhooks", metadata, WebhookColumns)


class MessageColumns(TypedColumns):
    """What is to be sent to one webhook, in the order of ``seq``. ``about``: the id of what it tells of; ``key``: told once."""

    seq: N[int] = _number()
    id: N[str] = Column(String(64), index=True, unique=True)
    webhook: N[str] = Column(String(64), ForeignKey("webhooks.id", ondelete="CASCADE"))
    type: N[str] = Column(String(32))
    about: N[str] = Column(String(64), index=True)
    key: N[str | None] = Column(String(128))
    body: N[str] = Column(Text)
    made_at: N[float]
    state: N[str] = Column(String(16))
    attempts: N[int]
    next_at: N[float]
    ended_at: N[float | None]


messages: Final = Table(
    "webhook_messages",
    metadata,
    MessageColumns,
    Index(None, "webhook", "state", "seq"),
    Index(None, "webhook", "key", unique=True),
    Index(None, "state", "ended_at"),
    sqlite_autoincrement=True,
)


class AttemptColumns(TypedColumns):
    """One request: what came back. ``status`` is null where nothing did, and ``wrong`` says why."""

    id: N[int] = _number()
    message: N[str] = Column(String(64), ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True)
    at: N[float]
    took_ms: N[int]
    status: N[int | None]
    wrong: N[str] = Column(String(200))


attempts: Final = Table("webhook_attempts", metadata, AttemptColumns, sqlite_autoincrement=True)


class PlaceColumns(TypedColumns):
    """How far a stream of events has been read: all before it has been told."""

    stream: N[str] = Column(String(128), primary_key=True)
    place: N[str] = Column(String(64))


places: Final = Table("webhook_places", metadata, PlaceColumns)
