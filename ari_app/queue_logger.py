"""Who tells the queue_log what the core does not know? The callers, numbers and legs of the calls that live."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ari_app.call import Call
from ari_app.contract import masked
from queues.acd import Acd
from queues.journal import Happened
from queues.queue_log import Names, QueueLog


class QueueLogger:
    """A switchboard's listener that notes lines for queue_log. ``calls`` tells the living ones."""

    def __init__(
        self, acd: Acd, calls: Callable[[], Mapping[str, Call]], mask_callers: bool, note: Callable[[str], None]
    ) -> None:
        self._acd = acd
        self._calls = calls
        self.mask_callers(mask_callers)
        self._note = note
        self._log = QueueLog(Names(self._caller, self._number, self._leg, self._queues))

    def mask_callers(self, mask: bool) -> None:
        """Whether callers' numbers are hidden from now on, but for their last digits."""
        self._shown: Callable[[str], str] = masked if mask else str

    def take(self, happened: Happened) -> None:
        """See switchboard.Listener."""
        for line in self._log.lines(happened.facts):
            self._note(line)

    def _caller(self, call: str) -> str:
        known = self._calls().get(call)
        return self._shown(known.caller) if known else ""

    def _number(self, call: str) -> str:
        known = self._calls().get(call)
        return known.number if known else ""

    def _leg(self, call: str, operator: str) -> str:
        known = self._calls().get(call)
        return f"{call}-op-{operator}-{known.legs if known else 0}"

    def _queues(self, operator: str) -> tuple[str, ...]:
        return self._acd.operator(operator).queues
