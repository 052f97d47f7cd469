"""What does a request about past calls and notes look like, and the answer? The shapes that OpenAPI shows."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from ari_app.adapters.http_recording_bodies import PLAIN_LINES

NOTE_MAX: Final = 1000


class NoteBody(BaseModel):
    """What the operator writes down of the call; an empty text is no note."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: Annotated[str, Field(max_length=NOTE_MAX, pattern=PLAIN_LINES)]


class NoteShown(BaseModel):
    """``by``: the operator's code."""

    by: str
    at: str
    text: str


class NotesShown(BaseModel):
    """The oldest first."""

    items: list[NoteShown]


class PastCall(BaseModel):
    """An earlier call. Times of day as ISO 8601, lengths in seconds; ``number`` is that which was dialled, ``operators`` served, in
    order; ``recording``: there is one that you may hear."""

    call: str
    started: str
    ended: str | None
    direction: str
    number: str
    queues: list[str]
    operators: list[str]
    answered: str | None
    wait_s: float
    talk_s: float
    disposition: str | None
    end_reason: str | None
    ticket: str | None
    recording: bool
    notes: list[NoteShown]


class PastShown(BaseModel):
    """The newest first; ``more``: there are older ones. ``known`` is false of a caller who withholds the number."""

    known: bool
    items: list[PastCall]
    more: bool
