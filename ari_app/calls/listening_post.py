"""What does a supervisor's phone hear while it is in nobody's conversation? A bridge of its own, with a snoop on whoever is heard.

What the phone says there, the operator alone hears, unless it is muted: to listen is to be muted.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.control_states import Control
from ari_app.recorder import ANEW_S
from ari_app.telephony import ChannelGone, PlaybackEnded, TelephonyError

log = structlog.get_logger(__name__)
BEEP: Final = "sound:beep"
BEEP_WITHIN_S: Final = 3.0


@dataclass(slots=True)
class Tap:
    """A ``snoop`` on an operator's ``channel``, while that one talks with one (``talks_with``), or with several mixed (None)."""

    snoop: str
    channel: str
    talks_with: str | None

    def goes_on(self, control: Control) -> bool:
        """Whether it hears what is to be heard now. It would be deaf, one time in two, to a second one's sound."""
        if control.channel != self.channel:
            return False
        self.talks_with = self.talks_with or control.talks_with
        return control.talks_with in (None, self.talks_with)


class ListeningPost:
    """The bridge of one supervision; ``call.channel`` leads to the supervisor's phone."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._bridge = call.next_bridge()
        self._muted = False
        self._tap: Tap | None = None
        self.ready = False
        self.taken = False
        """Whether the phone is here now."""

    async def make_ready(self, control: Control | None) -> None:
        """What takes its time while the phone rings: the bridge, and the snoop of whoever talks now."""
        await self._exchange.telephony.create_bridge(self._bridge, self._call.bridge_name)
        self.ready = True
        await self.hear(control)

    async def come(self) -> None:
        """The phone is here from now on, and hears nobody but through the snoop."""
        await self._exchange.telephony.add_to_bridge(self._bridge, [self._call.channel], keys_stay=True)
        self.taken = True

    async def set_muted(self, muted: bool) -> None:
        """Whether anybody hears what the phone says; unchanged wherever it goes."""
        if muted is not self._muted:
            await self._exchange.telephony.mute(self._call.channel, muted=muted)
            self._muted = muted

    async def hear(self, control: Control | None) -> None:
        """Hear the operator's channel from now on: anew whenever somebody else talks with the operator (decision 23)."""
        if control is None:
            return
        if self._tap is not None and not self._tap.goes_on(control):
            await self.hear_nobody()
            await self._exchange.clock.sleep(ANEW_S)
        if self._tap is None:
            await self._tap_into(control)

    async def _tap_into(self, control: Control) -> None:
        """An operator who has just gone is heard of next. The tap is noted first: whoever is cut short takes it along."""
        tap = self._tap = Tap(self._call.next_snoop(), control.channel, control.talks_with)
        try:
            await self._exchange.telephony.snoop(tap.snoop, control.channel)
            await self._exchange.telephony.add_to_bridge(self._bridge, [tap.snoop])
        except ChannelGone:
            self._tap = None
            log.info("operator_gone_before_the_supervisor_listened")

    async def hear_nobody(self) -> None:
        """Take the snoop away, if there is one."""
        tap, self._tap = self._tap, None
        if tap is not None:
            await self._exchange.hang_up(tap.snoop)

    async def take_apart(self) -> None:
        """Nobody is here any more."""
        await self.hear_nobody()
        await self._exchange.destroy_bridge(self._bridge)

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
