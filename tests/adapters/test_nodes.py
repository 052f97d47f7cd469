"""On which node does each command land, and what becomes of one that is away? Two telephone systems in memory behind one port."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.adapters import nodes as nodes_module
from ari_app.adapters.nodes import Node, Nodes
from ari_app.telephony import (
    CallArrived,
    CallerShown,
    ChannelEnded,
    ChannelGone,
    LegAnswered,
    PlaybackEnded,
    TelephonyAway,
    TelephonyEvent,
)
from tests.fakes.telephony import FakeTelephony

SHOWN = CallerShown("600111222", "ventas")
CALL = "20261127-100000-0000000a"
OTHER_CALL = "20261127-100000-0000000b"


class Two:
    """Nodes a and b; phone 1001 answers on both, since no phone is bound to a node."""

    def __init__(self) -> None:
        self.a, self.b = (self._node(name) for name in ("a", "b"))
        self.nodes = Nodes([Node("a", self.a, lambda: not self.a.away), Node("b", self.b, lambda: not self.b.away)])

    @property
    def by_name(self) -> dict[str, FakeTelephony]:
        return {"a": self.a, "b": self.b}

    def _node(self, name: str) -> FakeTelephony:
        fake = FakeTelephony(_Arrivals(self, name))
        fake.phones["1001"] = "answers"
        return fake

    async def talking(self, name: str, call: str) -> tuple[str, str, str]:
        """Caller, leg and bridge of a conversation on that node, as a life makes it."""
        caller, leg, bridge = f"{name}-{call}", f"{call}-op-1001-1", f"{call}-talk-1"
        self.by_name[name].call_arrives(caller, "inbound", "900100201")
        await self.nodes.answer(caller)
        self.nodes.watch(leg, asyncio.Queue())
        await self.nodes.ring(leg, "1001", SHOWN, {}, 10.0, talks_with=caller)
        await self.nodes.create_bridge(bridge, "centralita", near=caller)
        await self.nodes.add_to_bridge(bridge, [caller, leg])
        return caller, leg, bridge


class _Arrivals:
    def __init__(self, two: Two, name: str) -> None:
        self._two, self._name = two, name

    def put_nowait(self, item: TelephonyEvent, /) -> None:
        assert isinstance(item, CallArrived)
        self._two.nodes.arrived(self._name, item)


async def test_each_calls_leg_and_bridge_are_made_where_its_caller_is() -> None:
    two = Two()
    for name, call in (("a", CALL), ("b", OTHER_CALL)):
        caller, leg, bridge = await two.talking(name, call)
        assert two.by_name[name].hears(caller) == {leg}
        assert bridge in two.by_name[name].bridges_up
    assert (len(two.a.channels_up), len(two.b.channels_up)) == (2, 2)


async def test_the_lists_are_those_of_all_nodes_that_are_there() -> None:
    two = Two()
    on_a, on_b = await two.talking("a", CALL), await two.talking("b", OTHER_CALL)
    assert {channel.id for channel in await two.nodes.channels()} == {*on_a[:2], *on_b[:2]}
    assert {bridge.id for bridge in await two.nodes.bridges()} == {on_a[2], on_b[2]}
    two.a.away = True
    assert {channel.id for channel in await two.nodes.channels()} == set(on_b[:2])
    two.b.away = True
    with pytest.raises(TelephonyAway):
        await two.nodes.channels()


async def test_a_node_that_is_away_fails_its_own_calls_and_no_others() -> None:
    two = Two()
    caller_a, _, _ = await two.talking("a", CALL)
    caller_b, leg_b, _ = await two.talking("b", OTHER_CALL)
    two.a.away = True
    with pytest.raises(TelephonyAway):
        await two.nodes.play(caller_a, f"play-{CALL}-1", ["sound:beep"], "es")
    with pytest.raises(TelephonyAway):
        await two.nodes.ring(f"{CALL}-op-1001-2", "1001", SHOWN, {}, 10.0, talks_with=caller_a)
    await two.nodes.play(caller_b, f"play-{OTHER_CALL}-1", ["sound:beep"], "es")
    assert two.b.hears(caller_b) == {leg_b}


async def test_what_belongs_to_no_caller_stays_with_the_rest_of_its_call() -> None:
    two = Two()
    for number in range(4):
        call = f"20261127-110000-0000000{number}"
        await two.nodes.ring(f"{call}-op-1001-1", "1001", SHOWN, {}, 10.0, talks_with="")
        await two.nodes.ring(f"{call}-out-2", "1001", SHOWN, {}, 10.0, talks_with="")
        await two.nodes.create_bridge(f"{call}-talk-1", "centralita", near="")
        await two.nodes.add_to_bridge(f"{call}-talk-1", [f"{call}-op-1001-1", f"{call}-out-2"])
    assert (len(two.a.bridges_up), len(two.b.bridges_up)) == (2, 2)


async def test_a_call_that_begins_here_begins_on_no_node_that_is_drained_or_away() -> None:
    two = Two()
    two.nodes.drain("a", draining=True)
    for number in range(3):
        await two.nodes.ring(f"20261127-110000-0000000{number}-op-1001-1", "1001", SHOWN, {}, 10.0)
    assert (len(two.a.channels_up), len(two.b.channels_up)) == (0, 3)
    two.nodes.drain("a", draining=False)
    two.b.away = True
    await two.nodes.ring(f"{CALL}-op-1001-1", "1001", SHOWN, {}, 10.0)
    assert len(two.a.channels_up) == 1
    two.a.away = True
    with pytest.raises(TelephonyAway):
        await two.nodes.ring(f"{OTHER_CALL}-op-1001-1", "1001", SHOWN, {}, 10.0)


async def test_a_call_whose_node_has_gone_begins_anew_on_another() -> None:
    two = Two()
    await two.nodes.ring(f"{CALL}-op-1001-1", "1001", SHOWN, {}, 10.0)
    first = next(name for name, fake in two.by_name.items() if fake.channels_up)
    two.by_name[first].away = True
    await two.nodes.ring(f"{CALL}-op-1001-2", "1001", SHOWN, {}, 10.0)
    other = two.by_name["b" if first == "a" else "a"]
    assert list(other.channels_up) == [f"{CALL}-op-1001-2"]


async def test_a_channel_is_in_no_bridge_of_another_node() -> None:
    two = Two()
    _, _, bridge = await two.talking("a", CALL)
    caller, leg, _ = await two.talking("b", OTHER_CALL)
    with pytest.raises(ChannelGone, match="on node b"):
        await two.nodes.add_to_bridge(bridge, [caller])
    assert two.b.hears(caller) == {leg}


async def test_nobody_listens_to_an_operator_on_another_node_and_nothing_is_left_there() -> None:
    two = Two()
    _, on_a, _ = await two.talking("a", CALL)
    _, on_b, _ = await two.talking("b", OTHER_CALL)
    ear = "20261127-100000-0000000c"
    await two.nodes.ring(f"{ear}-op-2001-1", "1001", SHOWN, {}, 10.0, talks_with=on_a)
    await two.nodes.snoop(f"{ear}-ear-2", on_a)
    with pytest.raises(ChannelGone, match="who listens on a"):
        await two.nodes.snoop(f"{ear}-ear-3", on_b)
    assert f"{ear}-ear-2" in two.a.channels_up
    assert f"{ear}-ear-3" not in two.b.channels_up


async def test_events_reach_whoever_watched_before_the_leg_was_made() -> None:
    two = Two()
    inbox = asyncio.Queue[TelephonyEvent]()
    two.nodes.watch(f"{CALL}-op-1001-1", inbox)
    await two.nodes.ring(f"{CALL}-op-1001-1", "1001", SHOWN, {}, 10.0)
    told = [inbox.get_nowait() for _ in range(inbox.qsize())]
    assert LegAnswered(f"{CALL}-op-1001-1") in told


async def test_whoever_no_longer_watches_is_told_nothing() -> None:
    two = Two()
    caller, _, _ = await two.talking("b", CALL)
    inbox = asyncio.Queue[TelephonyEvent]()
    two.nodes.watch(caller, inbox)
    two.nodes.unwatch(caller)
    two.b.hangs_up(caller)
    assert inbox.empty()


async def test_what_was_made_by_an_earlier_controller_is_found_in_the_lists() -> None:
    two = Two()
    caller, leg, bridge = await two.talking("b", CALL)
    two.b.channels_up[caller].playback = f"play-{CALL}-7"
    later = Nodes([Node(name, fake, lambda: True) for name, fake in two.by_name.items()])
    with pytest.raises(ChannelGone):
        await later.answer(caller)
    lists = later.lists_of("b")
    assert {channel.id for channel in await lists.channels()} == {caller, leg}
    assert [one.id for one in await lists.bridges()] == [bridge]
    ended = asyncio.Queue[TelephonyEvent]()
    later.watch(f"play-{CALL}-7", ended)
    await later.stop_playback(f"play-{CALL}-7")
    await later.hang_up(leg)
    assert two.b.hears(caller) == set()
    assert two.b.channels_up[caller].playback is None
    assert later.owner(caller) == "b"


async def test_nodes_of_ended_channels_are_forgotten_in_the_end_and_those_of_living_ones_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nodes_module, "FADED_KEPT", 3)
    two = Two()
    caller, leg, bridge = await two.talking("a", CALL)
    two.nodes.watch(caller, asyncio.Queue())
    for number in range(10):
        two.b.call_arrives(f"b-{number}", "inbound", "900100201")
        two.nodes.watch(f"b-{number}", asyncio.Queue())
        two.b.hangs_up(f"b-{number}")
    assert [two.nodes.owner(id_) for id_ in (caller, leg, bridge)] == ["a", "a", "a"]
    assert [number for number in range(10) if two.nodes.owner(f"b-{number}")] == [7, 8, 9]


async def test_the_end_of_a_playback_and_of_a_channel_is_told_once() -> None:
    two = Two()
    caller, _, _ = await two.talking("a", CALL)
    inbox = asyncio.Queue[TelephonyEvent]()
    two.nodes.watch(caller, inbox)
    two.nodes.watch(f"play-{CALL}-1", inbox)
    await two.nodes.play(caller, f"play-{CALL}-1", ["sound:beep"], "es")
    two.a.prompt_ends(caller)
    two.a.hangs_up(caller)
    assert [inbox.get_nowait() for _ in range(inbox.qsize())] == [
        PlaybackEnded(f"play-{CALL}-1", failed=False),
        ChannelEnded(caller, "failed"),
    ]


async def test_the_lag_is_that_of_the_node_that_is_the_most_behind() -> None:
    two = Two()
    two.a.lag, two.b.lag = 0.1, 0.4
    assert two.nodes.lag_s() == 0.4
