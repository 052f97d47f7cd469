"""How does `centralita simulate` go? Read the centre and its traffic, play it several times, tell the figures."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import cast

import click

from ari_app.centre import Centre, load_centre
from ari_app.settings import BadSettings, load_settings
from ari_app.simulation_report import Language, Result, as_json, results, table
from ari_app.traffic_files import Plan, load_traffic
from ivr_flows.problems import BadFile
from queues.simulation import Simulation, run
from queues.tally import Tally
from queues.traffic import Chances

PROJECT = Path(__file__).resolve().parents[1]
STEPS = 50
"""Of the progress bar, for each replication."""


@click.command()
@click.argument("traffic", type=click.Path(path_type=Path), required=False)
@click.option("--centre", "folder", type=click.Path(path_type=Path), help="The centre; else the one in the settings.")
@click.option("--hours", type=click.FloatRange(0, 10_000, min_open=True), help="How long, in place of the file's.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same callers.")
@click.option("--replications", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option("--json", "in_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write a picture, such as day.png.")
@click.option("--language", type=click.Choice(["es", "en"]), help="Of table and picture; else the centre's.")
def simulate(
    traffic: Path | None,
    folder: Path | None,
    hours: float | None,
    seed: int,
    replications: int,
    in_json: bool,
    plot: Path | None,
    language: str | None,
) -> None:
    """Send made-up callers through a centre's queues, on a simulated clock, with the rules and code that run live.

    TRAFFIC is a file such as centres/valdeluna/traffic.yaml (docs/simulation.md); else the centre's own traffic.yaml.
    """
    centre, plan = _read(folder, traffic, hours)
    result = _played(centre, plan, seed, replications)
    chosen = cast("Language", language or ("es" if centre.default_language == "es" else "en"))
    if plot is not None:
        _draw(result, plot, chosen)
    if in_json:
        click.echo(json.dumps(as_json(result), ensure_ascii=False, allow_nan=False))
    else:
        for line in table(result, chosen):
            click.echo(line)


def _read(folder: Path | None, traffic: Path | None, hours: float | None) -> tuple[Centre, Plan]:
    try:
        folder = folder or load_settings(PROJECT).centre
        centre = load_centre(folder)
        plan = load_traffic(traffic or folder / "traffic.yaml", centre)
    except (BadFile, BadSettings) as error:
        raise click.ClickException(str(error)) from error
    if hours is None:
        return centre, plan
    if hours * 3600 <= plan.traffic.warm_up_s:
        raise click.ClickException(f"--hours must be longer than the warm-up ({plan.traffic.warm_up_s:g} s).")
    return centre, plan.lasting(hours)


def _played(centre: Centre, plan: Plan, seed: int, replications: int) -> Result:
    tallies: list[Tally] = []
    events, began = 0, time.perf_counter()
    step_s = plan.traffic.duration_s / STEPS
    with _Progress(replications * STEPS) as progress:
        for number in range(replications):
            simulation = Simulation(plan.queues, plan.operators, plan.traffic, chances(seed, number))
            for step, _ in enumerate(run(simulation, step_s), 1):
                progress.show(number * STEPS + min(step, STEPS))
            progress.show((number + 1) * STEPS)
            tallies.append(simulation.tally)
            events += simulation.events
    took_s = time.perf_counter() - began
    return Result(centre.company, plan, seed, replications, results(plan, tallies), events, took_s)


def chances(seed: int, replication: int) -> Chances:
    """Independent streams: for each replication, and within it for each name, its own numbers."""
    return lambda name: random.Random(f"{seed}/{replication}/{name}")  # noqa: S311  # a simulation, no secret


class _Progress:
    """A progress bar on stderr, if a person looks at it."""

    def __init__(self, whole: int) -> None:
        self._bar = click.progressbar(length=whole, label="simulate", file=sys.stderr)
        self._shown = sys.stderr.isatty()
        self._done = 0

    def __enter__(self) -> _Progress:
        if self._shown:
            self._bar.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._shown:
            self._bar.render_finish()

    def show(self, done: int) -> None:
        """So many steps are done."""
        if self._shown and done > self._done:
            self._bar.update(done - self._done)
        self._done = max(done, self._done)


def _draw(result: Result, path: Path, language: Language) -> None:
    from ari_app.simulation_plot import save_plot  # matplotlib takes a second to load: only when it is needed

    try:
        save_plot(result, path, language)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be written: {error}") from error
