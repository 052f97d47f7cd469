"""Where do unguessable names and numbers come from? (the only randomness of this package)"""

from __future__ import annotations

import secrets

from sip_agents.media import RtpIds
from sip_agents.sdes import KEY_BYTES

_MAGIC_COOKIE = "z9hG4bK"  # RFC 3261, section 8.1.1.7


def new_token() -> str:
    """A tag, Call-ID or cnonce."""
    return secrets.token_hex(10)


def new_branch() -> str:
    """The name of a transaction."""
    return _MAGIC_COOKIE + secrets.token_hex(10)


def new_session_id() -> int:
    """For an SDP origin line."""
    return secrets.randbits(31)


def new_srtp_key() -> bytes:
    """What one call's sound is encrypted with."""
    return secrets.token_bytes(KEY_BYTES)


def new_rtp_ids() -> RtpIds:
    """Where a stream starts: anywhere, but so that its sequence number does not wrap in its first minutes."""
    return RtpIds(secrets.randbits(32), secrets.randbelow(50_000), secrets.randbits(32))
