"""What do several nodes say together of phones, and whose recording is whose?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ari_app.adapters.ami import AmiError
from ari_app.adapters.node_links import DRAINED, NodeLinks, RoutedRecording
from ari_app.adapters.node_phones import Phones
from ari_app.adoption import Lists
from ari_app.lag import EventLag
from ari_app.node_status import UnknownNode
from ari_app.settings import load_settings
from ari_app.telephony import TelephonyEvent
from tests.ari_app.fake_centre import FakeMixMonitor
from tests.fakes.notebook import FakeNotebook

PROJECT = Path(__file__).resolve().parents[2]
TWO = "a=127.0.0.1:8088:5038,b=127.0.0.1:8089:5039"


class Said:
    """What the engine was told of phones, and which nodes' AMI is connected."""

    def __init__(self, *connected: str) -> None:
        self.connected = set(connected)
        self.told: list[tuple[str, bool]] = []
        phones = Phones(lambda code, reachable: self.told.append((code, reachable)), self.connected.__contains__)
        self.a, self.b = phones.told_by("a"), phones.told_by("b")


def test_one_node_that_reaches_a_phone_is_enough() -> None:
    said = Said("a", "b")
    said.a("1001", False)
    said.b("1001", True)
    said.a("1001", True)
    said.b("1001", False)
    assert said.told == [("1001", False), ("1001", True)]
    said.a("1001", False)
    assert said.told[-1] == ("1001", False)


def test_what_a_node_said_that_is_away_counts_for_nothing() -> None:
    said = Said("a", "b")
    said.a("1001", True)
    said.b("1001", True)
    said.connected.remove("a")
    said.b("1001", False)
    assert said.told == [("1001", True), ("1001", False)]


async def test_each_recording_is_asked_of_the_node_where_its_channel_is() -> None:
    monitors = {"a": FakeMixMonitor(), "b": FakeMixMonitor()}
    routed = RoutedRecording(lambda channel: monitors[channel[0]])
    await routed.mute_recording("b-1", muted=True)
    assert (monitors["a"].muted, monitors["b"].muted) == (set(), {"b-1"})
    await routed.stop_recording("b-1")


async def test_a_channel_of_no_node_has_no_recording() -> None:
    links = links_of(TWO)
    with pytest.raises(AmiError, match="on no node"):
        await links.recording.stop_recording("20261127-100000-0000000a-op-1001-1")
    with pytest.raises(AmiError, match="not connected"):
        await links.recording.stop_recording("a-1764259200.1")


async def test_with_one_node_its_own_parts_stand_for_all() -> None:
    links = links_of("")
    (only,) = links.links.values()
    assert links.recording is only.ami
    assert [part.name for part in links.health()] == ["ari", "ami"]


async def test_health_names_each_of_several_nodes() -> None:
    links = links_of(TWO)
    assert [(part.name, part.needed) for part in links.health()] == [
        ("ari", True),
        ("ami", True),
        ("node_a", False),
        ("node_b", False),
    ]


async def test_an_unknown_node_cannot_be_drained() -> None:
    with pytest.raises(UnknownNode):
        links_of(TWO).drain("c", draining=True)


async def test_whoever_leads_next_goes_on_draining_until_the_node_is_taken_back() -> None:
    notebook = FakeNotebook()
    opened_links(notebook).drain("b", draining=True)
    later = opened_links(notebook)
    assert [one.draining for one in later.statuses()] == [False, False]
    await later.remember()
    assert [one.draining for one in later.statuses()] == [False, True]
    later.drain("b", draining=False)
    after = opened_links(notebook)
    await after.remember()
    assert [one.draining for one in after.statuses()] == [False, False]


async def test_nothing_is_kept_of_a_drained_node_that_has_gone_from_the_settings() -> None:
    notebook = FakeNotebook()
    notebook.note(DRAINED + "c", "1")
    links = opened_links(notebook)
    await links.remember()
    assert [one.draining for one in links.statuses()] == [False, False]
    assert notebook.notes == {}


class Leads:
    """Nobody else does."""

    is_sure = True

    async def be_sure(self) -> None:
        return


class NobodyInside:
    """An engine that has not begun."""

    def put_nowait(self, event: TelephonyEvent, /) -> None:
        raise AssertionError(event)

    async def sweep(self) -> None:
        raise AssertionError

    async def sweep_node(self, node: str, lists: Lists, node_of: Callable[[str], str | None]) -> None:
        raise AssertionError

    async def take_calls(self, node_of: Callable[[str], str | None]) -> None:
        raise AssertionError

    def has_life(self, channel: str) -> bool:
        return False

    def in_background(self, work: Coroutine[Any, Any, None], /) -> None:
        raise AssertionError

    def callers(self) -> list[str]:
        return []


def opened_links(notebook: FakeNotebook) -> NodeLinks:
    """Of two nodes that are both away."""
    links = links_of(TWO)
    links.open(NobodyInside(), notebook, EventLag(), Leads(), lambda: None)
    return links


def links_of(nodes: str) -> NodeLinks:
    settings = load_settings(PROJECT, {"CENTRALITA_NODES": nodes, "CENTRALITA_ARI_SECRET": "x"})
    return NodeLinks(settings, lambda code, reachable: None, lambda address, wrong: None)
