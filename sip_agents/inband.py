"""How does a pressed key sound? (ITU-T Q.23: one tone of a low group together with one of a high group)

Silence stands on both sides of it, since a detector that hears a third tone takes the key for speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sip_agents.dtmf import KEYS, KeyFrame, check_held, key_code
from sip_agents.g711 import RATE_HZ, Law, Samples, encode
from sip_agents.rtp import FRAME_SAMPLES
from sip_agents.tones import sine

LEAST_MS: Final = 80  # a detector need not hear a shorter one on a poor line
LEVEL_DBFS: Final = -12.0  # of each tone; the two together stay far from clipping
SILENCE_S: Final = 0.05  # on each side; two keys in a row are 100 ms apart
_LOW_HZ: Final = (697.0, 770.0, 852.0, 941.0)
_HIGH_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
_KEYPAD: Final = ("123A", "456B", "789C", "*0#D")  # a row for each low tone, a column for each high one


def tones_of(key: str) -> tuple[float, float]:
    """The key's low and high tone, in Hz. Raises ValueError for a key that is none of 0-9, *, #, A-D."""
    name = KEYS[key_code(key)]
    (row,) = (row for row in _KEYPAD if name in row)
    return _LOW_HZ[_KEYPAD.index(row)], _HIGH_HZ[row.index(name)]


def key_tones(law: Law, key: str, held_ms: int) -> tuple[KeyFrame, ...]:
    """The packets of one key press, one for each 20 ms: silence, both tones for ``held_ms``, silence.

    ``held_ms`` is rounded up to 20 ms. Raises ValueError as ``tones_of``, or for a length outside 80 to 8,000 ms.
    """
    check_held(held_ms, LEAST_MS)
    length = -(-held_ms // 20) * FRAME_SAMPLES
    low, high = (sine(hz, RATE_HZ, length, LEVEL_DBFS) for hz in tones_of(key))
    silence: Samples = np.zeros(round(SILENCE_S * RATE_HZ), dtype=np.int16)
    coded = encode(law, np.concatenate((silence, low + high, silence)))
    up_at = (len(silence) + length) // FRAME_SAMPLES * FRAME_SAMPLES
    return tuple(
        KeyFrame(coded[at : at + FRAME_SAMPLES], key_up=at == up_at) for at in range(0, len(coded), FRAME_SAMPLES)
    )
