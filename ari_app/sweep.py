"""What should become of what is found in Asterisk on connecting? Pure: lists in, decisions out.

After a crash of the controller, conversations still talk, callers still stand in the application with nobody listening, and
legs and bridges that belong to nobody stay for ever. Asterisk is the truth about calls, so its lists decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ari_app.call import BRIDGE_PREFIX
from ari_app.telephony import BridgeInfo, ChannelInfo


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """A caller and an operator who talk in a bridge of ours."""

    call: str
    caller: ChannelInfo
    operator_leg: ChannelInfo
    bridge: str


@dataclass(slots=True)
class SweepPlan:
    """``adopt``: go on with these; ``begin_again``: callers to be guided from the start; the rest is removed."""

    adopt: list[FoundConversation] = field(default_factory=list)
    begin_again: list[ChannelInfo] = field(default_factory=list)
    hang_up: list[str] = field(default_factory=list)
    destroy: list[str] = field(default_factory=list)


def plan_sweep(channels: Iterable[ChannelInfo], bridges: Iterable[BridgeInfo], known: Collection[str]) -> SweepPlan:
    """Decide about every channel and bridge of ours that no living call knows.

    ``known`` are the ids of channels and bridges that living calls use; they are left alone. Channels that the dialplan
    holds (the fallback's queue, its music) are not ours.
    """
    plan = SweepPlan()
    ours = {channel.id: channel for channel in channels if channel.in_our_app and channel.id not in known}
    taken: set[str] = set()
    for bridge in bridges:
        if bridge.id in known or not bridge.name.startswith(BRIDGE_PREFIX):
            continue
        found = _conversation(bridge, ours)
        if found is None:
            plan.destroy.append(bridge.id)
        else:
            plan.adopt.append(found)
            taken |= {found.caller.id, found.operator_leg.id}
    for channel in ours.values():
        if channel.id in taken:
            continue
        if _is_caller(channel):
            plan.begin_again.append(channel)
        else:
            plan.hang_up.append(channel.id)
    return plan


def _conversation(bridge: BridgeInfo, ours: Mapping[str, ChannelInfo]) -> FoundConversation | None:
    members = [ours[id_] for id_ in bridge.channels if id_ in ours]
    callers = [member for member in members if _is_caller(member)]
    legs = [member for member in members if member.variables.get("CENTRALITA_ROLE") == "operator"]
    if len(callers) != 1 or len(legs) != 1:
        return None
    return FoundConversation(legs[0].variables["CENTRALITA_CALL"], callers[0], legs[0], bridge.id)


def _is_caller(channel: ChannelInfo) -> bool:
    return channel.variables.get("CENTRALITA_ROLE") == "caller" and "CENTRALITA_NUMBER" in channel.variables
