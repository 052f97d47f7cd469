"""Does a caller hear and get what the flow says, whatever he or she presses and when?"""

from __future__ import annotations

import pytest

from ivr_flows import interpreter, session
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.messages import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.session import Session, TraceEntry

FLOW = load_flow(
    """\
entries: {default: greeting, closed: closed, mute: mute, straight: sales}
steps:
  greeting: {kind: say, prompts: [hello], next: notice}
  notice: {kind: say, prompts: [recorded], interruptible: false, next: menu}
  menu:
    kind: menu
    prompts: [choose, english]
    choices: {1: sales, 9: to_english, "*": menu, "#": mute}
    tries: 2
    timeout_s: 4
    invalid: [wrong]
    silence: [nothing]
    otherwise: support
  to_english: {kind: language, to: en, skills: [english], next: english_menu}
  english_menu: {kind: menu, prompts: [choose], choices: {1: sales, 2: expert}, tries: 1, otherwise: support}
  sales: {kind: enqueue, queue: sales, priority: 3}
  expert: {kind: enqueue, queue: support, skills: [solar]}
  support: {kind: enqueue, queue: support}
  closed: {kind: hang_up, reason: out_of_hours, prompts: [closed, bye]}
  mute: {kind: hang_up, reason: done}
""",
    "flow.yaml",
    Surroundings(),
).value


class Caller:
    """A caller and the shell: keeps what is being said, and answers for it."""

    def __init__(self, entry: str = "default", flow: Flow = FLOW) -> None:
        self.session = Session.begin({"f": flow}, "f", entry, "es")
        self.last: list[FlowEffect] = interpreter.start(self.session)

    def presses(self, digits: str) -> list[FlowEffect]:
        self.last = [effect for digit in digits for effect in interpreter.handle(self.session, DigitPressed(digit))]
        return self.last

    def hears_it_out(self) -> list[FlowEffect]:
        say = self.last[-1]
        assert isinstance(say, SayPrompts)
        self.last = interpreter.handle(self.session, PromptsFinished(say.id))
        return self.last

    def waits(self) -> list[FlowEffect]:
        assert isinstance(self.last[-1], AwaitDigit)
        self.last = interpreter.handle(self.session, TimedOut())
        return self.last

    def in_the_menu(self) -> Caller:
        self.hears_it_out()
        self.hears_it_out()
        return self


SALES = JoinQueue("sales", (), 3, "es")
SUPPORT = JoinQueue("support", (), 0, "es")
MENU = ("choose", "english")


def test_a_caller_who_listens_hears_greeting_notice_and_menu_in_turn() -> None:
    caller = Caller()
    assert caller.last == [SayPrompts(1, ("hello",), "es", interruptible=True)]
    assert caller.hears_it_out() == [SayPrompts(2, ("recorded",), "es", interruptible=False)]
    assert caller.hears_it_out() == [SayPrompts(3, MENU, "es", interruptible=True)]
    assert caller.hears_it_out() == [AwaitDigit(4.0)]
    assert caller.presses("1") == [SALES]


def test_a_key_during_the_menu_stops_it_and_counts() -> None:
    assert Caller().in_the_menu().presses("1") == [StopSpeaking(), SALES]


def test_a_key_during_the_greeting_stops_it_and_is_used_by_the_menu_after_the_whole_notice() -> None:
    caller = Caller()
    assert caller.presses("1") == [StopSpeaking(), SayPrompts(2, ("recorded",), "es", interruptible=False)]
    assert caller.hears_it_out() == [SALES]


def test_a_key_during_the_notice_does_not_stop_it_and_is_used_by_the_menu() -> None:
    caller = Caller()
    caller.hears_it_out()
    assert caller.presses("1") == []
    caller.last = interpreter.handle(caller.session, PromptsFinished(2))
    assert caller.last == [SALES]


def test_keys_for_two_menus_may_be_pressed_ahead() -> None:
    caller = Caller()
    caller.presses("92")
    assert caller.hears_it_out() == [
        JoinQueue(
            "support",
            (
                ("english", 1),
                ("solar", 1),
            ),
            0,
            "en",
        )
    ]


def test_english_is_spoken_and_wanted_from_then_on() -> None:
    caller = Caller().in_the_menu()
    assert caller.presses("9") == [StopSpeaking(), SayPrompts(4, ("choose",), "en", interruptible=True)]
    assert caller.session.language == "en"
    assert caller.presses("1") == [StopSpeaking(), JoinQueue("sales", (("english", 1),), 3, "en")]


def test_nothing_twice_is_told_once_and_then_goes_on_otherwise() -> None:
    caller = Caller().in_the_menu()
    caller.hears_it_out()
    assert caller.waits() == [SayPrompts(4, ("nothing", *MENU), "es", interruptible=True)]
    caller.hears_it_out()
    assert caller.waits() == [SUPPORT]


def test_a_wrong_key_is_told_and_counts_as_a_try() -> None:
    caller = Caller().in_the_menu()
    assert caller.presses("5") == [StopSpeaking(), SayPrompts(4, ("wrong", *MENU), "es", interruptible=True)]
    caller.hears_it_out()
    assert caller.presses("D") == [SUPPORT]


def test_a_wrong_key_and_silence_are_counted_together() -> None:
    caller = Caller().in_the_menu()
    caller.presses("5")
    caller.hears_it_out()
    assert caller.waits() == [SUPPORT]


def test_after_a_wrong_key_the_right_one_still_counts_during_the_apology() -> None:
    caller = Caller().in_the_menu()
    caller.presses("5")
    assert caller.presses("1") == [StopSpeaking(), SALES]


def test_a_menu_chosen_again_has_all_its_tries_again() -> None:
    caller = Caller().in_the_menu()
    caller.presses("5")
    caller.presses("*")
    assert caller.presses("5")[-1] == SayPrompts(6, ("wrong", *MENU), "es", interruptible=True)


def test_a_wrong_key_discards_what_was_typed_after_it() -> None:
    caller = Caller()
    caller.presses("51")
    assert caller.hears_it_out() == [SayPrompts(3, ("wrong", *MENU), "es", interruptible=True)]
    caller.hears_it_out()
    assert caller.presses("9") == [SayPrompts(4, ("choose",), "en", interruptible=True)], "not the 1 of before"


def test_whoever_is_sent_away_hears_why_in_full_and_then_is_hung_up() -> None:
    caller = Caller("closed")
    assert caller.last == [SayPrompts(1, ("closed", "bye"), "es", interruptible=False)]
    assert interpreter.handle(caller.session, DigitPressed("1")) == []
    assert caller.hears_it_out() == [HangUp("out_of_hours")]


def test_an_end_without_prompts_hangs_up_at_once() -> None:
    assert Caller("mute").last == [HangUp("done")]


def test_an_entry_may_be_a_queue() -> None:
    assert Caller("straight").last == [SALES]


def test_the_end_of_a_prompt_that_was_stopped_changes_nothing() -> None:
    caller = Caller()
    caller.presses("1")
    assert interpreter.handle(caller.session, PromptsFinished(1)) == []
    assert caller.hears_it_out() == [SALES]


def test_time_that_runs_out_while_speaking_changes_nothing() -> None:
    caller = Caller().in_the_menu()
    assert interpreter.handle(caller.session, TimedOut()) == []
    assert caller.hears_it_out() == [AwaitDigit(4.0)]


def test_nothing_happens_before_the_start_after_the_end_or_at_a_second_start() -> None:
    asleep = Session.begin({"f": FLOW}, "f")
    events = (DigitPressed("1"), PromptsFinished(0), PromptsFinished(1), TimedOut())
    assert [interpreter.handle(asleep, event) for event in events] == [[]] * 4
    caller = Caller().in_the_menu()
    assert interpreter.start(caller.session) == []
    caller.presses("1")
    assert [interpreter.handle(caller.session, event) for event in events] == [[]] * 4
    assert interpreter.start(caller.session) == []


@pytest.mark.parametrize("digit", ["", "12", "x", "a", "１"])
def test_what_is_no_key_is_ignored(digit: str) -> None:
    assert interpreter.handle(Caller().in_the_menu().session, DigitPressed(digit)) == []


def test_an_unknown_entry_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match="no entry 'nights'; its entries are default, closed, mute, straight"):
        Session.begin({"f": FLOW}, "f", "nights")


def test_the_trace_tells_the_way_and_keeps_only_keys_that_a_menu_has() -> None:
    caller = Caller()
    caller.presses("5")
    caller.hears_it_out()
    caller.presses("1")
    assert list(caller.session.trace) == [
        TraceEntry("f", "greeting", "entered"),
        TraceEntry("f", "greeting", "interrupted"),
        TraceEntry("f", "greeting", "left", "next"),
        TraceEntry("f", "notice", "entered"),
        TraceEntry("f", "notice", "left", "next"),
        TraceEntry("f", "menu", "entered"),
        TraceEntry("f", "menu", "invalid"),
        TraceEntry("f", "menu", "left", "choices.1"),
        TraceEntry("f", "sales", "entered"),
    ]


def test_what_may_be_interrupted_is_passed_over_once_a_key_is_kept() -> None:
    text = """\
entries: {default: notice}
steps:
  notice: {kind: say, prompts: [recorded], interruptible: false, next: news}
  news: {kind: say, prompts: [news], next: menu}
  menu: {kind: menu, prompts: [choose], choices: {1: out}, otherwise: out}
  out: {kind: hang_up, reason: done}
"""
    caller = Caller(flow=load_flow(text, "f.yaml", Surroundings()).value)
    interpreter.handle(caller.session, DigitPressed("1"))
    assert caller.hears_it_out() == [HangUp("done")]
    assert TraceEntry("f", "news", "skipped") in caller.session.trace


def test_a_flow_that_goes_round_in_silence_is_ended() -> None:
    endless = Flow.model_validate_json(
        '{"entries": {"default": "a"}, "steps": {"a": {"kind": "say", "prompts": ["p"], "next": "a"}}}'
    )
    caller = Caller(flow=endless)
    for _ in range(session.MAX_STEPS_IN_SILENCE - 1):
        assert isinstance(caller.hears_it_out()[-1], SayPrompts)
    assert caller.hears_it_out() == [HangUp("endless_flow")]


def test_a_line_that_sends_keys_without_end_is_let_go() -> None:
    caller = Caller().in_the_menu()
    keys = 0
    while not isinstance(caller.last[-1], HangUp):
        caller.presses("*")
        keys += 1
    assert caller.last[-1] == HangUp("endless_flow")
    assert keys == session.MAX_STEPS - 2


def test_no_more_keys_are_kept_than_fit() -> None:
    caller = Caller()
    caller.hears_it_out()
    interpreter.handle(caller.session, DigitPressed("*"))
    for _ in range(100):
        interpreter.handle(caller.session, DigitPressed("*"))
    assert len(caller.session.typed) == session.MAX_TYPED_AHEAD
