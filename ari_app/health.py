"""What does the centre stand on, and is all of it well?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HealthPart:
    """One thing that the centre stands on: ``wrong`` says in words what is wrong, None when nothing is.

    Without a ``needed`` part no call can be served: health is then 503, otherwise 200 and "degraded".
    """

    name: str
    wrong: str | None = None
    needed: bool = True


Parts = Callable[[], Iterable[HealthPart]]
"""All of them, as they are now."""
