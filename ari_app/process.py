"""The controller's process: ``python -m ari_app`` runs the engine until SIGTERM or SIGINT, and then lets go of the calls.

SIGHUP reads the centre's files again.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from pathlib import Path

import structlog
import uvloop

from ari_app.adapters.ari import Replaced
from ari_app.bootstrap import run_engine
from ari_app.leadership import LeadLost
from ari_app.logs import configure_logging
from ari_app.settings import BadSettings, load_settings
from ivr_flows.problems import BadFile

log = structlog.get_logger(__name__)
REPLACED = 3
"""Exit code: another controller leads. Started again, this one stands by."""


async def _run_until_signal(project: Path) -> None:
    settings = load_settings(project)
    configure_logging(settings.log_level)
    _collect_garbage_seldom()
    loop = asyncio.get_running_loop()
    stop, reload = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    await run_engine(settings, stop, reload)


def _collect_garbage_seldom() -> None:
    """What was loaded stays; what calls leave behind is mostly counted away, and looking through all of it costs more."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


def main() -> int:
    """Returns the process's exit code: 0 after a signal, 1 for a start that cannot work, 3 when replaced."""
    configure_logging()
    code = 0
    try:
        uvloop.run(_run_until_signal(Path(__file__).resolve().parents[1]))
    except* (BadSettings, BadFile, OSError) as problems:
        for problem in problems.exceptions:
            print(problem, file=sys.stderr)  # noqa: T201 - the person who starts it reads this
        code = 1
    except* (Replaced, LeadLost):
        log.error("replaced_by_another_controller")
        code = REPLACED
    return code
