"""Which steps of a flow need the world outside it? Time, other systems, other people, the queues: asked for, and come back from.

Each names its ways by what came of it; ``way_of`` tells which one an outcome takes.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.expressions import Expression
from ivr_flows.located_yaml import Path
from ivr_flows.said import Items, SomeItems
from ivr_flows.shapes import Code, DialledNumber, Name, NoOtherKeys, Skills, SomeSeconds
from ivr_flows.steps import ChannelVariable, Computed, FieldPath, KeySeconds, Status, Step, each

FAILED: Final = "failed"
"""The outcome of whatever could not be done."""


class Outside(Step):
    """A step that something outside must be done for. The outcome of an unknown name is FAILED."""

    def way_of(self, outcome: str) -> Path:
        """The way that ``outcome`` takes: the field of its name, if the step has one that leads somewhere."""
        return (outcome,) if outcome in self.leads_by and getattr(self, outcome) is not None else (FAILED,)


class Hours(Outside):
    """Whether a calendar of calendars.yaml is open now; ``holiday`` (left out: as closed) is for its days off."""

    kind: Literal["hours"]
    calendar: Name
    open: Name
    closed: Name
    holiday: Name | None = None
    leads_by: ClassVar[tuple[str, ...]] = ("open", "closed", "holiday")

    def way_of(self, outcome: str) -> Path:
        return (outcome,) if outcome == "open" or (outcome == "holiday" and self.holiday) else ("closed",)


class Asked(Outside):
    """What asking another system over HTTP has in common. ``service`` is one of services.yaml; it is sent what ``send`` comes to.

    ``save`` keeps fields of its answer in variables, ``status`` the answer's status. An answer of 2xx goes ``next``, one of
    ``statuses`` there, any other (or none) is ``failed``.
    """

    service: Name
    send: Computed = Field(default_factory=dict)
    save: Annotated[dict[Name, FieldPath], NoOtherKeys()] = Field(default_factory=dict)
    status: Name | None = None
    statuses: Annotated[dict[Status, Name], NoOtherKeys()] = Field(default_factory=dict)
    next: Name
    failed: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "failed")

    def ways_out(self) -> list[tuple[Path, str]]:
        return [*super().ways_out(), *((("statuses", status), target) for status, target in self.statuses.items())]

    def way_of(self, outcome: str) -> Path:
        if outcome in self.statuses:
            return ("statuses", outcome)
        return ("next",) if outcome.startswith("2") else (FAILED,)

    def sets(self) -> list[tuple[Path, str]]:
        kept: list[tuple[Path, str]] = [(("save", name), name) for name in self.save]
        return kept + ([(("status",), self.status)] if self.status else [])

    def expressions(self) -> list[tuple[Path, str]]:
        return each("send", self.send)


class LookUp(Asked):
    """Ask a service, sending it what ``send`` comes to."""

    kind: Literal["look_up"]


class Payment(Asked):
    """Ask for a card's number, its expiry (MMYY) and, if there are prompts for it, its code, and send them to a service, as
    ``card``, ``expiry`` and ``code`` beside what ``send`` comes to.

    Any recording is muted meanwhile, and the digits are kept nowhere: in no variable, log, journal or database. Each is asked for
    up to ``tries`` times; after the last, ``otherwise``.
    """

    kind: Literal["payment"]
    card: SomeItems
    expiry: SomeItems
    code: Items = ()
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    timeout_s: KeySeconds = 10.0
    between_s: KeySeconds = 5.0
    invalid: Items = ()
    silence: Items = ()
    otherwise: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "failed", "otherwise")
    says: ClassVar[tuple[Path, ...]] = (("card",), ("expiry",), ("code",), ("invalid",), ("silence",))

    def silent_ways_out(self) -> list[str]:
        return [self.otherwise]


class Agi(Outside):
    """Let a service of AGI, one of services.yaml, have the call. ``send`` becomes variables of the channel before, ``save`` keeps
    variables of the channel afterwards."""

    kind: Literal["agi"]
    service: Name
    send: Annotated[dict[ChannelVariable, Expression], NoOtherKeys()] = Field(default_factory=dict)
    save: Annotated[dict[Name, ChannelVariable], NoOtherKeys()] = Field(default_factory=dict)
    next: Name
    failed: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "failed")

    def expressions(self) -> list[tuple[Path, str]]:
        return each("send", self.send)

    def sets(self) -> list[tuple[Path, str]]:
        return [(("save", name), name) for name in self.save]


class Transfer(Outside):
    """Connect the caller with an ``operator``, a ``number``, or the number that ``number_from`` comes to, without a queue. A number
    must be among the centre's allowed_numbers. Who is connected is no longer in the flow; else ``failed``."""

    kind: Literal["transfer"]
    operator: Code | None = None
    number: DialledNumber | None = None
    number_from: Expression | None = None
    ring_s: Annotated[SomeSeconds, Field(le=120)] = 30.0
    failed: Name
    leads_by: ClassVar[tuple[str, ...]] = ("failed",)

    @model_validator(mode="after")
    def _one_target(self) -> Any:
        if len([to for to in (self.operator, self.number, self.number_from) if to is not None]) != 1:
            raise wrong("a transfer leads to one person or number", "give one of operator, number, number_from")
        return self

    def expressions(self) -> list[tuple[Path, str]]:
        return [] if self.number_from is None else [(("number_from",), self.number_from)]


class Voicemail(Outside):
    """Record a message, until # or the hang-up; the operators of ``queue`` are told, and can call back. The prompt is that of the
    ``mailbox``'s name, if there is one, else ``voicemail``."""

    kind: Literal["voicemail"]
    queue: Name
    mailbox: Name = "voicemail"
    next: Name
    failed: Name
    leads_by: ClassVar[tuple[str, ...]] = ("next", "failed")


class Enqueue(Outside):
    """Into a queue. A higher ``priority`` is served first; ``operator`` (a code, or ``operator_from``, what an expression comes to)
    is waited for at first. ``show`` is what the operator is shown of the caller. When the operator hangs up first the flow goes on
    at ``after``, for instance with a survey; without it, it is over."""

    kind: Literal["enqueue"]
    queue: Name
    operator: Code | None = None
    operator_from: Expression | None = None
    skills: Skills = Field(default_factory=dict)
    priority: Annotated[int, Field(ge=0, le=99)] = 0
    show: Computed = Field(default_factory=dict)
    after: Name | None = None
    leads_by: ClassVar[tuple[str, ...]] = ("after",)

    @model_validator(mode="after")
    def _one_operator(self) -> Any:
        if self.operator is not None and self.operator_from is not None:
            raise wrong("has both operator and operator_from", "keep one of the two")
        return self

    def way_of(self, outcome: str) -> Path:
        return ("after",)

    def silent_ways_out(self) -> list[str]:
        return []

    def expressions(self) -> list[tuple[Path, str]]:
        sticky: list[tuple[Path, str]] = (
            [] if self.operator_from is None else [(("operator_from",), self.operator_from)]
        )
        return sticky + each("show", self.show)


class End(Step):
    """The end of the flow: say the prompts, if any, and hang up. ``reason`` is what reports show."""

    kind: Literal["hang_up"]
    reason: Name
    prompts: Items = ()
    leads_by: ClassVar[tuple[str, ...]] = ()
    says: ClassVar[tuple[Path, ...]] = (("prompts",),)
