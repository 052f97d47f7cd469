"""May this person supervise that, now? Checks what is asked, by the API or a phone, and begins or changes the supervision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from ari_app.audit import NoteAct
from ari_app.call import Call
from ari_app.call_commands import NotNow
from ari_app.centre import Centre, Person
from ari_app.clock import Clock
from ari_app.commands import UnknownCall, UnknownOperator
from ari_app.operator_commands import OutOfSight
from ari_app.permissions import reach_of
from ari_app.supervision import (
    OnCall,
    OnOperator,
    SuperviseAsked,
    SupervisionMode,
    SupervisionStatus,
    SupervisionTarget,
    subject_of,
)
from ari_app.supervisions import Supervisions
from ari_app.switchboard import Switchboard
from recordings.custody import AuditEntry

log = structlog.get_logger(__name__)
REFUSED: Final = (OutOfSight, UnknownCall, UnknownOperator, NotNow)


class SupervisionCommands(Protocol):
    """What may be asked. Each act, and each refusal, is in the audit trail."""

    def supervise(self, supervisor: str, target: SupervisionTarget, mode: SupervisionMode) -> SupervisionStatus:
        """Ring the supervisor's phone to hear ``target``; of one who listens already, change what is heard and how.

        Raises OutOfSight, UnknownCall, UnknownOperator, NotNow.
        """
        ...

    def supervisions(self, asker: str) -> list[SupervisionStatus]:
        """Those that go on and that the asker may know of. Raises OutOfSight."""
        ...

    def end_supervision(self, asker: str, supervisor: str) -> None:
        """End the own supervision, or anybody's, as far as the permission reaches. Raises OutOfSight, NotNow."""
        ...


class SupervisionDesk:
    """See SupervisionCommands. ``begin(person, asked)`` rings the phone; ``reachable(code)`` tells whether there is one."""

    def __init__(
        self,
        centre: Callable[[], Centre],
        switchboard: Switchboard,
        supervisions: Supervisions,
        clock: Clock,
        note_act: NoteAct,
        reachable: Callable[[str], bool],
        begin: Callable[[Person, SuperviseAsked], SupervisionStatus],
    ) -> None:
        self._centre = centre
        self._switchboard = switchboard
        self._supervisions = supervisions
        self._clock = clock
        self._note_act = note_act
        self._reachable = reachable
        self._begin = begin

    def supervise(self, supervisor: str, target: SupervisionTarget, mode: SupervisionMode) -> SupervisionStatus:
        """See SupervisionCommands."""
        asked = SuperviseAsked(target, mode)
        person = self._checked(supervisor, asked, by_phone=False)
        ongoing = self._supervisions.of(supervisor)
        if ongoing is None:
            return self._begin(person, asked)
        ongoing.ask(asked)
        return ongoing.status()

    def allowed(self, supervisor: str, asked: SuperviseAsked) -> Person | None:
        """Whoever asks by phone, if that can be; a refusal is noted. A supervision that goes on already ends for it."""
        try:
            return self._checked(supervisor, asked, by_phone=True)
        except REFUSED:
            return None

    def why_not(self, supervisor: str, target: SupervisionTarget) -> str | None:
        """Why that supervisor may not hear ``target``; None: he or she may."""
        try:
            self._check_sight(self._supervisor(supervisor), target)
        except REFUSED as refused:
            return str(refused)
        return None

    def _checked(self, supervisor: str, asked: SuperviseAsked, *, by_phone: bool) -> Person:
        """Whoever asks, if that can be; a refusal is noted. Raises one of REFUSED."""
        try:
            person = self._supervisor(supervisor)
            self._check(person, asked.target, asked.mode, by_phone=by_phone)
        except REFUSED as refused:
            self._note_refusal(supervisor, asked, str(refused))
            raise
        return person

    def _note_refusal(self, supervisor: str, asked: SuperviseAsked, why: str) -> None:
        """Somebody has tried."""
        person = self._centre().person(supervisor)
        role = person.role if person is not None else "nobody"
        subject, detail = subject_of(asked.target), {"mode": asked.mode, "why": why}
        self._note_act(AuditEntry(self._clock.now(), supervisor, role, "supervision_refused", *subject, detail=detail))
        log.info("supervision_refused", account=supervisor, why=why)

    def supervisions(self, asker: str) -> list[SupervisionStatus]:
        """See SupervisionCommands."""
        person = self._supervisor(asker)
        shown = [one.status() for one in self._supervisions.all()]
        return [one for one in shown if self._ends_anybodys(person) or one.supervisor == asker]

    def end_supervision(self, asker: str, supervisor: str) -> None:
        """See SupervisionCommands."""
        person = self._supervisor(asker)
        if asker != supervisor and not self._ends_anybodys(person):
            raise OutOfSight("Only a coordinator ends another's supervision.")
        ongoing = self._supervisions.of(supervisor)
        if ongoing is None:
            raise NotNow(f"{supervisor} supervises nobody now")
        ongoing.end()

    def logged_out(self, supervisor: str) -> None:
        """All log-ins of this account were ended: it listens no more. Who talks with a caller in an operator's place goes on."""
        ongoing = self._supervisions.of(supervisor)
        if ongoing is not None and ongoing.status().mode != "take_over":
            ongoing.end()

    @staticmethod
    def _ends_anybodys(person: Person) -> bool:
        return reach_of(person.role, "end_supervisions") == "all"

    def _supervisor(self, code: str) -> Person:
        person = self._centre().person(code)
        if person is None or reach_of(person.role, "supervise") is None:
            raise OutOfSight("Only team leaders, supervisors and coordinators may listen.")
        return person

    def _check(self, person: Person, target: SupervisionTarget, mode: SupervisionMode, *, by_phone: bool) -> None:
        self._check_sight(person, target)
        call = self._talking(target)
        if call is not None and call.supervised.get(person.code) == "take_over":
            raise NotNow("you talk with this caller yourself; pass him or her on as an operator does")
        if call is not None and call.control is not None:
            if mode == "barge" and not call.control.may("barge"):
                raise NotNow(f"nobody can barge in while the conversation is {call.control.state}; listen or take over")
            if mode == "take_over" and not call.control.may("take_over"):
                raise NotNow(f"the call cannot be taken over while it is {call.control.state}")
        elif isinstance(target, OnCall):
            raise NotNow("nobody talks with this caller now")
        elif mode in ("barge", "take_over"):
            raise NotNow(f"{target.code} talks with nobody now; listen, and the next call is heard")
        if not by_phone and self._supervisions.of(person.code) is None and not self._reachable(person.code):
            raise NotNow(f"your phone ({person.code}) is not registered")

    def _talking(self, target: SupervisionTarget) -> Call | None:
        if isinstance(target, OnCall):
            return self._switchboard.calls.get(target.call)
        return self._switchboard.conversation_of(target.code)

    def _check_sight(self, person: Person, target: SupervisionTarget) -> None:
        if isinstance(target, OnOperator):
            self._check_operator(person, target.code)
            return
        call = self._switchboard.calls.get(target.call)
        if call is None:
            raise UnknownCall(f"no call {target.call} is up")
        if reach_of(person.role, "supervise") == "team":
            self._check_team(person, call)
            return
        view = self._switchboard.acd.call(call.id)
        queue = view.queue if view is not None else call.queue
        if reach_of(person.role, "supervise") != "all" and queue is not None and queue not in person.queues:
            raise OutOfSight("This call is in none of your queues.")

    def _check_team(self, person: Person, call: Call) -> None:
        """A team leader hears a call while somebody of the team has it."""
        operator = self._centre().operator(call.control.operator) if call.control is not None else None
        if operator is None or operator.team != person.team:
            raise OutOfSight("Nobody of your team has this call.")

    def _check_operator(self, person: Person, code: str) -> None:
        operator = self._centre().operator(code)
        if operator is None:
            raise UnknownOperator(f"no operator has the code {code}")
        reach = reach_of(person.role, "supervise")
        if reach == "team":
            if operator.team != person.team:
                raise OutOfSight(f"Operator {code} is not in your team.")
            return
        serves = {*operator.queues, *self._switchboard.acd.operator(code).queues}
        if reach != "all" and serves.isdisjoint(person.queues):
            raise OutOfSight(f"Operator {code} serves none of your queues.")
