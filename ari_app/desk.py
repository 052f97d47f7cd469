"""What do operators and their supervisors ask for, and may they have it? States, pauses, queues, wrap-ups, stuck ones freed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import structlog

from ari_app.board import StatusBoard
from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.commands import StateRefused, UnknownCall, UnknownOperator, WantedState
from ari_app.contract import CallStatus, EarlierOperator, OperatorStatus
from ari_app.operator_commands import Asker, OutOfSight, UnknownDisposition, UnknownQueue
from ari_app.rosters import Places, Rosters
from ari_app.switchboard import Switchboard
from queues.effects import MoveCaller
from queues.errors import UnknownOperator as AcdUnknownOperator
from queues.events import (
    AcdEvent,
    CallerLeft,
    DispositionGiven,
    MembershipsChanged,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    OwnCallEnded,
    WrapUpAdopted,
    WrapUpExtended,
)
from queues.moves import NOT_NOW
from queues.rules import Membership
from queues.views import OperatorView, Wish

log = structlog.get_logger(__name__)


class OperatorDesk:
    """See OperatorCommands. ``centre`` gives the one in force; ``hang_up_legs(code, call)`` ends an operator's channels."""

    def __init__(
        self,
        centre: Callable[[], Centre],
        board: StatusBoard,
        switchboard: Switchboard,
        rosters: Rosters,
        clock: Clock,
        hang_up_legs: Callable[[str, str | None], None],
    ) -> None:
        self._centre = centre
        self._board = board
        self._switchboard = switchboard
        self._rosters = rosters
        self._clock = clock
        self._hang_up_legs = hang_up_legs

    # -- states and queues ---------------------------------------------------------------------------------------------

    def set_state(
        self, asker: Asker, code: str, wanted: WantedState, reason: str | None, queues: Iterable[str] | None = None
    ) -> OperatorStatus:
        """See OperatorCommands.set_state."""
        view = self._seen(asker, code)
        if wanted == "paused":
            self._centre().pauses.check(reason)
        if asker.code == code and wanted in ("ready", "paused"):
            self._demand_disposition(view)
        places = self._at_log_in(view) if queues is None else self._only(asker, code, queues)
        if places is not None:
            self._switchboard.apply(MembershipsChanged(code, places))
        forced = wanted == "paused" and asker.code != code
        self._switchboard.mark_forced(code, asker.code if forced else None)
        events: dict[WantedState, AcdEvent] = {
            "ready": OperatorBecameReady(code),
            "paused": OperatorPaused(code, reason),
            "logged_out": OperatorLoggedOut(code),
        }
        self._switchboard.apply(events[wanted])
        log.info("operator_state_asked", account=asker.code, operator=code, wanted=wanted, reason=reason)
        return self._board.operators[code]

    def _at_log_in(self, view: OperatorView) -> Places | None:
        """Whoever comes back after a log-out serves the own queues again."""
        return self._rosters.back_at_log_in(view.code, view.since) if view.state == "logged_out" else None

    def _only(self, asker: Asker, code: str, queues: Iterable[str]) -> Places:
        wanted = list(dict.fromkeys(queues))
        places = self._rosters.some_of_own(code, wanted)
        if places is None and asker.code == code:
            own = ", ".join(place.queue for place in self._rosters.own(code)) or "none"
            raise UnknownQueue(f"You may log into your own queues only: {own}.")
        if places is None:
            places = self._places(asker, code, dict.fromkeys(wanted, 0))
        self._rosters.put(code, places, self._clock.now())
        return places

    def serve(self, asker: Asker, code: str, penalties: Mapping[str, int]) -> OperatorStatus:
        """See OperatorCommands.serve."""
        self._seen(asker, code)
        places = self._places(asker, code, penalties)
        self._switchboard.apply(MembershipsChanged(code, places))
        self._rosters.put(code, places, self._clock.now())
        log.info("operator_moved", account=asker.code, operator=code, queues=dict(penalties))
        return self._board.operators[code]

    def _places(self, asker: Asker, code: str, penalties: Mapping[str, int]) -> Places:
        """The own places in these queues, new ones elsewhere, with these penalties."""
        for queue in penalties:
            self._check_queue(asker, queue)
        own = {place.queue: place for place in self._rosters.own(code)}
        return tuple(
            replace(own.get(queue, Membership(queue)), penalty=penalty) for queue, penalty in penalties.items()
        )

    def _check_queue(self, asker: Asker, queue: str) -> None:
        there = {known.name for known in self._centre().queues}
        if queue not in there:
            raise UnknownQueue(f"There is no queue {queue!r}; choose among {', '.join(sorted(there))}.")
        if not asker.sees_any([queue]):
            raise OutOfSight(f"The queue {queue} is not among yours.")

    def _seen(self, asker: Asker, code: str) -> OperatorView:
        """The operator, if within the asker's sight. Raises UnknownOperator, OutOfSight."""
        try:
            view = self._switchboard.acd.operator(code)
        except AcdUnknownOperator as unknown:
            raise UnknownOperator(f"no operator has the code {code}") from unknown
        own = [place.queue for place in self._rosters.own(code)]
        if not asker.sees_operator(code, [*own, *view.queues]):
            where = "serves none of your queues" if asker.team is None else "is not in your team"
            raise OutOfSight(f"Operator {code} {where}.")
        return view

    # -- an earlier life -----------------------------------------------------------------------------------------------

    def restore(self, earlier: Mapping[str, EarlierOperator]) -> None:
        """Give operators the states and queues of an earlier life, by code. Those on a call have what they wished to follow it
        (ready, if nothing), until it is adopted.

        A pause that would have been over by itself is.
        """
        for code, was in earlier.items():
            if was.state == "logged_out":
                continue
            try:
                self._restore_queues(code, was.serves)
                self._switchboard.mark_forced(code, was.forced_by)
                self._restore_state(code, was)
                self._restore_wrap_up(code, was)
            except AcdUnknownOperator:
                log.info("operator_left_the_centre", operator=code)

    def _restore_state(self, code: str, was: EarlierOperator) -> None:
        wish = was.wish if was.state in NOT_NOW else None
        if wish == "logged_out":
            self._switchboard.remember_wish(OperatorLoggedOut(code))
        elif wish == "paused" or (was.state == "paused" and was.until is None):
            pause = OperatorPaused(code, was.reason)
            self._switchboard.apply(pause)
            if wish is not None:
                self._switchboard.remember_wish(pause)
        else:
            self._switchboard.apply(OperatorBecameReady(code))

    def _restore_wrap_up(self, code: str, was: EarlierOperator) -> None:
        there = {queue.name for queue in self._centre().queues}
        if was.state == "wrap_up" and was.call is not None and was.queue in there:
            wish: Wish | None = "paused" if was.wish == "paused" else None
            self._switchboard.apply(WrapUpAdopted(code, was.call, was.queue, was.until, wish, was.reason))

    def _restore_queues(self, code: str, serves: tuple[str, ...] | None) -> None:
        """What was logged into or moved to; a move's penalty is not known any more."""
        own = {place.queue: place for place in self._rosters.own(code)}
        if serves is None or set(serves) == set(own):
            return
        there = {queue.name for queue in self._centre().queues}
        places = tuple(own.get(queue, Membership(queue)) for queue in serves if queue in there)
        self._switchboard.apply(MembershipsChanged(code, places))
        self._rosters.put(code, places, self._clock.now())

    # -- wrap-up and outcomes ------------------------------------------------------------------------------------------

    def extend_wrap_up(self, asker: Asker, code: str, seconds: float) -> OperatorStatus:
        """See OperatorCommands.extend_wrap_up."""
        if self._seen(asker, code).state != "wrap_up":
            raise StateRefused("There is no wrap-up to extend.")
        self._switchboard.apply(WrapUpExtended(code, seconds))
        log.info("wrap_up_extended", account=asker.code, operator=code, seconds=seconds)
        return self._board.operators[code]

    def dispose(self, asker: Asker, call: str, disposition: str) -> CallStatus:
        """See OperatorCommands.dispose."""
        shown = self._call(asker, call)
        own = self._is_busy_with(asker.code, call)
        known = self._dispositions(self._switchboard.acd.operator(asker.code).queue if own else shown.queue)
        if known and disposition not in known:
            raise UnknownDisposition(f"There is no outcome {disposition!r} here; choose one of {', '.join(known)}.")
        living = self._switchboard.calls.get(call)
        if living is not None:
            living.disposition = disposition
            self._switchboard.publish_call(call)
        else:
            self._board.put_call(replace(shown, disposition=disposition))
        log.info("disposition_given", account=asker.code, call=call, operator=shown.operator, disposition=disposition)
        whose = asker.code if own else shown.operator
        if whose is not None and self._is_busy_with(whose, call):
            self._switchboard.apply(DispositionGiven(whose))
        return self._board.calls[call]

    def _is_busy_with(self, code: str, call: str) -> bool:
        """Whether the operator has the call, or writes it up, also one who has passed it on."""
        return code in self._board.operators and self._switchboard.acd.operator(code).call == call

    def _dispositions(self, queue: str | None) -> tuple[str, ...]:
        try:
            return () if queue is None else self._centre().queue(queue).entry.dispositions
        except KeyError:  # the queue has left the files
            return ()

    def _demand_disposition(self, view: OperatorView) -> None:
        """Raises StateRefused while the outcome of the call is still to be noted, where the queue insists on it."""
        if view.state != "wrap_up" or view.queue is None or view.call not in self._board.calls:
            return
        try:
            entry = self._centre().queue(view.queue).entry
        except KeyError:
            return
        missing = self._board.calls[view.call].disposition is None
        if entry.wrap_up_until_disposition and not entry.may_skip_disposition and missing:
            raise StateRefused("Note the outcome of the call first.")

    # -- what only supervisors ask -------------------------------------------------------------------------------------

    def release(self, asker: Asker, code: str) -> OperatorStatus:
        """See OperatorCommands.release. Logged out for an instant, so that others are offered the call first."""
        view = self._seen(asker, code)
        log.warning("operator_released", account=asker.code, operator=code, state=view.state, call=view.call)
        match view.state:
            case "ringing" | "reserved":
                self._switchboard.apply(OperatorLoggedOut(code))
                self._back_to_work(view)
            case "wrap_up":
                self._switchboard.apply(OperatorBecameReady(code))
            case "own_call":
                self._switchboard.apply(OwnCallEnded(code))
            case _:
                pass
        self._hang_up_legs(code, view.call if view.state in ("talking", "on_hold") else None)
        return self._board.operators[code]

    def _back_to_work(self, before: OperatorView) -> None:
        paused = before.wish == "paused"
        code = before.code
        self._switchboard.apply(OperatorPaused(code, before.reason) if paused else OperatorBecameReady(code))

    def move_call(self, asker: Asker, call: str, queue: str | None, priority: int | None) -> CallStatus:
        """See OperatorCommands.move_call."""
        shown = self._call(asker, call)
        view, joined = self._switchboard.acd.call(call), self._switchboard.joined(call)
        living = self._switchboard.calls.get(call)
        there = view is not None and view.stage in ("waiting", "ringing")
        if view is None or joined is None or living is None or not there or living.goes_on_alone:
            raise StateRefused(f"This call is not waiting in a queue: it is {shown.stage}.")
        target = view.queue if queue is None else queue
        self._check_queue(asker, target)
        if target != view.queue:
            self._demand_room(target)
        again = replace(
            joined,
            queue=target,
            priority=view.priority if priority is None else priority,
            arrived_at=view.arrived_at,
            joined_at=view.joined_at if target == view.queue else None,
        )
        self._switchboard.apply(CallerLeft(call, "supervisor"))
        living.put_nowait(MoveCaller(call, target, "waited"))
        self._switchboard.apply(again)
        log.info("call_moved", account=asker.code, call=call, queue=target, priority=again.priority)
        return self._board.calls[call]

    def _demand_room(self, queue: str) -> None:
        """Raises StateRefused where the caller would be turned away at the door."""
        view, rules = self._switchboard.acd.queue(queue, self._clock.now()), self._centre().queue(queue).rules
        if view.closed:
            raise StateRefused(f"The queue {queue} is closed now.")
        if rules.capacity is not None and len(self._switchboard.acd.line(queue)) >= rules.capacity:
            raise StateRefused(f"The queue {queue} is full.")
        if rules.join_empty is not None and not view.logged_in:
            raise StateRefused(f"Nobody is at work in the queue {queue}.")

    def _call(self, asker: Asker, call: str) -> CallStatus:
        """The call, if within the asker's sight. Raises UnknownCall, OutOfSight."""
        shown = self._board.calls.get(call)
        if shown is None:
            raise UnknownCall(f"no call {call} is known")
        if not asker.sees_call(shown.operator, shown.queue):
            where = "in none of your queues" if asker.team is None else "with nobody of your team"
            raise OutOfSight(f"This call is {where}.")
        return shown
