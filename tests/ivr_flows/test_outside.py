"""Does a flow ask the world outside for the right thing, and go the way of what came of it?"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr_flows import interpreter
from ivr_flows.expressions import Value
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import load
from ivr_flows.messages import (
    AskCallable,
    AskHours,
    AskService,
    AwaitDigit,
    ConnectWith,
    DigitPressed,
    FlowEffect,
    HangUp,
    JoinQueue,
    MuteRecording,
    OutOfTime,
    Perform,
    Performed,
    PromptsFinished,
    Record,
    Request,
    RunAgi,
    SayPrompts,
    Spoken,
    StopSpeaking,
    TakeMessage,
    TimedOut,
)
from ivr_flows.session import Session

ENDS = "".join(
    f"  {name}: {{kind: hang_up, reason: {name}}}\n" for name in ("good", "bad", "missing", "shut", "feast", "given_up")
)


def shape(text: str) -> Flow:
    """Unchecked: each test leads to some of the ends only."""
    return load(text, "f.yaml", Flow).value


class Caller:
    def __init__(self, steps: str, others: Mapping[str, Flow] | None = None) -> None:
        flows = {"f": shape(f"entries: {{default: first}}\nsteps:\n{steps}{ENDS}"), **(others or {})}
        self.session = Session.begin(flows, "f", caller="600111222", number="900100200")
        self.last: list[FlowEffect] = interpreter.start(self.session)

    def presses(self, digits: str) -> list[FlowEffect]:
        self.last = [effect for digit in digits for effect in interpreter.handle(self.session, DigitPressed(digit))]
        return self.last

    @property
    def asked(self) -> Request:
        (*_, perform) = self.last
        assert isinstance(perform, Perform)
        return perform.request

    def comes_back(self, outcome: str, values: Mapping[str, Value] | None = None) -> list[FlowEffect]:
        self.last = interpreter.handle(self.session, Performed(self.session.performed, outcome, values or {}))
        return self.last

    def hears_it_out(self) -> list[FlowEffect]:
        self.last = interpreter.handle(self.session, PromptsFinished(self.session.said))
        return self.last


@pytest.mark.parametrize(("outcome", "reason"), [("open", "good"), ("closed", "shut"), ("holiday", "feast")])
def test_hours_lead_by_what_the_calendar_is(outcome: str, reason: str) -> None:
    caller = Caller("  first: {kind: hours, calendar: office, open: good, closed: shut, holiday: feast}\n")
    assert caller.asked == AskHours("office")
    assert caller.comes_back(outcome) == [HangUp(reason)]


def test_a_holiday_without_a_way_of_its_own_is_closed() -> None:
    caller = Caller("  first: {kind: hours, calendar: office, open: good, closed: shut}\n")
    assert caller.comes_back("holiday") == [HangUp("shut")]


LOOK_UP = """\
  first:
    kind: look_up
    service: crm
    send: {who: caller, twice: "2 * 2"}
    save: {name: person.name}
    status: found
    statuses: {404: missing}
    next: good
    failed: bad
"""


@pytest.mark.parametrize(
    ("outcome", "reason", "status"),
    [("200", "good", 200), ("204", "good", 204), ("404", "missing", 404), ("500", "bad", 500), ("failed", "bad", None)],
)
def test_a_look_up_sends_saves_and_leads_by_the_status(outcome: str, reason: str, status: int | None) -> None:
    caller = Caller(LOOK_UP)
    assert caller.asked == AskService("crm", {"who": "600111222", "twice": 4}, (("name", "person.name"),))
    assert caller.comes_back(outcome, {"name": "Ana", "caller": "hacked"}) == [HangUp(reason)]
    assert caller.session.variables == {"caller": "600111222", "number": "900100200", "name": "Ana", "found": status}


def test_an_answer_that_came_too_late_or_for_something_else_changes_nothing() -> None:
    caller = Caller(LOOK_UP)
    assert interpreter.handle(caller.session, Performed(99, "200")) == []
    caller.comes_back("404")
    assert caller.comes_back("200") == []


def test_keys_pressed_while_something_is_looked_up_are_for_what_asks_next() -> None:
    caller = Caller(
        LOOK_UP.replace("next: good", "next: menu")
        + "  menu: {kind: menu, prompts: [p], choices: {1: good}, otherwise: bad}\n"
    )
    assert caller.presses("1") == []
    assert caller.comes_back("200") == [HangUp("good")]


def test_a_service_of_agi_is_given_texts_and_gives_back_variables() -> None:
    caller = Caller(
        "  first: {kind: agi, service: meter, send: {WHO: caller}, save: {reading: READING}, next: good, failed: bad}\n"
    )
    assert caller.asked == RunAgi("meter", {"WHO": "600111222"}, (("reading", "READING"),))
    assert caller.comes_back("next", {"reading": "17"}) == [HangUp("good")]
    assert caller.session.variables["reading"] == "17"


@pytest.mark.parametrize(
    ("to", "request_"),
    [
        ('operator: "1001"', ConnectWith("1001", None, 30.0)),
        ('number: "912345678", ring_s: 10', ConnectWith(None, "912345678", 10.0)),
        ("number_from: caller", ConnectWith(None, "600111222", 30.0)),
    ],
)
def test_a_transfer_ends_the_flow_when_they_have_talked_and_goes_on_when_not(to: str, request_: ConnectWith) -> None:
    caller = Caller(f"  first: {{kind: transfer, {to}, failed: bad}}\n")
    assert caller.asked == request_
    assert caller.comes_back("over") == [HangUp("forwarded")]
    caller = Caller(f"  first: {{kind: transfer, {to}, failed: bad}}\n")
    assert caller.comes_back("failed") == [HangUp("bad")]


def test_a_voicemail_is_for_the_operators_of_a_queue() -> None:
    caller = Caller("  first: {kind: voicemail, queue: sales, next: good, failed: bad}\n")
    assert caller.asked == TakeMessage("sales", "voicemail")
    assert caller.comes_back("next") == [HangUp("good")]


CALLBACK = "  first: {kind: callback, queue: sales, prompts: [offer], skills: [english], priority: 3, otherwise: bad}\n"


def test_a_callback_is_offered_and_keeps_a_place_in_the_queue() -> None:
    caller = Caller(CALLBACK)
    assert caller.asked == AskCallable()
    assert caller.comes_back("yes") == [SayPrompts(1, ("offer",), "es", interruptible=True)]
    assert caller.presses("1") == [
        StopSpeaking(),
        JoinQueue("sales", (("english", 1),), 3, "es", called_back=True),
    ]


def test_a_callback_is_refused_by_any_other_key_and_by_silence() -> None:
    caller = Caller(CALLBACK)
    caller.comes_back("yes")
    assert caller.presses("2") == [StopSpeaking(), HangUp("bad")]
    caller = Caller(CALLBACK)
    caller.comes_back("yes")
    caller.hears_it_out()
    assert interpreter.handle(caller.session, TimedOut()) == [HangUp("bad")]


def test_whoever_cannot_be_called_back_is_offered_nothing() -> None:
    assert Caller(CALLBACK).comes_back("no") == [HangUp("bad")]


ENQUEUE = """\
  first:
    kind: enqueue
    queue: sales
    operator_from: "'1001'"
    show: {who: caller, sum: "1 + 1", nothing: number('x')}
    after: survey
  survey: {kind: survey, question: nps, prompts: [rate], lowest: 0, highest: 9, tries: 2, next: good, otherwise: given_up}
"""


def test_a_flow_goes_on_with_a_survey_after_the_operator_has_hung_up() -> None:
    caller = Caller(ENQUEUE)
    shown = (("who", "600111222"), ("sum", "2"), ("nothing", ""))
    assert caller.last == [JoinQueue("sales", (), 0, "es", "1001", shown, goes_on=1)]
    assert caller.presses("7") == [], "a key in the queue is the queue's"
    assert caller.comes_back("served") == [SayPrompts(1, ("rate",), "es", interruptible=True)]
    assert caller.presses("7") == [StopSpeaking(), HangUp("good")]
    assert caller.session.variables["nps"] == 7
    assert [(one.what, one.by) for one in caller.session.trace if one.what == "answered"] == [("answered", "7")]


def test_a_key_that_is_no_answer_to_the_survey_is_invalid() -> None:
    caller = Caller(ENQUEUE.replace("lowest: 0, highest: 9", "lowest: 1, highest: 5"))
    caller.comes_back("served")
    for key in "6*":
        caller.presses(key)
    assert caller.last[-1] == HangUp("given_up")


PAYMENT = """\
  first: {kind: set, values: {amount: 12.5}, next: pay}
  pay:
    kind: payment
    service: bank
    card: [card]
    expiry: [expiry]
    code: [code]
    send: {amount: amount}
    save: {receipt: receipt}
    statuses: {402: missing}
    tries: 2
    invalid: [wrong]
    next: good
    failed: bad
    otherwise: given_up
"""
CARD = "4111111111111111"


def test_a_payment_asks_for_three_things_in_turn_with_the_recording_muted_and_keeps_none_of_them() -> None:
    caller = Caller(PAYMENT)
    assert caller.last == [MuteRecording(muted=True), SayPrompts(1, ("card",), "es", interruptible=True)]
    assert caller.presses(f"{CARD}#")[-1] == SayPrompts(2, ("expiry",), "es", interruptible=True)
    assert caller.presses("1228")[-1] == SayPrompts(3, ("code",), "es", interruptible=True)
    caller.presses("123#")
    sent: dict[str, Value] = {"amount": 12.5, "card": CARD, "expiry": "1228", "code": "123"}
    assert caller.asked == AskService("bank", sent, (("receipt", "receipt"),))
    assert CARD not in repr(caller.last)
    assert caller.comes_back("201", {"receipt": "0042"}) == [MuteRecording(muted=False), HangUp("good")]
    assert CARD not in repr(caller.session)
    assert CARD not in repr([caller.session.variables, caller.session.trace, caller.session.asking.secret])


def test_a_card_may_be_typed_ahead_and_is_still_never_recorded() -> None:
    said = "  first: {kind: say, prompts: [notice], interruptible: false, next: pay}\n"
    caller = Caller(said + PAYMENT.split("\n", 1)[1])
    assert caller.presses(f"{CARD}#1228123#") == []
    effects = caller.hears_it_out()
    assert effects[0] == MuteRecording(muted=True)
    assert isinstance(effects[-1], Perform)


def test_a_wrong_card_is_asked_for_again_and_then_given_up_with_the_recording_on() -> None:
    caller = Caller(PAYMENT)
    assert caller.presses("4111111111111112#")[-1] == SayPrompts(2, ("wrong", "card"), "es", interruptible=True)
    assert caller.presses("1#")[-2:] == [MuteRecording(muted=False), HangUp("given_up")]


def test_a_refused_payment_goes_its_own_way() -> None:
    caller = Caller(PAYMENT)
    caller.presses(f"{CARD}#1228123#")
    assert caller.comes_back("402") == [MuteRecording(muted=False), HangUp("missing")]


def test_what_a_flow_records_is_told_to_the_shell() -> None:
    caller = Caller("  first: {kind: record, next: off}\n  off: {kind: record, on: false, next: good}\n")
    assert caller.last == [Record(on=True), Record(on=False), HangUp("good")]


INNER = """\
parameters: [tries]
entries: {default: ask, quick: back}
steps:
  ask: {kind: collect, prompts: [code], variable: code, max_digits: 2, tries: 1, next: sum, otherwise: back}
  sum: {kind: set, computed: {total: number(code) + tries}, next: to_english}
  to_english: {kind: language, to: en, next: back}
  back: {kind: return}
"""
OUTER = """\
  first: {kind: flow, flow: inner, values: {tries: "5"}, returns: {sum: total}, next: told}
  told: {kind: say, prompts: [{number: sum}, {money: 1 / 0}], next: good}
"""


def test_a_flow_goes_through_another_with_parameters_and_takes_variables_back() -> None:
    caller = Caller(OUTER, {"inner": shape(INNER)})
    assert caller.last == [SayPrompts(1, ("code",), "es", interruptible=True)]
    caller.presses("42")
    assert caller.last[-1] == SayPrompts(2, (Spoken("number", 47), Spoken("money", None)), "en", interruptible=True)
    assert caller.session.variables == {"caller": "600111222", "number": "900100200", "sum": 47}
    assert [(one.flow, one.step) for one in caller.session.trace if one.what == "entered"] == [
        ("f", "first"), ("inner", "ask"), ("inner", "sum"), ("inner", "to_english"), ("inner", "back"), ("f", "told"),
    ]  # fmt: skip


def test_flows_that_go_through_one_another_without_end_are_ended() -> None:
    endless = shape("entries: {default: a}\nsteps:\n  a: {kind: flow, flow: inner, next: a}\n")
    assert Caller(OUTER, {"inner": endless}).last == [HangUp(interpreter.TOO_LONG)]


def test_a_flow_that_is_not_there_and_a_return_to_nowhere_end_the_call() -> None:
    assert Caller(OUTER).last == [HangUp(interpreter.TOO_LONG)]
    assert Caller("  first: {kind: return}\n").last == [HangUp("returned")]


def test_a_caller_whose_time_is_over_is_let_go_in_the_midst_of_a_word() -> None:
    caller = Caller("  first: {kind: say, prompts: [p], next: good}\n")
    assert interpreter.handle(caller.session, OutOfTime()) == [StopSpeaking(), HangUp(interpreter.TOO_LONG)]


def test_an_awaited_key_of_a_payment_has_its_own_times() -> None:
    caller = Caller(PAYMENT)
    assert caller.hears_it_out() == [AwaitDigit(10.0)]
    assert caller.presses("4") == [AwaitDigit(5.0)]
