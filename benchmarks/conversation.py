"""What would a recording be in which everything about who speaks when is known? Made from the demo's spoken prompts, by a seed.

The caller speaks English and the operator Spanish (two voices). Each prompt's own silence at both ends is cut off, and its pauses
are known by its energy, so the truth is exact to 10 ms. The truth is counted here, sample by sample and from what was laid on
purpose; nothing of ``recordings.speech`` is used. Line noise lies under both sides, levels differ, music plays during hold, all of
it goes through G.711 once, and the call's events are a little off, as they are in life.
"""

from __future__ import annotations

import random
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recordings.record import Segment
from sip_agents.g711 import LAWS, RATE_HZ, decode, encode

Sound: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Side: TypeAlias = Literal[0, 1]
PROMPTS: Final = Path(__file__).parents[1] / "centres/valdeluna/prompts"
MUSIC: Final = ".cache/centralita/*/usr/share/asterisk/moh/*.wav"
LANGUAGES: Final = ("en", "es")
STEP: Final = RATE_HZ // 100
"""Samples in which energy is taken: 10 ms."""
SPEECH_DB: Final = -40.0
"""Below the loudest 10 ms of its prompt, a stretch is a pause."""
PAUSE_S: Final = 0.2
"""As in docs/recordings-speech.md: a shorter pause belongs to speech."""
EVENTS_OFF_S: Final = 0.1
"""How far the noted begin or end of a hold may be from the sound's."""
ECHO_S: Final = 0.06
LOUDNESS_DBFS: Final = ((-34.0, -18.0), (-28.0, -18.0))
"""Callers' lines differ more than operators' headsets. Of the speech alone, RMS."""
MUSIC_DBFS: Final = -24.0


@dataclass(frozen=True, slots=True)
class Line:
    """What a telephone line adds: noise on both sides, and on the caller's the operator's voice, so much (dB) less loud."""

    noise_dbfs: float = -50.0
    echo_db: float | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """One spoken text, at an RMS of 1 while it speaks; ``speaks`` for each sample."""

    sound: Sound
    speaks: Mask

    @property
    def length_s(self) -> float:
        return len(self.sound) / RATE_HZ

    def first_spurt_s(self) -> float:
        """How long it speaks before its first pause."""
        pauses = np.flatnonzero(~self.speaks)
        return (int(pauses[0]) if len(pauses) else len(self.speaks)) / RATE_HZ

    def cut(self, to_s: float) -> Clip:
        """Only its beginning, as of somebody who falls silent."""
        end = round(to_s * RATE_HZ)
        return Clip(self.sound[:end], self.speaks[:end])


@dataclass(frozen=True, slots=True)
class Truth:
    """What a perfect listener would tell; the names are those of ``SpeechFacts``."""

    caller_talk: float
    operator_talk: float
    over_talk: float
    silence: float
    hold: float
    interruptions_by_caller: int
    interruptions_by_operator: int
    longest_silence_s: float


@dataclass(frozen=True, slots=True)
class Conversation:
    """A recording's frames, of shape (n, 2), who speaks in each of them, what its call's notes would say, when music did play, and
    the truth."""

    frames: NDArray[np.int16]
    speaks: Mask
    segments: tuple[Segment, ...]
    held: tuple[tuple[float, float], ...]
    muted: tuple[tuple[float, float], ...]
    truth: Truth

    @property
    def length_s(self) -> float:
        return len(self.frames) / RATE_HZ

    def parts(self, frames: int = 4_096) -> Iterator[NDArray[np.int16]]:
        """The sound as a reader of the raw file gives it."""
        for start in range(0, len(self.frames), frames):
            yield self.frames[start : start + frames]


def clip_of(path: Path) -> Clip:
    """A spoken text without the silence at its ends."""
    sound = _read(path)
    steps = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    power_db = 10 * np.log10((steps**2).mean(axis=1) + 1e-12)
    active = np.flatnonzero(power_db > power_db.max() + SPEECH_DB)
    speaks = np.zeros(len(steps), dtype=bool)
    for here, following in zip(active, [*active[1:], active[-1] + 1], strict=True):
        speaks[here : following if (following - here - 1) * STEP < PAUSE_S * RATE_HZ else here + 1] = True
    first, last = int(active[0]), int(active[-1]) + 1
    mask = np.repeat(speaks[first:last], STEP)
    words = sound[first * STEP : last * STEP]
    return Clip(words / np.sqrt((words[mask] ** 2).mean()), mask)


@cache
def clips(language: str) -> list[Clip]:
    """All that is spoken in ``language``, shortest first."""
    return sorted(
        (clip_of(path) for path in sorted((PROMPTS / language).rglob("*.wav"))), key=lambda clip: clip.length_s
    )


def music(chance: random.Random, wanted: int) -> Sound:
    """So many samples of Asterisk's own music on hold where it has been fetched (RMS 1); chords of a synthesiser elsewhere."""
    found = sorted(Path.home().glob(MUSIC))
    if found:
        whole = _read(chance.choice(found))
        start = chance.randrange(max(1, len(whole) - wanted))
        sound = np.resize(whole[start:], wanted)
    else:
        sound = chords(chance, wanted)
    rms: float = np.sqrt((sound**2).mean() + 1e-12)
    return sound / rms


def chords(chance: random.Random, samples: int) -> Sound:
    """Three notes at a time, with harmonics, struck anew twice a second."""
    at = np.arange(RATE_HZ // 2) / RATE_HZ
    struck = []
    for _ in range(-(-samples // len(at))):
        notes = [220.0 * 2 ** (chance.choice((0, 3, 5, 7, 10, 12)) / 12) for _ in range(3)]
        struck.append(sum(np.sin(2 * np.pi * note * n * at) / n for note in notes for n in (1, 2, 3)) * np.exp(-2 * at))
    return np.concatenate(struck)[:samples]


def _read(path: Path) -> Sound:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768


class Stage:
    """Where clips are laid on two sides in order of time, until ``finished``."""

    def __init__(self, seed: int, line: Line | None = None) -> None:
        self.chance = random.Random(seed)
        self.line = line or Line()
        self.clips = [clips(language) for language in LANGUAGES]
        self.at_s = 1.0
        self.interruptions = [0, 0]
        self.holds: list[tuple[float, float]] = []
        self.mutes: list[tuple[float, float]] = []
        self._laid: list[tuple[Side, float, Clip]] = []

    def clip(self, side: Side, least_s: float, most_s: float, first_spurt_s: float = 0.0) -> Clip:
        """One of a side's that lasts so long, and speaks on for ``first_spurt_s`` without a pause."""
        return self.chance.choice(
            [
                clip
                for clip in self.clips[side]
                if least_s <= clip.length_s <= most_s and clip.first_spurt_s() >= first_spurt_s
            ]
        )

    @property
    def last_side(self) -> Side | None:
        """Who was laid last."""
        return self._laid[-1][0] if self._laid else None

    def lay(self, side: Side, clip: Clip, at_s: float) -> None:
        """Have ``side`` say it from there."""
        self._laid.append((side, at_s, clip))
        self.at_s = max(self.at_s, at_s + clip.length_s)

    def finished(self) -> Conversation:
        """The recording, with a second of nothing at its end."""
        samples = round((self.at_s + 1.0) * RATE_HZ)
        sound, speaks = self._spoken(samples)
        for start_s, end_s in self.holds:
            span = _span(start_s, end_s)
            sound[span, 1] = 10 ** (MUSIC_DBFS / 20) * music(self.chance, span.stop - span.start)
        return Conversation(
            frames=_as_recorded(self._over_the_line(sound), self.mutes, self.chance),
            speaks=speaks,
            segments=self._segments(samples / RATE_HZ),
            held=tuple(self.holds),
            muted=tuple(self.mutes),
            truth=self._truth(speaks),
        )

    def _spoken(self, samples: int) -> tuple[Sound, Mask]:
        sound, speaks = np.zeros((samples, 2)), np.zeros((samples, 2), dtype=bool)
        loud = [10 ** (self.chance.uniform(*LOUDNESS_DBFS[side]) / 20) for side in (0, 1)]
        for side, at_s, clip in self._laid:
            start = round(at_s * RATE_HZ)
            sound[start : start + len(clip.sound), side] += loud[side] * clip.sound
            speaks[start : start + len(clip.speaks), side] |= clip.speaks
        return sound, speaks

    def _over_the_line(self, sound: Sound) -> Sound:
        noise = np.random.default_rng(self.chance.randrange(2**32)).normal(size=sound.shape)
        over = sound + 10 ** (self.line.noise_dbfs / 20) * noise
        if self.line.echo_db is not None:
            late = round(ECHO_S * RATE_HZ)
            over[late:, 0] += 10 ** (self.line.echo_db / 20) * sound[:-late, 1]
        return over

    def _segments(self, length_s: float) -> tuple[Segment, ...]:
        noted = (edge + self.chance.uniform(-EVENTS_OFF_S, EVENTS_OFF_S) for hold in self.holds for edge in hold)
        edges = [0.0, *noted, length_s]
        return tuple(
            Segment("hold" if number % 2 else "talk", start, end) for number, (start, end) in enumerate(pairwise(edges))
        )

    def _truth(self, speaks: Mask) -> Truth:
        held, muted = (np.zeros(len(speaks), dtype=bool) for _ in range(2))
        for mask, spans in ((held, self.holds), (muted, self.mutes)):
            for start_s, end_s in spans:
                mask[_span(start_s, end_s)] = True
        caller, operator = (speaks[:, side] & ~held & ~muted for side in (0, 1))
        silent = ~(caller | operator | held | muted)
        return Truth(
            caller_talk=float(caller.mean()),
            operator_talk=float(operator.mean()),
            over_talk=float((caller & operator).mean()),
            silence=float(silent.mean()),
            hold=float(held.mean()),
            interruptions_by_caller=self.interruptions[0],
            interruptions_by_operator=self.interruptions[1],
            longest_silence_s=_longest(silent) / RATE_HZ,
        )


def _span(start_s: float, end_s: float) -> slice:
    return slice(round(start_s * RATE_HZ), round(end_s * RATE_HZ))


def _longest(mask: Mask) -> int:
    """The longest run of True, in samples."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _as_recorded(sound: Sound, mutes: list[tuple[float, float]], chance: random.Random) -> NDArray[np.int16]:
    """Through G.711, each side by a law of its own, as a telephone network does it; what is muted is silence afterwards."""
    samples = np.clip(np.round(sound * 32768), -32768, 32767).astype(np.int16)
    heard = np.empty_like(samples)
    for side in (0, 1):
        law = chance.choice(LAWS)
        heard[:, side] = decode(law, encode(law, np.ascontiguousarray(samples[:, side])))
    for start_s, end_s in mutes:
        heard[_span(start_s, end_s)] = 0
    return heard
