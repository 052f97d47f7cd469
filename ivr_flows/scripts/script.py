"""What is a whole script? What the operator says and asks, step by step, as in ``scripts/<name>.yaml``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ivr_flows.located_yaml import Path
from ivr_flows.scripts.placeholders import Texts, Url
from ivr_flows.scripts.questions import AnyQuestion
from ivr_flows.shapes import Name, Names, NoOtherKeys, Shape
from ivr_flows.steps import Step, Way
from ivr_flows.versions import LENGTH

GIVEN: Final = ("language", "queue", "known")
"""What conditions may read besides answers: the language spoken now, the call's queue, whether the customer is known."""


class Link(Shape):
    """A page that the operator may open beside the script."""

    title: Texts
    url: Url


class Screen(Step):
    """What the operator has before him or her: ``text`` to be said, a ``note`` that is not, and pages to open."""

    text: Texts
    note: Texts | None = None
    links: Annotated[tuple[Link, ...], Field(max_length=12)] = ()

    def texts(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        """Everything that is read, with its path within the step."""
        yield ("text",), self.text
        if self.note is not None:
            yield ("note",), self.note
        yield from link_texts(self.links)

    def in_short(self) -> str:
        """See Step."""
        return f"“{next(iter(self.text.values()))}”"


def link_texts(links: tuple[Link, ...]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """What links say, each with its path; the address counts as a text in every language."""
    for place, link in enumerate(links):
        yield ("links", place, "title"), link.title
        yield ("links", place, "url"), dict.fromkeys(link.title, link.url)


class Say(Screen):
    """Say the text and go on."""

    kind: Literal["say"]
    next: Name


class Ask(Screen):
    """Ask questions, each under the name of its answer; go the first of the ``ways`` whose condition is true, else ``next``."""

    kind: Literal["ask"]
    questions: Annotated[dict[Name, AnyQuestion], Field(min_length=1, max_length=20), NoOtherKeys()]
    ways: tuple[Way, ...] = ()
    next: Name

    def ways_out(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "next"), way.next) for place, way in enumerate(self.ways)] + super().ways_out()

    def sets(self) -> list[tuple[Path, str]]:
        return [(("questions", name), name) for name in self.questions]

    def expressions(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "when"), way.when) for place, way in enumerate(self.ways)]

    def texts(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        yield from super().texts()
        for name, question in self.questions.items():
            at: Path = ("questions", name)
            yield (*at, "text"), question.text
            for choice, text in getattr(question, "choices", {}).items():
                yield (*at, "choices", choice), text
            for end in ("low", "high"):
                if (told := getattr(question, end, None)) is not None:
                    yield (*at, end), told

    def in_short(self) -> str:
        return ", ".join(self.questions)


class Branch(Step):
    """No screen: on to the first of the ways whose condition is true, else ``otherwise``."""

    kind: Literal["branch"]
    ways: Annotated[tuple[Way, ...], Field(min_length=1)]
    otherwise: Name
    leads_by: ClassVar[tuple[str, ...]] = ("otherwise",)

    def ways_out(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "next"), way.next) for place, way in enumerate(self.ways)] + super().ways_out()

    def expressions(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "when"), way.when) for place, way in enumerate(self.ways)]


class End(Screen):
    """The last thing to say, and the outcome (disposition) that fits; the operator may choose another."""

    kind: Literal["end"]
    disposition: Name | None = None
    leads_by: ClassVar[tuple[str, ...]] = ()

    def in_short(self) -> str:
        return self.disposition or super().in_short()


AnyScriptStep = Say | Ask | Branch | End


class Objection(Shape):
    """What customers say against it, and the answer; open from any step. ``goes_on``: the step that follows, else back to
    where it was opened."""

    title: Texts
    text: Texts
    links: Annotated[tuple[Link, ...], Field(max_length=12)] = ()
    goes_on: Name | None = None

    def texts(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        """Everything that is read, with its path within the objection."""
        yield ("title",), self.title
        yield ("text",), self.text
        yield from link_texts(self.links)


class Script(Shape):
    """A whole script, for the calls of these ``queues`` and ``campaigns``. ``start``: the first step."""

    title: Texts
    description: str = ""
    queues: Names = ()
    campaigns: Names = ()
    start: Name
    steps: Annotated[
        dict[Name, Annotated[AnyScriptStep, Field(discriminator="kind")]],
        Field(min_length=1, max_length=200),
        NoOtherKeys(),
    ]
    objections: Annotated[dict[Name, Objection], Field(max_length=60), NoOtherKeys()] = Field(default_factory=dict)

    @property
    def entries(self) -> dict[str, str]:
        """Where one comes in: at the start, and by the objections that lead on."""
        return {"start": self.start} | {name: one.goes_on for name, one in self.objections.items() if one.goes_on}

    @property
    def questions(self) -> dict[str, AnyQuestion]:
        """All that may be asked, by the answer's name, in the order of the file."""
        return {
            name: one for step in self.steps.values() if isinstance(step, Ask) for name, one in step.questions.items()
        }


def version_of(script: Script) -> str:
    """12 hexadecimal digits of the SHA-256 of what the script says; comments, formatting and the order of steps change nothing.

    The order of objections does: operators see them in it.
    """
    plain: dict[str, Any] = script.model_dump(mode="json", exclude_defaults=True)
    plain["steps"] = dict(sorted(plain["steps"].items()))
    written = json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:LENGTH]
