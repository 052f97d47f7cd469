"""With which files of the centre does a controller go on that takes over? A reload while it stood by counts for it, too.

Whoever leads notes the version of the files in force. They are texts on a disk, which somebody may be editing: so they are read
again only where another version was noted than the one that is known here, and count only if they are just those.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from ari_app.centre import Centre
from ari_app.notebook import Notebook
from ivr_flows.problems import BadFile

log = structlog.get_logger(__name__)
KEY: Final = "centre:"
IN_FORCE: Final = "in_force"


def note_in_force(notebook: Notebook, centre: Centre) -> None:
    """These are in force from now on."""
    notebook.note(KEY + IN_FORCE, centre.version)


async def put_in_force_meanwhile(notebook: Notebook, known: Centre, read: Callable[[], Centre]) -> Centre | None:
    """The centre that was put in force after ``known`` was read, if its files are still there as they were; else None.

    ``read`` blocks, and raises BadFile.
    """
    noted = (await notebook.read(KEY)).get(IN_FORCE)
    if noted is None or noted == known.version:
        return None
    try:
        found = await asyncio.to_thread(read)
    except BadFile as bad:
        log.warning("centre_of_the_last_leader_is_gone", why=str(bad.problems[0]))
        return None
    if found.version == noted:
        return found
    if found.version != known.version:  # else: begun anew after an edit, and that is what counts
        log.warning("centre_of_the_last_leader_is_gone", why="its files have been changed since; reload them")
    return None
