"""Which secret stands in a file? ``NAME_FILE`` in place of ``NAME``, as containers hand secrets over; read once, never shown."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SUFFIX: Final = "_FILE"
LARGEST: Final = 64 * 1024
OF_OTHERS: Final = stat.S_IRWXO


class BadSecretFile(ValueError):
    """The message names the variable and the file, and what to do; never what is in it."""


def given(name: str, variables: Mapping[str, str]) -> bool:
    """Whether the secret ``name`` is there, itself or by a file."""
    return bool(variables.get(name) or variables.get(name + SUFFIX))


def secret(name: str, variables: Mapping[str, str], place: str, project: Path) -> str | None:
    """The secret ``name`` of these variables, which stand in ``place``; None when it is not among them. Raises BadSecretFile."""
    plain, file = variables.get(name), variables.get(name + SUFFIX)
    if not file:
        return plain
    if plain:
        raise BadSecretFile(f"{name} and {name}{SUFFIX} are both given (in {place}); keep one of the two")
    return read_private(name + SUFFIX, (project / Path(file).expanduser()).resolve())


def read_private(variable: str, path: Path) -> str:
    """What a file that only its owner (and perhaps its group) may read says, without the last line's end. Raises BadSecretFile."""
    demand_private(variable, path)
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as why:
        raise _unreadable(variable, path, why) from None
    if not text or len(text) > LARGEST or not text.isprintable():
        raise BadSecretFile(
            f"{variable}={path}: expected one line of text there; write the secret into it, and nothing else"
        )
    return text


def demand_private(variable: str, path: Path) -> None:
    """Raises BadSecretFile for a file that is not there, or that everybody on this machine may read or change."""
    try:
        mode = path.stat().st_mode
        with path.open("rb"):
            pass
    except OSError as why:
        raise _unreadable(variable, path, why) from None
    if mode & OF_OTHERS:
        shown = oct(stat.S_IMODE(mode))[2:]
        raise BadSecretFile(f"{variable}={path}: everybody may read or change it (mode {shown}); run chmod 600 {path}")


def _unreadable(variable: str, path: Path, why: Exception) -> BadSecretFile:
    what = why.strerror if isinstance(why, OSError) and why.strerror else "it is no text"
    return BadSecretFile(f"{variable}={path} cannot be read ({what}); name a file that this user may read")
