"""What is remembered about each operator, caller and queue? Only floor.py, moves.py and outcomes.py change it."""

from __future__ import annotations

from collections import deque

from queues.ranked import Ranked
from queues.ranking import Rank
from queues.rules import OperatorProfile, QueueRules
from queues.states import OperatorState
from queues.views import CallStage, QueueCounts, Wish

# As many as tell how long a call takes lately.
RECENT_CALLS = 50


class Need:
    """One set of wanted skills in one queue: the ready operators who have them all, and the callers who wait for them.

    The empty need of a queue has every operator of it. Grouping by need makes the best match the first of a few lists,
    however many operators without the skill are ready.
    """

    __slots__ = ("logged_in", "queue", "ready", "skills", "waiting")

    def __init__(self, queue: Queue, skills: frozenset[str]) -> None:
        self.queue = queue
        self.skills = skills
        self.logged_in = 0
        self.ready: Ranked[Operator] = Ranked()
        self.waiting: Ranked[Call] = Ranked()

    def candidates(self) -> Ranked[Operator]:
        """The ready operators whom a caller with this need may be offered to: anyone if nobody logged in has it."""
        return self.ready if self.logged_in else self.queue.anyone.ready


class Queue:
    """One queue. ``line`` holds callers waiting or ringing; ``busy`` counts operators with a call of this queue;
    ``handled`` tells of the last calls when each was over, wrap-up included, and how long it took (s)."""

    __slots__ = ("anyone", "busy", "counts", "handled", "line", "members", "needs", "paused", "rules", "unreachable")

    def __init__(self, rules: QueueRules) -> None:
        self.rules = rules
        self.members: list[Operator] = []
        self.anyone = Need(self, frozenset())
        self.needs: dict[frozenset[str], Need] = {frozenset(): self.anyone}
        self.line: Ranked[Call] = Ranked()
        self.paused = 0
        self.unreachable = 0
        self.busy: dict[OperatorState, int] = {"ringing": 0, "talking": 0, "wrap_up": 0}
        self.counts = QueueCounts()
        self.handled: deque[tuple[float, float]] = deque(maxlen=RECENT_CALLS)

    @property
    def waiting(self) -> int:
        """Callers with no phone ringing for them: each ringing caller has one ringing operator."""
        return len(self.line) - self.busy["ringing"]


class Operator:
    """One operator. ``reason`` belongs to the pause, or to the wish for one; ``call`` is the id of the call served."""

    __slots__ = (
        "answered_at",
        "call",
        "code",
        "misses",
        "needs",
        "phone_reachable",
        "queue",
        "queue_names",
        "queues",
        "rank",
        "reason",
        "since",
        "skills",
        "state",
        "wish",
    )

    def __init__(self, profile: OperatorProfile, queues: tuple[Queue, ...]) -> None:
        self.code = profile.code
        self.skills = profile.skills
        self.queues = queues
        self.queue_names = profile.queues
        self.needs = [queue.anyone for queue in queues]
        self.state: OperatorState = "logged_out"
        self.since: float | None = None
        self.reason: str | None = None
        self.wish: Wish | None = None
        self.phone_reachable = False
        self.call: str | None = None
        self.queue: Queue | None = None
        self.rank: Rank = ()
        self.misses = 0
        self.answered_at: float | None = None

    @property
    def can_be_offered(self) -> bool:
        return self.state == "ready" and self.phone_reachable


class Call:
    """One caller who is waiting, ringing or talking. ``need`` is what an operator must have for this caller now."""

    __slots__ = (
        "arrived_at",
        "id",
        "need",
        "operator",
        "queue",
        "rank",
        "since",
        "skills",
        "stage",
        "waited_for_skills",
    )

    def __init__(self, call: str, queue: Queue, skills: frozenset[str], arrived_at: float, rank: Rank) -> None:
        self.id = call
        self.queue = queue
        self.skills = skills
        self.need = queue.anyone
        self.arrived_at = arrived_at
        self.rank = rank
        self.stage: CallStage = "waiting"
        self.since = arrived_at
        self.operator: Operator | None = None
        self.waited_for_skills = False


# What an event may have made a match possible for: see matching.py.
Source = Operator | Call | Need
