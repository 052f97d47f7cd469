"""What the tests of spoken prompts share: a small centre, and looking at audio."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from ari_app.cli import cli

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


def demo_without_audio(folder: Path) -> Path:
    """A copy of the demo centre that has only texts, spoken by espeak-ng."""
    ignored = shutil.ignore_patterns("prompts", "voices.yaml")
    return Path(shutil.copytree(DEMO, folder / "centre", ignore=ignored))


def centralita(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["prompts", *arguments])


def samples(audio: Path) -> NDArray[np.float64]:
    """Of a file that Asterisk can play, from -1 to 1."""
    with wave.open(str(audio), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def speech_rms_db(heard: NDArray[np.float64]) -> float:
    """Of the frames of 20 ms that are less than 30 dB below the loudest."""
    power = np.mean(heard[: len(heard) // 160 * 160].reshape(-1, 160) ** 2, axis=1)
    return float(10 * np.log10(np.mean(power[power > power.max() / 1000])))
