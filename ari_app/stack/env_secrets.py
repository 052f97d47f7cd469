"""How do an installation's secrets come into its .env file, without one ever being changed or shown?"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from ari_app.secret_files import given
from ari_app.settings import SECRETS, parse_env_file

_HEADING = "# Secrets of this installation, made at first set-up. Keep this file private; delete a line to have it made anew.\n"


def add_missing_secrets(env_file: Path, environ: Mapping[str, str], make: Callable[[], str]) -> list[str]:
    """Append a line for each secret that neither the file nor ``environ`` gives; the names of those added.

    ``make`` gives a fresh secret (letters, digits, - and _). The file has mode 600 afterwards; nothing in it is changed.
    A secret that stands in a file of its own (NAME_FILE) is given. Raises BadSettings for a file that cannot be understood.
    """
    if not env_file.exists() and all(given(name, environ) for name in SECRETS):
        return []
    descriptor = os.open(env_file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.fchmod(file.fileno(), 0o600)
        present = parse_env_file(env_file)
        missing = [name for name in SECRETS if not given(name, present) and not given(name, environ)]
        if not missing:
            return []
        text = file.read()
        lines = [f"{name}={checked(make())}\n" for name in missing]
        file.write("".join(["" if not text or text.endswith("\n") else "\n", "" if text else _HEADING, *lines]))
    return missing


def checked(secret: str) -> str:
    """The secret itself. Raises ValueError for one that some file's format could not carry."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", secret):
        raise ValueError("a secret must be 16 or more of A-Z a-z 0-9 _ -, so that every file format can carry it")
    return secret
