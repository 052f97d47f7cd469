"""How does a test wait until somebody hears something, whatever kind of phone it is?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection

from sip_agents.errors import NotHeard, one_of
from sip_agents.listener import RECENT_S, Listener
from sip_agents.waiting import Watch


class Ears(ABC):
    """What is asked of anybody's ears. ``_watch`` wakes after each sound and at the end of the call."""

    _watch: Watch

    @property
    @abstractmethod
    def heard(self) -> Listener:
        """Everything heard so far; it stays readable after the end."""

    @property
    @abstractmethod
    def now(self) -> float:
        """This monotonic second, for ``since``."""

    @abstractmethod
    def _deaf_because(self) -> str | None:
        """Why nothing more will be heard (the call's end); None while something may."""

    @abstractmethod
    def _seen(self) -> str:
        """What has happened so far, for an error."""

    async def heard_tone(self, hz: float, timeout_s: float = 5.0, since: float | None = None) -> None:
        """Wait until 200 ms of ``hz`` have been heard since the monotonic second ``since`` (default: this moment).

        Raises NotHeard.
        """
        start = self.now if since is None else since

        def heard() -> bool:
            span_s = self.now - start
            return span_s >= RECENT_S and hz in self.heard.tones_heard([hz], min(span_s, 1.0))

        past_s = min(self.now - start, 60.0)
        if past_s < RECENT_S or hz not in self.heard.tones_heard([hz], past_s):
            await self._until_heard(f"a tone of {hz:g} Hz", heard, timeout_s)

    async def heard_only(
        self, wanted_hz: Collection[float], among_hz: Collection[float], timeout_s: float = 5.0
    ) -> None:
        """Wait until, of the tones ``among_hz``, exactly ``wanted_hz`` fill 200 ms that begin now or later.

        This is "who hears whom": each phone has its own tone. Raises NotHeard.
        """
        start, wanted = self.now, frozenset(wanted_hz)

        def heard() -> bool:
            return self.now - start >= RECENT_S and self.heard.tones_heard(among_hz) == wanted

        await self._until_heard(f"only {one_of(sorted(wanted))} Hz", heard, timeout_s)

    async def heard_silence(self, for_s: float = 0.5, timeout_s: float = 5.0) -> None:
        """Wait for ``for_s`` seconds of silence that begin now or later. Raises NotHeard."""
        start = self.now
        await self._until_heard(
            f"silence for {for_s:g} s",
            lambda: self.now - start >= for_s and self.heard.silent(for_s),
            timeout_s,
        )

    async def heard_none_of(self, unwanted_hz: Collection[float], for_s: float = 0.5, timeout_s: float = 5.0) -> None:
        """Wait for ``for_s`` seconds that begin now or later and have none of these tones in them. Raises NotHeard.

        Other sound, or none at all, is well. To see that a tone stayed away while something else went on, ask
        ``tones_since`` afterwards.
        """
        start = self.now

        def heard() -> bool:
            return self.now - start >= for_s and not self.heard.tones_heard(unwanted_hz, for_s)

        await self._until_heard(f"none of {one_of(sorted(unwanted_hz))} Hz for {for_s:g} s", heard, timeout_s)

    async def heard_sound(self, besides_hz: Collection[float] = (), timeout_s: float = 5.0) -> None:
        """Wait for 200 ms, beginning now or later, of sound that is none of these tones: music, or speech. Raises NotHeard."""
        start = self.now

        def heard() -> bool:
            return self.now - start >= RECENT_S and self.heard.sounds_besides(besides_hz)

        await self._until_heard(f"sound besides {one_of(sorted(besides_hz))} Hz", heard, timeout_s)

    def tones_since(self, since: float, candidates_hz: Collection[float]) -> frozenset[float]:
        """Which of these tones were heard for 200 ms at any time since the monotonic second ``since``."""
        span_s = self.now - since
        return self.heard.tones_heard(candidates_hz, span_s) if span_s >= RECENT_S else frozenset()

    async def _until_heard(self, awaited: str, true: Callable[[], bool], timeout_s: float) -> None:
        heard = False

        def heard_or_over() -> bool:
            nonlocal heard
            heard = true()
            return heard or self._deaf_because() is not None

        await self._watch.until(heard_or_over, timeout_s)
        if not heard:
            why = self._deaf_because()
            ended = "" if why is None else f" (the call has ended: {why})"
            raise NotHeard(f"{awaited} within {timeout_s:g} s{ended}", self.heard.loudest_hz(), self._seen())
