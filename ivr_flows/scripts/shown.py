"""How is a script given to a page that shows it? As plain JSON, its texts cut at their placeholders, so that no page has to
read any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_flows.scripts.placeholders import pieces
from ivr_flows.scripts.questions import AnyQuestion
from ivr_flows.scripts.script import Ask, Branch, End, Link, Script

Json = dict[str, Any]


def shown(script: Script) -> Json:
    """The screens, objections and questions. A text is ``{"es": ["Hola, ", {"value": "customer.name"}]}``. Conditions are
    left out: where an answer leads is for whoever keeps the answers."""
    return {
        "title": _texts(script.title),
        "description": script.description,
        "queues": list(script.queues),
        "campaigns": list(script.campaigns),
        "start": script.start,
        "steps": {name: _screen(step) for name, step in script.steps.items() if not isinstance(step, Branch)},
        "objections": {
            name: {
                "title": _texts(one.title),
                "text": _texts(one.text),
                "links": _links(one.links),
                "goes_on": one.goes_on is not None,
            }
            for name, one in script.objections.items()
        },
    }


def _screen(step: Any) -> Json:
    screen: Json = {"kind": step.kind, "text": _texts(step.text), "links": _links(step.links)}
    screen["note"] = None if step.note is None else _texts(step.note)
    if isinstance(step, Ask):
        screen["questions"] = [{"name": name, **_question(one)} for name, one in step.questions.items()]
    if isinstance(step, End):
        screen["disposition"] = step.disposition
    return screen


def _question(question: AnyQuestion) -> Json:
    bounds = question.model_dump(mode="json", exclude={"text", "choices", "low", "high"})
    asked: Json = {**bounds, "text": _texts(question.text)}
    if question.type == "choice":
        asked["choices"] = [{"name": name, "text": _texts(text)} for name, text in question.choices.items()]
    if question.type == "scale":
        asked["low"] = None if question.low is None else _texts(question.low)
        asked["high"] = None if question.high is None else _texts(question.high)
    return asked


def _links(links: tuple[Link, ...]) -> list[Json]:
    return [{"title": _texts(link.title), "url": _pieces(link.url)} for link in links]


def _texts(texts: Mapping[str, str]) -> Json:
    return {language: _pieces(text) for language, text in texts.items()}


def _pieces(text: str) -> list[Any]:
    return [one if isinstance(one, str) else {"value": one.name} for one in pieces(text)]
