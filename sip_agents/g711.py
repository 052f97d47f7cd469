"""What sound does a G.711 byte stand for? (ITU-T G.711, 1988, tables 1a to 2b)

Both laws are tables made once from the recommendation's segments: 256 entries to decode, 65,536 to encode, so that one
numpy look-up codes a whole packet. Samples are 16-bit: A-law's 13 bits and mu-law's 14 bits are shifted up to fill it.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

Law: TypeAlias = Literal["PCMA", "PCMU"]
Samples: TypeAlias = npt.NDArray[np.int16]
RATE_HZ: Final = 8000
LAWS: Final[tuple[Law, ...]] = get_args(Law)
_MU_BIAS: Final = 132
_MU_CLIP: Final = 32635


def _a_law_values() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55  # even bits travel inverted
    segment, step = (code >> 4) & 7, code & 15
    magnitude = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 264) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _mu_law_values() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0xFF  # all bits travel inverted
    magnitude = ((((code & 15) << 3) + _MU_BIAS) << ((code >> 4) & 7)) - _MU_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _segment(magnitude: npt.NDArray[np.int32], lowest_bit: int) -> npt.NDArray[np.int32]:
    """The number (0 to 7) of the highest bit set, counted from ``lowest_bit``."""
    bounds = np.array([1 << (lowest_bit + n) for n in range(1, 8)], dtype=np.int32)
    return np.searchsorted(bounds, magnitude, side="right").astype(np.int32)


def _a_law_codes(sample: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    magnitude = np.where(sample >= 0, sample, -sample - 1)
    segment = _segment(magnitude, 7)
    step = (magnitude >> np.where(segment == 0, 4, segment + 3)) & 15
    code = (segment << 4) | step | np.where(sample >= 0, 0x80, 0)
    return (code ^ 0x55).astype(np.uint8)


def _mu_law_codes(sample: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    magnitude = np.minimum(np.abs(sample), _MU_CLIP) + _MU_BIAS
    segment = _segment(magnitude, 7)
    step = (magnitude >> (segment + 3)) & 15
    code = (segment << 4) | step | np.where(sample < 0, 0x80, 0)
    return (code ^ 0xFF).astype(np.uint8)


# Indexed by the sample's 16 bits read as unsigned, so that negative samples need no branch.
_EVERY_SAMPLE: Final = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
_VALUES: Final[dict[Law, Samples]] = {"PCMA": _a_law_values(), "PCMU": _mu_law_values()}
_CODES: Final = {"PCMA": _a_law_codes(_EVERY_SAMPLE), "PCMU": _mu_law_codes(_EVERY_SAMPLE)}


def decode(law: Law, payload: bytes) -> Samples:
    """One 16-bit sample for each byte of ``payload``."""
    return _VALUES[law][np.frombuffer(payload, dtype=np.uint8)]


def encode(law: Law, samples: Samples) -> bytes:
    """One byte for each 16-bit sample."""
    return _CODES[law][samples.view(np.uint16)].tobytes()
