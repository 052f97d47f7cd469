"""G.711 as the recommendation's tables have it."""

from __future__ import annotations

import numpy as np
import pytest

from sip_agents.g711 import LAWS, Law, decode, encode

EVERY_CODE = bytes(range(256))


@pytest.mark.parametrize(
    ("law", "code", "sample"),
    [
        ("PCMA", 0xD5, 8),  # the smallest steps each side of zero
        ("PCMA", 0x55, -8),
        ("PCMA", 0xAA, 32256),  # the largest
        ("PCMA", 0x2A, -32256),
        ("PCMA", 0x80, 5504),
        ("PCMU", 0xFF, 0),
        ("PCMU", 0x7F, 0),
        ("PCMU", 0x80, 32124),
        ("PCMU", 0x00, -32124),
        ("PCMU", 0xD5, 716),
    ],
)
def test_known_codes_are_known_samples(law: Law, code: int, sample: int) -> None:
    assert decode(law, bytes([code])).tolist() == [sample]


@pytest.mark.parametrize("law", LAWS)
def test_every_code_comes_back_from_its_own_sample(law: Law) -> None:
    back = encode(law, decode(law, EVERY_CODE))
    differing = {code for code, again in zip(EVERY_CODE, back, strict=True) if code != again}
    assert differing == (set() if law == "PCMA" else {0x7F})  # mu-law has two zeros


@pytest.mark.parametrize("law", LAWS)
def test_coding_is_off_by_half_a_step_at_most(law: Law) -> None:
    samples = np.arange(-32000, 32000, dtype=np.int16)
    error = np.abs(decode(law, encode(law, samples)).astype(np.int32) - samples)
    assert np.all(error <= np.maximum(np.abs(samples.astype(np.int32)) // 30 + 4, 8))


@pytest.mark.parametrize("law", LAWS)
def test_samples_beyond_the_largest_code_are_clipped(law: Law) -> None:
    loudest = decode(law, encode(law, np.array([32767, -32768], dtype=np.int16)))
    assert loudest[0] == -loudest[1]
    assert loudest[0] > 32000
