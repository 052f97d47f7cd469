"""Can somebody's phone be offered a call now, and if not, why? What Asterisk says, and what a phone in a browser says of itself.

Asterisk knows who is registered, and of a phone that went away without a word it learns late: a browser's websocket stays open
in a network that was cut, and a microphone that fell out says nothing to SIP at all. So the page of a phone in a browser tells its
health every TOLD_EVERY_S, and is not believed to be well for longer than SILENT_AFTER_S.

- *Whoever has told of its health goes on telling.* A phone that never has (one that has a plug, or another's page) is judged by
  Asterisk alone; one that registers when its page has said nothing for FORGOTTEN_AFTER_S begins anew as such a phone.
- *One page is the phone.* The newest page that says it is registered; what an older one still says changes nothing.
- *Our own deafness is nobody's death.* While we could not listen (a restart, a process that stood still), silence proves nothing.

No I/O and no clock: ``now`` is Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ari_app.contract import PhoneReason

TOLD_EVERY_S: Final = 1.5
SILENT_AFTER_S: Final = 3.0
FORGOTTEN_AFTER_S: Final = 30.0
GRACE_S: Final = 7.0
"""After a restart: pages need a moment to find whoever leads now."""
LATE_S: Final = 1.5
"""Whoever looks more seldom was not listening."""
OLDER_PAGES: Final = 8

Microphone = Literal["ok", "silent", "lost", "muted_by_system", "denied"]
"""``silent``: nothing but zeros, as from a headset with a switch. Perhaps meant so: its owner sees it, and it hinders nothing."""
Network = Literal["ok", "poor", "down"]
"""``down``: the page reaches us, but its websocket for SIP is not there."""

_OF_MICROPHONE: Final[dict[Microphone, PhoneReason]] = {
    "lost": "microphone_lost",
    "muted_by_system": "microphone_muted",
    "denied": "microphone_denied",
}


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """What the page of a phone in a browser says of it. ``frozen``: the page itself does not answer, its worker tells so."""

    registered: bool
    microphone: Microphone = "ok"
    network: Network = "ok"
    frozen: bool = False

    @property
    def wrong(self) -> PhoneReason | None:
        """What is to be seen to first; None: it is well."""
        if self.frozen:
            return "browser_frozen"
        if self.microphone in _OF_MICROPHONE:
            return _OF_MICROPHONE[self.microphone]
        return None if self.registered and self.network != "down" else "browser_unregistered"


@dataclass(frozen=True, slots=True)
class PhoneVerdict:
    """What has changed: the phone may be offered calls from now on, or (``reason``) may not."""

    code: str
    reason: PhoneReason | None


@dataclass(slots=True)
class _Page:
    """The page that is the phone. ``instance`` names it; none of an earlier life of ours, whose name was not kept."""

    instance: str | None
    health: PhoneHealth
    told_at: float


class PhoneWatch:
    """All phones. Everything that tells of one returns what has changed by it, for whoever offers calls.

    ``note(code, watched)`` hears of each phone whose page has begun to tell of its health, or is not waited for any more.
    """

    def __init__(self, note: Callable[[str, bool], None] = lambda _code, _watched: None) -> None:
        self._note = note
        self._registered: dict[str, bool] = {}
        self._pages: dict[str, _Page] = {}
        self._older: dict[str, list[str]] = {}
        self._said: dict[str, PhoneReason | None] = {}
        self._looked_at: float | None = None
        self._nobody_silent_before = 0.0

    # -- what is known -----------------------------------------------------------------------------------------------------

    @property
    def known(self) -> Iterable[str]:
        """The codes of all phones that anything was ever told of."""
        return self._said.keys()

    def may_ring(self, code: str) -> bool:
        """Whether the phone can be rung now."""
        return code in self._said and self._said[code] is None

    def why_not(self, code: str) -> PhoneReason | None:
        """Why not; None for one that can be."""
        return self._said.get(code, "not_registered")

    # -- what is told ------------------------------------------------------------------------------------------------------

    def registered(self, code: str, there: bool, now: float) -> list[PhoneVerdict]:
        """Asterisk says whether a phone is registered and answers. Told again, it is news to whoever found it otherwise."""
        page = self._pages.get(code)
        came = there and not self._registered.get(code, False)
        if came and page is not None and now - page.told_at > FORGOTTEN_AFTER_S:
            self._forget(code)
        self._registered[code] = there
        return self._changed([code], now) or [PhoneVerdict(code, self._said[code])]

    def told(self, code: str, instance: str, health: PhoneHealth, now: float) -> list[PhoneVerdict]:
        """The page ``instance`` tells of its phone's health. See ``is_older``: what an older page says changes nothing."""
        page = self._pages.get(code)
        another = page is not None and page.instance not in (None, instance)
        if self.is_older(code, instance) or (another and page is not None and self._outlasts(page, health, now)):
            return []
        if page is None:
            self._note(code, True)
        elif another:
            self._older[code] = [*self._older.get(code, ()), page.instance or ""][-OLDER_PAGES:]
        self._pages[code] = _Page(instance, health, now)
        return self._changed([code], now)

    def is_older(self, code: str, instance: str) -> bool:
        """Whether another page has become the phone since this one was."""
        return instance in self._older.get(code, ())

    def left(self, code: str, instance: str, now: float) -> list[PhoneVerdict]:
        """The page is being closed, and says so: that is no accident. When its phone is gone, Asterisk says."""
        page = self._pages.get(code)
        if page is None or page.instance not in (None, instance):
            return []
        self._forget(code)
        return self._changed([code], now)

    def remember(self, codes: Iterable[str], now: float) -> None:
        """Pages told of these phones in an earlier life of ours; they are waited for before they are missed."""
        for code in codes:
            self._pages[code] = _Page(None, PhoneHealth(registered=True), now)
        self._nobody_silent_before = max(self._nobody_silent_before, now + GRACE_S)

    def await_only(self, codes: Collection[str], now: float) -> list[PhoneVerdict]:
        """These phones are in browsers. Whoever is not among them has another one now, which has no page to wait for."""
        others = [code for code in self._pages if code not in codes]
        for code in others:
            self._forget(code)
        return self._changed(others, now)

    def look(self, now: float) -> list[PhoneVerdict]:
        """Once in a while, at least every LATE_S: who has fallen silent?"""
        if self._looked_at is not None and now - self._looked_at > LATE_S:
            self._nobody_silent_before = now + SILENT_AFTER_S
        self._looked_at = now
        return self._changed(list(self._pages), now)

    # -- what follows from it ----------------------------------------------------------------------------------------------

    def _changed(self, codes: Iterable[str], now: float) -> list[PhoneVerdict]:
        return list(self._changes(codes, now))

    def _changes(self, codes: Iterable[str], now: float) -> Iterator[PhoneVerdict]:
        for code in codes:
            reason = self._reason(code, now)
            if code not in self._said or self._said[code] != reason:
                self._said[code] = reason
                yield PhoneVerdict(code, reason)

    def _reason(self, code: str, now: float) -> PhoneReason | None:
        """A page that says what is wrong says more than Asterisk, which only misses the phone."""
        page = self._pages.get(code)
        if page is not None:
            if not self._fresh(page, now):
                return "browser_silent"
            if (wrong := page.health.wrong) is not None and wrong != "browser_unregistered":
                return wrong
        if not self._registered.get(code, False):
            return "not_registered"
        return None if page is None else page.health.wrong

    def _outlasts(self, page: _Page, newer: PhoneHealth, now: float) -> bool:
        """A page that is not registered itself does not take the place of one that is there."""
        return not newer.registered and self._fresh(page, now)

    def _fresh(self, page: _Page, now: float) -> bool:
        return now < max(page.told_at + SILENT_AFTER_S, self._nobody_silent_before)

    def _forget(self, code: str) -> None:
        self._older.pop(code, None)
        if self._pages.pop(code, None) is not None:
            self._note(code, False)
