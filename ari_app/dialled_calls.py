"""Which calls do operators have that no queue gave? Those that a phone dialled by itself, and how one is given away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ari_app.call import Call
from ari_app.telephony import AttendedTransferAsked


@dataclass(frozen=True, slots=True)
class Taken:
    """The far leg of such a call, whose it is, and the bridge that it is in; whoever took them looks after them.

    Asterisk throws a channel out of its new bridge if the old one is destroyed while it moves.
    """

    channel: str
    code: str
    bridge: str


@dataclass(eq=False, slots=True)
class DialledCall:
    """One that was answered: ``call`` is that of the phone that dialled; ``code`` answered on ``leg``; both are in ``bridge``."""

    call: Call
    code: str
    leg: str
    bridge: str
    given_away: bool = False

    def give_away(self) -> Taken:
        """The far leg and the bridge become somebody else's; the phone's own channel ends."""
        self.given_away = True
        self.call.end("transferred")
        return Taken(self.leg, self.code, self.bridge)


@dataclass(slots=True)
class DialledCalls:
    """Those that were answered, by the far leg."""

    _by_leg: dict[str, DialledCall] = field(default_factory=dict)

    def put(self, own: DialledCall) -> None:
        self._by_leg[own.leg] = own

    def get(self, leg: str) -> DialledCall | None:
        """The call of which this is the far leg."""
        return self._by_leg.get(leg)

    def of_phone(self, channel: str) -> DialledCall | None:
        """The call that the phone on ``channel`` has dialled."""
        return next((own for own in self._by_leg.values() if own.call.channel == channel), None)

    def pop(self, own: DialledCall) -> None:
        self._by_leg.pop(own.leg, None)


def pass_to_conversation(own: DialledCall, named: str | None, calls: Iterable[Call]) -> bool:
    """The phone named its conversation with a caller in a REFER on this call: the same as the other way round.

    False if it named somebody else's, or this very call: there would be nobody left to connect.
    """
    for call in calls:
        control = call.control if call is not own.call else None
        if control is not None and control.channel == named and control.operator == own.call.caller:
            call.put_nowait(AttendedTransferAsked(own.call.channel, named, own.leg))
            return True
    return False
