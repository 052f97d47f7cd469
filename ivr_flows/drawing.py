"""What does a flow look like? A picture in SVG: its steps, the ways between them, and how many callers went which way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ivr_flows.layout import Layout, Link, Route, lay_out
from ivr_flows.located_yaml import Path
from ivr_flows.rehearsal import Edge
from ivr_flows.session import told
from ivr_flows.step_looks import LONGEST_LABEL, all_about, label_of, line_about, look_of, shortened
from ivr_flows.steps import Stepwise
from ivr_flows.svg import Attributes, element, text, text_width
from ivr_flows.traffic import Traffic, share, with_those_from_other_flows

MARGIN: Final = 28.0
HEAD: Final = 84.0
"""Room for the title above the drawing."""
LONGEST_LINE: Final = 40
PAPER, INK, FAINT, RED = "#fbfbfd", "#1d2733", "#667080", "#c62f2f"
QUIET, NOTHING = "#8f9aa8", "#c3cad3"
"""The colour of a way when no traffic is known, and of one that nobody went."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way as it is drawn: from an entry (``edge`` is None), or from a step ``by`` one of its fields. ``count`` is None when no
    traffic is known."""

    link: Link
    edge: Edge | None
    by: str
    lines: tuple[str, ...]
    tip: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Wording:
    """What is drawn, and who comes in at its entries."""

    what: str = "flow"
    come_in: str = "callers come in at"


def draw(flow: Stepwise, name: str, traffic: Traffic | None = None, wording: Wording = Wording()) -> str:
    """The picture of a checked flow, or of whatever leads through steps, as a whole document of SVG."""
    if traffic is not None:
        traffic = with_those_from_other_flows(traffic, name, flow)
    boxes = {f"entry {entry}": _entry_size(entry, traffic) for entry in flow.entries}
    boxes |= {f"step {step}": _step_size(flow, step, traffic) for step in flow.steps}
    ways = [*_entry_ways(flow, traffic), *_step_ways(name, flow, traffic)]
    layout = lay_out(boxes, [way.link for way in ways], top=[f"entry {entry}" for entry in flow.entries])
    busiest = max((way.count or 0 for way in ways), default=0)
    drawn = [_way(way, route, busiest) for way, route in zip(ways, layout.routes, strict=True)]
    drawn += [_label(way, route) for way, route in zip(ways, layout.routes, strict=True) if way.lines]
    drawn += [_entry(entry, boxes[f"entry {entry}"], layout, traffic, wording) for entry in flow.entries]
    drawn += [_step(flow, step, boxes[f"step {step}"], layout, traffic) for step in flow.steps]
    return _document(flow, f"The {wording.what} {name}", name, traffic, layout, "".join(drawn))


def ways_of(name: str, flow: Stepwise) -> Iterator[tuple[Edge, Path, str]]:
    """Every way from step to step, in the order of the file: (the way, the path of the field that says so, where to)."""
    for at, step in flow.steps.items():
        for path, target in step.ways_out():
            yield Edge(name, at, told(path)), path, target


# -- what is drawn ---------------------------------------------------------------------------------------------------------


def _entry_ways(flow: Stepwise, traffic: Traffic | None) -> Iterator[Way]:
    for entry, step in flow.entries.items():
        link = Link(f"entry {entry}", f"step {step}", (0.0, 0.0))
        count = None if traffic is None else traffic.entered.get(entry, 0)
        yield Way(link, None, "", (), f"entry {entry} → {step}", count)


def _step_ways(name: str, flow: Stepwise, traffic: Traffic | None) -> Iterator[Way]:
    for edge, path, target in ways_of(name, flow):
        step = flow.steps[edge.step]
        named = label_of(step, path)
        lines = [] if len(step.ways_out()) == 1 and named == "next" else [shortened(named, LONGEST_LABEL)]
        tip, count = f"{edge.step} → {target}: {named}", None
        if traffic is not None:
            count = traffic.edges.get(edge, 0)
            came = traffic.steps.get(edge.step, 0)
            lines.append(f"{count:,} · {share(count, came)}")
            tip += f"\n{count:,} of the {came:,} who came to {edge.step} ({share(count, came)})"
        link = Link(f"step {edge.step}", f"step {target}", _label_size(lines))
        yield Way(link, edge, edge.by, tuple(lines), tip, count)


def _label_size(lines: list[str]) -> tuple[float, float]:
    return (max(text_width(line, 11.5) for line in lines) + 14, len(lines) * 15.0 + 5) if lines else (0.0, 0.0)


def _entry_size(entry: str, traffic: Traffic | None) -> tuple[float, float]:
    return max(text_width(entry, 13, bold=True), text_width(_entered(entry, traffic), 11.5)) + 44, (
        30.0 if traffic is None else 46.0
    )


def _entered(entry: str, traffic: Traffic | None) -> str:
    if traffic is None:
        return ""
    count = traffic.entered.get(entry, 0)
    return f"{count:,} · {share(count, traffic.callers)}"


def _step_size(flow: Stepwise, step: str, traffic: Traffic | None) -> tuple[float, float]:
    head = text_width(step, 13, bold=True) + 24 + text_width(flow.steps[step].kind, 10.5) + 18
    widths = [150.0, head, text_width(_line(flow, step), 11.5)]
    if traffic is not None:
        came, lost = _counted(step, traffic)
        widths.append(text_width(came, 11.5, bold=True) + (text_width(lost, 11.5, bold=True) + 34 if lost else 0.0))
    return max(widths) + 28, 50.0 if traffic is None else 74.0


def _line(flow: Stepwise, step: str) -> str:
    return shortened(line_about(flow.steps[step], [path for path, _ in flow.steps[step].ways_out()]), LONGEST_LINE)


def _counted(step: str, traffic: Traffic) -> tuple[str, str]:
    """What is told of a step's callers: how many came, and how many hung up there (empty: nobody)."""
    came, lost = traffic.steps.get(step, 0), traffic.hung_up.get(step, 0)
    told = f"{came:,} · {share(came, traffic.callers)}"
    return told, f"{lost:,} hung up · {share(lost, came)}" if lost else ""


# -- how it is drawn -------------------------------------------------------------------------------------------------------


def _way(way: Way, route: Route, busiest: int) -> str:
    colour, width, dashes = _stroke(way.count, busiest)
    solid: Attributes = {"d": _curve(route, width), "fill": "none", "stroke": colour, "stroke-width": width}
    line = element("path", solid | dashes)
    x, y = route.points[-1]
    half = 4.0 + width / 2
    tip = element(
        "path", {"d": f"M{x - half:.1f} {y - half * 1.7:.1f}h{2 * half:.1f}L{x:.1f} {y:.1f}Z", "fill": colour}
    )
    known: Attributes = {"class": "entry-way"}
    if way.edge is not None:
        known = {"class": "way", "data-step": way.edge.step, "data-by": way.by}
    return element("g", known, element("title", {}, text(way.tip)) + line + tip)


def _stroke(count: int | None, busiest: int) -> tuple[str, float, Attributes]:
    """Colour, width and dashes of a way: the more callers, the darker and wider."""
    if count is None:
        return QUIET, 1.6, {}
    if count == 0 or busiest == 0:
        return NOTHING, 1.2, {"stroke-dasharray": "3 4"}
    strength = math.sqrt(count / busiest)  # else all but the busiest would look the same
    light, dark = (158, 186, 222), (24, 84, 160)
    colour = "#" + "".join(
        f"{round(one + (other - one) * strength):02x}" for one, other in zip(light, dark, strict=True)
    )
    return colour, round(1.5 + 7.5 * strength, 1), {}


def _curve(route: Route, width: float) -> str:
    """Straight through the layers, in curves through the gaps, and round below and above the boxes on the way back."""
    points = [*route.points[:-1], (route.points[-1][0], route.points[-1][1] - 4 - width / 2)]
    last = len(points) - 2
    drawn = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for place, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if route.back and place == 0:
            turn = max(y, to_y) + 26
            drawn.append(f"C{x:.1f} {turn:.1f} {to_x:.1f} {turn:.1f} {to_x:.1f} {to_y:.1f}")
        elif route.back and place == last:
            turn = min(y, to_y) - 22
            drawn.append(f"C{x:.1f} {turn:.1f} {to_x:.1f} {turn:.1f} {to_x:.1f} {to_y:.1f}")
        elif abs(x - to_x) < 0.05:
            drawn.append(f"L{to_x:.1f} {to_y:.1f}")
        else:
            middle = (y + to_y) / 2
            drawn.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
    return "".join(drawn)


def _label(way: Way, route: Route) -> str:
    width, height = way.link.label
    x, y = route.label
    frame: Attributes = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height, "rx": 7}
    parts = element("rect", frame | {"class": "label", "fill": PAPER, "stroke": "#dde2e8"})
    first = y - (len(way.lines) - 1) * 7.5 + 4
    for place, line in enumerate(way.lines):
        counted = way.count is not None and place == len(way.lines) - 1
        look: Attributes = {"font-size": 11.5, "fill": (FAINT if way.count == 0 else INK) if counted else "#4a3a80"}
        look |= {} if counted else {"font-weight": 600}
        parts += element("text", look | {"x": x, "y": first + 15 * place, "text-anchor": "middle"}, text(line))
    return element("g", {"class": "way-label"}, element("title", {}, text(way.tip)) + parts)


def _entry(entry: str, size: tuple[float, float], layout: Layout, traffic: Traffic | None, wording: Wording) -> str:
    (x, y), (width, height) = layout.boxes[f"entry {entry}"], size
    middle: Attributes = {"x": x + width / 2, "text-anchor": "middle", "fill": "#ffffff"}
    parts = element("title", {}, text(f"{wording.come_in} {entry}"))
    parts += element(
        "rect", {"x": x, "y": y, "width": width, "height": height, "rx": min(height / 2, 18), "fill": "#33475e"}
    )
    parts += element("text", middle | {"y": y + 20, "font-size": 13, "font-weight": 700}, text(entry))
    if traffic is not None:
        parts += element("text", middle | {"y": y + 37, "font-size": 11.5}, text(_entered(entry, traffic)))
    return element("g", {"class": "entry", "data-entry": entry}, parts)


def _step(flow: Stepwise, name: str, size: tuple[float, float], layout: Layout, traffic: Traffic | None) -> str:
    (x, y), (width, height) = layout.boxes[f"step {name}"], size
    step, look = flow.steps[name], look_of(flow.steps[name].kind)
    at: Attributes = {"x": x, "y": y, "width": width, "height": height, "rx": 8}
    sign: Attributes = {"transform": f"translate({x + 14:.1f} {y + 9:.1f})", "d": look.sign, "stroke-linejoin": "round"}
    left: Attributes = {"x": x + 14}
    right: Attributes = {"x": x + width - 12, "text-anchor": "end"}
    parts = [
        element("title", {}, text("\n".join([name, *all_about(step), *_tip(name, traffic)]))),
        element("rect", at | {"class": "box", "fill": "#ffffff", "stroke": look.colour, "stroke-width": 1.3}),
        element(
            "path", {"d": f"M{x + 8:.1f} {y:.1f}a8 8 0 0 0-8 8v{height - 16:.1f}a8 8 0 0 0 8 8Z", "fill": look.colour}
        ),
        element("path", sign | {"fill": "none", "stroke": look.colour, "stroke-width": 1.4, "stroke-linecap": "round"}),
        element("text", {"x": x + 37, "y": y + 21.5, "font-size": 13, "font-weight": 700, "fill": INK}, text(name)),
        element("text", right | {"y": y + 21.5, "font-size": 10.5, "fill": look.colour}, text(step.kind)),
        element("text", left | {"y": y + 40, "font-size": 11.5, "fill": FAINT}, text(_line(flow, name))),
    ]
    if traffic is not None:
        parts += _counts(name, traffic, (x + 14, x + width - 12, y + 61))
    return element("g", {"class": "step", "data-step": name, "data-kind": step.kind}, "".join(parts))


def _counts(name: str, traffic: Traffic, at: tuple[float, float, float]) -> list[str]:
    """The line of figures in a step's box: who came, and in red who hung up there."""
    left, right, y = at
    came, lost = _counted(name, traffic)
    bold: Attributes = {"y": y, "font-size": 11.5, "font-weight": 700}
    parts = [element("text", bold | {"x": left, "fill": INK}, text(came))]
    if lost:
        width = text_width(lost, 11.5, bold=True) + 14
        frame: Attributes = {"x": right - width, "y": y - 13, "width": width, "height": 18, "rx": 9, "fill": RED}
        parts.append(element("rect", frame | {"class": "hung-up"}))
        middle: Attributes = {"x": right - width / 2, "text-anchor": "middle", "fill": "#ffffff"}
        parts.append(element("text", bold | middle, text(lost)))
    return parts


def _tip(step: str, traffic: Traffic | None) -> list[str]:
    if traffic is None:
        return []
    came, lost = traffic.steps.get(step, 0), traffic.hung_up.get(step, 0)
    return [f"came here {came:,} times, for {traffic.callers:,} callers", f"hung up here: {lost:,}"]


def _document(flow: Stepwise, title: str, name: str, traffic: Traffic | None, layout: Layout, drawn: str) -> str:
    heading = shortened(flow.description, 120)
    told = "no traffic" if traffic is None else _told_of_all(traffic)
    least = max(text_width(heading, 12.5), text_width(told, 11.5), text_width(name, 20, bold=True))
    width, height = math.ceil(max(layout.width, least) + 2 * MARGIN), math.ceil(layout.height + HEAD + 2 * MARGIN)
    left = (width - layout.width) / 2
    parts = element("title", {}, text(title))
    parts += element("rect", {"width": width, "height": height, "fill": PAPER})
    parts += element("text", {"x": MARGIN, "y": 44, "font-size": 20, "font-weight": 700, "fill": INK}, text(name))
    parts += element("text", {"x": MARGIN, "y": 65, "font-size": 12.5, "fill": FAINT}, text(heading))
    if traffic is not None:
        parts += element("text", {"x": MARGIN, "y": 84, "font-size": 11.5, "fill": INK}, text(told))
    parts += element("g", {"transform": f"translate({left:.1f} {MARGIN + HEAD:.1f})"}, drawn)
    root: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "font-family": "'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif",
    }
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("svg", root, parts) + "\n"


def _told_of_all(traffic: Traffic) -> str:
    lost = sum(traffic.hung_up.values())
    return (
        f"{traffic.callers:,} callers, {lost:,} hung up on the way ({share(lost, traffic.callers)}). Per cent in a box: of all"
        " callers; on a way: of those who came to the step before it; in red: of those who came there."
    )
