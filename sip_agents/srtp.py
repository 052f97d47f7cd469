"""How is sound encrypted, and what of what comes is really the far side's? (RFC 3711, with the keys of ``sdes``)

The only place that knows libsrtp; imported where a phone encrypts, so that all others do without the library.
"""

from __future__ import annotations

from typing import Final

from pylibsrtp import Error, Policy, Session

from sip_agents.errors import MalformedMessage

TAG_BYTES: Final = 10  # HMAC-SHA1 cut to 80 bits, behind each packet's payload


class Srtp:
    """One call's encryption, both ways. Each side sends with the key that it gave; ours stays for the whole call."""

    def __init__(self, own_key: bytes) -> None:
        self._out = _session(own_key, Policy.SSRC_ANY_OUTBOUND)
        self._in: Session | None = None
        self._far_key = b""

    def follow(self, far_key: bytes) -> None:
        """What comes is opened with ``far_key`` from now on; the same key again keeps what is known of its packets."""
        if far_key != self._far_key:
            self._in, self._far_key = _session(far_key, Policy.SSRC_ANY_INBOUND), far_key

    def sealed(self, packet: bytes) -> bytes:
        """The RTP ``packet`` as it travels: its header can be read on the way, its payload cannot."""
        return self._out.protect(packet)

    def opened(self, datagram: bytes) -> bytes:
        """The RTP packet in ``datagram``. Raises MalformedMessage if it is forged, came before, or is not encrypted."""
        if self._in is None:
            raise MalformedMessage("no key for what comes")
        try:
            return self._in.unprotect(datagram)
        except Error as error:
            raise MalformedMessage(f"not what the far side sealed: {error}") from error


def _session(key: bytes, direction: int) -> Session:
    return Session(Policy(key=key, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80))
