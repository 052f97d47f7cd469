"""Which data of the call may stand in a script's text? ``{customer.name}`` and such; what is not known then is a visible
blank."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ivr_flows.explain import wrong
from ivr_flows.problem_words import Words
from ivr_flows.problems import choose_among
from ivr_flows.shapes import Language, NoOtherKeys, Text

KNOWN: Final[Mapping[str, str]] = {
    "customer.name": "the customer's name, from the contacts",
    "customer.reference": "what the company itself calls the customer: the contact's external id",
    "customer.phone": "his or her telephone",
    "customer.email": "his or her e-mail",
    "customer.language": "the language that he or she prefers",
    "call.queue": "the queue that gave the call",
    "call.number": "what was dialled",
    "call.caller": "the caller's number, as the centre shows it",
    "call.ticket": "the ticket that came with the call",
    "operator.name": "who talks",
    "operator.code": "his or her code",
    "centre.company": "the centre's company",
}
"""The placeholders that every script may use, and what stands there."""
FREE: Final[Mapping[str, str]] = {
    "answer": "an answer that was given before, by its name",
    "shown": "what the flow has found out, by the name under which `enqueue` shows it",
    "customer.field": "a field of the company's own in the contacts",
}
"""Beginnings of placeholders that end in a name of the centre's own: ``{answer.tariff}``."""
BLANK: Final = "______"
"""Stands for what is not known."""

_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_OWN: Final = re.compile(r"(answer|shown|customer\.field)\.[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place for a value: ``name`` is such as ``customer.name``."""

    name: str

    @property
    def answer(self) -> str | None:
        """The answer that stands here, if it is one."""
        return self.name.removeprefix("answer.") if self.name.startswith("answer.") else None


Pieces = tuple[str | Placeholder, ...]


def pieces(text: str) -> Pieces:
    """``text`` in pieces. ``{{`` and ``}}`` are braces. The text must be a checked one."""
    return tuple(_joined(_parts(text)))


def _parts(text: str) -> Iterator[str | Placeholder]:
    done = 0
    for found in _PART.finditer(text):
        yield text[done : found.start()]
        yield found[0][0] if found[1] is None else Placeholder(found[1].strip())
        done = found.end()
    yield text[done:]


def _joined(parts: Iterator[str | Placeholder]) -> Iterator[str | Placeholder]:
    plain = ""
    for part in parts:
        if isinstance(part, str):
            plain += part
            continue
        if plain:
            yield plain
        yield part
        plain = ""
    if plain:
        yield plain


def filled(text: str, values: Mapping[str, str | None], changed: Callable[[str], str] = str) -> str:
    """``text`` with its values, each ``changed``; BLANK for those that are not known, or empty."""
    return "".join(
        part if isinstance(part, str) else changed(values[part.name] or BLANK) if values.get(part.name) else BLANK
        for part in pieces(text)
    )


def checked(text: str) -> str:
    """Validator: every brace is a placeholder's that there is, or doubled."""
    for found in _PART.finditer(text):
        if found[0] in ("{{", "}}"):
            continue
        if found[1] is None:
            raise wrong(Words("brace_alone", brace=found[0]), Words("close_brace"))
        name = found[1].strip()
        if name not in KNOWN and not _OWN.fullmatch(name):
            names = [*KNOWN, *(f"{beginning}.NAME" for beginning in FREE)]
            raise wrong(Words("no_placeholder", name=name), choose_among(name, names, ""))
    return text


_LINK: Final = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][^\s<>\"\\^`|]*)?"
)


def _link(url: str) -> str:
    if not _LINK.fullmatch(url):
        raise wrong(Words("no_address", url=url), Words("write_address"))
    return checked(url)


Url = Annotated[str, Field(max_length=1000), AfterValidator(_link)]
"""The address of a page, of https only. Placeholders in it are encoded when it is opened."""
ScriptText = Annotated[Text, AfterValidator(checked)]
Texts = Annotated[dict[Language, ScriptText], Field(min_length=1), NoOtherKeys()]
"""A text in the centre's languages."""
