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
    """A caller and an operator who talk in a bridge of ours.

    ``interrupted``: the caller is alone there, on hold, while the operator's leg is elsewhere (nowhere, or consulting).
    """

    call: str
    caller: ChannelInfo
    operator_leg: ChannelInfo
    bridge: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class FoundForwarding:
    """A caller who talks with a number outside, in a bridge of ours."""

    call: str
    caller: ChannelInfo
    leg: str
    bridge: str


@dataclass(slots=True)
class SweepPlan:
    """``adopt`` and ``adopt_forwarded``: go on with these; ``begin_again``: callers to be guided from the start; the rest is
    removed."""

    adopt: list[FoundConversation] = field(default_factory=list)
    adopt_forwarded: list[FoundForwarding] = field(default_factory=list)
    begin_again: list[ChannelInfo] = field(default_factory=list)
    hang_up: list[str] = field(default_factory=list)
    destroy: list[str] = field(default_factory=list)


def plan_sweep(channels: Iterable[ChannelInfo], bridges: Iterable[BridgeInfo], known: Collection[str]) -> SweepPlan:
    """Decide about every channel and bridge of ours that no living call knows.

    ``known`` are the ids of channels and bridges that living calls use; they are left alone. Channels that the dialplan
    holds (the fallback's queue, its music, a service of AGI) are not ours: they come to us when it is done with them.
    """
    plan = SweepPlan()
    ours = {channel.id: channel for channel in channels if channel.in_our_app and channel.id not in known}
    taken: set[str] = set()
    for bridge in bridges:
        if bridge.id in known or not bridge.name.startswith(BRIDGE_PREFIX):
            continue
        match _found(bridge, ours):
            case FoundConversation() as talk:
                plan.adopt.append(talk)
                taken |= {talk.caller.id, talk.operator_leg.id}
            case FoundForwarding() as talk:
                plan.adopt_forwarded.append(talk)
                taken |= {talk.caller.id, talk.leg}
            case None:
                plan.destroy.append(bridge.id)
    for channel in ours.values():
        if channel.id in taken:
            continue
        if _is_caller(channel):
            plan.begin_again.append(channel)
        else:
            plan.hang_up.append(channel.id)
    return plan


def _found(bridge: BridgeInfo, ours: Mapping[str, ChannelInfo]) -> FoundConversation | FoundForwarding | None:
    """Two who talk: a caller, or a customer who was called back, with an operator; or a caller with a number outside."""
    members = [ours[id_] for id_ in bridge.channels if id_ in ours]
    callers = [member for member in members if _is_caller(member) or _role(member) == "customer"]
    others = [member for member in members if _role(member) in ("operator", "forwarded")]
    if len(callers) == 1 and not others:
        return _interrupted(bridge, callers[0], ours)
    if len(callers) != 1 or len(others) != 1:
        return None
    (caller,), (other,) = callers, others
    if _role(other) == "operator":
        return FoundConversation(other.variables["CENTRALITA_CALL"], caller, other, bridge.id)
    return FoundForwarding(other.variables["CENTRALITA_CALL"], caller, other.id, bridge.id)


def _interrupted(bridge: BridgeInfo, caller: ChannelInfo, ours: Mapping[str, ChannelInfo]) -> FoundConversation | None:
    """A caller on hold: the operator's leg is up, and names the call after which the bridge is named."""
    call = bridge.name.removeprefix(BRIDGE_PREFIX)
    legs = [
        leg
        for leg in ours.values()
        if leg.up and _role(leg) == "operator" and leg.variables.get("CENTRALITA_CALL") == call
    ]
    return FoundConversation(call, caller, legs[0], bridge.id, interrupted=True) if len(legs) == 1 else None


def _role(channel: ChannelInfo) -> str | None:
    return channel.variables.get("CENTRALITA_ROLE")


def _is_caller(channel: ChannelInfo) -> bool:
    return _role(channel) == "caller" and "CENTRALITA_NUMBER" in channel.variables
