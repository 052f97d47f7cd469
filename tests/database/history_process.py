"""Whoever enters the history from a journal, as a process of its own, to be killed: it tells how far it says it has come."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.history_book import SqlHistory
from ari_app.adapters.journal_tail import JournalTail

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.database.history_process"])


def life(folder: Path, url: str, told: Connection) -> None:
    """Enter what is new, a few lines at a time; a byte is told for each time."""
    history, tail = SqlHistory(Database(url)), JournalTail(folder)
    for _ in tail.stand_at(history.position("the journal")):
        pass
    while (read := tail.read(7)) is not None:
        history.enter("the journal", read.rows, read.upto)
        os.write(told.fileno(), b".")
    os.write(told.fileno(), b"!")


def begun(folder: Path, url: str) -> tuple[ForkServerProcess, Connection]:
    """A life, and the end of its pipe to read."""
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=life, args=(folder, url, writer))
    process.start()
    writer.close()
    return process, reader
