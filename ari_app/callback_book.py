"""Which callbacks were agreed, and how far is each? Noted before the caller is let go, so that a restart forgets nobody."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

import structlog

from ari_app.call import Call
from ari_app.clock import Clock
from ari_app.notebook import Notebook, notes_of_earlier
from ivr_flows.messages import JoinQueue
from queues.acd import Acd
from queues.events import CallerJoined
from queues.rules import CallbackFirst

log = structlog.get_logger(__name__)
KEY: Final = "callback:"
NOTED_WITHIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class CallbackIntent:
    """A callback that was agreed. Times in Unix seconds; ``caller`` is the whole number, since it is to be dialled.

    ``lives``: how many lives of the controller have had it in hand.
    """

    call: str
    caller: str
    number: str
    language: str
    queue: str
    skills: tuple[tuple[str, int], ...]
    priority: int
    operator: str | None
    who: str | None
    first: CallbackFirst
    arrived_at: float
    joined_at: float
    agreed_at: float
    started: float
    attempts: int = 0
    last_try_at: float = 0.0
    lives: int = 1

    def wish(self) -> JoinQueue:
        """What the caller wanted of the queue."""
        return JoinQueue(self.queue, self.skills, self.priority, self.language, self.operator)

    def joined(self, gap_s: float) -> CallerJoined:
        """How the ACD is told after a restart; the next attempt comes ``gap_s`` after the last one."""
        return CallerJoined(
            self.call,
            self.queue,
            dict(self.skills),
            self.priority,
            arrived_at=self.arrived_at,
            joined_at=self.joined_at,
            who=self.who,
            preferred=self.operator,
            callback=self.first,
            attempts=self.attempts,
            not_before=self.last_try_at + gap_s if self.attempts else 0.0,
        )

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def intent_from(text: str) -> CallbackIntent:
    """Raises ValueError for a text that is none of ours."""
    try:
        kept = json.loads(text)
        skills = tuple((str(skill), int(level)) for skill, level in kept.pop("skills"))
        return CallbackIntent(skills=skills, **kept)
    except (AttributeError, KeyError, TypeError) as unknown:
        raise ValueError(str(unknown)) from unknown


class CallbackBook:
    """The callbacks that stand, in the order of agreement."""

    def __init__(self, notebook: Notebook, clock: Clock, acd: Acd) -> None:
        self._notebook = notebook
        self._clock = clock
        self._acd = acd
        self._closed = False
        self._intents: dict[str, CallbackIntent] = {}

    @property
    def intents(self) -> Mapping[str, CallbackIntent]:
        """By call."""
        return self._intents

    def close(self) -> None:
        """Let go: what lives undo from now on stays noted, for the next life."""
        self._closed = True

    async def agree(self, call: Call, wish: JoinQueue, queue: str, first: CallbackFirst, who: str | None) -> None:
        """Note it; a store that is away does not keep the caller on the line, and gets it later."""
        view, now = self._acd.call(call.id), self._clock.now()
        arrived_at, joined_at = (view.arrived_at, view.joined_at) if view else (now, now)
        self.put(
            CallbackIntent(
                call=call.id,
                caller=call.caller,
                number=call.number,
                language=call.language,
                queue=queue,
                skills=wish.skills,
                priority=view.priority if view else wish.priority,
                operator=wish.operator,
                who=who,
                first=first,
                arrived_at=arrived_at,
                joined_at=joined_at,
                agreed_at=now,
                started=call.started,
                lives=call.lives,
            )
        )
        if not await self._notebook.kept(NOTED_WITHIN_S):
            log.warning("callback_noted_in_memory_only", call=call.id)

    async def attempt(self, call: str, attempt: int) -> bool:
        """Note, before dialling, that this attempt is being made. False if that could not be noted: then nobody may be dialled."""
        if call not in self._intents or self._closed:
            return False
        self.put(replace(self._intents[call], attempts=attempt, last_try_at=self._clock.now()))
        return await self._notebook.kept(NOTED_WITHIN_S)

    def forget(self, call: str) -> None:
        """It is done, or will not be."""
        if not self._closed and self._intents.pop(call, None) is not None:
            self._notebook.note(f"{KEY}{call}", None)

    def of(self, who: str | None, queue: str) -> CallbackIntent | None:
        """The callback that this very caller has in ``queue``."""
        mine = (intent for intent in self._intents.values() if who is not None and intent.who == who)
        return next((intent for intent in mine if intent.queue == queue), None)

    def take_over(self, call: str) -> CallbackIntent:
        """One more life of the controller has it in hand. Raises KeyError."""
        self.put(replace(self._intents[call], lives=self._intents[call].lives + 1))
        return self._intents[call]

    async def remember(self) -> None:
        """Take back what an earlier life agreed."""
        self._intents |= await notes_of_earlier(self._notebook, KEY, intent_from, "callback_not_readable", of="call")

    def in_order(self) -> Iterable[CallbackIntent]:
        """By the time of arrival."""
        return sorted(self._intents.values(), key=lambda intent: (intent.arrived_at, intent.call))

    def put(self, intent: CallbackIntent) -> None:
        """Note it, new or changed."""
        self._intents[intent.call] = intent
        self._notebook.note(f"{KEY}{intent.call}", intent.text())
