"""What do requests about recordings look like, and their answers? The shapes that OpenAPI shows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from ari_app.adapters.http_bodies import ErrorBody
from recordings.notes import RecordingKind, RecordingMode, Stage
from recordings.search import PAGE, PAGE_MAX, Place

PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
PLAIN_LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]*$"
Share = Annotated[float | None, Field(None, ge=0, le=1, allow_inf_nan=False)]
Length = Annotated[float | None, Field(None, ge=0, le=1e7, allow_inf_nan=False)]
Name = Annotated[str | None, Field(None, min_length=1, max_length=64, pattern=PLAIN)]
Number = Annotated[str, Field(pattern=r"^\+?[0-9]{3,15}$")]


class Filters(BaseModel):
    """Which recordings: all that is given must fit. ``caller`` is the whole number as it was sent, of which only the keyed hash is
    used; ``customer`` is that hash itself, as a recording shows it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)
    since: AwareDatetime | None = Field(None, alias="from", description="began at this time or later")
    until: AwareDatetime | None = Field(None, alias="to", description="began before this time")
    queue: Name = None
    operator: Name = None
    number: Name = Field(None, description="the number that was dialled")
    caller: Number | None = None
    customer: str | None = Field(None, pattern=r"^[0-9a-f]{8,64}$")
    disposition: Name = None
    min_length_s: Length = None
    max_length_s: Length = None
    kind: RecordingKind | None = None
    mode: RecordingMode | None = None
    min_silence: Share = None
    max_silence: Share = None
    min_over_talk: Share = None
    max_over_talk: Share = None
    text: str | None = Field(None, min_length=1, max_length=200, pattern=PLAIN, description="stands in a coach's note")
    call: Name = None
    held: bool | None = Field(None, description="under legal hold")


class Listing(Filters):
    """And which page of them: ``after`` is ``next`` of the page before."""

    limit: int = Field(PAGE, ge=1, le=PAGE_MAX)
    after: str | None = Field(None, max_length=100)

    @field_validator("after")
    @classmethod
    def _a_place(cls, text: str | None) -> str | None:
        if text is not None:
            Place.from_text(text)
        return text


class AuditListing(BaseModel):
    """Which entries of the audit: all that is given must fit; ``before`` is ``next`` of the page before."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)
    since: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = Field(None, alias="to")
    who: Name = None
    act: str | None = Field(None, pattern=r"^[a-z][a-z_.]{2,31}$", description="what was done, here or in the console")
    subject: Name = None
    before: int | None = Field(None, ge=1, le=2**62)
    limit: int = Field(100, ge=1, le=1000)


class LinkBody(BaseModel):
    """For how long, and (if given) how often, the recording may be heard without logging in."""

    model_config = ConfigDict(extra="forbid", strict=True)
    minutes: int = Field(ge=1, le=1440)
    plays: int | None = Field(None, ge=1, le=1000)


NoteText = Annotated[str, Field(min_length=1, max_length=1000, pattern=PLAIN_LINES)]


class CallMarkBody(BaseModel):
    """A coach's note on a call that goes on; ``at`` is the moment that it is about, now if it is not given."""

    model_config = ConfigDict(extra="forbid")
    text: NoteText
    at: AwareDatetime | None = None


class MarkBody(BaseModel):
    """A coach's note at ``at_s`` of a recording."""

    model_config = ConfigDict(extra="forbid", strict=True)
    at_s: float = Field(ge=0, le=1e7, allow_inf_nan=False)
    text: NoteText


class HoldBody(BaseModel):
    """Why it must not be removed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    why: str = Field(min_length=1, max_length=500, pattern=PLAIN)


class ErasureBody(BaseModel):
    """Whose recordings and traces are to be removed: the customer's whole number."""

    model_config = ConfigDict(extra="forbid", strict=True)
    number: Number


class ShownMark(BaseModel):
    """A coach's note, where it stands on the recording."""

    id: str
    at: str
    at_s: float
    by: str
    text: str
    made: str


class ShownHold(BaseModel):
    """A legal hold; ``released`` is null while it stands."""

    id: str
    by: str
    why: str
    at: str
    released: str | None
    released_by: str | None


class ShownLink(BaseModel):
    """A link; its address is told once, when it is made."""

    id: str
    by: str
    made: str
    expires: str
    plays: int
    plays_max: int | None
    revoked: str | None


class MadeLink(ShownLink):
    """``url`` counts from the API's address."""

    url: str


class ShownFacts(BaseModel):
    """Shares of the length, 0..1; lengths in seconds."""

    caller_talk: float
    operator_talk: float
    over_talk: float
    silence: float
    hold: float
    interruptions_by_caller: int
    interruptions_by_operator: int
    longest_silence_s: float


class ShownSegment(BaseModel):
    """A stretch of the timeline."""

    stage: Stage
    from_s: float
    to_s: float
    operator: str | None
    queue: str | None
    other: str | None


class ListedRecording(BaseModel):
    """One recording of a list. ``expires``: when it will be removed, null: never; a hold (``held``) keeps it beyond."""

    id: str
    call: str
    kind: RecordingKind
    started: str
    length_s: float
    direction: str
    number: str
    caller: str
    customer: str | None
    mode: RecordingMode
    queues: list[str]
    operators: list[str]
    disposition: str | None
    end_reason: str
    held: bool
    marks: int
    expires: str | None
    audio_bytes: int
    facts: ShownFacts | None
    faults: list[str]


class Recordings(BaseModel):
    """A page, the newest first; ``total`` counts all pages', ``next`` is null on the last."""

    items: list[ListedRecording]
    total: int
    next: str | None


class ShownRecording(ListedRecording):
    """One recording with everything about it. Operators see no notes, holds and links."""

    segments: list[ShownSegment]
    muted: list[list[float]]
    audio_sha256: str
    stored: str
    notes: list[ShownMark]
    holds: list[ShownHold]
    links: list[ShownLink]


class Peaks(BaseModel):
    """The wave form: ``step_s`` a step; for each step the least and the greatest sample (-127..127) of each side."""

    id: str
    length_s: float
    step_s: float
    left: list[list[int]]
    right: list[list[int]]


class ShownEntry(BaseModel):
    """One entry of the audit."""

    id: int
    at: str
    who: str
    role: str
    act: str
    kind: str
    subject: str
    address: str
    detail: dict[str, Any]


class AuditPage(BaseModel):
    """The newest first; ``next`` is null on the last page."""

    items: list[ShownEntry]
    next: int | None


class ErasureAnswer(BaseModel):
    """An erasure. ``certificate`` is null while it runs; ``sha256`` and ``signature`` are of its canonical JSON."""

    id: str
    state: Literal["done", "running"]
    waiting_for: list[str]
    certificate: dict[str, Any] | None
    sha256: str | None
    signature: str | None


MORE_REFUSALS: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorBody, "description": "Not now; the message says why"},
    503: {"model": ErrorBody, "description": "The catalogue or the store cannot be reached"},
}
