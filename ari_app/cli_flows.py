"""How are flows tried and tested at the terminal, without a phone? What else is done with their files: cli_flow_files.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from ari_app.centre import Centre
from ari_app.centre_files import PromptsFile
from ari_app.cli_centre import CENTRE_OPTION, centre_in, demand_flow, file_of
from ari_app.clock import SystemClock
from ari_app.flow_trial import HELP, Trial, Words, ended, expected, in_words
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import Located
from ivr_flows.messages import JoinQueue
from ivr_flows.rehearsal import Rehearsal, edges_of
from ivr_flows.scenes import Played, Scenes, Stage, play, steps_missed, ways_missed
from ivr_flows.session import Session


@click.group()
def flows() -> None:
    """Check, try, test, draw and roll back the flows of a centre, without a phone."""


@flows.command(name="try")
@click.argument("flow")
@click.option("--entry", default="default", show_default=True)
@click.option("--language", default=None, help="Else the centre's first one.")
@click.option("--caller", default="600111222", show_default=True, help="Who calls; empty: withheld.")
@click.option("--number", default="", help="What was dialled.")
@CENTRE_OPTION
def try_flow(flow: str, entry: str, language: str | None, caller: str, number: str, folder: Path | None) -> None:
    """Be a caller in FLOW: read what is said, type keys, "timeout" or "hangup", set the clock, and answer for other systems."""
    centre = centre_in(folder)
    demand_flow(flow, centre.flows)
    words = Words(file_of(centre, "prompts.yaml", PromptsFile).value.root, centre.texts)
    try:
        session = Session.begin(
            centre.flows, flow, entry, language or centre.default_language, caller=caller, number=number
        )
    except LookupError as unknown:
        raise click.ClickException(str(unknown.args[0])) from unknown
    trial = Trial(session, centre.calendars, SystemClock().now)
    click.echo(f"type {HELP}")
    _converse(trial, words)
    for line in ended(trial.talk):
        click.echo(line)


def _converse(trial: Trial, words: Words) -> None:
    told, talk = 0, trial.talk
    while True:
        for said in talk.said[told:]:
            click.echo(f"  {said.language}  {words.of(said.what, said.language)}")
        told = len(talk.said)
        if talk.asked is not None and talk.ending is None:
            click.echo(f"  the flow {in_words(talk.asked)}; type {expected(talk.asked)}")
            wrong = trial.answers(_typed(talk))
        elif isinstance(talk.ending, JoinQueue) and talk.ending.goes_on is not None:
            click.echo(
                '  an operator talks with the caller: type "served" when the operator hangs up first; nothing: the end'
            )
            if _typed(talk) != "served":
                return
            wrong = trial.does("served")
        elif talk.ending is not None:
            return
        else:
            wrong = trial.does(_typed(talk))
        if wrong is not None:
            click.echo(f"  {wrong}")


def _typed(talk: Rehearsal) -> str:
    typed: str = click.prompt(f"[{talk.session.step}]", default="", show_default=False, prompt_suffix=" > ")
    return typed.strip()


@flows.command(name="test")
@click.argument("names", nargs=-1)
@click.option("--least", type=click.IntRange(0, 100), default=0, help="Fail below so many per cent of steps or ways.")
@CENTRE_OPTION
def test_flows(names: tuple[str, ...], least: int, folder: Path | None) -> None:
    """Play the scenes of flows/tests/NAME.yaml (of all flows, if none is named); exit code 1 when one goes otherwise."""
    centre = centre_in(folder)
    for name in names:
        demand_flow(name, centre.flows)
    stage = Stage(centre.flows, centre.calendars, centre.default_language)
    played = {name: play(name, scenes, stage) for name, scenes in _scenes(centre)}
    good = True
    for name in names or sorted(centre.flows):
        told = report(name, centre.flows[name], played)
        for line in told.lines:
            click.echo(line)
        good = good and (name not in played or not played[name].problems) and told.least >= least
        good = good and not (name in names and name not in played)
    sys.exit(0 if good else 1)


def _scenes(centre: Centre) -> Iterator[tuple[str, Located[Scenes]]]:
    for name in centre.flows:
        path = f"flows/tests/{name}.yaml"
        if (centre.folder / path).exists():
            yield name, file_of(centre, path, Scenes)


@dataclass(frozen=True, slots=True)
class Report:
    """What to print of a flow's scenes, and the least of its two shares (per cent, rounded down, so that 100 means all)."""

    lines: list[str]
    least: int


def report(name: str, flow: Flow, played: Mapping[str, Played]) -> Report:
    """How the scenes of ``name`` went, and what of it no scene, its own or another flow's, has come to."""
    steps, ways = steps_missed(name, flow, played.values()), ways_missed(name, flow, played.values())
    all_ways = len(edges_of(name, flow))
    share_of_steps = 100 * (len(flow.steps) - len(steps)) // len(flow.steps)
    share_of_ways = 100 * (all_ways - len(ways)) // all_ways if all_ways else 100
    own = played.get(name)
    lines = [str(problem) for problem in own.problems] if own else []
    went = f"{own.scenes - own.failed} of {own.scenes} scenes went as written" if own else "no scenes of its own"
    lines.append(f"{name}: {went}; {share_of_steps} % of the steps, {share_of_ways} % of the ways")
    lines += [f"  no scene comes to {step}" for step in steps]
    lines += [f"  no scene goes {edge.step}.{edge.by}" for edge in ways]
    return Report(lines, min(share_of_steps, share_of_ways))
