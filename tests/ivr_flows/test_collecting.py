"""Does a caller who types digits get where the flow says, whatever is typed and when, and does the flow then decide by them?"""

from __future__ import annotations

import pytest

from ivr_flows import interpreter
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.messages import AwaitDigit, HangUp, JoinQueue, PromptsFinished, SayPrompts, Spoken, StopSpeaking
from ivr_flows.problems import BadFile
from ivr_flows.session import Session, TraceEntry
from tests.ivr_flows.test_interpreter import Caller

TEXT = """\
entries: {default: ask}
steps:
  ask:
    kind: collect
    prompts: [your_code]
    variable: code
    min_digits: 2
    max_digits: 4
    must: {at_least: 10, at_most: 5000}
    tries: 2
    timeout_s: 6
    between_s: 2
    invalid: [wrong]
    silence: [nothing]
    next: count
    otherwise: nobody
  count: {kind: set, values: {seen: 1}, computed: {seen: seen + 1, odd: number(code) % 2 == 1}, next: which}
  which:
    kind: branch
    ways:
      - {when: code == '42' and seen == 2, next: answer}
      - {when: odd, next: odds}
    otherwise: evens
  answer: {kind: enqueue, queue: answers}
  odds: {kind: enqueue, queue: odds}
  evens: {kind: enqueue, queue: evens}
  nobody: {kind: hang_up, reason: no_code}
"""
READ_BACK = TEXT.replace(
    "max_digits: 4\n", "max_digits: 4\n    read_back: {before: [you_typed], after: [is_that_right]}\n"
)
ANSWERS, ODDS, EVENS = (JoinQueue(queue, (), 0, "es") for queue in ("answers", "odds", "evens"))


def flow(text: str = TEXT) -> Flow:
    return load_flow(text, "f.yaml", Surroundings()).value


def asked(text: str = TEXT) -> Caller:
    """A caller who has just been asked."""
    caller = Caller(flow=flow(text))
    assert caller.last == [SayPrompts(1, ("your_code",), "es", interruptible=True)]
    return caller


def test_digits_count_while_the_prompt_is_said_and_the_last_possible_one_ends_them() -> None:
    caller = asked()
    assert caller.presses("12") == [StopSpeaking(), AwaitDigit(2.0), AwaitDigit(2.0)]
    assert caller.presses("34") == [AwaitDigit(2.0), EVENS]
    assert caller.session.variables["code"] == "1234"


@pytest.mark.parametrize("ended_by", ["the terminator", "silence"])
def test_fewer_digits_are_ended_by_the_terminator_or_by_silence(ended_by: str) -> None:
    caller = asked()
    caller.hears_it_out()
    assert caller.last == [AwaitDigit(6.0)]
    caller.presses("42")
    assert (caller.presses("#") if ended_by == "the terminator" else caller.waits()) == [ANSWERS]


def test_digits_that_are_not_what_they_must_be_are_asked_for_again_and_then_given_up() -> None:
    caller = asked()
    assert caller.presses("5001")[-1] == SayPrompts(2, ("wrong", "your_code"), "es", interruptible=True)
    assert caller.presses("07#")[-1] == HangUp("no_code")
    assert "code" not in caller.session.variables


def test_too_few_digits_and_other_keys_are_wrong_and_silence_has_words_of_its_own() -> None:
    assert asked().presses("4#")[-1] == SayPrompts(2, ("wrong", "your_code"), "es", interruptible=True)
    assert asked().presses("4*")[-1] == SayPrompts(2, ("wrong", "your_code"), "es", interruptible=True)
    caller = asked()
    caller.hears_it_out()
    assert caller.waits() == [SayPrompts(2, ("nothing", "your_code"), "es", interruptible=True)]


def test_what_was_typed_is_read_back_and_kept_only_if_it_is_right() -> None:
    caller = asked(READ_BACK)
    read_back = ("you_typed", Spoken("digits", "4242"), "is_that_right")
    assert caller.presses("4242")[-1] == SayPrompts(2, read_back, "es", interruptible=True)
    assert caller.presses("2") == [StopSpeaking(), SayPrompts(3, ("your_code",), "es", interruptible=True)]
    caller.presses("0042")
    caller.hears_it_out()
    assert caller.presses("1") == [EVENS]
    assert caller.session.variables["code"] == "0042"


def test_everything_may_be_typed_ahead_its_confirmation_included() -> None:
    text = READ_BACK.replace("default: ask", "default: hello").replace(
        "steps:\n", "steps:\n  hello: {kind: say, prompts: [hi], next: ask}\n"
    )
    text = text.replace("next: ask}", "interruptible: false, next: ask}")
    caller = Caller(flow=flow(text))
    assert caller.presses("43#1") == []
    assert interpreter.handle(caller.session, PromptsFinished(1)) == [ODDS]


def test_the_trace_tells_the_way_and_never_the_digits() -> None:
    caller = asked()
    caller.presses("4711")
    assert caller.last[-1] == ODDS
    assert [(one.step, one.what, one.by) for one in caller.session.trace] == [
        ("ask", "entered", ""),
        ("ask", "left", "next"),
        ("count", "entered", ""),
        ("count", "left", "next"),
        ("which", "entered", ""),
        ("which", "left", "ways.1.next"),
        ("odds", "entered", ""),
    ]
    assert "4711" not in repr(Spoken("digits", "4711"))


def test_a_flow_knows_who_calls_what_was_dialled_and_the_language() -> None:
    text = """\
entries: {default: where}
steps:
  where:
    kind: branch
    ways: [{when: "starts_with(caller, '6') and number == '900100200' and language == 'es'", next: mobile}]
    otherwise: other
  mobile: {kind: hang_up, reason: mobile}
  other: {kind: hang_up, reason: other}
"""
    session = Session.begin({"f": flow(text)}, "f", caller="600111222", number="900100200")
    assert interpreter.start(session) == [HangUp("mobile")]
    assert TraceEntry("f", "where", "left", "ways.0.next") in session.trace
    assert interpreter.start(Session.begin({"f": flow(text)}, "f")) == [HangUp("other")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "code == '42'",
            "cod == '42'",
            "steps.which.ways.0.when: nothing sets the variable 'cod'; did you mean 'code'?",
        ),
        ("variable: code", "variable: caller", "steps.ask.variable: 'caller' cannot be set: every flow has it"),
        ("when: odd,", "when: odd ==,", "steps.which.ways.1.when: 'odd ==' is not an expression"),
        ("when: odd,", "when: odd.real,", "'odd.real' cannot stand in an expression"),
        ("next: odds", "next: ods", "steps.which.ways.1.next: there is no step 'ods'; did you mean 'odds'?"),
        ("min_digits: 2", "min_digits: 5", "min_digits 5 is above max_digits 4; swap the two"),
        ("at_least: 10", "at_least: 6000", "no number is at least 6000 and at most 5000"),
        ("max_digits: 4", "max_digits: 40", "40 is out of range; give a number at most 32"),
        (
            "tries: 2",
            'tries: 2\n    read_back: {after: [wrong], yes: "#"}',
            "steps.ask.read_back.yes: '#' ends the digits, too",
        ),
    ],
)
def test_what_cannot_work_is_refused_where_it_stands(old: str, new: str, told: str) -> None:
    with pytest.raises(BadFile) as refused:
        flow(TEXT.replace(old, new, 1))
    assert told in str(refused.value)


def test_a_branch_among_silent_steps_that_may_lead_out_is_no_trap_and_one_that_cannot_is() -> None:
    loop = """\
entries: {default: a}
steps:
  a: {kind: set, computed: {n: number(text(n)) + 1}, next: b}
  b: {kind: branch, ways: [{when: n > 3, next: OUT}], otherwise: a}
  c: {kind: hang_up, reason: done}
"""
    flow(loop.replace("OUT", "c"))
    with pytest.raises(BadFile, match="goes round for ever"):
        flow(loop.replace("OUT", "a").replace("default: a", "default: a, other: c"))
