"""How is something said to a caller? One playback at a time, of which the end is known."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.telephony import PlaybackEnded

log = structlog.get_logger(__name__)


class Speech:
    """What is being said to one call's caller."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._telephony = exchange.telephony
        self._playback: str | None = None

    @property
    def speaks(self) -> bool:
        """True until what is said has ended."""
        return self._playback is not None

    async def say(self, media: Sequence[str], language: str) -> None:
        """Begin to play ``media``; what was being said is cut short."""
        await self.stop()
        playback = self._playback = self._call.next_playback()
        self._telephony.watch(playback, self._call)
        await self._telephony.play(self._call.channel, playback, media, language)

    async def stop(self) -> None:
        """Fall silent."""
        if self._playback is not None:
            playback, self._playback = self._playback, None
            self._telephony.unwatch(playback)
            await self._telephony.stop_playback(playback)

    def ended(self, item: CallItem | None) -> bool:
        """Whether ``item`` tells that what was being said has ended."""
        if not isinstance(item, PlaybackEnded) or item.playback != self._playback:
            return False
        if item.failed:
            log.error("prompt_not_played", playback=item.playback)
        self._playback = None
        return True
