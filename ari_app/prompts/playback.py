"""What is heard of a prompt or a value, as one file that any player takes?"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

from ari_app.centre import Centre
from ari_app.centre_checks import why_not_playable
from ari_app.prompts.sound import as_wav
from ari_app.prompts.wanted import SAID
from ivr_flows.saying import SaidAs, pieces


class NotPlayable(Exception):
    """It cannot be played here. The message says why and what to do."""


def prompt_files(centre: Centre, prompt: str, language: str) -> list[Path]:
    """The files that a prompt consists of. Raises NotPlayable, and centre.UnknownPrompt."""
    names = [media.removeprefix("sound:") for media in centre.prompt_media(prompt, language)]
    inside = [name for name in names if not Path(name).is_absolute()]
    if inside:
        raise NotPlayable(f"{prompt} is Asterisk's own recording {', '.join(inside)}; it is heard in calls only")
    return [Path(f"{name}.wav") for name in names]


def value_files(folder: Path, kind: SaidAs, value: str, language: str) -> list[Path]:
    """The pieces that say ``value``. Raises NotPlayable."""
    said = pieces(kind, value, language)
    if said is None:
        raise NotPlayable(f"{value!r} cannot be said as {kind} in {language!r}; nothing would be heard")
    return [folder.resolve() / "prompts" / language / SAID / f"{piece}.wav" for piece in said]


def as_one_file(files: Sequence[Path]) -> bytes:
    """All of them, one after the other, as they are played in a call. Raises NotPlayable."""
    pcm = b""
    for path in files:
        if why := why_not_playable(path):
            raise NotPlayable(f"{path} {why}; `centralita prompts build` makes it")
        with wave.open(str(path), "rb") as file:
            pcm += file.readframes(file.getnframes())
    return as_wav(pcm)
