"""What does the page of a phone in a browser tell, and what is it answered? Its health, and whether it still is the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ari_app.centre import Centre
from ari_app.centre_files import PhoneKind
from ari_app.clock import Clock
from ari_app.contract import PhoneReason
from ari_app.phone_watch import PhoneHealth, PhoneVerdict, PhoneWatch


class NotInBrowser(Exception):
    """This person's phone is not one in a browser: it has no page that could tell of it."""


@dataclass(frozen=True, slots=True)
class PhoneShown:
    """``reachable``: calls can be offered to the phone; else ``reason``. ``older``: another page has become the phone since."""

    reachable: bool
    reason: PhoneReason | None
    older: bool = False


class PhoneCommands(Protocol):
    """What a phone's page may tell the centre, and ask of it."""

    def kind(self, code: str) -> PhoneKind:
        """Which kind of phone this person has. Raises NotInBrowser for one who has none at all."""
        ...

    def tell_health(self, code: str, instance: str, health: PhoneHealth) -> PhoneShown:
        """The page ``instance`` (a name that it made up) of this person's phone is so. Raises NotInBrowser."""
        ...

    def leave(self, code: str, instance: str) -> PhoneShown:
        """The page is being closed. Raises NotInBrowser."""
        ...


class PhoneDesk:
    """See PhoneCommands. ``changed`` hears what follows for whoever offers calls."""

    def __init__(
        self,
        centre: Callable[[], Centre],
        watch: PhoneWatch,
        clock: Clock,
        changed: Callable[[Iterable[PhoneVerdict]], None],
    ) -> None:
        self._centre = centre
        self._watch = watch
        self._clock = clock
        self._changed = changed

    def kind(self, code: str) -> PhoneKind:
        """See PhoneCommands."""
        for person in self._centre().people:
            if person.code == code:
                return person.phone
        raise NotInBrowser(f"{code} has no phone at all")

    def tell_health(self, code: str, instance: str, health: PhoneHealth) -> PhoneShown:
        """See PhoneCommands."""
        self._demand_browser(code)
        self._changed(self._watch.told(code, instance, health, self._clock.now()))
        return self._shown(code, instance)

    def leave(self, code: str, instance: str) -> PhoneShown:
        """See PhoneCommands."""
        self._demand_browser(code)
        self._changed(self._watch.left(code, instance, self._clock.now()))
        return self._shown(code, instance)

    def _shown(self, code: str, instance: str) -> PhoneShown:
        reason = self._watch.why_not(code)
        return PhoneShown(reason is None, reason, self._watch.is_older(code, instance))

    def _demand_browser(self, code: str) -> None:
        if not any(person.code == code for person in self._centre().browsers):
            raise NotInBrowser(f"{code} has no phone in a browser; `phone: browser` in operators.yaml gives one")
