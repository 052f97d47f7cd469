"""What happened to this call, in words, and why does it still wait? From the facts alone, in Spanish or English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from queues import facts as fa
from queues.effects import Decision
from queues.reasons import WhyWaiting
from queues.story_words import WORDS, Language

A_MINUTE_AND_A_HALF_S: Final = 90.0
SHORT_S: Final = 10.0
_OUTCOMES: Final = {"busy": "busy_outcome", "unreachable": "unreachable_outcome"}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One step of a call: the fact, and it in words."""

    fact: fa.CallFact
    text: str


def tell(facts: Iterable[fa.CallFact], language: Language) -> list[StoryLine]:
    """The story of one call from its facts, in order."""
    teller = _Teller(language)
    return [StoryLine(fact, teller.said(fact)) for fact in facts]


def tell_waiting(why: WhyWaiting, now: float, language: Language) -> str:
    """Why the first caller of a queue still waits."""
    return _Teller(language).waiting(why, now)


def left_out(count: int, language: Language) -> str:
    """Stands where steps of a very long story were not kept."""
    return WORDS[language]["left_out"].format(count=count)


class _Teller:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._words = WORDS[language]

    def say(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def lasting(self, seconds: float) -> str:
        """E.g. ``4.2 s``, ``75 s``, ``3 min 5 s``; with a decimal comma in Spanish."""
        if seconds < SHORT_S:
            short = f"{seconds:.1f} s"
            return short.replace(".", ",") if self._language == "es" else short
        if seconds < A_MINUTE_AND_A_HALF_S:
            return f"{seconds:.0f} s"
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"

    def listed(self, names: Iterable[str]) -> str:
        *first, last = names
        return f"{', '.join(first)} {self._words['and']} {last}" if first else last

    def said(self, fact: fa.CallFact) -> str:
        match fact:
            case fa.CallerEntered():
                return self._entered(fact)
            case fa.PlaceKept(position=position, waited_s=waited_s):
                return self.say("place_kept", position=position, waited=self.lasting(waited_s))
            case fa.RingWidened(ring=ring):
                return self.say("widened", ring=ring) if ring else self.say("widened_sticky")
            case fa.OfferMade(operator=operator, decision=decision):
                return self._offered(operator, decision)
            case fa.OfferOver(operator=operator, outcome=outcome, rang_s=rang_s):
                return self.say(_OUTCOMES.get(outcome, outcome), operator=operator, rang=self.lasting(rang_s))
            case fa.CallConnected():
                return self._connected(fact)
            case fa.CallWasHeld(operator=operator, held=held):
                return self.say("held" if held else "resumed", operator=operator)
            case fa.ConversationOver():
                return self._over(fact)
            case fa.CallHandedOver(operator=operator):
                return self.say("handed_over", operator=operator)
            case fa.CallerAbandoned() | fa.CallerExited():
                return self._left(fact)
            case fa.CallbackAgreed() | fa.CustomerCalled() | fa.CustomerNotReached():
                return self._callback(fact)
            case _:
                assert_never(fact)

    def _entered(self, fact: fa.CallerEntered) -> str:
        how = "entered"
        if fact.callback:
            how = "entered_callback"
        elif fact.took_old_place:
            how = "entered_old_place"
        elif fact.moved:
            how = "entered_moved"
        said = [self.say(how, queue=fact.queue, position=fact.position)]
        if fact.priority:
            said.append(self.say("priority", priority=fact.priority))
        if fact.skills:
            wanted = [self.say("skill", skill=skill, level=level) for skill, level in fact.skills]
            said.append(self.say("wanted", skills=self.listed(wanted)))
        if fact.estimate_s is None:
            said.append(self.say("no_estimate"))
        else:
            low, high = map(self.lasting, fact.estimate_s)
            said.append(self.say("estimate", low=low, high=high))
        return " ".join(said)

    def _offered(self, operator: str, why: Decision) -> str:
        said = [
            self.say("offered", operator=operator, waited=self.lasting(why.waited_s)),
            self.say(why.rule, operator=operator, idle=self.lasting(why.idle_s)),
        ]
        if why.skills != "none_wanted":
            said.append(self.say(why.skills, ring=why.ring))
        said.append(self.say("considered", considered=why.considered))
        counts = {reason: getattr(why.passed_over, reason) for reason in ("not_fit", "paused", "busy", "unreachable")}
        if any(counts.values()):
            reasons = ", ".join(self.say(reason, count=count) for reason, count in counts.items() if count)
            said.append(self.say("passed_over", reasons=reasons))
        if why.runners_up:
            said.append(self.say("runners_up", operators=self.listed(why.runners_up)))
        return " ".join(said)

    def _connected(self, fact: fa.CallConnected) -> str:
        return self.say(
            "connected_callback" if fact.callback else "connected",
            operator=fact.operator,
            waited=self.lasting(fact.waited_s),
            rang=self.lasting(fact.rang_s),
            level=self.say("in_level" if fact.in_service_level else "out_of_level"),
        )

    def _over(self, fact: fa.ConversationOver) -> str:
        to = fact.to
        if fact.by == "transfer" and to:
            to = self.say("transfer_to", to=to)
        talked, held = self.lasting(fact.talked_s), self.lasting(fact.held_s)
        lasted = self.say("talked" if fact.held_s else "talked_only", talked=talked, held=held)
        return f"{self.say(f'over_{fact.by}', operator=fact.operator, to=to)} {lasted}"

    def _left(self, fact: fa.CallerAbandoned | fa.CallerExited) -> str:
        waited = self.lasting(fact.waited_s)
        if isinstance(fact, fa.CallerAbandoned):
            said = self.say("abandoned", waited=waited, position=fact.position, first=fact.first_position)
            return f"{said} {self.say('short')}" if fact.short else said
        said = self.say(f"exit_{fact.cause}", queue=fact.queue, name=fact.name, waited=waited)
        return f"{said} {self.say(f'to_{fact.to}', name=fact.name)}" if fact.to else said

    def _callback(self, fact: fa.CallbackAgreed | fa.CustomerCalled | fa.CustomerNotReached) -> str:
        match fact:
            case fa.CallbackAgreed(first=first):
                return self.say(f"callback_{first}")
            case fa.CustomerCalled(operator=operator, attempt=attempt):
                return self.say("customer_called", operator=operator, attempt=attempt)
            case fa.CustomerNotReached(attempt=attempt, next_at=None):
                return self.say("not_reached_last", attempt=attempt)
            case fa.CustomerNotReached(at=at, attempt=attempt, next_at=float(next_at)):
                return self.say("not_reached", attempt=attempt, next=self.lasting(next_at - at))
            case _:
                raise AssertionError(fact)

    def waiting(self, why: WhyWaiting, now: float) -> str:
        said = [self.say("wait_closed")] if why.closed else []
        if why.call is None:
            said.append(self.say("wait_nobody", queue=why.queue))
        else:
            said += self._first(why, now)
        if why.callbacks:
            said.append(self.say("wait_callbacks", count=why.callbacks))
        return " ".join(said)

    def _first(self, why: WhyWaiting, now: float) -> Iterable[str]:
        yield self.say("wait_first", call=why.call, waited=self.lasting(why.waited_s))
        if why.ringing:
            yield self.say("wait_ringing", operators=self.listed(why.ringing))
            return
        counts = dict(why.operators)
        if not sum(count for reason, count in counts.items() if reason != "logged_out"):
            yield self.say("wait_none_logged_in")
        if why.only is not None:
            yield self.say("wait_only", only=why.only)
        for skill in why.skills:
            key = "wait_wanted" if skill.having else "wait_wanted_nobody"
            yield self.say(key, skill=skill.skill, level=skill.level, operators=", ".join(skill.having))
        if counts:
            reasons = ", ".join(self.say(f"reason_{reason}", count=count) for reason, count in counts.items())
            yield self.say("wait_operators", reasons=reasons)
        if why.relaxes_at is not None and why.relaxes_at > now:
            yield self.say("wait_relaxes", next=self.lasting(why.relaxes_at - now))
        if why.soonest:
            yield self.say("wait_soonest", operators=", ".join(one.operator for one in why.soonest))
