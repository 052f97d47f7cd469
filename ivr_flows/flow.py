"""What can a flow consist of? The steps a caller is taken through, as written in ``flows/<name>.yaml``.

A flow has entries (names for the steps where callers come in) and steps by name. Each step has a ``kind``; a new kind is
a class here, a member of ``Step``, and a case wherever mypy then says that one is missing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, model_validator

from ivr_flows.digits import Must
from ivr_flows.explain import wrong
from ivr_flows.expressions import Expression
from ivr_flows.shapes import Code, Digit, Language, Name, NoOtherKeys, Prompts, Shape, Skills, SomeSeconds

GIVEN = ("caller", "number", "language")
"""Variables that every flow has: who calls (empty: withheld), what was dialled, the language spoken now."""


class Say(Shape):
    """Say prompts and go on. A key pressed meanwhile is kept for the next menu, and stops the prompts if they are
    ``interruptible``; what must be heard in full (a legal notice) is not."""

    kind: Literal["say"]
    prompts: Prompts
    interruptible: bool = True
    next: Name


class Menu(Shape):
    """Ask for one key; keys count while the prompts are being said. After them the caller has ``timeout_s``.

    Another key gets ``invalid``, no key gets ``silence``, and then the prompts again, up to ``tries`` times in all;
    after the last, ``otherwise``.
    """

    kind: Literal["menu"]
    prompts: Prompts
    choices: Annotated[dict[Digit, Name], Field(min_length=1), NoOtherKeys()]
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    timeout_s: Annotated[SomeSeconds, Field(le=60)] = 5.0
    invalid: tuple[Name, ...] = ()
    silence: tuple[Name, ...] = ()
    otherwise: Name


class SetLanguage(Shape):
    """From here on speak another language, and want these ``skills`` of the operator, too."""

    kind: Literal["language"]
    to: Language
    skills: Skills = Field(default_factory=dict)
    next: Name


class ReadBack(Shape):
    """Say what was typed, between these prompts; the key ``yes`` means that it is right, any other that it is asked for again."""

    before: tuple[Name, ...] = ()
    after: Prompts
    yes: Digit = "1"


class Collect(Shape):
    """Ask for digits and keep them in ``variable``, as text. They count while the prompts are being said.

    ``max_digits`` of them end it, or the ``terminator`` once there are ``min_digits``, or ``between_s`` without another; the caller
    has ``timeout_s`` for the first. Digits that are not what they ``must`` be get ``invalid``, none get ``silence``, and then
    the prompts again, up to ``tries`` times in all; after the last, ``otherwise``, and the variable is as it was.
    """

    kind: Literal["collect"]
    prompts: Prompts
    variable: Name
    min_digits: Annotated[int, Field(ge=1, le=32)] = 1
    max_digits: Annotated[int, Field(ge=1, le=32)]
    terminator: Literal["#", "*"] | None = "#"
    must: Must = Must()
    read_back: ReadBack | None = None
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    timeout_s: Annotated[SomeSeconds, Field(le=60)] = 5.0
    between_s: Annotated[SomeSeconds, Field(le=60)] = 3.0
    invalid: tuple[Name, ...] = ()
    silence: tuple[Name, ...] = ()
    next: Name
    otherwise: Name

    @model_validator(mode="after")
    def _some_length_fits(self) -> Any:
        if self.min_digits > self.max_digits:
            raise wrong(f"min_digits {self.min_digits} is above max_digits {self.max_digits}", "swap the two")
        return self


class Set(Shape):
    """Give variables a value: ``values`` as they stand, ``computed`` from expressions, one after the other."""

    kind: Literal["set"]
    values: Annotated[dict[Name, str | int | float | bool], NoOtherKeys()] = Field(default_factory=dict)
    computed: Annotated[dict[Name, Expression], NoOtherKeys()] = Field(default_factory=dict)
    next: Name


class Way(Shape):
    """To ``next`` if ``when`` is true."""

    when: Expression
    next: Name


class Branch(Shape):
    """The first of the ways whose condition is true, else ``otherwise``. What comes to nothing, such as a comparison of a text with
    a number, is not true."""

    kind: Literal["branch"]
    ways: Annotated[tuple[Way, ...], Field(min_length=1)]
    otherwise: Name


class Enqueue(Shape):
    """The end of the flow: into a queue. A higher ``priority`` is served first; ``operator`` (a code) is waited for at first."""

    kind: Literal["enqueue"]
    queue: Name
    operator: Code | None = None
    skills: Skills = Field(default_factory=dict)
    priority: Annotated[int, Field(ge=0, le=99)] = 0


class End(Shape):
    """The end of the flow: say the prompts, if any, and hang up. ``reason`` is what reports show."""

    kind: Literal["hang_up"]
    reason: Name
    prompts: tuple[Name, ...] = ()


Step = Annotated[Say | Menu | Collect | SetLanguage | Set | Branch | Enqueue | End, Field(discriminator="kind")]


class Flow(Shape):
    """A whole flow. ``Flow.model_json_schema()`` is its JSON Schema."""

    description: str = ""
    entries: Annotated[dict[Name, Name], Field(min_length=1), NoOtherKeys()]
    steps: Annotated[dict[Name, Step], Field(min_length=1), NoOtherKeys()]


def ways_out(step: Step) -> list[tuple[tuple[str | int, ...], str]]:
    """Where ``step`` can lead: (the path to the field that says so, the next step)."""
    match step:
        case Say() | SetLanguage() | Set():
            return [(("next",), step.next)]
        case Menu():
            return [(("choices", digit), target) for digit, target in step.choices.items()] + [
                (("otherwise",), step.otherwise)
            ]
        case Collect():
            return [(("next",), step.next), (("otherwise",), step.otherwise)]
        case Branch():
            ways = [(("ways", place, "next"), way.next) for place, way in enumerate(step.ways)]
            return [*ways, (("otherwise",), step.otherwise)]
        case Enqueue() | End():
            return []
        case _:
            assert_never(step)


def silent_ways_out(step: Step) -> list[str]:
    """Where ``step`` may lead a caller who does nothing; nowhere if the flow ends there."""
    match step:
        case Say() | SetLanguage() | Set():
            return [step.next]
        case Menu() | Collect():
            return [step.otherwise]
        case Branch():
            return [target for _, target in ways_out(step)]
        case Enqueue() | End():
            return []
        case _:
            assert_never(step)


def prompts_of(step: Step) -> list[tuple[tuple[str | int, ...], str]]:
    """What ``step`` may say: (the path to it within the step, the prompt's id)."""
    fields: dict[tuple[str, ...], tuple[str, ...]]
    match step:
        case Say() | End():
            fields = {("prompts",): step.prompts}
        case Menu() | Collect():
            fields = {("prompts",): step.prompts, ("invalid",): step.invalid, ("silence",): step.silence}
            if isinstance(step, Collect) and step.read_back is not None:
                fields |= {("read_back", "before"): step.read_back.before, ("read_back", "after"): step.read_back.after}
        case SetLanguage() | Set() | Branch() | Enqueue():
            fields = {}
        case _:
            assert_never(step)
    return [((*field, index), prompt) for field, prompts in fields.items() for index, prompt in enumerate(prompts)]


def sets(step: Step) -> list[tuple[tuple[str, ...], str]]:
    """The variables that ``step`` may give a value: (the path to the field that says so, the variable)."""
    match step:
        case Collect():
            return [(("variable",), step.variable)]
        case Set():
            fields = {"values": list(step.values), "computed": list(step.computed)}
            return [((field, name), name) for field, names in fields.items() for name in names]
        case Say() | Menu() | SetLanguage() | Branch() | Enqueue() | End():
            return []
        case _:
            assert_never(step)


def expressions_of(step: Step) -> list[tuple[tuple[str | int, ...], str]]:
    """The expressions that ``step`` may evaluate: (the path to it within the step, the expression)."""
    match step:
        case Set():
            return [(("computed", name), expression) for name, expression in step.computed.items()]
        case Branch():
            return [(("ways", place, "when"), way.when) for place, way in enumerate(step.ways)]
        case Say() | Menu() | Collect() | SetLanguage() | Enqueue() | End():
            return []
        case _:
            assert_never(step)
