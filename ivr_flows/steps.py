"""What can one step of a flow be? One class for each kind: its fields, and where it may lead.

Paths are those of fields within the step, such as ``("choices", "1")``; a step that is left says by which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

from pydantic import Field, model_validator

from ivr_flows.digits import Must
from ivr_flows.explain import wrong
from ivr_flows.expressions import Expression
from ivr_flows.located_yaml import Path
from ivr_flows.said import Item, Items, SomeItems
from ivr_flows.shapes import Digit, Language, Name, NoOtherKeys, Shape, Skills, SomeSeconds, matching

Status = Annotated[str, *matching("[1-5][0-9]{2}", "a status of HTTP", "write three digits, such as 404")]
FieldPath = Annotated[
    str,
    *matching(
        r"[\w-]{1,40}(\.[\w-]{1,40}){0,9}",
        "the way to a field",
        "write names with points between, such as account.balance",
    ),
]
ChannelVariable = Annotated[
    str,
    *matching(
        "(?!CENTRALITA_)[A-Za-z][A-Za-z0-9_]{0,39}",
        "a channel's variable",
        "letters, digits and _; CENTRALITA_ is the engine's",
    ),
]
Computed = Annotated[dict[Name, Expression], NoOtherKeys()]
KeySeconds = Annotated[SomeSeconds, Field(le=60)]


class Step(Shape):
    """What all kinds share. ``leads_by``: the fields that name the step that comes next; a field that is None is none."""

    if TYPE_CHECKING:  # each kind has its own, and where it stands among the fields is part of a flow's version
        kind: str
    leads_by: ClassVar[tuple[str, ...]] = ("next",)
    says: ClassVar[tuple[Path, ...]] = ()

    def in_short(self) -> str | None:
        """A few words about it for drawings; None: its fields tell."""
        return None

    def ways_out(self) -> list[tuple[Path, str]]:
        """Where it can lead: (the path to the field that says so, the next step)."""
        return [((way,), target) for way in self.leads_by if (target := getattr(self, way)) is not None]

    def silent_ways_out(self) -> list[str]:
        """Where it may lead a caller who does nothing; nowhere if the flow ends there."""
        return [target for _, target in self.ways_out()]

    def items(self) -> list[tuple[Path, Item]]:
        """What it may say: (the path to it, the item)."""
        return [((*path, place), item) for path in self.says for place, item in enumerate(_at(self, path))]

    def sets(self) -> list[tuple[Path, str]]:
        """The variables that it may give a value: (the path to the field that says so, the variable)."""
        return []

    def expressions(self) -> list[tuple[Path, str]]:
        """The expressions that it may evaluate, but for those in what it says: (the path to it, the expression)."""
        return []


class Stepwise(Protocol):
    """Whatever leads through steps: a flow that callers come into, a script that operators follow."""

    @property
    def description(self) -> str:
        """What it is for."""

    @property
    def entries(self) -> Mapping[str, str]:
        """The steps where one comes in, by the entries' names."""

    @property
    def steps(self) -> Mapping[str, Step]:
        """By their names."""


def _at(shape: Any, path: Path) -> Items:
    for field in path:
        shape = getattr(shape, str(field)) if shape is not None else ()
    found: Items = shape or ()
    return found


def each(field: str, computed: dict[str, str]) -> list[tuple[Path, str]]:
    """The expressions of a mapping, each with its path."""
    return [((field, name), expression) for name, expression in computed.items()]


# -- speaking and keys -----------------------------------------------------------------------------------------------------


class Say(Step):
    """Say prompts and go on. A key pressed meanwhile is kept for the next menu, and stops the prompts if they are
    ``interruptible``; what must be heard in full (a legal notice) is not."""

    kind: Literal["say"]
    prompts: SomeItems
    interruptible: bool = True
    next: Name
    says: ClassVar[tuple[Path, ...]] = (("prompts",),)


class Asking(Step):
    """Ask for keys; they count while the prompts are being said. After them the caller has ``timeout_s``.

    Another key than those asked for gets ``invalid``, no key gets ``silence``, and then the prompts again, up to ``tries`` times in
    all; after the last, ``otherwise``.
    """

    prompts: SomeItems
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    timeout_s: KeySeconds = 5.0
    invalid: Items = ()
    silence: Items = ()
    otherwise: Name
    leads_by: ClassVar[tuple[str, ...]] = ("otherwise",)
    says: ClassVar[tuple[Path, ...]] = (("prompts",), ("invalid",), ("silence",))

    def silent_ways_out(self) -> list[str]:
        return [self.otherwise]


class AskingKey(Asking):
    """Ask for one key."""

    def way_of(self, key: str) -> Path | None:
        """The way that ``key`` leads; None if it means nothing here."""
        raise NotImplementedError


class Menu(AskingKey):
    """Ask for one key, and go where it leads."""

    kind: Literal["menu"]
    choices: Annotated[dict[Digit, Name], Field(min_length=1), NoOtherKeys()]

    def ways_out(self) -> list[tuple[Path, str]]:
        return [(("choices", digit), target) for digit, target in self.choices.items()] + super().ways_out()

    def way_of(self, key: str) -> Path | None:
        return ("choices", key) if key in self.choices else None


class Survey(AskingKey):
    """Ask one question of a survey: a key from ``lowest`` to ``highest`` is the answer. It is kept in the journal under the
    ``question``'s name, beside the operator whom the caller talked with, and in the variable of that name."""

    kind: Literal["survey"]
    question: Name
    lowest: Annotated[int, Field(ge=0, le=9)] = 1
    highest: Annotated[int, Field(ge=0, le=9)] = 5
    next: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "otherwise")

    @model_validator(mode="after")
    def _some_answer(self) -> Any:
        if self.lowest >= self.highest:
            raise wrong(f"there is no choice from {self.lowest} to {self.highest}", "give a highest above the lowest")
        return self

    def way_of(self, key: str) -> Path | None:
        return ("next",) if key.isdigit() and self.lowest <= int(key) <= self.highest else None

    def sets(self) -> list[tuple[Path, str]]:
        return [(("question",), self.question)]


class OfferCallback(AskingKey):
    """Offer to call the caller back: the key ``yes`` agrees, which ends the flow and keeps a place in ``queue``. Whose number is
    withheld, or may not be called, is offered nothing and goes ``otherwise``."""

    kind: Literal["callback"]
    queue: Name
    yes: Digit = "1"
    skills: Skills = Field(default_factory=dict)
    priority: Annotated[int, Field(ge=0, le=99)] = 0
    tries: Annotated[int, Field(ge=1, le=9)] = 1

    def way_of(self, key: str) -> Path | None:
        return ("yes",) if key == self.yes else ("otherwise",)


class ReadBack(Shape):
    """Say what was typed, between these prompts; the key ``yes`` means that it is right, any other that it is asked for again."""

    before: Items = ()
    after: SomeItems
    yes: Digit = "1"


class Collect(Asking):
    """Ask for digits and keep them in ``variable``, as text.

    ``max_digits`` of them end it, or the ``terminator`` once there are ``min_digits``, or ``between_s`` without another; the caller
    has ``timeout_s`` for the first. Digits that are not what they ``must`` be are invalid. After the last try the variable is as
    it was.
    """

    kind: Literal["collect"]
    variable: Name
    min_digits: Annotated[int, Field(ge=1, le=32)] = 1
    max_digits: Annotated[int, Field(ge=1, le=32)]
    terminator: Literal["#", "*"] | None = "#"
    must: Must = Must()
    read_back: ReadBack | None = None
    between_s: KeySeconds = 3.0
    next: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "otherwise")
    says: ClassVar[tuple[Path, ...]] = (*Asking.says, ("read_back", "before"), ("read_back", "after"))

    @model_validator(mode="after")
    def _some_length_fits(self) -> Any:
        if self.min_digits > self.max_digits:
            raise wrong(f"min_digits {self.min_digits} is above max_digits {self.max_digits}", "swap the two")
        return self

    def sets(self) -> list[tuple[Path, str]]:
        return [(("variable",), self.variable)]


# -- the flow's own affairs ------------------------------------------------------------------------------------------------


class SetLanguage(Step):
    """From here on speak another language, and want these ``skills`` of the operator, too."""

    kind: Literal["language"]
    to: Language
    skills: Skills = Field(default_factory=dict)
    next: Name


class Set(Step):
    """Give variables a value: ``values`` as they stand, ``computed`` from expressions, one after the other."""

    kind: Literal["set"]
    values: Annotated[dict[Name, str | int | float | bool], NoOtherKeys()] = Field(default_factory=dict)
    computed: Computed = Field(default_factory=dict)
    next: Name

    def sets(self) -> list[tuple[Path, str]]:
        fields = {"values": list(self.values), "computed": list(self.computed)}
        return [((field, name), name) for field, names in fields.items() for name in names]

    def expressions(self) -> list[tuple[Path, str]]:
        return each("computed", self.computed)


class Way(Shape):
    """To ``next`` if ``when`` is true."""

    when: Expression
    next: Name


class Branch(Step):
    """The first of the ways whose condition is true, else ``otherwise``. What comes to nothing, such as a comparison of a text with
    a number, is not true."""

    kind: Literal["branch"]
    ways: Annotated[tuple[Way, ...], Field(min_length=1)]
    otherwise: Name
    leads_by: ClassVar[tuple[str, ...]] = ("otherwise",)

    def ways_out(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "next"), way.next) for place, way in enumerate(self.ways)] + super().ways_out()

    def expressions(self) -> list[tuple[Path, str]]:
        return [(("ways", place, "when"), way.when) for place, way in enumerate(self.ways)]


class SubFlow(Step):
    """Go through another flow, from its ``entry`` to its ``return``, and go on. It sees the variables of ``values`` and those that
    every flow has, no others; ``returns`` takes variables of this flow from variables of that one."""

    kind: Literal["flow"]
    flow: Name
    entry: Name = "default"
    values: Computed = Field(default_factory=dict)
    returns: Annotated[dict[Name, Name], NoOtherKeys()] = Field(default_factory=dict)
    next: Name

    def sets(self) -> list[tuple[Path, str]]:
        return [(("returns", name), name) for name in self.returns]

    def expressions(self) -> list[tuple[Path, str]]:
        return each("values", self.values)


class Return(Step):
    """The end of a flow that another one goes through: back to it."""

    kind: Literal["return"]
    leads_by: ClassVar[tuple[str, ...]] = ()


class Record(Step):
    """From here on record what the caller says and hears, or (``on: false``) no longer. It ends with the flow, too; callers must
    have been told. ``refused``: the caller does not want to be recorded, in the conversations that follow neither."""

    kind: Literal["record"]
    on: bool = True
    refused: bool = False
    next: Name
