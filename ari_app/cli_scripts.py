"""How are scripts (guiones) checked, drawn, tried and tested at the terminal?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import click

from ari_app.centre_scripts import load_scenes, load_scripts, read_around
from ari_app.cli_centre import CENTRE_OPTION, settings_here
from ari_app.clock import SystemClock
from ari_app.whole_files import write_whole
from ivr_flows.drawing import Wording, draw
from ivr_flows.problems import BadFile, choose_among
from ivr_flows.scripts.placeholders import filled
from ivr_flows.scripts.running import (
    CannotGoOn,
    Facts,
    answered,
    begin,
    counting,
    goes_back,
    goes_on,
    is_over,
    opens,
    suggested,
)
from ivr_flows.scripts.script import Ask, Branch, Script, version_of
from ivr_flows.scripts.script_scenes import play

WORDING = Wording("script", "operators come in at")


@click.group()
def scripts() -> None:
    """Check, draw, try and test the scripts that operators follow."""


@scripts.command(name="check")
@CENTRE_OPTION
def check_scripts(folder: Path | None) -> None:
    """Read the scripts; print every problem with its file and line; exit code 1 when there is one."""
    for name, script in _scripts(folder).items():
        for_whom = ", ".join((*script.queues, *script.campaigns)) or "nobody yet"
        click.echo(f"{name}: {len(script.steps)} steps, version {version_of(script)}, for {for_whom}")


@scripts.command(name="schema")
def script_schema() -> None:
    """Print the JSON Schema of scripts, by which editors complete and check them."""
    click.echo(script_schema_text(), nl=False)


def script_schema_text() -> str:
    """docs/script.schema.json."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Script.model_json_schema()}
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


@scripts.command(name="draw")
@click.argument("script")
@click.option("--out", type=click.Path(path_type=Path), help="Else SCRIPT.svg here.")
@CENTRE_OPTION
def draw_script(script: str, out: Path | None, folder: Path | None) -> None:
    """Draw SCRIPT as SVG."""
    found = _one(script, folder)
    path = out or Path(f"{script}.svg")
    write_whole(path, draw(found, script, wording=WORDING))
    click.echo(f"wrote {path}")


@scripts.command(name="test")
@click.argument("names", nargs=-1)
@click.option("--least", type=click.IntRange(0, 100), default=0, help="Fail below so many per cent of the steps.")
@CENTRE_OPTION
def test_scripts(names: tuple[str, ...], least: int, folder: Path | None) -> None:
    """Play the scenes of scripts/tests/NAME.yaml (of all scripts, if none is named); exit code 1 when one goes otherwise."""
    known = _scripts(folder)
    language = read_around(_folder(folder)).default_language
    good = True
    for name in names or known:
        script = known.get(name) or _one(name, folder)
        try:
            scenes = load_scenes(_folder(folder), name)
        except BadFile as bad:
            raise click.ClickException(str(bad)) from bad
        if scenes is None:
            click.echo(f"{name}: no scenes")
            good = good and not names and least == 0
            continue
        played = play(script, scenes, language)
        for problem in played.problems:
            click.echo(str(problem))
        screens = sum(not isinstance(step, Branch) for step in script.steps.values())
        missed = played.missed(script)
        share = 100 * (screens - len(missed)) // screens
        went = played.scenes - played.failed
        click.echo(f"{name}: {went} of {played.scenes} scenes went as written; {share} % of the steps")
        for step in missed:
            click.echo(f"  no scene comes to {step}")
        good = good and not played.problems and share >= least
    sys.exit(0 if good else 1)


@scripts.command(name="try")
@click.argument("script")
@click.option("--language", default=None, help="Else the centre's first one.")
@click.option("--queue", default=None, help="Else the script's first one.")
@click.option("--known", is_flag=True, help="The customer is in the contacts.")
@click.option(
    "--answer", "answers", multiple=True, metavar="NAME=VALUE", help="Given where it is asked for; may be repeated."
)
@click.option("--with", "data", multiple=True, metavar="NAME=VALUE", help="For a placeholder, as customer.name=Ana.")
@CENTRE_OPTION
def try_script(
    script: str,
    language: str | None,
    queue: str | None,
    known: bool,
    answers: tuple[str, ...],
    data: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Follow SCRIPT as an operator: read each step, answer what is asked. "<" goes back, "!NAME" opens an objection.

    Answers that are given as options are not asked for; with all of them, nothing is typed.
    """
    found = _one(script, folder)
    around = read_around(_folder(folder))
    language = language or around.default_language
    if language not in found.title:
        raise click.ClickException(f"the script is not in {language!r}; {choose_among(language, found.title, '')}")
    facts = Facts(language, queue or next(iter(found.queues), ""), known)
    values = {"call.queue": facts.queue, "centre.company": around.company, **_pairs(data)}
    trial = _Trial(found, facts, _pairs(answers), values, datetime.fromtimestamp(SystemClock().now(), UTC).date())
    try:
        trial.follow()
    except CannotGoOn as stuck:
        raise click.ClickException(str(stuck)) from stuck


class _Trial:
    """Somebody at a terminal follows a script."""

    def __init__(
        self, script: Script, facts: Facts, given: Mapping[str, str], values: Mapping[str, str], today: date
    ) -> None:
        for name in given:
            if name not in script.questions:
                remedy = choose_among(name, script.questions, "it asks nothing")
                raise click.ClickException(f"the script does not ask {name!r}; {remedy}")
        self._script, self._facts, self._today = script, facts, today
        self._given, self._values = dict(given), values
        self._run = begin(script, facts)

    def follow(self) -> None:
        while True:
            self._show()
            if is_over(self._script, self._run):
                break
            before = self._run
            if self._answer_all():
                self._run = goes_on(self._script, self._run, self._facts)
            elif self._run == before:  # back at the first step: it is asked for again
                continue
        outcome = suggested(self._script, self._run)
        click.echo(f"the end{f', suggested outcome {outcome}' if outcome else ''}")
        for name, answer in counting(self._script, self._run).items():
            click.echo(f"  {name} = {answer!r}")

    def _show(self) -> None:
        at = self._script.steps[self._run.at]
        open_one = self._run.objection
        shown = self._script.objections[open_one] if open_one else at
        assert not isinstance(shown, Branch), "no screen"
        click.echo(f"[{f'!{open_one}' if open_one else self._run.at}] {self._text(shown.text)}")
        if not open_one and not isinstance(shown, Branch) and (note := getattr(shown, "note", None)):
            click.echo(f"  note: {self._text(note)}")
        for link in shown.links:
            click.echo(f"  link: {self._text(link.title)}")

    def _text(self, texts: Mapping[str, str]) -> str:
        return filled(texts[self._facts.language], {**self._values, **dict(self._answers())})

    def _answers(self) -> Iterator[tuple[str, str]]:
        questions = self._script.questions
        for name, answer in counting(self._script, self._run).items():
            yield f"answer.{name}", questions[name].told(answer, self._facts.language)

    def _answer_all(self) -> bool:
        """Whether the screen may be left; else what was typed has led elsewhere."""
        step = self._script.steps[self._run.at]
        if self._run.objection is not None or not isinstance(step, Ask):
            return True
        for name, question in step.questions.items():
            typed = self._given.pop(name, None)
            while True:
                if typed is None:
                    typed = str(
                        click.prompt(f"  {self._text(question.text)} ({question.type})", default="", show_default=False)
                    )
                if typed == "<":
                    self._run = goes_back(self._script, self._run)
                    return False
                if typed.startswith("!"):
                    self._run = opens(self._script, self._run, typed[1:])
                    return False
                self._run, wrong = answered(self._script, self._run, {name: typed}, self._today)
                if name not in wrong and (typed or not question.required):
                    break
                click.echo(f"  {wrong.get(name, 'there must be an answer')}")
                typed = None
        return True


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise click.ClickException(f"{one!r} is no NAME=VALUE")
    return {name.strip(): value for name, _, value in (one.partition("=") for one in given)}


def _folder(folder: Path | None) -> Path:
    return (folder or settings_here().centre).absolute()


def _scripts(folder: Path | None) -> dict[str, Script]:
    try:
        return load_scripts(_folder(folder))
    except BadFile as bad:
        raise click.ClickException(str(bad)) from bad


def _one(name: str, folder: Path | None) -> Script:
    known = _scripts(folder)
    if name not in known:
        raise click.ClickException(f"there is no script {name!r}; {choose_among(name, known, 'make one')}")
    return known[name]
