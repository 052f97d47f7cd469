"""Who spoke how much, at once with whom, and who took whose turn? Voice activity and a call's events become SpeechFacts. Pure.

All definitions of docs/recordings-speech.md stand here, once. *Spurt*: a stretch in which one side speaks, its short pauses
filled in (``spurts``). *Conversation*: the time in which caller and operator could hear each other: the whole length but hold,
consultations, a flow's prompts, and what was muted. Hold is known from the call's events, never from the sound: music is on the
operator's side then. Only what is said within the conversation counts, and every share is one of the recording's **whole length**.
So ``caller_talk + operator_talk - over_talk + silence + hold`` is 1, less what flows and mutes take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from recordings.notes import Stage
from recordings.record import Segment, SpeechFacts
from recordings.stretches import Stretch, both, tidy, total_s, without

SPEAKS_FROM: Final = 0.5
SPEAKS_UNTIL: Final = 0.35
"""A side begins to speak at the first probability and stops below the second: the defaults of Silero VAD's own timestamps. Two
thresholds, so that one that wavers about the middle does not chop a word."""
FILLED_PAUSE_S: Final = 0.2
"""Shorter pauses belong to speech: closures of stops and breath, not an offer of the turn. Brady, "A statistical analysis of
on-off patterns in 16 conversations", Bell System Technical Journal 47 (1968), fills in up to 200 ms; ITU-T P.56's hangover is as
long."""
LEAST_SPURT_S: Final = 0.1
"""Shorter ones are clicks. The shortest word that is told apart here, a "sí", lasts twice as long."""
SPOKEN_BEFORE_S: Final = 0.5
"""Whoever has spoken for less when the other begins has begun at the same time, and nobody interrupted."""
LEAST_OVERLAP_S: Final = 0.3
"""A shorter overlap is how turns usually change: the next speaker foresees the end (Levinson and Torreira, "Timing in turn-taking
and its implications for processing models of language", Frontiers in Psychology 6:731, 2015)."""
YIELDS_WITHIN_S: Final = 2.0
"""Whoever speaks on for longer was not stopped by the other's beginning."""
TAKES_TURN_S: Final = 0.5
"""So long the other goes on, and whoever stopped stays silent: a "sí" between (a backchannel) takes no turn, nor does a breath."""
_HOLD: Final[frozenset[Stage]] = frozenset({"hold", "consult"})
_NO_CONVERSATION: Final[frozenset[Stage]] = _HOLD | {"flow"}


class Activity:
    """One side's speech, from probabilities that come one every ``step_s``. Only the stretches are kept."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._steps = 0
        self._began: int | None = None
        self._ended: list[Stretch] = []

    def hear(self, probability: float) -> None:
        """That there was speech in the next step."""
        if self._began is None and probability >= SPEAKS_FROM:
            self._began = self._steps
        elif self._began is not None and probability < SPEAKS_UNTIL:
            self._ended.append((self._began * self._step_s, self._steps * self._step_s))
            self._began = None
        self._steps += 1

    def stretches(self) -> list[Stretch]:
        """So far, one that still goes on included."""
        if self._began is None:
            return list(self._ended)
        return [*self._ended, (self._began * self._step_s, self._steps * self._step_s)]


def spurts(activity: Iterable[Stretch]) -> list[Stretch]:
    """All smoothing there is: pauses under FILLED_PAUSE_S are filled in, then what is shorter than LEAST_SPURT_S is left out."""
    return [(start, end) for start, end in tidy(activity, FILLED_PAUSE_S) if end - start >= LEAST_SPURT_S]


def speech_facts(
    left: Iterable[Stretch],
    right: Iterable[Stretch],
    segments: Iterable[Segment],
    muted: Iterable[Stretch],
    length_s: float,
) -> SpeechFacts:
    """The facts of a recording of ``length_s``: ``left`` is the caller's activity, ``right`` what he or she heard.

    In a conference, under a supervisor's barge-in and after a takeover, "operator" is whoever the caller hears. Time that no
    segment covers is conversation. Raises ValueError for a length that is not above 0.
    """
    if not length_s > 0:
        raise ValueError(f"a recording of {length_s} s has no shares")
    whole, apart = [(0.0, length_s)], list(segments)
    hold = both(whole, _time_of(apart, _HOLD))
    conversation = without(whole, tidy([*_time_of(apart, _NO_CONVERSATION), *muted]))
    caller, operator = both(spurts(left), conversation), both(spurts(right), conversation)
    silence = without(conversation, tidy([*caller, *operator]))
    return SpeechFacts(
        caller_talk=_share(caller, length_s),
        operator_talk=_share(operator, length_s),
        over_talk=_share(both(caller, operator), length_s),
        silence=_share(silence, length_s),
        hold=_share(hold, length_s),
        interruptions_by_caller=interruptions(by=caller, of=operator),
        interruptions_by_operator=interruptions(by=operator, of=caller),
        longest_silence_s=max((end - start for start, end in silence), default=0.0),
    )


def interruptions(by: Sequence[Stretch], of: Sequence[Stretch]) -> int:
    """How often the side ``by`` began while the other had spoken for SPOKEN_BEFORE_S, and got the turn.

    That is: the other stopped at the earliest LEAST_OVERLAP_S and at the latest YIELDS_WITHIN_S after that, and stayed silent for
    TAKES_TURN_S, while the first went on as long.
    """
    victims = [(spurt, following) for spurt, (following, _) in pairwise([*of, (float("inf"), float("inf"))])]
    return sum(any(_takes_turn(spurt, victim, after) for victim, after in victims) for spurt in by)


def _takes_turn(spurt: Stretch, victim: Stretch, victim_again: float) -> bool:
    begins, stops = spurt[0], victim[1]
    return (
        victim[0] + SPOKEN_BEFORE_S <= begins
        and LEAST_OVERLAP_S <= stops - begins <= YIELDS_WITHIN_S
        and min(spurt[1], victim_again) >= stops + TAKES_TURN_S
    )


def _time_of(segments: Iterable[Segment], stages: frozenset[Stage]) -> list[Stretch]:
    return tidy((segment.from_s, segment.to_s) for segment in segments if segment.stage in stages)


def _share(stretches: Iterable[Stretch], length_s: float) -> float:
    return min(1.0, total_s(stretches) / length_s)
