"""The lines are those that Asterisk's Queue() writes for the same events: names, order of the data, whole seconds."""

from __future__ import annotations

import re

import pytest

from queues import events as ev
from queues.facts import PlaceKept
from queues.queue_log import Names, QueueLog
from queues.rules import Destination, Exit, Membership, QueueRules
from tests.queues.busy_centre import BusyCentre
from tests.queues.floor_manager import SALES, SUPPORT, FloorManager, operator

# From apps/app_queue.c of Asterisk 22: each ast_queue_log() call's format, as a pattern for its data.
DATA = {
    "DID": r"[0-9]+",
    "ENTERQUEUE": r"\|[^|]*\|\d+",
    "CONNECT": r"\d+\|[^|]+\|\d+",
    "COMPLETEAGENT": r"\d+\|\d+\|\d+",
    "COMPLETECALLER": r"\d+\|\d+\|\d+",
    "ABANDON": r"\d+\|\d+\|\d+",
    "EXITWITHTIMEOUT": r"\d+\|\d+\|\d+",
    "EXITEMPTY": r"\d+\|\d+\|\d+",
    "EXITWITHKEY": r"[^|]*\|\d+\|\d+\|\d+",
    "WITHDRAW": r"\d+\|\d+\|\d+\|[^|]{0,40}",
    "RINGNOANSWER": r"\d+",
    "RINGCANCELED": r"\d+",
    "BLINDTRANSFER": r"[^|]*\|[^|]+\|\d+\|\d+\|\d+",
    "ATTENDEDTRANSFER": r"BRIDGE\|[^|]+\|\d+\|\d+\|\d+",
    "ADDMEMBER": r"(PAUSED)?",
    "REMOVEMEMBER": "",
    "PAUSE": r"[^|]*",
    "UNPAUSE": "",
    "PAUSEALL": r"[^|]*",
    "UNPAUSEALL": "",
    "PENALTY": r"\d+",
}


class Logged(FloorManager):
    """A floor with a queue_log beside it."""

    def __init__(self, *operators: object, **options: object) -> None:
        super().__init__(*operators, **options)  # type: ignore[arg-type]
        self.now = 1000.9
        self._log = QueueLog(
            Names(
                caller=lambda call: f"6{call}",
                number=lambda call: "900100201",
                leg=lambda call, code: f"{call}-{code}",
                queues=lambda code: self.acd.operator(code).queues,
            )
        )
        self.said: list[str] = []

    def tell(self, event: ev.AcdEvent) -> list[tuple[str, ...]]:
        done = super().tell(event)
        self.said += self._log.lines(self.acd.facts())
        return done

    def take(self) -> list[str]:
        said, self.said = self.said, []
        return said


def one(*operators: str, queues: tuple[QueueRules, ...] = (SUPPORT, SALES)) -> Logged:
    floor = Logged(*(operator(code) for code in operators or ("1001",)), queues=queues)
    floor.log_in(*(operators or ("1001",)))
    floor.take()
    return floor


def test_an_answered_call_that_the_caller_ends() -> None:
    floor = one()
    floor.join("ana")
    floor.wait(4.5)
    floor.answer("ana", "1001")
    floor.wait(60)
    floor.leave("ana")
    assert floor.take() == [
        "1000|ana|support|NONE|DID|900100201",
        "1000|ana|support|NONE|ENTERQUEUE||6ana|1",
        "1005|ana|support|1001|CONNECT|4|ana-1001|4",
        "1065|ana|support|1001|COMPLETECALLER|4|60|1",
    ]


def test_the_operator_ends_it_after_another_was_busy_and_the_position_is_that_of_the_entry() -> None:
    floor = one("1001", "1002")
    floor.talk("first", "1001")
    floor.join("ana")
    floor.wait(2)
    floor.refuse("ana", "1002", "busy")
    floor.end("first")
    floor.take()
    floor.wait(10)
    floor.answer("ana", "1001")
    floor.wait(5)
    floor.end("ana")
    assert floor.take() == [
        "1012|ana|support|1001|CONNECT|12|ana-1001|0",
        "1017|ana|support|1001|COMPLETEAGENT|12|5|1",
    ]


def test_nobody_answers_and_the_caller_hangs_up_while_the_next_phone_rings() -> None:
    floor = one("1001", "1002")
    floor.join("ana")
    floor.wait(15)
    floor.wait(2.5)
    floor.leave("ana")
    assert floor.take()[2:] == [
        "1015|ana|support|1001|RINGNOANSWER|15000",
        "1015|NONE|NONE|1001|PAUSEALL|missed",
        "1015|NONE|support|1001|PAUSE|missed",
        "1018|ana|support|1002|RINGCANCELED|2500",
        "1018|ana|support|NONE|ABANDON|1|1|17",
    ]


def test_positions_when_leaving_are_the_present_one_and_that_of_the_entry() -> None:
    floor = Logged(operator("1001"))
    floor.join("ana")
    floor.join("bea")
    floor.leave("ana")
    floor.wait(3)
    floor.tell(ev.CallerLeft("bea", "key", "5"))
    assert floor.take()[4:] == [
        "1000|ana|support|NONE|ABANDON|1|1|0",
        "1003|bea|support|NONE|EXITWITHKEY|5|1|2|3",
    ]


def test_exits_by_time_into_another_queue_by_emptiness_and_by_closing() -> None:
    rules = (
        QueueRules("support", exits=(Exit("waited", Destination("queue", "sales"), 30),)),
        QueueRules("sales", leave_when_empty=frozenset(), exits=(Exit("closing", Destination("hang_up", "x")),)),
    )
    floor = Logged(operator("1001", "sales"), queues=rules)
    floor.log_in("1001")
    floor.tell(ev.OperatorPaused("1001", "comida"))
    floor.join("ana")
    floor.wait(30)
    floor.tell(ev.OperatorLoggedOut("1001"))
    assert floor.take() == [
        "1000|NONE|sales|1001|ADDMEMBER|",
        "1000|NONE|NONE|1001|PAUSEALL|comida",
        "1000|NONE|sales|1001|PAUSE|comida",
        "1000|ana|support|NONE|DID|900100201",
        "1000|ana|support|NONE|ENTERQUEUE||6ana|1",
        "1030|ana|support|NONE|EXITWITHTIMEOUT|1|1|30",
        "1030|ana|sales|NONE|ENTERQUEUE||6ana|1",
        "1030|NONE|sales|1001|REMOVEMEMBER|",
        "1030|ana|sales|NONE|EXITEMPTY|1|1|0",
    ]
    floor.log_in("1001")
    floor.tell(ev.OperatorPaused("1001"))
    floor.join("bea", "sales")
    floor.tell(ev.QueueClosed("sales"))
    assert floor.take()[-1] == "1030|bea|sales|NONE|WITHDRAW|1|1|0|closing"


def test_a_caller_who_is_refused_at_entry_leaves_no_line_as_with_asterisk() -> None:
    floor = Logged(operator("1001"), queues=[QueueRules("support", join_empty=frozenset())])
    floor.join("ana")
    assert floor.take() == []


def test_blind_and_attended_transfer() -> None:
    floor = one("1001", "1002")
    floor.join("ana")
    floor.answer("ana", "1001")
    floor.wait(10)
    floor.tell(ev.CallerLeft("ana", "transfer", "900111222"))
    assert floor.take()[-1] == "1010|ana|support|1001|BLINDTRANSFER|900111222|centralita|0|10|1"
    floor.join("bea")
    floor.answer("bea", "1002")
    floor.wait(20)
    floor.tell(ev.ConversationHandedOver("bea", "1001"))
    assert floor.take()[-1] == "1030|bea|support|1002|ATTENDEDTRANSFER|BRIDGE|bea|0|20|1"
    floor.wait(5)
    floor.end("bea")
    assert floor.take() == []


def test_pausing_and_going_on_in_every_queue_a_call_of_ones_own_in_between_changes_nothing() -> None:
    floor = Logged(operator("1001", "support", "sales"))
    floor.log_in("1001")
    floor.take()
    floor.tell(ev.OperatorPaused("1001", "pausa|larga"))
    floor.tell(ev.OwnCallBegan("1001"))
    floor.tell(ev.OwnCallEnded("1001"))
    assert floor.take() == [
        "1000|NONE|NONE|1001|PAUSEALL|pausa_larga",
        "1000|NONE|support|1001|PAUSE|pausa_larga",
        "1000|NONE|sales|1001|PAUSE|pausa_larga",
    ]
    floor.tell(ev.OperatorBecameReady("1001"))
    assert floor.take() == [
        "1000|NONE|NONE|1001|UNPAUSEALL|",
        "1000|NONE|support|1001|UNPAUSE|",
        "1000|NONE|sales|1001|UNPAUSE|",
    ]


def test_log_in_by_queue_and_another_penalty() -> None:
    floor = Logged(operator("1001"))
    floor.tell(ev.MembershipsChanged("1001", (Membership("support"),)))
    assert floor.take() == []
    floor.log_in("1001")
    floor.tell(ev.MembershipsChanged("1001", (Membership("support", 3), Membership("sales"))))
    floor.tell(ev.MembershipsChanged("1001", (Membership("sales"),)))
    assert floor.take() == [
        "1000|NONE|support|1001|ADDMEMBER|",
        "1000|NONE|support|1001|PENALTY|3",
        "1000|NONE|sales|1001|ADDMEMBER|",
        "1000|NONE|support|1001|REMOVEMEMBER|",
    ]


@pytest.mark.parametrize("seed", range(8))
def test_every_line_of_a_busy_day_has_asterisks_form(seed: int) -> None:
    centre = BusyCentre(seed)
    log = QueueLog(
        Names(
            lambda call: "600|111\n222",
            lambda call: "",
            lambda call, code: "leg",
            lambda code: centre.acd.operator(code).queues,
        )
    )
    seen: set[str] = set()
    entered: set[tuple[str, str]] = set()
    for happened in centre.happened(500):
        entered |= {
            (kept.call, kept.queue) for kept in happened.facts if isinstance(kept, PlaceKept)
        }  # in an earlier life
        for text in log.lines(happened.facts):
            time, call, queue, agent, event, data = text.split("|", 5)
            assert re.fullmatch(r"\d+", time)
            assert re.fullmatch(DATA[event], data), text
            assert (agent == "NONE") == (event in ("ENTERQUEUE", "ABANDON", "WITHDRAW") or event.startswith("EXIT"))
            seen.add(event)
            if event == "ENTERQUEUE":
                entered.add((call, queue))
            elif event in ("CONNECT", "ABANDON"):
                assert (call, queue) in entered
    assert {"ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "ABANDON", "RINGNOANSWER", "ADDMEMBER", "PAUSEALL"} <= seen
