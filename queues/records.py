"""What is remembered about each operator, caller and queue? Only the core's own modules change it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from queues.pools import Need, Pool
from queues.ranked import Ranked
from queues.requirements import ANYONE, Requirement, Step
from queues.rules import CallbackFirst, Exit, Membership, OperatorProfile, QueueRules
from queues.states import OperatorState
from queues.strategies import Rank
from queues.views import CallStage, QueueCounts, Wish

# As many as tell how long a call takes lately.
RECENT_CALLS = 50

_STATES: tuple[OperatorState, ...] = get_args(OperatorState)
_PLACES = {state: 2 * at for at, state in enumerate(_STATES)}


def place_in_census(state: OperatorState, phone_reachable: bool) -> int:
    """Where a queue counts its operators who are in this state, with a phone that is there or not."""
    return _PLACES[state] + phone_reachable


PAUSED, PAUSED_WITHOUT_PHONE = place_in_census("paused", True), place_in_census("paused", False)
READY, READY_WITHOUT_PHONE = place_in_census("ready", True), place_in_census("ready", False)
PRESENCE = tuple(
    (state != "logged_out", phone_reachable and state not in ("logged_out", "paused"))
    for state in _STATES
    for phone_reachable in (False, True)
)
"""By place in the census, whether an operator counts as present: to callers who need a skill, and to those who prefer this very
one, for whom one waits neither when gone, nor when paused, nor without a phone."""


class Queue:
    """One queue.

    - ``line``: all with a place in it, callbacks included; ``stages`` counts its calls by stage.
    - ``census`` counts its operators, by ``place_in_census``; ``busy`` those with a call of this very queue.
    - ``counts``: the day's, by the names of views.QueueCounts.
    - ``plans``: by wanted skills, the steps of a caller and the need at each.
    - ``handled`` tells of the last calls when each was over, wrap-up included, and how long it took (s).
    - ``kept``: places of callers who may ring back, as (arrived, until, first position).
    - ``unsorted``: its operators who became ready since somebody last asked who is free, and in which order; ``sort`` gives them
      their places, and is called by whoever asks.
    - ``cursor``: by penalty, the order of the one rung last; ``drawn``: the draw of the one chosen last.
    """

    __slots__ = (
        "busy",
        "census",
        "closed",
        "counts",
        "cursor",
        "drawn",
        "everyone",
        "handled",
        "hungry",
        "kept",
        "line",
        "members",
        "needs",
        "plans",
        "pools",
        "rules",
        "sort",
        "stages",
        "unsorted",
    )

    def __init__(self, rules: QueueRules) -> None:
        self.rules = rules
        self.members: dict[str, Operator] = {}
        self.everyone = Pool(self, ANYONE)
        self.pools: dict[Requirement, Pool] = {ANYONE: self.everyone}
        self.needs: dict[tuple[Requirement, ...], Need] = {}
        self.hungry: dict[Need, None] = {}
        self.line: Ranked[Call] = Ranked()
        self.stages: Counter[CallStage] = Counter()
        self.census = [0] * (2 * len(_STATES))
        self.busy: Counter[OperatorState] = Counter()
        self.counts = dict.fromkeys(QueueCounts.__slots__, 0)
        self.plans: dict[frozenset[tuple[str, int]], tuple[list[Step], list[Need]]] = {}
        self.handled: deque[tuple[float, float]] = deque(maxlen=RECENT_CALLS)
        self.kept: dict[str, tuple[float, float, int]] = {}
        self.cursor: dict[float, tuple[float]] = {}
        self.drawn = 0.0
        self.closed = False
        self.unsorted: dict[Operator, None] = {}
        self.sort: Callable[[], None] = self.unsorted.clear

    @property
    def ready(self) -> int:
        """How many operators of the queue can be offered a call."""
        return self.census[READY]

    @property
    def paused(self) -> int:
        """How many operators of the queue are paused, with whichever phone."""
        return self.census[PAUSED] + self.census[PAUSED_WITHOUT_PHONE]

    @property
    def unreachable(self) -> int:
        """How many are ready with a phone that is not there."""
        return self.census[READY_WITHOUT_PHONE]

    def is_empty(self, absent: frozenset[str]) -> bool:
        """Whether nobody is there, not counting operators in the ``absent`` states."""
        for at, number in enumerate(self.census):
            if not number:
                continue
            state, there = _STATES[at // 2], at % 2
            counted_as = {"on_hold": "talking", "reserved": "ringing"}.get(state, state)
            if state != "logged_out" and counted_as not in absent and (there or "unreachable" not in absent):
                return False
        return True


class Operator:
    """One operator. ``reason`` belongs to the pause, or to the wish for one; ``call`` is the id of the call served.

    ``idle_since``, ``turn`` and ``logged_in`` are what the ranks are made of, when somebody asks (None: not yet since the operator
    became ready). ``pools`` are all that he or she is in, ``foreign`` those of them in queues that the operator does not serve.
    ``today`` is, by queue, calls answered and seconds talked. ``interrupted`` is the wrap-up that a call of one's own broke into:
    (call, queue, until or None).
    """

    __slots__ = (
        "answered_at",
        "call",
        "code",
        "disposed",
        "foreign",
        "idle_since",
        "interrupted",
        "logged_in",
        "memberships",
        "misses",
        "number",
        "phone_reachable",
        "pools",
        "queue",
        "queues",
        "ranks",
        "reason",
        "since",
        "skills",
        "state",
        "today",
        "turn",
        "wish",
    )

    def __init__(self, profile: OperatorProfile, number: int) -> None:
        self.code = profile.code
        self.number = number
        self.skills = dict(profile.skills)
        self.memberships: dict[str, Membership] = {}
        self.queues: tuple[Queue, ...] = ()
        self.pools: dict[Pool, None] = {}
        self.foreign: tuple[Pool, ...] = ()
        self.state: OperatorState = "logged_out"
        self.since: float | None = None
        self.reason: str | None = None
        self.wish: Wish | None = None
        self.phone_reachable = False
        self.call: str | None = None
        self.queue: Queue | None = None
        self.ranks: dict[str, Rank] | None = {}
        self.idle_since = 0.0
        self.turn = 0
        self.logged_in = 0
        self.misses = 0
        self.answered_at: float | None = None
        self.disposed = False
        self.interrupted: tuple[str, Queue, float | None] | None = None
        self.today: dict[str, tuple[int, float]] = {}

    @property
    def can_be_offered(self) -> bool:
        return self.state == "ready" and self.phone_reachable

    @property
    def place(self) -> int:
        """Where the queues count this operator; see place_in_census."""
        return _PLACES[self.state] + self.phone_reachable

    @property
    def at_work(self) -> bool:
        """Is somebody whom a caller may wait for: neither gone, nor paused, nor without a phone."""
        return PRESENCE[self.place][1]

    def rank_in(self, queue: Queue) -> Rank:
        """The place among the free of ``queue``; for one who is not of the queue but was asked for by name, any."""
        return (self.ranks or {}).get(queue.rules.name) or (0.0, self.idle_since, self.turn)


@dataclass(slots=True)
class Offer:
    """A phone that rings for a call, since when (s)."""

    operator: Operator
    since: float


class Call:
    """One caller who is waiting, ringing or talking, or a callback.

    - ``need`` is what an operator must have now, ``steps`` how that goes on; ``hungry``: in the line of that need.
    - ``declined``: operators whom it is not offered to for a while.
    - ``leaving``: the exit to take when nothing rings any more.
    - ``held_since`` and ``held_s`` count the music, ``talk_since`` is when the present operator's part began.
    - ``on_line``: a callback's operator has answered before the customer.
    """

    __slots__ = (
        "arrived_at",
        "attempts",
        "callback",
        "declined",
        "first_position",
        "held_s",
        "held_since",
        "hungry",
        "id",
        "joined_at",
        "leaving",
        "need",
        "needs",
        "not_before",
        "offers",
        "on_line",
        "only",
        "operator",
        "preferred",
        "priority",
        "queue",
        "rank",
        "ring_step_over",
        "since",
        "skills",
        "stage",
        "step",
        "steps",
        "talk_since",
        "turn",
        "waited_s",
        "was_callback",
        "who",
    )

    def __init__(self, call: str, queue: Queue, arrived_at: float, joined_at: float, turn: int) -> None:
        self.id = call
        self.queue = queue
        self.arrived_at = arrived_at
        self.joined_at = joined_at
        self.turn = turn
        self.skills: dict[str, int] = {}
        self.priority = 0
        self.who: str | None = None
        self.preferred: str | None = None
        self.only: str | None = None
        self.steps: list[Step] = []
        self.step = 0
        self.needs: list[Need] = []
        self.need = _NOBODY_S
        self.rank: Rank = ()
        self.stage: CallStage = "waiting"
        self.since = joined_at
        self.hungry = False
        self.ring_step_over = True
        self.offers: dict[str, Offer] = {}
        self.declined: set[str] = set()
        self.leaving: Exit | None = None
        self.operator: Operator | None = None
        self.first_position = 0
        self.talk_since = joined_at
        self.waited_s = 0.0
        self.held_since: float | None = None
        self.held_s = 0.0
        self.callback: CallbackFirst | None = None
        self.was_callback = False
        self.on_line = False
        self.attempts = 0
        self.not_before = 0.0


_NOBODY_S = Need(Queue(QueueRules("none")), (Pool(Queue(QueueRules("none")), ANYONE),))

# What an event may have made a match possible for: see matching.py.
Source = Operator | Call | Need
