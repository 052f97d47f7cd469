"""What is one running set of Asterisk, Redis and engine, and how does it come up and go down?

``async with Instance(...) as instance`` gives Asterisk and Redis, ready; the engine is started with
``instance.start_engine()``. Each of the three can be stopped, killed and started again alone.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from ari_app.centre import Centre
from ari_app.settings import Settings
from ari_app.stack import conf, ready
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.child import Child, ChildPlan, end_leftover, last_lines
from ari_app.stack.configuring import write_configuration
from ari_app.stack.console import asterisk_rx, plain_environment
from ari_app.stack.faults import AlreadyRunning, StackError, StartFailed
from ari_app.stack.folders import Folders
from ari_app.stack.ports import ports_of, require_free, taken_ports
from ari_app.stack.redis_install import RedisInstall

log = structlog.get_logger()
_READY_WITHIN_S = 60.0
_LOOK_AGAIN_S = 0.25
_ASTERISK_ENDS_ALONE_S = 2.0
"""Without channels it takes 0.8 s, the last goodbyes to phones included."""


class Instance:
    """One set below ``settings.state``, which no other Instance may use at the same time.

    ``redis_install`` is None when REDIS_URL names a server that is not ours. ``asterisk``, ``redis``, ``engine``, ``recordings``
    and ``console`` are the children; start them with the methods here, which wait until they answer; stop or kill each itself.
    """

    def __init__(
        self,
        settings: Settings,
        centre: Centre,
        asterisk_install: AsteriskInstall,
        redis_install: RedisInstall | None,
        away_tries: int = conf.AWAY_TRIES,
    ) -> None:
        self.settings = settings
        self.centre = centre
        self.folders = Folders.below(settings.state)
        self._away_tries = away_tries
        self._asterisk_install = asterisk_install
        self._redis_install = redis_install
        self._lock: IO[str] | None = None
        asterisk = self._plan("asterisk", self._asterisk_command())
        self.asterisk = Child(replace(asterisk, after_sigterm=self._end_idle_asterisk))
        self.redis = Child(self._plan("redis", self._redis_command()))
        ours = settings_environment(settings)
        self.engine = Child(self._plan("engine", (sys.executable, "-m", "ari_app"), ours))
        self.recordings = Child(
            self._plan("recordings", (sys.executable, "-m", "ari_app.cli", "recordings", "work"), ours)
        )
        self.console = Child(self._plan("console", (sys.executable, "-m", "console"), ours))

    async def __aenter__(self) -> Self:
        try:
            self.prepare()
            await self.start_redis()
            await self.start_asterisk()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def prepare(self) -> None:
        """Take the state folder, check that every port is free, and write the configuration.

        Raises AlreadyRunning, StartFailed (a port is taken) or SetupFailed (a template cannot be rendered).
        """
        self.folders.make()
        self._take_lock()
        for name in ("console", "engine", "recordings", "asterisk", "redis"):
            self._leftover(name)
        require_free(self.settings, ports_of(self.settings))
        write_configuration(self.settings, self.centre, self._asterisk_install, self.folders, self._away_tries)

    async def start_redis(self) -> None:
        """Start our own Redis and wait for its PONG; nothing to do when REDIS_URL names another."""
        if self._redis_install is None:
            return
        conf.write_private(self.folders.home / "redis.conf", self._redis_configuration())
        await self.redis.start()
        address, port = self.settings.bind_address, self.settings.redis_port
        await ready.until_ready(self.redis, lambda: ready.redis_answers(address, port), _READY_WITHIN_S)

    async def start_asterisk(self) -> None:
        """Start Asterisk and wait until it is fully booted. Raises StartFailed, also when it came up without ARI, AMI or SIP."""
        await self.asterisk.start()
        hint = f" Its own messages are in {self.folders.log}/messages.log."
        await ready.until_ready(self.asterisk, self._asterisk_is_up, _READY_WITHIN_S, hint)

    async def start_engine(self, *, stands_by: bool = False) -> None:
        """Start the engine and wait until it leads and can serve calls, or, beside one that does, until it stands by."""
        await self.engine.start()
        address, port, path = self.settings.api_host, self.settings.api_port, "/healthz" if stands_by else "/readyz"
        await ready.until_ready(self.engine, lambda: ready.http_ok(address, port, path), _READY_WITHIN_S)

    def another_engine(
        self, name: str, api_port: int, fastagi_port: int, *, ari_port: int | None = None, ami_port: int | None = None
    ) -> Child:
        """A controller beside ``engine`` over the same Redis, Asterisk and state, not started yet; it stands by at first.

        The ports are its own; ``ari_port`` and ``ami_port`` lead to Asterisk by another way than ours. Whoever starts it ends it.
        """
        settings = replace(
            self.settings,
            api_port=api_port,
            fastagi_port=fastagi_port,
            ari_port=ari_port or self.settings.ari_port,
            ami_port=ami_port or self.settings.ami_port,
        )
        command = (sys.executable, "-m", "ari_app")
        return Child(self._plan(name, command, settings_environment(settings)))

    async def start_recordings(self) -> None:
        """Start the worker that keeps what is recorded. Nobody waits for it: what it has not done yet stays where it is."""
        await self.recordings.start()

    async def start_console(self) -> None:
        """Start what people look at, and wait until it knows the centre's state."""
        await self.console.start()
        address, port = self.settings.console_host, self.settings.console_port
        await ready.until_ready(self.console, lambda: ready.http_ok(address, port, "/console/healthz"), _READY_WITHIN_S)

    async def asterisk_rx(self, command: str) -> str:
        """What Asterisk's console answers to ``command``. Raises StartFailed when it is not there."""
        return await asterisk_rx(self._asterisk_install, self.folders, command)

    async def close(self) -> None:
        """Stop the console, engine, Asterisk, Redis and the recordings' worker in this order, whatever runs of them, and give the
        state folder back."""
        try:
            for child in (self.console, self.engine, self.asterisk, self.redis, self.recordings):
                await child.stop()
        finally:
            if self._lock is not None:
                self.folders.end_run()
                self._lock.close()
                self._lock = None

    async def _end_idle_asterisk(self) -> None:
        """After SIGTERM, which hangs up every channel: kill an Asterisk that has none left and waits all the same.

        It waits until its count of channels is 0, for up to 15 s; but every channel id that it refuses as a duplicate leaves
        that count one too low for good (22.10.1, ast_channel_destructor). Its console is closed by then, ARI still answers.
        """
        address, ari = self.settings.bind_address, self.settings.ari_port
        while self.asterisk.running:
            if await ready.no_channel_is_up(address, ari, self.settings.ari_secret):
                break
            await asyncio.sleep(_LOOK_AGAIN_S)
        await asyncio.sleep(_ASTERISK_ENDS_ALONE_S)
        log.info("asterisk_waited_for_no_channel")
        await self.asterisk.kill()

    @property
    def _control_socket(self) -> Path:
        return self.folders.run / "asterisk.ctl"

    async def _asterisk_is_up(self) -> bool:
        if not self._control_socket.exists():
            return False
        try:
            await self.asterisk_rx("core waitfullybooted")
        except StackError:
            return False
        await self._require_doors()
        return True

    async def _require_doors(self) -> None:
        """Raises StartFailed when a booted Asterisk lacks ARI, AMI or SIP: a module is missing, or its port was taken."""
        address, ari = self.settings.bind_address, self.settings.ari_port
        # Without credentials ARI answers 401; an Asterisk without ARI answers 404.
        request = f"GET /ari/asterisk/ping HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode()
        doors = {
            "ARI": await ready.answers(address, ari, request, b"HTTP/1.1 401"),
            "AMI": await ready.ami_greets(address, self.settings.ami_port),
            "SIP": "SIP" in {port.purpose for port in taken_ports(address, ports_of(self.settings))},
        }
        closed = [name for name, is_open in doors.items() if not is_open]
        if closed:
            raise StartFailed(
                f"asterisk is booted but has no {' and no '.join(closed)}; the reason is in {self.folders.log}/messages.log:\n"
                f"{last_lines(self.folders.log / 'messages.log', 8)}"
            )

    def _asterisk_command(self) -> tuple[str, ...]:
        return (*self._asterisk_install.command, "-f", "-C", str(self.folders.etc / "asterisk.conf"))

    def _redis_command(self) -> tuple[str, ...]:
        begin = self._redis_install.command if self._redis_install is not None else ()
        return (*begin, str(self.folders.home / "redis.conf"))

    def _redis_configuration(self) -> str:
        # Every second to disk: a crash of the machine loses at most about a second of state, a kill -9 nothing.
        return (
            f"bind {self.settings.bind_address}\nport {self.settings.redis_port}\nprotected-mode yes\n"
            f'dir "{self.folders.redis}"\nappendonly yes\nappendfsync everysec\nsave ""\ndaemonize no\n'
        )

    def _plan(self, name: str, command: tuple[str, ...], environment: dict[str, str] | None = None) -> ChildPlan:
        return ChildPlan(
            name=name,
            command=command,
            output=self.folders.log / f"{name}.out",
            pid_file=self.folders.home / f"{name}.pid",
            environment=plain_environment() | (environment or {}),
            folder=self.settings.project,
        )

    def _leftover(self, name: str) -> None:
        end_leftover(self.folders.home / f"{name}.pid")

    def _take_lock(self) -> None:
        lock = (self.folders.home / "stack.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(
                f"A Centralita runs on {self.folders.home} already. `make down` ends one that runs in the background, "
                "Ctrl-C one at a terminal; for a second one set CENTRALITA_STATE and other ports."
            ) from None
        self._lock = lock


def settings_environment(settings: Settings) -> dict[str, str]:
    """The variables from which ``load_settings`` makes these very settings again, for the engine's process."""
    known = [
        (setting.metadata["env"], getattr(settings, setting.name)) for setting in fields(Settings) if setting.metadata
    ]
    return {name: str(value) for name, value in known if value not in ("", None)}
