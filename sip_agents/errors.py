"""What can go wrong for whoever drives a phone?"""

from __future__ import annotations

from collections.abc import Iterable


class SipError(Exception):
    """Anything this package raises on purpose."""


class MalformedMessage(SipError, ValueError):
    """A datagram or one of its parts is not what its protocol allows; the message says which part."""


class Refused(SipError):
    """The far side gave a final answer of 300 or more. ``status`` is its code, ``reason`` its words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class RegistrationRefused(Refused):
    """The registrar refused, or never answered (status 408)."""


class CallRefused(Refused):
    """The call got a final answer of 300 or more, was cancelled (487), or was never answered (408)."""


class CallOver(SipError):
    """What was asked needs a call that is up, and this one has ended; the message says how."""


class KeyRefused(Refused):
    """The far side took no key in a SIP INFO, or never answered it (408). The call goes on."""


class DigitsNotNegotiated(SipError):
    """No sound is agreed yet, or the far side's SDP has no telephone-event: a key cannot be sent as RFC 4733 says."""


class NotInTime(SipError, TimeoutError):
    """A deadline passed. The message says what was awaited and what had been seen so far."""

    def __init__(self, awaited: str, seen: str) -> None:
        super().__init__(f"not in time: {awaited}\n{seen}")


class NotHeard(NotInTime):
    """The wanted sound did not come. ``heard_hz`` is what was heard at the end: the loudest frequency, or None."""

    def __init__(self, awaited: str, heard_hz: float | None, seen: str) -> None:
        heard = "silence" if heard_hz is None else f"{heard_hz:.0f} Hz"
        super().__init__(f"{awaited}; heard {heard}", seen)
        self.heard_hz = heard_hz


def one_of(names: Iterable[object]) -> str:
    """``names`` for an error message: ``a, b``, or ``nothing``."""
    return ", ".join(str(name) for name in names) or "nothing"
