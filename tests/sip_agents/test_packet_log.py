"""Gaps in RTP: as packets tell of them, and over real sockets."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_agents.media import Media, RtpIds
from sip_agents.packet_log import PacketLog, Passed
from sip_agents.rtp import write_rtp
from sip_agents.sdp import AudioPlan
from sip_agents.voice import tone_frames

from .conftest import Phones, Stranger, talk

FRAME = 160
SOUND = tone_frames("PCMA", 697.0)[0]


class Log(PacketLog):
    """One whose clock is set by hand, and that is told packets by their number: 20 ms each, in step."""

    def __init__(self, keep_s: float = 60.0) -> None:
        self.clock_s = 0.0
        super().__init__(lambda: self.clock_s, keep_s)

    def pass_by(self, *numbers: int, late_s: float = 0.0, ssrc: int = 1) -> None:
        for number in numbers:
            self.clock_s = max(self.clock_s, 0.02 * number + late_s)
            timestamp = (2**32 - 480 + FRAME * number) & 0xFFFFFFFF  # over the end of 32 and 16 bits
            self.note(Passed(self.clock_s, ssrc, (65530 + number) & 0xFFFF, timestamp, FRAME))


def test_steady_stream_has_gaps_of_one_packet_and_no_hole() -> None:
    log = Log()
    log.pass_by(*range(100))
    gaps = log.gaps(since=0.0)
    assert gaps.longest_gap_ms == pytest.approx(20)
    assert (gaps.longest_hole_ms, gaps.lost, gaps.packets, gaps.sources) == (0, 0, 100, 1)


def test_lost_packets_are_a_gap_and_a_hole() -> None:
    log = Log()
    log.pass_by(*range(10), *range(13, 20))
    gaps = log.gaps(since=0.0)
    assert gaps.longest_gap_ms == pytest.approx(80)  # from the packet before the three to the one after
    assert (gaps.longest_hole_ms, gaps.lost) == (60, 3)


def test_late_packets_are_a_gap_but_no_hole() -> None:
    log = Log()
    log.pass_by(*range(10))
    log.pass_by(*range(10, 20), late_s=0.1)
    assert log.longest_gap_ms(since=0.0) == pytest.approx(120)
    assert (log.gaps(0.0).longest_hole_ms, log.gaps(0.0).lost) == (0, 0)


def test_packets_out_of_order_and_doubled_leave_no_hole() -> None:
    log = Log()
    log.pass_by(0, 1, 4, 3, 2, 2, 5)
    assert (log.gaps(0.0).longest_hole_ms, log.gaps(0.0).lost) == (0, 0)


def test_gap_that_still_lasts_counts_as_far_as_now() -> None:
    log = Log()
    log.pass_by(*range(10))
    log.clock_s = 0.18 + 0.5
    assert log.longest_gap_ms(since=0.1) == pytest.approx(500)


def test_time_after_the_end_is_no_gap() -> None:
    log = Log()
    log.pass_by(*range(10))
    log.close()
    log.clock_s = 60.0
    assert log.longest_gap_ms(since=0.0) == pytest.approx(20)


def test_gap_in_which_the_window_begins_counts_whole() -> None:
    log = Log()
    log.pass_by(*range(10), *range(20, 30))
    assert log.longest_gap_ms(since=0.3) == pytest.approx(220)
    assert log.gaps(since=0.3).longest_hole_ms == 200


def test_gap_outside_the_window_does_not_count() -> None:
    log = Log()
    log.pass_by(*range(10), *range(20, 40), *range(50, 60))
    assert log.longest_gap_ms(since=0.5, until=0.7) == pytest.approx(20)
    assert log.gaps(since=0.5, until=0.7).longest_hole_ms == 0


def test_two_sources_are_not_measured_by_each_others_numbers() -> None:
    log = Log()
    log.pass_by(*range(10))
    log.pass_by(*range(5000, 5010), late_s=-0.02 * 4990 + 0.06, ssrc=2)
    gaps = log.gaps(since=0.0)
    assert gaps.longest_gap_ms == pytest.approx(80)
    assert (gaps.longest_hole_ms, gaps.lost, gaps.sources) == (0, 0, 2)


def test_key_fills_the_time_that_it_lasts() -> None:
    log = Log()
    log.note(Passed(0.0, 1, 0, 0, FRAME))
    for sequence, duration in enumerate((160, 320, 480, 480, 480), start=1):
        log.note(Passed(0.02 * sequence, 1, sequence, FRAME, duration))
    log.note(Passed(0.12, 1, 6, FRAME + 480, FRAME))
    log.clock_s = 0.12
    assert (log.gaps(0.0).longest_hole_ms, log.gaps(0.0).lost) == (0, 0)


def test_what_is_no_longer_kept_is_not_guessed() -> None:
    log = Log(keep_s=1.0)
    log.pass_by(*range(1000))
    assert log.longest_gap_ms(since=19.0) == pytest.approx(20)
    with pytest.raises(ValueError, match="raise keep_s"):
        log.gaps(since=1.0)


@given(st.sets(st.integers(1, 98)), st.integers(0, 99))
def test_longest_gap_is_that_of_the_longest_run_of_missing_packets(missing: set[int], window: int) -> None:
    log = Log()
    log.pass_by(*(number for number in range(100) if number not in missing))
    runs = "".join("." if number in missing else "x" for number in range(100))
    before = runs.rfind("x", 0, window) if window else -1
    longest = max(len(run) for run in runs[max(0, before) :].split("x"))
    gaps = log.gaps(since=0.02 * window - 1e-9)
    assert gaps.longest_hole_ms == pytest.approx(20 * longest)
    if window < 99:
        assert gaps.longest_gap_ms == pytest.approx(20 * (longest + 1), abs=1e-3)


async def test_packets_over_a_socket_are_logged_with_what_they_say(stranger: Stranger) -> None:
    media = Media("127.0.0.1", RtpIds(1, 1, 1), asyncio.get_running_loop().time, None, 60.0, lambda: None)
    media.plan, media._far = (
        AudioPlan("127.0.0.1", stranger.port, "PCMA", 101, "sendrecv"),
        ("127.0.0.1", stranger.port),
    )
    for number in (0, 1, 2, 7, 8):
        stranger.send(write_rtp(8, False, number, FRAME * number, 5, SOUND), ("127.0.0.1", media.port))
    while media.heard.packets < 5:
        await asyncio.sleep(0)
    media.close()
    gaps = media.arrivals.gaps(since=0.0)
    assert (gaps.longest_hole_ms, gaps.lost, gaps.packets) == (80, 4, 5)


async def test_stall_of_this_process_is_no_gap_of_the_network(stranger: Stranger) -> None:
    now = asyncio.get_running_loop().time
    media = Media("127.0.0.1", RtpIds(1, 1, 1), now, None, 60.0, lambda: None)
    media.plan, media._far = (
        AudioPlan("127.0.0.1", stranger.port, "PCMA", 101, "sendrecv"),
        ("127.0.0.1", stranger.port),
    )
    began = now()
    for number in range(2):
        stranger.send(write_rtp(8, False, number, FRAME * number, 5, SOUND), ("127.0.0.1", media.port))
    all_sent_s = now() - began
    time.sleep(0.05)  # noqa: ASYNC251 (the stall itself: both lie in the socket's buffer meanwhile)
    while media.heard.packets < 2:
        await asyncio.sleep(0)
    media.close()
    arrived = [packet.at for packet in media.arrivals._passed]
    assert arrived[1] < began + all_sent_s + 0.04  # it came before the stall, not after
    assert arrived[1] - arrived[0] <= all_sent_s + 0.001


async def test_phone_that_is_cut_off_leaves_a_gap_at_the_far_side_as_long_as_that(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea", tone_hz=1336.0)
    call, incoming = await talk(ana, bea)
    await incoming.heard_tone(697.0)
    began = incoming.now
    call.plug(True)
    await incoming.heard_silence(0.3)
    cut_ms = 1000 * (incoming.now - began)
    call.plug(False)
    await incoming.heard_tone(697.0)
    gaps = incoming.arrivals.gaps(since=began)
    assert gaps.longest_gap_ms >= cut_ms - 20
    assert gaps.longest_hole_ms >= cut_ms - 40  # a phone's timestamps go on while it is silent
    assert gaps.lost == 0  # they were not sent, so no number is missing
    assert call.departures.longest_gap_ms(since=began) >= cut_ms - 20


async def test_gap_at_the_far_side_is_told_from_one_of_the_phones_own_clock(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    began = incoming.now
    await incoming.heard_tone(697.0)
    until = incoming.now
    sent, came = call.departures.gaps(began, until), incoming.arrivals.gaps(began, until)
    assert (came.lost, came.sources) == (0, 1)
    assert came.longest_gap_ms <= sent.longest_gap_ms + 25  # whatever made this machine late, both sides have it


async def test_log_stays_readable_after_the_call_and_its_time_stands_still(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=697.0), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    began = incoming.now
    await incoming.heard_tone(697.0)
    await call.hang_up()
    await incoming.ended()
    first = incoming.arrivals.gaps(since=began)
    await asyncio.sleep(0)
    assert incoming.arrivals.gaps(since=began) == first
    assert first.packets >= 10
