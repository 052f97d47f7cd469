"""What came of the race? A table, JSON, and docs/benchmarks.md with a plot a case: made by the run, never by hand."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.race.measured import Case, Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOCS: Final = Path(__file__).parents[2] / "docs"
UNITS: Final = ("CPU, ms a second", "CPU a call, ms", "decisions a second", "p99 of a decision, us")
INTRODUCTION: Final = """\
# The race: the engine beside Asterisk's `Queue()`

This file is made by `make bench-document`, not by hand. Both systems serve the same phones, under the same rules, on the same
Asterisk, and are measured in turns in one run (A B A B), so that a busy machine slows both alike. Times are taken at the phones,
from the messages and the sound that they send and receive. Many calls at once are SIPp's, on both sides.

- `Queue()` has `autofill = yes`, so that it serves all free operators at once, and is entered by `Answer()`, which waits for the
  caller's first sound: callers say something at once, or else each would wait half a second.
- CPU time is that of the processes which a user of the system runs: Asterisk alone for `Queue()`; Asterisk, the engine and Redis
  for the engine. The load's own is not counted, but shares the cores.
- The engine writes its status to Redis, its journal and its logs meanwhile, as always.

`make bench` runs a quick race (five minutes), `make bench FULL=1` one with more samples, `make bench CASE=next_call` the cases
whose names begin so. `make bench-document CASE=ceiling JSON=FILE` measures a case anew and leaves the others as FILE has them.

{machine}

"""

PROFILES: Final = """
## Where the engine's CPU time goes

CPU time a call in the case `sustained`, from samples of the running engine's stacks: before commands travelled over websockets of
their own, with asyncio's own event loop and with redis-py's pipelines; and now.

{table}
"""


@dataclass(frozen=True)
class Raced:
    """One case and both results; ``where`` they were measured, and when."""

    case: Case
    ours: Measured
    theirs: Measured
    where: str

    @property
    def missed(self) -> bool:
        """Whether an aim was missed."""
        return not all(aim.met(self.ours, self.theirs) for aim in self.case.aims)

    def verdict(self) -> str:
        """Each aim, and whether it was met."""
        return "; ".join(
            f"{aim.told}: {'met' if aim.met(self.ours, self.theirs) else 'MISSED'}" for aim in self.case.aims
        )

    def rows(self) -> list[str]:
        """A line of the table for each figure; the first has the aims."""
        ours, theirs = self.ours.shown(), self.theirs.shown()
        lines = []
        for number, name in enumerate(ours):
            case = f"{self.case.name} | " if number == 0 else " | "
            verdict = self.verdict() if number == 0 else ""
            lines.append(
                f"| {case}{name} | {_cell(ours, name)} | {_cell(theirs, name)} | {_ratio(ours, theirs, name)} | {verdict} |"
            )
        return lines


def _cell(figures: Mapping[str, float], name: str) -> str:
    return f"{figures[name]:,.1f}" if name in figures else ""


def _ratio(ours: Mapping[str, float], theirs: Mapping[str, float], name: str) -> str:
    if not theirs.get(name):
        return ""
    ratio = ours[name] / theirs[name]
    return f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def table(raced: list[Raced]) -> str:
    """For the terminal and the document alike (Markdown)."""
    rows = ["| case | figure | engine | `Queue()` | engine / `Queue()` | aims |", "|---|---|---|---|---|---|"]
    return "\n".join((*rows, *(row for one in raced for row in one.rows())))


def machine(asterisk: str) -> str:
    """Where it was measured, on which ``asterisk``, and when."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), platform.machine())
    day = datetime.now(UTC).date().isoformat()
    return f"{day}; {os.cpu_count()} x {model}; Linux {platform.release()}; Python {platform.python_version()}; {asterisk}."


def as_json(raced: list[Raced]) -> list[dict[str, Any]]:
    """Everything that was measured."""
    return [
        {
            "case": one.case.name,
            "what": one.case.what,
            "where": one.where,
            "engine": {"times_ms": one.ours.times, **one.ours.figures},
            "Queue()": {"times_ms": one.theirs.times, **one.theirs.figures},
        }
        for one in raced
    ]


def from_json(told: list[dict[str, Any]], cases: Sequence[Case]) -> list[Raced]:
    """What ``as_json`` told, of those of ``cases`` that it has."""
    by_name = {one["case"]: one for one in told}
    return [
        Raced(case, _measured(one["engine"]), _measured(one["Queue()"]), one["where"])
        for case in cases
        if (one := by_name.get(case.name)) is not None
    ]


def _measured(told: Mapping[str, Any]) -> Measured:
    return Measured(tuple(told["times_ms"]), {name: value for name, value in told.items() if name != "times_ms"})


def write_document(raced: list[Raced], profiles: str) -> None:
    """docs/benchmarks.md and docs/images/race_<case>.svg. ``profiles``: the table of the profiles before and after."""
    runs: dict[str, list[str]] = {}
    for one in raced:
        runs.setdefault(one.where, []).append(one.case.name)
    told = (
        next(iter(runs))
        if len(runs) == 1
        else "\n\n".join(f"{', '.join(names)}: {where}" for where, names in runs.items())
    )
    text = INTRODUCTION.format(machine=told) + table(raced) + "\n"
    for one in raced:
        text += f"\n## {one.case.name}\n\n{one.case.what[0].upper()}{one.case.what[1:]}.\n"
        if one.missed and one.case.next_lever:
            text += f"\n{one.case.next_lever}\n"
        picture = f"images/race_{one.case.name}.svg"
        if one.ours.times:
            _plot(one, DOCS / picture, _shares)
            text += f"\n{len(one.ours.times)} and {len(one.theirs.times)} samples.\n\n![{one.case.name}]({picture})\n"
        else:
            _plot(one, DOCS / picture, _bars)
            text += f"\n![{one.case.name}]({picture})\n"
    text += PROFILES.format(table=profiles)
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")


def _plot(one: Raced, path: Path, draw: Callable[[Axes, Raced], None]) -> None:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": one.case.name}):
        figure = Figure(figsize=(7, 3), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        draw(axes, one)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
        figure.savefig(path, metadata={"Date": None})


def _sides(one: Raced) -> list[tuple[str, Measured, str]]:
    both = [("engine", one.ours, "#0072B2"), ("Queue()", one.theirs, "#D55E00")]
    return both[:1] if one.case.engine_only else both


def _shares(axes: Axes, one: Raced) -> None:
    """The share of samples below each time, on a logarithmic scale."""
    from matplotlib.ticker import FuncFormatter

    for name, measured, colour in _sides(one):
        axes.ecdf(measured.times, label=name, color=colour)
    axes.set_xscale("log")
    axes.set_xlabel("ms")
    axes.set_ylabel("share of samples")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g}"))


def _bars(axes: Axes, one: Raced) -> None:
    """The figures that have the first one's unit."""
    figures = list(one.ours.figures)
    unit = _unit(figures[0])
    shown = [name for name in figures if _unit(name) == unit][::-1]
    sides = _sides(one)
    for number, (name, measured, colour) in enumerate(sides):
        places = [place + 0.2 * (len(sides) - 1) - 0.4 * number for place in range(len(shown))]
        axes.barh(places, [measured.figures.get(figure, 0.0) for figure in shown], 0.38, label=name, color=colour)
    axes.set_yticks(
        range(len(shown)), [figure.replace(unit, "").replace(" ,", ",").strip(", ") or "all" for figure in shown]
    )
    axes.set_xlabel(unit)


def _unit(figure: str) -> str:
    """``CPU, ms a second`` of ``asterisk CPU, ms a second``."""
    return next((unit for unit in UNITS if unit in figure), figure)
