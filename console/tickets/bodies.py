"""What do requests about tickets look like, and their answers? The shapes that OpenAPI shows."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ari_app.adapters.http_recording_bodies import PLAIN, PLAIN_LINES
from console.tickets.search import PAGE, PAGE_MAX, Order
from console.tickets.ticket import LOWEST, NORMAL, URGENT, How, State, To

Subject = Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
NoteText = Annotated[str, Field(min_length=1, max_length=4000, pattern=PLAIN_LINES)]
MaybeNote = Annotated[str, Field(max_length=4000, pattern=PLAIN_LINES)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=PLAIN)]
Code = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
Call = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Priority = Annotated[int, Field(ge=URGENT, le=LOWEST, description="1 (urgent) to 4")]
View = Literal["mine", "work", "all"]


class NewTicketBody(BaseModel):
    """What the customer wants. ``call``: the one from which it is opened; its queue is taken unless another is named. ``mine``
    false: it goes on the queue's work list."""

    model_config = ConfigDict(extra="forbid")
    subject: Subject
    queue: Name | None = None
    note: MaybeNote = ""
    priority: Priority = NORMAL
    due: AwareDatetime | None = None
    contact: Name | None = None
    call: Call | None = None
    mine: bool = True


class TicketEdit(BaseModel):
    """What is given becomes so; ``due`` null: none, ``contact`` null: nobody's."""

    model_config = ConfigDict(extra="forbid")
    subject: Subject | None = None
    priority: Priority | None = None
    due: AwareDatetime | None = None
    contact: Name | None = None


class NoteBody(BaseModel):
    """A note."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: NoteText


class ActBody(BaseModel):
    """The note that comes with it, if any."""

    model_config = ConfigDict(extra="forbid", strict=True)
    note: MaybeNote = ""


class GiveBody(ActBody):
    """To whom."""

    to: Code


class CallBody(BaseModel):
    """Which call."""

    model_config = ConfigDict(extra="forbid", strict=True)
    call: Call


class ToBody(BaseModel):
    """Whom: a queue or an operator."""

    model_config = ConfigDict(extra="forbid", strict=True)
    queue: Name | None = None
    operator: Code | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.queue is None) == (self.operator is None):
            raise ValueError("give a queue or an operator")
        return self

    def to(self) -> To:
        """As tickets know it."""
        return To(self.queue, self.operator)


class PassBody(ActBody):
    """How, and to whom (null: to the next level). ``call``: with which caller; not given: the one of this ticket that you have."""

    how: How
    to: ToBody | None = None
    call: Call | None = None


class TicketListing(BaseModel):
    """Which tickets, all that is given must fit, and which page: ``after`` is ``next`` of the page before."""

    model_config = ConfigDict(extra="forbid")
    view: View = Field("all", description="mine: with me; work: on my queues' work lists; all: whatever I may see")
    state: list[State] = Field([], max_length=7)
    queue: Name | None = None
    owner: Code | None = None
    contact: Name | None = None
    customer: str | None = Field(None, pattern=r"^[0-9a-f]{8,64}$")
    text: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)] | None = None
    overdue: bool = False
    order: Order = "newest"
    limit: int = Field(PAGE, ge=1, le=PAGE_MAX)
    after: str | None = Field(None, max_length=200)


class ShownTicket(BaseModel):
    """A ticket as lists show it. ``moving``: it is on its way with the caller."""

    ref: str
    subject: str
    state: State
    queue: str
    level: int
    owner: str | None
    opened_by: str
    opened: str
    changed: str
    priority: int
    due: str | None
    overdue: bool
    resolved: str | None
    closed: str | None
    contact: str | None
    customer: str | None
    customer_shown: str
    moving: dict[str, Any] | None
    version: int


class Tickets(BaseModel):
    """A page of them; ``next`` is null on the last one."""

    items: list[ShownTicket]
    total: int
    next: str | None


class TicketsOfCall(BaseModel):
    """Those that the call is about, and the other unfinished ones of its customer."""

    linked: list[ShownTicket]
    customers: list[ShownTicket]


class Counts(BaseModel):
    """Mine, and those on my work lists that nobody has."""

    mine: int
    to_take: int


class Level(BaseModel):
    """A queue as a level of support."""

    queue: str
    level: int
    next: str | None


class LevelsBody(BaseModel):
    """All queues."""

    items: list[Level]


class TimelineEntry(BaseModel):
    """Something that happened: a change (``what``) or a note (``text``)."""

    at: str
    who: str
    kind: Literal["event", "note"]
    what: str
    text: str
    before: dict[str, Any]
    now: dict[str, Any]
    detail: dict[str, Any]


class LinkedCall(BaseModel):
    """A call that it is about. ``story``: in words by language, as of when the ticket was passed on; ``answers``: of scripts."""

    call: str
    linked: str
    by: str
    story: dict[str, list[dict[str, Any]]]
    answers: list[dict[str, Any]]


class TicketCard(ShownTicket):
    """Everything that is known of a ticket. ``may`` are the acts that are possible for you now."""

    number: str
    shown: dict[str, str]
    next_level: str | None
    may: list[str]
    timeline: list[TimelineEntry]
    calls: list[LinkedCall]
