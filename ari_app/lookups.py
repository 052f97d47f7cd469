"""How do flows ask other systems? The port: a service and what is sent to it in, an answer out, always."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ari_app.services import HttpService
from ivr_flows.expressions import Value


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """What came back: ``status`` None if no answer that can be used did, and ``why`` then; ``body`` is parsed JSON.

    Neither the sent values nor the body are ever shown: they may be a card's.
    """

    status: int | None
    body: object = field(default=None, repr=False)
    why: str = ""


class Lookups(Protocol):
    """Asks services."""

    async def ask(self, service: HttpService, sent: Mapping[str, Value]) -> LookupAnswer:
        """Never raises but when cancelled. ``sent`` fills the names in the service's URL; what is left is the query or body."""
        ...
