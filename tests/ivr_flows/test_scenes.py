"""Do scenes tell what a flow does, and where it does otherwise than its writer meant?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.centre import load_centre
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.located_yaml import load
from ivr_flows.messages import HangUp, JoinQueue, Spoken
from ivr_flows.problems import BadFile
from ivr_flows.rehearsal import HUNG_UP, Edge, Rehearsal, Said, edges_of, edges_taken
from ivr_flows.scenes import Played, Scenes, Stage, play, steps_missed, ways_missed
from ivr_flows.session import MAX_STEPS, Session
from ivr_flows.worlds import Given, GivenWorld
from tests.ivr_flows.test_collecting import READ_BACK
from tests.ivr_flows.test_interpreter_properties import FLOWS, OTHER

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


def rehearsal(one: Flow) -> Rehearsal:
    world = GivenWorld(Given(clock="2026-11-26T10:00"), {})
    return Rehearsal(Session.begin({"f": one, "other": OTHER}, "f", caller="600111222"), world.answers)


def played(text: str) -> Played:
    return play("f", load(text, "s.yaml", Scenes), Stage({"f": flow()}, {}, "es"))


def flow(text: str = READ_BACK) -> Flow:
    return load_flow(text, "f.yaml", Surroundings()).value


def test_a_rehearsal_says_what_a_caller_hears_and_where_it_ends() -> None:
    talk = rehearsal(flow())
    talk.presses("42#")
    talk.listens()
    assert talk.awaits_key
    talk.presses("1")
    assert [said.what for said in talk.said] == ["your_code", "you_typed", Spoken("digits", "42"), "is_that_right"]
    assert talk.ending == JoinQueue("answers", (), 0, "es")
    assert edges_taken(talk.session.trace) == [
        Edge("f", "ask", "next"),
        Edge("f", "count", "next"),
        Edge("f", "which", "ways.0.next"),
    ]


def test_a_caller_may_hang_up_and_then_nothing_happens_any_more() -> None:
    talk = rehearsal(flow())
    talk.hangs_up()
    talk.presses("42#1")
    talk.waits()
    assert (talk.ending, talk.said) == (HUNG_UP, [Said("your_code", "es")])


@settings(deadline=None)
@given(
    FLOWS,
    st.lists(st.text("0123456789*#", min_size=1, max_size=3) | st.sampled_from(["listens", "waits"]), max_size=20),
)
def test_any_rehearsal_of_any_flow_ends_and_goes_only_ways_that_there_are(random_flow: Flow, does: list[str]) -> None:
    talk = rehearsal(random_flow)
    for what in does:
        {"listens": talk.listens, "waits": talk.waits}.get(what, lambda keys=what: talk.presses(keys))()
    for _ in range(2 * MAX_STEPS):
        talk.waits()
    assert talk.ending is not None
    taken = edges_taken(talk.session.trace)
    assert set(taken) <= {*edges_of("f", random_flow), *edges_of("other", OTHER)}
    entered = [(one.flow, one.step) for one in talk.session.trace if one.what == "entered"]
    assert all((edge.flow, edge.step) in entered for edge in taken)
    assert len(taken) <= len(entered)


SCENES = """\
scenes:
  - name: the answer
    does: ["42#", listens, "1"]
    hears: [your_code, you_typed, digits 42, is_that_right]
    variables: {code: "42", seen: 2}
    ends: {queue: answers, priority: 0, language: es}
  - name: silence
    ends: {reason: no_code}
"""


def test_scenes_that_go_as_written_have_no_problems_and_tell_what_they_missed() -> None:
    came_of = played(SCENES)
    assert (came_of.scenes, came_of.failed, came_of.problems) == (2, 0, [])
    assert steps_missed("f", flow(), [came_of]) == ["odds", "evens"]
    assert ways_missed("f", flow(), [came_of]) == [Edge("f", "which", "ways.1.next"), Edge("f", "which", "otherwise")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("queue: answers", "queue: odds", "s.yaml:6: scenes.0.ends.queue: 'the answer': it ended with queue answers"),
        ("reason: no_code", "queue: odds", "s.yaml:8: scenes.1.ends.queue: 'silence': it ended with reason no_code"),
        (
            "digits 42",
            "digits 43",
            "s.yaml:4: scenes.0.hears: 'the answer': the caller heard your_code, you_typed, digits 42",
        ),
        ("seen: 2", "seen: 3", "s.yaml:5: scenes.0.variables.seen: 'the answer': it was 2"),
        (
            "silence\n",
            "silence\n    entry: side\n",
            "s.yaml:8: scenes.1.entry: 'silence': the flow has no entry 'side'",
        ),
    ],
)
def test_a_scene_that_goes_otherwise_is_told_with_its_line(old: str, new: str, told: str) -> None:
    came_of = played(SCENES.replace(old, new, 1))
    assert came_of.failed == 1
    assert str(came_of.problems[0]).startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "listens,",
            "sings,",
            "a caller cannot do 'sings'; write keys in quotes, or one of listens, waits, is_served, hangs_up",
        ),
        ("{reason: no_code}", "{}", "a scene ends in a queue or with a reason; give one of the two"),
        ("name: silence", "nome: silence", "did you mean 'name'?"),
    ],
)
def test_scenes_that_cannot_be_played_are_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(BadFile) as refused:
        load(SCENES.replace(old, new, 1), "s.yaml", Scenes)
    assert told in str(refused.value)


def test_the_demos_scenes_go_as_written_to_every_step_by_every_way() -> None:
    centre = load_centre(DEMO)
    stage = Stage(centre.flows, centre.calendars, centre.default_language)
    came_of = []
    for path in sorted((DEMO / "flows" / "tests").glob("*.yaml")):
        came_of.append(play(path.stem, load(path.read_text(encoding="utf-8"), str(path), Scenes), stage))
    assert [problem for one in came_of for problem in one.problems] == []
    for name, one in centre.flows.items():
        assert (steps_missed(name, one, came_of), ways_missed(name, one, came_of)) == ([], [])


def test_a_flow_that_ends_at_once_is_over_before_anything_is_done() -> None:
    short = "entries: {default: out}\nsteps:\n  out: {kind: hang_up, reason: done}\n"
    talk = rehearsal(flow(short))
    talk.waits()
    assert talk.ending == HangUp("done")
