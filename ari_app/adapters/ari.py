"""How does the engine act on Asterisk? The telephony port over ARI, through aioari.

One listener takes every event, translates it and puts it into an inbox; it never awaits, since aioari awaits each listener
in turn and Asterisk drops a reader that stalls. The connection is made again for ever; after each time what was missed
meanwhile is made good from Asterisk's own lists.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from ari_app.adapters import ari_events
from ari_app.adapters.ami import AmiError
from ari_app.adapters.ari_agi import (
    CONTEXT,
    RUN,
    STATUS_VARIABLE,
    STOPPED,
    URL_VARIABLE,
    AwayInAgi,
    known_again,
    on_one_line,
)
from ari_app.adapters.ari_commands import AriClient, Authority, CommandSockets, connect_to
from ari_app.adapters.ari_events import APP, OWN_LEG, READ_EVENTS
from ari_app.adapters.ari_http import AriHttp
from ari_app.adapters.asterisk_beat import VARIABLE
from ari_app.cancellation import end_if_cancelled, for_ever, in_time
from ari_app.clock import machine_time
from ari_app.lag import EventLag
from ari_app.telephony import (
    LONGEST_CALL_S,
    AlreadyThere,
    BridgeInfo,
    CallArrived,
    CallerShown,
    ChannelEnded,
    ChannelGone,
    ChannelInfo,
    Inbox,
    LegAnswered,
    PlaybackEnded,
    TelephonyAway,
    TelephonyError,
    TelephonyEvent,
    TransferOutcome,
)
from queues.events import RefusalCause

log = structlog.get_logger(__name__)
COMMAND_DEADLINE_S = 5.0
STOP_AGAIN_S = 0.1
REFER_NOTED = "CHANNEL(pjsip,call-id)"
"""Read by the very thread of the dialog that has told us of a REFER, and so only once it has noted its own state of it."""
ENDS_KEPT = 1000
"""Channels that have ended of late: to hang them up would be asked in vain."""
NOT_SET = "Provided variable was not found"
Redirect = Callable[[str, str, str], Awaitable[None]]
"""Sends a channel, wherever it is, to a context and an extension of the dialplan. Raises AmiError."""
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
PLAYBACK_PREFIX = "play-"
AUTO_ANSWER = {
    "PJSIP_HEADER(add,Call-Info)": "<sip:127.0.0.1>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)": "info=alert-autoanswer",
}
"""The two headers that headsets and phones know: Yealink, Snom, Grandstream and Polycom go by one or the other."""
ASK_US_TO_TRANSFER = {"PJSIP_TRANSFER_HANDLING()": "ari-only"}
"""A phone's REFER comes to us and moves nobody; else Asterisk would take the operator out of our bridge by itself."""


class Replaced(Exception):
    """Another controller connected under our application's name; this one must stop acting."""


class AriTelephony:
    """The Telephony port on one Asterisk.

    ``arrivals`` gets a CallArrived for each new channel; ``on_connected`` is awaited after each (re)connection, when
    commands work and missed events have been made good. ``lag`` is told how late each event is taken in. ``redirect`` takes
    channels from a service of AGI, which ARI cannot. Every command waits for the ``authority``; ``on_replaced`` is told at once
    when another controller has connected in our place. ``front`` (address:port) is where phones are registered, if not here.
    """

    def __init__(
        self,
        base_url: str,
        secret: str,
        arrivals: Inbox,
        on_connected: Callable[[], Awaitable[None]],
        lag: EventLag | None = None,
        redirect: Redirect | None = None,
        authority: Authority | None = None,
        on_replaced: Callable[[], None] = lambda: None,
        front: str = "",
    ) -> None:
        self._base_url = base_url
        self._secret = secret
        self._arrivals = arrivals
        self._on_connected = on_connected
        self._lag = lag or EventLag()
        self._redirect = redirect
        self._authority = authority
        self._on_replaced = on_replaced
        self._front = front
        self._client: AriClient | None = None
        self._watched: dict[str, Inbox] = {}
        self._seen: set[str] = set()
        self._unclaimed: dict[str, list[TelephonyEvent]] | None = None
        self._listed: frozenset[str] = frozenset()
        self._refusals: dict[str, RefusalCause] = {}
        self._vanished: set[str] = set()
        self._ended: dict[str, None] = {}
        self._away = AwayInAgi()
        self._entering: dict[str, asyncio.Future[None]] = {}
        self._stopping_again: dict[str, asyncio.Task[None]] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self._replaced = False
        self._letting_go = False
        self.connected = False

    # -- the connection ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Stay connected until cancelled. Raises Replaced when another controller takes the application over."""
        attempt = 0
        while True:
            try:
                await self._one_connection()
            except* TelephonyError as errors:
                log.warning("ari_connection_lost", why=str(errors.exceptions[0])[:200])
            except* Replaced as replaced:
                raise Replaced from replaced
            end_if_cancelled()
            attempt = 0 if self.connected else attempt + 1
            self.connected = False
            await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])

    async def _one_connection(self) -> None:
        http = AriHttp(APP, self._secret, COMMAND_DEADLINE_S)
        client = AriClient(self._base_url, http)
        try:
            await client.init()
            client.on_event("*", self._on_event)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_until_lost(client))
                connect = connect_to(self._address_for_commands, http.headers, COMMAND_DEADLINE_S)
                commands = CommandSockets(connect, COMMAND_DEADLINE_S)
                group.create_task(commands.run())
                await self._set_up(client, http, commands)
                await for_ever()
        finally:
            if self._client is client:
                client.lose()
            await http.close()

    def _address_for_commands(self, number: int) -> str:
        """Under a name of its own, which is told no events: a second socket of one name would replace the first."""
        return f"{self._base_url}ari/events?app={APP}-commands-{number}".replace("http", "ws", 1)

    async def _read_until_lost(self, client: AriClient) -> None:
        await client.run(APP)
        if self._replaced:
            raise Replaced
        raise TelephonyAway("the event websocket was closed")

    async def _set_up(self, client: AriClient, http: AriHttp, commands: CommandSockets) -> None:
        await http.connected.wait()
        await commands.ready.wait()
        client.commands, client.authority = commands, self._authority
        allowed = {"allowed": [{"type": kind} for kind in READ_EVENTS]}
        # Not through aioari: it would wrap the body in another object, and the filter would silently be empty.
        await http.request(
            "PUT",
            f"{self._base_url}ari/applications/{APP}/eventFilter",
            data=json.dumps(allowed),
            headers={"Content-Type": "application/json"},
        )
        if self._letting_go:
            raise TelephonyAway("this controller lets go")
        before, self._client = self._client, client
        if before is not None:
            before.succeeded_by(client)
        # From before the lists are read until everybody found in them is watched: nothing that happens meanwhile may be missed.
        self._unclaimed = {}
        try:
            await self._make_good()
            self.connected = True
            log.info("ari_connected")
            await self._on_connected()
        finally:
            self._unclaimed = None

    def let_go(self) -> None:
        """Send no more commands: calls stay as they are, for the controller that comes next."""
        before, self._client, self._letting_go = self._client, None, True
        if before is not None:
            before.succeeded_by(None)

    @property
    def takes_commands(self) -> bool:
        """Whether commands are sent at once; also while what was missed is being made good."""
        return self._client is not None

    def give_up(self) -> None:
        """Asterisk is not waited for any more: whoever watches a channel of it is told of its end."""
        for subject in [id_ for id_ in self._watched if id_ in self._seen and not id_.startswith(PLAYBACK_PREFIX)]:
            self._watched[subject].put_nowait(ChannelEnded(subject, "failed"))
            self.unwatch(subject)

    # -- events --------------------------------------------------------------------------------------------------------

    def _on_event(self, event: dict[str, Any]) -> None:
        lag_s = ari_events.lag_s_of(event, machine_time())
        if lag_s is not None:
            self._lag.note(lag_s, asyncio.get_running_loop().time())
        if event["type"] == "ApplicationReplaced":
            self._replaced = True
            self.let_go()
            self._on_replaced()
            return
        subject = ari_events.subject_of(event)
        if subject is None:
            return
        if event["type"] == "StasisStart":
            self._ended.pop(subject, None)  # back from the dialplan
            self._leg_entered(subject)
        if event["type"] == "ChannelHangupRequest":
            if subject in self._watched:
                self._refusals.setdefault(subject, ari_events.refusal_cause(event))
                if ari_events.has_vanished(event):
                    self._vanished.add(subject)
            return
        if event["type"] == "PlaybackFinished" and ari_events.plays_on(event) in self._refusals:
            return  # a hang-up ends what plays and is told after it: nothing has been heard to its end
        translated = ari_events.translate(event, self._refusals.get(subject, "failed"), subject in self._vanished)
        self._seen.add(subject)
        if self._away.has(subject):
            translated = self._away.meaning(event["type"], translated)
            if self._away.in_doubt(subject):
                looking = asyncio.create_task(self._look_whether_taken(subject))
                self._looking.add(looking)
                looking.add_done_callback(self._looking.discard)
        if isinstance(translated, CallArrived):
            self._arrivals.put_nowait(known_again(translated))
        elif translated is not None and subject in self._watched:
            self._watched[subject].put_nowait(translated)
        elif translated is not None and self._unclaimed is not None:
            self._unclaimed.setdefault(subject, []).append(translated)
        if isinstance(translated, ChannelEnded):
            self._note_end(subject)
        if isinstance(translated, ChannelEnded | PlaybackEnded):
            self.unwatch(subject)

    def _note_end(self, channel: str) -> None:
        """It has hung up, or somebody else has it now: either way it is not ours to end."""
        self._ended[channel] = None
        if len(self._ended) > ENDS_KEPT:
            del self._ended[next(iter(self._ended))]

    def _leg_entered(self, leg: str) -> None:
        if leg in self._entering and not self._entering[leg].done():
            self._entering[leg].set_result(None)

    async def _make_good(self) -> None:
        """Tell the watchers what was missed while there was no websocket: ends, answers, finished playbacks."""
        there = {channel.id: channel for channel in await self.channels()}
        for subject in [id_ for id_ in self._watched if id_ in self._seen]:
            inbox = self._watched[subject]
            if subject.startswith(PLAYBACK_PREFIX):
                if await self._playback_is_over(subject):
                    inbox.put_nowait(PlaybackEnded(subject, failed=False))
                    self.unwatch(subject)
            elif subject not in there:
                inbox.put_nowait(ChannelEnded(subject, self._refusals.get(subject, "failed")))
                self.unwatch(subject)
            elif self._away.has(subject):
                if (back := self._away.came_back(subject, there[subject].args)) is not None:
                    inbox.put_nowait(back)
                await self._look_whether_taken(subject)
            elif there[subject].up:
                inbox.put_nowait(LegAnswered(subject))

    async def _playback_is_over(self, playback: str) -> bool:
        try:
            await self._ari.playbacks.get(playbackId=playback)
        except ChannelGone:
            return True
        return False

    def lag_s(self) -> float:
        """See Telephony.lag_s."""
        commands = self._client.commands if self._client is not None else None
        late_s = commands.oldest_s() if commands is not None else 0.0
        return max(late_s, self._lag.recent_s(asyncio.get_running_loop().time()))

    def watch(self, id_: str, inbox: Inbox) -> None:
        """See Telephony.watch. Whoever was listed is there, or has ended since: that may have been before anybody watched."""
        self._watched[id_] = inbox
        happened = self._unclaimed.pop(id_, []) if self._unclaimed else []
        if id_ in self._listed:
            self._seen.add(id_)
        if id_ in self._ended:
            inbox.put_nowait(ChannelEnded(id_, "failed"))
            self.unwatch(id_)
            return
        for event in happened:
            inbox.put_nowait(event)

    def unwatch(self, id_: str) -> None:
        """See Telephony.unwatch."""
        self._watched.pop(id_, None)
        self._seen.discard(id_)
        self._refusals.pop(id_, None)
        self._vanished.discard(id_)
        self._away.forget(id_)

    # -- commands ------------------------------------------------------------------------------------------------------

    @property
    def _ari(self) -> AriClient:
        if self._client is None:
            raise TelephonyAway("no connection to Asterisk")
        return self._client

    async def take_in_hand(self, channel: str) -> None:
        """See Telephony.take_in_hand."""
        await self.set_variable(channel, "TIMEOUT(absolute)", str(LONGEST_CALL_S))

    async def answer(self, channel: str) -> None:
        """See Telephony.answer."""
        await self._ari.channels.answer(channelId=channel)

    async def hang_up(self, channel: str) -> None:
        """See Telephony.hang_up."""
        if channel not in self._ended:
            with contextlib.suppress(ChannelGone):
                await self._ari.channels.hangup(channelId=channel)

    async def refuse(self, channel: str) -> None:
        """See Telephony.refuse. Asterisk makes Q.850's cause 34, "no circuit available", a 503."""
        with contextlib.suppress(ChannelGone):
            await self._ari.channels.hangup(channelId=channel, reason="congestion")

    async def play(self, channel: str, playback: str, media: Sequence[str], language: str) -> None:
        """See Telephony.play."""
        self._seen.add(playback)
        await self._ari.channels.playWithId(
            channelId=channel, playbackId=playback, media=",".join(media), lang=language
        )

    async def play_to_all(self, bridge: str, playback: str, media: Sequence[str], language: str) -> None:
        """See Telephony.play_to_all."""
        self._seen.add(playback)
        await self._ari.bridges.playWithId(bridgeId=bridge, playbackId=playback, media=",".join(media), lang=language)

    async def stop_playback(self, playback: str) -> None:
        """See Telephony.stop_playback."""
        with contextlib.suppress(ChannelGone):
            await self._ari.playbacks.stop(playbackId=playback)

    async def start_music(self, channel: str, music: str) -> None:
        """See Telephony.start_music."""
        self._stop_no_more(channel)
        await self._ari.channels.startMoh(channelId=channel, mohClass=music)

    async def stop_music(self, channel: str, *, in_bridge: bool = False) -> None:
        """See Telephony.stop_music.

        In a bridge another thread makes the music than the one that stops it. While it makes the next 20 ms of it, a channel
        seems to have none (generator_force in main/channel.c), and a stop does nothing. So it is stopped again.
        """
        await self._ari.channels.stopMoh(channelId=channel)
        if in_bridge:
            self._stop_no_more(channel)
            self._stopping_again[channel] = asyncio.create_task(self._stop_again(channel))

    def _stop_no_more(self, channel: str) -> None:
        again = self._stopping_again.pop(channel, None)
        if again is not None:
            again.cancel()

    async def _stop_again(self, channel: str) -> None:
        await asyncio.sleep(STOP_AGAIN_S)
        del self._stopping_again[channel]
        with contextlib.suppress(TelephonyError):
            await self._ari.channels.stopMoh(channelId=channel)

    async def start_silence(self, channel: str) -> None:
        """See Telephony.start_silence."""
        await self._ari.channels.startSilence(channelId=channel)

    async def stop_silence(self, channel: str) -> None:
        """See Telephony.stop_silence."""
        await self._ari.channels.stopSilence(channelId=channel)

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
        """See Telephony.ring. Asterisk ends the leg after ``timeout_s`` even if this controller dies meanwhile.

        Dialling waits for the leg's StasisStart: before it, Asterisk answers 409 "not in Stasis" now and then.
        """
        # What the phone shows as the caller; as JSON values, so that no text of a caller is ever parsed.
        caller = {"CONNECTEDLINE(num,i)": shown.number, "CONNECTEDLINE(name)": shown.name, **ASK_US_TO_TRANSFER}
        headers = AUTO_ANSWER if auto_answer else {}
        async with self._entered(leg):
            await self._create_leg(leg, phone, {**caller, **variables, **headers}, talks_with)
        await self._ari.channels.dial(channelId=leg, timeout=int(timeout_s) + 5)

    @contextlib.asynccontextmanager
    async def _entered(self, leg: str) -> AsyncIterator[None]:
        """The body makes channel ``leg``; afterwards it is in our application, where it takes commands."""
        entered = self._entering[leg] = asyncio.get_running_loop().create_future()
        try:
            yield
            await in_time(entered, COMMAND_DEADLINE_S)
        except TimeoutError as late:
            raise TelephonyAway(f"waited {COMMAND_DEADLINE_S:g} s for {leg} to enter the application") from late
        finally:
            del self._entering[leg]

    async def _create_leg(self, leg: str, phone: str, variables: Mapping[str, str], talks_with: str | None) -> None:
        # An originator that has gone meanwhile is as none.
        first_offered = {"originator": talks_with} if talks_with else {}
        await self._ari.channels.create(
            endpoint=self._endpoint(phone),
            app=APP,
            appArgs=OWN_LEG,
            channelId=leg,
            variables=dict(variables),
            **first_offered,
        )

    def _endpoint(self, phone: str) -> str:
        """Behind a front by its whole address: Asterisk dials no contact of which it has not heard yet that it is there, and one
        node may hear of it seconds after another. The front says 404 for who is not registered."""
        inside = self._front and "@" not in phone
        return f"PJSIP/{phone}/sip:{phone}@{self._front}" if inside else f"PJSIP/{phone}"

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """See Telephony.set_variable."""
        await self._ari.channels.setChannelVar(channelId=channel, variable=name, value=value)

    async def get_variable(self, channel: str, name: str) -> str:
        """See Telephony.get_variable."""
        try:
            return str((await self._ari.channels.getChannelVar(channelId=channel, variable=name))["value"])
        except ChannelGone as not_found:  # Asterisk says 404 of both
            if NOT_SET in str(not_found):
                return ""
            raise

    async def run_agi(self, channel: str, url: str, variables: Mapping[str, str]) -> None:
        """See Telephony.run_agi. The application is subscribed to the channel, for it is told of its end in the dialplan, too."""
        for name, value in {**variables, URL_VARIABLE: url}.items():
            await self.set_variable(channel, name, on_one_line(value))
        await self._ari.applications.subscribe(applicationName=APP, eventSource=f"channel:{channel}")
        self._seen.add(channel)
        self._away.leaves(channel)
        try:
            await self._ari.channels.continueInDialplan(channelId=channel, context=CONTEXT, extension=RUN, priority=1)
        except BaseException:
            self._away.forget(channel)
            raise

    async def stop_agi(self, channel: str) -> None:
        """See Telephony.stop_agi."""
        if not self._away.is_fetched(channel):
            return
        try:
            if self._redirect is None:
                raise AmiError("no AMI to take the channel from AGI")
            await self._redirect(channel, CONTEXT, STOPPED)
        except AmiError as failed:
            log.warning("agi_not_stopped", channel=channel, why=str(failed))
            self._is_not_fetched(channel)
        else:
            self._away.is_taken(channel)
            await self._look_whether_taken(channel)

    def _is_not_fetched(self, channel: str) -> None:
        back, inbox = self._away.is_not_fetched(channel), self._watched.get(channel)
        if back is not None and inbox is not None:
            inbox.put_nowait(back)

    async def _look_whether_taken(self, channel: str) -> None:
        """Whether one that is back by itself will be taken out once more. First where it goes on, then what that would have set."""
        if not self._away.in_doubt(channel):
            return
        try:
            goes_on_at = (await self._ari.channels.get(channelId=channel)).json["dialplan"]["exten"]
            taken = goes_on_at == STOPPED or await self.get_variable(channel, STATUS_VARIABLE) == "STOPPED"
        except TelephonyError:
            return  # its end will be told, or it is read again once we are connected
        if not taken:
            log.info("agi_ended_before_it_was_stopped", channel=channel)
            self._is_not_fetched(channel)

    async def create_bridge(self, bridge: str, name: str, *, near: str | None = None) -> None:
        """See Telephony.create_bridge. With dtmf_events, since a native bridge keeps the keys pressed in it to itself."""
        await self._ari.bridges.createWithId(bridgeId=bridge, type="mixing,dtmf_events", name=name)

    async def add_to_bridge(self, bridge: str, channels: Sequence[str], *, keys_stay: bool = False) -> None:
        """See Telephony.add_to_bridge."""
        options = {"absorbDTMF": True} if keys_stay else {}
        await self._ari.bridges.addChannel(bridgeId=bridge, channel=",".join(channels), **options)

    async def snoop(self, snoop: str, channel: str) -> None:
        """See Telephony.snoop. Where something else is made, Asterisk has a 409 for an id that is there; here it is a 500."""
        try:
            async with self._entered(snoop):
                await self._ari.channels.snoopChannelWithId(
                    channelId=channel, snoopId=snoop, app=APP, appArgs=OWN_LEG, spy="both", whisper="out"
                )
        except (ChannelGone, TelephonyAway):
            raise
        except TelephonyError as failed:
            with contextlib.suppress(ChannelGone):
                await self._ari.channels.get(channelId=snoop)
                raise AlreadyThere(str(failed)) from failed
            raise

    async def mute(self, channel: str, *, muted: bool) -> None:
        """See Telephony.mute."""
        change = self._ari.channels.mute if muted else self._ari.channels.unmute
        await change(channelId=channel, direction="in")

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        """See Telephony.remove_from_bridge."""
        try:
            await self._ari.bridges.removeChannel(bridgeId=bridge, channel=channel)
        except TelephonyAway:
            raise
        except TelephonyError as not_there:
            log.debug("not_in_bridge", channel=channel, why=str(not_there))

    async def destroy_bridge(self, bridge: str) -> None:
        """See Telephony.destroy_bridge."""
        with contextlib.suppress(ChannelGone):
            await self._ari.bridges.destroy(bridgeId=bridge)

    async def show_ringing(self, channel: str) -> None:
        """See Telephony.show_ringing."""
        await self._ari.channels.ring(channelId=channel)

    async def transfer_progress(self, channel: str, outcome: TransferOutcome) -> None:
        """See Telephony.transfer_progress.

        Not at once: 22.10.1 tells of the REFER before it has noted its own state of it (refer_incoming_ari_request in
        res_pjsip_refer.c), and crashes if the answer overtakes that. Something that the same thread has to do is asked for
        first (pjsip_acf_channel_read in channels/pjsip/dialplan_functions.c).
        """
        with contextlib.suppress(ChannelGone):
            await self.get_variable(channel, REFER_NOTED)
            await self._ari.channels.transfer_progress(channelId=channel, states=f"channel_{outcome}")

    async def show_beat(self, text: str) -> None:
        """Where a standby reads it (asterisk_beat.py). Raises TelephonyError."""
        await self._ari.asterisk.setGlobalVar(variable=VARIABLE, value=text)

    async def channels(self) -> list[ChannelInfo]:
        """See Telephony.channels."""
        there = [ari_events.channel_info(channel.json) for channel in await self._ari.channels.list()]
        self._listed = frozenset(channel.id for channel in there)
        return there

    async def bridges(self) -> list[BridgeInfo]:
        """See Telephony.bridges."""
        return [ari_events.bridge_info(bridge.json) for bridge in await self._ari.bridges.list()]
