"""What came of the race? A table, JSON, and docs/benchmarks.md with a plot a case: made by the run, never by hand."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.race.measured import Case, Measured

DOCS: Final = Path(__file__).parents[2] / "docs"
INTRODUCTION: Final = """\
# The race: the engine beside Asterisk's `Queue()`

This file is made by `make bench-document`, not by hand. Both systems serve the same phones, under the same rules, on the same
Asterisk, and are measured in turns in one run (A B A B), so that a busy machine slows both alike. Times are taken at the phones,
from the SIP messages that they send and receive; callers who wait, and those who talk meanwhile, are silent, so that the phones'
own work does not count.

`make bench` runs all of it, `make bench CASE=next_call` the cases whose names begin so.

{machine}

"""

PROFILES: Final = """
## Where the engine's CPU time goes

CPU time a call in the case `sustained`, from samples of the running engine's stacks: before commands travelled over websockets of their
own, with asyncio's own event loop and with redis-py's pipelines, and now.

{table}
"""


@dataclass(frozen=True)
class Raced:
    """One case and both results."""

    case: Case
    ours: Measured
    theirs: Measured

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


def as_json(raced: list[Raced], where: str) -> dict[str, Any]:
    """Everything that was measured."""
    return {
        "machine": where,
        "cases": [
            {
                "case": one.case.name,
                "what": one.case.what,
                "engine": {"times_ms": one.ours.times, **one.ours.figures},
                "Queue()": {"times_ms": one.theirs.times, **one.theirs.figures},
            }
            for one in raced
        ],
    }


def write_document(raced: list[Raced], where: str, profiles: str, *, full: bool) -> None:
    """docs/benchmarks.md and docs/images/race_<case>.svg. ``profiles``: the table of the profiles before and after."""
    text = INTRODUCTION.format(machine=where + (" A full run." if full else " A quick run.")) + table(raced) + "\n"
    for one in raced:
        text += f"\n## {one.case.name}\n\n{one.case.what[0].upper()}{one.case.what[1:]}.\n"
        if one.ours.times and one.theirs.times:
            picture = f"images/race_{one.case.name}.svg"
            _plot(one, DOCS / picture)
            text += f"\n{len(one.ours.times)} and {len(one.theirs.times)} samples.\n\n![{one.case.name}]({picture})\n"
    text += PROFILES.format(table=profiles)
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")


def _plot(one: Raced, path: Path) -> None:
    """The share of samples below each time, on a logarithmic scale."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    with mpl.rc_context({"svg.hashsalt": one.case.name}):
        figure = Figure(figsize=(7, 3), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for name, spread, colour in (("engine", one.ours, "#0072B2"), ("Queue()", one.theirs, "#D55E00")):
            axes.ecdf(spread.times, label=name, color=colour)
        axes.set_xscale("log")
        axes.set_xlabel("ms")
        axes.set_ylabel("share of samples")
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g}"))
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
        figure.savefig(path, metadata={"Date": None})
