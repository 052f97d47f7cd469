"""What came of the race? A table, JSON, and docs/benchmarks.md with a plot a case: made by the run, never by hand."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.race.cases import Case, Spread

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


@dataclass(frozen=True)
class Raced:
    """One case and both results."""

    case: Case
    ours: Spread
    theirs: Spread

    @property
    def ratio(self) -> float:
        """Our median to theirs."""
        return self.ours.p50 / self.theirs.p50

    def verdict(self) -> str:
        """Each aim, and whether it was met."""
        return "; ".join(
            f"{aim.told}: {'met' if aim.met(self.ours, self.theirs) else 'MISSED'}" for aim in self.case.aims
        )


def table(raced: list[Raced]) -> str:
    """For the terminal and the document alike (Markdown)."""
    rows = [
        "| case | engine p50 | p99 | `Queue()` p50 | p99 | samples each | engine / `Queue()`, p50 | aims |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in raced:
        times = " | ".join(f"{ms:.1f} ms" for ms in (one.ours.p50, one.ours.p99, one.theirs.p50, one.theirs.p99))
        ratio = f"{one.ratio:.3f}" if one.ratio < 0.1 else f"{one.ratio:.2f}"
        rows.append(f"| {one.case.name} | {times} | {len(one.ours.times)} | {ratio} | {one.verdict()} |")
    return "\n".join(rows)


def machine(asterisk: str) -> str:
    """Where it was measured, on which ``asterisk``, and when."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), platform.machine())
    day = datetime.now(UTC).date().isoformat()
    return f"{day}; {os.cpu_count()} x {model}; Linux {platform.release()}; Python {platform.python_version()}; {asterisk}."


def as_json(raced: list[Raced], where: str) -> dict[str, Any]:
    """Everything that was measured (ms)."""
    return {
        "machine": where,
        "cases": [
            {"case": one.case.name, "timed": one.case.timed, "engine": one.ours.times, "Queue()": one.theirs.times}
            for one in raced
        ],
    }


def write_document(raced: list[Raced], where: str, *, full: bool) -> None:
    """docs/benchmarks.md and docs/images/race_<case>.svg."""
    text = INTRODUCTION.format(machine=where + (" A full run." if full else " A quick run.")) + table(raced) + "\n"
    for one in raced:
        picture = f"images/race_{one.case.name}.svg"
        _plot(one, DOCS / picture)
        text += f"\n## {one.case.name}\n\n{one.case.timed[0].upper()}{one.case.timed[1:]}.\n\n![{one.case.name}]({picture})\n"
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
