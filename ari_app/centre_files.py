"""What may stand in a centre's files? One model for each: centre.yaml, queues.yaml, operators.yaml and prompts.yaml.

``Model.model_json_schema()`` gives the JSON Schema of each. flows/*.yaml are described in ivr_flows/flow.py.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, WithJsonSchema, model_validator

from ivr_flows.explain import wrong
from ivr_flows.problems import choose_among
from ivr_flows.shapes import Language, Name, Names, NoOtherKeys, Seconds, Shape, SomeSeconds, each_once, matching


def _address(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise wrong(
            f"{text!r} is not an IP address", "write one such as 192.0.2.10, or a network as 192.0.2.0/28"
        ) from None
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        near = choose_among(text, available_timezones(), "")
        remedy = near if near.startswith("did") else "write one such as Europe/Madrid"
        raise wrong(f"{text!r} is not a time zone", remedy) from None
    return text


def _queue_name(text: str) -> str:
    # Queues are sections of queues.conf, where these two have a meaning, and extensions, where single letters have.
    if text in ("general", "fallback") or len(text) == 1:
        raise wrong(f"a queue cannot be called {text!r}", "choose another name")
    return text


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


PhoneNumber = Annotated[str, *matching(r"\+?[0-9]{3,15}", "a phone number", "write its digits, without spaces")]
Code = Annotated[str, *matching("[0-9]{3,8}", "a code", "use 3 to 8 digits: phones dial and register with it")]
Title = Annotated[str, *matching(r"[^;\x00-\x1f\x7f]{1,80}", "a name", "use 1 to 80 characters on one line, without ;")]
Text = Annotated[str, *matching(r"\s*\S[\s\S]{0,1999}", "a text", "write what is to be said")]
SoundName = Annotated[
    str, *matching("[a-z0-9][a-z0-9_-]*(/[a-z0-9_-]+)*", "a sound's name", "write it without folder and ending")
]
SoundNames = Annotated[
    tuple[SoundName, ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
MusicClass = Annotated[str, *matching("[A-Za-z0-9_-]{1,40}", "a class of music", "use letters, digits, _ and -")]
Address = Annotated[str, AfterValidator(_address)]
QueueName = Annotated[Name, AfterValidator(_queue_name)]


class CarrierEntry(Shape):
    """Who may send calls, known by its addresses alone."""

    name: Name
    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]


class NumberEntry(Shape):
    """Where a number leads: into a flow, at one of its entries, or straight into a queue."""

    flow: Name | None = None
    entry: Name = "default"
    queue: Name | None = None
    fallback_queue: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.flow is None) == (self.queue is None):
            raise wrong("a number leads into a flow or into a queue", "give one of flow and queue")
        if self.queue is not None and "entry" in self.model_fields_set:
            raise wrong("entry belongs to a flow", "remove it, or give flow in place of queue")
        return self


class CentreFile(Shape):
    """centre.yaml"""

    company: Title
    languages: Annotated[tuple[Language, ...], Field(min_length=1), AfterValidator(each_once)]
    default_language: Language
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    mask_callers: bool = True
    fallback_queue: Name
    carriers: Annotated[tuple[CarrierEntry, ...], Field(min_length=1)]
    numbers: Annotated[dict[PhoneNumber, NumberEntry], Field(min_length=1), NoOtherKeys()]


class QueueEntry(Shape):
    """One queue's rules; the defaults are those of a queue that says nothing."""

    ring_timeout_s: SomeSeconds = 15.0
    wrap_up_s: Seconds = 10.0
    service_level_s: Seconds = 20.0
    refusal_pause_s: SomeSeconds = 10.0
    max_misses: Annotated[int, Field(ge=1, le=100)] = 3
    skill_wait_s: Seconds = 20.0
    music: MusicClass = "default"
    record: Literal["all", "never"] = "never"


class QueuesFile(RootModel[Annotated[dict[QueueName, QueueEntry], Field(min_length=1), NoOtherKeys()]]):
    """queues.yaml: the queues by name."""


class OperatorEntry(Shape):
    """An operator; without queues he or she only calls out."""

    name: Title
    queues: Names = ()
    skills: Names = ()


class SupervisorEntry(Shape):
    """A supervisor, of these queues; of all if none is named."""

    name: Title
    queues: Names = ()


class CoordinatorEntry(Shape):
    """A coordinator judges the whole centre."""

    name: Title


class OperatorsFile(Shape):
    """operators.yaml: everybody with a phone and an account, by code."""

    operators: Annotated[dict[Code, OperatorEntry], NoOtherKeys()]
    supervisors: Annotated[dict[Code, SupervisorEntry], NoOtherKeys()] = Field(default_factory=dict)
    coordinators: Annotated[dict[Code, CoordinatorEntry], NoOtherKeys()] = Field(default_factory=dict)


class PromptEntry(Shape):
    """A prompt in one language."""

    text: Text | None = None
    sound: SoundNames | None = None
    same_as: Language | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("text", "sound", "same_as") if getattr(self, name) is not None]
        if not given:
            raise wrong("has neither text nor sound", "give the text to be said, or the name of a recorded sound")
        if len(given) > 1:
            raise wrong(f"has both {given[0]} and {given[1]}", "keep one of the two")
        return self


InLanguages = Annotated[dict[Language, PromptEntry], Field(min_length=1), NoOtherKeys()]


class PromptsFile(RootModel[Annotated[dict[Name, InLanguages], NoOtherKeys()]]):
    """prompts.yaml: prompts by id, each by language."""
