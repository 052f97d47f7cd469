"""What is one call, while it lives? Its ids, what is shown of it, and the inbox that everything about it comes into."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ari_app.contract import CallStage, Direction
from ari_app.telephony import ChannelEnded, TelephonyEvent
from queues.effects import AcdEffect

CallItem = TelephonyEvent | AcdEffect

BRIDGE_PREFIX = "centralita:"
"""How the names of our bridges begin; the call's id follows."""


@dataclass(eq=False, slots=True)
class Call:
    """One caller and all that belongs to it.

    ``stage`` and ``stage_since`` hold while the call is not in a queue; while it is, the ACD knows better. ``queue`` and
    ``operator`` are the last ones, for what is shown once it has ended.
    """

    id: str
    channel: str
    number: str
    caller: str
    language: str
    started: float
    direction: Direction = "inbound"
    stage: CallStage = "new"
    stage_since: float = 0.0
    queue: str | None = None
    operator: str | None = None
    recording: str | None = None
    end_reason: str | None = None
    inbox: asyncio.Queue[CallItem] = field(default_factory=asyncio.Queue)
    life: asyncio.Task[None] | None = None
    caller_gone: bool = False
    bridges: int = 0
    playbacks: int = 0
    legs: int = 0

    def put_nowait(self, item: CallItem, /) -> None:
        """Take an event or an instruction. The caller's own end cancels the call's life, wherever it stands."""
        if isinstance(item, ChannelEnded) and item.channel == self.channel:
            self.caller_gone = True
            if self.end_reason is None:
                self.end_reason = "caller_hung_up"
            if self.life is not None:
                self.life.cancel()
            return
        self.inbox.put_nowait(item)

    def next_bridge(self) -> str:
        """A bridge id that was never used."""
        self.bridges += 1
        return f"{self.id}-talk-{self.bridges}"

    @property
    def bridge_name(self) -> str:
        """The name of its bridges, by which a later life of the controller knows them for ours."""
        return f"{BRIDGE_PREFIX}{self.id}"

    def next_playback(self) -> str:
        """A playback id that was never used."""
        self.playbacks += 1
        return f"play-{self.id}-{self.playbacks}"

    def next_leg(self, operator: str) -> str:
        """A channel id for a leg to ``operator`` that was never used."""
        self.legs += 1
        return f"{self.id}-op-{operator}-{self.legs}"
