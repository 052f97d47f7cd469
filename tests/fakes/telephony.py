"""A telephone system in memory. It passes the same contract suite as the real one (tests/adapters/test_telephony_contract.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ari_app.telephony import (
    AgiEnded,
    AgiStatus,
    AlreadyThere,
    AttendedTransferAsked,
    BlindTransferAsked,
    BridgeInfo,
    CallArrived,
    CallerShown,
    ChannelEnded,
    ChannelGone,
    ChannelHeld,
    ChannelInfo,
    ChannelUnheld,
    DigitPressed,
    Inbox,
    LegAnswered,
    LegRinging,
    PhoneUnreachable,
    PlaybackEnded,
    TelephonyAway,
    TelephonyEvent,
    TransferOutcome,
)
from queues.events import RefusalCause

Behaviour = Literal["unregistered", "answers", "rings", "rejects", "is_busy"]
TURNS_OF_A_MOVE = 3
"""For how many turns of the event loop a channel is on its way from one bridge to the next."""
REFUSALS: dict[Behaviour, RefusalCause] = {"rejects": "rejected", "is_busy": "busy"}


@dataclass
class FakeChannel:
    """One channel: whose it is, whether it is up, and what it plays."""

    caller: str = ""
    up: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    music: str | None = None
    playback: str | None = None
    auto_answer: bool = False
    agi: str | None = None
    """The URL of the service of AGI that has it."""
    snoops_on: str | None = None
    muted: bool = False
    silence: bool = False
    """Is sent silence, so that it may be whispered to; no bridge may have it meanwhile."""
    rings: bool = False
    in_hand: bool = False


@dataclass(frozen=True)
class AgiAnswer:
    """What a service of AGI makes of a channel."""

    variables: Mapping[str, str] = field(default_factory=dict)
    status: AgiStatus = "SUCCESS"


UNKNOWN_SERVICE = AgiAnswer(status="FAILURE")


class FakeTelephony:
    """Phones behave as ``phones`` says; what a person does is called by the test (``press``, ``caller_hangs_up``...)."""

    def __init__(self, arrivals: Inbox | None = None) -> None:
        self.arrivals = arrivals
        self.phones: dict[str, Behaviour] = {}
        self.missing_sounds: set[str] = set()
        self.channels_up: dict[str, FakeChannel] = {}
        self.bridges_up: dict[str, tuple[str, list[str]]] = {}
        self.played: list[tuple[str, tuple[str, ...], str]] = []
        self.away = False
        self.lag = 0.0
        self.refused: list[str] = []
        """The channels whose carrier was told 503."""
        self.finishes_prompts_at_once = False
        self.dialled: dict[str, str] = {}
        self.told_of_transfers: list[tuple[str, TransferOutcome]] = []
        self.agi_services: dict[str, AgiAnswer | None] = {}
        """What comes of each service, by URL; None: it runs until ``agi_ends``. Others cannot be reached."""
        self.cannot_stop_agi = False
        self.dials_nobody = False
        """A leg that is made is not dialled any more: whoever asks for that is dead by then."""
        self.bridge_plays: dict[str, str] = {}
        self._watched: dict[str, Inbox] = {}
        self._gone: set[str] = set()

    def serves(self, arrivals: Inbox) -> None:
        """Another controller has connected: whom an earlier one watched, nobody watches any more."""
        self.arrivals, self.away = arrivals, False
        self._watched.clear()

    # -- what people do ------------------------------------------------------------------------------------------------

    def call_arrives(self, channel: str, *args: str, caller: str = "600111222", answered: bool = False) -> None:
        """A caller's channel enters the application."""
        assert self.arrivals is not None
        number = {"CENTRALITA_NUMBER": args[1]} if args[:1] == ("inbound",) else {}  # as the dialplan does
        self._gone.discard(channel)
        self.channels_up[channel] = FakeChannel(caller, answered, {"CENTRALITA_ROLE": "caller", **number})
        self.arrivals.put_nowait(CallArrived(channel, args, caller, answered=answered))

    def hangs_up(self, channel: str, refusal: RefusalCause = "failed") -> None:
        """The far end of ``channel`` ends it."""
        self._end(channel, refusal)

    def vanishes(self, channel: str) -> None:
        """Asterisk ends a channel from which no sound has come for too long."""
        self._end(channel, "failed", vanished=True)

    def picks_up(self, leg: str) -> None:
        """The phone behind ``leg`` is answered."""
        self.channels_up[leg].up = True
        self._tell(leg, LegAnswered(leg))

    def presses(self, channel: str, digit: str) -> None:
        """A key press."""
        self._tell(channel, DigitPressed(channel, digit))

    def prompt_ends(self, channel: str) -> None:
        """What plays on ``channel`` has been heard to its end."""
        playback = self.channels_up[channel].playback
        assert playback is not None, f"nothing plays on {channel}"
        self._end_playback(playback, failed=False)

    def notice_ends(self, bridge: str, *, failed: bool = False) -> None:
        """What plays to everybody in the bridge has been heard to its end."""
        playback = self.bridge_plays.pop(bridge)
        self._tell(playback, PlaybackEnded(playback, failed))
        self.unwatch(playback)

    def agi_ends(self, channel: str, answer: AgiAnswer | None = None) -> None:
        """The service that has ``channel`` is done with it."""
        answer = answer or AgiAnswer()
        self.channels_up[channel].variables.update(answer.variables)
        self.channels_up[channel].agi = None
        self._tell(channel, AgiEnded(channel, answer.status))

    def holds(self, channel: str) -> None:
        """The phone behind ``channel`` puts the far side on hold."""
        self._tell(channel, ChannelHeld(channel))

    def takes_back(self, channel: str) -> None:
        """The phone behind ``channel`` ends that hold."""
        self._tell(channel, ChannelUnheld(channel))

    def refers(self, channel: str, destination: str) -> None:
        """The phone asks for a blind transfer."""
        self._tell(channel, BlindTransferAsked(channel, destination))

    def refers_to_own_call(self, channel: str, own_other: str | None, target: str | None) -> None:
        """The phone asks for an attended transfer."""
        self._tell(channel, AttendedTransferAsked(channel, own_other, target))

    def leg_to(self, operator: str) -> str:
        """The newest leg to an operator's phone, or to a number."""
        return [leg for leg in self.channels_up if f"-op-{operator}-" in leg or self.dialled.get(leg) == operator][-1]

    def hears(self, channel: str) -> set[str]:
        """The channels whose people this one hears: in its bridge, through a snoop there, and those who whisper to it."""
        together = {id_ for _, members in self.bridges_up.values() if channel in members for id_ in members} - {channel}
        heard = {other for other in together if not self.channels_up[other].muted}
        for snoop in [other for other in heard if self.channels_up[other].snoops_on]:
            heard |= self._spied_by(snoop)
        whispering = [id_ for id_, other in self.channels_up.items() if other.snoops_on == channel]
        for snoop in whispering:
            heard |= self.hears(snoop)
        return {other for other in heard if self.channels_up[other].snoops_on is None} - {channel}

    def _spied_by(self, snoop: str) -> set[str]:
        """Who is heard through a snoop: its channel, and who is in a bridge with that one; never who whispers."""
        spied = self.channels_up[snoop].snoops_on
        assert spied is not None
        return {spied} | {
            other
            for _, members in self.bridges_up.values()
            if spied in members
            for other in members
            if not self.channels_up[other].muted
        }

    # -- the port ------------------------------------------------------------------------------------------------------

    def watch(self, id_: str, inbox: Inbox) -> None:
        self._watched[id_] = inbox
        if id_ in self._gone:
            self._tell(id_, ChannelEnded(id_, "failed"))
            self.unwatch(id_)

    def unwatch(self, id_: str) -> None:
        self._watched.pop(id_, None)

    def lag_s(self) -> float:
        return self.lag

    async def take_in_hand(self, channel: str) -> None:
        self._channel(channel).in_hand = True

    async def answer(self, channel: str) -> None:
        self._channel(channel).up = True

    async def hang_up(self, channel: str) -> None:
        self._reach()
        if channel in self.channels_up:
            self._end(channel, "failed")
        await asyncio.sleep(0)  # as Asterisk may: the event comes before the answer

    async def refuse(self, channel: str) -> None:
        if channel in self.channels_up and not self.channels_up[channel].up:
            self.refused.append(channel)
        await self.hang_up(channel)

    async def play(self, channel: str, playback: str, media: Sequence[str], language: str) -> None:
        self._channel(channel).playback = playback
        self.played.append((channel, tuple(media), language))
        if missing := self.missing_sounds.intersection(media):
            self._end_playback(playback, failed=bool(missing))
        elif self.finishes_prompts_at_once:
            self._end_playback(playback, failed=False)

    async def play_to_all(self, bridge: str, playback: str, media: Sequence[str], language: str) -> None:
        self._reach()
        if bridge not in self.bridges_up:
            raise ChannelGone(bridge)
        self.played.append((bridge, tuple(media), language))
        self.bridge_plays[bridge] = playback
        if self.finishes_prompts_at_once or self.missing_sounds.intersection(media):
            self.notice_ends(bridge, failed=bool(self.missing_sounds.intersection(media)))

    async def stop_playback(self, playback: str) -> None:
        self._reach()
        self._end_playback(playback, failed=False)

    async def start_music(self, channel: str, music: str) -> None:
        self._channel(channel).music = music
        await asyncio.sleep(0)

    async def stop_music(self, channel: str, *, in_bridge: bool = False) -> None:
        self._channel(channel).music = None
        await asyncio.sleep(0)

    async def start_silence(self, channel: str) -> None:
        self._channel(channel).silence = True

    async def stop_silence(self, channel: str) -> None:
        self._channel(channel).silence = False

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
        self._reach()
        if leg in self.channels_up:
            raise AlreadyThere(leg)
        behaviour = self.phones.get(phone, "unregistered")
        if behaviour == "unregistered":
            raise PhoneUnreachable(phone)
        made = self.channels_up[leg] = FakeChannel(shown.number, variables=dict(variables), auto_answer=auto_answer)
        if self.dials_nobody:
            return
        made.rings = True
        self.dialled[leg] = phone
        if behaviour in REFUSALS:
            self._end(leg, REFUSALS[behaviour])
            return
        self._tell(leg, LegRinging(leg))
        if behaviour == "answers":
            self.picks_up(leg)

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        self._channel(channel).variables[name] = value

    async def get_variable(self, channel: str, name: str) -> str:
        return self._anywhere(channel).variables.get(name, "")

    async def run_agi(self, channel: str, url: str, variables: Mapping[str, str]) -> None:
        given = self._channel(channel)
        given.variables.update(variables)
        given.agi = url
        await asyncio.sleep(0)
        answer = self.agi_services.get(url, UNKNOWN_SERVICE)
        if answer is not None and channel in self.channels_up:
            self.agi_ends(channel, answer)

    async def stop_agi(self, channel: str) -> None:
        given = self.channels_up.get(channel)
        if given is not None and given.agi is not None and not self.cannot_stop_agi:
            self.agi_ends(channel, AgiAnswer(status="STOPPED"))

    async def create_bridge(self, bridge: str, name: str, *, near: str | None = None) -> None:
        self._reach()
        self.bridges_up[bridge] = (name, [])

    async def snoop(self, snoop: str, channel: str) -> None:
        self._channel(channel)
        if snoop in self.channels_up:
            raise AlreadyThere(snoop)
        self.channels_up[snoop] = FakeChannel(up=True, snoops_on=channel)
        await asyncio.sleep(0)

    async def mute(self, channel: str, *, muted: bool) -> None:
        self._channel(channel).muted = muted

    async def add_to_bridge(self, bridge: str, channels: Sequence[str], *, keys_stay: bool = False) -> None:
        self._reach()
        if bridge not in self.bridges_up:
            raise ChannelGone(bridge)
        left = {self._bridge_of(channel) for channel in channels} - {None, bridge}
        for channel in channels:
            assert not self._channel(channel).silence, f"{channel} would hear silence only"
            self._leave_bridges(channel)
            self.bridges_up[bridge][1].append(channel)
        for _ in range(TURNS_OF_A_MOVE):
            await asyncio.sleep(0)
        if not left <= set(self.bridges_up):  # as Asterisk does: whoever moves while the old bridge ends is in none
            for channel in channels:
                self._leave_bridges(channel)

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        self._reach()
        if bridge in self.bridges_up and channel in self.bridges_up[bridge][1]:
            self._leave_bridges(channel)

    async def show_ringing(self, channel: str) -> None:
        self._channel(channel)

    async def transfer_progress(self, channel: str, outcome: TransferOutcome) -> None:
        self._reach()
        self.told_of_transfers.append((channel, outcome))

    async def destroy_bridge(self, bridge: str) -> None:
        self._reach()
        await asyncio.sleep(0)
        self.bridges_up.pop(bridge, None)

    async def channels(self) -> list[ChannelInfo]:
        self._reach()
        return [
            ChannelInfo(
                id_,
                f"Fake/{id_}",
                channel.up,
                channel.agi is None,
                channel.caller,
                dict(channel.variables),
                rings=channel.rings and not channel.up,
            )
            for id_, channel in self.channels_up.items()
        ]

    async def bridges(self) -> list[BridgeInfo]:
        self._reach()
        return [BridgeInfo(id_, name, tuple(members)) for id_, (name, members) in self.bridges_up.items()]

    # -- inside --------------------------------------------------------------------------------------------------------

    def _reach(self) -> None:
        if self.away:
            raise TelephonyAway("the fake is away")

    def _channel(self, channel: str) -> FakeChannel:
        """A channel that takes commands: one that AGI has takes none."""
        found = self._anywhere(channel)
        if found.agi is not None:
            raise ChannelGone(f"{channel} is not in our application")
        return found

    def _anywhere(self, channel: str) -> FakeChannel:
        self._reach()
        if channel not in self.channels_up:
            raise ChannelGone(channel)
        return self.channels_up[channel]

    def _end(self, channel: str, refusal: RefusalCause, *, vanished: bool = False) -> None:
        gone = self.channels_up.pop(channel)
        self._gone.add(channel)
        self._leave_bridges(channel)
        for snoop in [id_ for id_, other in self.channels_up.items() if other.snoops_on == channel]:
            self._end(snoop, "failed")
        if gone.playback is not None:
            self._tell(gone.playback, PlaybackEnded(gone.playback, failed=False))
        self._tell(channel, ChannelEnded(channel, refusal, vanished))
        self.unwatch(channel)

    def _bridge_of(self, channel: str) -> str | None:
        return next((id_ for id_, (_, members) in self.bridges_up.items() if channel in members), None)

    def _leave_bridges(self, channel: str) -> None:
        for _, members in self.bridges_up.values():
            if channel in members:
                members.remove(channel)

    def _end_playback(self, playback: str, *, failed: bool) -> None:
        for channel in self.channels_up.values():
            if channel.playback == playback:
                channel.playback = None
                self._tell(playback, PlaybackEnded(playback, failed))
                self.unwatch(playback)

    def _tell(self, id_: str, event: TelephonyEvent) -> None:
        if id_ in self._watched:
            self._watched[id_].put_nowait(event)
