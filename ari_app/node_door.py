"""How does a new call come in from one node? Through its door. A node that is drained turns new ones away unanswered."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ari_app.telephony import CallArrived, Inbox, TelephonyError, TelephonyEvent

log = structlog.get_logger(__name__)


class NodeDoor:
    """The inbox of one node's arrivals. ``turn_away`` refuses a channel with 503, so that whoever stands in front tries another
    node; ``is_known``: whether the channel has a life, and so is no new call."""

    def __init__(
        self,
        inside: Inbox,
        learn: Callable[[TelephonyEvent], None],
        is_known: Callable[[str], bool],
        turn_away: Callable[[str], Coroutine[Any, Any, None]],
        in_background: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._inside = inside
        self._learn = learn
        self._is_known = is_known
        self._turn_away = turn_away
        self._in_background = in_background
        self.draining = False
        self.turned_away = 0

    def put_nowait(self, item: TelephonyEvent, /) -> None:
        """Whoever has been answered, or is one of ours already, comes in all the same."""
        self._learn(item)
        new = isinstance(item, CallArrived) and not item.answered and item.replaces is None
        if self.draining and new and isinstance(item, CallArrived) and not self._is_known(item.channel):
            self.turned_away += 1
            self._in_background(self._refuse(item.channel))
            return
        self._inside.put_nowait(item)

    async def _refuse(self, channel: str) -> None:
        """One that cannot be refused now stays where it is until the next sweep, which takes it."""
        try:
            await self._turn_away(channel)
        except TelephonyError as failed:
            log.warning("call_not_turned_away", channel=channel, why=str(failed))
