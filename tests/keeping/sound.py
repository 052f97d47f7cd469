"""What is heard in a recording that was stored? Unsealed with the test's private key, decoded with PyAV."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyrage

from ari_app.adapters.opus_file import as_wav
from recordings.wav import RATE_HZ
from sip_agents.tones import is_silent, tones_in
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
STRANGER = pyrage.x25519.Identity.generate()
TONES = (CALLER_HZ, OPERATOR_HZ, 1000.0, 1300.0)


def unsealed(sealed: bytes, identity: str = str(IDENTITY)) -> bytes:
    """The Opus file. Raises pyrage.DecryptError for another's key, or for what is not what was sealed."""
    opened: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    return opened


def heard(opus: bytes) -> npt.NDArray[np.int16]:
    """Rows of left and right."""
    wav = b"".join(as_wav(io.BytesIO(opus)))
    return np.frombuffer(wav[44:], "<i2").reshape(-1, 2)


def stored_sound(folder: Path, key: str) -> npt.NDArray[np.int16]:
    """What is heard of an object in a folder's store."""
    return heard(unsealed((folder / key).read_bytes()))


def tones(sound: npt.NDArray[np.int16], from_s: float = 0.0, to_s: float | None = None) -> list[list[float]]:
    """Which tones are heard left and right in that stretch."""
    cut = sound[round(from_s * RATE_HZ) : None if to_s is None else round(to_s * RATE_HZ)]
    return [sorted(tones_in(cut[:, side], RATE_HZ, TONES)) for side in (0, 1)]


def silent(sound: npt.NDArray[np.int16], from_s: float, to_s: float) -> list[bool]:
    """Which sides are silent in that stretch."""
    cut = sound[round(from_s * RATE_HZ) : round(to_s * RATE_HZ)]
    return [is_silent(cut[:, side]) for side in (0, 1)]
