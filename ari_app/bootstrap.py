"""How do the parts fit together? The only wiring: settings and the centre's files in, a running engine out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import structlog

from ari_app.accounts import Account, Accounts, one_secret_for_all
from ari_app.adapters.ami import AmiLink
from ari_app.adapters.ari import AriTelephony
from ari_app.adapters.fastagi import serve_fastagi
from ari_app.adapters.http_api import HealthPart, create_app
from ari_app.adapters.http_server import listen, serve_on
from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from ari_app.centre import Centre, load_centre
from ari_app.clock import SystemClock
from ari_app.contract import timestamp
from ari_app.engine import Engine
from ari_app.recorder import Recorder
from ari_app.settings import Settings
from ari_app.status import StatusPublisher
from ari_app.switchboard import Switchboard
from queues.acd import Acd
from queues.rules import OperatorProfile, QueueRules
from queues.views import QueueCounts

log = structlog.get_logger(__name__)
LET_GO_WITHIN_S = 5.0


def new_call_id(now: float) -> str:
    """An id of our own: the UTC second and 32 random bits, e.g. ``20261124-042201-7f3a9c01``."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(4)


def build_acd(centre: Centre) -> Acd:
    """The ACD under the centre's rules."""
    queues = [
        QueueRules(
            name=queue.name,
            ring_timeout_s=queue.ring_timeout_s,
            wrap_up_s=queue.wrap_up_s,
            service_level_s=queue.service_level_s,
            refusal_pause_s=queue.refusal_pause_s,
            max_misses=queue.max_misses,
            skill_wait_s=queue.skill_wait_s,
        )
        for queue in centre.queues
    ]
    operators = [OperatorProfile(o.code, tuple(o.queues), frozenset(o.skills)) for o in centre.operators]
    return Acd(queues, operators)


def build_accounts(centre: Centre, web_secret: str) -> Accounts:
    """Everybody in the centre, with the demo's one secret."""
    people = [Account(p.code, p.name, p.role, tuple(p.queues)) for p in centre.people]
    return Accounts(people, one_secret_for_all(web_secret))


class Controller:
    """The wired parts of one controller."""

    def __init__(self, settings: Settings, centre: Centre) -> None:
        self._settings = settings
        loop = asyncio.get_running_loop()
        self.clock = SystemClock()
        self.board = StatusBoard(self.clock.now)
        self.status = StatusPublisher(
            self.board,
            {operator.code: operator.name for operator in centre.operators},
            {queue.name: queue.service_level_s for queue in centre.queues},
            centre.time_zone,
            centre.mask_callers,
            self.clock.now(),
        )
        self.acd = build_acd(centre)
        self.switchboard = Switchboard(self.acd, self.clock, self.status, loop.call_later)
        self.redis = RedisStatus(
            self.board,
            settings.redis_address,
            timestamp(self.clock.now()),
            settings.redis_prefix,
            settings.events_cap,
        )
        self.ami = AmiLink(
            settings.bind_address, settings.ami_port, "centralita", settings.ami_secret, self._phone_changed
        )
        recorder = Recorder(settings.recordings, self.ami, self.clock)
        self.engine = Engine(centre, self.board, self.switchboard, recorder, self.clock, new_call_id)
        self.ari = AriTelephony(
            f"http://{settings.bind_address}:{settings.ari_port}/",
            settings.ari_secret,
            self.engine,
            self.engine.sweep,
        )
        self.app = create_app(
            self.board,
            self.engine,
            build_accounts(centre, settings.demo_web_secret),
            settings.token_key,
            self.clock.now,
            self.health,
        )

    def _phone_changed(self, code: str, reachable: bool) -> None:
        self.engine.phone_changed(code, reachable)

    def health(self) -> Iterable[HealthPart]:
        """What the centre stands on. Without Redis calls go on, so it is not needed for health."""
        return (
            HealthPart("ari", None if self.ari.connected else "not connected to Asterisk's ARI"),
            HealthPart("ami", None if self.ami.connected else "not connected to Asterisk's AMI"),
            HealthPart("redis", self.redis.wrong, needed=False),
        )

    async def remember(self) -> None:
        """Take back what the earlier life knew: the day's counts, and who was at work."""
        await self.redis.start()
        for queue, counts in (await self.redis.load_counts(self.status.day(self.clock.now()))).items():
            if queue in self.status.queues:
                self.acd.restore_counts(queue, QueueCounts(**asdict(counts)))
        self.engine.restore_operators(await self.redis.load_operators())
        self.board.add_sink(self.redis.sink)
        self.switchboard.publish_all()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until ``stop``; then let go of the calls and write the last status."""
        api = listen(self._settings.bind_address, self._settings.api_port)
        fastagi = await serve_fastagi(
            self._settings.bind_address, self._settings.fastagi_port, self.engine.queue_for_dialplan
        )
        try:
            await self.remember()
            async with asyncio.TaskGroup() as lives, asyncio.TaskGroup() as parts:
                self.engine.start(lives, self.ari)
                works: list[Coroutine[Any, Any, None]] = [
                    self.redis.run(),
                    self.ami.run(),
                    self.ari.run(),
                    self.engine.tick(),
                    serve_on(self.app, api),
                ]
                running = [parts.create_task(work) for work in works]
                await stop.wait()
                self._let_go()
                await self.engine.cancel_lives(LET_GO_WITHIN_S)
                for task in running:
                    task.cancel()
        finally:
            fastagi.close()
            await fastagi.wait_closed()
            await self.redis.close()

    def _let_go(self) -> None:
        log.info("letting_go", calls=len(self.switchboard.calls))
        self.engine.let_go()
        self.ari.let_go()


async def run_engine(settings: Settings, stop: asyncio.Event) -> None:
    """Run the controller until ``stop`` is set. Raises BadFile, PortTaken, Replaced (in groups)."""
    await Controller(settings, load_centre(settings.centre)).run(stop)
