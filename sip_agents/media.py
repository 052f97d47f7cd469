"""How does the sound of one call travel, both ways?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sip_agents import sdp
from sip_agents.address import SocketAddress
from sip_agents.dtmf import DigitReader, ReceivedDigit
from sip_agents.errors import CallOver, DigitsNotNegotiated, MalformedMessage
from sip_agents.g711 import Law, decode
from sip_agents.listener import Listener
from sip_agents.packet_log import PacketLog, Passed
from sip_agents.rtp import FRAME_SAMPLES, RtpPacket, parse_rtp, write_rtp
from sip_agents.rtp_clock import RtpClock
from sip_agents.udp import UdpSocket
from sip_agents.voice import Voice

if TYPE_CHECKING:
    from sip_agents.srtp import Srtp

_LAW_OF: Final[dict[int, Law]] = {number: law for law, number in sdp.PAYLOAD_TYPES.items()}
_LONGEST_PAYLOAD: Final = 1600  # 200 ms


@dataclass(frozen=True, slots=True)
class RtpIds:
    """The random starting points of a stream that RFC 3550 (5.1) wants: made at the edge."""

    ssrc: int
    sequence: int
    timestamp: int


class Media:
    """An RTP socket, what is said into it (``voice``) and what is heard from it (``heard``, ``digits``).

    Packets count only if they come from the port that the far side's SDP names, so no other stream is ever taken for
    the call's; the rest are in ``strays``. ``on_tick`` is called every 20 ms while the call has sound. ``arrivals`` and
    ``departures`` have each packet's time: that of the kernel, for those that came. With a ``key`` of ours all sound is SRTP, and
    ``on_the_wire`` is what somebody on the way would hear of what comes, if it were taken for plain G.711.
    """

    def __init__(
        self,
        local_ip: str,
        ids: RtpIds,
        now: Callable[[], float],
        tone_hz: float | None,
        keep_s: float,
        on_tick: Callable[[], None],
        key: bytes | None = None,
    ) -> None:
        self.heard = Listener(now, keep_s)
        self.on_the_wire = self.heard if key is None else Listener(now, keep_s)
        self.arrivals, self.departures = PacketLog(now, keep_s), PacketLog(now, keep_s)
        self.digits: list[ReceivedDigit] = []
        self.voice = Voice("PCMA", tone_hz)
        self.plan: sdp.AudioPlan | None = None
        self.unplugged = False
        self.hushed = False  # nothing is said, whatever was agreed
        self.strays = self.malformed = self.sent = 0
        self._ids, self._now, self._on_tick = ids, now, on_tick
        self._sequence, self._timestamp = ids.sequence, ids.timestamp
        self._far: SocketAddress = ("", 0)
        self._reader = DigitReader()
        self.key_up_at: float | None = None
        self._talk_spurt = True  # the next sound packet carries the marker (RFC 3551, section 4.1)
        self._presses: set[asyncio.Future[None]] = set()
        self._clock: RtpClock | None = None
        self._srtp = None if key is None else _encryption(key)
        self._socket = UdpSocket(local_ip, 0, self._received, even=True, timed=True)

    @property
    def port(self) -> int:
        return self._socket.address[1]

    @property
    def keys(self) -> str:
        """``digits`` as they would be written."""
        return "".join(digit.key for digit in self.digits)

    def follow(self, plan: sdp.AudioPlan) -> None:
        """Send and listen as agreed from now on; may be called again when the agreement changes."""
        self.plan, self._far = plan, (plan.ip, plan.port)
        self.voice.law = plan.law
        if self._srtp is not None and plan.crypto is not None:
            self._srtp.follow(plan.crypto.key)
        if self._clock is None:
            self._clock = RtpClock.running()
            self._clock.add(self)

    def close(self) -> None:
        """Stop and free the port; what was heard stays. Keys not yet sent fail with CallOver. Safe to call twice."""
        if self._clock is not None:
            self._clock.remove(self)
        self._socket.close()
        self.arrivals.close()
        self.departures.close()
        for press in self._presses:
            if not press.done():
                press.set_exception(CallOver("the call ended before the key was sent"))

    async def send_digit(self, key: str, held_ms: int, *, in_band: bool = False) -> None:
        """As events, or as tones. Returns with the last packet sent. Raises DigitsNotNegotiated, CallOver, ValueError."""
        if self.plan is None:
            raise DigitsNotNegotiated("no sound is agreed yet")
        if self.plan.event_payload is None and not in_band:
            raise DigitsNotNegotiated("the far side takes no telephone-event")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.voice.press(key, held_ms, lambda: None if done.done() else done.set_result(None), in_band=in_band)
        self._presses.add(done)
        try:
            await done
        finally:
            self._presses.discard(done)

    def tick(self, skipped: int) -> None:
        """Send the 20 ms now due. Time passes also while nothing may be sent: timestamps stay true to the clock."""
        self._timestamp += skipped * FRAME_SAMPLES
        self.voice.skip(skipped)
        plan = self.plan
        if plan is None or not plan.sends or self.unplugged or self.hushed:
            self.voice.skip(1)
            self._talk_spurt = True
        else:
            self._send(plan, skipped > 0)
        self._timestamp += FRAME_SAMPLES
        self._on_tick()

    def _send(self, plan: sdp.AudioPlan, after_gap: bool) -> None:
        frame = self.voice.frame(self._timestamp)
        if frame.is_event:
            payload_type, marker = plan.event_payload or sdp.EVENT_PAYLOAD, frame.marker
        else:
            payload_type, marker = sdp.PAYLOAD_TYPES[plan.law], frame.marker or after_gap or self._talk_spurt
            self._talk_spurt = False
        packet = write_rtp(payload_type, marker, self._sequence, frame.timestamp, self._ids.ssrc, frame.payload)
        self._socket.send(packet if self._srtp is None else self._srtp.sealed(packet), self._far)
        self.departures.note(
            Passed(self._now(), self._ids.ssrc, self._sequence & 0xFFFF, self._timestamp & 0xFFFFFFFF, FRAME_SAMPLES)
        )
        self._sequence += 1
        self.sent += 1
        if frame.key_up:
            self.key_up_at = self._now()

    def _received(self, datagram: bytes, source: SocketAddress) -> None:
        if self.plan is None or self.unplugged or source[1] != self._far[1]:
            self.strays += 1
            return
        try:
            self._take(datagram, self.plan)
        except MalformedMessage:
            self.malformed += 1

    def _take(self, datagram: bytes, plan: sdp.AudioPlan) -> None:
        if self._srtp is not None:
            travelled = parse_rtp(datagram)
            self.on_the_wire.hear(travelled.ssrc, travelled.timestamp, decode(plan.law, travelled.payload))
            datagram = self._srtp.opened(datagram)
        packet = parse_rtp(datagram)
        if not 0 < len(packet.payload) <= _LONGEST_PAYLOAD:
            raise MalformedMessage("no RTP payload of a telephone")
        if packet.payload_type in _LAW_OF:
            self._note(packet, len(packet.payload))
            self.heard.hear(packet.ssrc, packet.timestamp, decode(_LAW_OF[packet.payload_type], packet.payload))
        elif packet.payload_type in (plan.event_payload, sdp.EVENT_PAYLOAD):
            self._note(packet, int.from_bytes(packet.payload[2:4]))
            self.digits.extend(self._reader.read(packet.timestamp, packet.payload, self._now()))
        else:
            self.strays += 1

    def _note(self, packet: RtpPacket, samples: int) -> None:
        arrived_at = self._now() - self._socket.waited_s
        self.arrivals.note(Passed(arrived_at, packet.ssrc, packet.sequence, packet.timestamp, samples))


def _encryption(key: bytes) -> Srtp:
    """Imported for whoever encrypts alone: the library is of the development's, and the demo does without it."""
    from sip_agents.srtp import Srtp

    return Srtp(key)
