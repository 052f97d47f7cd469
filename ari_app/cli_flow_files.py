"""How are the files of flows checked, drawn, rolled back, and made into scenes at the terminal?"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import yaml

from ari_app.adapters.journey_files import journeys_in
from ari_app.centre import Centre, load_centre
from ari_app.cli_centre import CENTRE_OPTION, centre_in, demand_flow, settings_here
from ari_app.cli_flows import flows
from ari_app.flow_versions import FlowVersions, roll_back, write_drawing
from ari_app.settings import Settings
from ari_app.stack import background
from ari_app.stack.faults import StackError
from ivr_flows.flow import Flow
from ivr_flows.journey import BadJourney, Journey, traffic_of
from ivr_flows.located_yaml import load
from ivr_flows.problems import BadFile
from ivr_flows.remembered import NotRemembered, scene_of
from ivr_flows.scenes import Scenes, Stage, play


@flows.command(name="check")
@CENTRE_OPTION
def check_flows(folder: Path | None) -> None:
    """Read the flows and all that they name; print every problem with its file and line; exit code 1 when there is one."""
    centre = centre_in(folder)
    for problem in centre.missing_audio:
        click.echo(f"warning: {problem}")
    for name, flow in centre.flows.items():
        click.echo(f"{name}: {len(flow.steps)} steps, version {centre.flow_versions[name]}")


@flows.command()
def schema() -> None:
    """Print the JSON Schema of flows, by which editors complete and check them."""
    click.echo(schema_text(), nl=False)


def schema_text() -> str:
    """docs/flow.schema.json."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Flow.model_json_schema()}
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


@flows.command()
@click.argument("flow")
@click.option("--out", type=click.Path(path_type=Path), help="Else FLOW.svg here.")
@click.option("--no-traffic", is_flag=True, help="Only the flow itself.")
@CENTRE_OPTION
def draw(flow: str, out: Path | None, no_traffic: bool, folder: Path | None) -> None:
    """Draw FLOW as SVG, with how many callers went where, from the journal."""
    centre = centre_in(folder)
    demand_flow(flow, centre.flows)
    journeys = [] if no_traffic else _journeys(settings_here())
    traffic = traffic_of(flow, journeys) if journeys else None
    path = out or Path(f"{flow}.svg")
    write_drawing(path, centre.flows[flow], flow, traffic)
    click.echo(f"wrote {path}{f' with the ways of {traffic.callers:,} callers' if traffic else ', without traffic'}")


@flows.command()
@click.argument("flow")
def versions(flow: str) -> None:
    """List the versions of FLOW that have been in force, the latest last."""
    settings = settings_here()
    kept = _store(settings).versions(flow)
    if not kept:
        raise click.ClickException(f"no version of {flow!r} has been in force on {settings.state}")
    zone = ZoneInfo(_zone(settings))
    for one in kept:
        click.echo(f"{one.version}  since {datetime.fromtimestamp(one.at_s, zone):%Y-%m-%d %H:%M:%S}")


@flows.command()
@click.argument("flow")
@click.argument("version", required=False)
@CENTRE_OPTION
def rollback(flow: str, version: str | None, folder: Path | None) -> None:
    """Put an earlier VERSION of FLOW (else the one before the latest) back into its file, and in force if the centre runs.

    It is checked first: with a problem, nothing changes. Calls in progress finish on theirs.
    """
    settings = settings_here()
    centre_folder = (folder or settings.centre).absolute()
    store = _store(settings)
    wanted = version or _one_before(store, flow)
    try:
        roll_back(centre_folder, flow, store.text(flow, wanted), lambda: load_centre(centre_folder))
    except LookupError as unknown:
        raise click.ClickException(str(unknown.args[0])) from unknown
    except (BadFile, ValueError) as bad:
        raise click.ClickException(f"{bad}\nnothing was changed") from bad
    click.echo(f"{centre_folder / 'flows' / flow}.yaml is version {wanted} again")
    if folder is None and background.running_supervisor(settings.state):
        _reload(settings)


def _one_before(store: FlowVersions, flow: str) -> str:
    kept = store.versions(flow)
    if len(kept) < 2:
        raise click.ClickException(f"there is no earlier version of {flow!r}")
    return kept[-2].version


def _reload(settings: Settings) -> None:
    from ari_app.cli_reload import reload_running  # the whole engine's parts: only when they are needed

    try:
        reload_running(settings, click.echo)
    except (StackError, BadFile) as failed:
        raise click.ClickException(
            f"{failed}\nThe file is back; run `centralita reload` when that is mended."
        ) from failed


@flows.command()
@click.argument("call")
@CENTRE_OPTION
def scene(call: str, folder: Path | None) -> None:
    """Print the way that a real CALL went through its flow, as a scene for flows/tests.

    Digits that were typed are not kept: examples stand for them. What it does otherwise than the call did is told.
    """
    centre = centre_in(folder)
    journeys = [one for one in _journeys(settings_here()) if one.call == call]
    if not journeys:
        raise click.ClickException(f"the journal knows no way of the call {call!r} through a flow")
    first = [one for one in journeys if one.flow == journeys[0].flow]
    try:
        made = scene_of(first, centre.flows)
    except NotRemembered as lost:
        raise click.ClickException(str(lost)) from lost
    text = yaml.safe_dump({"scenes": [made]}, sort_keys=False, allow_unicode=True, width=120)
    click.echo(text, nl=False)
    for line in _differs(first[0].flow, text, centre):
        click.echo(f"# {line}")
    version = centre.flow_versions[first[0].flow]
    if version != first[0].version:
        click.echo(f"# the call went through version {first[0].version}; the file is {version} now")


def _differs(flow: str, text: str, centre: Centre) -> list[str]:
    stage = Stage(centre.flows, centre.calendars, centre.default_language)
    played = play(flow, load(text, f"flows/tests/{flow}.yaml", Scenes), stage)
    if not played.problems:
        return ["played without a phone, it goes as the call did"]
    return [f"as it stands, it goes otherwise: {problem.what}" for problem in played.problems] + [
        "give it what the services answered, or the digits that were typed"
    ]


def _journeys(settings: Settings) -> list[Journey]:
    try:
        return list(journeys_in(settings.journal / "flows"))
    except (BadJourney, OSError) as unreadable:
        raise click.ClickException(f"the journal of flows cannot be read: {unreadable}") from unreadable


def _store(settings: Settings) -> FlowVersions:
    return FlowVersions(settings.flow_versions)


def _zone(settings: Settings) -> str:
    try:
        return load_centre(settings.centre).time_zone
    except BadFile:
        return "UTC"
