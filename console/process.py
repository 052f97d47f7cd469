"""The console's process: ``python -m console`` serves people until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import structlog
import uvloop

from ari_app.adapters.catalogue_database import BadDatabase, Database
from ari_app.adapters.http_door import listen
from ari_app.adapters.http_server import serve_on
from ari_app.adapters.redis_clients import BadRedisUrl
from ari_app.beside import beside
from ari_app.centre import load_centre
from ari_app.clock import Clock, SystemClock
from ari_app.logs import configure_logging
from ari_app.rates import Rates
from ari_app.settings import BadSettings, Settings, load_settings
from console.app import create_app
from console.centre_files import CentreFiles
from console.controllers import Controllers
from console.mirror import Mirror
from console.reception import ControllersReception
from console.store import make_ready
from console.wiring import Around, Part, parts_of
from ivr_flows.problems import BadFile

log = structlog.get_logger(__name__)
AT_ONCE = 10
"""How many seconds' worth of requests may come at once: a page's files come in one go."""


async def serve(settings: Settings) -> None:
    """Serve until cancelled. Raises PortTaken, BadDatabase, BadRedisUrl, BadFile."""
    clock = SystemClock()
    listener = listen(settings.console_listens_at, settings.console_port, "CENTRALITA_CONSOLE_PORT")
    mirror = Mirror(settings.redis_address, settings.redis_prefix, clock)
    database = Database(settings.database)
    try:
        async with (
            Controllers(settings.controller_urls, settings.console_key) as controllers,
            asyncio.TaskGroup() as group,
        ):
            reception = ControllersReception(controllers, clock)
            first = await beside(load_centre, settings.centre)
            centre = CentreFiles(settings.centre, first, lambda: mirror.keeper.centre, clock)
            around = Around(settings, centre, clock, database, mirror, controllers, reception)
            parts = list(parts_of(around))
            app = create_app(
                mirror,
                controllers,
                reception,
                clock,
                parts=[part.router for part in parts],
                read_piecewise=[path for part in parts for path in part.read_piecewise],
                origins=settings.origins,
                address_rates=Rates(settings.api_requests_per_s, settings.api_requests_per_s * AT_ONCE),
                wrong={name: wrong for part in parts for name, wrong in part.wrong.items()},
            )
            group.create_task(mirror.run(), name="mirror")
            group.create_task(reception.run(), name="reception")
            group.create_task(_work(database, clock, parts), name="store")
            group.create_task(
                serve_on(app, listener, websockets=True, proxies=settings.console_proxy_networks), name="pages"
            )
            for part in parts:
                for name, work in part.at_once.items():
                    group.create_task(work(), name=name)
            log.info("console_started", address=settings.console_listens_at, port=settings.console_port)
    finally:
        database.close()


async def _work(database: Database, clock: Clock, parts: Iterable[Part]) -> None:
    """What needs the tables begins when they are there. Raises BadDatabase."""
    await make_ready(database, clock)
    async with asyncio.TaskGroup() as group:
        for part in parts:
            for name, work in part.works.items():
                group.create_task(work(), name=name)


async def _serve_until_signal(project: Path) -> None:
    settings = load_settings(project)
    configure_logging(settings.log_level)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.ensure_future(serve(settings))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
    finally:
        for task in (serving, stopping):
            task.cancel()
        await asyncio.wait({serving, stopping})
    log.info("console_stopped")


def main() -> int:
    """Returns the process's exit code: 0 after a signal, 1 for a start that cannot work."""
    configure_logging()
    code = 0
    try:
        uvloop.run(_serve_until_signal(Path(__file__).resolve().parents[1]))
    except* (BadSettings, BadDatabase, BadRedisUrl, BadFile, OSError) as problems:
        for problem in problems.exceptions:
            print(problem, file=sys.stderr)  # noqa: T201 - the person who starts it reads this
        code = 1
    return code
