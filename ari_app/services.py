"""Which other systems may flows ask or hand a call to? The services of a centre, checked: nothing else is ever reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class HttpService:
    """Asked over HTTP. ``url`` may hold ``{names}`` of what is sent, in path and query.

    ``timeout_s`` is the time of one attempt, ``retries`` how many may follow the first; ``retry_post``: it takes the same POST
    twice without doing it twice. ``headers`` may be secret.
    """

    name: str
    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 2.0
    retries: int = 1
    retry_post: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether it may be asked again when nobody knows whether it has done what it was asked."""
        return self.method == "GET" or self.retry_post


@dataclass(frozen=True, slots=True)
class AgiServer:
    """A FastAGI server: ``url`` is ``agi://host:port/request``."""

    name: str
    url: str
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class AgiScript:
    """An executable of the centre's folder, started for one call."""

    name: str
    path: Path
    timeout_s: float = 10.0


AgiService = AgiServer | AgiScript


@dataclass(frozen=True, slots=True)
class Services:
    """All of a centre's, by the names that flows use."""

    http: Mapping[str, HttpService] = field(default_factory=dict)
    agi: Mapping[str, AgiService] = field(default_factory=dict)
