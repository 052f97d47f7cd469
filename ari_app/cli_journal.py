"""What can be asked of the journal at the terminal? Figures of a day, a call's story with every operator looked at, a replay."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

import click

from ari_app.adapters.journal_files import SUFFIX, facts_in, read_files
from ari_app.centre import load_centre
from ari_app.history import Memory
from ari_app.life import chance_of, profiles_of, rules_of
from ari_app.settings import BadSettings, load_settings
from ari_app.tables import day_tables
from ari_app.what_if_report import compare
from ivr_flows.problems import BadFile
from queues.day_report import day_figures
from queues.facts import CallFact, OfferMade
from queues.journal import BadJournal
from queues.reasons import Considered
from queues.replay import Life, lives, replay, told_again
from queues.story import tell
from queues.story_words import Language

PROJECT: Final = Path(__file__).resolve().parents[1]
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def journal_folder() -> Path:
    """Where this installation keeps its journal. Raises a plain problem."""
    try:
        return load_settings(PROJECT).journal
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from bad


@click.command()
@click.argument("journal", type=_FILE, required=False)
@click.option("--day", metavar="YYYY-MM-DD", help="That day of this installation instead of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def figures(journal: Path | None, day: str | None, as_json: bool) -> None:
    """The figures of the day in JOURNAL, else of the newest day of this installation."""
    path = journal or _day_file(journal_folder(), day)
    counted = Memory(calls_kept=0)
    try:
        counted.take_earlier(facts_in(path))
    except (BadJournal, OSError) as bad:
        raise click.ClickException(str(bad)) from bad
    shown = day_figures(counted.day)
    click.echo(json.dumps(asdict(shown), indent=1) if as_json else f"{path}\n\n{day_tables(shown)}")


def _day_file(folder: Path, day: str | None) -> Path:
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if day is not None:
        files = [path for path in files if path.name == f"{day}{SUFFIX}"]
    if not files:
        raise click.ClickException(f"there is no journal{f' of {day}' if day else ''} in {folder}")
    return files[-1]


@click.command()
@click.argument("call")
@click.option("--journal", type=_FILE, help="The journal's file of that day; else the newest of this installation.")
@click.option("--lang", type=click.Choice(["es", "en"]), default="es", show_default=True, help="Language of the words.")
def why(call: str, journal: Path | None, lang: Language) -> None:
    """Tell CALL's story from a journal, and at each decision how every operator of the queue stood."""
    path = journal or _day_file(journal_folder(), None)
    for life in reversed(_lives([path])):
        facts, looks = _looked_at(life, call)
        if facts:
            _tell_story(facts, looks, lang, ZoneInfo(life.header.time_zone))
            return
    raise click.ClickException(f"there is no call {call} in {path}")


def _looked_at(life: Life, call: str) -> tuple[list[CallFact], list[tuple[Considered, ...]]]:
    """The call's facts, and for each offer, in order, how everybody stood."""
    acd, facts, looks = life.acd(chance_of), list[CallFact](), list[tuple[Considered, ...]]()
    acd.watch_offers(lambda offered, _chosen, everybody: looks.append(everybody) if offered == call else None)
    for entry in life.entries:
        _, happened, _ = told_again(acd, entry)
        facts += [fact for fact in happened if isinstance(fact, get_args(CallFact)) and fact.call == call]
    if still := acd.considered(call):
        looks.append(still)
    return facts, looks


def _tell_story(
    facts: Iterable[CallFact], looks: Iterable[tuple[Considered, ...]], lang: Language, zone: ZoneInfo
) -> None:
    looking = iter(looks)
    for line in tell(facts, lang):
        at = datetime.fromtimestamp(line.fact.at, zone)
        click.echo(f"{at:%H:%M:%S}.{at.microsecond // 100_000}  {line.text}")
        if isinstance(line.fact, OfferMade):
            _list_operators(next(looking))
    for everybody in looking:
        click.echo("...")
        _list_operators(everybody)


def _list_operators(everybody: Iterable[Considered]) -> None:
    for one in sorted(everybody, key=lambda one: (one.reason, one.operator)):
        click.echo(f"            {one.operator:<8} {one.reason}{f' ({one.detail})' if one.detail else ''}")


@click.command(name="replay")
@click.argument("journal", nargs=-1, required=True, type=_FILE)
@click.option(
    "--config",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A centre with other rules.",
)
def replay_command(journal: tuple[Path, ...], folder: Path | None) -> None:
    """Tell the core again all that is in JOURNAL; exit code 1 at the first difference from what was decided then.

    With --config, the day's callers and operators meet the rules in that folder instead, and what differs is told.
    """
    found = _lives(journal)
    if folder is not None:
        try:
            centre = load_centre(folder)
            click.echo(compare(found, rules_of(centre), profiles_of(centre), chance_of))
        except (BadFile, ValueError) as bad:
            raise click.ClickException(str(bad)) from bad
        return
    told = 0
    for life in found:
        for entry, difference in replay(life, chance_of):
            told += 1
            if difference is not None:
                click.echo(f"life {life.header.life}, event {difference.number}, at {entry.at}: {entry.event}")
                click.echo(f"another decision: {difference.what}\n  then {difference.then}\n  now  {difference.now}")
                sys.exit(1)
    click.echo(f"{told} events told again; everything was decided as it was then")


def _lives(paths: Sequence[Path]) -> list[Life]:
    try:
        items, notes = read_files(paths)
        found = lives(items)
    except (BadJournal, OSError) as bad:
        raise click.ClickException(str(bad)) from bad
    for note in notes:
        click.echo(f"note: {note}", err=True)
    return found
