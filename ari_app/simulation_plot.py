"""What does a simulated day look like? Callers, service level and waiting by interval, with their confidence, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, nan
from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter

from ari_app.simulation_report import Language, QueueResult, Result
from queues.confidence import Estimate
from queues.simulated import Interval

_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's, told apart by colour-blind people too."""
_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "title": {"es": "{company}: simulación", "en": "{company}: simulation"},
    "under": {
        "es": "{replications} repeticiones, semilla {seed}; la banda es el intervalo de confianza del 95 %",
        "en": "{replications} replications, seed {seed}; the band is the 95 % confidence interval",
    },
    "calls": {"es": "llamadas entrantes\npor intervalo", "en": "calls offered\nper interval"},
    "sl2": {"es": "nivel de servicio\nSL2", "en": "service level\nSL2"},
    "asa": {"es": "espera media de las\natendidas, ASA (s)", "en": "mean wait of the\nanswered, ASA (s)"},
    "time": {"es": "hora", "en": "time of day"},
    "hours": {"es": "horas desde el principio", "en": "hours from the beginning"},
}
_DAY_HOURS: Final = 24
_MOST_LABELS: Final = 16


def save_plot(result: Result, path: Path, language: Language) -> None:
    """Write the picture, as the kind of file that the ending of ``path`` says. Raises OSError or ValueError."""
    picture(result, language).savefig(path, dpi=110)


def picture(result: Result, language: Language) -> Figure:
    """Three diagrams over the same time: callers, service level, waiting."""
    figure = Figure(figsize=(10, 8), layout="constrained")
    FigureCanvasAgg(figure)
    calls, level, wait = figure.subplots(3, 1, sharex=True)
    for queue, colour in zip(result.queues, _COLOURS * len(result.queues), strict=False):
        _calls(calls, queue, result.replications, colour)
        _curve(level, queue.intervals, lambda one: one.figures.sl2, colour, 1.0)
        _curve(wait, queue.intervals, lambda one: one.figures.asa_s, colour, inf)
        if queue.theory is not None and queue.theory.expected is not None:
            name = f"Erlang {queue.theory.formula}, {queue.name}"
            level.axhline(queue.theory.expected.sl2, color=colour, linestyle="--", linewidth=1, label=name)
            wait.axhline(queue.theory.expected.asa_s, color=colour, linestyle="--", linewidth=1)
    for axes, name in ((calls, "calls"), (level, "sl2"), (wait, "asa")):
        _dress(axes, _WORDS[name][language])
    level.set_ylim(0, 1.02)
    level.yaxis.set_major_formatter(PercentFormatter(1.0))
    _time_axis(wait, result, language)
    figure.suptitle(_WORDS["title"][language].format(company=result.company), fontweight="bold")
    under = _WORDS["under"][language].format(replications=result.replications, seed=result.seed)
    calls.set_title(under, fontsize="small")
    _legend(figure, (calls, level))
    return figure


def _dress(axes: Any, label: str) -> None:
    axes.set_ylabel(label)
    axes.set_ylim(0, max(axes.dataLim.y1, 1.0) * 1.08)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _hour(interval: Interval, width_s: float) -> float:
    return (interval.begin_s + width_s / 2) / 3600


def _width_s(intervals: list[Interval]) -> float:
    return intervals[1].begin_s - intervals[0].begin_s if len(intervals) > 1 else 0.0


def _calls(axes: Any, queue: QueueResult, replications: int, colour: str) -> None:
    width_s = _width_s(queue.intervals)
    hours = [_hour(interval, width_s) for interval in queue.intervals]
    came = [
        (interval.figures.counts.offered + interval.figures.counts.refused) / replications
        for interval in queue.intervals
    ]
    axes.plot(hours, came, color=colour, marker="o", markersize=3, label=queue.name)


def _curve(
    axes: Any, intervals: list[Interval], figure_of: Callable[[Interval], Estimate | None], colour: str, most: float
) -> None:
    """A line with its band, which ends at 0 and at ``most``. An interval without the figure leaves a gap."""
    width_s = _width_s(intervals)
    hours = [_hour(interval, width_s) for interval in intervals]
    found = [figure_of(interval) for interval in intervals]
    axes.plot(hours, [nan if one is None else one.value for one in found], color=colour, marker="o", markersize=3)
    bands = [_band(one, most) for one in found]
    axes.fill_between(
        hours, [low for low, _ in bands], [high for _, high in bands], color=colour, alpha=0.18, linewidth=0
    )


def _band(one: Estimate | None, most: float) -> tuple[float, float]:
    if one is None or one.half_width is None:
        return nan, nan
    return max(0.0, one.value - one.half_width), min(most, one.value + one.half_width)


def _time_axis(axes: Any, result: Result, language: Language) -> None:
    traffic = result.plan.traffic
    begin, end = (traffic.start_s + traffic.warm_up_s) / 3600, traffic.end_s / 3600
    axes.set_xlim(begin, end)
    if end <= 2 * _DAY_HOURS:
        axes.xaxis.set_major_locator(MultipleLocator(max(1, round((end - begin) / _MOST_LABELS))))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda hour, _: f"{int(hour) % _DAY_HOURS:02}:{round(hour * 60) % 60:02}")
        )
        axes.set_xlabel(_WORDS["time"][language])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(_MOST_LABELS, integer=True))
        axes.set_xlabel(_WORDS["hours"][language])


def _legend(figure: Figure, every: tuple[Any, ...]) -> None:
    handles, labels = [], []
    for axes in every:
        some = axes.get_legend_handles_labels()
        handles += some[0]
        labels += some[1]
    figure.align_ylabels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
