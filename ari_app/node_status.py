"""What is told of a node, and asked of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class UnknownNode(LookupError):
    """There is no node of that name."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """One Asterisk. ``calls`` are those whose caller is there; one that is ``draining`` turns new ones away."""

    name: str
    connected: bool
    calls: int
    draining: bool


class NodeCommands(Protocol):
    """What a supervisor may ask of the nodes."""

    def statuses(self) -> Sequence[NodeStatus]:
        """All of them, in the order of the settings."""
        ...

    def drain(self, name: str, *, draining: bool) -> NodeStatus:
        """Turn new calls away from now on, or take them again; calls that are up go on. Raises UnknownNode."""
        ...
