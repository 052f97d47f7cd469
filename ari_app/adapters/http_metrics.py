"""What does Prometheus see? Gauges and counters read from the board at each scrape; nothing per call, nothing per caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import isinf

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ari_app.adapters.http_events import EventHub
from ari_app.answers import CentreHistory
from ari_app.board import StatusBoard
from ari_app.caller_limits import LIMITS
from ari_app.contract import OperatorStatus, QueueStatus
from ari_app.overload_control import Load

OPERATOR_STATES = (
    "logged_out",
    "ready",
    "paused",
    "reserved",
    "ringing",
    "talking",
    "on_hold",
    "wrap_up",
    "own_call",
)
CALL_STAGES = ("new", "menu", "waiting", "ringing", "talking")
QUEUE_STATES = ("ready", "ringing", "talking", "wrap_up", "paused", "logged_in")
DAY_COUNTS = {
    "offered": "Calls offered to the queue; falls to 0 at the start of the centre's day.",
    "answered": "Calls answered by an operator; falls to 0 at the start of the centre's day.",
    "abandoned": "Calls abandoned by the caller; falls to 0 at the start of the centre's day.",
    "answered_in_sl": "Calls answered within the queue's service level time.",
    "abandoned_in_sl": "Calls abandoned within the queue's service level time.",
}


def registry_of(
    board: StatusBoard, hub: EventHub, history: CentreHistory | None = None, load: Load | None = None
) -> CollectorRegistry:
    """A registry of its own, so that two engines in one process do not collide."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(BoardCollector(board, hub))
    if history is not None:
        registry.register(EstimateCollector(history))
    if load is not None:
        registry.register(LoadCollector(load))
    return registry


class LoadCollector(Collector):
    """Whether the engine keeps up."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        buckets = [
            ("+Inf" if isinf(bound) else str(bound), float(number)) for bound, number in self._load.lag.cumulative()
        ]
        yield HistogramMetricFamily(
            "centralita_event_lag_seconds",
            "How late the telephony's events are taken in.",
            buckets=buckets,
            sum_value=self._load.lag.sum_s,
        )
        refused = CounterMetricFamily(
            "centralita_calls_refused_for_load", "New calls refused with 503 since the engine had fallen behind."
        )
        refused.add_metric([], self._load.admission.refused)
        yield refused
        beyond = CounterMetricFamily(
            "centralita_calls_refused_for_limits",
            "New calls refused with 503 for a bound of centre.yaml.",
            labels=["limit"],
        )
        for limit in LIMITS:
            beyond.add_metric([limit], self._load.limits.refused[limit])
        yield beyond


class EstimateCollector(Collector):
    """How good the estimated waits were today: of the callers answered, as docs/journal.md says."""

    def __init__(self, history: CentreHistory) -> None:
        self._history = history

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        judged = CounterMetricFamily(
            "centralita_queue_estimates_judged", "Estimated waits that could be judged today.", labels=["queue"]
        )
        coverage = GaugeMetricFamily(
            "centralita_queue_estimate_coverage", "Share of them that fell into the range.", labels=["queue"]
        )
        error = GaugeMetricFamily(
            "centralita_queue_estimate_error_seconds",
            "Their mean error; above 0 the wait was longer.",
            labels=["queue"],
        )
        for queue in self._history.figures().queues:
            judged.add_metric([queue.name], queue.estimates.number)
            if queue.estimates.coverage is not None and queue.estimates.mean_error_s is not None:
                coverage.add_metric([queue.name], queue.estimates.coverage)
                error.add_metric([queue.name], queue.estimates.mean_error_s)
        yield from (judged, coverage, error)


class BoardCollector(Collector):
    """Reads the board when asked; keeps nothing."""

    def __init__(self, board: StatusBoard, hub: EventHub) -> None:
        self._board = board
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        queues = list(self._board.queues.values())
        yield from _queue_gauges(queues)
        yield from _queue_counters(queues)
        operators = Counter[str](operator.state for operator in self._board.operators.values())
        yield _by_label("centralita_operators", "Operators by state.", "state", OPERATOR_STATES, operators)
        yield _paused(self._board.operators.values())
        yield from _phones(self._board)
        calls = Counter[str](call.stage for call in self._board.calls.values())
        yield _by_label("centralita_calls_up", "Calls that are up, by stage.", "stage", CALL_STAGES, calls)
        events = CounterMetricFamily(
            "centralita_events", "Changes of state told since the controller began.", labels=["type"]
        )
        for kind, number in sorted(self._hub.told.items()):
            events.add_metric([kind], number)
        yield events
        followers = GaugeMetricFamily("centralita_event_followers", "Clients that follow the event stream.")
        followers.add_metric([], self._hub.follower_count)
        yield followers


def _queue_gauges(queues: Iterable[QueueStatus]) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("centralita_queue_waiting", "Callers waiting.", labels=["queue"])
    longest = GaugeMetricFamily("centralita_queue_longest_wait_seconds", "The longest wait now.", labels=["queue"])
    states = GaugeMetricFamily(
        "centralita_queue_operators", "Operators of the queue by state.", labels=["queue", "state"]
    )
    for queue in queues:
        waiting.add_metric([queue.name], queue.waiting)
        longest.add_metric([queue.name], queue.longest_wait_s)
        for state in QUEUE_STATES:
            states.add_metric([queue.name, state], getattr(queue, state))
    yield from (waiting, longest, states)


def _queue_counters(queues: Iterable[QueueStatus]) -> Iterator[Metric]:
    for count, meaning in DAY_COUNTS.items():
        family = CounterMetricFamily(f"centralita_queue_{count}", meaning, labels=["queue"])
        for queue in queues:
            family.add_metric([queue.name], getattr(queue, count))
        yield family


def _paused(operators: Iterable[OperatorStatus]) -> Metric:
    """By reason; whatever is not among the centre's reasons is one, so that nobody's words become labels."""
    paused = Counter[tuple[str, str]]()
    for operator in operators:
        if operator.state == "paused":
            known = operator.productive is not None
            paused[operator.reason or "" if known else "other", str(bool(operator.productive)).lower()] += 1
    family = GaugeMetricFamily(
        "centralita_operators_paused", "Operators in a pause, by reason.", labels=["reason", "productive"]
    )
    for labels, number in sorted(paused.items()):
        family.add_metric(labels, number)
    return family


NOT_TAKEN = ("no_answer", "rejected", "busy", "unreachable", "failed")


def _phones(board: StatusBoard) -> Iterator[Metric]:
    """Phones that fail, and offers that failed at a phone."""
    gone = GaugeMetricFamily(
        "centralita_operators_unreachable", "Operators logged in whose phone is not there: not offered calls."
    )
    at_work = (operator for operator in board.operators.values() if operator.state != "logged_out")
    gone.add_metric([], sum(operator.phone == "unreachable" for operator in at_work))
    offers = CounterMetricFamily(
        "centralita_offers_not_taken", "Offers that came to nothing at the operator's phone.", labels=["cause"]
    )
    for cause in NOT_TAKEN:
        offers.add_metric([cause], board.offers_not_taken[cause])
    yield from (gone, offers)


def _by_label(name: str, meaning: str, label: str, values: Iterable[str], counted: Counter[str]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value in values:
        family.add_metric([value], counted[value])
    return family
