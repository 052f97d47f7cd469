"""What did the world outside do on that day, whatever the rules were? Read out of a journal, to be met by other rules.

The rules decide who is offered what and when; the world decides the rest. From what was told and what came of it: when callers came
and what they wanted, for how long those who hung up were willing to wait, how long conversations took, when operators came, paused
and went, and how soon each of them answers. docs/journal.md says what is assumed where the journal cannot know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from zlib import crc32

from queues import events as ev
from queues import facts as fa
from queues.journal import Entry

ANSWER_DELAY_S: Final = 4.0
TALK_S: Final = 180.0
DISPOSITION_DELAY_S: Final = 10.0
"""Where the journal has no example at all."""

# Told again at their own times; the rest of what the ACD was told is what the rules brought about.
_OF_THE_WORLD: Final = (
    ev.OperatorBecameReady,
    ev.OperatorPaused,
    ev.OperatorLoggedOut,
    ev.OwnCallBegan,
    ev.OwnCallEnded,
    ev.PhoneBecameReachable,
    ev.PhoneBecameUnreachable,
    ev.QueueClosed,
    ev.QueueOpened,
    ev.ConversationAdopted,
    ev.DayBegan,
)


@dataclass(slots=True)
class Caller:
    """One caller: how he or she came, and what is known of what came then.

    ``leaves``: when and how the caller went of his or her own accord while waiting, as seconds after coming; None: was served, or
    sent away by the rules, so that nobody knows how long the patience would have lasted.
    """

    came_at: float
    joined: ev.CallerJoined
    leaves: tuple[float, ev.CallerLeft] | None = None
    callback_after_s: float | None = None
    callback_first: ev.CallbackTaken | None = None
    talked_s: float | None = None
    queue: str = ""


@dataclass(slots=True)
class World:
    """All of it. ``customers``: for each callback, whether the customer answered and after how long, one attempt after another;
    ``adopted_s``: how long conversations went on that the controller found already going on."""

    events: list[tuple[float, ev.AcdEvent]] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)
    customers: dict[str, list[tuple[bool, float]]] = field(default_factory=lambda: defaultdict(list))
    adopted_s: dict[str, float] = field(default_factory=dict)
    answer_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    talk_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    disposition_s: list[float] = field(default_factory=list)

    def answer_delay_s(self, operator: str) -> float:
        """How soon this operator answers: the median of what was seen, else that of all."""
        seen = self.answer_s.get(operator) or [one for many in self.answer_s.values() for one in many]
        return median(seen) if seen else ANSWER_DELAY_S

    def talk_s_of(self, call: str) -> float:
        """How long this caller talks; of one who was never served, as long as another of the same queue, picked by the id."""
        caller = self.callers.get(call)
        if caller is not None and caller.talked_s is not None:
            return caller.talked_s
        same = self.talk_s.get(caller.queue if caller else "") or [one for many in self.talk_s.values() for one in many]
        return same[crc32(call.encode()) % len(same)] if same else TALK_S

    def disposition_delay_s(self) -> float:
        """How soon after a conversation its outcome is noted."""
        return median(self.disposition_s) if self.disposition_s else DISPOSITION_DELAY_S


def world_of(entries: Sequence[Entry]) -> World:
    """What these entries tell of the world."""
    reader = _Reader()
    for entry in entries:
        if entry.refused is None:
            reader.read(entry)
    return reader.world


class _Reader:
    def __init__(self) -> None:
        self.world = World()
        self._called: dict[str, float] = {}
        self._over: dict[str, float] = {}

    def read(self, entry: Entry) -> None:
        if isinstance(entry.event, _OF_THE_WORLD):
            self.world.events.append((entry.at, entry.event))
        elif isinstance(entry.event, ev.CallerJoined):
            self._joined(entry.at, entry.event)
        elif isinstance(entry.event, ev.CallbackTaken):
            self._callback(entry.at, entry.event)
        elif isinstance(entry.event, ev.CustomerAnswered | ev.CustomerMissed):
            self._customer(entry.at, entry.event)
        elif isinstance(entry.event, ev.DispositionGiven) and entry.event.operator in self._over:
            self.world.disposition_s.append(entry.at - self._over.pop(entry.event.operator))
        for fact in entry.facts:
            self._learn(fact, entry.event)

    def _joined(self, at: float, event: ev.CallerJoined) -> None:
        """Only the first time: where a caller was taken from there was for the rules, or an operator, to say."""
        if event.call not in self.world.callers:
            self.world.callers[event.call] = Caller(at, event, queue=event.queue)

    def _callback(self, at: float, event: ev.CallbackTaken) -> None:
        caller = self.world.callers.get(event.call)
        if caller is not None and caller.callback_after_s is None:
            caller.callback_after_s, caller.callback_first = at - caller.came_at, event

    def _customer(self, at: float, event: ev.CustomerAnswered | ev.CustomerMissed) -> None:
        since = self._called.pop(event.call, at)
        self.world.customers[event.call].append((isinstance(event, ev.CustomerAnswered), at - since))

    def _learn(self, fact: fa.Fact, event: ev.AcdEvent) -> None:
        match fact:
            case fa.CallConnected(operator=operator, rang_s=rang_s, callback=False):
                self.world.answer_s[operator].append(rang_s)
            case fa.ConversationOver(at=at, call=call, operator=operator, queue=queue, talked_s=talked_s):
                self.world.talk_s[queue].append(talked_s)
                self._over[operator] = at
                caller = self.world.callers.get(call)
                if caller is None:
                    self.world.adopted_s.setdefault(call, talked_s)
                elif caller.talked_s is None:
                    caller.talked_s = talked_s
            case fa.CustomerCalled(at=at, call=call):
                self._called[call] = at
            case fa.CallerAbandoned(at=at, call=call) | fa.CallerExited(at=at, call=call):
                if isinstance(event, ev.CallerLeft) and (left := self.world.callers.get(call)) is not None:
                    left.leaves = left.leaves or (at - left.came_at, event)
            case _:
                pass


def without_strangers(
    world: World, queues: Mapping[str, object], operators: Mapping[str, object]
) -> tuple[list[tuple[float, ev.AcdEvent]], list[str]]:
    """The world's events that concern these queues and operators, and the calls into queues that there are not."""
    kept: list[tuple[float, ev.AcdEvent]] = []
    for at, event in world.events:
        operator, queue = getattr(event, "operator", None), getattr(event, "queue", None)
        if (operator is None or operator in operators) and (queue is None or queue in queues):
            kept.append((at, event))
    return kept, [call for call, caller in world.callers.items() if caller.joined.queue not in queues]
