"""What do requests about webhooks look like, and their answers? The shapes that OpenAPI shows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ari_app.adapters.http_recording_bodies import PLAIN
from console.webhooks.guard import URL_LENGTH
from console.webhooks.webhook import MessageState

Event = Literal["ticket.opened", "ticket.changed", "ticket.passed", "ticket.closed", "contact.changed", "call.ended"]
Events = Annotated[list[Event], Field(min_length=1, max_length=20)]
Url = Annotated[str, Field(min_length=1, max_length=URL_LENGTH)]
About = Annotated[str, Field(max_length=200, pattern=PLAIN)]


class NewWebhook(BaseModel):
    """Where to, of what, and what it is for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    url: Url
    events: Events
    about: About = ""


class WebhookChange(BaseModel):
    """What is given becomes so."""

    model_config = ConfigDict(extra="forbid", strict=True)
    url: Url | None = None
    events: Events | None = None
    about: About | None = None


class MessageListing(BaseModel):
    """Which messages: ``before`` is ``next`` of the page before."""

    model_config = ConfigDict(extra="forbid")
    state: MessageState | None = None
    before: int | None = Field(None, ge=1, le=2**62)
    limit: int = Field(50, ge=1, le=200)


class ShownAttempt(BaseModel):
    """One request; ``status`` null: nothing came back, and ``wrong`` says why."""

    at: str
    took_ms: int
    status: int | None
    wrong: str


class ShownWebhook(BaseModel):
    """A webhook. ``stopped_why``: why nothing is sent to it now; ``pending`` and ``dead`` count its messages."""

    id: str
    url: str
    events: list[str]
    about: str
    made: str
    made_by: str
    stopped: str | None
    stopped_why: str | None
    pending: int
    dead: int
    last: ShownAttempt | None


class Webhooks(BaseModel):
    """All of them, and the events that can be subscribed to."""

    items: list[ShownWebhook]
    events: list[str]


class MadeWebhook(ShownWebhook):
    """With its secret, which is shown this once."""

    secret: str


class Secret(BaseModel):
    """A webhook's new secret, which is shown this once; the old one signs as well for another day."""

    secret: str


class ShownMessage(BaseModel):
    """A message. ``next`` is when it is tried again; ``attempts`` counts since it was last begun."""

    number: int
    id: str
    type: str
    about: str
    made: str
    state: MessageState
    attempts: int
    next: str | None
    ended: str | None


class Messages(BaseModel):
    """The newest first; ``next`` is null on the last page."""

    items: list[ShownMessage]
    next: int | None


class WholeMessage(ShownMessage):
    """With what it says, and every request."""

    body: dict[str, Any]
    tries: list[ShownAttempt]
