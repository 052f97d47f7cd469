"""Which queues does a scenario need? Rules written once, from which both systems are configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Strategy = Literal["linear", "ring_all", "longest_idle"]
FIRST_CODE = 4010


@dataclass(frozen=True, slots=True)
class Member:
    """An operator's place in a queue."""

    penalty: int = 0
    wrap_up_s: int | None = None


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue that exists in both systems under the same rules; seconds are whole, since ``Queue()`` knows no others.

    ``members`` are the scenario's operators, by their places 1, 2, 3... ``max_wait_s`` is how long a caller stays. What only
    one of the two knows is an option of that one: ``queue_conf`` are further lines of queues.conf, ``queues_yaml`` further
    keys of queues.yaml.
    """

    name: str
    members: Mapping[int, Member] = field(default_factory=dict)
    strategy: Strategy = "linear"
    ring_s: int = 5
    wrap_up_s: int = 0
    max_wait_s: int | None = None
    capacity: int | None = None
    max_penalty: int | None = None
    queue_conf: Mapping[str, str] = field(default_factory=dict)
    queues_yaml: Mapping[str, object] = field(default_factory=dict)


def members(*places: int) -> dict[int, Member]:
    """Members with nothing special about them."""
    return {place: Member() for place in places}


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: a number that leads into ``queue``, with this priority. ``dialplan`` is what only ``Queue()`` has: variables
    set before, the application's options, subroutine and position, and what comes before and after it."""

    queue: str
    key: str = ""
    priority: int = 0
    options: str = ""
    gosub: str = ""
    position: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ("Hangup()",)
