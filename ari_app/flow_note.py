"""What is noted of a caller in a flow? The place, and which version of which flow it is a place in."""

from __future__ import annotations

from dataclasses import dataclass

from ivr_flows.flow_place import FlowPlace


@dataclass(frozen=True, slots=True)
class FlowNote:
    """``flow`` is the one that was entered, at ``entry``, in the ``version`` of then; the caller may be in another by now."""

    flow: str
    entry: str
    version: str
    place: FlowPlace
