"""How is the missing audio of a centre made? Each text once, whatever file it stands in: what was made is kept in the cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.prompts.engines import Engines
from ari_app.prompts.made import MadeFiles, State
from ari_app.prompts.sound import NoSpeech, after_first_word, before_last_word, finished
from ari_app.prompts.speaking import CannotSpeak, Engine
from ari_app.prompts.wanted import Wanted

_PROCESSING: Final = "1"
"""Changed with sound.py or wanted.py, so that what the cache holds from before is not used any more."""


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one: made by ``voice``, taken from the cache, or not made (``problem``)."""

    one: Wanted
    voice: str = ""
    cached: bool = False
    problem: str | None = None


def states(wanted: Sequence[Wanted], made: MadeFiles, engines: Engines) -> dict[str, State]:
    """How each wanted file stands, by its key."""
    return {
        one.key: made.state(one, engines.wanted_voice(one.language), engines.stand_in_voice(one.language))
        for one in wanted
    }


def build(todo: Sequence[Wanted], made: MadeFiles, engines: Engines, cache: Path) -> Iterator[Built]:
    """Make each of ``todo``, telling of each. Raises BadFile when no engine speaks its language."""
    for one in todo:
        engine = engines.engine(one.language)
        try:
            prepared = engine.prepared(one.said_text)
            audio, cached = _audio(one, engine, prepared, cache)
        except (CannotSpeak, NoSpeech) as failed:
            yield Built(one, problem=f"{one.place or one.key}: {failed}")
            continue
        made.put(one, audio, engine=engine.name, voice=engine.voice, prepared=prepared)
        yield Built(one, engine.voice, cached)


def _audio(one: Wanted, engine: Engine, prepared: str, cache: Path) -> tuple[bytes, bool]:
    """The file's content, and whether it had been made before."""
    cut = f"{one.cut_first} {one.cut_last}"
    made_of = "\n".join((_PROCESSING, engine.name, engine.voice, repr(one.edges), cut, prepared))
    kept = cache / f"{hashlib.sha256(made_of.encode()).hexdigest()}.wav"
    if kept.exists():
        return kept.read_bytes(), True
    samples = engine.spoken(prepared)
    samples = after_first_word(samples) if one.cut_first else samples
    audio = finished(before_last_word(samples) if one.cut_last else samples, one.edges)
    cache.mkdir(parents=True, exist_ok=True)
    making = kept.with_name(f"{kept.name}.{os.getpid()}")
    making.write_bytes(audio)
    making.replace(kept)
    return audio, False
