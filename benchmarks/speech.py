"""How near do a recording's speech facts come to the truth, and what do they cost? Conversations whose truth is known, by seeds.

``python -m benchmarks.speech`` prints the tables; ``--document`` writes them into docs/recordings-speech.md between its two marks.
"""

from __future__ import annotations

import argparse
import platform
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Final

from ari_app.adapters.voice_activity import SpeechMeter, speech_meter
from benchmarks.conversation import Conversation, Line, Side, Stage, Truth
from recordings.record import SpeechFacts
from recordings.speech import spurts
from recordings.stretches import both, total_s

DOCUMENT: Final = Path(__file__).parents[1] / "docs/recordings-speech.md"
BEGIN, END = "<!-- made by benchmarks/speech.py -->", "<!-- end -->"
SHARES: Final = ("caller_talk", "operator_talk", "over_talk", "silence", "hold")
INTERRUPTIONS: Final = ("interruptions_by_caller", "interruptions_by_operator")
LINES: Final = {
    "noise of -50 dBFS (as above)": Line(),
    "noise of -40 dBFS": Line(noise_dbfs=-40.0),
    "noise of -35 dBFS": Line(noise_dbfs=-35.0),
    "noise of -30 dBFS": Line(noise_dbfs=-30.0),
    "echo 40 dB below the operator": Line(echo_db=-40.0),
    "echo 30 dB below": Line(echo_db=-30.0),
    "echo 20 dB below": Line(echo_db=-20.0),
    "echo 10 dB below": Line(echo_db=-10.0),
}
LINES_SEEDS: Final = (1, 2, 3, 4)
LINES_LENGTH_S: Final = 180.0
FIGURES: Final = tuple(field.name for field in fields(Truth))


@dataclass(frozen=True)
class Measured:
    """One conversation: the truth, what was measured, the share of its music that counted as the operator's speech, and the share
    that would have without the call's events."""

    seed: int
    length_s: float
    truth: Truth
    facts: SpeechFacts
    took_s: float
    music_counted: float
    music_by_ear: float

    def error(self, figure: str) -> float:
        """Measured less true."""
        return float(getattr(self.facts, figure) - getattr(self.truth, figure))


def conversation(seed: int, length_s: float, line: Line | None = None) -> Conversation:
    """Turns with all that happens between two who talk, for about ``length_s``. One hold, and one mute, at least."""
    stage = Stage(seed, line)
    happens = [*[turn] * 8, *[interruption, backchannel] * 2, over_talk, long_silence, hold, mute]
    for one in (turn, interruption, hold, backchannel, over_talk, mute):
        one(stage)
    while stage.at_s < length_s:
        stage.chance.choice(happens)(stage)
    return stage.finished()


def turn(stage: Stage) -> None:
    """One side says one to three things; it begins after a usual gap, or a breath before the other has ended."""
    side = _side(stage)
    begins_s = stage.at_s + stage.chance.uniform(0.25 if side == stage.last_side else -0.15, 1.2)
    for _ in range(stage.chance.randint(1, 3)):
        stage.lay(side, stage.clip(side, 0.8, 12.0), begins_s)
        begins_s = stage.at_s + stage.chance.uniform(0.25, 0.8)


def interruption(stage: Stage) -> None:
    """While one has spoken for a while the other begins; the first falls silent, the other goes on."""
    first, other = _both(stage)
    begins_s = stage.at_s + stage.chance.uniform(0.4, 1.0)
    spoken_s, overlap_s = stage.chance.uniform(0.8, 1.2), stage.chance.uniform(0.5, 1.2)
    stage.lay(first, stage.clip(first, 2.5, 12.0, first_spurt_s=2.45).cut(spoken_s + overlap_s), begins_s)
    stage.lay(other, stage.clip(other, 2.0, 12.0, first_spurt_s=2.0), begins_s + spoken_s)
    stage.interruptions[other] += 1


def backchannel(stage: Stage) -> None:
    """A word while the other speaks, who goes on."""
    first, other = _both(stage)
    begins_s = stage.at_s + stage.chance.uniform(0.4, 1.0)
    stage.lay(first, stage.clip(first, 2.5, 12.0, first_spurt_s=2.4), begins_s)
    stage.lay(other, stage.clip(other, 0.2, 0.45), begins_s + stage.chance.uniform(0.7, 1.2))


def over_talk(stage: Stage) -> None:
    """Both speak, and the one who began later gives up: no interruption."""
    first, other = _both(stage)
    begins_s = stage.at_s + stage.chance.uniform(0.4, 1.0)
    spoken = stage.clip(first, 2.6, 12.0, first_spurt_s=2.6)
    stage.lay(first, spoken, begins_s)
    late_s = stage.chance.uniform(0.6, 0.9)
    stage.lay(
        other, stage.clip(other, 1.2, 12.0, first_spurt_s=1.2).cut(stage.chance.uniform(0.7, 1.1)), begins_s + late_s
    )


def long_silence(stage: Stage) -> None:
    """Nobody says anything: the operator looks something up."""
    stage.at_s += stage.chance.uniform(2.0, 8.0)


def hold(stage: Stage) -> None:
    """Music; half of the callers say something to themselves."""
    begins_s = stage.at_s + stage.chance.uniform(0.5, 1.5)
    ends_s = begins_s + stage.chance.uniform(15.0, 40.0)
    if stage.chance.random() < 0.5:
        stage.lay(0, stage.clip(0, 1.0, 5.0), begins_s + 5.0)
    stage.holds.append((begins_s, ends_s))
    stage.at_s = ends_s + stage.chance.uniform(0.3, 1.0)


def mute(stage: Stage) -> None:
    """A card's number is said; the recording hears nothing of it."""
    begins_s = stage.at_s + stage.chance.uniform(0.5, 1.0)
    stage.lay(0, stage.clip(0, 3.0, 8.0), begins_s + 0.5)
    stage.at_s += 0.5
    stage.mutes.append((begins_s, stage.at_s))


def _side(stage: Stage) -> Side:
    return 1 if stage.chance.random() < 0.55 else 0


def _both(stage: Stage) -> tuple[Side, Side]:
    return (0, 1) if _side(stage) == 0 else (1, 0)


def measure(seed: int, length_s: float, line: Line | None = None) -> Measured:
    """One conversation, measured as the pipeline does. Raises NoAnalysis."""
    made, meter = conversation(seed, length_s, line), speech_meter()
    began = time.perf_counter()
    for part in made.parts():
        meter.feed(part)
    facts = meter.facts(made.segments, made.muted, made.length_s)
    took_s = time.perf_counter() - began
    return Measured(seed, made.length_s, made.truth, facts, took_s, *_music_as_speech(made, meter))


def _music_as_speech(made: Conversation, meter: SpeechMeter) -> tuple[float, float]:
    """The share of the music that counts as speech, and that which the model alone takes for it."""
    by_ear = both(spurts(meter.activity()[1]), made.held)
    talked = [(segment.from_s, segment.to_s) for segment in made.segments if segment.stage == "talk"]
    return total_s(both(by_ear, talked)) / total_s(made.held), total_s(by_ear) / total_s(made.held)


def errors(measured: Sequence[Measured]) -> str:
    """Each figure's mean and its error over all conversations, as a Markdown table."""
    lines = ["| figure | true, mean | measured, mean | error, mean | error, greatest |", "|---|---|---|---|---|"]
    for figure in FIGURES:
        true, got = (fmean(getattr(side, figure) for side in sides) for sides in _sides(measured))
        all_errors = [one.error(figure) for one in measured]
        lines.append(
            f"| `{figure}` | {true:.3f} | {got:.3f} | {fmean(all_errors):+.3f} | {max(all_errors, key=abs):+.3f} |"
        )
    return "\n".join(lines)


def _sides(measured: Sequence[Measured]) -> tuple[list[Truth], list[SpeechFacts]]:
    return [one.truth for one in measured], [one.facts for one in measured]


def each(measured: Sequence[Measured]) -> str:
    """True and measured of every conversation, as a Markdown table."""
    shown = (*SHARES[:4], "longest_silence_s", *INTERRUPTIONS)
    lines = [
        "| seed | length, s | " + " | ".join(f"`{name}`" for name in shown) + " |",
        "|---" * (len(shown) + 2) + "|",
    ]
    for one in measured:
        cells = [_cell(getattr(one.truth, name), getattr(one.facts, name)) for name in shown]
        lines.append(f"| {one.seed} | {one.length_s:.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(true: float, got: float) -> str:
    return f"{true} / {got}" if isinstance(true, int) else f"{true:.3f} / {got:.3f}"


def lines(seeds: Sequence[int], length_s: float) -> str:
    """The greatest error of any share on better and worse lines, as a Markdown table."""
    rows = ["| line | greatest error | of | interruptions, true / measured |", "|---|---|---|---|"]
    for name, line in LINES.items():
        measured = [measure(seed, length_s, line) for seed in seeds]
        worst, figure = max((abs(one.error(figure)), figure) for one in measured for figure in SHARES)
        true, got = (sum(getattr(side, name) for side in sides for name in INTERRUPTIONS) for sides in _sides(measured))
        rows.append(f"| {name} | {worst:.3f} | `{figure}` | {true} / {got} |")
    return "\n".join(rows)


def summary(measured: Sequence[Measured], on_lines: str) -> str:
    """What stands in the document between the marks."""
    lengths_s, took_s = [one.length_s for one in measured], sum(one.took_s for one in measured)
    return f"""\
{len(measured)} conversations of {min(lengths_s) / 60:.1f} to {max(lengths_s) / 60:.1f} minutes, {sum(lengths_s) / 60:.0f}
minutes in all. Errors are measured less true.

{errors(measured)}

Of each conversation, true / measured:

{each(measured)}

Music on hold that counted as the operator's speech: {fmean(one.music_counted for one in measured):.2%} of it
({max(one.music_counted for one in measured):.2%} in the worst conversation). By the sound alone, without the call's events, it
would have been {fmean(one.music_by_ear for one in measured):.2%} ({max(one.music_by_ear for one in measured):.2%}).

On other lines, {len(LINES_SEEDS)} conversations of {LINES_LENGTH_S / 60:.0f} minutes each:

{on_lines}

Both sides together are measured {sum(lengths_s) / took_s:.0f} times as fast as they were spoken, on one core \
({platform.machine()}, Python {platform.python_version()})."""


def main() -> None:
    """Print the tables, or write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--conversations", type=int, default=12)
    parser.add_argument("--document", action="store_true", help=f"write the tables into {DOCUMENT.name}")
    asked = parser.parse_args()
    lengths = [180.0 + 420.0 * number / max(1, asked.conversations - 1) for number in range(asked.conversations)]
    measured = [measure(seed, length_s) for seed, length_s in enumerate(lengths, start=1)]
    text = summary(measured, lines(LINES_SEEDS, LINES_LENGTH_S))
    print(text)
    if asked.document:
        page = DOCUMENT.read_text(encoding="utf-8")
        written = re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{text}\n{END}", page, flags=re.DOTALL)
        DOCUMENT.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
