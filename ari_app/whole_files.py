"""How is a file written so that, whenever the machine stops, it holds all of the old or all of the new text?"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600


def write_whole(path: Path, text: str, mode: int | None = None) -> None:
    """Put ``text`` into ``path`` at once: under another name beside it, to the disk, and then renamed.

    ``mode``: else mode and owner are those of the file that was there, if any. A link stays one.
    """
    path = path.resolve()
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            elif path.exists():
                _same_rights(file.fileno(), path.stat())
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _same_rights(handle: int, former: os.stat_result) -> None:
    with suppress(PermissionError):  # only root gives files away, and only then is it needed
        os.fchown(handle, former.st_uid, former.st_gid)
    os.fchmod(handle, stat.S_IMODE(former.st_mode))


def sync_folder(folder: Path) -> None:
    """Let the names in it be on the disk, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
