"""How are flows tried and tested at the terminal, without a phone?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import click
from pydantic import BaseModel

from ari_app.centre import Centre, load_centre
from ari_app.centre_files import InLanguages, PromptsFile
from ari_app.centre_folder import Folder
from ari_app.settings import BadSettings, load_settings
from ivr_flows.interpreter import JoinQueue, Spelled
from ivr_flows.located_yaml import Located
from ivr_flows.problems import BadFile, choose_among
from ivr_flows.rehearsal import Edge, Rehearsal
from ivr_flows.scenes import Played, Scenes, play
from ivr_flows.shapes import KEYS

M = TypeVar("M", bound=BaseModel)
PROJECT = Path(__file__).resolve().parents[1]
HELP = 'keys, or "timeout", "hangup"; nothing: listen on'
CENTRE_OPTION = click.option(
    "--centre", "folder", type=click.Path(path_type=Path), help="Else the one in the settings."
)


@click.group()
def flows() -> None:
    """Try and test the flows of a centre, without a phone."""


@flows.command(name="try")
@click.argument("flow")
@click.option("--entry", default="default", show_default=True)
@click.option("--caller", default="600111222", show_default=True, help="Who calls; empty: withheld.")
@click.option("--number", default="", help="What was dialled.")
@CENTRE_OPTION
def try_flow(flow: str, entry: str, caller: str, number: str, folder: Path | None) -> None:
    """Be a caller in FLOW: read what is said, type keys, "timeout" or "hangup"."""
    centre = _centre(folder)
    texts = _file(centre, "prompts.yaml", PromptsFile).value.root
    if flow not in centre.flows:
        raise click.ClickException(f"there is no flow {flow!r}; {choose_among(flow, centre.flows, 'make one')}")
    try:
        talk = Rehearsal(centre.flows[flow], entry, centre.default_language, caller=caller, number=number)
    except LookupError as unknown:
        raise click.ClickException(str(unknown.args[0])) from unknown
    told = 0
    click.echo(f"type {HELP}")
    while True:
        for said in talk.said[told:]:
            click.echo(f"  {said.language}  {_spoken(said.what, said.language, texts)}")
        told = len(talk.said)
        if talk.ending is not None:
            break
        asked = click.prompt(f"[{talk.session.step}]", default="", show_default=False, prompt_suffix=" > ").strip()
        _do(talk, asked)
    click.echo(_ended(talk))


def _do(talk: Rehearsal, asked: str) -> None:
    match asked:
        case "":
            talk.waits() if talk.awaits_key else talk.listens()
        case "timeout":
            talk.waits()
        case "hangup":
            talk.hangs_up()
        case keys if set(keys) <= set(KEYS):
            talk.presses(keys)
        case _:
            click.echo(f"  {asked!r} is none of {HELP}")


def _ended(talk: Rehearsal) -> str:
    ending = talk.ending
    known = {name: value for name, value in talk.session.variables.items() if name not in ("caller", "number")}
    variables = "".join(f"\n  {name} = {value!r}" for name, value in known.items())
    if not isinstance(ending, JoinQueue):
        return f"the call ends: {ending.reason if ending else ''}{variables}"
    wishes = ", ".join(f"{skill} {level}" for skill, level in ending.skills)
    return (
        f"into the queue {ending.queue}, in {ending.language!r}, priority {ending.priority}"
        f"{f', skills {wishes}' if wishes else ''}{f', operator {ending.operator}' if ending.operator else ''}{variables}"
    )


@flows.command(name="test")
@click.argument("names", nargs=-1)
@click.option("--least", type=click.IntRange(0, 100), default=0, help="Fail below so many per cent of steps or ways.")
@CENTRE_OPTION
def test_flows(names: tuple[str, ...], least: int, folder: Path | None) -> None:
    """Play the scenes of flows/tests/NAME.yaml (of all flows, if none is named); exit code 1 when one goes otherwise."""
    centre = _centre(folder)
    for name in names:
        if name not in centre.flows:
            raise click.ClickException(f"there is no flow {name!r}; {choose_among(name, centre.flows, 'make one')}")
    good = True
    for name in names or sorted(centre.flows):
        scenes = f"flows/tests/{name}.yaml"
        if not (centre.folder / scenes).exists():
            click.echo(f"{name}: no scenes ({centre.folder / scenes})")
            good = good and not names and least == 0
            continue
        played = play(centre.flows[name], _file(centre, scenes, Scenes), centre.default_language)
        for line in report(name, played):
            click.echo(line)
        good = good and not played.problems and min(_shares(played)) >= least
    sys.exit(0 if good else 1)


def report(name: str, played: Played) -> list[str]:
    """What to print of a flow's scenes."""
    steps, ways = _shares(played)
    lines = [str(problem) for problem in played.problems]
    lines.append(
        f"{name}: {played.scenes - played.failed} of {played.scenes} scenes went as written;"
        f" {steps:.0f} % of the steps, {ways:.0f} % of the ways"
    )
    lines += [f"  no scene comes to {step}" for step in played.steps_missed]
    lines += [f"  no scene goes {_told(edge)}" for edge in played.ways_missed]
    return lines


def _shares(played: Played) -> tuple[float, float]:
    """Of the steps and of the ways, in per cent (rounded down, so that 100 means all)."""
    steps, ways = len(played.flow.steps), len(played.ways) + len(played.ways_missed)
    return (
        100 * (steps - len(played.steps_missed)) // steps,
        100 * (ways - len(played.ways_missed)) // ways if ways else 100,
    )


def _told(edge: Edge) -> str:
    return f"{edge.step}.{'.'.join(map(str, edge.by))}"


def _centre(folder: Path | None) -> Centre:
    """The centre in ``folder``, else the one in the settings. Raises ClickException."""
    try:
        return load_centre((folder or load_settings(PROJECT).centre).absolute())
    except (BadFile, BadSettings) as bad:
        raise click.ClickException(str(bad)) from bad


def _file(centre: Centre, name: str, model: type[M]) -> Located[M]:
    """A further file of the centre's folder. Raises ClickException."""
    files = Folder(centre.folder)
    found = files.load(name, model)
    if found is None:
        raise click.ClickException(str(BadFile(files.problems)))
    return found


def _spoken(what: str | Spelled, language: str, texts: Mapping[str, InLanguages]) -> str:
    """In words, as far as they are known: a recording's name else."""
    if isinstance(what, Spelled):
        return " ".join(what.digits)
    entry = texts[what][language]
    if entry.same_as is not None:
        entry = texts[what][entry.same_as]
    return f"{entry.text}  ({what})" if entry.text else f"({what})"
