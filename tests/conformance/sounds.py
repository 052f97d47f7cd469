"""Which sounds do the scenarios play? Tones, so that it is measured who hears what."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

from sip_agents.tones import sine

CALLER_HZ, MEMBER_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
QUEUE_SOUND_HZ, CALL_SOUND_HZ = 700.0, 900.0
ALL_HZ: Final = (CALLER_HZ, MEMBER_HZ, OTHER_HZ, QUEUE_SOUND_HZ, CALL_SOUND_HZ)
TOLD: Final = "queue_membersub"
"""The prompt that the engine says to the operator who answers in the queue ``membersub``."""
GOODBYE: Final = "waited_long_enough"
"""What the engine says to a caller who has waited so long; short, for the sake of the tests' time."""
_TONES: Final = {
    "tone_one": (QUEUE_SOUND_HZ, 0.8),
    "tone_two": (CALL_SOUND_HZ, 0.8),
    TOLD: (QUEUE_SOUND_HZ, 0.8),
    GOODBYE: (CALL_SOUND_HZ, 0.1),
}
PROMPTS: Final = {name: {language: {"text": "(a tone)"} for language in ("es", "en")} for name in _TONES}


def write_sounds(centre: Path) -> None:
    """A recording of each tone among the centre's prompts."""
    for name, (hz, length_s) in _TONES.items():
        for language in ("es", "en"):
            with wave.open(str(centre / "prompts" / language / f"{name}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(sine(hz, 8000, int(8000 * length_s)).astype("<i2").tobytes())
