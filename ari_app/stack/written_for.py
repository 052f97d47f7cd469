"""For which Asterisk was an instance's configuration written? Noted beside it, so that a reload writes it the same way."""

from __future__ import annotations

import json
from pathlib import Path

from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.conf import write_private
from ari_app.stack.folders import Folders

_NAME = "written-for.json"


def note(folders: Folders, install: AsteriskInstall, away_tries: int) -> None:
    """Remember it, for the controller's process."""
    known = {
        "command": install.command,
        "modules": str(install.modules),
        "data": str(install.data),
        "music": str(install.music),
        "version": install.version,
        "away_tries": away_tries,
    }
    write_private(folders.home / _NAME, json.dumps(known))


def recall(folders: Folders) -> tuple[AsteriskInstall, int] | None:
    """The Asterisk and the tries of an absent controller; None when this state folder's Asterisk was not set up by us."""
    try:
        known = json.loads((folders.home / _NAME).read_text(encoding="utf-8"))
        install = AsteriskInstall(
            tuple(known["command"]),
            Path(known["modules"]),
            Path(known["data"]),
            Path(known["music"]),
            tuple(known["version"]),
        )
        return install, int(known["away_tries"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
