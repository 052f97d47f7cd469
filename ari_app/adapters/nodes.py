"""On which Asterisk is this channel, bridge or playback? The telephony port over several of them, the nodes.

No call spans two nodes: whatever is made for a call is made where its first channel is, so every command goes to one node.
Whose an id is, is learned: from arrivals, from the commands that make it, and from the nodes' own lists. A node that is away
fails the commands that are its own, as one Asterisk would; the others go on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from ari_app.telephony import (
    BridgeInfo,
    CallArrived,
    CallerShown,
    ChannelEnded,
    ChannelGone,
    ChannelInfo,
    Inbox,
    PhoneUnreachable,
    PlaybackEnded,
    Telephony,
    TelephonyAway,
    TelephonyEvent,
    TransferOutcome,
)

log = structlog.get_logger(__name__)
FADED_KEPT: Final = 10_000
"""Ids that nobody watches any more, and calls, whose node is still known: whoever tidies up later asks the right one."""
PLAYBACK_PREFIX: Final = "play-"
PARTS_OF_A_CALL_ID: Final = 3
"""Between hyphens; what is made for a call begins with its id (bootstrap.new_call_id)."""


@dataclass(slots=True)
class Node:
    """One Asterisk. ``draining``: its calls go on, and it is given no new ones of ours."""

    name: str
    telephony: Telephony
    is_connected: Callable[[], bool]
    draining: bool = False


class Nodes:
    """The Telephony port over ``nodes``, by name; at least one."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._owners: dict[str, Node] = {}
        self._faded: OrderedDict[str, None] = OrderedDict()
        self._homes: OrderedDict[str, Node] = OrderedDict()
        self._not_made_yet: dict[str, Inbox] = {}
        self._turn = 0

    # -- whose is it? --------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether any node is."""
        return any(node.is_connected() for node in self._nodes.values())

    def drain(self, name: str, *, draining: bool) -> None:
        """From now on nothing is begun there, or is again."""
        self._nodes[name].draining = draining

    def owner(self, id_: str) -> str | None:
        """The name of the node where a channel, bridge or playback is, or was of late."""
        node = self._owners.get(id_)
        return node.name if node is not None else None

    def arrived(self, name: str, event: TelephonyEvent) -> None:
        """A channel has entered the application on the node of that name. Tell it before anybody acts on it."""
        assert isinstance(event, CallArrived)
        for channel in filter(None, (event.channel, event.replaces)):
            self._learn(channel, self._nodes[name])

    def lists_of(self, name: str) -> ListsOfOne:
        """The channels and bridges of one node alone, which are known from then on."""
        return ListsOfOne(self, name, self._nodes[name].telephony)

    def found(self, name: str, channels: Sequence[ChannelInfo], bridges: Sequence[BridgeInfo]) -> None:
        """What a node has in its lists."""
        for id_ in (*(channel.id for channel in channels), *(bridge.id for bridge in bridges)):
            self._learn(id_, self._nodes[name])

    def _learn(self, id_: str, node: Node) -> None:
        """Until it is watched it may be forgotten with the others that nobody watches."""
        if id_ not in self._owners:
            self._fade(id_)
        self._owners[id_] = node
        call = _call_of(id_)
        if call is not None:
            self._homes[call] = node
            self._homes.move_to_end(call)
            if len(self._homes) > FADED_KEPT:
                self._homes.popitem(last=False)
        inbox = self._not_made_yet.pop(id_, None)
        if inbox is not None:
            self._watch_on(node, id_, inbox)

    def _fade(self, id_: str) -> None:
        self._faded[id_] = None
        self._faded.move_to_end(id_)
        if len(self._faded) > FADED_KEPT:
            oldest, _ = self._faded.popitem(last=False)
            self._owners.pop(oldest, None)

    def _of(self, id_: str) -> Telephony:
        node = self._owners.get(id_)
        if node is None:
            raise ChannelGone(f"{id_} is on no node")
        return node.telephony

    def _or_none(self, id_: str) -> Telephony | None:
        """For what is harmless on one that is gone."""
        node = self._owners.get(id_)
        return node.telephony if node is not None else None

    def _place(self, made: str, near: str | None) -> Node:
        """Where something is to be made: with ``near``, with the rest of its call, or wherever there is room."""
        if near and (node := self._owners.get(near)) is not None:
            return node
        home = self._homes.get(_call_of(made) or "")
        if home is not None and home.is_connected():
            return home
        able = [node for node in self._nodes.values() if node.is_connected()]
        able = [node for node in able if not node.draining] or able
        if not able:
            raise TelephonyAway("no node is connected")
        self._turn += 1
        return able[self._turn % len(able)]

    # -- watching ------------------------------------------------------------------------------------------------------

    def watch(self, id_: str, inbox: Inbox) -> None:
        """See Telephony.watch. What is not made yet is watched where it will be made."""
        node = self._owners.get(id_)
        if node is None:
            self._not_made_yet[id_] = inbox
        else:
            self._watch_on(node, id_, inbox)

    def _watch_on(self, node: Node, id_: str, inbox: Inbox) -> None:
        self._faded.pop(id_, None)
        node.telephony.watch(id_, _Until(inbox, lambda: self._fade(id_)))

    def unwatch(self, id_: str) -> None:
        """See Telephony.unwatch."""
        self._not_made_yet.pop(id_, None)
        node = self._owners.get(id_)
        if node is not None:
            node.telephony.unwatch(id_)
            self._fade(id_)

    def lag_s(self) -> float:
        """See Telephony.lag_s. That of the node that is the most behind."""
        return max(node.telephony.lag_s() for node in self._nodes.values())

    # -- commands ------------------------------------------------------------------------------------------------------

    async def take_in_hand(self, channel: str) -> None:
        """See Telephony.take_in_hand."""
        await self._of(channel).take_in_hand(channel)

    async def answer(self, channel: str) -> None:
        """See Telephony.answer."""
        await self._of(channel).answer(channel)

    async def hang_up(self, channel: str) -> None:
        """See Telephony.hang_up."""
        if (node := self._or_none(channel)) is not None:
            await node.hang_up(channel)

    async def refuse(self, channel: str) -> None:
        """See Telephony.refuse."""
        if (node := self._or_none(channel)) is not None:
            await node.refuse(channel)

    async def play(self, channel: str, playback: str, media: Sequence[str], language: str) -> None:
        """See Telephony.play."""
        node = self._of(channel)
        self._learn(playback, self._owners[channel])
        await node.play(channel, playback, media, language)

    async def play_to_all(self, bridge: str, playback: str, media: Sequence[str], language: str) -> None:
        """See Telephony.play_to_all."""
        node = self._of(bridge)
        self._learn(playback, self._owners[bridge])
        await node.play_to_all(bridge, playback, media, language)

    async def stop_playback(self, playback: str) -> None:
        """See Telephony.stop_playback. One of an earlier life plays where its call is."""
        node = self._owners.get(playback) or self._homes.get(_call_of(playback) or "")
        for telephony in [node.telephony] if node is not None else self._all_connected():
            await telephony.stop_playback(playback)

    async def start_music(self, channel: str, music: str) -> None:
        """See Telephony.start_music."""
        await self._of(channel).start_music(channel, music)

    async def stop_music(self, channel: str, *, in_bridge: bool = False) -> None:
        """See Telephony.stop_music."""
        await self._of(channel).stop_music(channel, in_bridge=in_bridge)

    async def start_silence(self, channel: str) -> None:
        """See Telephony.start_silence."""
        await self._of(channel).start_silence(channel)

    async def stop_silence(self, channel: str) -> None:
        """See Telephony.stop_silence."""
        await self._of(channel).stop_silence(channel)

    async def ring(
        self,
        leg: str,
        phone: str,
        shown: CallerShown,
        variables: Mapping[str, str],
        timeout_s: float,
        *,
        talks_with: str | None = None,
        auto_answer: bool = False,
    ) -> None:
        """See Telephony.ring. The leg is made where whoever it ``talks_with`` is."""
        node = self._place(leg, talks_with)
        self._learn(leg, node)
        try:
            await node.telephony.ring(
                leg, phone, shown, variables, timeout_s, talks_with=talks_with, auto_answer=auto_answer
            )
        except PhoneUnreachable:
            self._fade(leg)
            raise

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """See Telephony.set_variable."""
        await self._of(channel).set_variable(channel, name, value)

    async def get_variable(self, channel: str, name: str) -> str:
        """See Telephony.get_variable."""
        return await self._of(channel).get_variable(channel, name)

    async def run_agi(self, channel: str, url: str, variables: Mapping[str, str]) -> None:
        """See Telephony.run_agi."""
        await self._of(channel).run_agi(channel, url, variables)

    async def stop_agi(self, channel: str) -> None:
        """See Telephony.stop_agi."""
        if (node := self._or_none(channel)) is not None:
            await node.stop_agi(channel)

    async def create_bridge(self, bridge: str, name: str, *, near: str | None = None) -> None:
        """See Telephony.create_bridge."""
        node = self._place(bridge, near)
        self._learn(bridge, node)
        self._faded.pop(bridge, None)  # known until it is destroyed
        await node.telephony.create_bridge(bridge, name)

    async def add_to_bridge(self, bridge: str, channels: Sequence[str], *, keys_stay: bool = False) -> None:
        """See Telephony.add_to_bridge. A channel on another node is not there."""
        node = self._of(bridge)
        for channel in channels:
            if self._of(channel) is not node:
                raise ChannelGone(f"{channel} is on node {self.owner(channel)}, {bridge} on {self.owner(bridge)}")
        await node.add_to_bridge(bridge, channels, keys_stay=keys_stay)

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        """See Telephony.remove_from_bridge."""
        if (node := self._or_none(bridge)) is not None:
            await node.remove_from_bridge(bridge, channel)

    async def destroy_bridge(self, bridge: str) -> None:
        """See Telephony.destroy_bridge."""
        if (node := self._or_none(bridge)) is not None:
            try:
                await node.destroy_bridge(bridge)
            finally:
                self._fade(bridge)

    async def snoop(self, snoop: str, channel: str) -> None:
        """See Telephony.snoop. Whoever would listen is on the node of the rest of the call: elsewhere nobody would hear it."""
        node, home = self._of(channel), self._homes.get(_call_of(snoop) or "")
        if home is not None and home.telephony is not node:
            raise ChannelGone(f"{channel} is on node {self.owner(channel)}, and who listens on {home.name}")
        self._learn(snoop, self._owners[channel])
        await node.snoop(snoop, channel)

    async def mute(self, channel: str, *, muted: bool) -> None:
        """See Telephony.mute."""
        await self._of(channel).mute(channel, muted=muted)

    async def show_ringing(self, channel: str) -> None:
        """See Telephony.show_ringing."""
        await self._of(channel).show_ringing(channel)

    async def transfer_progress(self, channel: str, outcome: TransferOutcome) -> None:
        """See Telephony.transfer_progress."""
        if (node := self._or_none(channel)) is not None:
            await node.transfer_progress(channel, outcome)

    async def channels(self) -> list[ChannelInfo]:
        """See Telephony.channels: those of all nodes that are connected. Raises TelephonyAway when none is."""
        listed: list[ChannelInfo] = []
        for node in self._all_able():
            try:
                ones = await node.telephony.channels()
            except TelephonyAway as away:
                log.warning("node_not_listed", node=node.name, why=str(away))
                continue
            self.found(node.name, ones, ())
            listed += ones
        return listed

    async def bridges(self) -> list[BridgeInfo]:
        """See Telephony.bridges, and ``channels``."""
        listed: list[BridgeInfo] = []
        for node in self._all_able():
            try:
                ones = await node.telephony.bridges()
            except TelephonyAway as away:
                log.warning("node_not_listed", node=node.name, why=str(away))
                continue
            self.found(node.name, (), ones)
            listed += ones
        return listed

    def _all_able(self) -> list[Node]:
        able = [node for node in self._nodes.values() if node.is_connected()]
        if not able:
            raise TelephonyAway("no node is connected")
        return able

    def _all_connected(self) -> list[Telephony]:
        return [node.telephony for node in self._nodes.values() if node.is_connected()]


class ListsOfOne:
    """What one of the nodes has. See Nodes.lists_of."""

    def __init__(self, nodes: Nodes, name: str, telephony: Telephony) -> None:
        self._nodes = nodes
        self._name = name
        self._telephony = telephony

    async def channels(self) -> list[ChannelInfo]:
        """Raises TelephonyAway."""
        found = await self._telephony.channels()
        self._nodes.found(self._name, found, ())
        return found

    async def bridges(self) -> list[BridgeInfo]:
        """Raises TelephonyAway."""
        found = await self._telephony.bridges()
        self._nodes.found(self._name, (), found)
        return found


class _Until:
    """An inbox that says when the last event of its id has come."""

    __slots__ = ("_inbox", "_over")

    def __init__(self, inbox: Inbox, over: Callable[[], None]) -> None:
        self._inbox = inbox
        self._over = over

    def put_nowait(self, item: TelephonyEvent, /) -> None:
        self._inbox.put_nowait(item)
        if isinstance(item, ChannelEnded | PlaybackEnded):
            self._over()


def _call_of(id_: str) -> str | None:
    """The call for which a leg, bridge, snoop or playback was made; None for what Asterisk has named itself."""
    parts = id_.removeprefix(PLAYBACK_PREFIX).split("-", PARTS_OF_A_CALL_ID)
    return "-".join(parts[:PARTS_OF_A_CALL_ID]) if len(parts) > PARTS_OF_A_CALL_ID else None
