"""How does a ban come to stop an address? As an access list of Asterisk's, which refuses all SIP from there before it looks at it.

Not fail2ban: that would need root, another daemon and a log of every attempt, and would learn of an attack from lines of text that
the attacker has a hand in. Asterisk tells each failure over AMI as an event, and reads its access lists again without touching
a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

import structlog

from ari_app.bans import Bans, Wrong
from ari_app.clock import Clock
from ari_app.whole_files import PRIVATE

log = structlog.get_logger(__name__)
MODULE: Final = "acl"
TRY_AGAIN_S: Final = 1.0


class BanKeeper:
    """Writes ``path`` and has Asterisk read it. ``spared``: addresses and networks never banned; ``reload_module`` may raise."""

    def __init__(
        self,
        bans: Bans,
        path: Path,
        spared: Callable[[], Iterable[str]],
        reload_module: Callable[[str], Awaitable[None]],
        clock: Clock,
    ) -> None:
        self._bans = bans
        self._path = path
        self._spared = spared
        self._reload_module = reload_module
        self._clock = clock
        self._changed = asyncio.Event()
        self._in_force: tuple[str, ...] | None = None

    def failed(self, address: str, wrong: Wrong) -> None:
        """A phone at ``address`` could not prove who it is."""
        if not self._is_spared(address) and self._bans.failed(address, wrong, self._clock.now()):
            log.warning("address_banned", address=address, wrong=wrong)
            self._changed.set()

    def succeeded(self, address: str) -> None:
        """A phone at ``address`` has proved who it is."""
        self._bans.succeeded(address, self._clock.now())

    async def run(self) -> None:
        """Keep Asterisk's list as the bans are, until cancelled. An Asterisk that does not answer is asked again."""
        if not self._path.exists():
            self._in_force = ()
        while True:
            wanted = self._bans.banned(self._clock.now())
            if wanted != self._in_force:
                await self._enforce(wanted)
                continue
            await self._wait()

    async def _enforce(self, wanted: tuple[str, ...]) -> None:
        try:
            self._write(wanted)
            await self._reload_module(MODULE)
        except Exception as failed:
            log.warning("bans_not_in_force", why=str(failed))
            await self._clock.sleep(TRY_AGAIN_S)
        else:
            self._in_force = wanted

    def _write(self, addresses: tuple[str, ...]) -> None:
        """The lines of acl.conf's section. Not forced to the disk, for which calls would wait: after a crash it is written anew."""
        unfinished = self._path.with_name(f".{self._path.name}.new")
        unfinished.write_text("".join(f"deny = {address}\n" for address in addresses), encoding="utf-8")
        unfinished.chmod(PRIVATE)
        unfinished.replace(self._path)

    async def _wait(self) -> None:
        """Until there is another ban, or one has ended."""
        end = self._bans.next_end()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if end is None else max(0.0, end - self._clock.now())):
                await self._changed.wait()
        self._changed.clear()

    def _is_spared(self, address: str) -> bool:
        try:
            one = ipaddress.ip_address(address)
        except ValueError:
            return True
        return any(one in ipaddress.ip_network(network, strict=False) for network in self._spared())
