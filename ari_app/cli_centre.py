"""Which centre do the commands at the terminal work on? The one that is named, else the one in the settings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import click
from pydantic import BaseModel

from ari_app.centre import Centre, load_centre
from ari_app.centre_folder import Folder
from ari_app.settings import BadSettings, Settings, load_settings
from ivr_flows.located_yaml import Located
from ivr_flows.problems import BadFile, choose_among

M = TypeVar("M", bound=BaseModel)
PROJECT = Path(__file__).resolve().parents[1]
CENTRE_OPTION = click.option(
    "--centre", "folder", type=click.Path(path_type=Path), help="Else the one in the settings."
)


def settings_here() -> Settings:
    """The settings. Raises ClickException."""
    try:
        return load_settings(PROJECT)
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from bad


def centre_in(folder: Path | None) -> Centre:
    """The centre in ``folder``, else the one in the settings. Raises ClickException."""
    try:
        return load_centre((folder or settings_here().centre).absolute())
    except BadFile as bad:
        raise click.ClickException(str(bad)) from bad


def file_of(centre: Centre, name: str, model: type[M]) -> Located[M]:
    """A further file of the centre's folder. Raises ClickException."""
    files = Folder(centre.folder)
    found = files.load(name, model)
    if found is None:
        raise click.ClickException(str(BadFile(files.problems)))
    return found


def demand_flow(flow: str, known: Iterable[str]) -> None:
    """Raises ClickException if there is no such flow."""
    names = list(known)
    if flow not in names:
        raise click.ClickException(f"there is no flow {flow!r}; {choose_among(flow, names, 'make one')}")
