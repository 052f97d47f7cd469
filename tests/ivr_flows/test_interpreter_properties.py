"""Whatever the flow and whatever comes: does a caller always reach an end, with never two prompts at once?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import interpreter
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, check_flow
from ivr_flows.located_yaml import Places
from ivr_flows.messages import (
    AwaitDigit,
    DigitPressed,
    FlowEffect,
    FlowEvent,
    HangUp,
    JoinQueue,
    MuteRecording,
    OutOfTime,
    Perform,
    Performed,
    PromptsFinished,
    Record,
    SayPrompts,
    StopSpeaking,
    TimedOut,
)
from ivr_flows.session import Session

NAMES = ["a", "b", "c", "d", "e"]
STEP = st.sampled_from(NAMES)
PROMPTS = st.lists(
    st.sampled_from(["p", "q", {"money": "x"}, {"date": "y"}, {"text": {"es": "Hola", "en": "Hello"}}]),
    min_size=1,
    max_size=2,
)
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
    step("enqueue", queue=st.just("q1"), skills=SOME, show=st.just({"what": "x"})),
    step("enqueue", queue=st.just("q1"), operator_from=st.just("y"), after=STEP),
    step(
        "survey",
        prompts=PROMPTS,
        question=st.just("y"),
        tries=st.integers(1, 3),
        silence=SOME,
        next=STEP,
        otherwise=STEP,
    ),
    step("callback", prompts=PROMPTS, queue=st.just("q1"), yes=st.sampled_from("1*"), otherwise=STEP),
    step(
        "payment",
        card=PROMPTS,
        expiry=PROMPTS,
        code=SOME,
        tries=st.integers(1, 3),
        invalid=SOME,
        service=st.just("pay"),
        save=st.just({"x": "id"}),
        statuses=st.dictionaries(st.sampled_from(["402", "404"]), STEP, max_size=1),
        next=STEP,
        failed=STEP,
        otherwise=STEP,
    ),
    step("record", on=st.booleans(), next=STEP),
    step("hours", calendar=st.just("c"), open=STEP, closed=STEP, holiday=st.none() | STEP),
    step(
        "look_up",
        service=st.just("s"),
        send=st.just({"id": "x"}),
        save=st.just({"y": "a.b", "z": "n"}),
        status=st.sampled_from([None, "x"]),
        statuses=st.dictionaries(st.sampled_from(["200", "404"]), STEP, max_size=2),
        next=STEP,
        failed=STEP,
    ),
    step("agi", service=st.just("a"), send=st.just({"X": "x"}), save=st.just({"x": "Y"}), next=STEP, failed=STEP),
    step("transfer", number_from=st.just("x"), failed=STEP),
    step("voicemail", queue=st.just("q1"), next=STEP, failed=STEP),
    step(
        "flow",
        flow=st.sampled_from(["other", "none"]),
        values=st.just({"p": "z"}),
        returns=st.just({"x": "p"}),
        next=STEP,
    ),
    step("return"),
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
    st.builds(
        Performed,
        st.integers(0, 30),
        st.sampled_from(["200", "404", "next", "failed", "open", "yes", "no", "over", "served", ""]),
        st.dictionaries(
            st.sampled_from(["x", "y", "caller"]), st.sampled_from(["1", 7, None, 2.5, "9" * 3000]), max_size=2
        ),
    ),
    st.none(),  # whatever is due by itself
)


OTHER = Flow.model_validate(
    {
        "parameters": ["p"],
        "entries": {"default": "ask", "side": "back"},
        "steps": {
            "ask": {
                "kind": "menu",
                "prompts": ["p"],
                "choices": {"1": "back", "2": "ask"},
                "tries": 1,
                "otherwise": "back",
            },
            "back": {"kind": "return"},
        },
    }
)
OUTCOMES = ("200", "next", "open", "yes", "failed", "over")


class Shell:
    """Carries effects out as the shell does and checks that they can be."""

    def __init__(self, flow: Flow, outcome: str = "failed") -> None:
        self.session = Session.begin({"f": flow, "other": OTHER}, "f")
        self.outcome = outcome
        self.pending: int | None = None
        self.performing: int | None = None
        self.awaiting = False
        self.muted = False
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
                case Perform():
                    assert self.pending is None, "done while something is being said"
                    assert self.performing is None, "two things at once"
                    self.performing, self.awaiting = effect.id, False
                case MuteRecording():
                    assert self.muted is not effect.muted
                    self.muted = effect.muted
                case Record():
                    pass
                case JoinQueue() | HangUp():
                    assert self.pending is None, "the outcome interrupts a prompt"
                    assert not self.muted, "the conversation would not be recorded"
                    self.outcomes.append(effect)
        due = self.outcomes or self.pending is not None or self.awaiting or self.performing is not None
        assert due, "nothing is due and the caller is stuck"

    def due(self) -> FlowEvent:
        if self.performing is not None:
            return Performed(self.performing, self.outcome)
        return PromptsFinished(self.pending) if self.pending is not None else TimedOut()

    def happens(self, event: FlowEvent) -> None:
        effects = interpreter.handle(self.session, event)
        if isinstance(event, PromptsFinished) and event.id == self.pending:
            self.pending = None
        if isinstance(event, TimedOut) and self.pending is None:
            self.awaiting = False
        if isinstance(event, Performed) and event.id == self.performing:
            self.performing = None
        self.carry_out(effects)

    def run(self, events: Iterable[FlowEvent | None]) -> None:
        for event in events:
            if self.outcomes and isinstance(event, Performed):
                continue  # it would take the flow up again after a queue, which has a test of its own
            self.happens(event or self.due())


@settings(deadline=None, max_examples=300)
@given(FLOWS, st.lists(EVENTS, max_size=60), st.sampled_from(OUTCOMES))
def test_any_events_in_any_flow_are_taken_and_silence_then_leads_to_an_end(
    flow: Flow, events: list[FlowEvent | None], outcome: str
) -> None:
    shell = Shell(flow, outcome)
    shell.run(events)
    for _ in range(2000):
        if shell.outcomes:
            break
        shell.happens(shell.due())
    assert len(shell.outcomes) == 1
    assert shell.ids == sorted(set(shell.ids)), "an id is never used twice"
    assert shell.session.asking.secret == {}, "no digit of a card outlives the flow"


@settings(deadline=None, max_examples=100)
@given(FLOWS, st.lists(EVENTS, max_size=30), st.lists(EVENTS, max_size=30))
def test_a_flow_that_goes_on_after_a_conversation_ends_too(
    flow: Flow, before: list[FlowEvent | None], after: list[FlowEvent | None]
) -> None:
    shell = Shell(flow)
    for _ in range(20):
        shell.run(before)
        for _ in range(2000):
            if shell.outcomes:
                break
            shell.happens(shell.due())
        (ending,) = shell.outcomes
        if not isinstance(ending, JoinQueue) or ending.goes_on is None:
            break
        shell.outcomes.clear()
        shell.carry_out(interpreter.handle(shell.session, Performed(ending.goes_on, "served")))
        shell.run(after)


@settings(deadline=None, max_examples=100)
@given(FLOWS, st.lists(EVENTS, max_size=30))
def test_a_caller_whose_time_is_over_is_let_go_wherever_he_is(flow: Flow, events: list[FlowEvent | None]) -> None:
    shell = Shell(flow)
    shell.run(events)
    if not shell.outcomes:
        shell.happens(OutOfTime())
        assert shell.outcomes == [HangUp(interpreter.TOO_LONG)]


@settings(deadline=None, max_examples=200)
@given(FLOWS)
def test_a_silent_caller_is_cut_off_only_where_the_check_found_a_loop(flow: Flow) -> None:
    told = [problem.what for problem in check_flow("f", flow, Places("f.yaml", {}), Surroundings())]
    shell = Shell(flow)
    while not shell.outcomes:
        shell.happens(shell.due())
    if shell.outcomes == [HangUp(interpreter.TOO_LONG)]:
        # Which way these lead is known only then; and a flow that is not there is found where all flows are known.
        open_ended = {"branch", "hours", "look_up", "agi", "transfer", "voicemail", "flow"}
        unknown = any(step.kind in open_ended for step in flow.steps.values())
        assert unknown or any("goes round for ever" in what for what in told)
