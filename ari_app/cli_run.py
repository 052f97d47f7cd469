"""What happens between `centralita run` and its end?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ari_app.centre import Centre, load_centre
from ari_app.settings import Settings, load_settings, parse_env_file
from ari_app.stack import background
from ari_app.stack.asterisk_root import AsteriskInstall, provide_asterisk
from ari_app.stack.doctor_machine import host_name_check, resolve_host_name
from ari_app.stack.doctor_running import redis_check
from ari_app.stack.env_secrets import add_missing_secrets
from ari_app.stack.faults import AlreadyRunning, StackError, StartFailed
from ari_app.stack.instance import Instance
from ari_app.stack.progress import Steps
from ari_app.stack.redis_install import RedisInstall, provide_redis
from ari_app.stack.supervisor import supervise
from ari_app.stack.versions import shown

Write = Callable[[str], None]
SelfCheck = Callable[[Settings], Awaitable[int]]
_STEPS = 9
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Provided:
    """All that a start needs, found or made: settings with secrets, the centre, Asterisk, and Redis unless it is not ours."""

    settings: Settings
    centre: Centre
    asterisk: AsteriskInstall
    redis: RedisInstall | None


def run_stack(project: Path, write: Write, self_check: SelfCheck | None) -> int:
    """Set up, start, check with one call, and stay until SIGINT, SIGTERM or SIGHUP. The exit code: 0 after such a signal.

    ``self_check`` returns 0 when its call went well. Raises StackError, BadSettings or BadFile (text for the person).
    """
    steps = Steps(_STEPS, write, time.monotonic)
    state = load_settings(project).state
    pid = background.running_supervisor(state)
    if pid is not None:
        raise AlreadyRunning(f"Centralita runs already on {state} (pid {pid}); `make down` ends it.")
    background.announce(background.pid_file(state))
    try:
        with _terminable():
            provided = _provide(project, steps)
        return asyncio.run(_run(provided, steps, write, self_check))
    finally:
        background.withdraw(state)


def provide(project: Path, write: Write) -> Provided:
    """Only the first half of run_stack: secrets, the centre, Asterisk and Redis are there afterwards."""
    with _terminable():
        return _provide(project, Steps(_STEPS // 2, write, time.monotonic))


def debian_mirror(project: Path) -> str:
    """CENTRALITA_DEBIAN_MIRROR from the environment or .env; empty when it is not set."""
    name = "CENTRALITA_DEBIAN_MIRROR"
    return os.environ.get(name) or parse_env_file(project / ".env").get(name, "")


def _provide(project: Path, steps: Steps) -> Provided:
    with steps.step("Settings and secrets") as remark:
        added = add_missing_secrets(project / ".env", os.environ, lambda: secrets.token_urlsafe(_SECRET_BYTES))
        remark(f"made {len(added)} secrets in {project / '.env'}" if added else "all secrets are there")
        settings = load_settings(project)
        name = host_name_check(*resolve_host_name())
        if name.outcome != "ok":
            remark(f"warning: {name.detail}\n-> {name.remedy}")
    with steps.step(f"The centre in {settings.centre}") as remark:
        centre = load_centre(settings.centre)
        remark(f"{len(centre.numbers)} numbers, {len(centre.queues)} queues, {len(centre.operators)} operators")
    with steps.step("Asterisk") as remark:
        asterisk = provide_asterisk(settings.cache, remark, debian_mirror(project))
        remark(f"{shown(asterisk.version)}, {asterisk.where}")
    with steps.step("Redis") as remark:
        redis = provide_redis(settings.cache, remark, debian_mirror(project)) if settings.own_redis else None
        remark(f"{shown(redis.version)}, {redis.command[-1]}" if redis else "the one in REDIS_URL")
    return Provided(settings, centre, asterisk, redis)


async def _run(provided: Provided, steps: Steps, write: Write, self_check: SelfCheck | None) -> int:
    instance = Instance(provided.settings, provided.centre, provided.asterisk, provided.redis)
    with _cancel_on_signal(write) as stopped:
        try:
            await _start(instance, steps)
            with steps.step("Self-check: one call through everything"):
                await _check(provided.settings, steps, self_check)
            background.announce(background.ready_file(provided.settings.state))
            _say_where(provided.settings, write)
            await supervise(instance, write)
        except asyncio.CancelledError:
            if not stopped:
                raise
        finally:
            write("Stopping: engine, Asterisk, Redis")
            await instance.close()
    write("Stopped; nothing of it runs any more.")
    return 0


async def _start(instance: Instance, steps: Steps) -> None:
    with steps.step("Configuration and ports") as remark:
        instance.prepare()
        remark(f"written to {instance.folders.etc}")
    with steps.step("Starting Redis and Asterisk") as remark:
        async with asyncio.TaskGroup() as group:
            group.create_task(_redis(instance))
            group.create_task(instance.start_asterisk())
        remark("both answer")
    with steps.step("Starting the engine") as remark:
        await instance.start_engine()
        await instance.start_recordings()
        remark("/healthz says ok")
    with steps.step("Starting the console") as remark:
        await instance.start_console()
        remark(instance.settings.console_url)


async def _redis(instance: Instance) -> None:
    await instance.start_redis()
    check = await redis_check(instance.settings)
    if check.outcome != "ok":
        raise StartFailed(f"Redis {check.detail}: {check.remedy}.")


async def _check(settings: Settings, steps: Steps, self_check: SelfCheck | None) -> None:
    if self_check is None:
        steps.remark("left out")
        return
    if settings.centre.resolve() != (settings.project / "centres" / "valdeluna").resolve():
        steps.remark("left out: it calls the demo centre's numbers, and CENTRALITA_CENTRE names another centre")
        return
    if await self_check(settings) != 0:
        raise StartFailed(
            "The self-check's call did not go well; what happened is above. `make doctor` may tell why; "
            f"the logs are in {settings.state / 'log'}. `centralita run --no-self-check` starts without it."
        )


def _say_where(settings: Settings, write: Write) -> None:
    address = settings.console_url
    write("")
    write("Centralita is up.")
    write(f"  console        {address}/ (codes such as 2001 or 1001, secret DEMO_WEB_SECRET in .env)")
    write(f"  API            {address}/api/v1/ (described at {address}/api/v1/openapi.json)")
    write(
        f"  phones         register at {settings.registrar[0]}:{settings.registrar[1]}/udp, secret DEMO_SIP_SECRET in .env"
    )
    write(f"  recordings     {settings.recordings}")
    write(f"  logs           {settings.state / 'log'}")
    write("  a demo call    make demo")
    write("Ctrl-C (or `make down`) stops everything.")


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """While blocking calls run, SIGTERM ends us as Ctrl-C does, so that what they started ends too."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _cancel_on_signal(write: Write) -> Iterator[list[signal.Signals]]:
    """The first SIGINT, SIGTERM or SIGHUP cancels this task; later ones only say so. Gives the signals that came."""
    came: list[signal.Signals] = []
    task = asyncio.current_task()
    assert task is not None, "runs in a task"
    loop = asyncio.get_running_loop()

    def on_signal(which: signal.Signals) -> None:
        came.append(which)
        if len(came) == 1:
            task.cancel()
        else:
            write("Stopping already; give it a few seconds.")

    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for which in watched:
        loop.add_signal_handler(which, on_signal, which)
    try:
        yield came
    finally:
        for which in watched:
            loop.remove_signal_handler(which)


def first_problem(group: BaseExceptionGroup[BaseException]) -> StackError | None:
    """The first StackError in a task group's failure, for the message; None when there is only something unforeseen."""
    found = group.subgroup(StackError)
    while isinstance(found, BaseExceptionGroup):
        inner = found.exceptions[0]
        if isinstance(inner, StackError):
            return inner
        found = inner if isinstance(inner, BaseExceptionGroup) else None
    return None
