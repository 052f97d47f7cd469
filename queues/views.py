"""What can be asked of the ACD about one operator, one queue or one call? Snapshots, all times on the core's clock."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from queues.states import OperatorState

CallStage = Literal["waiting", "ringing", "talking", "callback", "calling"]
Wish = Literal["paused", "logged_out"]


@dataclass(frozen=True, slots=True)
class OperatorView:
    """One operator now. ``since`` (s) is when this state began (None before the first event about the operator).

    ``reason`` is the pause's reason: the operator's own words, or ``missed`` / ``rejected`` / ``busy`` for the pause that
    follows a refused offer. While ringing, talking or in wrap-up it shows the reason of the pause that will follow, and
    ``wish`` says what will follow (None: ready). ``call`` and ``queue`` are set while reserved, ringing, talking, on hold or in
    wrap-up. ``queues`` are those served now. ``until``: when a wrap-up, or the pause after a refused offer, is over by itself.
    """

    code: str
    state: OperatorState
    since: float | None
    reason: str | None
    wish: Wish | None
    phone_reachable: bool
    call: str | None
    queue: str | None
    queues: tuple[str, ...]
    until: float | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Raw counts of one queue since the start of the day; ``figures.sl2`` makes the service level of them.

    Everybody offered is answered, abandoned, gone another way (``exited``: exits, keys, transfers, failed callbacks), or
    still there. ``refused`` never had a place. ``short_abandoned`` are among the abandoned; ``callbacks`` agreed to be called
    back, and ``called_back`` were.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    answered_in_sl: int = 0
    abandoned_in_sl: int = 0
    short_abandoned: int = 0
    exited: int = 0
    refused: int = 0
    callbacks: int = 0
    called_back: int = 0


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue now.

    ``waiting`` are callers on the line with no phone ringing for them, ``longest_wait_s`` the time since the earliest of
    these arrived (0 when none). ``callbacks`` are customers to be called back, ``calling`` those being called. ``ready`` are
    operators who can be offered a call this moment: one who is ready with an unreachable phone is counted in ``logged_in``
    only. ``ringing``, ``talking`` (on hold included) and ``wrap_up`` are operators busy with a call of this very queue; ``paused``
    and ``logged_in`` count all operators of the queue, so the parts need not add up to ``logged_in`` when operators serve
    several queues. ``closed``: out of hours.
    """

    name: str
    waiting: int
    longest_wait_s: float
    ready: int
    ringing: int
    talking: int
    wrap_up: int
    paused: int
    logged_in: int
    callbacks: int
    calling: int
    closed: bool
    counts: QueueCounts


@dataclass(frozen=True, slots=True)
class CallView:
    """One call now. ``since`` is when its stage began; ``position`` is 1 for the first of those in the queue (None while
    talking); ``operator`` is set while ringing, calling or talking; of several phones that ring, the first (``ringing``
    has them all). ``held``: the caller hears music. ``estimate``, ``priority`` and ``arrived_at`` are those of the place."""

    id: str
    stage: CallStage
    queue: str
    position: int | None
    operator: str | None
    ringing: tuple[str, ...]
    held: bool
    since: float
    arrived_at: float
    joined_at: float
    priority: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose view may have changed since last asked.

    ``calls`` are those that an event touched itself, the ones that have gone included (their view is now None).
    ``lines`` are queues in which callers behind may have moved up: their ``position`` may differ. Those are left to
    ``Acd.line(queue)``, because with thousands waiting each answered call moves thousands.
    """

    queues: Set[str]
    operators: Set[str]
    calls: Set[str]
    lines: Set[str]
