"""What does one ARI event mean? Pure translation of event JSON into the telephony port's events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ari_app.telephony import (
    AttendedTransferAsked,
    BlindTransferAsked,
    BridgeInfo,
    CallArrived,
    ChannelEnded,
    ChannelHeld,
    ChannelInfo,
    ChannelUnheld,
    DigitPressed,
    LegAnswered,
    LegRinging,
    PlaybackEnded,
    TelephonyEvent,
)
from queues.events import RefusalCause

APP = "centralita"
OWN_LEG = "own-leg"
"""The argument with which our own legs enter the application, so that they are not taken for new calls."""

READ_EVENTS = (
    "StasisStart",
    "StasisEnd",
    "ChannelStateChange",
    "ChannelHangupRequest",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
    "ChannelTransfer",
    "PlaybackFinished",
    "ApplicationReplaced",
)
"""The event filter: all that is read. The rest would cost a parse for each event and tell nothing."""

Json = Mapping[str, Any]
_SOFTHANGUP_DEV = 1


def subject_of(event: Json) -> str | None:
    """The id of the channel or playback that the event is about."""
    about = event.get("channel") or event.get("playback") or event.get("referred_by", {}).get("source_channel")
    return about["id"] if about else None


def plays_on(event: Json) -> str:
    """The channel that a playback's event is about; empty for a bridge."""
    kind, _, id_ = str(event["playback"].get("target_uri", "")).partition(":")
    return id_ if kind == "channel" else ""


def lag_s_of(event: Json, now: float) -> float | None:
    """For how long the event has been under way at Unix second ``now``; None if it does not say when it happened."""
    try:
        return now - datetime.fromisoformat(event["timestamp"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return None


def translate(event: Json, refusal: RefusalCause, vanished: bool = False) -> TelephonyEvent | None:
    """Our event for an ARI event, or None if it says nothing new. ``refusal`` and ``vanished``: what is known of its end."""
    subject = subject_of(event)
    if subject is None:
        return None
    match event["type"]:
        case "StasisStart" if OWN_LEG not in event["args"]:
            replaced = event.get("replace_channel")
            number = event["channel"]["caller"]["number"]
            replaces = replaced["id"] if replaced else None
            answered = event["channel"]["state"] == "Up"
            return CallArrived(subject, tuple(event["args"]), number, replaces, answered)
        case "ChannelStateChange" if event["channel"]["state"] == "Up":
            return LegAnswered(subject)
        case "ChannelStateChange" if event["channel"]["state"] == "Ringing":
            return LegRinging(subject)
        case "StasisEnd" | "ChannelDestroyed":
            return ChannelEnded(subject, refusal, vanished)
        case "ChannelDtmfReceived":
            return DigitPressed(subject, event["digit"])
        case "ChannelHold":
            return ChannelHeld(subject)
        case "ChannelUnhold":
            return ChannelUnheld(subject)
        case "ChannelTransfer":
            return _transfer(subject, event)
        case "PlaybackFinished":
            return PlaybackEnded(subject, event["playback"]["state"] == "failed")
        case _:
            return None


def _transfer(subject: str, event: Json) -> TelephonyEvent | None:
    """A phone's REFER.

    Those with a ``state`` echo our own transfer_progress, and one without ``connected_channel`` comes when the channel ends.
    The user part of the Refer-To says nothing when it names a dialog (``protocol_id``).
    """
    if "state" in event or "connected_channel" not in event["referred_by"]:
        return None
    refer_to = event["refer_to"]
    wanted = refer_to.get("requested_destination", {})
    if "protocol_id" not in wanted:
        return BlindTransferAsked(subject, wanted.get("destination", ""))
    own, target = refer_to.get("destination_channel"), refer_to.get("connected_channel")
    return AttendedTransferAsked(subject, own["id"] if own else None, target["id"] if target else None)


def refusal_cause(event: Json) -> RefusalCause:
    """How a dialled phone declined, from a ChannelHangupRequest.

    The SIP status is in ``tech_cause``, the Q.850 cause in ``cause``. A phone that says 480 or 603 was declined by its
    user; 404, 408, 410 and 503 mean that nobody was reached.
    """
    match (event.get("tech_cause"), event.get("cause")):
        case (486 | 600, _) | (None, 17):
            return "busy"
        case (480 | 603, _) | (None, 21):
            return "rejected"
        case (404 | 408 | 410 | 503, _) | (None, 1 | 3 | 18 | 20 | 27):
            return "unreachable"
        case _:
            return "failed"


def has_vanished(event: Json) -> bool:
    """Whether a ChannelHangupRequest is Asterisk's own, for want of sound (``rtp_timeout``).

    ``soft`` tells that Asterisk ends it. ``cause`` is no Q.850 cause then, but AST_SOFTHANGUP_DEV, which pjsip uses for nothing
    else; our own commands have AST_SOFTHANGUP_EXPLICIT.
    """
    return bool(event.get("soft")) and event.get("cause") == _SOFTHANGUP_DEV


def channel_info(channel: Json) -> ChannelInfo:
    """One channel of GET /channels."""
    dialplan = channel["dialplan"]
    app, *args = dialplan.get("app_data", "").split(",")
    ours = dialplan.get("app_name") in ("Stasis", "AppDial2") and app == APP
    return ChannelInfo(
        id=channel["id"],
        name=channel["name"],
        up=channel["state"] == "Up",
        in_our_app=ours,
        caller=channel["caller"]["number"],
        variables={name: value for name, value in channel.get("channelvars", {}).items() if value},
        args=tuple(args) if ours else (),
        rings=channel["state"] in ("Ring", "Ringing"),
    )


def bridge_info(bridge: Json) -> BridgeInfo:
    """One bridge of GET /bridges."""
    return BridgeInfo(id=bridge["id"], name=bridge["name"], channels=tuple(bridge["channels"]))
