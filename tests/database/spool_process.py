"""A controller's way of noting and delivering as a process of its own, to be killed: it tells what is on the disk for good."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.spool_file import Spool
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from tests.database.acts import AT, act

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.database.spool_process"])


def life(folder: Path, url: str, first: int, told: Connection) -> None:
    """Note one act after the other from ``first``, in a thread, and deliver beside it; each is told once it is spooled."""
    spool = Spool(folder / "notes.jsonl", new_id, lambda: AT)
    asyncio.run(_both(spool, Database(url), first, told.fileno()))


async def _both(spool: Spool, database: Database, first: int, told: int) -> None:
    book, shelves = SqlAuditBook(database), SqlShelves(database)

    def note() -> None:
        for number in itertools.count(first):
            spool.write([act(number)])
            os.write(told, f"{number}\n".encode())

    def deliver_on() -> None:
        while True:
            deliver(spool, book, shelves)

    await asyncio.gather(asyncio.to_thread(note), asyncio.to_thread(deliver_on))


def begun(folder: Path, url: str, first: int) -> tuple[ForkServerProcess, Connection]:
    """A life, and the end of its pipe to read."""
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=life, args=(folder, url, first, writer))
    process.start()
    writer.close()
    return process, reader
