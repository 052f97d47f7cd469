"""How do the secrets of an installation in containers come into files of their own, without one ever being changed or shown?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ari_app.settings import SECRETS
from ari_app.stack.env_secrets import checked

READ_ONLY: Final = 0o400
PASSWORDS: Final = ("redis_password", "postgres_password")


def make_secret_files(folder: Path, make: Callable[[], str]) -> list[str]:
    """Make in ``folder`` each file that is missing there; the names of those written, for the person.

    ``make`` gives a fresh secret (letters, digits, - and _). The two URLs follow their passwords, so that deleting a file is
    all that changing a secret takes. Raises OSError.
    """
    written = [name for name in (*SECRETS, *PASSWORDS) if not (folder / name).exists()]
    for name in written:
        _write(folder / name, checked(make()))
    for name, url in _urls(folder).items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="ascii") != url:
            _write(folder / name, url)
            written.append(name)
    return written


def _urls(folder: Path) -> dict[str, str]:
    """What holds a password and more: the services are known by the names that the composition gives them."""
    redis, postgres = ((folder / name).read_text(encoding="ascii") for name in PASSWORDS)
    return {
        "REDIS_URL": f"redis://:{redis}@redis:6379/0",
        "CENTRALITA_DATABASE_URL": f"postgresql+psycopg://centralita:{postgres}@postgres:5432/centralita",
    }


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and for nobody else's eyes at any moment."""
    making = path.with_name(f".{path.name}.making")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READ_ONLY)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    making.replace(path)
