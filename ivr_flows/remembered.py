"""Which scene is the way that a real caller went? Made from the journal; examples stand for digits, which are not kept there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from ivr_flows.digits import holds, luhn
from ivr_flows.flow import AnyStep, Flow
from ivr_flows.journey import HANGS_UP, Journey
from ivr_flows.questions import Question, question_of, questions_of
from ivr_flows.scenes import transcript
from ivr_flows.session import TraceEntry
from ivr_flows.shapes import KEYS
from ivr_flows.steps import AskingKey, Collect, Menu, OfferCallback, Survey
from ivr_flows.steps_outside import Asked, Payment

DATES: Final = ("12122026", "121228", "1228")
TRIED: Final = 100_000
"""Numbers among which an example of digits is looked for."""


class NotRemembered(ValueError):
    """The way cannot be told as a scene; the message says why."""


def scene_of(journeys: Sequence[Journey], flows: Mapping[str, Flow]) -> dict[str, Any]:
    """The scene of one call, from all its journeys through one flow, as YAML takes it. Raises NotRemembered."""
    first, last = journeys[0], journeys[-1]
    does: list[str] = []
    for journey in journeys:
        if journey.continues and journey.operator is not None and does and does[-1] != "is_served":
            does.append("is_served")
        does += _does(journey.trace, flows)
    if last.ending == HANGS_UP:
        does.append("hangs_up")
    entered = [(one.flow, one.step) for journey in journeys for one in journey.trace if one.what == "entered"]
    scene: dict[str, Any] = {"name": f"as the call {first.call} went"}
    if first.entry != "default":
        scene["entry"] = first.entry
    scene |= {"caller": "600111222", "number": first.number}
    if answers := _answers(journeys, flows):
        scene["given"] = {"answers": answers}
    scene |= {"does": does, "steps": list(transcript(first.flow, entered)), "ends": _ends(last)}
    return scene


def _ends(last: Journey) -> dict[str, Any]:
    match last.ending:
        case "queue":
            return {"queue": last.to}
        case "callback":
            return {"queue": last.to, "called_back": True}
        case "hang_up":
            return {"reason": last.to}
        case _:
            return {"reason": HANGS_UP}


def _answers(journeys: Sequence[Journey], flows: Mapping[str, Flow]) -> dict[str, list[Any]]:
    """By step, what its requests came to; of what a service answered only the status is known."""
    answers: dict[str, list[Any]] = {}
    for place, outcome in chain.from_iterable(journey.came_of for journey in journeys):
        flow, _, step = place.partition(".")
        here = flows[flow].steps.get(step) if flow in flows else None
        if here is None:
            raise NotRemembered(f"the flow {flow!r} has no step {step!r} any more")
        if isinstance(here, Asked) and outcome.isdecimal():
            answers.setdefault(step, []).append({"status": int(outcome), "body": {}})
        elif outcome != "served":
            answers.setdefault(step, []).append(outcome)
    return answers


def _does(trace: Sequence[TraceEntry], flows: Mapping[str, Flow]) -> Iterator[str]:
    """What the caller did. Keys that were pressed while something was said come without listening before."""
    ahead = False
    for place, entry in enumerate(trace):
        step = _step(entry, flows)
        if entry.what in ("interrupted", "skipped"):
            ahead = True
            continue
        if entry.what == "silence":
            yield "waits"
            continue
        keys = _keys(entry, step, trace[:place])
        if keys:
            if not ahead:
                yield "listens"
            yield keys
            ahead = False


def _step(entry: TraceEntry, flows: Mapping[str, Flow]) -> AnyStep:
    try:
        return flows[entry.flow].steps[entry.step]
    except KeyError:
        raise NotRemembered(f"the flow {entry.flow!r} has no step {entry.step!r} any more") from None


def _keys(entry: TraceEntry, step: AnyStep, before: Sequence[TraceEntry]) -> str:
    """The keys that led to this entry; none if it came without any."""
    way = entry.by
    match entry.what, step:
        case "left", Menu() if way.startswith("choices."):
            return way.removeprefix("choices.")
        case "left", Collect() if way == "next":
            return _right(question_of(step))
        case "left", Payment() if way != "otherwise":
            return "".join(_right(question) for question in questions_of(step))
        case "left", OfferCallback() if before[-1].what == "entered" and way == "otherwise":
            return ""  # not offered, or not wanted: a scene without a key leads there, too
        case "answered", Survey():
            return way
        case "agreed", OfferCallback():
            return step.yes
        case "invalid", _:
            return _wrong(step)
        case "not_confirmed", Collect() if step.read_back is not None:
            return _right(question_of(step), confirmed=False)
        case _:
            return ""


def _wrong(step: AnyStep) -> str:
    """A key that is wrong here."""
    if isinstance(step, AskingKey):
        wrong = [key for key in KEYS if step.way_of(key) is None]
    else:
        terminator = step.terminator if isinstance(step, Collect) else "#"
        wrong = [key for key in "*#" if key != terminator]
    if not wrong:
        raise NotRemembered("a wrong key was pressed where none is")
    return wrong[0]


def _right(question: Question, *, confirmed: bool = True) -> str:
    """Digits that will do, with what ends and confirms them."""
    digits = example_of(question)
    ended = digits if len(digits) == question.max_digits else digits + (question.terminator or "")
    if question.read_back is None:
        return ended
    if confirmed:
        return ended + question.read_back.yes
    return ended + next(key for key in KEYS if key != question.read_back.yes)


def example_of(question: Question) -> str:
    """Digits that are what they must be. Raises NotRemembered if none is found."""
    for digits in chain(DATES, _numbers(question)):
        if question.min_digits <= len(digits) <= question.max_digits and holds(question.must, digits):
            return digits
    raise NotRemembered(f"no example of {question.variable!r} was found; write the digits into the scene by hand")


def _numbers(question: Question) -> Iterator[str]:
    start = question.must.at_least or 0
    for number in range(start, start + TRIED):
        text = str(number).zfill(question.min_digits)
        if not question.must.luhn:
            yield text
        else:
            yield next(text[:-1] + digit for digit in "0123456789" if luhn(text[:-1] + digit))
