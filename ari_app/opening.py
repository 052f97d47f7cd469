"""Which queues are open now? Tells the ACD when the hours of one begin or end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.switchboard import Switchboard
from queues.events import QueueClosed, QueueOpened
from queues.hours import is_open

log = structlog.get_logger(__name__)


class Opening:
    """Looks at the clock when told to; ``centre`` gives the centre in force."""

    def __init__(self, centre: Callable[[], Centre], switchboard: Switchboard, clock: Clock) -> None:
        self._centre = centre
        self._switchboard = switchboard
        self._clock = clock

    def look(self) -> None:
        """Open and close what is due. Often enough is once a second; twice in a row changes nothing."""
        now, centre = self._clock.now(), self._centre()
        here = datetime.fromtimestamp(now, ZoneInfo(centre.time_zone))
        for queue in centre.queues:
            closed = not is_open(queue.entry.open_hours(), queue.entry.closed_on, here)
            if closed != self._switchboard.acd.queue(queue.name, now).closed:
                log.info("queue_closed" if closed else "queue_opened", queue=queue.name)
                self._switchboard.apply(QueueClosed(queue.name) if closed else QueueOpened(queue.name))
