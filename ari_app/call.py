"""What is one call, while it lives? Its ids, what is shown of it, and the inbox that everything about it comes into."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from ari_app.asked import Asked, RecordAction, RecordAsked, ServiceAnswered
from ari_app.contract import CallStage, Direction, RecordingState
from ari_app.control_states import Control
from ari_app.flow_note import FlowNote
from ari_app.passing import PassOn
from ari_app.supervision import ConversationChanged, SuperviseAsked, SupervisionMode
from ari_app.tape import Tape
from ari_app.telephony import ChannelEnded, TelephonyEvent
from ivr_flows.messages import JoinQueue
from queues.effects import AcdEffect
from queues.events import LeftBy
from recordings.notes import RecordingMode

CallItem = TelephonyEvent | AcdEffect | Asked | RecordAsked | ServiceAnswered | SuperviseAsked | ConversationChanged

_ENDED_BY: Final[Mapping[str, LeftBy]] = {"operator_hung_up": "operator", "hung_up_by_command": "supervisor"}

BRIDGE_PREFIX = "centralita:"
"""How the names of our bridges begin; the call's id follows."""

IDS_OF_ONE_LIFE = 1000
"""More legs than that no life of the controller dials for one callback."""


class RecordedNow(Protocol):
    """What the call desk asks of the recording of a conversation."""

    def may(self, action: RecordAction) -> str | None:
        """Why that cannot be done now; None: it can."""
        ...


class Guided(Protocol):
    """What is noted of a guidance through a flow, so that a later life of the controller goes on with it."""

    @property
    def mark(self) -> Hashable:
        """Another one when there is something new to be noted."""
        ...

    def noted(self) -> FlowNote | None:
        """Where the caller stands; None before the first step."""
        ...


@dataclass(eq=False, slots=True)
class Call:
    """One caller and all that belongs to it.

    ``stage`` and ``stage_since`` hold while the call is not in a queue; while it is, the ACD knows better. ``queue`` and
    ``operator`` are the last ones, for what is shown once it has ended. ``arrived_at`` is when the caller first came into a
    queue, ``ways_out`` counts how often he or she left one unserved. ``goes_on_alone``: the caller has agreed to be called back,
    and ``channel`` is empty once the line is free. ``ticket`` is the reference of what the call is about, opaque text of another
    system. ``from_phone``: the caller is an operator's phone. ``control`` is there while a conversation goes on. ``hears_music``:
    we have begun music for the caller and not ended it. ``guided``: the guidance through the flow where the caller is; ``in_flow``:
    that of a flow that goes on once an operator has hung up first. ``wish``: with what the caller was led into a queue;
    ``passing``: where an operator has passed the caller on to, until he or she is there.
    ``shown`` (name, value) is what the operator is shown of the caller. ``supervised``: who listens, in which mode. ``lives``: how
    many lives of the controller have had it in hand.

    ``tape`` is its recording, once there is something to tell of it, ``recorded`` that of the conversation that goes on. ``told``:
    the caller has heard the recording notice; ``refuses_recording``: and has said no; ``flow_record``: what the flow says.
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
    arrived_at: float | None = None
    ways_out: int = 0
    recording: str | None = None
    hears_music: bool = False
    voicemail: str | None = None
    end_reason: str | None = None
    disposition: str | None = None
    ticket: str | None = None
    from_phone: bool = False
    control: Control | None = None
    guided: Guided | None = None
    in_flow: Guided | None = None
    wish: JoinQueue | None = None
    passing: PassOn | None = None
    lives: int = 1
    shown: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    supervised: dict[str, SupervisionMode] = field(default_factory=dict)
    tape: Tape | None = None
    recorded: RecordedNow | None = None
    recording_state: RecordingState | None = None
    told: bool = False
    refuses_recording: bool = False
    flow_record: RecordingMode | None = None
    inbox: asyncio.Queue[CallItem] = field(default_factory=asyncio.Queue)
    life: asyncio.Task[None] | None = None
    begun: bool = False
    caller_gone: bool = False
    goes_on_alone: bool = False
    bridges: int = 0
    playbacks: int = 0
    legs: int = 0
    conversations: int = 0

    def put_nowait(self, item: CallItem, /) -> None:
        """Take an event or an instruction. The caller's own end cancels the call's life, wherever it stands."""
        if isinstance(item, ChannelEnded) and item.channel == self.channel and not self.goes_on_alone:
            self.end("caller_vanished" if item.vanished else "caller_hung_up")
            return
        self.inbox.put_nowait(item)

    def end(self, reason: str) -> None:
        """There is nobody any more for whom the call could go on: its life ends wherever it stands."""
        self.caller_gone = True
        self.end_reason = self.end_reason or reason
        if self.life is not None and self.begun:
            self.life.cancel()

    def begins(self) -> None:
        """Its life has come to its first step. Before, a cancellation would leave it without even its end."""
        self.begun = True
        if self.caller_gone and self.life is not None:
            self.life.cancel()

    def take_over(self, lives: int, started: float, language: str, arrived_at: float) -> None:
        """Go on with a callback of ``lives`` lives of the controller; ids that they may have used are passed over."""
        self.goes_on_alone, self.started, self.language, self.arrived_at = True, started, language, arrived_at
        self.begin_life(lives)

    def begin_life(self, lives: int) -> None:
        """From now on in the hands of the controller's life of that number; ids that earlier ones may have used are passed over."""
        self.lives = lives
        self.bridges = self.playbacks = self.legs = (lives - 1) * IDS_OF_ONE_LIFE

    @property
    def ended_by(self) -> LeftBy:
        """Who ended it, as far as is known."""
        return _ENDED_BY.get(self.end_reason or "", "caller")

    def go_on_from(self, bridge: str) -> None:
        """Go on with a conversation in ``bridge`` of an earlier life; ids that it may have used are passed over."""
        used = int(number) if (number := bridge.rpartition("-")[2]).isdigit() else 0
        self.bridges = self.playbacks = self.legs = (used // IDS_OF_ONE_LIFE + 1) * IDS_OF_ONE_LIFE

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

    def next_snoop(self) -> str:
        """A channel id for a supervisor's ear that was never used."""
        self.legs += 1
        return f"{self.id}-ear-{self.legs}"

    def next_outside_leg(self) -> str:
        """A channel id for a leg to the outside, a customer or a number, that was never used."""
        self.legs += 1
        return f"{self.id}-out-{self.legs}"
