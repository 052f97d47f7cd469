"""How does espeak-ng speak? A robot, but one that is always there: the library comes with a Python package.

Called through its C interface (speak_lib.h, API 12), which keeps one voice in memory for the whole process.
"""

from __future__ import annotations

import ctypes
from typing import Final

import espeakng_loader
import numpy as np

from ari_app.prompts.sound import Samples, to_telephone
from ari_app.prompts.speaking import CannotSpeak

_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: the samples come to the callback before espeak_Synth returns
_DONT_EXIT: Final = 0x8000
_UTF_8: Final = 1
_RATE: Final = 1
_WORDS_A_MINUTE: Final = 150
_CALLBACK: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """Speaks with one voice of espeak-ng. Raises CannotSpeak when the library or the voice cannot be used."""

    name = "espeak-ng 1.52"

    def __init__(self, voice: str) -> None:
        self.voice = voice
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
        self._rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT)
        if self._rate_hz <= 0:
            raise CannotSpeak(
                f"espeak-ng cannot use {data}", "install espeakng-loader again, in a folder with a short path"
            )
        self._use_voice()

    def prepared(self, text: str) -> str:
        """What is given to the engine: the text itself."""
        return text

    def spoken(self, prepared: str) -> Samples:
        """``prepared``, at 8 kHz."""
        self._use_voice()
        heard: list[Samples] = []

        def take(samples: ctypes._Pointer[ctypes.c_short] | None, count: int, _events: int | None) -> int:
            if samples and count:
                heard.append(np.ctypeslib.as_array(samples, (count,)) / 32768.0)
            return 0

        callback = _CALLBACK(take)
        self._library.espeak_SetSynthCallback(callback)
        text = prepared.encode()
        # text, size, position, its type, end position, flags, unique id, user data
        failed = self._library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, _UTF_8, None, None)
        self._library.espeak_Synchronize()
        if failed or not heard:
            raise CannotSpeak(f"espeak-ng said nothing for {prepared!r}", "write words that can be spoken")
        return to_telephone(np.concatenate(heard), self._rate_hz)

    def _use_voice(self) -> None:
        if self._library.espeak_SetVoiceByName(self.voice.encode()) != 0:
            raise CannotSpeak(f"espeak-ng has no voice {self.voice!r}", "name one such as es, es-419 or en-us")
        self._library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
