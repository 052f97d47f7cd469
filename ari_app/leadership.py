"""May this controller act? One leads and the others stand by; who cannot be sure any more does nothing until it is.

Three witnesses, each for when the one before it is away. The lease (Redis) says who leads. While it cannot be asked, the leader
goes on, and shows on Asterisk itself (a ``beat`` that changes) that it lives; a standby takes over only if that stands still. And
whoever connects to Asterisk as the application takes it from whoever had it, who is told (ApplicationReplaced) and stops. A
process that was frozen (SIGSTOP, a stalled machine) finds that its last look at the lease is too old, and looks again before its
next command.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal, Protocol

import structlog

log = structlog.get_logger(__name__)
LEASE_S: Final = 3.0
RENEW_S: Final = 0.5
SURE_S: Final = 2.0
"""For so long after a look at the lease no other controller can have taken it: less than LEASE_S by more than clocks may differ."""
LOOK_S: Final = 0.25
"""How often a standby looks whether nobody leads any more."""
PATIENT_S: Final = 3 * RENEW_S
"""For so long a lease that could not be asked for a while is left to the leader, who renews it first if he lives."""
MISSED_S: Final = 1.5
"""Whoever could not ask for the lease for no longer has only been slow, as a process may be that has just begun."""
DEAD_S: Final = 4.0
"""A beat on Asterisk that stands still for so long is that of a dead leader."""


Role = Literal["starting", "standby", "leader"]


class LeadLost(Exception):
    """Another controller leads; this one must stop acting."""


class Away(Exception):
    """The lease cannot be asked at the moment."""


class Lease(Protocol):
    """See adapters/redis_lease.py, whose errors are ``Away`` here."""

    @property
    def epoch(self) -> int:
        """That under which we lead or led last; 0: never."""
        ...

    @property
    def led_last(self) -> str:
        """Who led before us, empty if nobody is known to have."""
        ...

    async def take(self) -> bool:
        """Lead from now on, if nobody does. Raises Away."""
        ...

    async def renew(self) -> bool:
        """Go on leading; False: another leads. Raises Away."""
        ...

    async def release(self) -> None:
        """Let the next one lead at once. Raises Away."""
        ...

    async def reach(self) -> None:
        """Nothing, if the lease can be asked. Raises Away."""
        ...


Beat = Callable[[], Awaitable[str | None]]
"""What the leader showed on Asterisk last; None: Asterisk cannot be asked."""


class Leadership:
    """One controller's part in it. ``beat`` reads the leader's beat; ``now`` is a clock that goes on while we are frozen (s);
    ``on_lost`` is told at once when the lead is lost, ``on_away`` when we lead and the lease cannot be renewed."""

    def __init__(
        self,
        lease: Lease,
        beat: Beat,
        now: Callable[[], float],
        on_lost: Callable[[], None],
        on_away: Callable[[], None] = lambda: None,
    ) -> None:
        self._lease = lease
        self._on_lost = on_lost
        self._on_away = on_away
        self._beat = beat
        self._now = now
        self._looked_at = float("-inf")
        self._looked = asyncio.Event()
        self._lost: LeadLost | None = None
        self.leads = False
        self._led_since = float("-inf")
        self._asked = False
        self.led_last: frozenset[str] = frozenset()
        """Who is known to have led before us, as beats and the lease name them (several: not all Asterisks saw the last)."""
        self.without_lease = False
        """True while the lease cannot be asked: the leader has to show its beat on Asterisk."""

    async def come_to_lead(self) -> None:
        """Stand by until we lead."""
        seen: tuple[str | None, float] | None = None
        away_since = patient_until = float("-inf")
        while True:
            before = self._now()
            try:
                if seen is not None:
                    await self._lease.reach()
                    seen = None
                    if before - away_since > MISSED_S:
                        patient_until = self._now() + PATIENT_S
                self.leads = before >= patient_until and await self._lease.take()
            except Away as away:
                away_since = away_since if seen is not None else before
                seen = await self._compare(seen)
                if self._now() - seen[1] >= DEAD_S:
                    log.warning("leading_without_lease", why=str(away))
                    self.leads = self.without_lease = True
            if self.leads:
                self.led_last = _holders(seen[0]) if seen is not None else frozenset({self._lease.led_last} - {""})
                self._saw(before)
                self._led_since = self._now()
                log.info("leading", epoch=self._lease.epoch)
                return
            self._asked = True
            await asyncio.sleep(LOOK_S)

    @property
    def role(self) -> Role:
        """What we are now. A standby is one that knows of another who leads, or lives."""
        return "leader" if self.leads else "standby" if self._asked else "starting"

    def role_for_others(self, taken_over: bool, patience_s: float) -> Role:
        """As whoever asks is told: one who leads has ``taken_over`` the calls before, or has waited ``patience_s`` for that.

        Until then calls that are up would be denied.
        """
        waits = self.leads and not taken_over and self._now() - self._led_since < patience_s
        return "starting" if waits else self.role

    async def _compare(self, seen: tuple[str | None, float] | None) -> tuple[str | None, float]:
        """The beat, and since when it has stood still."""
        beat = await self._beat()
        return seen if seen is not None and seen[0] == beat else (beat, self._now())

    async def hold(self) -> None:
        """Keep the lead until cancelled. Raises LeadLost."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self._look()

    async def _look(self) -> None:
        before = self._now()
        try:
            kept = await (self._lease.renew() if self._lease.epoch else self._lease.take())
        except Away as away:
            if not self.without_lease:
                log.warning("lease_not_renewed", why=str(away))
                self.without_lease = True
                self._on_away()
        else:
            if not kept:
                self.lose("another controller leads")
            if self.without_lease:
                log.info("lease_renewed", epoch=self._lease.epoch)
            self.without_lease = False
        if self._lost is not None:
            raise self._lost
        self._saw(before)

    def _saw(self, at: float) -> None:
        self._looked_at = at
        looked, self._looked = self._looked, asyncio.Event()
        looked.set()

    def lose(self, why: str) -> None:
        """Another controller has the lead: nothing more may be done."""
        if self._lost is None:
            log.error("lead_lost", why=why)
            self._lost, self.leads = LeadLost(why), False
            self._on_lost()
            self._saw(float("-inf"))

    @property
    def is_sure(self) -> bool:
        """Whether we lead for certain at this instant."""
        return self.leads and self._now() - self._looked_at < SURE_S

    async def be_sure(self) -> None:
        """Return once we are. Raises LeadLost. A standby has nothing to be sure of, and must not ask."""
        while not self.is_sure:
            if self._lost is not None:
                raise self._lost
            await self._looked.wait()

    async def release(self) -> None:
        """We end: the next one may lead at once."""
        self.leads = False
        try:
            await self._lease.release()
        except Away as away:
            log.warning("lease_not_released", why=str(away))


def _holders(beat: str | None) -> frozenset[str]:
    """Whose beats they are: ``HOLDER NUMBER``, one for each Asterisk."""
    return frozenset(one.partition(" ")[0] for one in (beat or "").split("|")) - {""}
