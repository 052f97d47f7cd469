"""What is a webhook, what is sent to it, and what came of that? Values only; times are Unix seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MessageState = Literal["pending", "delivered", "dead", "dropped"]
"""``dead``: given up, until somebody replays it; ``dropped``: somebody has said that it need not be sent."""


class NoSuchWebhook(LookupError):
    """There is none with this id."""


class NoSuchMessage(LookupError):
    """There is none with this id."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. ``status`` None: nothing came back, and ``wrong`` says why."""

    at: float
    took_ms: int
    status: int | None
    wrong: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. ``stopped_why``: why nothing is sent to it now. ``pending`` and ``dead`` count its messages."""

    id: str
    url: str
    events: tuple[str, ...]
    about: str
    made_at: float
    made_by: str
    stopped_at: float | None
    stopped_why: str | None
    pending: int
    dead: int
    last: Attempt | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one webhook; ``next_at`` counts while it is pending."""

    seq: int
    id: str
    webhook: str
    type: str
    about: str
    body: str
    made_at: float
    state: MessageState
    attempts: int
    next_at: float
    ended_at: float | None
    tries: Sequence[Attempt] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """The next message of a webhook, to be sent now; ``sealed`` are the secrets in force, the newest first."""

    webhook: str
    url: str
    sealed: tuple[str, ...]
    message: str
    type: str
    body: bytes
    failures: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a message after an attempt: ``again_at`` for another, ``stop`` when the receiver wants no more at all."""

    attempt: Attempt
    delivered: bool = False
    again_at: float | None = None
    stop: str | None = None
