"""Which operators are on calls that no queue gave? Counted by channel, so that the second one does not end the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ari_app.switchboard import Switchboard
from queues.errors import UnknownOperator
from queues.events import OwnCallBegan, OwnCallEnded


class OwnCalls:
    """Told of every channel on which an operator talks by himself or herself: dialled by hand, or a consultation.

    A feature code is not a call. Whose phone it is need not be an operator: a supervisor's calls concern no queue.
    """

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self._channels: dict[str, set[str]] = {}

    @contextmanager
    def during(self, operator: str, channel: str) -> Iterator[None]:
        """While the body runs, ``operator`` is on a call of his or her own and is offered none."""
        self.began(operator, channel)
        try:
            yield
        finally:
            self.over(operator, channel)

    def began(self, operator: str, channel: str) -> None:
        """From now on ``operator`` talks on ``channel``, too. Told twice, nothing changes."""
        channels = self._channels.setdefault(operator, set())
        channels.add(channel)
        if len(channels) == 1:
            self._tell(OwnCallBegan(operator))

    def over(self, operator: str, channel: str) -> None:
        """That channel has gone; unknown ones are ignored."""
        channels = self._channels.get(operator, set())
        if channel in channels:
            channels.discard(channel)
            if not channels:
                del self._channels[operator]
                self._tell(OwnCallEnded(operator))

    def taken_over(self, operator: str, channel: str) -> None:
        """The channel goes on with a caller: the hand-over tells of it, and between the two nobody is free."""
        channels = self._channels.get(operator, set())
        channels.discard(channel)
        if not channels:
            self._channels.pop(operator, None)

    def _tell(self, event: OwnCallBegan | OwnCallEnded) -> None:
        try:
            self._switchboard.apply(event)
        except UnknownOperator:
            return
