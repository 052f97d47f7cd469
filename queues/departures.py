"""What becomes of a caller who leaves the line unserved? Counted once, by cause, and out of all that was still to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from queues.deadlines import Deadlines
from queues.events import LeftBy
from queues.facts import CallerAbandoned, CallerExited, Fact
from queues.floor import Floor
from queues.records import Call
from queues.rules import Destination, Exit

SEPARATOR = "\x1f"
_GIVEN_UP: tuple[LeftBy, ...] = ("key", "transfer", "supervisor", "callback_failed")


class Departures:
    """Callers who go. ``note`` takes facts, in order."""

    def __init__(self, floor: Floor, deadlines: Deadlines, note: Callable[[Fact], None]) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._note = note

    def gone(self, call: Call, by: LeftBy, now: float, to: str = "") -> None:
        """The caller is not in the line any more; nothing rings for the call. Counts and forgets."""
        queue, position = call.queue, self.position(call)
        if call.callback is not None:
            cause: Literal["callback_failed", "cancelled"] = (
                "callback_failed" if by == "callback_failed" else "cancelled"
            )
            self._exited(call, cause, None, "", now, position)
        elif by in _GIVEN_UP:
            self._exited(call, by, None, to, now, position)
        else:
            self._abandoned(call, now, position)
        self.leave_line(call)
        self._floor.forget_call(call)
        if by == "caller" and call.callback is None and call.who is not None and queue.rules.place_kept_s:
            until = now + queue.rules.place_kept_s
            queue.kept[call.who] = (call.arrived_at, until, position)
            self._deadlines.set("place", f"{queue.rules.name}{SEPARATOR}{call.who}", until)

    def by_exit(self, call: Call, way: Exit, now: float) -> None:
        """The rules have another way for the caller."""
        self._exited(call, way.when, way.to, way.to.name, now, self.position(call))
        self.leave_line(call)
        self._floor.forget_call(call)

    def refused(self, call: Call, way: Exit, now: float) -> None:
        """The caller did not even get a place."""
        call.queue.counts["refused"] += 1
        self._floor.touch_queue(call.queue)
        self._note(self._exit_fact(call, way.when, way.to, way.to.name, now, 0, refused=True))

    def leave_line(self, call: Call) -> None:
        """Out of the line and of everything that was to come while waiting in it."""
        self._floor.unqueue_call(call)
        self._floor.leave_line(call)
        for kind in ("step", "priority", "wait", "ring", "callback"):
            self._deadlines.cancel(kind, call.id)
        for code in call.declined:
            self._deadlines.cancel("reoffer", f"{call.id}{SEPARATOR}{code}")
        call.declined.clear()

    @staticmethod
    def position(call: Call) -> int:
        """The caller's place, from 1."""
        return call.queue.line.ahead_of(call.rank) + 1

    def _abandoned(self, call: Call, now: float, position: int) -> None:
        rules, counts, waited_s = call.queue.rules, call.queue.counts, now - call.joined_at
        in_sl, short = waited_s <= rules.service_level_s, waited_s < rules.short_abandon_s
        counts["abandoned"] += 1
        counts["abandoned_in_sl"] += in_sl
        counts["short_abandoned"] += short
        self._note(CallerAbandoned(now, call.id, rules.name, waited_s, position, call.first_position, in_sl, short))

    def _exited(self, call: Call, cause: object, to: Destination | None, name: str, now: float, position: int) -> None:
        call.queue.counts["exited"] += 1
        self._note(self._exit_fact(call, cause, to, name, now, position, refused=False))

    @staticmethod
    def _exit_fact(
        call: Call, cause: object, to: Destination | None, name: str, now: float, position: int, *, refused: bool
    ) -> CallerExited:
        return CallerExited(
            at=now,
            call=call.id,
            queue=call.queue.rules.name,
            cause=cause,  # type: ignore[arg-type]
            to=to.kind if to else None,
            name=name,
            waited_s=now - call.joined_at,
            position=position,
            first_position=call.first_position,
            refused=refused,
        )
