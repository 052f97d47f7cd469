"""Which queues are open now? Tells the ACD when the hours of one begin or end."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.switchboard import Switchboard
from ivr_flows.calendars import state_at
from queues.events import QueueClosed, QueueOpened

log = structlog.get_logger(__name__)


class Opening:
    """Looks at the clock when told to; ``centre`` gives the centre in force."""

    def __init__(self, centre: Callable[[], Centre], switchboard: Switchboard, clock: Clock) -> None:
        self._centre = centre
        self._switchboard = switchboard
        self._clock = clock

    def look(self) -> None:
        """Open and close what is due. Often enough is once a second; twice in a row changes nothing."""
        now = self._clock.now()
        for queue in self._centre().queues:
            closed = state_at(queue.calendar, now) != "open"
            if closed != self._switchboard.acd.queue(queue.name, now).closed:
                log.info("queue_closed" if closed else "queue_opened", queue=queue.name)
                self._switchboard.apply(QueueClosed(queue.name) if closed else QueueOpened(queue.name))
