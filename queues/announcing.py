"""What does a waiting caller hear between the music, and when next? Pure: the time, the place and what was said go in.

The place is said only when it has improved: hearing "five" twice tells a caller that nothing moves. The wait is said as a
range of whole minutes or not at all. An announcement that has nothing to say is left out, and the music goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Final

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the phone, named to the caller."""

    digit: str


Word = str | int | Key
"""A prompt by its id, a number to be spoken, or a key."""

CALLBACK_OFFER: Final = "callback_offer"
POSITION_PROMPTS: Final = ("position_first", "position_before", "position_after")
WAIT_PROMPTS: Final = ("wait_under_a_minute", "wait_less_than", "wait_between", "wait_and", "wait_minutes")
"""The prompts that announcing uses, for whoever checks that they are there."""


@dataclass(frozen=True, slots=True)
class AnnounceRules:
    """What is announced in a queue, and when: see queues.yaml's ``announce`` and ``callback``.

    A callback is offered ``offer_after_s`` after the caller came, at once to one who finds ``offer_when_waiting`` callers
    ahead, and once only.
    """

    position: bool = False
    wait: bool = False
    periodic: tuple[str, ...] = ()
    thanks: str | None = None
    first_after_s: float = 15.0
    every_s: float = 30.0
    min_gap_s: float = 15.0
    offer_after_s: float | None = None
    offer_when_waiting: int | None = None
    offer_key: str = "1"

    @property
    def announces(self) -> bool:
        """Whether there is anything to say besides the offer of a callback."""
        return self.position or self.wait or bool(self.periodic)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the caller stands: 1 is the first; ``wait_s`` is the wait still ahead (low, high), None if it cannot be told."""

    position: int
    wait_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What this caller has heard in this queue; all times in seconds of one clock.

    ``since``: came into the queue; ``offer_at``: when a callback is to be offered (None: never, or done); ``turn``: which of
    the periodic prompts is next; ``looked_at``: when something was last to be announced, whether or not there was anything.
    """

    since: float
    offer_at: float | None = None
    position: int | None = None
    turn: int = 0
    looked_at: float | None = None
    ended_at: float | None = None


def entered(now: float, place: Place, rules: AnnounceRules, *, may_be_called_back: bool) -> Heard:
    """A caller has come into the queue and has heard nothing yet."""
    crowded = rules.offer_when_waiting is not None and place.position > rules.offer_when_waiting
    if not may_be_called_back:
        return Heard(now)
    if crowded:
        return Heard(now, offer_at=now)
    return Heard(now, offer_at=None if rules.offer_after_s is None else now + rules.offer_after_s)


def next_at(heard: Heard, rules: AnnounceRules) -> float | None:
    """When ``announce`` is to be asked next, or None: never."""
    due = [at for at in (_announcement_at(heard, rules), _offer_at(heard, rules)) if at is not None]
    return min(due, default=None)


def announce(now: float, place: Place, heard: Heard, rules: AnnounceRules) -> tuple[tuple[Word, ...], Heard]:
    """What to say now, perhaps nothing, and what the caller will have heard then. Tell ``finished`` at its end."""
    words: list[Word] = []
    at = _announcement_at(heard, rules)
    if at is not None and at <= now:
        words, heard = _regular(place, replace(heard, looked_at=now), rules)
    offer_at = _offer_at(heard, rules)
    if offer_at is not None and offer_at <= now:
        words += [CALLBACK_OFFER, Key(rules.offer_key)]
        heard = replace(heard, offer_at=None)
    return tuple(words), heard


def finished(now: float, heard: Heard) -> Heard:
    """The announcement has been heard to its end, or was cut short."""
    return replace(heard, ended_at=now)


def _announcement_at(heard: Heard, rules: AnnounceRules) -> float | None:
    if not rules.announces:
        return None
    at = heard.since + rules.first_after_s if heard.looked_at is None else heard.looked_at + rules.every_s
    return _after_gap(at, heard, rules)


def _offer_at(heard: Heard, rules: AnnounceRules) -> float | None:
    return None if heard.offer_at is None else _after_gap(heard.offer_at, heard, rules)


def _after_gap(at: float, heard: Heard, rules: AnnounceRules) -> float:
    return at if heard.ended_at is None else max(at, heard.ended_at + rules.min_gap_s)


def _regular(place: Place, heard: Heard, rules: AnnounceRules) -> tuple[list[Word], Heard]:
    words: list[Word] = []
    if rules.position and (heard.position is None or place.position < heard.position):
        words += _position(place.position)
        heard = replace(heard, position=place.position)
    if rules.wait and place.wait_s is not None:
        words += _wait(*place.wait_s)
    if words and rules.thanks is not None:
        words.append(rules.thanks)
    if rules.periodic:
        words.append(rules.periodic[heard.turn % len(rules.periodic)])
        heard = replace(heard, turn=heard.turn + 1)
    return words, heard


def _position(position: int) -> list[Word]:
    return ["position_first"] if position == 1 else ["position_before", position, "position_after"]


def _wait(low_s: float, high_s: float) -> list[Word]:
    """Rounded outwards, so that the range that is said holds the range that was worked out."""
    low, high = floor(low_s / MINUTE_S), max(1, ceil(high_s / MINUTE_S))
    if high == 1:
        return ["wait_under_a_minute"]
    if low == 0:
        return ["wait_less_than", high, "wait_minutes"]
    return ["wait_between", low, "wait_and", max(high, low + 1), "wait_minutes"]
