"""How is the controller connected to its Asterisks? An ARI and an AMI connection for each node, and what stands for all of them.

With one node its own parts stand for all: nothing is in between.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from ari_app.adapters.ami import AmiError, AmiLink, OnPhone, OnTry
from ari_app.adapters.ari import AriTelephony
from ari_app.adapters.ari_commands import Authority
from ari_app.adapters.asterisk_beat import read_beat
from ari_app.adapters.node_phones import Phones
from ari_app.adapters.nodes import Node, Nodes
from ari_app.adoption import Lists
from ari_app.health import HealthPart
from ari_app.lag import EventLag
from ari_app.node_door import NodeDoor
from ari_app.node_status import NodeStatus, UnknownNode
from ari_app.notebook import Notebook
from ari_app.recorder import Recording
from ari_app.settings import NodeAddress, Settings
from ari_app.telephony import CallArrived, Telephony, TelephonyError, TelephonyEvent

log = structlog.get_logger(__name__)
PATIENCE_S: Final = 5.0
"""For so long the other nodes are waited for once the first is there: operators may be talking on them."""
LOOK_S: Final = 1
DRAINED: Final = "drained_node:"


class Inside(Protocol):
    """What the engine is to its nodes; see Engine."""

    def put_nowait(self, event: TelephonyEvent, /) -> None:
        """A channel has arrived."""
        ...

    async def sweep(self) -> None:
        """The only node is there."""
        ...

    async def sweep_node(self, node: str, lists: Lists, node_of: Callable[[str], str | None]) -> None:
        """One of several is there."""
        ...

    async def take_calls(self, node_of: Callable[[str], str | None]) -> None:
        """All are, or are not waited for."""
        ...

    def has_life(self, channel: str) -> bool:
        """Whether a call is known."""
        ...

    def in_background(self, work: Coroutine[Any, Any, None], /) -> object:
        """Nobody waits for it."""
        ...

    def callers(self) -> Iterable[str]:
        """The channels of all callers."""
        ...


@dataclass(slots=True)
class NodeLink:
    """One node's connections."""

    address: NodeAddress
    ami: AmiLink
    ari: AriTelephony | None = None
    door: NodeDoor | None = None


class NodeLinks:
    """All nodes of one controller. First the AMI connections are there, then ``open`` makes those of ARI."""

    def __init__(self, settings: Settings, on_phone: OnPhone, on_try: OnTry) -> None:
        addresses = settings.node_addresses
        self._secret = settings.ari_secret
        self._front = settings.sip_front
        self._given_up_after_s = settings.node_given_up_after_s
        self._phones = Phones(on_phone, lambda name: self.links[name].ami.connected)
        self.links = {one.name: self._link(one, settings, on_phone, on_try, len(addresses) > 1) for one in addresses}
        self._only = next(iter(self.links.values())) if len(self.links) == 1 else None
        self._nodes: Nodes | None = None
        self._inside: Inside | None = None
        self._notebook: Notebook | None = None
        self._swept: set[str] = set()
        self._one_sweep = asyncio.Lock()
        self.recording: Recording = self._only.ami if self._only else RoutedRecording(self.ami_of)

    def _link(
        self, address: NodeAddress, settings: Settings, on_phone: OnPhone, on_try: OnTry, several: bool
    ) -> NodeLink:
        told = self._phones.told_by(address.name) if several else on_phone
        where = (address.host, address.ami_port, "centralita", settings.ami_secret)
        return NodeLink(address, AmiLink(*where, told, on_try, behind_front=bool(settings.sip_front)))

    def open(
        self,
        inside: Inside,
        notebook: Notebook,
        lag: EventLag,
        authority: Authority,
        on_replaced: Callable[[], None],
    ) -> Telephony:
        """The telephony of all nodes together; events go ``inside``. See AriTelephony."""
        self._inside, self._notebook = inside, notebook
        for name, link in self.links.items():
            link.door = NodeDoor(
                inside, self._learner(name), inside.has_life, self._refuser(name), inside.in_background
            )
            on_connected = self._sweeper_of_the_only(name, inside) if self._only else self._sweeper(name)
            link.ari = AriTelephony(
                _url(link.address),
                self._secret,
                link.door,
                on_connected,
                lag,
                link.ami.redirect,
                authority,
                on_replaced,
                self._front,
            )
        if self._only is not None:
            return self._ari_of(self._only)
        nodes = [Node(name, self._ari_of(link), self._connectedness(link)) for name, link in self.links.items()]
        self._nodes = Nodes(nodes)
        return self._nodes

    # -- the connections -----------------------------------------------------------------------------------------------

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs while the controller leads."""
        works = [work for link in self.links.values() for work in (link.ami.run(), self._ari_of(link).run())]
        return works if self._only else [*works, *(self._give_up_when_dead(name) for name in self.links)]

    async def _give_up_when_dead(self, name: str) -> None:
        """Without a node for so long its calls count as ended, and its operators are free: a restart of Asterisk, which loses them,
        takes less, and is seen at once. If they talk on all the same, they are adopted when it is back."""
        away_s = 0
        while True:
            await asyncio.sleep(LOOK_S)
            away_s = 0 if self._is_connected(name) else away_s + LOOK_S
            if away_s == self._given_up_after_s:
                log.warning("node_given_up", node=name)
                self._ari_of(self.links[name]).give_up()

    @property
    def connected(self) -> bool:
        """Whether any node takes commands."""
        return any(self._is_connected(name) for name in self.links)

    def let_go(self) -> None:
        """See AriTelephony."""
        for link in self.links.values():
            self._ari_of(link).let_go()

    async def show_beat(self, text: str) -> None:
        """On every node that can be reached. Raises TelephonyError when none can."""
        failed: TelephonyError | None = None
        shown = False
        for link in self.links.values():
            try:
                await self._ari_of(link).show_beat(text)
                shown = True
            except TelephonyError as away:
                failed = away
        if failed is not None and not shown:
            raise failed

    async def read_beat(self) -> str | None:
        """What the leader has shown, on all nodes that can be asked; None when none can."""
        beats = [await read_beat(_url(link.address), self._secret) for link in self.links.values()]
        return None if all(beat is None for beat in beats) else "|".join(beat or "" for beat in beats)

    async def reload_module(self, module: str) -> None:
        """On every node. Raises AmiError with the first that did not do it, after all have been asked."""
        failed: AmiError | None = None
        for name, link in self.links.items():
            try:
                await link.ami.reload_module(module)
            except AmiError as wrong:
                failed = failed or AmiError(str(wrong) if self._only else f"node {name}: {wrong}")
        if failed is not None:
            raise failed

    def health(self) -> list[HealthPart]:
        """With several nodes one is enough to serve calls; each is named."""
        ami = any(link.ami.connected for link in self.links.values())
        parts = [
            HealthPart("ari", None if self.connected else "not connected to Asterisk's ARI"),
            HealthPart("ami", None if ami else "not connected to Asterisk's AMI"),
        ]
        if self._only is None:
            parts += [HealthPart(f"node_{name}", self._wrong(link), needed=False) for name, link in self.links.items()]
        return parts

    def _wrong(self, link: NodeLink) -> str | None:
        if link.ari is None or not link.ari.connected:
            return "not connected to its ARI"
        return None if link.ami.connected else "not connected to its AMI"

    # -- nodes as supervisors see them (NodeCommands) ------------------------------------------------------------------

    def statuses(self) -> Sequence[NodeStatus]:
        """See NodeCommands."""
        return [self._status(name) for name in self.links]

    def drain(self, name: str, *, draining: bool) -> NodeStatus:
        """See NodeCommands. It is noted: whoever leads next goes on draining."""
        if name not in self.links or self.links[name].door is None or self._notebook is None:
            raise UnknownNode(name)
        self._notebook.note(DRAINED + name, "1" if draining else None)
        self._drain(name, draining=draining)
        return self._status(name)

    def _drain(self, name: str, *, draining: bool) -> None:
        door = self.links[name].door
        assert door is not None, "open() comes first"
        if door.draining is not draining:
            log.info("node_draining" if draining else "node_takes_calls_again", node=name)
        door.draining = draining
        if self._nodes is not None:
            self._nodes.drain(name, draining=draining)

    async def remember(self) -> None:
        """Go on draining what an earlier life drained. Before any call comes. A node that has gone from the settings may come back
        years later: of it nothing is kept."""
        assert self._notebook is not None, "open() comes first"
        for name in await self._notebook.read(DRAINED):
            if name in self.links:
                self._drain(name, draining=True)
            else:
                self._notebook.note(DRAINED + name, None)

    def _status(self, name: str) -> NodeStatus:
        door = self.links[name].door
        callers = list(self._inside.callers()) if self._inside is not None else []
        calls = Counter(self._nodes.owner(channel) for channel in callers)[name] if self._nodes else len(callers)
        return NodeStatus(name, self._is_connected(name), calls, door is not None and door.draining)

    # -- what the nodes need of each other -----------------------------------------------------------------------------

    def node_of(self, channel: str) -> str | None:
        """Whose a channel is that Asterisk has named: after its node (systemname in asterisk.conf)."""
        name = channel.partition("-")[0]
        return name if name in self.links else None

    def ami_of(self, channel: str) -> AmiLink:
        """That of the node where the channel is. Raises AmiError."""
        name = (self._nodes.owner(channel) if self._nodes else None) or self.node_of(channel)
        if name is None:
            raise AmiError(f"{channel} is on no node")
        return self.links[name].ami

    @property
    def swept(self) -> bool:
        """Whether the calls that are up on any node have been taken over."""
        return bool(self._swept)

    def _sweeper_of_the_only(self, name: str, inside: Inside) -> Callable[[], Coroutine[Any, Any, None]]:
        async def swept() -> None:
            await inside.sweep()
            self._swept.add(name)

        return swept

    def _sweeper(self, name: str) -> Callable[[], Coroutine[Any, Any, None]]:
        async def swept() -> None:
            assert self._inside is not None
            assert self._nodes is not None
            async with self._one_sweep:
                await self._inside.sweep_node(name, self._nodes.lists_of(name), self.node_of)
            if not self._swept:
                self._inside.in_background(self._stop_waiting())
            self._swept.add(name)
            if self._swept == set(self.links):
                await self._inside.take_calls(self.node_of)

        return swept

    async def _stop_waiting(self) -> None:
        await asyncio.sleep(PATIENCE_S)
        assert self._inside is not None
        missing = sorted(set(self.links) - self._swept)
        if missing:
            log.warning("nodes_not_waited_for", nodes=missing)
            async with self._one_sweep:
                await self._inside.take_calls(self.node_of)

    def _learner(self, name: str) -> Callable[[TelephonyEvent], None]:
        def learn(event: TelephonyEvent) -> None:
            if self._nodes is not None and isinstance(event, CallArrived):
                self._nodes.arrived(name, event)

        return learn

    def _refuser(self, name: str) -> Callable[[str], Coroutine[Any, Any, None]]:
        return lambda channel: self._ari_of(self.links[name]).refuse(channel)

    def _connectedness(self, link: NodeLink) -> Callable[[], bool]:
        return lambda: self._ari_of(link).takes_commands

    def _is_connected(self, name: str) -> bool:
        link = self.links[name]
        return link.ari is not None and link.ari.connected

    @staticmethod
    def _ari_of(link: NodeLink) -> AriTelephony:
        assert link.ari is not None, "open() comes first"
        return link.ari


class RoutedRecording:
    """Recordings of channels on several nodes: each by its own."""

    def __init__(self, ami_of: Callable[[str], Recording]) -> None:
        self._ami_of = ami_of

    async def start_recording(self, channel: str, path: Path) -> None:
        """See Recording."""
        await self._ami_of(channel).start_recording(channel, path)

    async def stop_recording(self, channel: str) -> None:
        """See Recording."""
        await self._ami_of(channel).stop_recording(channel)

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """See Recording."""
        await self._ami_of(channel).mute_recording(channel, muted=muted)


def _url(address: NodeAddress) -> str:
    return f"http://{address.host}:{address.ari_port}/"
