"""What is shown of queues, operators and calls? Builds the contract's statuses from the ACD's views and the calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.contract import CallStatus, OperatorStatus, PhoneReason, QueueStatus, masked, timestamp
from ari_app.pauses import PauseReasons
from queues.acd import Acd
from queues.figures import sl2
from queues.views import Touched

NO_REASONS = PauseReasons()
LIVE_POSITIONS = 50
"""Positions in a queue that are shown at once; those farther back move up on the next tick, since one answered call may
move thousands."""


class StatusPublisher:
    """Puts statuses on the board. ``operator_names`` maps codes to names; callers are masked if ``mask_callers``."""

    def __init__(
        self,
        board: StatusBoard,
        operator_names: Mapping[str, str],
        service_level_s: Mapping[str, float],
        time_zone: str,
        mask_callers: bool,
        started: float,
        pauses: PauseReasons = NO_REASONS,
    ) -> None:
        self._board = board
        self._operator_names = dict(operator_names)
        self._service_level_s = dict(service_level_s)
        self._zone = ZoneInfo(time_zone)
        self._started = started
        self._dirty_lines: set[str] = set()
        self._shown: Callable[[str], str] = masked if mask_callers else str
        self._pauses = pauses
        self._forced_by: dict[str, str] = {}
        self._phone_reasons: dict[str, PhoneReason | None] = {}
        self._voicemails: dict[str, int] = {}

    def centre_changed(
        self,
        operator_names: Mapping[str, str],
        service_level_s: Mapping[str, float],
        mask_callers: bool,
        pauses: PauseReasons = NO_REASONS,
    ) -> None:
        """A reload: names and times as they are now; who has left the files is still shown. Tell it before the ACD."""
        self._operator_names |= operator_names
        self._service_level_s |= service_level_s
        self._shown = masked if mask_callers else str
        self._pauses = pauses

    def is_up(self, call: str) -> bool:
        """Whether a call is shown that has not ended."""
        shown = self._board.calls.get(call)
        return shown is not None and shown.stage != "ended"

    def shown_caller(self, caller: str) -> str:
        """A caller's number as people see it."""
        return self._shown(caller)

    def mark_forced(self, code: str, by: str | None) -> None:
        """The operator's next pause was asked for by this supervisor, or (None) by the operator."""
        if by is None:
            self._forced_by.pop(code, None)
        else:
            self._forced_by[code] = by

    def mark_phone(self, code: str, reason: PhoneReason | None) -> None:
        """Why this phone is not offered calls; None: as far as is known it can be. Shown with the operator's next status."""
        self._phone_reasons[code] = reason

    def _phone_reason(self, code: str) -> PhoneReason:
        """Of a phone to which the ACD offers nothing: if nobody knows a reason, an offer did not get there."""
        return self._phone_reasons.get(code, "not_registered") or "not_reached"

    def count_voicemails(self, queue: str, number: int) -> None:
        """So many messages for the queue's operators stand; shown with the queue's next status."""
        self._voicemails[queue] = number

    def count_offer_not_taken(self, cause: str) -> None:
        """A phone did not take an offer."""
        self._board.offers_not_taken[cause] += 1

    @property
    def queues(self) -> tuple[str, ...]:
        """The names of the centre's queues."""
        return tuple(self._service_level_s)

    def day(self, now: float) -> str:
        """The ISO date at ``now`` in the centre's time zone: counts belong to it."""
        return datetime.fromtimestamp(now, self._zone).date().isoformat()

    def publish(self, touched: Touched, acd: Acd, calls: Mapping[str, Call], now: float) -> None:
        """Show what an event touched."""
        for queue in touched.queues:
            self._publish_queue(queue, acd, now)
        for operator in touched.operators:
            self.publish_operator(operator, acd)
        for call in touched.calls:
            if call in calls:
                self.publish_call(calls[call], acd)
        for queue in touched.lines:
            self._publish_line(acd.line(queue, LIVE_POSITIONS), acd, calls)
        self._dirty_lines |= touched.lines

    def _publish_line(self, line: Sequence[str], acd: Acd, calls: Mapping[str, Call]) -> None:
        for call in line:
            if call in calls:
                self.publish_call(calls[call], acd)

    def publish_all(self, acd: Acd, now: float) -> None:
        """Show every queue and operator."""
        for queue in self._service_level_s:
            self._publish_queue(queue, acd, now)
        for operator in self._operator_names:
            self.publish_operator(operator, acd)

    def publish_waiting(self, acd: Acd, calls: Mapping[str, Call], now: float) -> None:
        """Show again the queues in which someone waits, or whose counts are of yesterday, and the far ends of lines."""
        for queue in self._dirty_lines:
            self._publish_line(acd.line(queue)[LIVE_POSITIONS:], acd, calls)
        self._dirty_lines.clear()
        today = self.day(now)
        for queue, shown in list(self._board.queues.items()):
            if shown.waiting or shown.ringing or shown.day != today:
                self._publish_queue(queue, acd, now)

    def _publish_queue(self, name: str, acd: Acd, now: float) -> None:
        view = acd.queue(name, now)
        counts = view.counts
        self._board.put_queue(
            QueueStatus(
                name=name,
                waiting=view.waiting,
                longest_wait_s=round(view.longest_wait_s, 3),
                ready=view.ready,
                ringing=view.ringing,
                talking=view.talking,
                wrap_up=view.wrap_up,
                paused=view.paused,
                logged_in=view.logged_in,
                offered=counts.offered,
                answered=counts.answered,
                abandoned=counts.abandoned,
                answered_in_sl=counts.answered_in_sl,
                abandoned_in_sl=counts.abandoned_in_sl,
                sl2=sl2(counts),
                service_level_s=self._service_level_s[name],
                day=self.day(now),
                callbacks=view.callbacks,
                calling=view.calling,
                closed=view.closed,
                exited=counts.exited,
                refused=counts.refused,
                short_abandoned=counts.short_abandoned,
                callbacks_agreed=counts.callbacks,
                called_back=counts.called_back,
                voicemails=self._voicemails.get(name, 0),
            )
        )

    def publish_operator(self, code: str, acd: Acd) -> None:
        """Show an operator. Raises queues.errors.UnknownOperator."""
        view = acd.operator(code)
        paused = view.state == "paused" or view.wish == "paused"
        self._board.put_operator(
            OperatorStatus(
                code=code,
                name=self._operator_names[code],
                state=view.state,
                since=timestamp(self._started if view.since is None else view.since),
                reason=view.reason,
                phone="reachable" if view.phone_reachable else "unreachable",
                call=view.call,
                queue=view.queue,
                serves=view.queues,
                wish=view.wish,
                forced_by=self._forced_by.get(code) if paused else None,
                productive=self._pauses.productive(view.reason) if paused else None,
                until=None if view.until is None else timestamp(view.until),
                phone_reason=None if view.phone_reachable else self._phone_reason(code),
            )
        )

    def publish_call(self, call: Call, acd: Acd) -> None:
        """Show a call: where the ACD has it, else where its own life says it is."""
        view = None if call.stage == "ended" else acd.call(call.id)
        self._board.put_call(
            CallStatus(
                id=call.id,
                stage=view.stage if view else call.stage,
                since=timestamp(view.since if view else call.stage_since),
                queue=view.queue if view else call.queue,
                position=view.position if view else None,
                operator=view.operator if view else call.operator,
                direction=call.direction,
                caller=self._shown(call.caller),
                number=call.number,
                started=timestamp(call.started),
                recording=call.recording,
                end_reason=call.end_reason,
                held=view.held if view else False,
                priority=view.priority if view else 0,
                voicemail=call.voicemail,
                disposition=call.disposition,
                ticket=call.ticket,
                control=call.control.state if call.control else None,
                consulting=call.control.other if call.control else None,
                shown=dict(call.shown),
                supervised=dict(call.supervised),
                recording_state=call.recording_state,
            )
        )
        if view:
            call.queue, call.operator = view.queue, view.operator or call.operator
