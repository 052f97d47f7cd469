"""What can a person ask for at the terminal?

Run as ``centralita COMMAND`` (made by ``make setup`` in .venv/bin) or ``python -m ari_app.cli COMMAND``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import structlog

from ari_app import (
    cli_flow_files,  # noqa: F401 - adds its commands to the group
    cli_journal,
    cli_run,
)
from ari_app.centre import load_centre
from ari_app.centre_scripts import load_scripts
from ari_app.cli_flows import flows
from ari_app.cli_prompts import prompts
from ari_app.cli_recordings import recordings
from ari_app.cli_scripts import scripts
from ari_app.cli_simulate import simulate
from ari_app.own_key import make_own_key
from ari_app.settings import BadSettings, Settings, load_settings
from ari_app.stack import background
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.child import is_alive, read_identity
from ari_app.stack.configuring import write_configuration
from ari_app.stack.doctor import Check, failed, report
from ari_app.stack.doctor_machine import machine_checks
from ari_app.stack.doctor_running import running_checks
from ari_app.stack.faults import StackError
from ari_app.stack.folders import Folders
from ari_app.stack.front import write_front
from ari_app.stack.secret_files import READ_ONLY, make_secret_files
from ari_app.stack.versions import ASTERISK_FLOOR
from ivr_flows.problems import BadFile

PROJECT = Path(__file__).resolve().parents[1]
NOT_RUNNING = 3
INTERRUPTED = 130


@click.group()
def cli() -> None:
    """A contact-centre telephony engine on Asterisk."""
    # What a person must know is printed in words; the log would say it twice.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


@cli.command()
@click.option("--no-self-check", is_flag=True, help="Do not place a call after the start.")
def run(no_self_check: bool) -> None:
    """Set up and start everything, place one call as a check, stay until Ctrl-C."""
    with _plain_problems():
        sys.exit(cli_run.run_stack(PROJECT, _print, None if no_self_check else _self_check))


@cli.command()
@click.option("--no-self-check", is_flag=True, help="Do not place a call after the start.")
def up(no_self_check: bool) -> None:
    """The same as run, in the background; returns when it is ready."""
    with _plain_problems():
        arguments = ["--no-self-check"] if no_self_check else []
        state = load_settings(PROJECT).state
        background.start_in_background(PROJECT, state, arguments, os.environ, _print)


@cli.command()
def down() -> None:
    """Stop what up or run started on this state folder, and nothing else."""
    with _plain_problems():
        settings = load_settings(PROJECT)
        ended = background.end_running(settings.state, _print)
        _print("stopped" if ended else f"nothing was running on {settings.state}")


@cli.command()
def setup() -> None:
    """Only make the secrets and fetch Asterisk and Redis; start nothing."""
    with _plain_problems():
        cli_run.provide(PROJECT, _print)


@cli.command()
@click.option(
    "--modules",
    type=click.Path(path_type=Path),
    default=Path("/usr/lib/x86_64-linux-gnu/asterisk/modules"),
    show_default=True,
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("/usr/share/asterisk"),
    show_default=True,
    help="Holds sounds and moh.",
)
def configure(modules: Path, data: Path) -> None:
    """Only write Asterisk's configuration, for one that something else starts, such as a container of its own."""
    with _plain_problems():
        settings = load_settings(PROJECT)
        folders = Folders.below(settings.state)
        folders.make()
        install = AsteriskInstall(("asterisk",), modules, data, data / "moh", ASTERISK_FLOOR)
        write_configuration(settings, load_centre(settings.centre), install, folders)
        _print(f"written to {folders.etc}; start it with asterisk -f -C {folders.etc / 'asterisk.conf'}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def configure_front(folder: Path) -> None:
    """Write into FOLDER the configuration of the Kamailio that stands in front of several nodes."""
    with _plain_problems():
        settings = load_settings(PROJECT)
        write_front(settings, load_centre(settings.centre), folder.resolve())
        _print(f"written to {folder}; start it with kamailio -f {folder / 'kamailio.cfg'}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def secret_files(folder: Path) -> None:
    """Make in FOLDER the secrets that are missing there, a file each, for containers."""
    with _plain_problems():
        made = make_secret_files(folder, lambda: secrets.token_urlsafe(32))
        key = folder / "recordings.key"
        if not key.with_suffix(".pub").exists():
            make_own_key(key)
            made.append(key.name)
        for half in (key, key.with_suffix(".pub")):
            half.chmod(READ_ONLY)
        _print(f"made {', '.join(made)}" if made else "all secrets are there")


@cli.command()
def status() -> None:
    """Say what runs; exit code 0 when all is up, 3 when not."""
    with _plain_problems():
        settings = load_settings(PROJECT)
        pid = background.running_supervisor(settings.state)
        _print(f"supervisor  {f'pid {pid}' if pid else 'not running'}   ({settings.state})")
        for name in background.PARTS:
            if name == "redis" and not settings.own_redis:
                continue
            identity = read_identity(settings.state / f"{name}.pid")
            _print(f"{name:<11} {f'pid {identity[0]}' if identity and is_alive(identity) else 'not running'}")
        checks = asyncio.run(running_checks(settings)) if pid else []
        _print(report(checks))
        sys.exit(0 if pid and not failed(checks) else NOT_RUNNING)


@cli.command()
def doctor() -> None:
    """Look at everything that is known to go wrong; exit code 1 when something must be mended."""
    with _plain_problems():
        settings = load_settings(PROJECT)
        checks = [*machine_checks(settings), _centre_check(settings), *asyncio.run(running_checks(settings))]
        _print(report(checks))
        sys.exit(1 if failed(checks) else 0)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Make FOLDER a centre of your own, as a copy of the demo centre to be changed."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(f"{folder} is there already and not empty; name a new folder.")
    shutil.copytree(PROJECT / "centres" / "valdeluna", folder, dirs_exist_ok=True)
    _print(f"made {folder}")
    _print(f"Change its files, try them with `centralita check {folder}`, and name it in the environment or in .env:")
    _print(f"CENTRALITA_CENTRE={folder}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def check(folder: Path | None) -> None:
    """Read the centre in FOLDER (else the one in the settings) and print every problem; exit code 1 when there is one."""
    with _plain_problems():
        folder = (folder or load_settings(PROJECT).centre).absolute()
        centre = load_centre(folder)
        scripts_found = load_scripts(folder)
        for problem in centre.missing_audio:
            _print(f"warning: {problem}")
        _print(
            f"{folder} is in order: {len(centre.numbers)} numbers, {len(centre.queues)} queues, {len(centre.operators)} "
            f"operators, {len(scripts_found)} scripts"
        )


@cli.command()
def reload() -> None:
    """Let the running controller read the centre's files again; calls go on. exit code 1 when they cannot be used."""
    from ari_app.cli_reload import reload_running  # the whole engine's parts: only when they are needed

    with _plain_problems():
        reload_running(load_settings(PROJECT), _print)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def demo(as_json: bool) -> None:
    """Place a call through the running stack and tell what happened."""
    from ari_app.demo import run_demo  # the phones and numpy: only when they are needed

    with _plain_problems():
        sys.exit(asyncio.run(run_demo(load_settings(PROJECT), as_json=as_json)))


for _command in (cli_journal.figures, cli_journal.why, cli_journal.replay_command):
    cli.add_command(_command)


async def _self_check(settings: Settings) -> int:
    from ari_app.demo import run_demo  # as above

    return await run_demo(settings, as_json=False)


def _centre_check(settings: Settings) -> Check:
    try:
        centre = load_centre(settings.centre)
    except BadFile as error:
        return Check("centre", "fail", str(error), "correct the lines named")
    if centre.missing_audio:
        count = len(centre.missing_audio)
        return Check("centre", "warn", f"{count} prompts have no audio yet", "`centralita check` names them")
    return Check("centre", "ok", str(settings.centre))


cli.add_command(simulate)
cli.add_command(flows)
cli.add_command(prompts)
cli.add_command(recordings)
cli.add_command(scripts)


@contextlib.contextmanager
def _plain_problems() -> Iterator[None]:
    """What is the person's to solve is printed as it is, without a traceback; exit code 1."""
    try:
        yield
    except (StackError, BadSettings, BadFile) as error:
        raise click.ClickException(str(error)) from error
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} cannot be used by this user ({error.strerror}). Run this as its owner, or from a checkout "
            "of your own; CENTRALITA_STATE and CENTRALITA_CACHE may name other folders."
        ) from error
    except BaseExceptionGroup as group:
        problem = cli_run.first_problem(group)
        if problem is None:
            raise
        raise click.ClickException(str(problem)) from group
    except KeyboardInterrupt:
        _print("interrupted; the same command continues where this one stopped")
        sys.exit(INTERRUPTED)


def _print(line: str) -> None:
    click.echo(line)


def main() -> None:
    """The entry point of the ``centralita`` command."""
    cli()


if __name__ == "__main__":
    main()
