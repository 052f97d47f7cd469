"""How is a centre's speech looked after at the terminal: what is missing, making it, hearing it?"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import click

from ari_app.centre import UnknownPrompt
from ari_app.cli_centre import CENTRE_OPTION, centre_in, settings_here
from ari_app.prompts.build import Built, build, states
from ari_app.prompts.engines import Engines
from ari_app.prompts.made import MadeFiles, State
from ari_app.prompts.playback import NotPlayable, as_one_file, prompt_files, value_files
from ari_app.prompts.voices import load_voices
from ari_app.prompts.wanted import SAID, Wanted, wanted
from ari_app.settings import BadSettings
from ivr_flows.problems import BadFile
from ivr_flows.saying import SaidAs

_TO_BE_MADE: Final = (State.MISSING, State.STALE)


@click.group()
def prompts() -> None:
    """What callers hear: which texts have no audio yet, making it, hearing it."""


@prompts.command()
@CENTRE_OPTION
def missing(folder: Path | None) -> None:
    """List what is not recorded yet, or says another text than prompts.yaml; exit code 1 if there is any."""
    with _plain_problems():
        speech = _Speech(folder)
        lacking = [one for one in speech.wanted if speech.states[one.key] in (*_TO_BE_MADE, State.UNPLAYABLE)]
        for line in _told_missing(lacking, speech):
            click.echo(line)
        stand_in = sum(state is State.STAND_IN for state in speech.states.values())
        if stand_in:
            click.echo(f"{stand_in} are spoken by espeak-ng until the voices of voices.yaml can be had")
        if lacking:
            sys.exit(1)
        click.echo(f"nothing is missing: {len(speech.wanted)} texts have their audio")


@prompts.command(name="build")
@click.option("--all", "everything", is_flag=True, help="Also what is there already; never recordings of your own.")
@CENTRE_OPTION
def build_audio(everything: bool, folder: Path | None) -> None:
    """Make the audio that is missing; recordings of your own stay. Exit code 1 when some could not be made."""
    with _plain_problems():
        speech = _Speech(folder)
        todo = [one for one in speech.wanted if speech.is_to_be_made(one, everything=everything)]
        done = Counter[str]()
        for number, built in enumerate(build(todo, speech.made, speech.engines, speech.cache), start=1):
            click.echo(f"[{number}/{len(todo)}] {_told(built)}")
            done["failed" if built.problem else "made"] += 1
        unplayable = [one for one in speech.wanted if speech.states[one.key] is State.UNPLAYABLE]
        for line in _told_missing(unplayable, speech):
            click.echo(line)
        own = sum(state is State.OWN for state in speech.states.values())
        kept = f", {own} recordings of your own are kept" if own else ""
        click.echo(f"{done['made']} made, {len(speech.wanted) - len(todo)} were there{kept}")
        sys.exit(1 if done["failed"] or unplayable else 0)


@prompts.command()
@click.argument("what", metavar="PROMPT|VALUE")
@click.option("--say", "kind", type=click.Choice(get_args(SaidAs)), help="Say VALUE as this, in place of a prompt.")
@click.option("--language", help="Else the centre's first.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The WAV file; else named after it, here.")
@CENTRE_OPTION
def play(what: str, kind: SaidAs | None, language: str | None, out: Path | None, folder: Path | None) -> None:
    """Write what is heard of PROMPT, or of VALUE, as one WAV file: `play greeting`, `play --say money 34.56`."""
    with _plain_problems():
        centre = centre_in(folder)
        language = language or centre.default_language
        if language not in centre.languages:
            raise click.ClickException(f"the centre does not speak {language!r}; choose {', '.join(centre.languages)}")
        if kind is None:
            files, name = prompt_files(centre, what, language), what
        else:
            files, name = value_files(centre.folder, kind, what, language), kind
        out = out or Path(f"{name}-{language}.wav")
        out.write_bytes(as_one_file(files))
        click.echo(f"{out}: {', '.join(path.stem for path in files)}")


class _Speech:
    """A centre's texts, and how each stands. Raises BadFile."""

    def __init__(self, folder: Path | None) -> None:
        centre = centre_in(folder)
        self.cache = settings_here().cache / "prompts"
        self.folder = centre.folder
        self.wanted = list(wanted(centre.texts, centre.languages))
        self.engines = Engines(load_voices(centre.folder, centre.languages), self.cache, _warn)
        self.made = MadeFiles(centre.folder)
        self.states = states(self.wanted, self.made, self.engines)

    def is_to_be_made(self, one: Wanted, *, everything: bool) -> bool:
        """Never a recording of somebody's own; one that stands in only when the wanted voice can be had."""
        state = self.states[one.key]
        if state is State.STAND_IN:
            return everything or self.engines.engine(one.language).voice == self.engines.wanted_voice(one.language)
        return state in _TO_BE_MADE or (everything and state is State.CURRENT)


def _told_missing(lacking: list[Wanted], speech: _Speech) -> Iterator[str]:
    """A line for each prompt, and one for all the pieces of a language, which are always made together."""
    pieces: Counter[tuple[str, State]] = Counter()
    for one in lacking:
        state = speech.states[one.key]
        by_hand = "convert it to 8 kHz, 16 bit, mono, or remove it and run `centralita prompts build`"
        remedy = by_hand if state is State.UNPLAYABLE else "`centralita prompts build` makes it"
        if one.place is None and state is not State.UNPLAYABLE:
            pieces[one.language, state] += 1
        else:
            yield f"{one.place or one.key}: {one.audio(speech.folder)} {state.value}; {remedy}"
    for (language, state), count in pieces.items():
        folder = speech.folder / "prompts" / language / SAID
        yield f"{folder}: of {count} pieces of numbers, dates and times each {state.value}; `centralita prompts build` makes them"


def _told(built: Built) -> str:
    if built.problem:
        return f"not made: {built.problem}"
    return f"{built.one.key}  {built.one.text}  ({'made before' if built.cached else built.voice})"


def _warn(line: str) -> None:
    click.echo(f"warning: {line}", err=True)


@contextlib.contextmanager
def _plain_problems() -> Iterator[None]:
    try:
        yield
    except (BadFile, BadSettings, NotPlayable, UnknownPrompt) as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as failed:
        raise click.ClickException(f"{failed.filename} cannot be used ({failed.strerror})") from failed
