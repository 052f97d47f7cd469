"""Whatever the flow and whatever comes: does a caller always reach an end, with never two prompts at once?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import interpreter
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, check_flow
from ivr_flows.interpreter import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    PromptsFinished,
    SayPrompts,
    Session,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.located_yaml import Places

NAMES = ["a", "b", "c", "d", "e"]
STEP = st.sampled_from(NAMES)
PROMPTS = st.lists(st.sampled_from(["p", "q"]), min_size=1, max_size=2)
SOME = st.lists(st.sampled_from(["p", "q"]), max_size=1)


def step(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields})


STEPS = st.one_of(
    step("say", prompts=PROMPTS, interruptible=st.booleans(), next=STEP),
    step(
        "menu",
        prompts=PROMPTS,
        choices=st.dictionaries(st.sampled_from("0123456789*#"), STEP, min_size=1),
        tries=st.integers(1, 9),
        invalid=SOME,
        silence=SOME,
        otherwise=STEP,
    ),
    step(
        "collect",
        prompts=PROMPTS,
        variable=st.sampled_from(["x", "y"]),
        max_digits=st.integers(1, 4),
        terminator=st.sampled_from(["#", None]),
        must=st.sampled_from([{}, {"luhn": True}, {"at_most": 20}]),
        read_back=st.none() | st.just({"after": ["p"]}) | st.just({"before": ["q"], "after": ["p"], "yes": "5"}),
        tries=st.integers(1, 3),
        invalid=SOME,
        silence=SOME,
        next=STEP,
        otherwise=STEP,
    ),
    step("set", values=st.just({"z": 1}), computed=st.sampled_from([{}, {"z": "z + 1"}, {"x": "text(z)"}]), next=STEP),
    step(
        "branch",
        ways=st.lists(
            st.fixed_dictionaries(
                {"when": st.sampled_from(["x == '1'", "z > 3", "x < 2", "language == 'en'"]), "next": STEP}
            ),
            min_size=1,
            max_size=2,
        ),
        otherwise=STEP,
    ),
    step("language", to=st.sampled_from(["es", "en"]), skills=SOME, next=STEP),
    step("enqueue", queue=st.just("q1"), skills=SOME),
    step("hang_up", reason=st.just("over"), prompts=SOME),
)
FLOWS = st.fixed_dictionaries(dict.fromkeys(NAMES, STEPS)).map(
    lambda steps: Flow.model_validate({"entries": {"default": "a"}, "steps": steps})
)
EVENTS = st.one_of(
    st.sampled_from("0123456789*#AD").map(DigitPressed),
    st.text(max_size=3).map(DigitPressed),
    st.integers(-1, 60).map(PromptsFinished),
    st.just(TimedOut()),
    st.none(),  # whatever is due by itself
)


class Shell:
    """Carries effects out as the shell does and checks that they can be."""

    def __init__(self, flow: Flow) -> None:
        self.session = Session.begin(flow)
        self.pending: int | None = None
        self.awaiting = False
        self.outcomes: list[FlowEffect] = []
        self.ids: list[int] = []
        self.carry_out(interpreter.start(self.session))

    def carry_out(self, effects: Sequence[FlowEffect]) -> None:
        for effect in effects:
            assert not self.outcomes, "nothing comes after the outcome"
            match effect:
                case SayPrompts():
                    assert self.pending is None, "two prompts at once"
                    assert effect.prompts
                    self.ids.append(effect.id)
                    self.pending, self.awaiting = effect.id, False
                case StopSpeaking():
                    assert self.pending is not None, "nothing to stop"
                    self.pending = None
                case AwaitDigit():
                    assert self.pending is None
                    assert effect.timeout_s > 0
                    self.awaiting = True
                case JoinQueue() | HangUp():
                    assert self.pending is None, "the outcome interrupts a prompt"
                    self.outcomes.append(effect)
        assert self.outcomes or self.pending is not None or self.awaiting, "nothing is due and the caller is stuck"

    def due(self) -> FlowEvent:
        return PromptsFinished(self.pending) if self.pending is not None else TimedOut()

    def happens(self, event: FlowEvent) -> None:
        effects = interpreter.handle(self.session, event)
        if isinstance(event, PromptsFinished) and event.id == self.pending:
            self.pending = None
        if isinstance(event, TimedOut) and self.pending is None:
            self.awaiting = False
        self.carry_out(effects)

    def run(self, events: Iterable[FlowEvent | None]) -> None:
        for event in events:
            self.happens(event or self.due())


@settings(deadline=None, max_examples=200)
@given(FLOWS, st.lists(EVENTS, max_size=60))
def test_any_events_in_any_flow_are_taken_and_silence_then_leads_to_an_end(
    flow: Flow, events: list[FlowEvent | None]
) -> None:
    shell = Shell(flow)
    shell.run(events)
    for _ in range(2000):
        if shell.outcomes:
            break
        shell.happens(shell.due())
    assert len(shell.outcomes) == 1
    assert shell.ids == sorted(set(shell.ids)), "an id is never used twice"


@settings(deadline=None, max_examples=200)
@given(FLOWS)
def test_a_silent_caller_is_cut_off_only_where_the_check_found_a_loop(flow: Flow) -> None:
    told = [problem.what for problem in check_flow(flow, Places("f.yaml", {}), Surroundings())]
    shell = Shell(flow)
    while not shell.outcomes:
        shell.happens(shell.due())
    if shell.outcomes == [HangUp(interpreter.TOO_LONG)]:
        branches = any(step.kind == "branch" for step in flow.steps.values())  # which way they lead is known only then
        assert branches or any("goes round for ever" in what for what in told)
