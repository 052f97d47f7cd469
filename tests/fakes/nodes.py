"""Two Asterisks that are drained at once when that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ari_app.node_status import NodeStatus, UnknownNode


class FakeNodes:
    """NodeCommands over two nodes, of which b is not connected."""

    def __init__(self) -> None:
        self.shown = {"a": NodeStatus("a", True, 3, False), "b": NodeStatus("b", False, 0, False)}

    def statuses(self) -> Sequence[NodeStatus]:
        return list(self.shown.values())

    def drain(self, name: str, *, draining: bool) -> NodeStatus:
        if name not in self.shown:
            raise UnknownNode(name)
        self.shown[name] = replace(self.shown[name], draining=draining)
        return self.shown[name]
