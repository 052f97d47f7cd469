"""Which lines would Asterisk's Queue() write into its queue_log for this? Same format, names and parameters (Asterisk 22).

``time|callid|queue|agent|event|data...``, times in whole seconds as there. Where Asterisk has no event there is no line. Known
differences, all named in docs/journal.md: a call's id is ours, the agent is the operator's code, and the second operator of an
attended transfer, as with Asterisk, leaves no line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from queues import facts as fa

NONE: Final = "NONE"
_ANSWERED_FOR: Final = frozenset({"no_answer", "rejected", "busy", "failed"})
_NOT_IN_A_FIELD: Final = re.compile(r"[|\x00-\x1f\x7f]")
_CALL_FACTS: Final = frozenset(get_args(fa.CallFact))
_SILENT: Final = frozenset({fa.OfferMade, fa.RingWidened, fa.PhoneChanged, fa.CallWasHeld})
_STILL_PAUSED: Final = frozenset({"paused", "own_call"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the facts do not know: a call's caller and the number dialled ("" if not to be shown), the id of an operator's leg, and
    the queues that an operator serves now."""

    caller: Callable[[str], str]
    number: Callable[[str], str]
    leg: Callable[[str, str], str]
    queues: Callable[[str], Iterable[str]]


class QueueLog:
    """Makes lines of facts. Give it all the facts of one event at once, in order."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._paused: set[str] = set()
        self._serving: dict[str, dict[str, None]] = {}
        self._handed_over: set[str] = set()

    def lines(self, facts: Sequence[fa.Fact]) -> list[str]:
        """The lines, without their ends."""
        said: list[str] = []
        for at, fact in enumerate(facts):
            if type(fact) in _SILENT:
                continue
            following = facts[at + 1 :]
            if type(fact) in _CALL_FACTS:  # quicker than isinstance: this runs for every event of the centre
                said += self._of_a_call(fact, following)  # type: ignore[arg-type]
            elif not _passed_through(fact, following):  # type: ignore[arg-type]
                said += self._of_an_operator(fact)  # type: ignore[arg-type]
        return said

    def _of_a_call(self, fact: fa.CallFact, following: Sequence[fa.Fact]) -> Iterator[str]:
        match fact:
            case fa.CallerEntered(at, call, queue, position, callback=False):
                if (number := self._names.number(call)) and not fact.moved:
                    yield line(at, call, queue, NONE, "DID", number)
                yield line(at, call, queue, NONE, "ENTERQUEUE", "", self._names.caller(call), position)
            case fa.OfferOver(at, call, operator, queue, outcome, rang_s):
                if outcome in _ANSWERED_FOR:
                    yield line(at, call, queue, operator, "RINGNOANSWER", int(rang_s * 1000))
                elif outcome == "caller_left":
                    yield line(at, call, queue, operator, "RINGCANCELED", int(rang_s * 1000))
            case fa.CallConnected(at, call, operator, queue, waited_s, rang_s):
                leg = self._names.leg(call, operator)
                yield line(at, call, queue, operator, "CONNECT", int(waited_s), leg, int(rang_s))
            case fa.ConversationOver():
                yield from self._over(fact, following)
            case fa.CallHandedOver(call=call):
                self._handed_over.add(call)
            case fa.CallerAbandoned(at, call, queue, waited_s, position, first_position):
                yield line(at, call, queue, NONE, "ABANDON", position, first_position, int(waited_s))
            case fa.CallerExited(refused=False):
                yield self._exit(fact)
            case _:
                pass

    def _over(self, fact: fa.ConversationOver, following: Sequence[fa.Fact]) -> Iterator[str]:
        if fact.call in self._handed_over:
            self._handed_over.discard(fact.call)
            return
        times = (int(fact.waited_s), int(fact.talked_s), fact.position)
        handed = any(isinstance(after, fa.CallHandedOver) and after.call == fact.call for after in following)
        if handed:
            yield line(fact.at, fact.call, fact.queue, fact.operator, "ATTENDEDTRANSFER", "BRIDGE", fact.call, *times)
        elif fact.by == "transfer":
            yield line(fact.at, fact.call, fact.queue, fact.operator, "BLINDTRANSFER", fact.to, "centralita", *times)
        else:
            event = "COMPLETECALLER" if fact.by == "caller" else "COMPLETEAGENT"
            yield line(fact.at, fact.call, fact.queue, fact.operator, event, *times)

    @staticmethod
    def _exit(fact: fa.CallerExited) -> str:
        places = (fact.position, fact.first_position, int(fact.waited_s))
        match fact.cause:
            case "key":
                return line(fact.at, fact.call, fact.queue, NONE, "EXITWITHKEY", fact.name, *places)
            case "emptied":
                return line(fact.at, fact.call, fact.queue, NONE, "EXITEMPTY", *places)
            case "waited" | "callback_failed":
                return line(fact.at, fact.call, fact.queue, NONE, "EXITWITHTIMEOUT", *places)
            case _:
                return line(fact.at, fact.call, fact.queue, NONE, "WITHDRAW", *places, fact.cause)

    def _of_an_operator(self, fact: fa.CentreFact) -> Iterator[str]:
        match fact:
            case fa.OperatorWent():
                yield from self._went(fact)
            case fa.MembersChanged(at, operator, queue, penalty) if operator in self._serving:
                yield from self._member(at, operator, queue, penalty)
            case _:
                pass

    def _went(self, fact: fa.OperatorWent) -> Iterator[str]:
        at, operator = fact.at, fact.operator
        if fact.state == "logged_out":
            for queue in self._serving.pop(operator, {}):
                yield line(at, NONE, queue, operator, "REMOVEMEMBER", "")
            self._paused.discard(operator)
            return
        if operator not in self._serving:
            self._serving[operator] = dict.fromkeys(self._names.queues(operator))
            if fact.state == "paused":
                self._paused.add(operator)
            for queue in self._serving[operator]:
                yield line(at, NONE, queue, operator, "ADDMEMBER", "PAUSED" if fact.state == "paused" else "")
            return
        if fact.state == "paused" and operator not in self._paused:
            self._paused.add(operator)
            yield from self._everywhere(at, operator, "PAUSE", fact.reason or "")
        elif fact.state not in _STILL_PAUSED and operator in self._paused:
            self._paused.discard(operator)
            yield from self._everywhere(at, operator, "UNPAUSE", "")

    def _everywhere(self, at: float, operator: str, event: str, reason: str) -> Iterator[str]:
        yield line(at, NONE, NONE, operator, f"{event}ALL", reason)
        for queue in self._serving[operator]:
            yield line(at, NONE, queue, operator, event, reason)

    def _member(self, at: float, operator: str, queue: str, penalty: int | None) -> Iterator[str]:
        serving = self._serving[operator]
        if penalty is None:
            serving.pop(queue, None)
            yield line(at, NONE, queue, operator, "REMOVEMEMBER", "")
        elif queue in serving:
            yield line(at, NONE, queue, operator, "PENALTY", penalty)
        else:
            serving[queue] = None
            yield line(at, NONE, queue, operator, "ADDMEMBER", "PAUSED" if operator in self._paused else "")


def _passed_through(fact: fa.CentreFact, following: Sequence[fa.Fact]) -> bool:
    """Whether the operator went on at once, as from a call of one's own through ready back to the pause."""
    return isinstance(fact, fa.OperatorWent) and any(
        isinstance(after, fa.OperatorWent) and after.operator == fact.operator for after in following
    )


def line(at: float, call: str, queue: str, agent: str, event: str, *data: object) -> str:
    """One line without its end. What would break the line apart is left out of its fields."""
    fields = [str(int(at)), call, queue, agent, event, *map(str, data)]
    text = "|".join(fields)
    if text.count("|") == len(fields) - 1 and text.isprintable():
        return text
    return "|".join(_NOT_IN_A_FIELD.sub("_", field) for field in fields)
