"""What does a supervisor's phone hear while it is in nobody's conversation? A bridge of its own, with a snoop on whoever is heard.

What the phone says there, the operator alone hears, unless it is muted: to listen is to be muted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.control_states import Control
from ari_app.ear_book import Tap
from ari_app.recorder import ANEW_S
from ari_app.telephony import ChannelGone, PlaybackEnded, TelephonyError

log = structlog.get_logger(__name__)
BEEP: Final = "sound:beep"
BEEP_WITHIN_S: Final = 3.0


class ListeningPost:
    """The bridge of one supervision; ``call.channel`` leads to the supervisor's phone. ``keep`` is told before the tap changes."""

    def __init__(self, call: Call, exchange: Exchange, keep: Callable[[], None]) -> None:
        self._call = call
        self._exchange = exchange
        self._keep = keep
        self._muted: bool | None = False
        self.bridge = call.next_bridge()
        self.tap: Tap | None = None
        self.ready = False
        self.taken = False
        """Whether the phone is here now."""

    def go_on_from(self, bridge: str, tap: Tap | None, *, taken: bool) -> None:
        """As an earlier life of the controller left it; whether the phone is muted is not known."""
        self.bridge, self.ready, self.tap, self.taken, self._muted = bridge, True, tap, taken, None

    async def make_ready(self, control: Control | None) -> None:
        """What takes its time while the phone rings: the bridge, and the snoop of whoever talks now."""
        await self._exchange.telephony.create_bridge(self.bridge, self._call.bridge_name, near=self._call.channel)
        self.ready = True
        await self.hear(control)

    async def come(self) -> None:
        """The phone is here from now on, and hears nobody but through the snoop."""
        await self._exchange.telephony.add_to_bridge(self.bridge, [self._call.channel], keys_stay=True)
        self.taken = True

    async def set_muted(self, muted: bool) -> None:
        """Whether anybody hears what the phone says; unchanged wherever it goes."""
        if muted is not self._muted:
            await self._exchange.telephony.mute(self._call.channel, muted=muted)
            self._muted = muted

    async def hear(self, control: Control | None) -> None:
        """Hear the operator's channel from now on: anew whenever somebody else talks with the operator (decision 35)."""
        if control is None:
            return
        if self.tap is not None:
            if (going_on := self.tap.goes_on(control)) is not None:
                self._tap_is(going_on)
                return
            await self.hear_nobody()
            await self._exchange.clock.sleep(ANEW_S)
        await self._tap_into(control)

    async def _tap_into(self, control: Control) -> None:
        """An operator who has just gone is heard of next. The tap is noted first: whoever is cut short takes it along."""
        tap = Tap(self._call.next_snoop(), control.channel, control.talks_with)
        self._tap_is(tap)
        try:
            await self._exchange.telephony.snoop(tap.snoop, control.channel)
            await self._exchange.telephony.add_to_bridge(self.bridge, [tap.snoop])
        except ChannelGone:
            self._tap_is(None)
            log.info("operator_gone_before_the_supervisor_listened")

    async def hear_nobody(self) -> None:
        """Take the snoop away, if there is one."""
        tap = self.tap
        if tap is not None:
            self._tap_is(None)
            await self._exchange.hang_up(tap.snoop)

    def _tap_is(self, tap: Tap | None) -> None:
        self.tap = tap
        self._keep()

    async def take_apart(self) -> None:
        """Nobody is here any more."""
        await self.hear_nobody()
        await self._exchange.destroy_bridge(self.bridge)

    async def beep(self, channel: str) -> None:
        """A tone that the operator alone hears."""
        telephony, snoop, playback = self._exchange.telephony, self._call.next_snoop(), self._call.next_playback()
        inbox: asyncio.Queue[object] = asyncio.Queue()
        try:
            await telephony.snoop(snoop, channel)
            telephony.watch(playback, inbox)
            await telephony.play(snoop, playback, [BEEP], self._exchange.in_force().default_language)
            async with asyncio.timeout(BEEP_WITHIN_S):
                while not isinstance(await inbox.get(), PlaybackEnded):
                    pass
        except (TelephonyError, TimeoutError) as failed:
            log.warning("operator_not_told_of_supervision", why=str(failed))
        finally:
            telephony.unwatch(playback)
            await self._exchange.hang_up(snoop)
