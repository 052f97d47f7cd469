"""What can a flow consist of? The steps a caller is taken through, as written in ``flows/<name>.yaml``.

A flow has entries (names for the steps where callers come in) and steps by name. Each step has a ``kind``; a new kind is
a class here, a member of ``Step``, and a case wherever mypy then says that one is missing.
"""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pydantic import Field

from ivr_flows.shapes import Code, Digit, Language, Name, NoOtherKeys, Prompts, Shape, Skills, SomeSeconds


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


Step = Annotated[Say | Menu | SetLanguage | Enqueue | End, Field(discriminator="kind")]


class Flow(Shape):
    """A whole flow. ``Flow.model_json_schema()`` is its JSON Schema."""

    description: str = ""
    entries: Annotated[dict[Name, Name], Field(min_length=1), NoOtherKeys()]
    steps: Annotated[dict[Name, Step], Field(min_length=1), NoOtherKeys()]


def ways_out(step: Step) -> list[tuple[tuple[str, ...], str]]:
    """Where ``step`` can lead: (the path to the field that says so, the next step)."""
    match step:
        case Say() | SetLanguage():
            return [(("next",), step.next)]
        case Menu():
            return [(("choices", digit), target) for digit, target in step.choices.items()] + [
                (("otherwise",), step.otherwise)
            ]
        case Enqueue() | End():
            return []
        case _:
            assert_never(step)


def silent_ways_out(step: Step) -> list[str]:
    """Where ``step`` leads a caller who does nothing; nowhere if the flow ends there."""
    match step:
        case Say() | SetLanguage():
            return [step.next]
        case Menu():
            return [step.otherwise]
        case Enqueue() | End():
            return []
        case _:
            assert_never(step)


def prompts_of(step: Step) -> list[tuple[tuple[str | int, ...], str]]:
    """What ``step`` may say: (the path to it within the step, the prompt's id)."""
    fields: dict[str, tuple[str, ...]]
    match step:
        case Say() | End():
            fields = {"prompts": step.prompts}
        case Menu():
            fields = {"prompts": step.prompts, "invalid": step.invalid, "silence": step.silence}
        case SetLanguage() | Enqueue():
            fields = {}
        case _:
            assert_never(step)
    return [((field, index), prompt) for field, prompts in fields.items() for index, prompt in enumerate(prompts)]
