"""What can a test do with a call, and wait for, whoever began it?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, assert_never

from sip_agents.address import SipUri, parse_uri
from sip_agents.dialog import Dialog
from sip_agents.dtmf import ReceivedDigit
from sip_agents.ears import Ears
from sip_agents.errors import CallOver, CallRefused, NotInTime, Refused, SipError, one_of
from sip_agents.g711 import Law
from sip_agents.key_info import tell_key
from sip_agents.leg import EndReason, Leg, Milestone
from sip_agents.listener import Listener
from sip_agents.refer import Replaces
from sip_agents.referral import Referral
from sip_agents.sdp import Direction
from sip_agents.trace import ladder

_IN_ERRORS: Final = 20  # messages of the trace shown in an error


class Call(Ears, Leg):
    """One call in a driver's hands. Waiting methods may be cancelled at any time without harm to the call."""

    @property
    def heard(self) -> Listener:
        """Everything heard so far; it stays readable after the end."""
        return self._session.media.heard

    @property
    def on_the_wire(self) -> Listener:
        """What comes, as somebody hears it who listens on the way: noise, where sound is encrypted."""
        return self._session.media.on_the_wire

    @property
    def forged(self) -> int:
        """How many packets came that were no RTP, or, where sound is encrypted, not the far side's."""
        return self._session.media.malformed

    @property
    def digits(self) -> list[ReceivedDigit]:
        """The keys that the far side has pressed so far."""
        return self._session.media.digits

    @property
    def law(self) -> Law:
        """The G.711 law that both agreed on."""
        return self._session.media.voice.law

    @property
    def rtp_port(self) -> int:
        """Where this call's sound is received."""
        return self._session.media.port

    @property
    def rtp_sent(self) -> int:
        """How many RTP packets have been sent."""
        return self._session.media.sent

    def mute(self) -> None:
        """Send silence instead of the tone; packets go on."""
        self._session.media.voice.muted = True

    def unmute(self) -> None:
        self._session.media.voice.muted = False

    def say_tone(self, tone_hz: float | None) -> None:
        """Change the tone from the next packet on; None is silence."""
        self._session.media.voice.tone_hz = tone_hz

    def plug(self, unplugged: bool) -> None:
        """Cut or restore this call's sound, both ways."""
        self._session.media.unplugged = unplugged

    async def answered(self, timeout_s: float = 5.0) -> None:
        """Wait until both sides have agreed (2xx and ACK). Raises CallRefused, CallOver, NotInTime."""
        await self._until("an answer", lambda: self._established or self.end_reason is not None, timeout_s)
        if self.refusal is not None:
            raise CallRefused(*self.refusal)
        if not self._established:
            raise CallOver(f"the call ended before an answer: {self.end_reason}")

    async def ended(self, timeout_s: float = 5.0) -> EndReason:
        """Wait for the end, whoever makes it. Raises NotInTime."""
        await self._until("the end of the call", lambda: self.end_reason is not None, timeout_s)
        assert self.end_reason is not None
        return self.end_reason

    async def reached(self, milestone: Milestone, timeout_s: float = 5.0) -> float:
        """Wait for a milestone, for example ``ringing``, and return its monotonic second.

        Raises CallOver if the call ends without it, NotInTime.
        """
        await self._until(milestone, lambda: milestone in self.times or self.end_reason is not None, timeout_s)
        if milestone not in self.times:
            raise CallOver(f"the call ended without {milestone}: {self.end_reason}")
        return self.times[milestone]

    async def send_digit(self, key: str, held_ms: int = 100) -> None:
        """Press a key, in the phone's way. Returns when its last packet is sent, an INFO when it is agreed to.

        Raises CallOver, DigitsNotNegotiated, KeyRefused (INFO), ValueError (no such key; in band held below 80 ms).
        """
        if self.end_reason is not None:
            raise CallOver(f"no key can be sent after the end: {self.end_reason}")
        match self._line.sound.dtmf:
            case "rfc4733" | "inband" as way:
                await self._session.media.send_digit(key, held_ms, in_band=way == "inband")
            case "info":
                assert self._confirmed
                await tell_key(self, key, held_ms)
                self._session.media.key_up_at = self._line.now()
            case unknown:
                assert_never(unknown)

    async def send_digits(self, keys: str, held_ms: int = 100) -> None:
        """Press several keys, 60 ms apart (100 ms in band; each INFO after the answer to the last)."""
        for key in keys:
            await self.send_digit(key, held_ms)

    async def received_digits(self, wanted: str, timeout_s: float = 5.0) -> None:
        """Wait until the keys pressed by the far side end with ``wanted``. Raises NotInTime."""
        await self._until(f"{len(wanted)} keys", lambda: self._session.media.keys.endswith(wanted), timeout_s)

    async def hold(self, timeout_s: float = 5.0) -> None:
        """Put the far side on hold: a re-INVITE with sendonly (RFC 3264, section 8.4), and no more sound from us.

        Each side holds for itself: a far side that holds as well answers ``inactive`` and stays held after ``resume``.
        Raises CallOver, Refused (the call goes on as it was), NotInTime.
        """
        await self._renegotiated("sendonly", timeout_s)
        self._session.holding = True

    async def resume(self, timeout_s: float = 5.0) -> None:
        """Take the far side back from hold. Raises as ``hold``."""
        await self._renegotiated("sendrecv", timeout_s)
        self._session.holding = False

    @property
    def far_uri(self) -> str:
        """Where the far side is reached (its Contact): whom an attended transfer names. Raises CallOver before an answer."""
        return str(self._confirmed.target)

    async def refer(self, target: str, *, replaces: Call | None = None, timeout_s: float = 5.0) -> Referral:
        """Ask the far side to call ``target`` (RFC 3515): a ``sip:`` URI, or a number where the far side is.

        With ``replaces``, a call of ours, the new call shall take that one's place (RFC 3891): an attended transfer.
        Returns once the far side has agreed; ``await referral.finished()`` tells how it came out.
        Raises CallOver, CallRefused (the call goes on as it was), NotInTime, MalformedMessage.
        """
        far = self._confirmed.target
        uri = parse_uri(target) if target.startswith("sip:") else SipUri(target, far.host, far.port)
        if replaces is not None:
            consulted = replaces._confirmed
            wanted = Replaces(consulted.call_id, consulted.remote.tag or "", consulted.local.tag or "")
            uri = replace(uri, headers=(*uri.headers, ("Replaces", str(wanted))))
        by = ("Referred-By", f"<{self._line.identity.aor.uri}>")  # RFC 3892
        referral = self._refer(("Refer-To", f"<{uri.with_headers()}>"), by, seen=self._seen)
        response = await referral.answered(timeout_s)
        if response.status >= 300:
            raise CallRefused(response.status, response.reason)
        return referral

    @property
    def now(self) -> float:
        """This monotonic second, for ``since``."""
        return self._line.now()

    @property
    def key_up_at(self) -> float | None:
        """The monotonic second at which the end of the last key was first said; None before any."""
        return self._session.media.key_up_at

    async def hang_up(self, timeout_s: float = 5.0) -> None:
        """BYE, or before the answer CANCEL (our call) or 480 (theirs); waits until the far side has confirmed it.

        Does nothing after the end. Raises NotInTime.
        """
        self.end_now()
        await self._until("the far side's consent to the end", self._is_over, timeout_s)

    def end_now(self) -> None:
        """As ``hang_up``, without waiting."""
        if self.end_reason is None and self._established:
            self._say_bye("local_bye")
        elif self.end_reason is None:
            self._give_up()

    def timeline(self) -> list[tuple[str, float]]:
        """Every milestone and the first RTP heard, with monotonic seconds, in order of time."""
        passed: list[tuple[str, float]] = list(self.times.items())
        if self.heard.first_rtp_at is not None:
            passed.append(("first_rtp", self.heard.first_rtp_at))
        return sorted(passed, key=lambda item: item[1])

    def ladder(self, last: int | None = None) -> str:
        """This call's SIP messages as text."""
        messages = self._line.exchange.wire.trace.of_call(self.id)
        return ladder(messages if last is None else messages[-last:])

    @property
    def _confirmed(self) -> Dialog:
        if self.end_reason is not None or not self._established or self._dialog is None:
            raise CallOver(f"this needs an answered call: {self.end_reason or 'not answered yet'}")
        return self._dialog

    async def _renegotiated(self, direction: Direction, timeout_s: float) -> None:
        assert self._confirmed
        self._offer_again(direction)
        await self._until(
            "an answer to the re-INVITE", lambda: not self._offering or self.end_reason is not None, timeout_s
        )
        outcome = self._offer_outcome
        if outcome is None:
            raise CallOver(f"the call ended meanwhile: {self.end_reason}")
        if outcome.status >= 300:
            raise Refused(outcome.status, outcome.reason)

    def _is_over(self) -> bool:
        return self.end_reason is not None and (self.end_reason != "local_bye" or self._bye_answered)

    def _deaf_because(self) -> str | None:
        return self.end_reason

    def _seen(self) -> str:
        passed = one_of(f"{name} +{at - min(self.times.values()):.3f} s" for name, at in self.timeline())
        return f"{passed}; {self.heard.packets} RTP packets heard\n{self.ladder(_IN_ERRORS)}"

    async def _until(self, awaited: str, true: Callable[[], bool], timeout_s: float) -> None:
        if not await self._watch.until(true, timeout_s):
            raise NotInTime(f"{awaited} within {timeout_s:g} s", self._seen())


async def hang_up_all(calls: Iterable[Call], timeout_s: float) -> None:
    """End them all at once; one that nobody consents to the end of is let be."""
    async with asyncio.TaskGroup() as goodbyes:
        for call in calls:
            goodbyes.create_task(_quietly(call, timeout_s))


async def _quietly(call: Call, timeout_s: float) -> None:
    try:
        await call.hang_up(timeout_s)
    except SipError:
        return
