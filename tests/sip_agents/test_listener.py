"""What was heard is placed in time by the packets' own timestamps."""

from __future__ import annotations

import numpy as np
import pytest

from sip_agents.g711 import Samples
from sip_agents.listener import Listener
from sip_agents.tones import sine

FRAME = 160


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def play(listener: Listener, clock: Clock, sound: Samples, timestamp: int = 0, ssrc: int = 1) -> int:
    """Hear ``sound`` in packets of 20 ms, in step with the clock; the next timestamp."""
    for start in range(0, len(sound), FRAME):
        clock.at += 0.02
        listener.hear(ssrc, timestamp & 0xFFFFFFFF, sound[start : start + FRAME])
        timestamp += FRAME
    return timestamp


def test_steady_sound_is_kept_sample_for_sample(clock: Clock) -> None:
    listener, sound = Listener(clock), sine(697.0, 8000, 8000)
    play(listener, clock, sound, timestamp=2**32 - 800)  # over the end of 32 bits
    assert np.array_equal(listener.last(1.0), sound)
    assert listener.first_rtp_at == pytest.approx(1000.02)


def test_packets_out_of_order_are_put_in_order(clock: Clock) -> None:
    listener, sound = Listener(clock), sine(697.0, 8000, 480)
    for n, later_s in ((0, 0.02), (2, 0.04), (1, 0.0)):
        clock.at += later_s
        listener.hear(1, n * FRAME, sound[n * FRAME : (n + 1) * FRAME])
    assert np.array_equal(listener.last(0.06), sound)


def test_lost_packet_is_silence_where_it_would_have_been(clock: Clock) -> None:
    listener = Listener(clock)
    timestamp = play(listener, clock, np.full(FRAME, 9, np.int16))
    clock.at += 0.02
    play(listener, clock, np.full(FRAME, 9, np.int16), timestamp + FRAME)
    assert listener.last(0.06).tolist() == [9] * FRAME + [0] * FRAME + [9] * FRAME


def test_delayed_packets_do_not_move_the_sound(clock: Clock) -> None:
    listener, sound = Listener(clock), sine(697.0, 8000, 1600)
    clock.at += 0.1  # the first packet is late; those behind it come at once, then in step
    for n in range(5):
        listener.hear(1, n * FRAME, sound[n * FRAME : (n + 1) * FRAME])
    play(listener, clock, sound[5 * FRAME :], 5 * FRAME)
    assert np.array_equal(listener.last(0.2), sound)


def test_new_source_is_placed_by_its_arrival(clock: Clock) -> None:
    listener = Listener(clock)
    play(listener, clock, np.full(800, 5, np.int16), timestamp=100)
    clock.at += 1.0
    play(listener, clock, np.full(800, 7, np.int16), timestamp=3_000_000_000, ssrc=2)
    heard = listener.last(1.2)
    assert (heard[:800] == 5).all()
    assert (heard[800:-800] == 0).all()
    assert (heard[-800:] == 7).all()


def test_new_source_with_timestamps_like_the_old_ones_is_placed_by_its_arrival_too(clock: Clock) -> None:
    listener = Listener(clock)
    timestamp = play(listener, clock, np.full(800, 5, np.int16))
    play(listener, clock, np.full(800, 7, np.int16), timestamp + 2000, ssrc=2)
    assert listener.last(0.2).tolist() == 800 * [5] + 800 * [7]


def test_silence_between_sounds_hides_what_was_there_a_ring_ago(clock: Clock) -> None:
    listener = Listener(clock, keep_s=1.0)
    timestamp = play(listener, clock, np.full(2 * 8000, 5, np.int16))
    clock.at += 0.4
    play(listener, clock, np.full(1600, 7, np.int16), timestamp + 3200)
    assert listener.last(0.8).tolist() == 1600 * [5] + 3200 * [0] + 1600 * [7]


def test_sender_that_stops_its_clock_in_silence_does_not_shift_the_past(clock: Clock) -> None:
    listener = Listener(clock)
    timestamp = play(listener, clock, np.full(800, 5, np.int16))
    clock.at += 3.0
    play(listener, clock, np.full(800, 7, np.int16), timestamp)
    assert (listener.last(0.1) == 7).all()
    assert (listener.between(1000.0, 1000.1) == 5).all()


def test_sender_whose_timestamps_fall_behind_the_clock_is_not_silent(clock: Clock) -> None:
    listener, sound = Listener(clock), sine(697.0, 8000, 3200)
    timestamp = play(listener, clock, sound)
    clock.at += 0.3  # of which the timestamps know nothing
    play(listener, clock, sound, timestamp)
    assert np.array_equal(listener.last(0.2), sound[-1600:])
    clock.at += 0.1
    assert not listener.last(0.1).any()


def test_only_the_last_seconds_are_kept(clock: Clock) -> None:
    listener = Listener(clock, keep_s=2.0)
    timestamp = play(listener, clock, np.full(4 * 8000, 5, np.int16))
    play(listener, clock, np.full(8000, 7, np.int16), timestamp)
    heard = listener.last(5.0)
    assert (heard[: 3 * 8000] == 0).all()
    assert (heard[3 * 8000 : 4 * 8000] == 5).all()
    assert (heard[4 * 8000 :] == 7).all()


def test_growing_keeps_all_that_was_heard(clock: Clock) -> None:
    listener, sound = Listener(clock), (np.arange(10 * 8000) % 3000).astype(np.int16)
    play(listener, clock, sound)
    assert np.array_equal(listener.last(10.0), sound)


def test_silence_is_what_stayed_quiet_or_never_came(clock: Clock) -> None:
    listener = Listener(clock)
    assert listener.silent()
    play(listener, clock, sine(697.0, 8000, 4000))
    assert not listener.silent()
    assert listener.tones_heard([697.0, 1336.0]) == {697.0}
    assert listener.loudest_hz() == pytest.approx(697.0, abs=1.0)
    clock.at += 0.5
    assert listener.silent(0.4)
    assert listener.tones_heard([697.0]) == frozenset()
    assert listener.tones_heard([697.0], last_s=1.0) == {697.0}


@pytest.mark.parametrize(
    ("heard_hz", "besides"),
    [((), False), ((697.0,), False), ((697.0, 1336.0), False), ((523.3,), True), ((523.3, 659.3, 697.0), True)],
)
def test_music_is_told_from_the_tones_of_the_phones(clock: Clock, heard_hz: tuple[float, ...], besides: bool) -> None:
    listener = Listener(clock)
    sound = sum((sine(hz, 8000, 4000).astype(np.int32) for hz in heard_hz), start=np.zeros(4000, np.int32))
    play(listener, clock, sound.astype(np.int16))
    assert listener.sounds_besides([697.0, 1336.0]) is besides
    clock.at += 0.15
    assert not listener.sounds_besides([697.0, 1336.0])
