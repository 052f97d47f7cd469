"""Does decrypting keep to its bounds: of memory, of time with a listener who stalls, and of how many at once?"""

from __future__ import annotations

import io
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.adapters.unsealing import (
    PIPE_BYTES,
    Abandoned,
    CannotUnseal,
    Identities,
    SeekablePlain,
    TooMany,
    Unsealer,
)
from ari_app.keeping.ports import StoreRefuses
from tests.library.sound import sealed

PLAIN = random.Random(5).randbytes(2_000_000)
KEY = pyrage.x25519.Identity.generate()
SEALED = sealed(PLAIN, KEY)


@pytest.fixture
def identities(tmp_path: Path) -> Identities:
    file = tmp_path / "identity.txt"
    file.touch(mode=0o600)
    file.write_text(str(KEY))
    return Identities(file)


class Chunks:
    """The sealed bytes; ``taken`` counts those that were asked for."""

    def __init__(self, data: bytes = SEALED, size: int = 10_000) -> None:
        self._file = io.BytesIO(data)
        self._size = size
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(self._size):
            self.taken += len(chunk)
            yield chunk


def ended() -> None:
    """Every decrypting thread is over."""
    for thread in threading.enumerate():
        if thread.name == "unsealing":
            thread.join(20)
            assert not thread.is_alive()


def test_what_was_sealed_comes_out_in_order(identities: Identities) -> None:
    plain = Unsealer(identities).open(lambda: iter(Chunks()))
    assert plain.read() == PLAIN
    assert plain.read(10) == b""


def test_only_a_little_is_decrypted_ahead_of_the_listener(identities: Identities) -> None:
    chunks = Chunks()
    unsealer = Unsealer(identities, stalled_s=0.05)
    plain = unsealer.open(lambda: iter(chunks))
    assert plain.read(1) == PLAIN[:1]
    ended()  # it gave the listener up
    assert chunks.taken <= PIPE_BYTES + 200_000
    got = bytearray(PLAIN[:1])

    def rest() -> None:
        while True:
            got.extend(plain.read(PIPE_BYTES))

    with pytest.raises(Abandoned):
        rest()
    assert PLAIN.startswith(got)


def test_whoever_stops_reading_stops_the_decrypting(identities: Identities) -> None:
    plain = Unsealer(identities).open(lambda: iter(Chunks()))
    assert plain.read(100) == PLAIN[:100]
    plain.close()
    ended()
    with pytest.raises(Abandoned):
        plain.read(1)


def test_no_more_than_so_many_at_once_and_one_that_ends_makes_room(identities: Identities) -> None:
    unsealer = Unsealer(identities, at_once=2)
    one, two = (unsealer.open(lambda: iter(Chunks())) for _ in range(2))
    with pytest.raises(TooMany):
        unsealer.open(lambda: iter(Chunks()))
    one.close()
    ended_one = threading.Event()
    while not ended_one.is_set():
        try:
            three = unsealer.open(lambda: iter(Chunks()))
            ended_one.set()
        except TooMany:
            threading.Event().wait(0.001)
    assert three.read() == PLAIN
    two.close()
    ended()


def test_a_store_that_breaks_off_is_told_as_that_and_damage_as_damage(identities: Identities) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield SEALED[:300_000]
        raise StoreRefuses("the line broke")

    with pytest.raises(StoreRefuses, match="the line broke"):
        Unsealer(identities).open(breaks_off).read()
    spoilt = bytearray(SEALED)
    spoilt[1_000_000] ^= 1
    for damaged in (bytes(spoilt), SEALED[:-1], b"", b"nothing", SEALED[:100]):
        with pytest.raises(CannotUnseal):
            Unsealer(identities).open(lambda damaged=damaged: iter([damaged] if damaged else [])).read()  # type: ignore[misc]
    ended()


def test_nothing_of_a_spoilt_stretch_is_ever_given(identities: Identities) -> None:
    spoilt = bytearray(SEALED)
    spoilt[1_000_000] ^= 1
    plain = Unsealer(identities).open(lambda: iter(Chunks(bytes(spoilt))))
    got = bytearray()

    def all_of_it() -> None:
        while chunk := plain.read(50_000):
            got.extend(chunk)

    with pytest.raises(CannotUnseal):
        all_of_it()
    assert 900_000 < len(got) < 1_000_000
    assert PLAIN.startswith(got)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "identity.txt"
    file.write_text(str(KEY))
    file.chmod(mode)
    with pytest.raises(CannotUnseal, match="chmod 600") as refused:
        Identities(file).load()
    assert "AGE-SECRET-KEY-1" not in str(refused.value)


def test_without_a_key_it_says_which_setting(tmp_path: Path) -> None:
    for file in (None, tmp_path / "nothing"):
        with pytest.raises(CannotUnseal, match="CENTRALITA_RECORDINGS_IDENTITY"):
            Identities(file).load()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END]),
            st.integers(-300_000, 300_000),
            st.integers(0, 9000),
        ),
        max_size=5,
    )
)
def test_a_file_that_seeks_reads_as_any_other(identities: Identities, steps: list[tuple[int, int, int]]) -> None:
    size = 300_000
    short, other = sealed(PLAIN[:size], KEY), io.BytesIO(PLAIN[:size])
    unsealer = Unsealer(identities, at_once=50)
    file = SeekablePlain(lambda: unsealer.open(lambda: iter([short])), size)
    for whence, offset, count in steps:
        place = {os.SEEK_SET: 0, os.SEEK_CUR: other.tell(), os.SEEK_END: size}[whence] + offset
        other.seek(max(0, place))
        assert file.seek(offset, whence) == file.tell() == other.tell()
        expected, got = other.read(count), b""
        while len(got) < len(expected):
            got += file.read(count - len(got))
        assert got == expected
    file.give_up()
    ended()
