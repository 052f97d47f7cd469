"""Which channels has a service of AGI, and what do their events mean meanwhile? Events in, what is told of them out.

A channel goes to its service through the dialplan: it leaves our application, runs AGI in the context ``centralita-agi``, and
comes back in with the argument ``agi-return``. So its leaving is not its end, and its coming is no new call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ari_app.telephony import AgiEnded, AgiStatus, CallArrived, ChannelEnded, TelephonyEvent

CONTEXT: Final = "centralita-agi"
RUN: Final = "run"
STOPPED: Final = "stopped"
"""Its two extensions: run a service, and come back from a running one."""
URL_VARIABLE: Final = "CENTRALITA_AGI_URL"
STATUS_VARIABLE: Final = "CENTRALITA_AGI_STATUS"
RETURN: Final = "agi-return"
_STATUSES: Final[Mapping[str, AgiStatus]] = {
    "SUCCESS": "SUCCESS",
    "NOTFOUND": "NOTFOUND",
    "HANGUP": "HANGUP",
    "STOPPED": "STOPPED",
}


@dataclass(slots=True)
class _Absence:
    """``fetched``: we are taking the channel away; ``taken``: Asterisk says that it will. ``back``: meanwhile it came by itself."""

    fetched: bool = False
    taken: bool = False
    back: AgiEnded | None = None


class AwayInAgi:
    """The channels that are with a service."""

    def __init__(self) -> None:
        self._absences: dict[str, _Absence] = {}

    def has(self, channel: str) -> bool:
        """Whether it is away."""
        return channel in self._absences

    def leaves(self, channel: str) -> None:
        """It will leave our application for a service."""
        self._absences[channel] = _Absence()

    def forget(self, channel: str) -> None:
        """It is not expected back."""
        self._absences.pop(channel, None)

    def is_fetched(self, channel: str) -> bool:
        """From now on it is taken away from its service; False if it is back already."""
        if channel not in self._absences:
            return False
        self._absences[channel].fetched = True
        return True

    def is_taken(self, channel: str) -> None:
        """Asterisk says that it is taken away."""
        if channel in self._absences:
            self._absences[channel].taken = True

    def in_doubt(self, channel: str) -> bool:
        """It has come back by itself, and Asterisk says that it is taken away: that may be still to come, or have come to nothing.

        For Asterisk notes where a channel is to go on without waiting for what its dialplan notes of that in the same instant.
        """
        absence = self._absences.get(channel)
        return absence is not None and absence.taken and absence.back is not None

    def is_not_fetched(self, channel: str) -> AgiEnded | None:
        """It could not be taken away. What is to be told if it came back by itself meanwhile."""
        absence = self._absences.get(channel)
        if absence is None:
            return None
        absence.fetched = absence.taken = False
        if absence.back is not None:
            self.forget(channel)
        return absence.back

    def meaning(self, kind: str, event: TelephonyEvent | None) -> TelephonyEvent | None:
        """What an ARI event of this ``kind``, about a channel that is away, says; None: nothing to be told.

        StasisEnd is only its leaving. Its end comes as ChannelDestroyed, since the application is subscribed to it.
        """
        match event:
            case CallArrived(channel=channel, args=args):
                return self.came_back(channel, args)
            case ChannelEnded() if kind == "StasisEnd":
                return None
            case _:
                return event

    def came_back(self, channel: str, args: tuple[str, ...]) -> AgiEnded | None:
        """It is in our application with ``args``; None: not from its service, or we are just taking it out.

        Whoever is taken away at the very instant of coming back is thrown out of the application and comes a second time.
        """
        if args[:1] != (RETURN,):
            return None
        ended = AgiEnded(channel, _STATUSES.get(args[-1], "FAILURE"))
        absence = self._absences[channel]
        if absence.fetched and ended.status != "STOPPED":
            absence.back = ended
            return None
        self.forget(channel)
        return ended


def known_again(arrival: CallArrived) -> CallArrived:
    """Who comes back from AGI to a controller that knows nothing of it is a caller who has waited: guided from the start."""
    match arrival.args:
        case (entered, number, *_) if entered == RETURN and number:
            return replace(arrival, args=("inbound", number))
        case _:
            return arrival


def on_one_line(value: str) -> str:
    """AGI is lines: what follows a line's end in a variable would be taken for Asterisk's next answer."""
    return "".join(character if character.isprintable() else " " for character in value)
