"""What does the engine make of several nodes? One is swept after the other, and nobody is taken for lost who is on another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ari_app.adapters.nodes import Node, Nodes
from ari_app.node_door import NodeDoor
from ari_app.telephony import CallArrived
from tests.ari_app.fake_centre import FakeCentre, fake_centre, in_virtual_time
from tests.fakes.notebook import FakeNotebook
from tests.fakes.telephony import FakeTelephony
from tests.fakes.virtual_time import VirtualTimeLoop

Second = Callable[[FakeCentre, FakeTelephony], Coroutine[Any, Any, None]]


def node_of(channel: str) -> str | None:
    name = channel.partition("-")[0]
    return name if name in ("a", "b") else None


def after_a_crash(folder: Path, then: Second) -> None:
    """Callers a-1 and b-1 wait when the controller dies; the next life finds a-1 on one telephone system, b-1 on another."""

    async def both() -> None:
        notebook = FakeNotebook()
        async with fake_centre(folder, notebook=notebook) as first:
            await first.calls("a-1")
            await first.calls("b-1")
            first.engine.let_go()
            first.telephony.away = True
        on_b = FakeTelephony()
        on_b.channels_up["b-1"] = first.telephony.channels_up.pop("b-1")
        async with fake_centre(folder, notebook=notebook, telephony=first.telephony, swept=False) as second:
            await then(second, on_b)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(both())


def test_a_caller_on_a_node_that_is_not_there_yet_is_not_taken_for_lost(tmp_path: Path) -> None:
    async def then(second: FakeCentre, on_b: FakeTelephony) -> None:
        del on_b
        await second.engine.sweep_node("a", second.telephony, node_of)
        await second.settle()
        assert second.engine.callers() == ["a-1"]
        assert "caller:b-1" in second.notebook.notes
        await second.engine.take_calls(node_of)
        assert "caller:b-1" in second.notebook.notes

    after_a_crash(tmp_path, then)


def test_a_caller_who_is_gone_from_the_node_that_had_the_call_is_lost(tmp_path: Path) -> None:
    async def then(second: FakeCentre, on_b: FakeTelephony) -> None:
        on_b.channels_up.clear()
        await second.engine.sweep_node("a", second.telephony, node_of)
        await second.engine.sweep_node("b", on_b, node_of)
        await second.settle()
        assert "caller:b-1" not in second.notebook.notes
        assert "caller:a-1" in second.notebook.notes

    after_a_crash(tmp_path, then)


def test_no_call_is_taken_before_the_nodes_have_been_swept(tmp_path: Path) -> None:
    async def then(second: FakeCentre, on_b: FakeTelephony) -> None:
        second.telephony.call_arrives("a-2", "inbound", "900100201")
        await second.engine.sweep_node("a", second.telephony, node_of)
        await second.settle()
        assert "a-2" in second.engine.callers()  # found by the sweep; one that arrives now is held
        second.telephony.call_arrives("a-3", "inbound", "900100201")
        await second.settle()
        assert "a-3" not in second.engine.callers()
        await second.engine.sweep_node("b", on_b, node_of)
        await second.engine.take_calls(node_of)
        await second.settle()
        assert "a-3" in second.engine.callers()

    after_a_crash(tmp_path, then)


def door(centre: FakeCentre, nodes: Nodes) -> NodeDoor:
    engine = centre.engine
    return NodeDoor(
        engine, lambda event: nodes.arrived("a", event), engine.has_life, nodes.refuse, engine.in_background
    )


@in_virtual_time
async def test_a_drained_node_refuses_new_calls_and_keeps_those_that_are_up(centre: FakeCentre) -> None:
    nodes = Nodes([Node("a", centre.telephony, lambda: True)])
    entrance = door(centre, nodes)
    centre.telephony.arrivals = entrance
    await centre.calls("a-1")
    entrance.draining = True
    centre.telephony.call_arrives("a-2", "inbound", "900100201")
    await centre.settle()
    assert centre.telephony.refused == ["a-2"]
    assert centre.engine.callers() == ["a-1"]
    entrance.draining = False
    centre.telephony.call_arrives("a-3", "inbound", "900100201")
    await centre.settle()
    assert centre.engine.callers() == ["a-1", "a-3"]


@in_virtual_time
async def test_a_drained_node_lets_in_whoever_was_answered_or_is_known(centre: FakeCentre) -> None:
    entrance = door(centre, Nodes([Node("a", centre.telephony, lambda: True)]))
    centre.telephony.arrivals = entrance
    await centre.calls("a-1")
    entrance.draining = True
    entrance.put_nowait(CallArrived("a-1", ("inbound", "900100201"), "600111222"))
    centre.telephony.call_arrives("a-2", "inbound", "900100201", answered=True)
    await centre.settle()
    assert (centre.telephony.refused, centre.engine.callers()) == ([], ["a-1", "a-2"])
