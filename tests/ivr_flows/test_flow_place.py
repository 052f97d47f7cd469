"""Does a caller whose flow was in another process go on where he or she was, asked again, and nothing done twice?"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from ivr_flows import interpreter
from ivr_flows.flow import Flow
from ivr_flows.flow_place import NowhereAnyMore, place_of, session_at
from ivr_flows.located_yaml import load
from ivr_flows.messages import (
    AskService,
    DigitPressed,
    FlowEffect,
    HangUp,
    JoinQueue,
    MuteRecording,
    Perform,
    Performed,
    PromptsFinished,
    SayPrompts,
)
from ivr_flows.session import Session

MAIN = """\
entries: {default: hello}
steps:
  hello: {kind: say, prompts: [hello], next: menu}
  menu:
    kind: menu
    prompts: [choose]
    choices: {1: name, 2: english, 3: crm, 4: inside, 5: pay, 6: survey}
    tries: 2
    otherwise: bye
  name: {kind: collect, prompts: [number], variable: account, max_digits: 4, tries: 2, next: keep, otherwise: bye}
  keep: {kind: set, computed: {twice: "text(account)"}, next: menu}
  english: {kind: language, to: en, skills: [english], next: menu}
  crm: {kind: look_up, service: crm, send: {who: caller}, next: bye, failed: sorry}
  inside: {kind: flow, flow: inner, next: bye}
  pay: {kind: payment, service: bank, card: [card], expiry: [expiry], next: bye, failed: sorry, otherwise: sorry}
  survey: {kind: enqueue, queue: support, after: bye}
  bye: {kind: hang_up, reason: done}
  sorry: {kind: hang_up, reason: sorry}
"""
INNER = """\
entries: {default: ask}
steps:
  ask: {kind: menu, prompts: [inner], choices: {1: back}, tries: 1, otherwise: back}
  back: {kind: return}
"""
FLOWS = {name: load(text, "f.yaml", Flow).value for name, text in (("main", MAIN), ("inner", INNER))}


def caller(keys: str = "") -> tuple[Session, list[FlowEffect]]:
    session = Session.begin(FLOWS, "main", caller="600111222", number="900100200")
    last = interpreter.start(session)
    last = interpreter.handle(session, PromptsFinished(session.said))
    for key in keys:
        last = interpreter.handle(session, DigitPressed(key))
    return session, last


def after_restart(session: Session) -> Session:
    """Through what can be written down."""
    place = place_of(session)
    written = json.dumps(asdict(place))
    assert json.loads(written)["step"] == session.step
    assert "600111222" not in written, "who calls is not kept: the channel tells it again"
    return session_at(place, FLOWS, caller="600111222", number="900100200")


def test_a_menu_is_asked_again_in_the_language_that_was_chosen() -> None:
    session, _ = caller("2")
    again = after_restart(session)
    (said,) = interpreter.resume(again, again=True)
    assert isinstance(said, SayPrompts)
    assert (said.prompts, said.language, again.skills) == (("choose",), "en", {"english": 1})
    assert isinstance(interpreter.handle(again, DigitPressed("9"))[-1], SayPrompts)


def test_what_the_caller_has_told_is_kept_and_half_typed_digits_are_asked_again() -> None:
    session, _ = caller("11234")
    assert session.variables["account"] == "1234"
    for key in "199":
        interpreter.handle(session, DigitPressed(key))
    again = after_restart(session)
    assert (again.variables["account"], again.variables["caller"]) == ("1234", "600111222")
    (said,) = interpreter.resume(again, again=True)
    assert isinstance(said, SayPrompts)
    assert said.prompts == ("number",)
    for key in "5678":
        interpreter.handle(again, DigitPressed(key))
    assert again.variables["account"] == "5678"


def test_prompts_of_the_new_life_are_not_taken_for_those_of_the_old_one() -> None:
    session, _ = caller()
    old = session.said
    again = after_restart(session)
    interpreter.resume(again, again=True)
    assert interpreter.handle(again, PromptsFinished(old)) == []


def test_what_was_being_done_outside_is_done_again_only_where_that_harms_nobody() -> None:
    session, (*_, asked) = caller("3")
    assert isinstance(asked, Perform)
    (again,) = interpreter.resume(after_restart(session), again=True)
    assert isinstance(again, Perform)
    assert isinstance(again.request, AskService)
    assert again.id > asked.id
    assert interpreter.resume(after_restart(session), again=False) == [HangUp("sorry")]


def test_a_flow_within_a_flow_returns_to_where_it_was_called() -> None:
    session, _ = caller("4")
    again = after_restart(session)
    interpreter.resume(again, again=True)
    assert interpreter.handle(again, DigitPressed("1"))[-1] == HangUp("done")


def test_no_digit_of_a_card_is_kept_and_a_payment_that_was_sent_is_never_sent_again() -> None:
    session, _ = caller("5")
    for key in "4111111111111111#":
        interpreter.handle(session, DigitPressed(key))
    assert "4111" not in json.dumps(asdict(place_of(session)))
    asked_again = interpreter.resume(after_restart(session), again=False)
    assert isinstance(asked_again[0], MuteRecording)
    assert isinstance(asked_again[1], SayPrompts)
    assert asked_again[1].prompts == ("card",)
    for key in "1230":
        last = interpreter.handle(session, DigitPressed(key))
    assert isinstance(last[-1], Perform)
    assert interpreter.resume(after_restart(session), again=False)[-1] == HangUp("sorry")


def test_after_the_conversation_the_flow_goes_on_where_it_led_into_the_queue() -> None:
    session, (*_, joins) = caller("6")
    assert isinstance(joins, JoinQueue)
    assert joins.goes_on is not None
    again = after_restart(session)
    assert interpreter.handle(again, Performed(joins.goes_on, "served")) == [HangUp("done")]
    (once_more,) = interpreter.resume(after_restart(session), again=False)
    assert isinstance(once_more, JoinQueue), "nobody had been told of the queue yet"


def test_a_step_that_has_left_the_flow_is_an_error_that_names_it() -> None:
    session, _ = caller("4")
    with pytest.raises(NowhereAnyMore, match="'inner' has no step 'ask'"):
        session_at(place_of(session), {"main": FLOWS["main"]}, caller="", number="")


def test_a_caller_who_is_on_the_way_is_not_begun_again() -> None:
    session, _ = caller()
    assert interpreter.resume(session, again=True) == []
