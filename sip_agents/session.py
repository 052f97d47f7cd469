"""What have the two sides of a call agreed to send each other? (RFC 3264's offers and answers, applied to the media)"""

from __future__ import annotations

from collections.abc import Callable

from sip_agents import sdp
from sip_agents.line import Line, Sound
from sip_agents.message import Request, Response


class Session:
    """A call's SDP, and the media it steers."""

    def __init__(self, line: Line, on_tick: Callable[[], None]) -> None:
        self.media, self._local = line.open_media(on_tick)
        self._version = 0
        self._last = b""

    @property
    def agreed(self) -> bool:
        return self.media.plan is not None

    @property
    def holding(self) -> bool:
        """We hold the far side: nothing is said to it, nothing wanted of it."""
        return self.media.hushed

    @holding.setter
    def holding(self, holding: bool) -> None:
        self.media.hushed = holding

    def offer(self, direction: sdp.Direction | None = None) -> bytes:
        """Our offer; ``sendonly`` puts the far side on hold (RFC 3264, section 8.4). By default hold stays as it is."""
        stays: sdp.Direction = "sendonly" if self.holding else "sendrecv"
        return self._versioned(lambda version: sdp.offer(self._local, version, direction or stays))

    def answer(self, message: Request | Response) -> bytes:
        """Our answer to the offer in ``message``, followed at once. Raises MalformedMessage, NoCommonAudio."""
        far = sdp.parse_sdp(message.body)
        plan = self._agreed_with(far)
        if self.holding:
            plan = plan.held()
        self.media.follow(plan)
        return self._versioned(lambda version: sdp.answer(far, plan, self._local, version))

    def follow(self, message: Request | Response) -> None:
        """Follow the answer to our offer, if ``message`` has one. Raises MalformedMessage, NoCommonAudio."""
        if has_sdp(message):
            self.media.follow(self._agreed_with(sdp.parse_sdp(message.body)))

    def _agreed_with(self, far: sdp.Description) -> sdp.AudioPlan:
        plan = sdp.agree(far, self._local.laws, encrypted=self._local.key is not None)
        return plan if self._local.events else plan.without_events()

    def _versioned(self, write: Callable[[int], bytes]) -> bytes:
        """The version in o= goes up only if something else has changed (RFC 3264, section 8)."""
        if write(self._version) != self._last:
            self._version += 1
            self._last = write(self._version)
        return self._last


def has_sdp(message: Request | Response) -> bool:
    """True if the body is SDP."""
    kind = (message.headers.first("Content-Type") or "").partition(";")[0].strip().lower()
    return bool(message.body) and kind == sdp.CONTENT_TYPE


def check_offer(invite: Request, sound: Sound) -> None:
    """Raise MalformedMessage or NoCommonAudio for an offer that could not be answered; none at all is well."""
    if has_sdp(invite):
        sdp.agree(sdp.parse_sdp(invite.body), sound.laws, encrypted=sound.encrypted)
