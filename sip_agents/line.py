"""What does a call need of the phone it belongs to?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from sip_agents.dialog import Identity
from sip_agents.digest import Credentials
from sip_agents.dtmf import Dtmf
from sip_agents.exchange import Exchange
from sip_agents.g711 import Law
from sip_agents.ids import new_rtp_ids, new_session_id, new_srtp_key
from sip_agents.media import Media
from sip_agents.message import Field
from sip_agents.sdp import CONTENT_TYPE, LocalAudio
from sip_agents.transactions import ServerTransaction

CallKey: TypeAlias = tuple[str, str]  # Call-ID, our tag
_METHODS: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY"
SUPPORTED: Final[Field] = ("Supported", "replaces")
SDP_TYPE: Final[Field] = ("Content-Type", CONTENT_TYPE)
USER_AGENT: Final[Field] = ("User-Agent", "centralita sip_agents")


@dataclass(frozen=True, slots=True)
class Sound:
    """What a phone says and keeps: ``tone_hz`` None is silence; ``keep_s`` seconds of what it hears are kept.

    ``dtmf`` is how its keys travel; ``encrypted``: SRTP both ways or nothing.
    """

    tone_hz: float | None
    keep_s: float
    laws: tuple[Law, ...]
    dtmf: Dtmf
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """``now`` is the monotonic clock in seconds. While ``follows_refer()``, ``on_refer`` gets a call's REFERs."""

    exchange: Exchange
    identity: Identity
    credentials: Credentials | None
    now: Callable[[], float]
    sound: Sound
    follows_refer: Callable[[], bool]
    on_refer: Callable[[CallKey, ServerTransaction], None]

    @property
    def allow(self) -> Field:
        """The Allow header: what this phone understands now."""
        return "Allow", f"{_METHODS}, REFER" if self.follows_refer() else _METHODS

    @property
    def local_ip(self) -> str:
        return self.identity.contact.host

    def open_media(self, on_tick: Callable[[], None]) -> tuple[Media, LocalAudio]:
        """A fresh RTP socket, and how SDP describes it."""
        sound = self.sound
        key = new_srtp_key() if sound.encrypted else None
        media = Media(self.local_ip, new_rtp_ids(), self.now, sound.tone_hz, sound.keep_s, on_tick, key)
        media.unplugged = self.exchange.wire.unplugged
        events = sound.dtmf == "rfc4733"
        return media, LocalAudio(self.local_ip, media.port, new_session_id(), sound.laws, events, key)
