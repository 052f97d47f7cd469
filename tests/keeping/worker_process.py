"""A worker as a process of its own, to be killed. Started by a fork server that has loaded everything: a life begins at once.

What it does is marked in a pipe: the names of recordings and the steps that begin, so that a test knows where its kill hit.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import structlog

from ari_app import recording_worker
from ari_app.keeping.folder import Ready
from ari_app.keeping.ports import Step
from ari_app.recording_worker import WorkerRules, run_worker
from tests.fakes.catalogue_files import CatalogueFiles

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.keeping.worker_process"])
IDLE = "idle"


@dataclass(frozen=True)
class Place:
    """What a worker works on. ``longest_file``: no file may become longer (bytes), like a disk that is full."""

    recordings: Path
    stored: Path
    catalogue: Path
    keys: str
    longest_file: int | None = None


def life(place: Place, rules: WorkerRules, marks: Connection) -> None:
    """The whole life of one worker."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=_silent())
    if place.longest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (place.longest_file, resource.RLIM_INFINITY))
    _mark_steps(marks.fileno())
    run_worker(place.recordings, place.stored.as_uri(), place.keys, {}, CatalogueFiles(place.catalogue), rules)


def begun(place: Place, rules: WorkerRules) -> tuple[ForkServerProcess, Connection]:
    """A life, and the end of its pipe to read."""
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=life, args=(place, rules, writer))
    process.start()
    writer.close()
    return process, reader


def _silent() -> Callable[..., structlog.PrintLogger]:
    return lambda *_: structlog.PrintLogger(open(os.devnull, "w", encoding="utf-8"))


def _mark_steps(pipe: int) -> None:
    """Mark each step before it begins; one line is written at once, whichever thread does it."""
    at, one = recording_worker.Worker.at, recording_worker.Worker._one

    def marked_at(self: recording_worker.Worker, id_: str, step: Step, share: float) -> None:
        os.write(pipe, f"{id_} {step}\n".encode())
        at(self, id_, step, share)

    def marked_one(self: recording_worker.Worker, ready: Ready) -> None:
        one(self, ready)
        os.write(pipe, f"{ready.id} {IDLE}\n".encode())

    recording_worker.Worker.at = marked_at  # type: ignore[method-assign]
    recording_worker.Worker._one = marked_one  # type: ignore[method-assign, assignment]
