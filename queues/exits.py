"""Which way out of a queue holds for a caller now? Pure: the first that holds, in the order of the rules."""

from __future__ import annotations

from queues.records import Queue
from queues.rules import Destination, Exit, ExitWhen, QueueRules


def _way(rules: QueueRules, when: ExitWhen) -> Exit:
    """The rules' exit for it, or a hang-up with the reason."""
    found = next((way for way in rules.exits if way.when == when), None)
    return found or Exit(when, Destination("hang_up", when))


def at_entry(queue: Queue) -> Exit | None:
    """What keeps a caller out, or None."""
    rules, here = queue.rules, len(queue.line)
    if queue.closed:
        return _way(rules, "closed")
    if rules.join_empty is not None and queue.is_empty(rules.join_empty):
        return _way(rules, "empty")
    if rules.capacity is not None and here >= rules.capacity:
        return _way(rules, "full")
    for way in rules.exits:
        if way.when == "length" and here > way.over:
            return way
        if way.when == "load" and here + 1 > way.over * queue.everyone.present:
            return way
    return None


def when_waited(rules: QueueRules) -> tuple[float, Exit] | None:
    """After how many seconds in the queue a caller leaves, and by which way; None: never."""
    ways = [(way.over, way) for way in rules.exits if way.when == "waited" and way.over > 0]
    if rules.max_wait_s is not None:
        ways.append((rules.max_wait_s, _way(rules, "waited")))
    return min(ways, key=lambda way: way[0], default=None)


def when_emptied(queue: Queue) -> Exit | None:
    """The way out of a queue in which nobody is at work any more, for those who may not wait for nobody."""
    absent = queue.rules.leave_when_empty
    if absent is None or not queue.line or not queue.is_empty(absent):
        return None
    return _way(queue.rules, "emptied")


def at_closing(rules: QueueRules) -> Exit | None:
    """The way out at the end of the hours; None: whoever waits is still served."""
    return next((way for way in rules.exits if way.when == "closing"), None)
