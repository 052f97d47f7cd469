"""How is the centre read again while calls go on? All of it or nothing: the first problem leaves everything as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import structlog

from ari_app.centre import Centre, load_centre
from ari_app.commands import Reloaded, ReloadRefused
from ari_app.reload_plan import ReloadPlan
from ari_app.settings import Settings
from ari_app.stack import conf, written_for
from ari_app.stack.faults import StackError
from ari_app.stack.folders import Folders
from ivr_flows.problems import BadFile

log = structlog.get_logger(__name__)
READ_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "pjsip.conf": ("res_pjsip.so", "res_pjsip_endpoint_identifier_ip.so"),
    "extensions.conf": ("pbx_config.so",),
    "queues.conf": ("app_queue.so",),
}
"""Asterisk's files that a centre can change, and the modules that read them. Others are read at its start only."""


class Reloading:
    """One reload at a time. ``put_in_force`` swaps the centre at once; ``reload_module`` is Asterisk's, and may raise."""

    def __init__(
        self,
        settings: Settings,
        put_in_force: Callable[[Centre], ReloadPlan],
        reload_module: Callable[[str], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._put_in_force = put_in_force
        self._reload_module = reload_module
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> Reloaded:
        """Read the folder again. Raises ReloadRefused with every problem; then nothing has changed."""
        async with self._one_at_a_time:
            try:
                centre = await asyncio.to_thread(load_centre, self._settings.centre)
                files = await asyncio.to_thread(self._write_files, centre)
            except BadFile as bad:
                raise _refused(map(str, bad.problems)) from bad
            except (StackError, OSError) as failed:
                raise _refused([str(failed)]) from failed
            plan = self._put_in_force(centre)
            restart = (*plan.needs_restart, *await self._not_read_by_asterisk(files))
            log.info("reloaded", changed=plan.changed, needs_restart=restart)
            return Reloaded(plan.changed, restart, tuple(map(str, centre.missing_audio)))

    async def on_request(self, asked: asyncio.Event) -> None:
        """Reload whenever ``asked`` is set (SIGHUP); the outcome is in the log."""
        while True:
            await asked.wait()
            asked.clear()
            try:
                await self.reload()
            except ReloadRefused:
                log.info("running_centre_stays")
            except Exception:  # a fault of ours must not end the controller with all its calls
                log.exception("reload_failed")

    def _write_files(self, centre: Centre) -> tuple[str, ...] | None:
        """Write anew what the centre changes in Asterisk's configuration; None where that is not ours to write."""
        folders = Folders.below(self._settings.state)
        known = written_for.recall(folders)
        if known is None:
            return None
        install, away_tries = known
        context = conf.context_for(self._settings, centre, install, folders, away_tries=away_tries)
        texts = conf.rendered(self._settings.project / "asterisk_conf", context)
        changed = conf.changed_files(folders.etc, texts)
        for name, text in changed.items():
            conf.write_private(folders.etc / name, text)
        return tuple(changed)

    async def _not_read_by_asterisk(self, files: tuple[str, ...] | None) -> list[str]:
        """Let Asterisk read the files; what it does not take is in words."""
        if files is None:
            return ["Asterisk was not set up by us: its phones, numbers and fallback queues are as they were"]
        left = [
            f"{name} of Asterisk has changed: it is read at its start only" for name in files if name not in READ_BY
        ]
        for name in files:
            for module in READ_BY.get(name, ()):
                try:
                    await self._reload_module(module)
                except Exception as failed:
                    log.warning("asterisk_not_reloaded", module=module, why=str(failed))
                    left.append(f"Asterisk did not read {name} again ({failed})")
        if files and self._settings.nodes:
            own = self._settings.own_node or "none"
            left.append(f"only node {own} has the new files: configure the others and what is in front of them, too")
        return left


def _refused(problems: Iterable[str]) -> ReloadRefused:
    told = tuple(problems)
    log.warning("reload_refused", problems=told)
    return ReloadRefused(told)
