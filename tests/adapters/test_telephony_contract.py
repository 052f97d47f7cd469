"""The telephony port's promises, kept by the fake and by real Asterisk alike.

Phones are played by ``Phones``: in memory for the fake, by SIP agents for the real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from ari_app.adapters.nodes import Node, Nodes
from ari_app.telephony import (
    AgiEnded,
    AlreadyThere,
    AttendedTransferAsked,
    BlindTransferAsked,
    CallArrived,
    CallerShown,
    ChannelEnded,
    ChannelGone,
    ChannelHeld,
    ChannelUnheld,
    DigitPressed,
    LegAnswered,
    LegRinging,
    PhoneUnreachable,
    PlaybackEnded,
    Telephony,
    TelephonyEvent,
)
from tests.adapters.real_asterisk import Bench, real_bench
from tests.e2e.stack import Stack, running_stack
from tests.fakes.telephony import AgiAnswer, Behaviour, FakeTelephony

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWN = CallerShown("600111222", "ventas")
DEADLINE_S = 10.0
ODD_TEXT = 'más "leche", ${EXTEN} 100% +1 & \\ (fin)'
"""What a caller's text may hold; it arrives as it is."""
_ids = iter(range(1_000_000))


class FakeBench:
    def __init__(self) -> None:
        self._arrivals = asyncio.Queue[TelephonyEvent]()
        self.fake = FakeTelephony(self._arrivals)
        self.fake.finishes_prompts_at_once = True
        self.fake.missing_sounds = {"sound:no-such-file"}
        self.fake.agi_services = {"agi:doubles": AgiAnswer({"DOUBLE": "42"}), "agi:waits": None}

    @property
    def telephony(self) -> Telephony:
        return self.fake

    async def phone_behaves(self, behaviour: Behaviour) -> None:
        self.fake.phones["1001"] = behaviour

    async def phone_hangs_up(self) -> None:
        self.fake.hangs_up(self._newest())

    async def phone_holds(self) -> None:
        self.fake.holds(self._newest())

    async def phone_comes_back(self) -> None:
        self.fake.takes_back(self._newest())

    async def phone_presses(self, digit: str) -> None:
        self.fake.presses(self._newest(), digit)

    async def phone_refers(self, destination: str) -> None:
        self.fake.refers(self._newest(), destination)

    async def phone_connects_its_calls(self) -> None:
        older, newer = self.fake.channels_up
        self.fake.refers_to_own_call(older, newer, next(iter(self.fake.hears(newer)), None))

    async def call_arrives(self) -> CallArrived:
        self.fake.call_arrives(fresh("caller"), "inbound", "900100201")
        arrived = self._arrivals.get_nowait()
        assert isinstance(arrived, CallArrived)
        return arrived

    async def carrier_is_told(self) -> int:
        return 503 if self.fake.refused else 200

    async def caller_hangs_up(self) -> None:
        self.fake.hangs_up(self._newest())

    def agi_url(self, service: str) -> str:
        return f"agi:{service}"

    async def agi_runs(self) -> None:
        assert any(channel.agi for channel in self.fake.channels_up.values())

    async def agi_is_done(self, channel: str) -> None:
        self.fake.agi_ends(channel)

    def _newest(self) -> str:
        return next(reversed(self.fake.channels_up))


class NodesBench(FakeBench):
    """One node that is there, and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        there = Node("a", self.fake, lambda: True)
        self._nodes = Nodes([there, Node("b", FakeTelephony(), lambda: False)])

    @property
    def telephony(self) -> Telephony:
        return self._nodes

    async def call_arrives(self) -> CallArrived:
        arrived = await super().call_arrives()
        self._nodes.arrived("a", arrived)
        return arrived


def fresh(prefix: str) -> str:
    """An id that this run never used."""
    return f"{prefix}-{next(_ids)}"


async def next_of(inbox: asyncio.Queue[TelephonyEvent], kind: type[TelephonyEvent]) -> TelephonyEvent:
    """The next event of that kind; others pass by."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            event = await inbox.get()
            if isinstance(event, kind):
                return event


async def ring(bench: Bench, behaviour: Behaviour) -> tuple[str, asyncio.Queue[TelephonyEvent]]:
    await bench.phone_behaves(behaviour)
    leg, inbox = fresh("leg"), asyncio.Queue[TelephonyEvent]()
    bench.telephony.watch(leg, inbox)
    await bench.telephony.ring(leg, "1001", SHOWN, {"CENTRALITA_CALL": "c1"}, 10.0)
    return leg, inbox


async def answered_leg(bench: Bench) -> tuple[str, asyncio.Queue[TelephonyEvent]]:
    leg, inbox = await ring(bench, "answers")
    await next_of(inbox, LegAnswered)
    return leg, inbox


@dataclass
class Two:
    """Two who talk in a bridge, ``one`` and the newer ``other``, each with an inbox."""

    one: str
    ones: asyncio.Queue[TelephonyEvent]
    other: str
    others: asyncio.Queue[TelephonyEvent]
    bridge: str


@asynccontextmanager
async def two_who_talk(bench: Bench) -> AsyncIterator[Two]:
    """They hang up, and their bridge ends, afterwards."""
    two = Two(*await answered_leg(bench), *await answered_leg(bench), fresh("bridge"))
    await bench.telephony.create_bridge(two.bridge, "centralita:c1")
    await bench.telephony.add_to_bridge(two.bridge, [two.one, two.other])
    yield two
    for leg in (two.one, two.other):
        await bench.telephony.hang_up(leg)
    await bench.telephony.destroy_bridge(two.bridge)
    await no_channel_is_listed(bench)


async def answered_caller(bench: Bench) -> tuple[str, asyncio.Queue[TelephonyEvent]]:
    caller, inbox = (await bench.call_arrives()).channel, asyncio.Queue[TelephonyEvent]()
    bench.telephony.watch(caller, inbox)
    await bench.telephony.answer(caller)
    return caller, inbox


async def no_channel_is_listed(bench: Bench) -> None:
    """Wait until the lists are empty: a channel that has left us may be listed until the system has taken it apart."""
    async with asyncio.timeout(DEADLINE_S):
        while await bench.telephony.channels():
            await asyncio.sleep(0.01)


class TelephonyContract:
    """What every telephone system behind the port promises."""

    async def test_a_phone_that_answers_rings_first(self, bench: Bench) -> None:
        leg, inbox = await ring(bench, "answers")
        assert await next_of(inbox, LegRinging) == LegRinging(leg)
        assert await next_of(inbox, LegAnswered) == LegAnswered(leg)
        await bench.telephony.hang_up(leg)

    async def test_a_leg_is_listed_as_ringing_before_it_is_answered(self, bench: Bench) -> None:
        leg, inbox = await ring(bench, "rings")
        await next_of(inbox, LegRinging)
        (channel,) = await bench.telephony.channels()
        assert (channel.rings, channel.up) == (True, False)
        await bench.telephony.hang_up(leg)

    async def test_the_end_of_a_channel_that_nobody_watched_yet_is_told_to_whoever_watches_it_then(
        self, bench: Bench
    ) -> None:
        arrived = await bench.call_arrives()
        await bench.telephony.answer(arrived.channel)
        await bench.caller_hangs_up()
        await no_channel_is_listed(bench)
        inbox: asyncio.Queue[TelephonyEvent] = asyncio.Queue()
        bench.telephony.watch(arrived.channel, inbox)
        assert await next_of(inbox, ChannelEnded) == ChannelEnded(arrived.channel, "failed")

    async def test_a_phone_that_rejects_ends_the_leg_as_rejected(self, bench: Bench) -> None:
        leg, inbox = await ring(bench, "rejects")
        assert await next_of(inbox, ChannelEnded) == ChannelEnded(leg, "rejected")

    async def test_a_busy_phone_ends_the_leg_as_busy(self, bench: Bench) -> None:
        leg, inbox = await ring(bench, "is_busy")
        assert await next_of(inbox, ChannelEnded) == ChannelEnded(leg, "busy")

    async def test_a_phone_without_a_contact_is_unreachable(self, bench: Bench) -> None:
        with pytest.raises(PhoneUnreachable):
            await bench.telephony.ring(fresh("leg"), "1002", SHOWN, {}, 10.0)

    async def test_the_same_leg_cannot_be_rung_twice(self, bench: Bench) -> None:
        leg, _ = await ring(bench, "rings")
        with pytest.raises(AlreadyThere):
            await bench.telephony.ring(leg, "1001", SHOWN, {}, 10.0)
        await bench.telephony.hang_up(leg)

    async def test_a_leg_ends_once_when_its_phone_hangs_up(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        await bench.phone_hangs_up()
        ended = await next_of(inbox, ChannelEnded)
        assert isinstance(ended, ChannelEnded)
        assert ended.channel == leg
        await no_channel_is_listed(bench)
        assert inbox.empty()

    async def test_hanging_up_a_channel_that_is_gone_is_harmless(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)
        await bench.telephony.hang_up(leg)

    async def test_commands_to_a_channel_that_is_gone_say_so(self, bench: Bench) -> None:
        with pytest.raises(ChannelGone):
            await bench.telephony.answer(fresh("nobody"))
        with pytest.raises(ChannelGone):
            await bench.telephony.play(fresh("nobody"), fresh("play"), ["sound:beep"], "es")

    async def test_a_playback_ends_and_a_missing_file_is_a_failure(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        for media, failed in (("sound:beep", False), ("sound:no-such-file", True)):
            playback = fresh("play")
            bench.telephony.watch(playback, inbox)
            await bench.telephony.play(leg, playback, [media], "es")
            assert await next_of(inbox, PlaybackEnded) == PlaybackEnded(playback, failed)
        await bench.telephony.hang_up(leg)

    async def test_music_starts_and_stops(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        await bench.telephony.start_music(leg, "default")
        await bench.telephony.stop_music(leg)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)

    async def test_music_in_a_bridge_stops_and_may_begin_again(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        bridge = fresh("bridge")
        await bench.telephony.create_bridge(bridge, "centralita:c1")
        await bench.telephony.add_to_bridge(bridge, [leg])
        for _ in range(2):
            await bench.telephony.start_music(leg, "default")
            await bench.telephony.stop_music(leg, in_bridge=True)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)
        with pytest.raises(ChannelGone):
            await bench.telephony.stop_music(leg, in_bridge=True)
        await bench.telephony.destroy_bridge(bridge)

    async def test_lists_show_legs_with_our_variables_and_bridges_with_their_members(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        bridge = fresh("bridge")
        await bench.telephony.create_bridge(bridge, "centralita:c1")
        await bench.telephony.add_to_bridge(bridge, [leg])
        await bench.telephony.set_variable(leg, "CENTRALITA_RECORDING", "x.raw")
        (channel,) = await bench.telephony.channels()
        assert (channel.id, channel.up, channel.in_our_app) == (leg, True, True)
        assert channel.variables["CENTRALITA_CALL"] == "c1"
        assert channel.variables["CENTRALITA_RECORDING"] == "x.raw"
        (found,) = await bench.telephony.bridges()
        assert (found.id, found.name, found.channels) == (bridge, "centralita:c1", (leg,))
        await bench.telephony.destroy_bridge(bridge)
        await bench.telephony.destroy_bridge(bridge)
        async with asyncio.timeout(5):  # Asterisk lists it until its channels have left it
            while await bench.telephony.bridges():
                await asyncio.sleep(0.01)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)

    async def test_a_channel_is_in_one_bridge_at_a_time_and_may_be_taken_out(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        first, second = fresh("bridge"), fresh("bridge")
        for bridge in (first, second):
            await bench.telephony.create_bridge(bridge, "centralita:c1")
            await bench.telephony.add_to_bridge(bridge, [leg])
        assert {found.id: found.channels for found in await bench.telephony.bridges()} == {first: (), second: (leg,)}
        await bench.telephony.remove_from_bridge(second, leg)
        await bench.telephony.remove_from_bridge(second, leg)
        await bench.telephony.remove_from_bridge(fresh("bridge"), leg)
        assert all(found.channels == () for found in await bench.telephony.bridges())
        for bridge in (first, second):
            await bench.telephony.destroy_bridge(bridge)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)

    async def test_a_snoop_is_a_channel_of_ours_that_ends_with_the_one_it_hears(self, bench: Bench) -> None:
        snoop, inbox = fresh("snoop"), asyncio.Queue[TelephonyEvent]()
        async with two_who_talk(bench) as two:
            bench.telephony.watch(snoop, inbox)
            await bench.telephony.snoop(snoop, two.other)
            (found,) = [channel for channel in await bench.telephony.channels() if channel.id == snoop]
            assert found.in_our_app
            assert not found.variables.get("CENTRALITA_ROLE")  # nobody's: a later life of the controller removes it
            with pytest.raises(AlreadyThere):
                await bench.telephony.snoop(snoop, two.other)
            ear = fresh("bridge")
            await bench.telephony.create_bridge(ear, "centralita:c2")
            await bench.telephony.add_to_bridge(ear, [snoop])
            await bench.telephony.hang_up(two.other)
            ended = await next_of(inbox, ChannelEnded)
            assert isinstance(ended, ChannelEnded)
            assert ended.channel == snoop
            await bench.telephony.destroy_bridge(ear)

    async def test_a_snoop_that_is_hung_up_leaves_the_two_who_talk(self, bench: Bench) -> None:
        async with two_who_talk(bench) as two:
            for _ in range(2):
                snoop, inbox = fresh("snoop"), asyncio.Queue[TelephonyEvent]()
                bench.telephony.watch(snoop, inbox)
                await bench.telephony.snoop(snoop, two.other)
                await bench.telephony.hang_up(snoop)
                await next_of(inbox, ChannelEnded)
            (found,) = await bench.telephony.bridges()
            assert set(found.channels) == {two.one, two.other}

    async def test_nobody_can_listen_to_a_channel_that_is_gone(self, bench: Bench) -> None:
        snoop = fresh("snoop")
        with pytest.raises(ChannelGone):
            await bench.telephony.snoop(snoop, fresh("nobody"))
        await no_channel_is_listed(bench)
        leg, inbox = await answered_leg(bench)
        await bench.telephony.snoop(snoop, leg)  # that id was not used
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)
        await no_channel_is_listed(bench)

    async def test_the_keys_of_a_channel_that_is_muted_are_told_all_the_same(self, bench: Bench) -> None:
        async with two_who_talk(bench) as two:
            for muted, digit in ((True, "7"), (False, "8")):
                await bench.telephony.mute(two.other, muted=muted)
                await bench.telephony.mute(two.other, muted=muted)  # harmless twice
                await bench.phone_presses(digit)
                assert await next_of(two.others, DigitPressed) == DigitPressed(two.other, digit)
        with pytest.raises(ChannelGone):
            await bench.telephony.mute(fresh("nobody"), muted=True)

    async def test_keys_that_stay_with_a_channel_are_told(self, bench: Bench) -> None:
        async with two_who_talk(bench) as two:
            ear = fresh("bridge")
            await bench.telephony.create_bridge(ear, "centralita:c2")
            for bridge in (ear, two.bridge):
                await bench.telephony.add_to_bridge(bridge, [two.other], keys_stay=True)
                await bench.phone_presses("5")
                assert await next_of(two.others, DigitPressed) == DigitPressed(two.other, "5")
            await bench.telephony.destroy_bridge(ear)

    async def test_silence_is_sent_until_it_is_stopped_which_is_harmless_without_any(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        await bench.telephony.stop_silence(leg)
        for _ in range(2):
            await bench.telephony.start_silence(leg)
            await bench.telephony.stop_silence(leg)
        await bench.telephony.stop_silence(leg)
        bridge = fresh("bridge")
        await bench.telephony.create_bridge(bridge, "centralita:c1")
        await bench.telephony.add_to_bridge(bridge, [leg])
        await bench.telephony.destroy_bridge(bridge)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)
        for silence in (bench.telephony.start_silence, bench.telephony.stop_silence):
            with pytest.raises(ChannelGone):
                await silence(leg)

    async def test_hold_from_the_phone_is_heard_of(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        await bench.phone_holds()
        assert await next_of(inbox, ChannelHeld) == ChannelHeld(leg)
        await bench.phone_comes_back()
        assert await next_of(inbox, ChannelUnheld) == ChannelUnheld(leg)
        await bench.telephony.hang_up(leg)
        await next_of(inbox, ChannelEnded)

    async def test_a_phones_transfer_is_asked_of_us_and_moves_nobody(self, bench: Bench) -> None:
        one, ones = await answered_leg(bench)
        other, others = await answered_leg(bench)
        bridge = fresh("bridge")
        await bench.telephony.create_bridge(bridge, "centralita:c1")
        await bench.telephony.add_to_bridge(bridge, [one, other])
        await bench.phone_refers("1002")
        assert await next_of(others, BlindTransferAsked) == BlindTransferAsked(other, "1002")
        await bench.telephony.transfer_progress(other, "declined")
        (found,) = await bench.telephony.bridges()
        assert set(found.channels) == {one, other}
        await bench.telephony.destroy_bridge(bridge)
        for leg, inbox in ((one, ones), (other, others)):
            await bench.telephony.hang_up(leg)
            await next_of(inbox, ChannelEnded)
        await bench.telephony.transfer_progress(other, "declined")  # harmless afterwards

    async def test_a_phones_attended_transfer_names_its_other_call_and_whom_it_talks_with(self, bench: Bench) -> None:
        one, ones = await answered_leg(bench)
        other, others = await answered_leg(bench)
        bridge = fresh("bridge")
        await bench.telephony.create_bridge(bridge, "centralita:c1")
        await bench.telephony.add_to_bridge(bridge, [one, other])
        await bench.phone_connects_its_calls()
        assert await next_of(ones, AttendedTransferAsked) == AttendedTransferAsked(one, other, one)
        await bench.telephony.transfer_progress(one, "declined")
        await bench.telephony.destroy_bridge(bridge)
        for leg, inbox in ((one, ones), (other, others)):
            await bench.telephony.hang_up(leg)
            await next_of(inbox, ChannelEnded)

    async def test_an_unwatched_leg_is_heard_no_more(self, bench: Bench) -> None:
        leg, inbox = await answered_leg(bench)
        bench.telephony.unwatch(leg)
        await bench.telephony.hang_up(leg)
        await no_channel_is_listed(bench)
        assert inbox.empty()

    async def test_a_call_that_is_refused_is_told_503_and_gone(self, bench: Bench) -> None:
        arrived = await bench.call_arrives()
        assert (arrived.args, arrived.answered) == (("inbound", "900100201"), False)
        await bench.telephony.refuse(arrived.channel)
        assert await bench.carrier_is_told() == 503
        await no_channel_is_listed(bench)
        await bench.telephony.refuse(arrived.channel)  # harmless afterwards

    async def test_a_call_that_is_only_hung_up_is_not_told_503(self, bench: Bench) -> None:
        arrived = await bench.call_arrives()
        await bench.telephony.hang_up(arrived.channel)
        assert await bench.carrier_is_told() != 503
        await no_channel_is_listed(bench)

    async def test_a_service_of_agi_gets_variables_and_the_caller_comes_back_with_others(self, bench: Bench) -> None:
        caller, inbox = await answered_caller(bench)
        for _ in range(2):  # a caller may come by more than once
            sent = {"NUMBER": "21", "WISH": ODD_TEXT}
            await bench.telephony.run_agi(caller, bench.agi_url("doubles"), sent)
            assert await next_of(inbox, AgiEnded) == AgiEnded(caller, "SUCCESS")
        assert await bench.telephony.get_variable(caller, "DOUBLE") == "42"
        assert await bench.telephony.get_variable(caller, "WISH") == ODD_TEXT
        assert await bench.telephony.get_variable(caller, "NOBODY_SET_IT") == ""
        playback = fresh("play")
        bench.telephony.watch(playback, inbox)
        await bench.telephony.play(caller, playback, ["sound:beep"], "es")
        assert await next_of(inbox, PlaybackEnded) == PlaybackEnded(playback, failed=False)
        await bench.telephony.hang_up(caller)
        await next_of(inbox, ChannelEnded)
        await no_channel_is_listed(bench)
        assert inbox.empty()

    async def test_a_channel_that_agi_has_is_not_ours_to_command_until_it_is_back(self, bench: Bench) -> None:
        caller, inbox = await answered_caller(bench)
        await bench.telephony.run_agi(caller, bench.agi_url("waits"), {"WISH": "kept"})
        await bench.agi_runs()
        with pytest.raises(ChannelGone):
            await bench.telephony.play(caller, fresh("play"), ["sound:beep"], "es")
        (channel,) = await bench.telephony.channels()
        assert (channel.id, channel.in_our_app) == (caller, False)
        with pytest.raises(ChannelGone):
            await bench.telephony.set_variable(caller, "WISH", "another")
        assert await bench.telephony.get_variable(caller, "WISH") == "kept"
        await bench.agi_is_done(caller)
        assert await next_of(inbox, AgiEnded) == AgiEnded(caller, "SUCCESS")
        await bench.telephony.hang_up(caller)
        await next_of(inbox, ChannelEnded)

    @pytest.mark.parametrize("who", ["the caller", "we"])
    async def test_who_is_hung_up_while_a_service_runs_ends_once(self, bench: Bench, who: str) -> None:
        caller, inbox = await answered_caller(bench)
        await bench.telephony.run_agi(caller, bench.agi_url("waits"), {})
        await bench.agi_runs()
        if who == "we":
            await bench.telephony.hang_up(caller)
        else:
            await bench.caller_hangs_up()
        ended = await next_of(inbox, ChannelEnded)
        assert isinstance(ended, ChannelEnded)
        assert ended.channel == caller
        await no_channel_is_listed(bench)
        assert inbox.empty()
        await bench.telephony.stop_agi(caller)  # harmless afterwards

    async def test_a_service_that_cannot_be_reached_is_a_failure(self, bench: Bench) -> None:
        caller, inbox = await answered_caller(bench)
        await bench.telephony.run_agi(caller, bench.agi_url("nobody"), {})
        assert await next_of(inbox, AgiEnded) == AgiEnded(caller, "FAILURE")
        await bench.telephony.hang_up(caller)
        await next_of(inbox, ChannelEnded)

    async def test_a_channel_may_be_taken_from_its_service(self, bench: Bench) -> None:
        caller, inbox = await answered_caller(bench)
        await bench.telephony.run_agi(caller, bench.agi_url("waits"), {"WISH": "kept"})
        await bench.agi_runs()
        await bench.telephony.stop_agi(caller)
        assert await next_of(inbox, AgiEnded) == AgiEnded(caller, "STOPPED")
        assert await bench.telephony.get_variable(caller, "WISH") == "kept"
        await bench.telephony.stop_agi(caller)  # harmless when it is back
        await bench.telephony.start_music(caller, "default")
        await bench.telephony.hang_up(caller)
        await next_of(inbox, ChannelEnded)

    async def test_agi_with_a_channel_that_is_gone_says_so(self, bench: Bench) -> None:
        with pytest.raises(ChannelGone):
            await bench.telephony.run_agi(fresh("nobody"), bench.agi_url("doubles"), {})
        with pytest.raises(ChannelGone):
            await bench.telephony.get_variable(fresh("nobody"), "DOUBLE")


async def ear_on(bench: FakeBench, channel: str) -> tuple[str, str, str]:
    """Somebody, the snoop that lets him or her hear ``channel``, and the bridge of the two."""
    boss, _ = await answered_leg(bench)
    snoop, ear = fresh("snoop"), fresh("bridge")
    await bench.telephony.create_bridge(ear, "centralita:c2")
    await bench.telephony.snoop(snoop, channel)
    await bench.telephony.add_to_bridge(ear, [boss, snoop])
    return boss, snoop, ear


class TestFakeTelephony(TelephonyContract):
    @pytest_asyncio.fixture(loop_scope="module")
    async def bench(self) -> FakeBench:
        return FakeBench()

    async def test_through_a_snoop_both_are_heard_and_the_one_it_is_on_alone_hears(self, bench: FakeBench) -> None:
        async with two_who_talk(bench) as two:
            boss, snoop, ear = await ear_on(bench, two.other)
            hears = bench.fake.hears
            assert (hears(two.one), hears(two.other), hears(boss)) == (
                {two.other},
                {two.one, boss},
                {two.one, two.other},
            )
            await bench.telephony.mute(boss, muted=True)
            assert (hears(two.other), hears(boss)) == ({two.one}, {two.one, two.other})
            await bench.telephony.mute(boss, muted=False)
            await bench.telephony.remove_from_bridge(two.bridge, two.other)
            assert (hears(two.one), hears(two.other), hears(boss)) == (set(), {boss}, {two.other})
            for channel in (snoop, boss):
                await bench.telephony.hang_up(channel)
            await bench.telephony.destroy_bridge(ear)


class TestNodes(TelephonyContract):
    """Over two telephone systems the port promises the same."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def bench(self) -> NodesBench:
        return NodesBench()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Asterisk without the engine, whose place under the application's name the tests take."""
    async with running_stack(tmp_path_factory.mktemp("bare"), engine=False) as stack:
        yield stack


@pytest.mark.e2e
class TestAriTelephony(TelephonyContract):
    @pytest_asyncio.fixture(loop_scope="module")
    async def bench(self, bare_stack: Stack) -> AsyncIterator[Bench]:
        async with real_bench(bare_stack) as real:
            yield real
