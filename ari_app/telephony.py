"""What the engine needs of a telephone system: the port that the ARI adapter (and the tests' fake) implement.

Events are what happened to one channel or playback, already in the field's words; commands are awaited and each has a
deadline. Ids of legs, bridges and playbacks are chosen here, never by Asterisk, so that a repeated command cannot dial
twice (a duplicate id is refused with ``AlreadyThere``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from queues.events import RefusalCause

LONGEST_CALL_S: Final = 4 * 3600
"""With no controller alive, no call outlives that."""


class TelephonyError(Exception):
    """A command was not carried out."""


class ChannelGone(TelephonyError):
    """The channel, bridge or playback is not there (any more)."""


class AlreadyThere(TelephonyError):
    """Something with this id exists already: the command was carried out before."""


class PhoneUnreachable(TelephonyError):
    """The phone has no registered contact, so there is nothing to ring."""


class TelephonyAway(TelephonyError):
    """Asterisk does not answer, or this controller has let go of it. Calls may go on without us."""


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A channel entered the application from the dialplan, with the dialplan's arguments.

    ``replaces``: a phone's INVITE with Replaces has put it into this channel's place, which stays up, out of its bridge.
    ``answered``: it is up already, e.g. since it waited in the dialplan for us to come back.
    """

    channel: str
    args: tuple[str, ...]
    caller: str
    replaces: str | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The far end of a channel that we dialled picked up."""

    channel: str


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The far end of a channel that we dialled says that it rings."""

    channel: str


@dataclass(frozen=True, slots=True)
class ChannelEnded:
    """The channel left: hung up, refused or never reached. ``refusal`` says how a dialled leg was declined.

    ``vanished``: nobody hung up; it was ended because no sound at all came from it any more.
    """

    channel: str
    refusal: RefusalCause
    vanished: bool = False


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A whole key press (its end) from the channel."""

    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """A playback finished, was stopped, or (``failed``) could not be played, e.g. for a missing file."""

    playback: str
    failed: bool


@dataclass(frozen=True, slots=True)
class ChannelHeld:
    """The phone at the far end put us on hold; Asterisk itself plays music to the other side of a bridge of two."""

    channel: str


@dataclass(frozen=True, slots=True)
class ChannelUnheld:
    """The phone at the far end came back."""

    channel: str


@dataclass(frozen=True, slots=True)
class BlindTransferAsked:
    """The phone asks (REFER) to send whom it talks with to ``destination``: dialled text, not to be trusted.

    Nobody has been moved; ``transfer_progress`` answers the phone.
    """

    channel: str
    destination: str


@dataclass(frozen=True, slots=True)
class AttendedTransferAsked:
    """The phone asks (REFER with Replaces) to connect whom ``channel`` talks with to whom its other channel talks with.

    ``own_other`` is that other channel of the same phone, ``target`` whom it talks with; None when Asterisk knows neither.
    """

    channel: str
    own_other: str | None
    target: str | None


AgiStatus = Literal["SUCCESS", "FAILURE", "NOTFOUND", "HANGUP", "STOPPED"]
"""How a service of AGI ended, in Asterisk's words; STOPPED: we took the channel from it."""


@dataclass(frozen=True, slots=True)
class AgiEnded:
    """The channel is back from the service of AGI that ``run_agi`` gave it to, and takes commands again."""

    channel: str
    status: AgiStatus


TransferOutcome = Literal["answered", "unavailable", "declined"]


@dataclass(frozen=True, slots=True)
class CallerShown:
    """What an operator's phone shows while it rings."""

    number: str
    name: str


TelephonyEvent = (
    CallArrived
    | LegAnswered
    | LegRinging
    | ChannelEnded
    | DigitPressed
    | PlaybackEnded
    | ChannelHeld
    | ChannelUnheld
    | BlindTransferAsked
    | AttendedTransferAsked
    | AgiEnded
)


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One channel as Asterisk sees it. ``variables`` holds our own CENTRALITA_* variables that are set. ``rings``: its phone does.

    ``args`` are those with which it is in our application, as in CallArrived; without them, of one that is elsewhere.
    """

    id: str
    name: str
    up: bool
    in_our_app: bool
    caller: str
    variables: Mapping[str, str]
    args: tuple[str, ...] = ()
    rings: bool = False


@dataclass(frozen=True, slots=True)
class BridgeInfo:
    """One bridge as Asterisk sees it."""

    id: str
    name: str
    channels: tuple[str, ...]


class Inbox(Protocol):
    """Where the events of watched ids are put; must not block."""

    def put_nowait(self, item: TelephonyEvent, /) -> None:
        """Take one event."""
        ...


class Telephony(Protocol):
    """The commands. Each raises TelephonyAway when Asterisk does not answer in time, and ChannelGone for a 404."""

    def watch(self, id_: str, inbox: Inbox) -> None:
        """Send events of this channel or playback to ``inbox``. Call it before the command that causes them.

        The end of a channel that has ended is told at once. What else has happened since Asterisk was connected to, and nobody has
        been told yet, is told now, while that is kept: until everybody who was found there is watched.
        """
        ...

    def unwatch(self, id_: str) -> None:
        """Stop; unknown ids are ignored."""
        ...

    def lag_s(self) -> float:
        """How far behind we are: the most that an event of the last second was late, or the age of a command without an answer."""
        ...

    async def take_in_hand(self, channel: str) -> None:
        """A caller who has come in is looked after from now on: the dialplan takes nobody back any more who is."""
        ...

    async def answer(self, channel: str) -> None:
        """Answer an incoming channel; harmless on one that is up."""
        ...

    async def hang_up(self, channel: str) -> None:
        """End a channel; harmless on one that is gone."""
        ...

    async def refuse(self, channel: str) -> None:
        """Turn a call away that has not been answered: its carrier is told 503, and may try elsewhere.

        Harmless on one that is gone.
        """
        ...

    async def play(self, channel: str, playback: str, media: Sequence[str], language: str) -> None:
        """Play media URIs one after the other; PlaybackEnded follows for ``playback``."""
        ...

    async def play_to_all(self, bridge: str, playback: str, media: Sequence[str], language: str) -> None:
        """As ``play``, to everybody in the bridge, who go on hearing each other."""
        ...

    async def stop_playback(self, playback: str) -> None:
        """Stop it; harmless when it has ended."""
        ...

    async def start_music(self, channel: str, music: str) -> None:
        """Music on hold of that class, until stop_music or a bridge."""
        ...

    async def stop_music(self, channel: str, *, in_bridge: bool = False) -> None:
        """End the music; harmless without any. Say whether the channel hears it ``in_bridge``, where a stop may be lost."""
        ...

    async def start_silence(self, channel: str) -> None:
        """Send silence, until stop_silence, which must come before a bridge. To whom nothing is sent, nothing can be whispered."""
        ...

    async def stop_silence(self, channel: str) -> None:
        """Harmless without any."""
        ...

    async def ring(
        self,
        leg: str,
        phone: str,
        shown: CallerShown,
        variables: Mapping[str, str],
        timeout_s: float,
        *,
        talks_with: str | None = None,
        auto_answer: bool = False,
    ) -> None:
        """Create channel ``leg`` to the phone and dial it. ``auto_answer`` asks the phone to answer by itself.

        The phone is offered first what channel ``talks_with`` speaks, so that nothing need be translated between the two.

        Raises PhoneUnreachable, AlreadyThere.
        """
        ...

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """Set a channel variable; readable by a later controller when its name is listed in ari.conf."""
        ...

    async def get_variable(self, channel: str, name: str) -> str:
        """A channel variable as it is now; empty if it is not set."""
        ...

    async def run_agi(self, channel: str, url: str, variables: Mapping[str, str]) -> None:
        """Give the channel to the service of AGI at ``url`` (agi://), with ``variables`` set on it; AgiEnded tells that it is back.

        Meanwhile only hang_up, get_variable and stop_agi reach it. A caller who hangs up meanwhile ends as ever: ChannelEnded.
        After an error it is as if the channel had never been given: if it went all the same, it comes back as a new arrival.
        """
        ...

    async def stop_agi(self, channel: str) -> None:
        """Take the channel from its service: AgiEnded follows, with STOPPED, unless that cannot be done just now.

        Harmless when it is back already.
        """
        ...

    async def create_bridge(self, bridge: str, name: str, *, near: str | None = None) -> None:
        """A mixing bridge that tells of keys. Never use an id twice, not even after destroying it (Asterisk issue #211).

        ``near`` is a channel that will be in it: with several Asterisks, the bridge is made where that one is.
        """
        ...

    async def add_to_bridge(self, bridge: str, channels: Sequence[str], *, keys_stay: bool = False) -> None:
        """Connect the channels; they hear each other from now on. Those in another bridge leave that one.

        ``keys_stay``: the keys that these channels press are told to us, and heard by nobody.
        """
        ...

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        """Take one channel out; it stays up and hears nothing. Harmless when it is not in there (any more)."""
        ...

    async def destroy_bridge(self, bridge: str) -> None:
        """Remove it; harmless when it is gone."""
        ...

    async def snoop(self, snoop: str, channel: str) -> None:
        """A channel of ours, ``snoop``, that hears what ``channel`` says and hears; what is said to it, ``channel`` alone hears.

        It ends with ``channel``. Raises AlreadyThere.
        """
        ...

    async def mute(self, channel: str, *, muted: bool) -> None:
        """Whether whoever is with ``channel`` hears what it says; its keys are told all the same."""
        ...

    async def show_ringing(self, channel: str) -> None:
        """Let the phone behind an incoming channel that is not answered hear that it rings elsewhere."""
        ...

    async def transfer_progress(self, channel: str, outcome: TransferOutcome) -> None:
        """Tell the phone what became of its transfer. It stays where it is; harmless with none, and on one that is gone."""
        ...

    async def channels(self) -> list[ChannelInfo]:
        """Every channel in Asterisk; one may still be listed for an instant after its ChannelEnded."""
        ...

    async def bridges(self) -> list[BridgeInfo]:
        """Every bridge in Asterisk."""
        ...
