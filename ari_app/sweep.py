"""What should become of what is found in Asterisk on connecting? Pure: lists in, decisions out.

After a crash of the controller, conversations still talk, callers still stand in the application with nobody listening, and
legs and bridges that belong to nobody stay for ever. Asterisk is the truth about calls, so its lists decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ari_app.call import BRIDGE_PREFIX
from ari_app.telephony import BridgeInfo, ChannelInfo


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """A caller and an operator who talk in a bridge of ours.

    ``interrupted``: the caller is alone there, on hold, while the operator's leg is elsewhere (nowhere, or consulting).
    ``consulted``: the channel of whom the operator consults, if it is there.
    """

    call: str
    caller: ChannelInfo
    operator_leg: ChannelInfo
    bridge: str
    interrupted: bool = False
    consulted: ChannelInfo | None = None


@dataclass(frozen=True, slots=True)
class FoundForwarding:
    """A caller who talks with a number outside, in a bridge of ours."""

    call: str
    caller: ChannelInfo
    leg: str
    bridge: str


@dataclass(frozen=True, slots=True)
class FoundLeft:
    """A caller in a bridge of ours whom the operator has left to a supervisor, on ``leg``."""

    call: str
    caller: ChannelInfo
    leg: str
    bridge: str


@dataclass(frozen=True, slots=True)
class EarIds:
    """What was noted of one supervision: the ``channel`` to the supervisor's phone, its own bridge, and the snoop there, if any."""

    channel: str
    bridge: str
    snoop: str | None


@dataclass(frozen=True, slots=True)
class FoundEar:
    """A supervisor's phone that rings or has been answered (``up``). ``bridge``: its own is there, ``tapped``: with the snoop.

    ``inside``: the bridge where it is, its own or that of a conversation that goes on.
    """

    channel: str
    up: bool
    bridge: bool
    tapped: bool
    inside: str | None


@dataclass(slots=True)
class SweepPlan:
    """``adopt``, ``adopt_forwarded`` and ``adopt_left``: conversations that go on; ``ears``: supervisors who do; ``go_on``: callers
    who are with nobody; ``ringing``: operators' legs that ring, or have been answered, for one of them; the rest is removed."""

    adopt: list[FoundConversation] = field(default_factory=list)
    adopt_forwarded: list[FoundForwarding] = field(default_factory=list)
    adopt_left: list[FoundLeft] = field(default_factory=list)
    ears: list[FoundEar] = field(default_factory=list)
    go_on: list[ChannelInfo] = field(default_factory=list)
    ringing: list[ChannelInfo] = field(default_factory=list)
    hang_up: list[str] = field(default_factory=list)
    destroy: list[str] = field(default_factory=list)


NOBODY: Mapping[str, str] = {}
ALONE: Mapping[str, tuple[str, str]] = {}


def plan_sweep(
    channels: Iterable[ChannelInfo],
    bridges: Iterable[BridgeInfo],
    known: Collection[str],
    waiting: Mapping[str, str] = NOBODY,
    consulted: Mapping[str, tuple[str, str]] = ALONE,
    ears: Collection[EarIds] = (),
) -> SweepPlan:
    """Decide about every channel and bridge of ours that no living call knows.

    ``known`` are the ids of channels and bridges that living calls use; they are left alone. ``waiting`` are the calls that had
    a place in a queue, by the caller's channel; ``consulted`` the channel and the bridge of whom a call's operator consulted;
    ``ears`` what was noted of the supervisors who listened.
    Channels that the dialplan holds (the fallback's queue, its music, a service of AGI) are not ours: they come to us when it is
    done with them.
    """
    plan = SweepPlan()
    ours = {channel.id: channel for channel in channels if channel.in_our_app and channel.id not in known}
    taken: set[str] = set()
    spared: set[str] = set()
    there = {bridge.id: bridge for bridge in bridges}
    listening = {ear.channel for ear in ears}
    for bridge in there.values():
        if bridge.id in known or not bridge.name.startswith(BRIDGE_PREFIX):
            continue
        match _found(bridge, ours, listening):
            case FoundConversation() as talk:
                other, beside = consulted.get(talk.call, ("", ""))
                plan.adopt.append(replace(talk, consulted=ours.get(other)))
                taken |= {talk.caller.id, talk.operator_leg.id, other}
                if other in ours:
                    spared.add(beside)
            case FoundForwarding() as talk:
                plan.adopt_forwarded.append(talk)
                taken |= {talk.caller.id, talk.leg}
            case FoundLeft() as talk:
                plan.adopt_left.append(talk)
                taken |= {talk.caller.id, talk.leg}
            case None:
                plan.destroy.append(bridge.id)
    for ear in ears:
        phone = ours.get(ear.channel)
        if phone is not None and (phone.up or phone.rings):
            found = _found_ear(ear, phone, there, stays={ear.bridge, *_bridges_of_talks(plan)})
            plan.ears.append(found)
            taken |= {phone.id, ear.snoop or ""} if found.tapped else {phone.id}
            spared.add(ear.bridge)
    plan.destroy = [bridge for bridge in plan.destroy if bridge not in spared]
    here = {call for channel, call in waiting.items() if channel in ours and channel not in taken}
    for channel in ours.values():
        if channel.id in taken:
            continue
        if _is_caller(channel) or channel.id in waiting:
            plan.go_on.append(channel)
        elif _rings_for(channel, here):
            plan.ringing.append(channel)
        else:
            plan.hang_up.append(channel.id)
    return plan


def _bridges_of_talks(plan: SweepPlan) -> set[str]:
    """Those that go on."""
    return {talk.bridge for talks in (plan.adopt, plan.adopt_forwarded, plan.adopt_left) for talk in talks}


def _found_ear(ear: EarIds, phone: ChannelInfo, there: Mapping[str, BridgeInfo], stays: Collection[str]) -> FoundEar:
    own = there.get(ear.bridge)
    inside = next((id_ for id_, bridge in there.items() if phone.id in bridge.channels and id_ in stays), None)
    return FoundEar(
        phone.id, phone.up, bridge=own is not None, tapped=own is not None and ear.snoop in own.channels, inside=inside
    )


def _found(
    bridge: BridgeInfo, ours: Mapping[str, ChannelInfo], listening: Collection[str]
) -> FoundConversation | FoundForwarding | FoundLeft | None:
    """Two who talk: a caller, or a customer who was called back, with an operator; or a caller with a number outside, or a
    supervisor: rather one of whom nothing is noted any more, since then the caller's own note tells of him or her."""
    members = [ours[id_] for id_ in bridge.channels if id_ in ours]
    callers = [member for member in members if _is_caller(member) or _role(member) == "customer"]
    others = [member for member in members if _role(member) in ("operator", "forwarded")]
    if len(callers) == 1 and not others:
        supervisors = sorted(
            (member.id for member in members if _role(member) == "supervisor"), key=lambda one: one in listening
        )
        interrupted = _interrupted(bridge, callers[0], ours)
        if interrupted is not None or not supervisors:
            return interrupted
        return FoundLeft(bridge.name.removeprefix(BRIDGE_PREFIX), callers[0], supervisors[0], bridge.id)
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


def _rings_for(channel: ChannelInfo, calls: Collection[str]) -> bool:
    """One that was made and never dialled, or whose phone has said nothing yet, rings for nobody: the call is offered anew."""
    is_offer = _role(channel) == "operator" and channel.variables.get("CENTRALITA_CALL") in calls
    return is_offer and (channel.rings or channel.up)


def _role(channel: ChannelInfo) -> str | None:
    return channel.variables.get("CENTRALITA_ROLE")


def _is_caller(channel: ChannelInfo) -> bool:
    return _role(channel) == "caller" and "CENTRALITA_NUMBER" in channel.variables
