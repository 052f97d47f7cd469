"""What has happened, for whoever asks now? The day's figures and the stories of calls, kept in memory from the facts.

Bounded: so many calls, those that nothing was heard of for longest go first, and of each so many facts, the middle of a very long
one being left out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

from queues.acd import Acd
from queues.day import Day
from queues.day_report import DayFigures, day_figures
from queues.facts import CallFact, Fact
from queues.journal import Happened, Header, fact_fields
from queues.reasons import WhyWaiting
from queues.story import StoryLine, tell, tell_waiting
from queues.story_words import Language

CALLS_KEPT: Final = 12_000
"""Calls that can wait at once (10,000) and as many recently ended ones as the API shows."""

HALF: Final = 100
"""Facts kept of one call's beginning, and as many of its end."""

_CALL_FACTS: Final = frozenset(get_args(CallFact))


class _Kept:
    """The facts of one call."""

    __slots__ = ("first", "last", "number")

    def __init__(self) -> None:
        self.first: list[CallFact] = []
        self.last: deque[CallFact] | None = None
        self.number = 0

    def add(self, fact: CallFact) -> None:
        self.number += 1
        if len(self.first) < HALF:
            self.first.append(fact)
            return
        if self.last is None:
            self.last = deque(maxlen=HALF)
        self.last.append(fact)

    @property
    def facts(self) -> list[CallFact]:
        return [*self.first, *(self.last or ())]


class Memory:
    """The day's figures and the stories, as far as they were told."""

    def __init__(self, calls_kept: int = CALLS_KEPT) -> None:
        self.day = Day()
        self.calls: OrderedDict[str, _Kept] = OrderedDict()
        self._calls_kept = calls_kept

    def take(self, facts: Iterable[Fact]) -> None:
        """What happened, in order."""
        for fact in facts:
            self.day.take(fact)
            if type(fact) in _CALL_FACTS:  # as quick as it can be: this runs for every event of the centre
                self._keep(fact)  # type: ignore[arg-type]

    def take_earlier(self, found: Iterable[Header | Fact]) -> None:
        """What a journal tells of earlier lives, after which another begins."""
        for one in found:
            if isinstance(one, Header):
                self.day.begin_life()
            else:
                self.take((one,))
        self.day.begin_life()

    def _keep(self, fact: CallFact) -> None:
        kept = self.calls.get(fact.call)
        if kept is None:
            kept = self.calls[fact.call] = _Kept()
            if len(self.calls) > self._calls_kept:
                self.calls.popitem(last=False)
        else:
            self.calls.move_to_end(fact.call)
        kept.add(fact)


class History:
    """Answers for one ACD; see answers.CentreHistory. ``now`` is its clock."""

    def __init__(self, acd: Acd, now: Callable[[], float], calls_kept: int = CALLS_KEPT) -> None:
        self._acd = acd
        self._now = now
        self._memory = Memory(calls_kept)
        self._since_start: list[Fact] | None = []

    def take(self, happened: Happened) -> None:
        """A switchboard's listener."""
        if self._since_start is not None:
            self._since_start += happened.facts
        self._memory.take(happened.facts)

    def remember(self, earlier: Memory) -> None:
        """Go on from what earlier lives of the controller knew of the day; what happened meanwhile follows it."""
        lately, self._since_start = self._since_start or [], None
        self._memory = earlier
        self._memory.take(lately)

    def figures(self) -> DayFigures:
        """See CentreHistory."""
        return day_figures(self._memory.day, self._now())

    def story(self, call: str, language: Language) -> tuple[list[StoryLine], int] | None:
        """See CentreHistory."""
        kept = self._memory.calls.get(call)
        if kept is None:
            return None
        facts = kept.facts
        return tell(facts, language), kept.number - len(facts)

    def why_waiting(self, queue: str, language: Language) -> tuple[WhyWaiting, str]:
        """See CentreHistory."""
        now = self._now()
        why = self._acd.why_waiting(queue, now)
        return why, tell_waiting(why, now, language)

    def fields_of(self, line: StoryLine) -> dict[str, Any]:
        """See CentreHistory."""
        return fact_fields(line.fact)
