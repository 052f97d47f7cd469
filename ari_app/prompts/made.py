"""Which audio has been made, from which text, with which voice; and which is somebody's own recording? prompts/made.json."""

from __future__ import annotations

import hashlib
import json
import os
import wave
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from ari_app.centre_checks import why_not_playable
from ari_app.prompts.wanted import Wanted
from ivr_flows.problems import BadFile, Problem

_FILE: Final = "made.json"


class State(Enum):
    """How a wanted file stands. STAND_IN: it says the text, with the voice for want of a better one."""

    CURRENT = "is as wanted"
    STAND_IN = "is spoken by the voice that stands in"
    OWN = "is a recording of your own"
    STALE = "says another text, or with another voice"
    MISSING = "is missing"
    UNPLAYABLE = "cannot be played"


@dataclass(frozen=True, slots=True)
class Made:
    """An entry of made.json; its README describes each field."""

    engine: str
    phonemes: str
    seconds: float
    sha256_audio: str
    sha256_text_voice: str
    text: str
    voice: str


class MadeFiles:
    """made.json of the centre in ``folder``, read once, written after each change. Raises BadFile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "prompts" / _FILE
        self._entries = self._read()
        self._blocks = {key: _block(key, entry) for key, entry in self._entries.items()}

    def state(self, one: Wanted, wanted_voice: str, stand_in: str) -> State:
        """A file whose audio is not the one noted was put there by somebody, and is theirs."""
        audio = one.audio(self._folder)
        if not audio.exists():
            return State.MISSING
        if why_not_playable(audio):
            return State.UNPLAYABLE
        entry = self._entries.get(one.key)
        if entry is None or entry.sha256_audio != hashlib.sha256(audio.read_bytes()).hexdigest():
            return State.OWN
        if entry.sha256_text_voice == text_voice(one.text, wanted_voice):
            return State.CURRENT
        return State.STAND_IN if entry.sha256_text_voice == text_voice(one.text, stand_in) else State.STALE

    def put(self, one: Wanted, audio: bytes, *, engine: str, voice: str, prepared: str) -> None:
        """Move ``audio`` into its place, and note of what it was made."""
        path = one.audio(self._folder)
        _replace(path, audio)
        self._entries[one.key] = Made(
            engine=engine,
            phonemes=prepared,
            seconds=round(_seconds(path), 2),
            sha256_audio=hashlib.sha256(audio).hexdigest(),
            sha256_text_voice=text_voice(one.text, voice),
            text=one.text,
            voice=voice,
        )
        self._blocks[one.key] = _block(one.key, self._entries[one.key])
        _replace(
            self._path, ("{\n" + ",\n".join(block for _, block in sorted(self._blocks.items())) + "\n}\n").encode()
        )

    def _read(self) -> dict[str, Made]:
        if not self._path.exists():
            return {}
        try:
            entries: dict[str, dict[str, Any]] = json.loads(self._path.read_text("utf-8"))
            return {key: Made(**entry) for key, entry in entries.items()}
        except (ValueError, TypeError, AttributeError) as bad:
            line = bad.lineno if isinstance(bad, json.JSONDecodeError) else 1
            remedy = "take back its last good version; without it every file would count as a recording of your own"
            raise BadFile([Problem(str(self._path), line, "", f"cannot be read ({bad})", remedy)]) from bad


def _block(key: str, entry: Made) -> str:
    """An entry as it stands in the file; each is put in words once, since the file is written after every single prompt."""
    written = json.dumps(asdict(entry), ensure_ascii=False, indent=2, sort_keys=True)
    return f"  {json.dumps(key)}: {written}".replace("\n", "\n  ")


def text_voice(text: str, voice: str) -> str:
    """The hash by which a change of text or voice is found."""
    return hashlib.sha256(f"{text}\n{voice}".encode()).hexdigest()


def _seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def _replace(path: Path, content: bytes) -> None:
    """Write all of ``path`` or nothing: Asterisk may be playing the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.write_bytes(content)
    making.replace(path)
