"""What may a call's life use? The engine's parts, in one value, and the few steps that every life shares."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from ari_app.call import Call
from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.commands import CentreCommands
from ari_app.recorder import Recorder
from ari_app.switchboard import Switchboard
from ari_app.telephony import Telephony, TelephonyError
from recordings.plan import RecordingPolicy

log = structlog.get_logger(__name__)


class Background(Protocol):
    """Runs work beside the calls, supervised: an error is logged, the end of the engine waits for it."""

    def __call__(self, work: Coroutine[Any, Any, None], /) -> None:
        """Start ``work``."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """The parts that a call's life uses."""

    centre: Centre
    telephony: Telephony
    switchboard: Switchboard
    recorder: Recorder
    commands: CentreCommands
    clock: Clock
    in_background: Background

    def music_of(self, queue: str) -> str:
        """The class of music that callers hear in ``queue``."""
        return self.centre.queue(queue).music

    def ring_timeout_s(self, queue: str) -> float:
        """How long an operator's phone rings for ``queue``."""
        return self.centre.queue(queue).ring_timeout_s

    def recording_policy(self, queue: str) -> RecordingPolicy:
        """Whether conversations of ``queue`` are recorded."""
        return self.centre.queue(queue).record

    async def hang_up(self, channel: str) -> None:
        """End a channel as part of tidying up: what cannot be ended now is swept later."""
        try:
            await self.telephony.hang_up(channel)
        except TelephonyError as failed:
            log.warning("channel_not_ended", channel=channel, why=str(failed))

    async def release(self, call: Call) -> None:
        """End the call for good: the caller first, then the ACD, which must not ring the operator while it still sounds.

        The caller is no longer listened to: our own hang-up would come back as the caller's, cancel this, and leave an
        operator who is shown talking for ever.
        """
        await self.end_leg(call.channel)
        self.switchboard.leave(call.id)

    async def end_leg(self, leg: str) -> None:
        """End a channel; what it says from now on is not heard."""
        self.telephony.unwatch(leg)
        await self.hang_up(leg)

    async def destroy_bridge(self, bridge: str) -> None:
        """Remove a bridge as part of tidying up."""
        try:
            await self.telephony.destroy_bridge(bridge)
        except TelephonyError as failed:
            log.warning("bridge_not_destroyed", bridge=bridge, why=str(failed))
