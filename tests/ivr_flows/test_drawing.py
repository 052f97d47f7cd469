"""Does the drawing show every step and way once, with its callers, and does nothing cover anything?"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows.drawing import draw, ways_of
from ivr_flows.flow import Flow
from ivr_flows.layout import Link, lay_out
from ivr_flows.rehearsal import edges_of
from ivr_flows.step_looks import label_of, shortened
from ivr_flows.svg import text
from ivr_flows.traffic import Traffic, share
from tests.ivr_flows.test_interpreter_properties import FLOWS

SVG = "{http://www.w3.org/2000/svg}"
Frame = tuple[float, float, float, float]


def flow_of(entries: dict[str, str] | None = None, description: str = "", **steps: dict[str, Any]) -> Flow:
    first = {"default": next(iter(steps))}
    return Flow.model_validate({"description": description, "entries": entries or first, "steps": steps})


MENU = flow_of(
    hello={"kind": "say", "prompts": ["greeting"], "next": "menu"},
    menu={
        "kind": "menu",
        "prompts": ["main"],
        "choices": {"1": "sales", "2": "sales", "9": "menu"},
        "otherwise": "bye",
    },
    sales={"kind": "enqueue", "queue": "sales_queue"},
    bye={"kind": "hang_up", "reason": "nothing_chosen"},
)


def busy(flow: Flow) -> Traffic:
    """Each number is another one, so that it is known again."""
    numbers = iter(range(1001, 9999))
    return Traffic(
        dict.fromkeys(flow.entries, 2000),
        {step: next(numbers) for step in flow.steps},
        {edge: next(numbers) for edge, _, _ in ways_of("any", flow)},
        {step: next(numbers) for step in flow.steps},
    )


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.encode("utf-8"))  # noqa: S314  # our own


def parts(svg: str, kind: str) -> list[ET.Element]:
    return [part for part in parsed(svg).iter(f"{SVG}g") if part.get("class") == kind]


def words(part: ET.Element) -> list[str]:
    return [found.text or "" for found in part.iter(f"{SVG}text")]


def frames(svg: str) -> Iterator[Frame]:
    """Left, top, right and bottom of every box, entry and label."""
    for kind in ("step", "entry", "way-label"):
        for part in parts(svg, kind):
            rect = next(part.iter(f"{SVG}rect"))
            x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height


def overlap(one: Frame, other: Frame) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(deadline=None)
@given(FLOWS, st.booleans())
def test_every_step_and_way_is_there_once_and_no_box_or_label_covers_another(flow: Flow, with_traffic: bool) -> None:
    svg = draw(flow, "any", busy(flow) if with_traffic else None)
    assert [part.get("data-step") for part in parts(svg, "step")] == list(flow.steps)
    drawn = Counter((part.get("data-step"), part.get("data-by")) for part in parts(svg, "way"))
    assert drawn == Counter((edge.step, edge.by) for edge in edges_of("any", flow))
    assert [part.get("data-entry") for part in parts(svg, "entry")] == list(flow.entries)
    assert not [pair for pair in combinations(frames(svg), 2) if overlap(*pair)]


@settings(deadline=None)
@given(FLOWS)
def test_everything_is_within_the_picture(flow: Flow) -> None:
    svg = draw(flow, "any", busy(flow))
    root = parsed(svg)
    shift = next(part.attrib["transform"] for part in root if "transform" in part.attrib)
    right, down = (float(number) for number in re.findall(r"[0-9.]+", shift))
    for x, y, to_x, to_y in frames(svg):
        assert x + right >= 0
        assert y + down >= 0
        assert to_x + right <= float(root.attrib["width"])
        assert to_y + down <= float(root.attrib["height"])


@settings(deadline=None)
@given(FLOWS)
def test_a_way_begins_below_its_step_ends_above_the_next_and_crosses_no_box(flow: Flow) -> None:
    names = {**{f"e {name}": (60.0, 30.0) for name in flow.entries}, **dict.fromkeys(flow.steps, (100.0, 50.0))}
    links = [Link(f"e {entry}", step, (0.0, 0.0)) for entry, step in flow.entries.items()]
    links += [Link(edge.step, target, (30.0, 20.0)) for edge, _, target in ways_of("any", flow)]
    layout = lay_out(names, links, [f"e {name}" for name in flow.entries])
    for link, route in zip(links, layout.routes, strict=True):
        (x, y), (to_x, to_y) = route.points[0], route.points[-1]
        at, to = layout.boxes[link.source], layout.boxes[link.target]
        assert y == at[1] + names[link.source][1]
        assert to_y == to[1]
        assert at[0] <= x <= at[0] + names[link.source][0]
        assert to[0] <= to_x <= to[0] + 100
        for (x, y), (to_x, to_y) in zip(route.points[1:-1:2], route.points[2:-1:2], strict=True):
            assert x == to_x, "a layer is passed straight"
            ray = (x - 1, min(y, to_y), x + 1, max(y, to_y))
            boxes = [
                (left, top, left + names[name][0], top + names[name][1]) for name, (left, top) in layout.boxes.items()
            ]
            assert not [box for box in boxes if overlap(ray, box)]


def test_what_leads_back_runs_up_beside_and_all_else_down() -> None:
    links = [Link("a", "b", (9, 9)), Link("b", "c", (9, 9)), Link("c", "a", (9, 9)), Link("b", "b", (9, 9))]
    layout = lay_out(dict.fromkeys("abc", (50.0, 20.0)), links)
    assert [route.back for route in layout.routes] == [False, False, True, True]
    assert layout.boxes["a"][1] < layout.boxes["b"][1] < layout.boxes["c"][1]


def test_callers_are_told_at_every_entry_step_and_way() -> None:
    traffic = busy(MENU)
    svg = draw(MENU, "any", traffic)
    shown = {part.get("data-step"): words(part) for part in parts(svg, "step")}
    for step, came in traffic.steps.items():
        lost = traffic.hung_up[step]
        assert shown[step][-2:] == [
            f"{came:,} · {share(came, traffic.callers)}",
            f"{lost:,} hung up · {share(lost, came)}",
        ]
    told = [words(part)[-1] for part in parts(svg, "way-label")]
    assert sorted(told) == sorted(
        f"{count:,} · {share(count, traffic.steps[edge.step])}" for edge, count in traffic.edges.items()
    )
    assert words(parts(svg, "entry")[0]) == ["default", "2,000 · 100 %"]


def test_who_comes_from_another_flow_came_in_by_an_entry() -> None:
    edges = dict(zip((edge for edge, _, _ in ways_of("any", MENU)), [9, 0, 0, 3, 0], strict=True))
    svg = draw(MENU, "any", Traffic({}, {"hello": 10, "menu": 12}, edges))
    assert words(parts(svg, "entry")[0]) == ["default", "10 · 100 %"]
    assert words(parts(svg, "step")[0])[-1] == "10 · 100 %"


def test_only_where_somebody_hung_up_there_is_a_red_badge() -> None:
    svg = draw(MENU, "any", Traffic({"default": 9}, {"hello": 9, "menu": 8}, {}, {"hello": 1}))
    badges = [
        part.get("data-step")
        for part in parts(svg, "step")
        if any(rect.get("class") == "hung-up" for rect in part.iter(f"{SVG}rect"))
    ]
    assert badges == ["hello"]


def test_a_way_that_more_callers_went_is_wider() -> None:
    edges = [edge for edge, _, _ in ways_of("any", MENU) if edge.step == "menu"]
    svg = draw(MENU, "any", Traffic({}, {}, dict(zip(edges, [900, 100, 10, 0], strict=True))))
    drawn = {part.get("data-by"): next(part.iter(f"{SVG}path")) for part in parts(svg, "way")}
    widths = [float(drawn[by].attrib["stroke-width"]) for by in ("choices.1", "choices.2", "choices.9", "otherwise")]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4
    assert "stroke-dasharray" in drawn["otherwise"].attrib


def test_without_traffic_no_figure_is_shown() -> None:
    svg = draw(MENU, "any", None)
    assert sorted(word for part in parts(svg, "way-label") for word in words(part)) == ["1", "2", "9", "otherwise"]
    assert "%" not in svg


def test_ways_are_called_by_their_key_their_field_or_their_condition() -> None:
    flow = flow_of(
        ask={"kind": "branch", "ways": [{"when": "balance > 100", "next": "end"}], "otherwise": "end"},
        end={"kind": "hang_up", "reason": "over"},
    )
    told = [label_of(flow.steps[edge.step], path) for edge, path, _ in ways_of("any", flow)]
    assert told == ["balance > 100", "otherwise"]
    keys = [label_of(MENU.steps["menu"], path) for edge, path, _ in ways_of("any", MENU) if edge.step == "menu"]
    assert keys == ["1", "2", "9", "otherwise"]


def test_a_step_tells_what_it_says_or_does() -> None:
    flow = flow_of(
        hello={"kind": "say", "prompts": ["greeting", "notice"], "next": "put"},
        put={"kind": "set", "values": {"x": 1}, "next": "wait"},
        wait={"kind": "enqueue", "queue": "sales", "skills": {"english": 2}},
    )
    lines = [words(part)[2] for part in parts(draw(flow, "any", None), "step")]
    assert lines == ["greeting, notice", "x = 1", "queue sales · skills english = 2"]


HOSTILE = "</title><script>alert(1)</script>&amp;\"'<!-- ]]>\x00\x08\ud800\uffff"


def test_no_text_of_a_file_becomes_anything_but_text() -> None:
    flow = flow_of(
        description=HOSTILE,
        put={"kind": "set", "values": {"x": HOSTILE}, "next": "ask"},
        ask={"kind": "branch", "ways": [{"when": "x < '&<b>'", "next": "end"}], "otherwise": "end"},
        end={"kind": "hang_up", "reason": "over"},
    )
    svg = draw(flow, HOSTILE, busy(flow))
    root = parsed(svg)
    tags = {part.tag.removeprefix(SVG) for part in root.iter()}
    assert tags == {"svg", "title", "rect", "text", "g", "path"}
    assert "x < '&<b>'" in [word for part in parts(svg, "way-label") for word in words(part)]


@given(st.text(st.characters()))
def test_any_text_can_be_told(plain: str) -> None:
    parsed(f'<a b="{text(plain)}">{text(plain)}</a>')


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 0, "0 %"), (1, 0, "0 %"), (1, 1000, "<1 %"), (995, 1000, ">99 %"), (1000, 1000, "100 %"), (1, 3, "33 %")],
)
def test_something_is_not_told_as_nothing_nor_less_than_all_as_all(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


def test_what_is_long_is_cut_on_one_line() -> None:
    assert shortened("one\n two  three", 20) == "one two three"
    assert shortened("one two three", 9) == "one two…"


def test_hundreds_of_steps_are_drawn() -> None:
    steps: dict[str, dict[str, Any]] = {}
    for at in range(150):
        choices = {str(key): f"s{(at + key * key + 1) % 150}" for key in range(4)}
        steps[f"s{at}"] = {"kind": "menu", "prompts": ["p"], "choices": choices, "otherwise": f"s{(at * 7) % 150}"}
    svg = draw(flow_of(None, "", **steps), "any", None)
    assert len(parts(svg, "step")) == 150
    assert len(parts(svg, "way")) == 750
